/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hypervisor and its guest: what EL2 puts into the virtual CPU interface, and what Non-secure EL1
 * does with it while HCR_EL2.IMO and FMO are set.
 */
#include "generate.h"

enum { LIST_REGISTERS = 4, VINTIDS = 12 };

/* Fields of ICH_HCR_EL2. */
enum {
    HCR_EN = 1 << 0,
    HCR_LRENPIE = 1 << 2,
    HCR_VGRP0DIE = 1 << 5,
    HCR_ENABLES = 0xFF,
    HCR_TC = 1 << 10,
    HCR_TALL0 = 1 << 11,
    HCR_TALL1 = 1 << 12,
    HCR_TDIR = 1 << 14
};

/* Fields of ICH_VMCR_EL2. */
enum {
    VMCR_GROUPS = 3,
    VMCR_VCBPR = 1 << 4,
    VMCR_VEOIM = 1 << 9,
    VMCR_VBPR1 = 18,
    VMCR_VBPR0 = 21
};

/* Fields of ICH_LR<n>_EL2. */
enum { LR_PRIORITY = 48, LR_LINK = 32, LR_EOI = 41, LR_GROUP = 60, LR_HW = 61, LR_STATE = 62 };

uint8_t guest_world(generator *g)
{
    uint8_t world = (uint8_t)(1 | DIFF_NS | g->routing);
    return (uint8_t)(world | PICK(g, DIFF_IMO | DIFF_FMO, DIFF_IMO | DIFF_FMO, DIFF_IMO | DIFF_FMO,
                                  DIFF_IMO | DIFF_FMO, DIFF_IMO | DIFF_FMO, DIFF_IMO, DIFF_FMO));
}

/** Enables of the maintenance interrupt. VGrp0DIE is left out (known.def, virtual_group_0), and so
 *  is LRENPIE while EOImode is 1 (known.def, eoi_count). */
static uint64_t any_control(generator *g)
{
    uint64_t enables = random_next(&g->random) & HCR_ENABLES & ~(uint64_t)HCR_VGRP0DIE;
    if (random_chance(&g->random, 40))
        enables = 0;
    if (g->split)
        enables &= ~(uint64_t)HCR_LRENPIE;
    return enables | HCR_EN;
}

/** ICH_VMCR_EL2 of a guest that can be interrupted, with the program's binary points. */
static uint64_t any_settings(generator *g)
{
    uint64_t mask = PICK(g, 0xF8, 0xF8, 0xF8, 0xF0, 0xC0, 0x80);
    uint64_t group1 = g->virtual_point < 7 ? g->virtual_point + 1u : 7u;
    uint64_t common = random_chance(&g->random, 20) ? VMCR_VCBPR : 0;
    return mask << 24 | (uint64_t)g->virtual_point << VMCR_VBPR0 | group1 << VMCR_VBPR1 |
           (g->split ? VMCR_VEOIM : 0) | VMCR_GROUPS | common;
}

/** Whether a list register may be linked with the interrupt: one that the guest's Security state
 *  can end (known.def, linked_group). */
static bool can_link(const generator *g, unsigned pe, uint32_t intid)
{
    return g->single || shadow_group(&g->shadow, pe, intid) == DIFF_GROUP_1NS;
}

/** A virtual INTID: SGI, PPI, SPI or LPI, each list register with its own. */
static uint64_t any_vintid(generator *g, unsigned n)
{
    static const uint16_t vintids[VINTIDS] = {0,  1,   15,   27,   30,   33,
                                              64, 200, 1019, 8192, 8200, 9000};
    return vintids[(n + LIST_REGISTERS * random_below(&g->random, 3)) % VINTIDS];
}

/** An interrupt for a list register to be linked with, made active most of the time. 0: none. */
static uint32_t any_link(generator *g, uint8_t pe)
{
    bool spi = random_chance(&g->random, 60);
    uint32_t intid = spi ? any_spi(g) : 16 + random_below(&g->random, 16);
    if (!random_chance(&g->random, 35) || !can_link(g, pe, intid))
        return 0;
    if (random_chance(&g->random, 70))
        emit_write(g, pe, WORLD_ALL, 4,
                   spi ? row_address(ROW_GICD_ISACTIVER, 0, intid / 32 * 4)
                       : row_address(ROW_GICR_ISACTIVER0, pe, 0),
                   UINT64_C(1) << intid % 32);
    return intid;
}

static void emit_list_register(generator *g, uint8_t pe)
{
    unsigned n = random_below(&g->random, LIST_REGISTERS);
    uint64_t lr = any_vintid(g, n), link = any_link(g, pe);
    uint64_t state = PICK(g, 1, 1, 1, 1, 1, 1, 0, 2, 3);
    if (link != 0)
        lr |= UINT64_C(1) << LR_HW | link << LR_LINK;
    else if (random_chance(&g->random, 30))
        lr |= UINT64_C(1) << LR_EOI;
    lr |= (uint64_t)random_below(&g->random, 2) << LR_GROUP;
    lr |= (uint64_t)(random_below(&g->random, 32) * 8u) << LR_PRIORITY;
    emit_msr(g, pe, HYPERVISOR, DIFF_ICH_LR0_EL2 + n, lr | state << LR_STATE);
}

void restore_virtual(generator *g, uint8_t pe, unsigned number)
{
    if (number == DIFF_ICH_VMCR_EL2)
        emit_msr(g, pe, HYPERVISOR, number, any_settings(g));
    else if (number == DIFF_ICH_HCR_EL2)
        emit_msr(g, pe, HYPERVISOR, number, any_control(g));
    else if (number == DIFF_ICH_AP0R0_EL2 || number == DIFF_ICH_AP1R0_EL2)
        emit_msr(g, pe, HYPERVISOR, number, 0);
}

void generate_guest_setup(generator *g)
{
    for (unsigned pe = 0; pe < g->pes; pe++) {
        emit_msr(g, pe, HYPERVISOR, DIFF_ICH_VMCR_EL2, any_settings(g));
        emit_msr(g, pe, HYPERVISOR, DIFF_ICH_HCR_EL2, any_control(g));
        emit_list_register(g, (uint8_t)pe);
        emit_list_register(g, (uint8_t)pe);
    }
}

void random_list_register(generator *g)
{
    emit_list_register(g, any_pe(g));
}

/** The hypervisor sets the guest's controls anew. */
void random_guest_control(generator *g)
{
    uint8_t pe = any_pe(g);
    unsigned choice = random_below(&g->random, 4);
    if (choice == 0)
        emit_msr(g, pe, HYPERVISOR, DIFF_ICH_VMCR_EL2, any_settings(g));
    else if (choice == 1) /* what the guest has not ended is forgotten */
        emit_msr(g, pe, HYPERVISOR,
                 random_chance(&g->random, 50) ? DIFF_ICH_AP0R0_EL2 : DIFF_ICH_AP1R0_EL2, 0);
    else
        emit_msr(g, pe, HYPERVISOR, DIFF_ICH_HCR_EL2, any_control(g));
}

/* ---- accesses of the guest ------------------------------------------------------------------- */

static void guest_read(generator *g, uint8_t pe)
{
    uint8_t world = guest_world(g);
    static const uint16_t numbers[] = {
        DIFF_ICC_HPPIR0_EL1, DIFF_ICC_HPPIR1_EL1,  DIFF_ICC_RPR_EL1,     DIFF_ISR_EL1,
        DIFF_ICC_PMR_EL1,    DIFF_ICC_CTLR_EL1,    DIFF_ICC_BPR0_EL1,    DIFF_ICC_BPR1_EL1,
        DIFF_ICC_AP0R0_EL1,  DIFF_ICC_AP1R0_EL1,   DIFF_ICC_IGRPEN0_EL1, DIFF_ICC_IGRPEN1_EL1,
        DIFF_ICC_SRE_EL1,    DIFF_ICC_AP0R1_EL1,   DIFF_ICC_AP1R3_EL1,   DIFF_ICC_reserved_0,
        DIFF_ICC_EOIR1_EL1,  DIFF_ICC_NMIAR1_EL1,  DIFF_ICC_SGI1R_EL1,   DIFF_ICC_DIR_EL1,
        DIFF_ICH_HCR_EL2,    DIFF_ICC_IGRPEN1_EL3, DIFF_ICC_SRE_EL2};
    unsigned choice = random_below(
        &g->random, random_chance(&g->random, 80) ? 13 : sizeof numbers / sizeof numbers[0]);
    emit_mrs(g, pe, world, numbers[choice]);
}

/** An INTID to end without having acknowledged it. */
static uint64_t any_ended(generator *g)
{
    return PICK(g, any_vintid(g, random_below(&g->random, LIST_REGISTERS)), 33, 1019, 1021, 1023,
                8192, 100000);
}

/** Binary points move and come back, as in random_binary_point(). */
static void guest_binary_point(generator *g, uint8_t pe)
{
    uint8_t world = 1 | DIFF_NS | DIFF_IMO | DIFF_FMO;
    if (g->virtual_point == 2) {
        unsigned group = random_below(&g->random, 2);
        unsigned number = group ? DIFF_ICC_BPR1_EL1 : DIFF_ICC_BPR0_EL1;
        emit_msr(g, pe, world, number, random_below(&g->random, 9));
        guest_read(g, pe);
        emit_mrs(g, pe, world, number);
    }
    emit_msr(g, pe, world, DIFF_ICC_CTLR_EL1, g->split ? 2 : 0);
    emit_msr(g, pe, world, DIFF_ICC_BPR0_EL1, g->virtual_point);
    emit_msr(g, pe, world, DIFF_ICC_BPR1_EL1, g->virtual_point < 7 ? g->virtual_point + 1u : 7u);
    restore_virtual(g, pe, DIFF_ICH_VMCR_EL2); /* the guest's step may have been abandoned */
}

/** A group of the guest goes off, and mostly on again. */
static void guest_group(generator *g, uint8_t pe)
{
    uint8_t world = 1 | DIFF_NS | DIFF_IMO | DIFF_FMO;
    unsigned number = random_chance(&g->random, 50) ? DIFF_ICC_IGRPEN0_EL1 : DIFF_ICC_IGRPEN1_EL1;
    emit_msr(g, pe, world, number, random_next(&g->random) & ~UINT64_C(1));
    guest_read(g, pe);
    if (random_chance(&g->random, 90))
        emit_msr(g, pe, world, number, 1);
}

/** EOImode changes for one end of interrupt without an acknowledge, or for a read. */
static void guest_control(generator *g, uint8_t pe)
{
    uint8_t world = 1 | DIFF_NS | DIFF_IMO | DIFF_FMO;
    emit_msr(g, pe, world, DIFF_ICC_CTLR_EL1, random_below(&g->random, 4));
    guest_read(g, pe);
    if (random_chance(&g->random, 40))
        emit_msr(g, pe, world, DIFF_ICC_DIR_EL1, any_ended(g));
    emit_msr(g, pe, world, DIFF_ICC_CTLR_EL1,
             (g->split ? 2u : 0u) | (random_chance(&g->random, 20) ? 1u : 0u));
    restore_virtual(g, pe, DIFF_ICH_VMCR_EL2);
}

/** Active priorities that no acknowledge has set, and their end. */
static void guest_active(generator *g, uint8_t pe)
{
    uint8_t world = 1 | DIFF_NS | DIFF_IMO | DIFF_FMO;
    unsigned number = random_chance(&g->random, 50) ? DIFF_ICC_AP0R0_EL1 : DIFF_ICC_AP1R0_EL1;
    emit_msr(g, pe, world, number, random_sparse(&g->random));
    guest_read(g, pe);
    emit_msr(g, pe, world, number, 0);
    restore_virtual(g, pe, number == DIFF_ICC_AP0R0_EL1 ? DIFF_ICH_AP0R0_EL2 : DIFF_ICH_AP1R0_EL2);
}

static void guest_write(generator *g, uint8_t pe)
{
    static const uint16_t trapped[] = {DIFF_ICC_SGI0R_EL1, DIFF_ICC_SGI1R_EL1, DIFF_ICC_ASGI1R_EL1,
                                       DIFF_ICC_SGI1R_EL1};
    static const uint16_t ends[] = {DIFF_ICC_EOIR0_EL1, DIFF_ICC_EOIR1_EL1, DIFF_ICC_DIR_EL1};
    static const uint16_t others[] = {DIFF_ICC_IAR1_EL1,  DIFF_ICC_HPPIR0_EL1, DIFF_ICC_RPR_EL1,
                                      DIFF_ICC_AP0R2_EL1, DIFF_ICC_reserved_1, DIFF_ICC_SRE_EL1};
    uint8_t both = 1 | DIFF_NS | DIFF_IMO | DIFF_FMO, world = guest_world(g);
    unsigned which = random_below(&g->random, 6);
    uint64_t ended = any_ended(g), sgi = (uint64_t)random_below(&g->random, 16) << 24 | 1;
    unsigned choice = random_below(&g->random, 20);
    if (choice < 4)
        emit_msr(g, pe, both, DIFF_ICC_PMR_EL1,
                 PICK(g, 0xF8, 0xF8, 0xFF, 0xF0, 0x80, 0, random_next(&g->random)));
    else if (choice < 8)
        emit_msr(g, pe, both, ends[which / 2], ended);
    else if (choice < 11)
        emit_msr(g, pe, world, trapped[which % 4], sgi);
    else if (choice < 13)
        guest_binary_point(g, pe);
    else if (choice < 15)
        guest_group(g, pe);
    else if (choice < 17)
        guest_control(g, pe);
    else if (choice < 18)
        guest_active(g, pe);
    else /* to be read only, or not there at all */
        emit_msr(g, pe, both, others[which], random_next(&g->random) | 7);
}

static void guest_acknowledge(generator *g, uint8_t pe)
{
    diff_step *step = emit(g, DIFF_ACK, pe, guest_world(g));
    step->value = random_below(&g->random, 2);
}

static void guest_end(generator *g, uint8_t pe)
{
    bool dropped = random_chance(&g->random, 25);
    diff_step *step = emit(g, dropped ? DIFF_DROPPED : DIFF_END, pe, guest_world(g));
    if (!dropped)
        step->value = PICK(g, 0, DIFF_TAKE_DIR, DIFF_TAKE_DIR, DIFF_TAKE_DIR | DIFF_TAKE_LATE);
}

void random_guest_access(generator *g)
{
    uint8_t pe = any_pe(g);
    unsigned choice = random_below(&g->random, 12);
    if (choice < 4)
        guest_read(g, pe);
    else if (choice < 7)
        guest_write(g, pe);
    else if (choice < 10)
        guest_acknowledge(g, pe);
    else
        guest_end(g, pe);
}

void random_guest_end(generator *g)
{
    guest_end(g, any_pe(g));
}

void random_guest_window(generator *g)
{
    uint8_t pe = any_pe(g);
    if (random_chance(&g->random, 60))
        emit_list_register(g, pe);
    diff_step *step = emit(g, DIFF_WINDOW, pe, guest_world(g));
    step->value = PICK(g, DIFF_TAKE_IRQ, DIFF_TAKE_FIQ, DIFF_TAKE_IRQ | DIFF_TAKE_FIQ,
                       DIFF_TAKE_IRQ | DIFF_TAKE_FIQ, DIFF_TAKE_IRQ | DIFF_TAKE_FIQ);
    step->value |=
        PICK(g, 0, DIFF_TAKE_EOI, DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR,
             DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR,
             DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR | DIFF_TAKE_LATE);
    if (random_chance(&g->random, 40) && !(g->secure && g->single))
        step->value |= DIFF_TAKE_NEST;
}

/** Accesses that the hypervisor has trapped, one after the other. */
void random_guest_traps(generator *g)
{
    static const uint16_t physical[] = {DIFF_ICC_PMR_EL1, DIFF_ICC_BPR0_EL1, DIFF_ICC_BPR1_EL1,
                                        DIFF_ICC_RPR_EL1};
    uint8_t pe = any_pe(g);
    uint64_t traps =
        PICK(g, HCR_TC, HCR_TALL0, HCR_TALL1, HCR_TDIR, HCR_TC | HCR_TALL0 | HCR_TALL1 | HCR_TDIR,
             random_next(&g->random) & (HCR_TC | HCR_TALL0 | HCR_TALL1 | HCR_TDIR));
    emit_msr(g, pe, HYPERVISOR, DIFF_ICH_HCR_EL2, traps | HCR_EN);
    for (uint32_t i = 1 + random_below(&g->random, 3); i > 0; i--) {
        unsigned choice = random_below(&g->random, 6);
        if (choice < 2)
            guest_read(g, pe);
        else if (choice < 4)
            guest_write(g, pe);
        else if (choice < 5)
            guest_acknowledge(g, pe);
        else
            guest_end(g, pe);
    }
    if (traps & HCR_TDIR) {
        uint64_t ended = any_ended(g);
        emit_msr(g, pe, guest_world(g), DIFF_ICC_DIR_EL1, ended);
    }
    if (random_chance(&g->random, 40)) /* they are there without IMO and FMO as well */
        emit_mrs(g, pe, 1 | DIFF_NS, physical[random_below(&g->random, 4)]);
    emit_msr(g, pe, HYPERVISOR, DIFF_ICH_HCR_EL2, any_control(g));
}

void generate_guest_sweep(generator *g)
{
    static const uint16_t numbers[] = {DIFF_ICH_HCR_EL2,  DIFF_ICH_VMCR_EL2,  DIFF_ICH_MISR_EL2,
                                       DIFF_ICH_EISR_EL2, DIFF_ICH_ELRSR_EL2, DIFF_ICH_AP0R0_EL2,
                                       DIFF_ICH_AP1R0_EL2};
    for (unsigned pe = 0; pe < g->pes; pe++) {
        for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
            emit_mrs(g, pe, HYPERVISOR, numbers[i]);
    }
}

/** With ICH_HCR_EL2.En=0, so that the maintenance interrupt is the same on both machines. */
void deviate_virtual_group(generator *g)
{
    uint8_t pe = any_pe(g);
    uint64_t groups = random_below(&g->random, 4);
    uint64_t settings = (any_settings(g) & ~(uint64_t)VMCR_GROUPS) | groups;
    uint64_t enables = random_next(&g->random) & (HCR_ENABLES & ~(uint64_t)HCR_EN);
    emit_msr(g, pe, HYPERVISOR, DIFF_ICH_HCR_EL2, enables | HCR_VGRP0DIE);
    emit_msr(g, pe, HYPERVISOR, DIFF_ICH_VMCR_EL2, settings);
    emit_mrs(g, pe, HYPERVISOR, DIFF_ICH_MISR_EL2);
    restore_virtual(g, pe, DIFF_ICH_VMCR_EL2);
    restore_virtual(g, pe, DIFF_ICH_HCR_EL2);
}
