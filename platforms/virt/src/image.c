/* SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Larger than any guest image; a bound against a device file or a mistyped path. */
#define VP_MAX_FILE (UINT64_C(1) << 32)

static bool read_all(vp_blob *blob, FILE *file)
{
    blob->data = (uint8_t *)malloc(blob->size);
    return blob->data != NULL && fread(blob->data, 1, blob->size, file) == blob->size;
}

bool vp_blob_read(vp_blob *blob, const char *option, const char *path, vp_error *error)
{
    struct stat info;
    FILE *file;
    bool ok;

    memset(blob, 0, sizeof *blob);
    blob->path = path;
    if (stat(path, &info) != 0)
        return vp_fail(error, "%s %s: %s; give the path of a file that exists", option, path,
                       strerror(errno));
    if (!S_ISREG(info.st_mode))
        return vp_fail(error, "%s %s: not a regular file", option, path);
    if (info.st_size == 0)
        return vp_fail(error, "%s %s: the file is empty; give an image", option, path);
    if ((uint64_t)info.st_size > VP_MAX_FILE)
        return vp_fail(error, "%s %s: larger than 4 GiB; that is no image of this board", option,
                       path);
    blob->size = (uint64_t)info.st_size;
    file = fopen(path, "rb");
    if (file == NULL)
        return vp_fail(error, "%s %s: %s; give a file that can be read", option, path,
                       strerror(errno));
    ok = read_all(blob, file);
    (void)fclose(file);
    return ok ||
           vp_fail(error, "%s %s: cannot read its %" PRIu64 " bytes", option, path, blob->size);
}

void vp_blob_free(vp_blob *blob)
{
    free(blob->data);
    memset(blob, 0, sizeof *blob);
}

/* ---------------------------------------------------------------- ELF */

static const char *elf_machine_name(unsigned machine)
{
    switch (machine) {
    case EM_386:
        return "x86";
    case EM_X86_64:
        return "x86-64";
    case EM_ARM:
        return "32-bit Arm";
    case EM_RISCV:
        return "RISC-V";
    case EM_PPC64:
        return "64-bit PowerPC";
    case EM_MIPS:
        return "MIPS";
    default:
        return "another machine";
    }
}

static bool elf_check_header(const vp_blob *blob, const Elf64_Ehdr *header, vp_error *error)
{
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return vp_fail(error,
                       "--elf %s: not an ELF file; give an AArch64 executable (a raw image "
                       "goes to --bios, a Linux Image to --kernel)",
                       blob->path);
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_machine != EM_AARCH64)
        return vp_fail(error,
                       "--elf %s: built for %s; give a 64-bit little-endian AArch64 "
                       "executable",
                       blob->path, elf_machine_name(header->e_machine));
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return vp_fail(error, "--elf %s: not an executable; link it first", blob->path);
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0)
        return vp_fail(error, "--elf %s: no program headers; link it as an executable", blob->path);
    if (header->e_phoff > blob->size ||
        (blob->size - header->e_phoff) / sizeof(Elf64_Phdr) < header->e_phnum)
        return vp_fail(error, "--elf %s: truncated, its program headers are missing", blob->path);
    return true;
}

static bool elf_load_segment(const vp_blob *blob, const Elf64_Phdr *segment, vp_memory *memory,
                             vp_program *program, vp_error *error)
{
    uint8_t *host = vp_memory_host(memory, segment->p_paddr, segment->p_memsz);

    if (segment->p_filesz > segment->p_memsz || segment->p_offset > blob->size ||
        segment->p_filesz > blob->size - segment->p_offset)
        return vp_fail(error, "--elf %s: truncated, a segment ends behind the end of the file",
                       blob->path);
    if (host == NULL)
        return vp_fail(error,
                       "--elf %s: the segment 0x%" PRIx64 "+0x%" PRIx64 " is outside of "
                       "memory; RAM starts at 0x40000000 (see --ram)",
                       blob->path, (uint64_t)segment->p_paddr, (uint64_t)segment->p_memsz);
    memcpy(host, blob->data + segment->p_offset, segment->p_filesz);
    memset(host + segment->p_filesz, 0, segment->p_memsz - segment->p_filesz);
    if (segment->p_paddr < program->low)
        program->low = segment->p_paddr;
    if (segment->p_paddr + segment->p_memsz > program->high)
        program->high = segment->p_paddr + segment->p_memsz;
    return true;
}

/* A position-dependent entry is a virtual address: find the segment that holds it. */
static void elf_set_entry(uint64_t entry, const Elf64_Phdr *segment, vp_program *program)
{
    if (entry >= segment->p_vaddr && entry - segment->p_vaddr < segment->p_memsz)
        program->entry = entry - segment->p_vaddr + segment->p_paddr;
}

bool vp_elf_load(const vp_blob *blob, vp_memory *memory, vp_program *program, vp_error *error)
{
    Elf64_Ehdr header;

    if (blob->size < sizeof header)
        return vp_fail(error, "--elf %s: truncated or not an ELF file; give an AArch64 executable",
                       blob->path);
    memcpy(&header, blob->data, sizeof header);
    if (!elf_check_header(blob, &header, error))
        return false;
    *program = (vp_program){header.e_entry, UINT64_MAX, 0};
    for (unsigned n = 0; n < header.e_phnum; n++) {
        Elf64_Phdr segment;

        memcpy(&segment, blob->data + header.e_phoff + n * sizeof segment, sizeof segment);
        if (segment.p_type != PT_LOAD || segment.p_memsz == 0)
            continue;
        if (!elf_load_segment(blob, &segment, memory, program, error))
            return false;
        elf_set_entry(header.e_entry, &segment, program);
    }
    if (program->high == 0)
        return vp_fail(error, "--elf %s: nothing to load in it; link it as an executable",
                       blob->path);
    return true;
}

/* ---------------------------------------------------------------- Linux Image */

/* The 64-byte header of an arm64 Image; little-endian. */
typedef struct image_header {
    uint32_t code[2];
    uint64_t text_offset;
    uint64_t image_size;
    uint64_t flags;
    uint64_t reserved[3];
    uint32_t magic;
    uint32_t pe_offset;
} image_header;

#define IMAGE_MAGIC      0x644d5241u /* "ARM\x64" */
#define IMAGE_BIG_ENDIAN 1u
#define IMAGE_BASE_ALIGN (UINT64_C(2) << 20)

bool vp_kernel_check(const vp_blob *blob, vp_kernel *kernel, vp_error *error)
{
    image_header header;

    if (blob->size >= 2 && blob->data[0] == 0x1f && blob->data[1] == 0x8b)
        return vp_fail(error, "--kernel %s: gzip-compressed; give the Image itself (gunzip it)",
                       blob->path);
    if (blob->size < sizeof header)
        return vp_fail(error, "--kernel %s: truncated or not an arm64 Image", blob->path);
    memcpy(&header, blob->data, sizeof header);
    if (header.magic != IMAGE_MAGIC)
        return vp_fail(error,
                       "--kernel %s: not an arm64 Image (its header lacks the magic "
                       "number); give the raw Image, or an ELF program to --elf",
                       blob->path);
    if ((header.flags & IMAGE_BIG_ENDIAN) != 0)
        return vp_fail(error, "--kernel %s: a big-endian kernel; give a little-endian one",
                       blob->path);
    if (header.text_offset >= IMAGE_BASE_ALIGN || header.text_offset % 4 != 0)
        return vp_fail(error,
                       "--kernel %s: its text_offset 0x%" PRIx64 " is not below 2 MiB; give an "
                       "intact arm64 Image",
                       blob->path, header.text_offset);
    kernel->text_offset = header.text_offset;
    kernel->image_size = header.image_size > blob->size ? header.image_size : blob->size;
    return true;
}
