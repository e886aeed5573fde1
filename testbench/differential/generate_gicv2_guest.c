/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hypervisor and its guest on a GICv2: list registers in GICH, and Non-secure EL1 with
 * HCR_EL2.IMO or FMO, whose CPU interface is GICV.
 */
#include "generate.h"

enum { LIST_REGISTERS = 4, VINTIDS = 12 };

/* Fields of GICH_HCR, GICH_VMCR, GICH_LR. */
enum { HCR_EN = 1, HCR_ENABLES = 0xFF, HCR_COUNT = 27 };
enum {
    VMCR_GROUPS = 3,
    VMCR_ACKCTL = 1 << 2,
    VMCR_FIQEN = 1 << 3,
    VMCR_CBPR = 1 << 4,
    VMCR_EOIMODE = 1 << 9,
    VMCR_ABPR = 18,
    VMCR_BPR = 21,
    VMCR_PMR = 24
};
enum { LR_CPUID = 10, LR_LINK = 10, LR_EOI = 19, LR_PRIORITY = 23, LR_STATE = 28 };
#define LR_GROUP UINT32_C(0x40000000)
#define LR_HW    UINT32_C(0x80000000)

static actor hypervisor(uint8_t pe)
{
    return (actor){pe, HYPERVISOR};
}

static uint64_t any_control(generator *g)
{
    uint64_t enables = random_next(&g->random) & HCR_ENABLES;
    if (random_chance(&g->random, 40))
        enables = 0;
    return enables | HCR_EN;
}

static uint64_t any_settings(generator *g)
{
    uint64_t mask = PICK(g, 0xF8, 0xF8, 0xF8, 0xF0, 0xC0, 0x80);
    uint64_t aliased = g->virtual_point < 7 ? g->virtual_point + 1u : 7u;
    uint64_t rest = random_chance(&g->random, 20) ? VMCR_CBPR : 0;
    rest |= random_chance(&g->random, 80) ? VMCR_ACKCTL : 0;
    rest |= random_chance(&g->random, 60) ? VMCR_FIQEN : 0;
    return mask << VMCR_PMR | (uint64_t)g->virtual_point << VMCR_BPR | aliased << VMCR_ABPR |
           (g->split ? VMCR_EOIMODE : 0) | VMCR_GROUPS | rest;
}

/** A virtual INTID, each list register with its own. */
static uint32_t any_vintid(generator *g, unsigned n)
{
    static const uint16_t vintids[VINTIDS] = {0, 1, 15, 27, 30, 33, 64, 200, 1019, 500, 18, 7};
    return vintids[(n + LIST_REGISTERS * random_below(&g->random, 3)) % VINTIDS];
}

/** An interrupt to link a list register with: a PPI, made active most of the time, or an SPI that
 *  the PE itself takes. 0: none. */
static uint32_t any_link(generator *g, uint8_t pe)
{
    unsigned n = pool_spi(g);
    if (!random_chance(&g->random, 40))
        return 0;
    if (random_chance(&g->random, 30) && g->v2.owner[n] == pe)
        return g->spi[n];
    uint32_t intid = 16 + random_below(&g->random, 16);
    if (random_chance(&g->random, 75))
        emit_row_write(g, (actor){pe, WORLD_ALL}, ROW2_GICD_ISACTIVER0, 0, UINT64_C(1) << intid);
    return intid;
}

static void emit_list_register(generator *g, uint8_t pe)
{
    unsigned n = random_below(&g->random, LIST_REGISTERS);
    uint32_t lr = any_vintid(g, n), link = lr < 16 ? 0 : any_link(g, pe);
    if (link != 0)
        lr |= LR_HW | link << LR_LINK;
    else if (lr < 16)
        lr |= random_below(&g->random, 8) << LR_CPUID;
    if (link == 0 && random_chance(&g->random, 30))
        lr |= UINT32_C(1) << LR_EOI;
    if (random_chance(&g->random, 50))
        lr |= LR_GROUP;
    lr |= random_below(&g->random, 32) << LR_PRIORITY;
    lr |= (uint32_t)PICK(g, 1, 1, 1, 1, 1, 1, 0, 2, 3) << LR_STATE;
    emit_row_write(g, hypervisor(pe), ROW2_GICH_LR, 4 * n, lr);
}

void gicv2_guest_setup(generator *g)
{
    for (unsigned pe = 0; pe < g->pes; pe++) {
        actor who = hypervisor((uint8_t)pe);
        emit_row_write(g, who, ROW2_GICH_VMCR, 0, any_settings(g));
        emit_row_write(g, who, ROW2_GICH_HCR, 0, any_control(g));
        emit_list_register(g, who.pe);
        emit_list_register(g, who.pe);
    }
}

void gicv2_list_register(generator *g)
{
    emit_list_register(g, any_pe(g));
}

static void restore(generator *g, uint8_t pe)
{
    emit_row_write(g, hypervisor(pe), ROW2_GICH_VMCR, 0, any_settings(g));
}

void gicv2_guest_control(generator *g)
{
    actor who = hypervisor(any_pe(g));
    unsigned choice = random_below(&g->random, 4);
    if (choice == 0)
        restore(g, who.pe);
    else if (choice == 1 && random_chance(&g->random, 20)) /* what is not ended is forgotten */
        emit_row_write(g, who, ROW2_GICH_APR, 0, 0);
    else
        emit_row_write(g, who, ROW2_GICH_HCR, 0, any_control(g));
}

/* ---- the hypervisor -----------------------------------------------------------------------------
 */

/** A register of the hypervisor is written with anything, what follows is read, and it goes back.
 */
void gicv2_hypervisor(generator *g)
{
    static const uint16_t told[] = {ROW2_GICH_MISR, ROW2_GICH_EISR, ROW2_GICH_ELRSR, ROW2_GICH_VMCR,
                                    ROW2_GICH_HCR,  ROW2_GICH_VTR,  ROW2_GICH_APR};
    uint8_t pe = any_pe(g);
    actor who = hypervisor(pe);
    unsigned choice = random_below(&g->random, 4);
    uint64_t count = random_chance(&g->random, 30) ? random_below(&g->random, 32) : 0;
    uint64_t enables = random_next(&g->random) & HCR_ENABLES;
    if (choice == 0)
        emit_row_write(g, who, ROW2_GICH_HCR, 0, enables | count << HCR_COUNT);
    else if (choice == 1)
        emit_row_write(g, who, ROW2_GICH_VMCR, 0, random_next(&g->random));
    else if (choice == 2)
        emit_row_write(g, who, ROW2_GICH_APR, 0, random_sparse(&g->random));
    else
        emit_row_write(g, who, ROW2_GICH_LR, 4 * random_below(&g->random, LIST_REGISTERS), 0);
    for (uint32_t i = 1 + random_below(&g->random, 2); i > 0; i--)
        emit_row_read(g, who, told[random_below(&g->random, sizeof told / sizeof told[0])], 0);
    if (choice == 0)
        emit_row_write(g, who, ROW2_GICH_HCR, 0, any_control(g));
    else if (choice == 1)
        restore(g, pe);
    else if (choice == 2)
        emit_row_write(g, who, ROW2_GICH_APR, 0, 0);
}

/* ---- the guest ----------------------------------------------------------------------------------
 */

static actor guest(generator *g, uint8_t pe)
{
    return (actor){pe, guest_world(g)};
}

static void guest_read(generator *g, uint8_t pe)
{
    static const uint16_t rows[] = {ROW2_GICV_HPPIR,  ROW2_GICV_HPPIR, ROW2_GICV_RPR,
                                    ROW2_GICV_PMR,    ROW2_GICV_CTLR,  ROW2_GICV_BPR,
                                    ROW2_GICV_ABPR,   ROW2_GICV_APR,   ROW2_GICV_IIDR,
                                    ROW2_GICV_AHPPIR, ROW2_GICV_EOIR};
    actor who = guest(g, pe);
    if (random_chance(&g->random, 20))
        emit_mrs(g, pe, who.world, DIFF_ISR_EL1);
    else
        emit_row_read(g, who, rows[random_below(&g->random, sizeof rows / sizeof rows[0])], 0);
}

/** Binary points move and come back. */
static void guest_binary_point(generator *g, uint8_t pe)
{
    actor who = guest(g, pe);
    unsigned row = random_chance(&g->random, 50) ? ROW2_GICV_BPR : ROW2_GICV_ABPR;
    if (g->virtual_point == 2)
        emit_row_write(g, who, row, 0, random_below(&g->random, 8));
    guest_read(g, pe);
    restore(g, pe);
}

static void guest_control(generator *g, uint8_t pe)
{
    actor who = guest(g, pe);
    uint64_t modes = PICK(g, 0, VMCR_EOIMODE);
    emit_row_write(g, who, ROW2_GICV_CTLR, 0, (random_next(&g->random) & 0x1F) | modes);
    guest_read(g, pe);
    restore(g, pe);
}

/** Active priorities that no acknowledge has set, and their end. */
static void guest_active(generator *g, uint8_t pe)
{
    emit_row_write(g, guest(g, pe), ROW2_GICV_APR, 0, random_sparse(&g->random));
    guest_read(g, pe);
    emit_row_write(g, hypervisor(pe), ROW2_GICH_APR, 0, 0);
}

/** GICV_AIAR, which QEMU has not (known.def, aliased). */
static void guest_aliased(generator *g, uint8_t pe)
{
    emit_row_write(g, hypervisor(pe), ROW2_GICH_VMCR, 0, any_settings(g) & ~UINT64_C(2));
    emit_row_read(g, guest(g, pe), ROW2_GICV_AIAR, 0);
    restore(g, pe);
}

static void guest_write(generator *g, uint8_t pe)
{
    static const uint16_t ends[] = {ROW2_GICV_EOIR, ROW2_GICV_DIR, ROW2_GICV_EOIR};
    static const uint16_t others[] = {ROW2_GICV_IAR,  ROW2_GICV_RPR,    ROW2_GICV_HPPIR,
                                      ROW2_GICV_AIAR, ROW2_GICV_AHPPIR, ROW2_GICV_IIDR};
    actor who = guest(g, pe);
    unsigned choice = random_below(&g->random, 20);
    if (choice < 6)
        emit_row_write(g, who, ROW2_GICV_PMR, 0,
                       PICK(g, 0xF8, 0xF8, 0xFF, 0xF0, 0x80, 0, random_next(&g->random) & 0xFF));
    else if (choice < 10) /* not acknowledged, most of the time */
        emit_row_write(g, who, ends[random_below(&g->random, 3)], 0,
                       PICK(g, 27, 30, 33, 64, 200, 1019, 1021, 1022, 1023));
    else if (choice < 12)
        guest_binary_point(g, pe);
    else if (choice < 13)
        guest_active(g, pe);
    else if (choice < 17)
        guest_control(g, pe);
    else if (choice < 19)
        emit_row_write(g, who, others[random_below(&g->random, 6)], 0, random_next(&g->random));
    else /* while Group 1 is off nothing is acknowledged */
        guest_aliased(g, pe);
}

static void guest_end(generator *g, uint8_t pe)
{
    actor who = guest(g, pe);
    bool dropped = random_chance(&g->random, 25);
    diff_step *step = emit(g, dropped ? DIFF_DROPPED : DIFF_END, pe, who.world);
    if (!dropped)
        step->value = PICK(g, 0, DIFF_TAKE_DIR, DIFF_TAKE_DIR, DIFF_TAKE_DIR | DIFF_TAKE_LATE);
}

void gicv2_guest_access(generator *g)
{
    uint8_t pe = any_pe(g);
    unsigned choice = random_below(&g->random, 12);
    if (choice < 3) {
        guest_read(g, pe);
    } else if (choice < 6) {
        guest_write(g, pe);
    } else if (choice < 9) {
        actor who = guest(g, pe);
        emit(g, DIFF_ACK, pe, who.world)->value = random_below(&g->random, 2);
    } else {
        guest_end(g, pe);
    }
}

void gicv2_guest_window(generator *g)
{
    uint8_t pe = any_pe(g);
    if (random_chance(&g->random, 60))
        emit_list_register(g, pe);
    actor who = guest(g, pe);
    diff_step *step = emit(g, DIFF_WINDOW, pe, who.world);
    step->value = PICK(g, DIFF_TAKE_IRQ, DIFF_TAKE_FIQ, DIFF_TAKE_IRQ | DIFF_TAKE_FIQ,
                       DIFF_TAKE_IRQ | DIFF_TAKE_FIQ, DIFF_TAKE_IRQ | DIFF_TAKE_FIQ);
    step->value |=
        PICK(g, 0, DIFF_TAKE_EOI, DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR,
             DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR,
             DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR | DIFF_TAKE_LATE);
    if (random_chance(&g->random, 40))
        step->value |= DIFF_TAKE_NEST;
}

void gicv2_guest_sweep(generator *g)
{
    static const uint16_t rows[] = {ROW2_GICH_HCR,  ROW2_GICH_VMCR,  ROW2_GICH_MISR, ROW2_GICH_APR,
                                    ROW2_GICH_EISR, ROW2_GICH_ELRSR, ROW2_GICV_CTLR};
    for (unsigned pe = 0; pe < g->pes; pe++) {
        for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
            emit_row_read(g, hypervisor((uint8_t)pe), rows[i], 0);
    }
}
