/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware's ELF with a program in the place that it keeps for one. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** The firmware's file, read once. */
static struct {
    unsigned char *bytes;
    size_t length, program;
} firmware;

static bool read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    if (fseek(file, 0, SEEK_END) == 0) {
        long length = ftell(file);
        rewind(file);
        if (length > 0 && (firmware.bytes = (unsigned char *)malloc((size_t)length)) != NULL)
            firmware.length = fread(firmware.bytes, 1, (size_t)length, file);
    }
    (void)fclose(file);
    return firmware.length > 0;
}

/** Offset of the program in the firmware: where its mark is. */
static bool find_program(void)
{
    const uint64_t magic = DIFF_MAGIC;
    for (size_t at = 0; at + sizeof(diff_program) <= firmware.length; at += 8) {
        if (memcmp(firmware.bytes + at, &magic, sizeof magic) == 0) {
            firmware.program = at;
            return true;
        }
    }
    return false;
}

static bool load_firmware(const char *path)
{
    if (firmware.program)
        return true;
    if (!read_file(path) || !find_program()) {
        (void)fprintf(stderr, "gicdiff: '%s' is not the interpreter's ELF\n", path);
        return false;
    }
    return true;
}

bool image_write(const diff_tools *tools, const diff_program *program, const char *path)
{
    if (!load_firmware(tools->firmware))
        return false;
    memcpy(firmware.bytes + firmware.program, program, sizeof *program);
    FILE *file = fopen(path, "wb");
    bool written = file && fwrite(firmware.bytes, 1, firmware.length, file) == firmware.length;
    if (file && fclose(file) != 0)
        written = false;
    if (!written)
        (void)fprintf(stderr, "gicdiff: cannot write '%s'\n", path);
    return written;
}
