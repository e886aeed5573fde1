/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: forged saved states. A GIC is brought somewhere by a program and saved; bytes of the
 * file are changed and its checksums made good again; then it is loaded. Either it is refused, or
 * the GIC goes on from there: wrong, as the file was, but within its memory and to an end.
 */
#include "gic_world.h"

#include <string.h>

#include "gic/save.h"

enum { ROUNDS_MAX = 2, STEPS_MAX = 40, EDITS_MAX = 8 };

/* Make the checksums of all blocks good again. */
static void reseal(unsigned char *file, size_t length)
{
    size_t at = 0;
    while (length - at >= sizeof(gic_save_header)) {
        gic_save_header header;
        unsigned char *payload = file + at + sizeof(header);
        memcpy(&header, file + at, sizeof(header));
        if (header.length > length - at - sizeof(header))
            return;
        header.checksum = gic_checksum(payload, header.length);
        memcpy(file + at, &header, sizeof(header));
        at += sizeof(header) + header.length;
    }
}

/* Changes bytes, mostly one here and there; the numbers of the length's bytes are as likely. */
static bool forge(world *w, unsigned char *file, size_t length)
{
    unsigned edits = (unsigned)fuzz_take(&w->in, 1) % (EDITS_MAX + 1u);
    unsigned n;
    for (n = 0; n < edits; n++) {
        size_t at = (size_t)fuzz_take(&w->in, 3) % length;
        file[at] ^= (unsigned char)fuzz_take(&w->in, 1);
    }
    reseal(file, length);
    return edits > 0;
}

static void round_of(world *w)
{
    unsigned steps = (unsigned)fuzz_take(&w->in, 1) % STEPS_MAX;
    size_t length;
    unsigned char *file;
    for (; steps > 0 && w->in.left > 0; steps--)
        world_step(w);
    file = world_save(w, &length);
    if (forge(w, file, length))
        w->trusted = false;
    if (!world_load(w, file, length)) {
        w->opens = 0;
        gic_assembly_reset(w->a, w->now);
        w->trusted = true;
    }
    free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static world w;
    unsigned n;
    world_init(&w, data, length);
    for (n = 0; n < ROUNDS_MAX && w.in.left > 0; n++)
        round_of(&w);
    world_settle(&w);
    world_free(&w);
    return 0;
}
