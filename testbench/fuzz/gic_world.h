/* SPDX-License-Identifier: Apache-2.0 */
/* A whole GIC by the joiner in a hostile world: its memory, its wires, its PEs do what bytes say.
 */
#ifndef GICTLM_TESTBENCH_FUZZ_GIC_WORLD_H
#define GICTLM_TESTBENCH_FUZZ_GIC_WORLD_H

#include "fuzz.h"
#include "gic/assembly.h"

enum {
    WORLD_RAM = 0x80000, /**< Bytes from address 0; what is behind is refused. */
    WORLD_PES = 4,       /**< At most. */
    WORLD_OPEN = 256,    /**< Requests that memory has not answered; more are refused. */
    WORLD_SETTLE = 3000000
};

/** The GIC and what surrounds it. */
typedef struct world {
    gic_assembly *a;
    void *block;
    gic_config config;
    gic_timing timing;
    uint64_t now;
    uint8_t *ram;
    gic_memory_access open[WORLD_OPEN];
    unsigned opens;
    bool memory_late;  /**< Memory answers later. */
    bool memory_fails; /**< Memory refuses everything. */
    bool trusted;      /**< Nothing forged was loaded: the state is one that the GIC came to. */
    uint64_t lost;     /**< messages_lost and events_dropped of what was loaded: forged, or 0. */
    bool line[WORLD_PES][GIC_LINE_COUNT];
    gic_pe_state pe[WORLD_PES];
    fuzz_input in; /**< The program. */
} world;

/** Build what the first bytes of the program say. */
void world_init(world *w, const uint8_t *data, size_t length);
/** Give back the memory. */
void world_free(world *w);
/** One step of the program. */
void world_step(world *w);
/** Answer memory and let time pass until nothing is under way; what has to hold then does. */
void world_settle(world *w);
/** A saved state, @p length bytes, to be freed. */
unsigned char *world_save(const world *w, size_t *length);
/** Load a saved state. @return whether it was taken. */
bool world_load(world *w, const unsigned char *block, size_t length);

#endif
