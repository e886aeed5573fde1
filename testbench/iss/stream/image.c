/* SPDX-License-Identifier: Apache-2.0 */
/* The ELF file that both machines load: the firmware and a stream, a segment each. */
#include "image.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRMWARE_MAX 0x10000u

static bool put(FILE *f, const void *data, size_t size)
{
    return fwrite(data, 1, size, f) == size;
}

static Elf64_Phdr segment(uint64_t address, uint64_t offset, uint64_t size)
{
    return (Elf64_Phdr){.p_type = PT_LOAD,
                        .p_flags = PF_R | PF_W | PF_X,
                        .p_offset = offset,
                        .p_vaddr = address,
                        .p_paddr = address,
                        .p_filesz = size,
                        .p_memsz = size,
                        .p_align = 8};
}

/** The header page and the code. */
static bool put_program(FILE *f, const stream *s)
{
    uint8_t page[STREAM_CODE - STREAM_PROGRAM] = {0};
    memcpy(page, &s->header, sizeof s->header);
    return put(f, page, sizeof page) && put(f, s->word, s->words * sizeof s->word[0]);
}

bool image_write(const char *path, const char *firmware, const stream *s)
{
    static uint8_t blob[FIRMWARE_MAX];
    Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_entry = STREAM_FIRMWARE,
        .e_phoff = sizeof header,
        .e_ehsize = sizeof header,
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 2};
    Elf64_Phdr part[2];
    FILE *in = fopen(firmware, "rb"), *out;
    size_t size = in ? fread(blob, 1, sizeof blob, in) : 0;
    uint64_t at = sizeof header + sizeof part;
    bool ok;
    if (in)
        (void)fclose(in);
    if (size == 0 || size == sizeof blob) {
        (void)fprintf(stderr, "issdiff: %s: no firmware of at most %u bytes\n", firmware,
                      FIRMWARE_MAX - 1u);
        return false;
    }
    part[0] = segment(STREAM_FIRMWARE, at, size);
    part[1] = segment(STREAM_PROGRAM, at + size,
                      STREAM_CODE - STREAM_PROGRAM + s->words * sizeof s->word[0]);
    out = fopen(path, "wb");
    ok = out && put(out, &header, sizeof header) && put(out, part, sizeof part) &&
         put(out, blob, size) && put_program(out, s);
    ok = out && fclose(out) == 0 && ok;
    if (!ok)
        perror(path);
    return ok;
}
