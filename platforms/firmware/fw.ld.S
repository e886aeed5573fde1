/* SPDX-License-Identifier: Apache-2.0 */
/* Memory layout: 2 MiB of text and read-only data, then data, bss and stacks. */
#include "fw/board.h"

OUTPUT_ARCH(aarch64)
ENTRY(_start)
PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
SECTIONS
{
    . = FW_IMAGE_BASE;
    .text : { *(.text.boot) *(.text*) } :text
    .rodata : { *(.rodata*) } :text
    ASSERT(. <= FW_TEXT_LIMIT, "text does not fit in its 2 MiB")
    . = FW_TEXT_LIMIT;
    .data : { *(.data*) } :data
    .bss (NOLOAD) : ALIGN(16) {
        __bss_start = .;
        *(.bss*) *(COMMON)
        . = ALIGN(16);
        __bss_end = .;
    } :data
    .stacks (NOLOAD) : ALIGN(4096) { *(.stacks*) } :data
    __image_end = .;
    /DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) }
}
