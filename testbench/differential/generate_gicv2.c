/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs for a GICv2: GICD with its banked registers, GICC, SGIs with their sources.
 *
 * QEMU keeps an SPI active for the PE that acknowledged it alone, and pending for each of its
 * targets, so that each SPI of a program has one target; what has several is in
 * generate_gicv2_deviation.c.
 */
#include "generate.h"

#include "gic/regs.h"

#define THINGS           70u
#define MORE_THINGS      90u
#define PERCENT_LEFT_OUT 4u
#define WORDS            9u
/** INTIDs of the GICv2m frame. */
enum { V2M_FIRST = 80, V2M_SPIS = 64, MSI_SETSPI_NS = 0x40 };

/* Fields of GICC_CTLR. */
enum {
    CTLR_GROUPS = 3,
    CTLR_ACKCTL = 1 << 2,
    CTLR_FIQEN = 1 << 3,
    CTLR_CBPR = 1 << 4,
    CTLR_EOIMODE = 1 << 9,
    CTLR_EOIMODE_NS = 1 << 10
};

/* ---- steps --------------------------------------------------------------------------------------
 */

void emit_row_write(generator *g, actor who, unsigned row, uint32_t offset, uint64_t value)
{
    emit_write(g, who.pe, who.world, diff_rows[row].element, row_address(row, 0, offset), value);
}

void emit_row_read(generator *g, actor who, unsigned row, uint32_t offset)
{
    emit_read(g, who.pe, who.world, diff_rows[row].element, row_address(row, 0, offset));
}

unsigned pool_spi(generator *g)
{
    return random_below(&g->random, POOL_SPIS);
}

uint32_t any_interface_control(generator *g)
{
    uint32_t modes =
        (uint32_t)PICK(g, 0, 0, 0, CTLR_EOIMODE, CTLR_EOIMODE_NS, CTLR_EOIMODE | CTLR_EOIMODE_NS);
    if (!g->secure)
        modes &= ~(uint32_t)CTLR_EOIMODE_NS;
    return g->v2.control | modes | (random_chance(&g->random, 60) ? CTLR_FIQEN : 0);
}

static uint32_t word(generator *g)
{
    return (uint32_t)random_next(&g->random);
}

/* ---- beginning and end --------------------------------------------------------------------------
 */

static void set_up(generator *g, actor who, unsigned row, uint32_t offset, uint64_t value)
{
    if (!random_chance(&g->random, PERCENT_LEFT_OUT))
        emit_row_write(g, who, row, offset, value);
}

static void set_up_interface(generator *g, actor who)
{
    set_up(g, who, ROW2_GICC_PMR, 0, PICK(g, 0xFF, 0xFF, 0xFE, 0xF8, 0xF0, 0xC0, 0x80));
    emit_row_write(g, who, ROW2_GICC_BPR, 0, g->binary_point);
    emit_row_write(g, who, ROW2_GICC_ABPR, 0, g->binary_point + 1u);
    emit_row_write(g, who, ROW2_GICC_CTLR, 0, any_interface_control(g));
    if (random_chance(&g->random, 15)) { /* nothing is active yet: what is written can go again */
        unsigned row = random_chance(&g->random, 50) ? ROW2_GICC_APR : ROW2_GICC_NSAPR;
        uint32_t offset = 4 * random_below(&g->random, 4);
        uint8_t reader = any_world(g);
        emit_row_write(g, who, row, offset, random_sparse(&g->random) & 0xFFFFFFFF);
        emit_row_read(g, (actor){who.pe, reader}, row, offset);
        emit_row_read(g, (actor){who.pe, reader}, ROW2_GICC_RPR, 0);
        emit_row_write(g, who, row, offset, 0);
    }
}

static void set_up_pe(generator *g, uint8_t pe)
{
    actor who = {pe, WORLD_ALL};
    set_up(g, who, ROW2_GICD_IGROUPR0, 0, word(g));
    for (uint32_t i = 0; i < 8; i++)
        set_up(g, who, ROW2_GICD_IPRIORITYR0, 4 * i, word(g));
    emit_row_write(g, who, ROW2_GICD_ICFGR1, 0, g->v2.ppi_edges);
    emit_row_write(g, who, ROW2_GICD_ISENABLER0, 0,
                   random_chance(&g->random, 80) ? 0xFFFFFFFF : word(g) | 0xFFFF);
    set_up_interface(g, who);
}

/** The target of an SPI: always written, since QEMU loses what is pending without one. */
static void set_target(generator *g, unsigned n)
{
    uint64_t address = row_address(ROW2_GICD_ITARGETSR, 0, g->spi[n] - 32);
    emit_write(g, 0, WORLD_ALL, 1, address, 1u << g->v2.owner[n]);
}

static void set_up_spi(generator *g, unsigned n)
{
    actor who = {0, WORLD_ALL};
    uint32_t intid = g->spi[n] - 32;
    set_target(g, n);
    set_up(g, who, ROW2_GICD_IGROUPR, intid / 32 * 4, word(g));
    set_up(g, who, ROW2_GICD_IPRIORITYR, intid & ~3u, word(g));
    set_up(g, who, ROW2_GICD_ICFGR, intid / 16 * 4, word(g) & 0xAAAAAAAA);
    set_up(g, who, ROW2_GICD_ISENABLER, intid / 32 * 4, UINT64_C(1) << intid % 32);
}

/** What is the same for the whole program. */
static void choose_gicv2(generator *g)
{
    static const uint32_t ends[] = {63, 64, 287, 256, 255};
    g->single = !g->secure;
    g->lpis = false;
    g->binary_point = (uint8_t)PICK(g, 0, 0, 0, 1, 2, 3, 5);
    g->v2.control = CTLR_GROUPS | (random_chance(&g->random, 20) ? CTLR_CBPR : 0);
    if (random_chance(&g->random, g->secure ? 40 : 85))
        g->v2.control |= CTLR_ACKCTL;
    g->v2.ppi_edges =
        random_chance(&g->random, 50) ? 0 : (uint32_t)random_sparse(&g->random) & 0xAAAAAAAA;
    g->spi[0] = 33; /* the UART's */
    g->spi[1] = ends[random_below(&g->random, 5)];
    g->spi[2] = V2M_FIRST + random_below(&g->random, V2M_SPIS);
    for (unsigned i = 3; i < POOL_SPIS; i++) /* none twice */
        g->spi[i] = 150 + 32 * (i - 3) + random_below(&g->random, 30);
    for (unsigned i = 0; i < POOL_SPIS; i++)
        g->v2.owner[i] = any_pe(g);
}

static void sweep_pe(generator *g, uint8_t pe)
{
    static const uint16_t words[] = {ROW2_GICD_IGROUPR0,   ROW2_GICD_ISENABLER0, ROW2_GICD_ISPENDR0,
                                     ROW2_GICD_ISACTIVER0, ROW2_GICD_ICFGR1,     ROW2_GICC_CTLR,
                                     ROW2_GICC_PMR,        ROW2_GICC_BPR,        ROW2_GICC_ABPR};
    static const uint16_t arrays[] = {ROW2_GICD_IPRIORITYR0, ROW2_GICD_ITARGETSR0,
                                      ROW2_GICD_CPENDSGIR, ROW2_GICC_APR, ROW2_GICC_NSAPR};
    actor who = {pe, WORLD_ALL};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        emit_row_read(g, who, words[i], 0);
    for (unsigned i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        diff_step *step = emit(g, DIFF_SWEEP, pe, WORLD_ALL);
        step->width = 4;
        step->address = row_address(arrays[i], 0, 0);
        step->value = diff_rows[arrays[i]].span / 4;
    }
}

static void sweep(generator *g)
{
    static const uint16_t words[] = {ROW2_GICD_IGROUPR, ROW2_GICD_ISENABLER, ROW2_GICD_ISPENDR,
                                     ROW2_GICD_ISACTIVER};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        emit_sweep(g, words[i], 0, WORDS - 1);
    emit_sweep(g, ROW2_GICD_CTLR, 0, 1);
    emit_sweep(g, ROW2_GICD_IPRIORITYR, 0, (WORDS - 1) * 8);
    emit_sweep(g, ROW2_GICD_ITARGETSR, 0, (WORDS - 1) * 8);
    emit_sweep(g, ROW2_GICD_ICFGR, 0, (WORDS - 1) * 2);
    for (unsigned pe = 0; pe < g->pes; pe++)
        sweep_pe(g, (uint8_t)pe);
}

/* ---- accesses to registers ----------------------------------------------------------------------
 */

static unsigned any_row(generator *g)
{
    unsigned row = ROWS_OF_GICV3 + random_below(&g->random, ROWS - ROWS_OF_GICV3);
    bool guests = row >= ROW2_GICH_HCR;
    return guests && !g->el2 ? any_row(g) : row;
}

static uint32_t any_offset(generator *g, const diff_row *row)
{
    uint32_t offset = random_below(&g->random, row->span);
    if (row->bits_per_intid && row->span > 0x40 && random_chance(&g->random, 85))
        offset = (g->spi[pool_spi(g)] - 32) * row->bits_per_intid / 8;
    return offset < row->span ? offset : 0;
}

static unsigned any_width(generator *g, const diff_row *row)
{
    for (unsigned i = 0; i < 16; i++) {
        unsigned width = 1u << random_below(&g->random, 4);
        if ((row->widths & width) || random_chance(&g->random, 3))
            return width;
    }
    return row->element;
}

/** Reading acknowledges. */
static bool acknowledges(unsigned row)
{
    return row == ROW2_GICC_IAR || row == ROW2_GICC_AIAR || row == ROW2_GICV_IAR ||
           row == ROW2_GICV_AIAR;
}

static void gicv2_row_read(generator *g)
{
    unsigned row = any_row(g);
    const diff_row *r = &diff_rows[row];
    unsigned width = any_width(g, r);
    uint32_t offset = any_offset(g, r);
    actor who = any_actor(g);
    if (acknowledges(row))
        return;
    if (random_chance(&g->random, 4)) /* near the row: reserved places */
        offset += r->span;
    uint64_t address = row_address(row, 0, offset) & ~(uint64_t)(width - 1);
    bool both =
        address == row_address(ROW2_GICC_BPR, 0, 0) || address == row_address(ROW2_GICV_BPR, 0, 0);
    if (width == 8 && both) /* QEMU reads IAR with it */
        width = 4;
    emit_read(g, who.pe, who.world, width, address);
}

/** Rows that a random value of theirs cannot put the machines apart with. */
static void gicv2_row_write(generator *g)
{
    static const uint16_t rows[] = {ROW2_GICD_IGROUPR,    ROW2_GICD_ISENABLER,  ROW2_GICD_ICENABLER,
                                    ROW2_GICD_ICACTIVER,  ROW2_GICD_IPRIORITYR, ROW2_GICD_IGROUPR0,
                                    ROW2_GICD_ICACTIVER0, ROW2_GICD_ISACTIVER0, ROW2_GICD_NSACR1,
                                    ROW2_GICD_IPRIORITYR0};
    unsigned row = any_row(g);
    if (!(diff_rows[row].flags & GIC_REG_RO))
        row = rows[random_below(&g->random, sizeof rows / sizeof rows[0])];
    const diff_row *r = &diff_rows[row];
    bool byte = (r->widths & GIC_W8) && random_chance(&g->random, 50);
    uint32_t offset = any_offset(g, r) & (byte ? ~0u : ~3u);
    actor who = any_actor(g);
    emit_write(g, who.pe, who.world, byte ? 1 : 4, row_address(row, 0, offset),
               random_sparse(&g->random));
}

static uint64_t any_bits(generator *g, uint32_t bit)
{
    uint64_t value = UINT64_C(1) << bit;
    if (random_chance(&g->random, 15))
        value |= random_sparse(&g->random);
    return value & 0xFFFFFFFF;
}

static void gicv2_bits(generator *g)
{
    static const uint16_t spi_rows[] = {ROW2_GICD_ISENABLER, ROW2_GICD_ISENABLER,
                                        ROW2_GICD_ICENABLER, ROW2_GICD_ICPENDR,
                                        ROW2_GICD_ICACTIVER};
    static const uint16_t own_rows[] = {ROW2_GICD_ISENABLER0, ROW2_GICD_ISENABLER0,
                                        ROW2_GICD_ICENABLER0, ROW2_GICD_ISACTIVER0,
                                        ROW2_GICD_ICACTIVER0};
    unsigned choice = random_below(&g->random, 5);
    actor who = any_actor(g);
    if (random_chance(&g->random, 50)) {
        uint32_t intid = g->spi[pool_spi(g)] - 32;
        emit_row_write(g, who, spi_rows[choice], intid / 32 * 4, any_bits(g, intid % 32));
        return;
    }
    uint64_t value = any_bits(g, random_below(&g->random, 32));
    if (own_rows[choice] == ROW2_GICD_ICENABLER0)
        value &= 0xFFFF0000; /* QEMU's SGIs are always on (known.def, sgi_enable) */
    emit_row_write(g, who, own_rows[choice], 0, value);
}

static void gicv2_priority(generator *g)
{
    actor who = any_actor(g);
    bool spi = random_chance(&g->random, 50);
    uint32_t intid = spi ? g->spi[pool_spi(g)] - 32 : random_below(&g->random, 32);
    unsigned row = spi ? ROW2_GICD_IPRIORITYR : ROW2_GICD_IPRIORITYR0;
    unsigned width = random_chance(&g->random, 70) ? 1 : 4;
    emit_write(g, who.pe, who.world, width, row_address(row, 0, intid & ~(width - 1)), word(g));
}

static void gicv2_configuration(generator *g)
{
    static const uint16_t rows[] = {ROW2_GICD_IGROUPR, ROW2_GICD_ICFGR, ROW2_GICD_IGROUPR0,
                                    ROW2_GICD_ICFGR0};
    unsigned row = rows[random_below(&g->random, 4)];
    uint32_t offset = any_offset(g, &diff_rows[row]) & ~3u;
    actor who = any_actor(g);
    emit_row_write(g, who, row, offset, row == ROW2_GICD_ICFGR ? word(g) & 0xAAAAAAAA : word(g));
}

/** The target again, or another one when nothing of the SPI is left. */
static void gicv2_target(generator *g)
{
    unsigned n = pool_spi(g);
    actor all = {any_pe(g), WORLD_ALL};
    uint32_t intid = g->spi[n] - 32;
    actor who = any_actor(g);
    if (random_chance(&g->random, 40)) {
        uint8_t to = any_pe(g);
        uint32_t offset = intid / 32 * 4;
        uint64_t bit = UINT64_C(1) << intid % 32;
        bool pends = random_chance(&g->random, 40);
        all.pe = to;
        emit_row_write(g, all, ROW2_GICD_ICACTIVER, offset, bit);
        emit_row_write(g, all, pends ? ROW2_GICD_ISPENDR : ROW2_GICD_ICPENDR, offset, bit);
        g->v2.owner[n] = to;
        emit_write(g, to, WORLD_ALL, 1, row_address(ROW2_GICD_ITARGETSR, 0, intid), 1u << to);
        if (pends) { /* it moves, but not in QEMU (known.def, pending_moves) */
            emit_row_read(g, all, ROW2_GICC_HPPIR, 0);
            emit_row_write(g, all, ROW2_GICD_ICPENDR, offset, bit);
        }
    } else {
        emit_write(g, who.pe, who.world, 1, row_address(ROW2_GICD_ITARGETSR, 0, intid),
                   1u << g->v2.owner[n]);
    }
    emit_row_read(g, who, ROW2_GICD_ITARGETSR, intid & ~3u);
}

/** Looks at the PE's interface, at EL3 or where the machine begins. */
static void look(generator *g, unsigned pe)
{
    actor who = {(uint8_t)pe, WORLD_ALL};
    if (random_chance(&g->random, 50))
        emit_mrs(g, pe, WORLD_ALL, DIFF_ISR_EL1);
    else
        emit_row_read(g, who, random_chance(&g->random, 50) ? ROW2_GICC_HPPIR : ROW2_GICC_RPR, 0);
}

/** A group goes off and on, at the Distributor or the interface. QEMU lets what is pending of one
 *  that is off hide the others, and even acknowledges it, so that nothing is meanwhile. */
static void gicv2_group_enable(generator *g)
{
    actor who = {any_pe(g), WORLD_ALL};
    bool gicd = random_chance(&g->random, 50);
    uint64_t groups = random_below(&g->random, 4), control = any_interface_control(g);
    if (gicd)
        emit_row_write(g, who, ROW2_GICD_CTLR, 0, groups);
    else
        emit_row_write(g, who, ROW2_GICC_CTLR, 0, (control & ~(uint64_t)CTLR_GROUPS) | groups);
    for (uint32_t i = random_below(&g->random, 3); i > 0; i--)
        look(g, who.pe);
    if (random_chance(&g->random, 30) && g->secure) { /* the Non-secure view has one group */
        uint8_t world = 1 | DIFF_NS;
        emit_row_write(g, (actor){who.pe, world}, gicd ? ROW2_GICD_CTLR : ROW2_GICC_CTLR, 0,
                       random_next(&g->random) & 0x201);
        look(g, who.pe);
    }
    emit_row_write(g, who, gicd ? ROW2_GICD_CTLR : ROW2_GICC_CTLR, 0, gicd ? 3 : control);
}

static void gicv2_interface_read(generator *g)
{
    static const uint16_t rows[] = {
        ROW2_GICC_CTLR, ROW2_GICC_PMR, ROW2_GICC_BPR,   ROW2_GICC_RPR,  ROW2_GICC_HPPIR,
        ROW2_GICC_ABPR, ROW2_GICC_APR, ROW2_GICC_NSAPR, ROW2_GICC_IIDR, ROW2_GICC_AHPPIR};
    unsigned row = rows[random_below(&g->random, sizeof rows / sizeof rows[0])];
    actor who = any_actor(g);
    emit_row_read(g, who, row, diff_rows[row].span > 4 ? 4 * random_below(&g->random, 4) : 0);
}

static void gicv2_interface_write(generator *g)
{
    actor who = any_actor(g);
    unsigned choice = random_below(&g->random, 10);
    if (choice < 5) {
        emit_row_write(g, who, ROW2_GICC_PMR, 0,
                       PICK(g, 0, 0x40, 0x80, 0x81, 0xC0, 0xF0, 0xFE, 0xFF, 0xFF, 0xFF, word(g)));
    } else if (choice < 9) {
        uint32_t control = any_interface_control(g);
        if (random_chance(&g->random, 8)) /* QEMU has no bypass (known.def, bypass) */
            control |= (uint32_t)PICK(g, 0x20, 0x40, 0x80, 0x100, 0x1E0);
        bool nonsecure = g->secure && (who.world & DIFF_LEVEL) < 3 && (who.world & DIFF_NS);
        emit_row_write(g, who, ROW2_GICC_CTLR, 0,
                       nonsecure ? 1 | (random_next(&g->random) & CTLR_EOIMODE) : control);
    } else { /* registers that cannot be written, ends of what nobody has acknowledged */
        emit_row_write(g, who, random_chance(&g->random, 50) ? ROW2_GICC_EOIR : ROW2_GICC_DIR, 0,
                       PICK(g, 1020, 1022, 1023, 900));
    }
}

/** Binary points move and come back (known.def, active_priority_v2). */
static void gicv2_binary_point(generator *g)
{
    uint8_t pe = any_pe(g), reader = any_world(g) & (DIFF_LEVEL | DIFF_NS); /* takes none there */
    actor who = {pe, WORLD_ALL};
    if (g->secure && random_chance(&g->random, 50))
        who.world = 1 | DIFF_NS;
    unsigned row = random_chance(&g->random, 50) ? ROW2_GICC_BPR : ROW2_GICC_ABPR;
    if (g->binary_point == 0)
        emit_row_write(g, who, row, 0, random_below(&g->random, 8));
    emit_row_read(g, (actor){pe, reader}, row, 0);
    for (uint32_t i = random_below(&g->random, 3); i > 0; i--)
        look(g, pe);
    who.world = WORLD_ALL;
    emit_row_write(g, who, ROW2_GICC_BPR, 0, g->binary_point);
    emit_row_write(g, who, ROW2_GICC_ABPR, 0, g->binary_point + 1u);
}

/** A GICv2 has no system registers. */
static void gicv2_sysreg(generator *g)
{
    unsigned number = random_below(&g->random, DIFF_SYSREGS);
    actor who = any_actor(g);
    if (number == DIFF_ISR_EL1 || !sysreg_is_row(number))
        return;
    if (random_chance(&g->random, 50))
        emit_mrs(g, who.pe, who.world, number);
    else
        emit_msr(g, who.pe, who.world, number, random_next(&g->random));
}

/* ---- interrupts ---------------------------------------------------------------------------------
 */

/** PEs for which the SGI is of Group 0: QEMU does not look at the Security of the write, nor at
 *  NSATT (known.def, sgi_security). */
static uint32_t sgi_differs_v2(const generator *g, actor who, uint32_t value, uint32_t targets)
{
    uint32_t differs = 0;
    diff_step step = {.pe = who.pe, .world = who.world};
    bool secure = step_is_secure(&g->c->program, &step);
    unsigned intid = value & 15, wanted = secure ? value >> 15 & 1 : 1;
    for (unsigned pe = 0; g->secure && pe < g->pes; pe++) {
        unsigned group = g->shadow.igroupr0[pe] >> intid & 1;
        if ((targets >> pe & 1) && group != wanted)
            differs |= 1u << pe;
    }
    return differs;
}

static void gicv2_sgi(generator *g)
{
    enum { LIST, OTHERS, SELF };
    actor who = any_actor(g);
    unsigned filter = (unsigned)PICK(g, LIST, LIST, LIST, LIST, OTHERS, SELF);
    uint32_t all = (1u << g->pes) - 1;
    uint32_t list = random_chance(&g->random, 30) ? random_below(&g->random, 256)
                                                  : 1u << random_below(&g->random, g->pes);
    uint32_t targets = filter == LIST     ? list & all
                       : filter == OTHERS ? all & ~(1u << who.pe)
                                          : 1u << who.pe;
    uint32_t value = random_below(&g->random, 16) | list << 16 | filter << 24;
    if (random_chance(&g->random, 40))
        value |= 1u << 15;
    uint32_t differs = sgi_differs_v2(g, who, value, targets);
    if (differs && random_chance(&g->random, 60)) {
        value ^= 1u << 15;
        differs = sgi_differs_v2(g, who, value, targets);
    }
    if (differs >> who.pe & 1)
        return; /* what the writer sees itself would differ before it can be taken back */
    if (random_chance(&g->random, 5))
        value |= word(g) & 0xFC007FF0; /* reserved bits */
    emit_row_write(g, who, ROW2_GICD_SGIR, 0, value);
    settle_gicv2_sgi(g, differs, who.pe, value & 15);
}

/** SGIs pending by a write, from whatever source. Bytes are not zero: see deviate_gicv2(). */
static void gicv2_pend_sgi(generator *g)
{
    actor who = any_actor(g);
    bool byte = random_chance(&g->random, 70), clear = random_chance(&g->random, 40);
    uint32_t offset = random_below(&g->random, 16) & (byte ? ~0u : ~3u);
    uint64_t value = 0;
    for (unsigned i = 0; i < 4; i++)
        value = value << 8 | 1u << random_below(&g->random, g->pes);
    unsigned row = clear ? ROW2_GICD_CPENDSGIR : ROW2_GICD_SPENDSGIR;
    emit_write(g, who.pe, who.world, byte ? 1 : 4, row_address(row, 0, offset), value);
    if (random_chance(&g->random, 20))
        emit_row_read(g, who, row, offset & ~3u);
}

static void gicv2_pend(generator *g)
{
    actor who = any_actor(g);
    if (random_chance(&g->random, 60))
        who.world = WORLD_ALL;
    if (random_chance(&g->random, 15)) { /* an edge by the GICv2m frame */
        emit_write(g, who.pe, WORLD_ALL, 4, DIFF_V2M + MSI_SETSPI_NS,
                   random_chance(&g->random, 85) ? g->spi[2] : PICK(g, 0, 33, 79, 144, 1023));
        return;
    }
    uint32_t intid = g->spi[pool_spi(g)] - 32;
    uint64_t value = UINT64_C(1) << intid % 32;
    emit_row_write(g, who, ROW2_GICD_ISPENDR, intid / 32 * 4, value);
}

static void gicv2_ack(generator *g)
{
    actor who = any_actor(g);
    emit(g, DIFF_ACK, who.pe, who.world)->value = random_below(&g->random, 2);
}

static void gicv2_end(generator *g)
{
    actor who = any_actor(g);
    if (random_chance(&g->random, 25)) {
        (void)emit(g, DIFF_DROPPED, who.pe, who.world);
        return;
    }
    diff_step *step = emit(g, DIFF_END, who.pe, who.world);
    step->value = PICK(g, 0, 0, DIFF_TAKE_DIR, DIFF_TAKE_DIR, DIFF_TAKE_DIR | DIFF_TAKE_LATE);
    if (random_chance(&g->random, 1))
        step->value |= DIFF_TAKE_CROSS;
}

static void gicv2_window(generator *g)
{
    actor who = any_actor(g);
    diff_step *step = emit(g, DIFF_WINDOW, who.pe, who.world);
    step->value = PICK(g, DIFF_TAKE_IRQ, DIFF_TAKE_FIQ, DIFF_TAKE_IRQ | DIFF_TAKE_FIQ,
                       DIFF_TAKE_IRQ | DIFF_TAKE_FIQ, DIFF_TAKE_IRQ | DIFF_TAKE_FIQ);
    step->value |=
        PICK(g, 0, DIFF_TAKE_EOI, DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR,
             DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR,
             DIFF_TAKE_EOI | DIFF_TAKE_DIR, DIFF_TAKE_EOI | DIFF_TAKE_DIR | DIFF_TAKE_LATE);
    if (random_chance(&g->random, 40))
        step->value |= DIFF_TAKE_NEST;
    if (!random_chance(&g->random, 30))
        return;
    step->value |= DIFF_TAKE_RAISE;
    uint32_t intid = g->spi[pool_spi(g)];
    step->address = row_address(ROW2_GICD_ISPENDR, 0, intid / 32 * 4 - 4);
    step->data[0] = UINT64_C(1) << intid % 32;
    if (!g->secure && random_chance(&g->random, 50)) {
        step->address = row_address(ROW2_GICD_SGIR, 0, 0);
        step->data[0] = random_below(&g->random, 16) | 1u << random_below(&g->random, g->pes) << 16;
    }
}

/* ---- programs -----------------------------------------------------------------------------------
 */

static const struct {
    void (*make)(generator *g);
    unsigned weight;
    bool guest; /**< Programs with EL2 alone. */
} things[] = {
    {gicv2_row_read, 14, false},
    {gicv2_row_write, 6, false},
    {gicv2_bits, 12, false},
    {gicv2_priority, 7, false},
    {gicv2_configuration, 3, false},
    {gicv2_target, 4, false},
    {gicv2_group_enable, 5, false},
    {gicv2_interface_read, 8, false},
    {gicv2_interface_write, 9, false},
    {gicv2_binary_point, 2, false},
    {gicv2_sysreg, 1, false},
    {gicv2_sgi, 16, false},
    {gicv2_pend_sgi, 6, false},
    {gicv2_pend, 18, false},
    {gicv2_ack, 14, false},
    {gicv2_end, 16, false},
    {gicv2_window, 26, false},
    {random_timer, 4, false},
    {random_uart, 4, false},
    {deviate_gicv2, 11, false},
    {move_level, 3, false},
    {gicv2_list_register, 18, true},
    {gicv2_guest_control, 6, true},
    {gicv2_guest_access, 46, true},
    {gicv2_guest_window, 26, true},
    {gicv2_hypervisor, 8, true},
};
enum { THING_KINDS = sizeof things / sizeof things[0] };

static void random_thing(generator *g)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < THING_KINDS; i++)
        sum += things[i].guest && !g->el2 ? 0 : things[i].weight;
    uint32_t choice = random_below(&g->random, sum);
    for (unsigned i = 0; i < THING_KINDS; i++) {
        uint32_t weight = things[i].guest && !g->el2 ? 0 : things[i].weight;
        if (choice < weight) {
            things[i].make(g);
            return;
        }
        choice -= weight;
    }
}

void generate_gicv2(generator *g)
{
    choose_gicv2(g);
    for (unsigned pe = 0; pe < g->pes; pe++)
        set_up_pe(g, (uint8_t)pe);
    for (unsigned i = 0; i < POOL_SPIS; i++)
        set_up_spi(g, i);
    emit_row_write(g, (actor){0, WORLD_ALL}, ROW2_GICD_CTLR, 0, 3);
    if (g->el2)
        gicv2_guest_setup(g);
    uint32_t count = THINGS + random_below(&g->random, MORE_THINGS);
    for (uint32_t i = 0; i < count; i++)
        random_thing(g);
    sweep(g);
    if (g->el2)
        gicv2_guest_sweep(g);
}
