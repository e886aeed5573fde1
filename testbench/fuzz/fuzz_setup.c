/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the command line of gicvp and the files that it names. The input is arguments, one a
 * line, up to a 0 byte; what follows is a file, which an argument names by '@'.
 *
 * What is done is what gicvp does before it builds the machine: symbols, parameters, devices,
 * memories, the ELF program or Image, the device tree. What is checked: an error is one line;
 * symbols are in order, each is found at its address, and what is said of a place is one line too.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boot.h"
#include "checkpoint_config.h"
#include "options.h"
#include "params.h"
#include "plug.h"
#include "symbols.h"

enum { ARGUMENTS_MAX = 40, TEXT_MAX = 4096 };
static const uint64_t ram_max = UINT64_C(1) << 29; /* an ELF program may ask for all of it */

typedef struct command_line {
    char text[2 * TEXT_MAX];
    char *argument[ARGUMENTS_MAX + 1];
    int count;
} command_line;

static void check_error(const vp_error *error)
{
    fuzz_check_error(error->text, sizeof(error->text));
}

/* The file of the input; its path can be opened as long as the descriptor is open. */
static int file_of(const uint8_t *data, size_t length, char *path, size_t room)
{
    int fd = memfd_create("fuzz", 0);
    CHECK(fd >= 0 && write(fd, data, length) == (ssize_t)length);
    snprintf(path, room, "/proc/self/fd/%d", fd);
    return fd;
}

/* Arguments with the path for each '@'; those that could name another file are left out. */
static void cut_arguments(command_line *c, const char *in, size_t length, const char *path)
{
    char *out = c->text;
    char *end = c->text + sizeof(c->text) - 64;
    const char *stop = in + length;
    c->argument[c->count++] = (char *)(uintptr_t) "gicvp";
    c->argument[c->count++] = (char *)(uintptr_t) "run";
    while (in < stop && c->count < ARGUMENTS_MAX && out < end) {
        char *begin = out;
        bool keep = true;
        for (; in < stop && *in != '\n' && out < end; in++) {
            keep = keep && *in != '/';
            if (*in == '@')
                out += snprintf(out, 64, "%s", path);
            else
                *out++ = *in;
        }
        *out++ = '\0';
        if (in < stop)
            in++;
        if (keep)
            c->argument[c->count++] = begin;
        else
            out = begin;
    }
    c->argument[c->count] = NULL;
}

static void boot(const vp_options *options, const vp_params *params, vp_machine *machine)
{
    vp_memory memory;
    vp_boot boot;
    vp_error error = {""};
    gictime_bytes text;
    memset(&memory, 0, sizeof(memory));
    memset(&boot, 0, sizeof(boot));
    memset(&text, 0, sizeof(text));
    if (!vp_memory_init(&memory, options->ram, options->secure, &error) ||
        !vp_boot_prepare(&boot, options, machine, &memory, &error)) {
        check_error(&error);
    } else {
        CHECK(vp_boot_restore(&boot, options, machine, &memory, &error));
        vp_ckpt_config(options, params, &boot, &text);
    }
    gictime_bytes_free(&text);
    vp_boot_free(&boot);
    vp_memory_free(&memory);
}

static void check_symbols(const vp_symbols *s)
{
    char place[VP_PLACE_MAX];
    size_t n;
    CHECK(s->count <= VP_SYMBOLS_MAX);
    for (n = 0; n < s->count; n++) {
        CHECK(n == 0 || s->symbol[n - 1].address < s->symbol[n].address);
        CHECK(vp_symbols_find(s, s->symbol[n].address) == &s->symbol[n]);
        vp_symbols_place(s, s->symbol[n].address + 1u, place, sizeof(place));
        CHECK(strlen(place) < sizeof(place) - 1u && strchr(place, '\n') == NULL);
    }
}

static void read_symbols(const vp_options *options)
{
    vp_symbols symbols;
    vp_error error = {""};
    unsigned n;
    memset(&symbols, 0, sizeof(symbols));
    for (n = 0; n < options->num_symbols; n++) {
        if (vp_symbols_read(&symbols, options->symbols[n], &error))
            check_symbols(&symbols);
        else
            check_error(&error);
    }
    vp_symbols_free(&symbols);
}

static void set_up(const command_line *c)
{
    static vp_options options;
    static vp_params params;
    static vp_plug plug;
    vp_machine machine;
    vp_error error = {""};
    memset(&options, 0, sizeof(options));
    memset(&params, 0, sizeof(params));
    memset(&plug, 0, sizeof(plug));
    if (!vp_options_parse(&options, c->count, (char **)(uintptr_t)c->argument, &error)) {
        check_error(&error);
        return;
    }
    read_symbols(&options);
    if (options.ram > ram_max)
        return;
    vp_machine_make(&machine, &options);
    if (!vp_params_make(&params, &options, &machine, &error) ||
        !vp_plug_make(&plug, &options, &params, &machine, &error))
        check_error(&error);
    else
        boot(&options, &params, &machine);
    vp_plug_free(&plug);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static command_line c;
    const uint8_t *end = length > 0 ? (const uint8_t *)memchr(data, 0, length) : NULL;
    const size_t text = end ? (size_t)(end - data) : length;
    char path[64];
    int fd;
    if (text > TEXT_MAX)
        return 0;
    fd = file_of(data + text + (end ? 1 : 0), length - text - (end ? 1 : 0), path, sizeof(path));
    memset(&c, 0, sizeof(c));
    cut_arguments(&c, (const char *)data, text, path);
    set_up(&c);
    close(fd);
    return 0;
}
