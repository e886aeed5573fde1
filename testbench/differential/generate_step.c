/* SPDX-License-Identifier: Apache-2.0 */
#include "generate.h"

#include <string.h>

/** INTIDs that the board has. */
#define INTIDS 288u
/** Priority bits that both machines have, and those of the Non-secure view. */
#define PRIORITY_MASK    0xF8u
#define PRIORITY_MASK_NS 0xF0u

uint64_t pick(generator *g, const uint64_t *values, unsigned count)
{
    return values[random_below(&g->random, count)];
}

uint8_t any_pe(generator *g)
{
    return (uint8_t)random_below(&g->random, g->pes);
}

/** Without EL3. */
static uint8_t any_lower_world(generator *g)
{
    uint8_t routing = (uint8_t)PICK(g, 0, DIFF_IMO, DIFF_FMO, DIFF_IMO | DIFF_FMO);
    if (!g->el2)
        return 1;
    return random_chance(&g->random, 60) ? (uint8_t)(2 | DIFF_NS | routing) : 1 | DIFF_NS;
}

uint8_t any_world(generator *g)
{
    if (!g->secure)
        return any_lower_world(g);
    uint8_t world = (uint8_t)PICK(g, 3, 3, 3, 3 | DIFF_NS, 1, 1, 1 | DIFF_NS, 1 | DIFF_NS,
                                  1 | DIFF_NS, 2 | DIFF_NS);
    if (world == (2 | DIFF_NS) && !g->el2)
        world = 1 | DIFF_NS;
    world |= g->routing;
    if (random_chance(&g->random, 10))
        world ^= (uint8_t)PICK(g, DIFF_FIQ, DIFF_IRQ);
    /* With DS=1 a Secure PE has Group 1 as FIQ from QEMU (known.def, secure_line): there none is
     * taken below EL3. */
    if (g->single && (world & (DIFF_LEVEL | DIFF_NS)) == 1)
        world = 1;
    if ((world & DIFF_LEVEL) == 2) /* Where physical interrupts are taken. */
        world |= (uint8_t)PICK(g, 0, DIFF_IMO, DIFF_FMO, DIFF_IMO | DIFF_FMO);
    return world;
}

actor any_actor(generator *g)
{
    actor who;
    who.pe = any_pe(g);
    who.world = any_world(g);
    return who;
}

/** The world as the machine has it. */
static uint8_t world_of(const generator *g, unsigned world)
{
    unsigned routing = DIFF_IMO | DIFF_FMO;
    if (!g->el2 && (world & DIFF_LEVEL) == 2) /* EL3 has the registers of EL2 all the same */
        world = WORLD_ALL | DIFF_NS;
    if (!g->el2)
        return (uint8_t)(g->secure ? world & ~routing : 1u);
    if (g->secure)
        return (uint8_t)world;
    unsigned level = (world & DIFF_LEVEL) == 1 ? 1 : 2;
    return (uint8_t)((world & routing) | DIFF_NS | level);
}

diff_step *emit(generator *g, unsigned op, unsigned pe, unsigned world)
{
    static diff_step overflow;
    diff_program *program = &g->c->program;
    diff_step *step =
        program->steps < DIFF_MAX_STEPS ? &program->step[program->steps++] : &overflow;
    memset(step, 0, sizeof *step);
    step->op = (uint8_t)op;
    step->pe = (uint8_t)pe;
    step->world = world_of(g, world);
    return step;
}

void emit_read(generator *g, unsigned pe, unsigned world, unsigned width, uint64_t address)
{
    diff_step *step = emit(g, DIFF_READ, pe, world);
    step->width = (uint8_t)width;
    step->address = address;
}

void emit_write(generator *g, unsigned pe, unsigned world, unsigned width, uint64_t address,
                uint64_t value)
{
    diff_step *step = emit(g, DIFF_WRITE, pe, world);
    step->width = (uint8_t)width;
    step->address = address;
    step->value = width < 8 ? value & ((UINT64_C(1) << 8 * width) - 1) : value;
    shadow_step(&g->shadow, &g->c->program, step);
}

void emit_mrs(generator *g, unsigned pe, unsigned world, unsigned number)
{
    emit(g, DIFF_MRS, pe, world)->address = number;
}

void emit_msr(generator *g, unsigned pe, unsigned world, unsigned number, uint64_t value)
{
    diff_step *step = emit(g, DIFF_MSR, pe, world);
    step->address = number;
    step->value = value;
    shadow_step(&g->shadow, &g->c->program, step);
}

void emit_sweep(generator *g, unsigned row, unsigned pe, unsigned registers)
{
    diff_step *step = emit(g, DIFF_SWEEP, 0, WORLD_ALL);
    step->width = diff_rows[row].element;
    step->address = row_address(row, pe, 0);
    step->value = registers;
}

void emit_binary_points(generator *g, unsigned pe, unsigned point)
{
    bool banks = g->secure && !g->single;
    emit_msr(g, pe, WORLD_ALL, DIFF_ICC_BPR0_EL1, point);
    /* Group 1 has no offset in the Secure bank alone. */
    emit_msr(g, pe, WORLD_ALL, DIFF_ICC_BPR1_EL1, banks ? point : point + 1);
    if (g->secure)
        emit_msr(g, pe, WORLD_ALL | DIFF_NS, DIFF_ICC_BPR1_EL1, point + 1);
}

uint32_t any_priority(generator *g, unsigned world)
{
    bool shifted = g->secure && !g->single && (world & DIFF_NS);
    return random_below(&g->random, 256) & (shifted ? PRIORITY_MASK_NS : PRIORITY_MASK);
}

uint32_t any_spi(generator *g)
{
    if (random_chance(&g->random, 92))
        return g->spi[random_below(&g->random, POOL_SPIS)];
    return 32 + random_below(&g->random, INTIDS - 32);
}

uint64_t any_route(generator *g)
{
    if (random_chance(&g->random, 90))
        return random_below(&g->random, g->pes);
    return PICK(g, g->pes, 0x100, 0x10000, UINT64_C(0x100000000), 15, 16);
}
