/* SPDX-License-Identifier: Apache-2.0 */
/* Guest images: files, AArch64 ELF programs, arm64 Linux Images. */
#ifndef VIRT_IMAGE_H
#define VIRT_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "memory.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A file in memory. */
typedef struct vp_blob {
    uint8_t *data;
    uint64_t size;
    const char *path;
} vp_blob;

/** Reads a whole file. @param option the option that named it, for the message. */
bool vp_blob_read(vp_blob *blob, const char *option, const char *path, vp_error *error);

/** Frees the bytes. */
void vp_blob_free(vp_blob *blob);

/** Where a program came to lie. */
typedef struct vp_program {
    uint64_t entry;
    uint64_t low;  /**< Lowest physical address loaded. */
    uint64_t high; /**< First address behind the highest one. */
} vp_program;

/** Loads an AArch64 little-endian executable to its physical addresses. */
bool vp_elf_load(const vp_blob *blob, vp_memory *memory, vp_program *program, vp_error *error);

/** The header of an arm64 Linux Image (Documentation/arm64/booting.rst). */
typedef struct vp_kernel {
    uint64_t text_offset; /**< From a 2 MiB boundary. */
    uint64_t image_size;  /**< Memory the kernel needs, bss included. */
} vp_kernel;

/** Reads and checks the header of an Image. */
bool vp_kernel_check(const vp_blob *blob, vp_kernel *kernel, vp_error *error);

#ifdef __cplusplus
}
#endif

#endif
