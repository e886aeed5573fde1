/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What QEMU's GICv2 is known to do differently (known.def), each put so that it is seen and then
 * taken back: behind it the states are equal again.
 */
#include "generate.h"

enum { FREE_SPI = 144, SHARED_SPI = 145, FREE_PPI = 20 };

static const actor first = {0, WORLD_ALL};

static uint64_t bit_of(uint32_t intid)
{
    return UINT64_C(1) << intid % 32;
}

/** Offset of the SPI's word in registers of a bit an INTID. */
static uint32_t word_of(uint32_t intid)
{
    return intid / 32 * 4 - 4;
}

void settle_gicv2_sgi(generator *g, uint32_t targets, unsigned source, unsigned intid)
{
    for (unsigned pe = 0; pe < g->pes; pe++) {
        actor who = {(uint8_t)pe, WORLD_ALL};
        if (!(targets >> pe & 1))
            continue;
        emit_row_read(g, who, ROW2_GICD_CPENDSGIR, intid & ~3u);
        emit_write(g, pe, WORLD_ALL, 1, row_address(ROW2_GICD_CPENDSGIR, 0, intid), 1u << source);
    }
}

/** GICD_SGIR with the reserved filter: to nobody, in QEMU to all. */
static void reserved_filter(generator *g)
{
    actor who = {any_pe(g), WORLD_ALL};
    uint32_t intid = random_below(&g->random, 16);
    emit_row_write(g, who, ROW2_GICD_SGIR, 0, 3u << 24 | intid);
    settle_gicv2_sgi(g, (1u << g->pes) - 1, who.pe, intid);
}

/** GICD_SPENDSGIR with no source: QEMU makes the SGI pending all the same. */
static void no_source(generator *g)
{
    actor who = {any_pe(g), WORLD_ALL};
    uint32_t intid = random_below(&g->random, 16);
    emit_write(g, who.pe, WORLD_ALL, 1, row_address(ROW2_GICD_CPENDSGIR, 0, intid), 0xFF);
    emit_write(g, who.pe, WORLD_ALL, 1, row_address(ROW2_GICD_SPENDSGIR, 0, intid), 0);
    emit_row_read(g, who, ROW2_GICD_ISPENDR0, 0);
    emit_write(g, who.pe, WORLD_ALL, 1, row_address(ROW2_GICD_CPENDSGIR, 0, intid), 0xFF);
}

/** SGIs can be disabled, in QEMU they are always on. */
static void disabled_sgis(generator *g)
{
    actor who = {any_pe(g), WORLD_ALL};
    emit_row_write(g, who, ROW2_GICD_ICENABLER0, 0, 1u << random_below(&g->random, 16));
    emit_row_read(g, who, ROW2_GICD_ISENABLER0, 0);
    emit_row_write(g, who, ROW2_GICD_ISENABLER0, 0, 0xFFFF);
}

/** A PPI by GICD_ISPENDR0, which QEMU ignores with several PEs, and GICD_ICPENDR0, which it carries
 *  out for all of them: then one that no device has, so that none is pending elsewhere. */
static void pending_ppi(generator *g)
{
    actor who = {any_pe(g), WORLD_ALL};
    uint64_t sgis = random_below(&g->random, 0x10000); /* not by this register */
    uint32_t ppi = (uint32_t)PICK(g, 16, 17, 18, 20, 22, 24, 28, 31);
    if (g->pes == 1)
        ppi = 16 + random_below(&g->random, 16);
    emit_row_write(g, who, ROW2_GICD_ISPENDR0, 0, bit_of(ppi) | sgis);
    if (g->pes == 1 && random_chance(&g->random, 70))
        return;
    emit_row_read(g, who, ROW2_GICD_ISPENDR0, 0);
    emit_row_write(g, who, ROW2_GICD_ICPENDR0, 0, bit_of(ppi) | sgis);
}

/** An SPI without a target stays pending, one that has several is pending once; QEMU forgets the
 *  former and has the latter for each. It is not enabled. */
static void targets(generator *g)
{
    actor who = {any_pe(g), WORLD_ALL};
    uint64_t target = row_address(ROW2_GICD_ITARGETSR, 0, FREE_SPI - 32);
    emit_row_write(g, who, ROW2_GICD_ICENABLER, word_of(FREE_SPI), bit_of(FREE_SPI));
    emit_write(g, who.pe, WORLD_ALL, 1, target, PICK(g, 0, 0, 0xFF, 0x80));
    emit_row_read(g, who, ROW2_GICD_ITARGETSR, (FREE_SPI - 32) & ~3u);
    emit_row_write(g, who, ROW2_GICD_ISPENDR, word_of(FREE_SPI), bit_of(FREE_SPI));
    emit_row_read(g, who, ROW2_GICD_ISPENDR, word_of(FREE_SPI));
    emit_write(g, who.pe, WORLD_ALL, 1, target, 1);
    emit_row_read(g, who, ROW2_GICD_ISPENDR, word_of(FREE_SPI));
    emit_row_write(g, who, ROW2_GICD_ICPENDR, word_of(FREE_SPI), bit_of(FREE_SPI));
}

/** An SPI with two targets: each sees it, until one acknowledges it; in QEMU the other has it still
 *  (known.def, shared_spi). */
static void shared(generator *g)
{
    uint8_t a = any_pe(g), b = any_pe(g);
    actor one = {a, WORLD_ALL}, other = {b, WORLD_ALL};
    uint64_t target = row_address(ROW2_GICD_ITARGETSR, 0, SHARED_SPI - 32);
    emit_write(g, a, WORLD_ALL, 1, target, 1u << a | 1u << b);
    emit_row_write(g, one, ROW2_GICD_ISENABLER, word_of(SHARED_SPI), bit_of(SHARED_SPI));
    emit_row_write(g, one, ROW2_GICD_ISPENDR, word_of(SHARED_SPI), bit_of(SHARED_SPI));
    emit_row_read(g, other, ROW2_GICC_HPPIR, 0);
    emit_row_read(g, one, ROW2_GICC_HPPIR, 0);
    if (a != b && random_chance(&g->random, 85)) {
        (void)emit(g, DIFF_ACK, a, WORLD_ALL);
        emit_row_read(g, other, ROW2_GICC_HPPIR, 0);
        emit(g, DIFF_END, a, WORLD_ALL)->value = DIFF_TAKE_DIR;
    }
    emit_row_write(g, one, ROW2_GICD_ICENABLER, word_of(SHARED_SPI), bit_of(SHARED_SPI));
    emit_row_write(g, one, ROW2_GICD_ICPENDR, word_of(SHARED_SPI), bit_of(SHARED_SPI));
    emit_write(g, a, WORLD_ALL, 1, target, 1);
}

/** An SPI is active for all PEs, and any of them may deactivate it; in QEMU the one that has it. */
static void foreign_deactivation(generator *g)
{
    actor who = {any_pe(g), WORLD_ALL};
    const uint32_t eoimode = 1u << 9;
    emit_row_write(g, first, ROW2_GICD_ISACTIVER, word_of(FREE_SPI), bit_of(FREE_SPI));
    emit_row_read(g, who, ROW2_GICD_ISACTIVER, word_of(FREE_SPI));
    emit_row_write(g, who, ROW2_GICC_CTLR, 0, any_interface_control(g) | eoimode);
    emit_row_write(g, who, ROW2_GICC_DIR, 0, FREE_SPI);
    emit_row_read(g, who, ROW2_GICD_ISACTIVER, word_of(FREE_SPI));
    emit_row_write(g, who, ROW2_GICD_ICACTIVER, word_of(FREE_SPI), bit_of(FREE_SPI));
}

/** Non-secure software has no say in where a Secure SPI goes; QEMU does not look. */
static void foreign_target(generator *g)
{
    actor who = {any_pe(g), 1 | DIFF_NS};
    uint64_t target = row_address(ROW2_GICD_ITARGETSR, 0, FREE_SPI - 32);
    emit_write(g, who.pe, WORLD_ALL, 1, target, 1);
    emit_write(g, who.pe, who.world, 1, target, PICK(g, 0, 1u << any_pe(g)));
    emit_read(g, who.pe, WORLD_ALL, 1, target);
    emit_write(g, who.pe, WORLD_ALL, 1, target, 1);
}

/** GICD_ICFGR1 is banked; QEMU has one for all. */
static void foreign_edge(generator *g)
{
    actor who = {any_pe(g), WORLD_ALL}, other = {any_pe(g), WORLD_ALL};
    uint64_t edge = UINT64_C(2) << FREE_PPI % 16 * 2;
    emit_row_write(g, who, ROW2_GICD_ICFGR1, 0, g->v2.ppi_edges ^ edge);
    emit_row_read(g, other, ROW2_GICD_ICFGR1, 0);
    emit_row_write(g, who, ROW2_GICD_ICFGR1, 0, g->v2.ppi_edges);
}

/** GICD_NSACR, which QEMU has not. */
static void nsacr(generator *g)
{
    actor who = any_actor(g), all = {any_pe(g), WORLD_ALL};
    unsigned row = random_chance(&g->random, 50) ? ROW2_GICD_NSACR : ROW2_GICD_NSACR0;
    emit_row_write(g, all, row, 0, random_next(&g->random));
    emit_row_read(g, (actor){all.pe, who.world}, row, 0);
    emit_row_write(g, all, row, 0, 0);
}

/** Registers of words take no bytes; QEMU's do. */
static void narrow_write(generator *g)
{
    actor who = {any_pe(g), WORLD_ALL};
    uint32_t word = word_of(FREE_SPI);
    uint64_t enable = row_address(ROW2_GICD_ISENABLER, 0, word) + FREE_SPI % 32 / 8;
    emit_write(g, who.pe, WORLD_ALL, random_chance(&g->random, 50) ? 1 : 2, enable & ~UINT64_C(1),
               1u << FREE_SPI % 8);
    emit_row_read(g, who, ROW2_GICD_ISENABLER, word);
    emit_row_write(g, who, ROW2_GICD_ICENABLER, word, bit_of(FREE_SPI));
}

/** GICC_AIAR and its kin, which QEMU has not: while Group 1 is off nothing is acknowledged. */
static void aliased(generator *g)
{
    actor who = {any_pe(g), WORLD_ALL};
    uint32_t control = any_interface_control(g);
    emit_row_write(g, who, ROW2_GICC_CTLR, 0, control & ~2u);
    emit_row_read(g, who, random_chance(&g->random, 50) ? ROW2_GICC_AIAR : ROW2_GICC_AHPPIR, 0);
    emit_row_write(g, who, ROW2_GICC_CTLR, 0, control);
    if (random_chance(&g->random, 1)) { /* they are not equal from here on */
        emit_row_read(g, who, ROW2_GICC_AIAR, 0);
        emit_row_write(g, who, ROW2_GICC_AEOIR, 0, 33);
    }
}

/** A list register beyond the last one: QEMU has one more than it says. */
static void one_more_list_register(generator *g)
{
    actor who = {any_pe(g), HYPERVISOR};
    emit_row_write(g, who, ROW2_GICH_LR, 16, random_next(&g->random));
    emit_row_read(g, who, ROW2_GICH_LR, 16);
    emit_row_write(g, who, ROW2_GICH_LR, 16, 0);
    emit_row_read(g, who, ROW2_GICH_LR, 20);
}

/** A line that is high moves with its target, at once. */
void move_level(generator *g)
{
    enum { IMSC = 0x38, DR = 0x00, TX = 0x20, UART = 33 };
    uint8_t to = any_pe(g);
    actor who = {to, WORLD_ALL};
    uint64_t target = row_address(ROW2_GICD_ITARGETSR, 0, UART - 32);
    emit_write(g, to, WORLD_ALL, 4, DIFF_UART + IMSC, TX);
    emit_write(g, to, WORLD_ALL, 4, DIFF_UART + DR, 'u');
    emit_row_write(g, who, ROW2_GICD_ICACTIVER, 0, bit_of(UART));
    emit_row_write(g, who, ROW2_GICD_ICPENDR, 0, bit_of(UART));
    emit_row_write(g, who, ROW2_GICD_ISENABLER, 0, bit_of(UART));
    g->v2.owner[0] = to;
    emit_write(g, to, WORLD_ALL, 1, target, 1u << to);
    emit_row_read(g, who, ROW2_GICC_HPPIR, 0);
}

void deviate_gicv2(generator *g)
{
    static void (*const make[])(generator *) = {reserved_filter,
                                                no_source,
                                                disabled_sgis,
                                                pending_ppi,
                                                pending_ppi,
                                                targets,
                                                shared,
                                                shared,
                                                shared,
                                                shared,
                                                foreign_edge,
                                                nsacr,
                                                foreign_deactivation,
                                                narrow_write,
                                                aliased,
                                                foreign_target,
                                                one_more_list_register,
                                                one_more_list_register};
    enum { ALL = sizeof make / sizeof make[0] };
    unsigned choice = random_below(&g->random, ALL);
    if ((make[choice] == foreign_target && !g->secure) ||
        (make[choice] == one_more_list_register && !g->el2))
        return;
    make[choice](g);
}
