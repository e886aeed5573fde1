/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issdiff: random instruction streams on QEMU and on gicvp. Each is one program; both print a
 * digest of all registers, of memory and of every exception taken, and these must be equal. Of a
 * seed that differs the first checkpoint is found at which the states differ, and what is shown is
 * the instructions up to it and the registers that are not the same.
 *
 * What is known to differ is not generated: QEMU 7.2 does not check the alignment of SP, nor that
 * of an access to Device memory; it reports an unmapped branch target before an unaligned one; it
 * swaps op1 and op2 in the syndrome of a trapped MSR DAIFSet; of a store of 16 bytes or more that
 * faults in its second page it has written the first part; a store exclusive without a monitor does
 * not look at its address; of a host with VHE it does not trap WFI of EL0 by SCTLR_EL2.nTWI, and
 * gives an abort of stage 1 the syndrome of the access, which the firmware leaves out. All of these
 * the architecture leaves open, or our side has right.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image.h"
#include "run.h"

static stream program;
static char text[2][RUN_BYTES + 1];

typedef struct options {
    machines both;
    const char *firmware;
    uint64_t first, last;
    unsigned items;
    bool stage2, vhe;
    char image[64];
} options;

/** Writes and runs the program on both; false when one did not end well. */
static bool run_both(const options *o)
{
    if (!image_write(o->image, o->firmware, &program))
        exit(2);
    bool el2 = o->stage2 || o->vhe;
    bool ours = run_image(&o->both, SIDE_GICVP, o->image, el2, o->vhe, text[SIDE_GICVP]);
    bool theirs = run_image(&o->both, SIDE_QEMU, o->image, el2, o->vhe, text[SIDE_QEMU]);
    return ours && theirs;
}

/** The next line of @p at, zero-terminated in place; NULL after the last. */
static char *next_line(char **at)
{
    char *line = *at, *end = strchr(line, '\n');
    if (!end)
        return NULL;
    *end = 0;
    if (end > line && end[-1] == '\r')
        end[-1] = 0;
    *at = end + 1;
    return line;
}

/** Shows the lines that differ; how many do. */
static unsigned show_difference(unsigned most)
{
    char *at[2] = {text[0], text[1]}, *line[2];
    unsigned differing = 0;
    while ((line[0] = next_line(&at[0])) && (line[1] = next_line(&at[1])))
        if (strcmp(line[0], line[1]) != 0 && differing++ < most)
            printf("    gicvp %s\n    qemu  %s\n", line[0], line[1]);
    return differing;
}

/** Number of the checkpoint where the traces part; 0: they do not. */
static unsigned first_difference(void)
{
    char *at[2] = {text[0], text[1]}, *line[2];
    unsigned checkpoint = 1;
    while ((line[0] = next_line(&at[0])) && (line[1] = next_line(&at[1]))) {
        if (strcmp(line[0], line[1]) != 0) {
            printf("    gicvp %s\n    qemu  %s\n", line[0], line[1]);
            return checkpoint;
        }
        checkpoint += strncmp(line[0], "at ", 3) == 0;
    }
    return line[0] || next_line(&at[1]) ? checkpoint : 0;
}

/** Whether register @p number is named by one of the last instructions of an item. */
static bool is_named(unsigned item, unsigned number)
{
    static const uint8_t fields[4] = {0, 5, 10, 16};
    unsigned end = program.item[item] - 1u, first = program.item[item - 1u];
    for (unsigned i = end > first + 4u ? end - 4u : first; i < end; i++)
        for (unsigned f = 0; f < 4u; f++)
            if ((program.word[i] >> fields[f] & 31u) == number)
                return true;
    return false;
}

/** Shows what the item's instructions may have read, of a dump that is the same on both. */
static void show_before(unsigned item)
{
    char *at = text[0], *line;
    while ((line = next_line(&at))) {
        const char *digits = line + strcspn(line, "0123456789");
        bool numbered = *line == 'x' || *line == 'v';
        if (numbered ? is_named(item, (unsigned)strtoul(digits, NULL, 10))
                     : strncmp(line, "page", 4) != 0)
            printf("    %s\n", line);
    }
}

/** Finds where the machines part and shows it. */
static void narrow(const options *o)
{
    program.header.trace = 1;
    (void)run_both(o);
    unsigned item = first_difference();
    if (item == 0 || item > program.items) {
        printf("  the traces are equal: the program ends differently\n");
        return;
    }
    printf("  item %u of %u:", item, program.items);
    for (unsigned i = program.item[item - 1u]; i < program.item[item]; i++)
        printf(" %08x", program.word[i]);
    printf("\n");
    program.header.trace = 0;
    program.header.dump = item - 1u;
    if (item > 1u && run_both(o)) {
        printf("  before it, the same on both:\n");
        show_before(item);
    }
    program.header.dump = item;
    (void)run_both(o);
    printf("  after it:\n");
    (void)show_difference(40);
}

static bool one_seed(const options *o, uint64_t seed)
{
    stream_kind kind = {seed, o->items, o->stage2, o->vhe};
    stream_generate(&program, &kind);
    bool ended = run_both(o);
    if (ended && strcmp(text[0], text[1]) == 0 && strncmp(text[0], "end ", 4) == 0)
        return true;
    printf("seed %llu differs:\n  gicvp %.200s\n  qemu  %.200s\n", (unsigned long long)seed,
           text[0], text[1]);
    narrow(o);
    (void)fflush(stdout);
    return false;
}

static int usage(void)
{
    (void)fprintf(stderr,
                  "usage: issdiff --gicvp FILE --qemu FILE --firmware FILE [--seeds A..B]\n"
                  "               [--items N] [--stage2 on|off] [--vhe on|off]\n"
                  "Runs random instruction streams on both. Seeds 1..20, 500 items each;\n"
                  "with stage 2 they run below a hypervisor, whose page tables they change;\n"
                  "with VHE at EL2 and EL0 of a host, or with both below a host.\n"
                  "Exit status: 0 equal, 1 different, 2 bad usage, 77 no QEMU.\n");
    return 2;
}

static bool number(const char *from, const char *end, uint64_t *v)
{
    char *stop;
    errno = 0;
    *v = strtoull(from, &stop, 0);
    return errno == 0 && stop != from && (end ? strncmp(stop, end, strlen(end)) == 0 : !*stop);
}

static bool parse_seeds(const char *from, options *o)
{
    const char *dots = strstr(from, "..");
    if (!dots)
        return number(from, NULL, &o->first) && number(from, NULL, &o->last);
    return number(from, "..", &o->first) && number(dots + 2, NULL, &o->last) && o->first <= o->last;
}

static bool is_switch(const char *value)
{
    return strcmp(value, "on") == 0 || strcmp(value, "off") == 0;
}

static bool parse(int count, char **argument, options *o)
{
    for (int i = 1; i + 1 < count; i += 2) {
        const char *name = argument[i], *value = argument[i + 1];
        uint64_t n;
        if (strcmp(name, "--gicvp") == 0)
            o->both.gicvp = value;
        else if (strcmp(name, "--qemu") == 0)
            o->both.qemu = value;
        else if (strcmp(name, "--firmware") == 0)
            o->firmware = value;
        else if (strcmp(name, "--seeds") == 0 && parse_seeds(value, o))
            continue;
        else if (strcmp(name, "--items") == 0 && number(value, NULL, &n) && n - 1u < 2000u)
            o->items = (unsigned)n;
        else if (strcmp(name, "--stage2") == 0 && is_switch(value))
            o->stage2 = strcmp(value, "on") == 0;
        else if (strcmp(name, "--vhe") == 0 && is_switch(value))
            o->vhe = strcmp(value, "on") == 0;
        else
            return false;
    }
    return count % 2 == 1 && o->both.gicvp && o->both.qemu && o->firmware;
}

int main(int count, char **argument)
{
    options o = {.first = 1, .last = 20, .items = 500};
    unsigned differing = 0;
    if (!parse(count, argument, &o))
        return usage();
    if (access(o.both.qemu, X_OK) != 0) {
        printf("skipped: no QEMU at '%s'\n", o.both.qemu);
        return 77;
    }
    (void)snprintf(o.image, sizeof o.image, "/tmp/issdiff.XXXXXX");
    int made = mkstemp(o.image);
    if (made < 0) {
        perror("issdiff: temporary file");
        return 2;
    }
    (void)close(made);
    for (uint64_t seed = o.first; seed <= o.last && differing < 10u; seed++)
        differing += !one_seed(&o, seed);
    (void)unlink(o.image);
    printf("seeds %llu to %llu, %u items each: %u differ\n", (unsigned long long)o.first,
           (unsigned long long)o.last, o.items, differing);
    return differing != 0;
}
