/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the file of a checkpoint. The input is a file as it is, or what a forger puts into
 * the sections of one whose checksums are right: memories, and the lines that say which machine it
 * is of.
 *
 * What is checked: a file is refused with one line, or its pages are inside the memories.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint_config.h"
#include "checkpoint_memory.h"

enum { RAM = 1 << 20, SECTIONS_MAX = 8, PATH_ROOM = 64 };

static void check_error(const vp_error *error)
{
    fuzz_check_error(error->text, sizeof(error->text));
}

static void write_raw(const char *path, fuzz_input *in)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(in->at, 1, in->left, file) == in->left && fclose(file) == 0);
}

/* The sections of the memories of a machine of ours, and others, with content of the input. */
static void write_sections(const char *path, fuzz_input *in)
{
    static const char *const names[] = {"memory.ram",        "memory.flash0", "memory.flash1",
                                        "memory.secure_ram", "config",        "other"};
    vp_ckpt_writer w;
    vp_error error = {""};
    unsigned n;
    memset(&w, 0, sizeof(w));
    CHECK(vp_ckpt_create(&w, path, &error));
    for (n = 0; n < SECTIONS_MAX && in->left > 0; n++) {
        unsigned choice = (unsigned)fuzz_take(in, 1);
        size_t length = (size_t)fuzz_take(in, 2);
        length = length < in->left ? length : in->left;
        vp_ckpt_begin(&w, names[choice % 6u], 1u + (choice >> 7));
        if ((choice & 0x40u) != 0) {
            const uint64_t ram = RAM;
            vp_ckpt_put(&w, &ram, sizeof(ram));
        }
        vp_ckpt_put(&w, in->at, length);
        vp_ckpt_end(&w);
        in->at += length;
        in->left -= length;
    }
    CHECK(vp_ckpt_close(&w, &error));
}

static void read_file(const char *path, vp_memory *memory)
{
    static const uint8_t own_text[] = "machine.cpus = 1\nmachine.ram = 1048576\n";
    gictime_bytes own;
    gictime_cursor c;
    vp_ckpt_reader r;
    vp_error error = {""};
    memset(&own, 0, sizeof(own));
    gictime_bytes_put(&own, own_text, sizeof(own_text) - 1);
    if (!vp_ckpt_open(&r, path, &error)) {
        check_error(&error);
    } else {
        if (!vp_memory_load(memory, &r, &error) || !vp_ckpt_find(&r, "config", 1, &c, &error) ||
            !vp_ckpt_config_same(path, &c, &own, &error) || !vp_ckpt_all_used(&r, &error))
            check_error(&error);
        vp_ckpt_release(&r);
    }
    gictime_bytes_free(&own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static char path[PATH_ROOM];
    fuzz_input in = {data, length};
    vp_memory memory;
    vp_error error = {""};
    const bool raw = (fuzz_take(&in, 1) & 1u) != 0;
    snprintf(path, sizeof(path), "/tmp/fuzz-checkpoint-%ld", (long)getpid());
    memset(&memory, 0, sizeof(memory));
    CHECK(vp_memory_init(&memory, RAM, true, &error));
    if (raw)
        write_raw(path, &in);
    else
        write_sections(path, &in);
    read_file(path, &memory);
    (void)remove(path);
    vp_memory_free(&memory);
    return 0;
}
