/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts made pending, acknowledged, ended and taken. */
#include "generate.h"

#define SGI_RANGE (UINT64_C(0xF) << 44)

/** A value of ICC_SGIxR. */
static uint64_t any_sgi(generator *g)
{
    uint64_t value = (uint64_t)random_below(&g->random, 16) << 24;
    unsigned choice = random_below(&g->random, 20);
    if (choice < 3)
        value |= UINT64_C(1) << 40; /* IRM: all but the sender */
    if (choice == 3)
        value |= PICK(g, UINT64_C(1) << 16, UINT64_C(1) << 32, UINT64_C(1) << 48, UINT64_C(1) << 44,
                      UINT64_C(15) << 44);
    value |=
        choice < 8 ? random_below(&g->random, 1u << 16) : 1u << random_below(&g->random, g->pes);
    return value;
}

/** Where the machines are known to forward the SGI differently its pending bit is looked at, and
 *  taken back, before anyone can acknowledge it. */
static void settle_sgi(generator *g, uint8_t pe, uint32_t differs, unsigned intid)
{
    for (unsigned target = 0; target < g->pes; target++) {
        if (!(differs >> target & 1))
            continue;
        emit_read(g, pe, WORLD_ALL, 4, row_address(ROW_GICR_ISPENDR0, target, 0));
        emit_write(g, pe, WORLD_ALL, 4, row_address(ROW_GICR_ICPENDR0, target, 0),
                   UINT64_C(1) << intid);
    }
}

void random_sgi(generator *g)
{
    diff_program *program = &g->c->program;
    actor who = any_actor(g);
    uint8_t pe = who.pe, world = who.world;
    diff_step step = {.op = DIFF_MSR, .pe = pe, .world = world, .value = any_sgi(g)};
    step.address = PICK(g, DIFF_ICC_SGI1R_EL1, DIFF_ICC_SGI1R_EL1, DIFF_ICC_SGI1R_EL1,
                        DIFF_ICC_SGI0R_EL1, DIFF_ICC_ASGI1R_EL1);
    if (sgi_decode(program, &step).range && sgi_differs_by_group(&g->shadow, program, &step))
        step.value &= ~SGI_RANGE; /* one difference at a time: this one would go as if RS were 0 */
    uint32_t differs = sgi_differs(&g->shadow, program, &step);
    if (differs && random_chance(&g->random, 60)) { /* rather one that is the same on both */
        step.value ^= (uint64_t)(1 + random_below(&g->random, 15)) << 24;
        if (sgi_differs_by_group(&g->shadow, program, &step))
            step.value &= ~SGI_RANGE;
        differs = sgi_differs(&g->shadow, program, &step);
    }
    if (differs >> pe & 1) {
        step.value &= ~(UINT64_C(1) << pe);
        differs = sgi_differs(&g->shadow, program, &step);
    }
    emit_msr(g, pe, world, (unsigned)step.address, step.value);
    settle_sgi(g, pe, differs, sgi_decode(program, &step).intid);
}

void random_pend(generator *g)
{
    actor who = any_actor(g);
    uint8_t pe = who.pe, world = random_chance(&g->random, 60) ? (uint8_t)WORLD_ALL : who.world;
    if (random_chance(&g->random, 60)) {
        uint32_t intid = any_spi(g);
        uint64_t value = UINT64_C(1) << intid % 32;
        if (random_chance(&g->random, 20)) { /* several at once */
            for (unsigned i = 0; i < POOL_SPIS; i++)
                value |= g->spi[i] / 32 == intid / 32 ? UINT64_C(1) << g->spi[i] % 32 : 0;
        }
        emit_write(g, pe, world, 4, row_address(ROW_GICD_ISPENDR, 0, intid / 32 * 4), value);
    } else {
        uint64_t value = UINT64_C(1) << random_below(&g->random, 32);
        if (random_chance(&g->random, 20))
            value |= random_sparse(&g->random) & 0xFFFFFFFF;
        emit_write(g, pe, world, 4, row_address(ROW_GICR_ISPENDR0, any_pe(g), 0), value);
    }
}

/** A world to acknowledge and end in. With DS=1 QEMU keeps Group 1 from Secure EL1 (known.def,
 *  secure_group_1): seldom there. */
static uint8_t acknowledging_world(generator *g)
{
    uint8_t world = any_world(g);
    bool secure_el1 = (world & (DIFF_LEVEL | DIFF_NS)) == 1;
    if (g->secure && g->single && secure_el1 && !random_chance(&g->random, 3))
        world = WORLD_ALL;
    return world;
}

void random_ack(generator *g)
{
    uint8_t pe = any_pe(g);
    uint8_t world = acknowledging_world(g);
    emit(g, DIFF_ACK, pe, world)->value = random_below(&g->random, 2);
}

void random_end(generator *g)
{
    uint8_t pe = any_pe(g);
    uint8_t world = acknowledging_world(g);
    if (random_chance(&g->random, 25)) {
        (void)emit(g, DIFF_DROPPED, pe, world);
        return;
    }
    if (random_chance(&g->random, 50))
        world = WORLD_ALL;
    emit(g, DIFF_END, pe, world)->value =
        PICK(g, 0, 0, DIFF_TAKE_DIR, DIFF_TAKE_DIR, DIFF_TAKE_DIR | DIFF_TAKE_LATE);
}

void random_window(generator *g)
{
    uint8_t world = any_world(g);
    if (g->secure && g->single)
        world = (uint8_t)((world & (DIFF_FIQ | DIFF_IRQ)) | 1u | DIFF_NS);
    diff_step *step = emit(g, DIFF_WINDOW, any_pe(g), world);
    step->value = PICK(g, DIFF_TAKE_IRQ, DIFF_TAKE_FIQ, DIFF_TAKE_IRQ | DIFF_TAKE_FIQ,
                       DIFF_TAKE_IRQ | DIFF_TAKE_FIQ, DIFF_TAKE_IRQ | DIFF_TAKE_FIQ);
    step->value |=
        PICK(g, 0, DIFF_TAKE_EOI, DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR,
             DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR,
             DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR | DIFF_TAKE_LATE);
    bool one_state =
        g->secure && g->single; /* at EL3 QEMU has another line: known.def, secure_line */
    if (random_chance(&g->random, 40) && !one_state)
        step->value |= DIFF_TAKE_NEST;
    if (random_chance(&g->random, 30)) {
        uint32_t intid = any_spi(g);
        step->value |= DIFF_TAKE_RAISE;
        if (random_chance(&g->random, 50)) {
            step->address = row_address(ROW_GICD_ISPENDR, 0, intid / 32 * 4);
            step->data[0] = UINT64_C(1) << intid % 32;
        } else {
            step->address = row_address(ROW_GICR_ISPENDR0, any_pe(g), 0);
            step->data[0] = UINT64_C(1) << random_below(&g->random, 32);
        }
    }
}

/** A timer as a level that software moves: due for ever, or never. */
void random_timer(generator *g)
{
    static const uint16_t timers[][2] = {{DIFF_CNTP_CTL_EL0, DIFF_CNTP_CVAL_EL0},
                                         {DIFF_CNTV_CTL_EL0, DIFF_CNTV_CVAL_EL0},
                                         {DIFF_CNTPS_CTL_EL1, DIFF_CNTPS_CVAL_EL1}};
    const uint16_t *timer = timers[random_below(&g->random, g->secure ? 3 : 2)];
    uint8_t pe = any_pe(g);
    if (random_chance(&g->random, 25))
        emit_msr(g, pe, WORLD_ALL, timer[1], PICK(g, 0, 0, UINT64_C(0x7FFFFFFFFFFFFFFF)));
    else if (random_chance(&g->random, 20))
        emit_mrs(g, pe, WORLD_ALL, timer[random_below(&g->random, 2)]);
    else
        emit_msr(g, pe, WORLD_ALL, timer[0], PICK(g, 1, 1, 0, 3, 2));
}

/** The UART's line, by its transmit interrupt. */
void random_uart(generator *g)
{
    enum { DR = 0x00, RIS = 0x3C, IMSC = 0x38, MIS = 0x40, ICR = 0x44, TX = 0x20 };
    uint8_t pe = any_pe(g);
    unsigned choice = random_below(&g->random, 10);
    if (choice < 4)
        emit_write(g, pe, WORLD_ALL, 4, DIFF_UART + IMSC, PICK(g, TX, TX, 0));
    else if (choice < 6)
        emit_write(g, pe, WORLD_ALL, 4, DIFF_UART + ICR, TX);
    else if (choice < 8)
        emit_write(g, pe, WORLD_ALL, 4, DIFF_UART + DR, 'u');
    else
        emit_read(g, pe, WORLD_ALL, 4, DIFF_UART + (choice == 8 ? RIS : MIS));
}
