/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the whole GIC under hostile PEs, wires and memory. The input is a configuration and
 * a program of register accesses of every width and Security state, system registers, interrupts
 * taken and ended, wires, states of PEs, late and refused memory, and time.
 *
 * What is checked beside the sanitizers: no message or event is lost for want of room; everything
 * comes to rest in bounded work; no SPI is presented to two PEs or acknowledged twice; what is
 * saved is loaded and saved again as the same bytes; a damaged file is refused.
 */
#include "gic_world.h"

enum { STEPS_MAX = 600 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static world w;
    unsigned n;
    world_init(&w, data, length);
    for (n = 0; n < STEPS_MAX && w.in.left > 0; n++)
        world_step(&w);
    w.memory_fails = false;
    world_settle(&w);
    world_free(&w);
    return 0;
}
