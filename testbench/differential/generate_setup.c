/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning and the end of each program. */
#include "generate.h"

/** A step of the set-up is left out in so many of 100 cases. */
#define PERCENT_LEFT_OUT 4u
/** Words of 32 INTIDs that the board has. */
#define WORDS 9u

#define CTLR_ARE    0x30u
#define CTLR_DS     0x40u
#define CTLR_GROUPS 0x07u

static void set_up(generator *g, unsigned row, unsigned pe, uint32_t offset, uint64_t value)
{
    if (!random_chance(&g->random, PERCENT_LEFT_OUT))
        emit_write(g, pe, WORLD_ALL, diff_rows[row].element, row_address(row, pe, offset), value);
}

static uint32_t random_word(generator *g)
{
    return (uint32_t)random_next(&g->random);
}

static uint32_t four_priorities(generator *g)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++)
        value = value << 8 | any_priority(g, WORLD_ALL);
    return value;
}

static void set_up_redistributor(generator *g, unsigned pe)
{
    emit_write(g, pe, WORLD_ALL, 4, row_address(ROW_GICR_WAKER, pe, 0), 0);
    set_up(g, ROW_GICR_IGROUPR0, pe, 0, random_word(g));
    if (!g->single)
        set_up(g, ROW_GICR_IGRPMODR0, pe, 0, random_word(g));
    for (unsigned i = 0; i < 8; i++)
        set_up(g, ROW_GICR_IPRIORITYR, pe, 4 * i, four_priorities(g));
    set_up(g, ROW_GICR_ICFGR1, pe, 0, random_sparse(&g->random) & 0xFFFFFFFF);
    if (!g->single)
        set_up(g, ROW_GICR_NSACR, pe, 0, random_word(g));
    set_up(g, ROW_GICR_ISENABLER0, pe, 0,
           random_chance(&g->random, 80) ? 0xFFFFFFFF : random_word(g));
}

/** The PE's interface, as EL3 and then each Security state sets it up. */
static void set_up_interface(generator *g, unsigned pe)
{
    emit_msr(g, pe, WORLD_ALL, DIFF_ICC_PMR_EL1, PICK(g, 0xFF, 0xF8, 0xF8, 0xF8, 0xF0, 0xC0, 0x80));
    emit_binary_points(g, pe, g->binary_point);
    if (g->secure) {
        emit_msr(g, pe, WORLD_ALL, DIFF_ICC_CTLR_EL3,
                 PICK(g, 0, 0, 4, 8, 0x10, 0x1C, 1, 2, 3, 0x1F));
        emit_msr(g, pe, WORLD_ALL, DIFF_ICC_IGRPEN1_EL3, 3);
    } else {
        emit_msr(g, pe, WORLD_ALL, DIFF_ICC_CTLR_EL1, PICK(g, 0, 0, 2, 2, 1, 3));
        emit_msr(g, pe, WORLD_ALL, DIFF_ICC_IGRPEN1_EL1, 1);
    }
    emit_msr(g, pe, WORLD_ALL, DIFF_ICC_IGRPEN0_EL1, 1);
}

static void set_up_spi(generator *g, uint32_t intid)
{
    uint32_t word = intid / 32 * 4;
    set_up(g, ROW_GICD_IGROUPR, 0, word, random_word(g));
    if (!g->single)
        set_up(g, ROW_GICD_IGRPMODR, 0, word, random_word(g));
    set_up(g, ROW_GICD_IPRIORITYR, 0, intid & ~3u, four_priorities(g));
    set_up(g, ROW_GICD_ICFGR, 0, intid / 16 * 4, random_word(g));
    set_up(g, ROW_GICD_IROUTER, 0, (intid - 32) * 8, random_below(&g->random, g->pes));
    if (!g->single && random_chance(&g->random, 40))
        set_up(g, ROW_GICD_NSACR, 0, intid / 16 * 4, random_word(g));
    set_up(g, ROW_GICD_ISENABLER, 0, word, UINT64_C(1) << intid % 32);
}

void generate_setup(generator *g)
{
    uint64_t ctlr = row_address(ROW_GICD_CTLR, 0, 0);
    emit_write(g, 0, WORLD_ALL, 4, ctlr, g->single ? CTLR_ARE | CTLR_DS : CTLR_ARE);
    for (unsigned pe = 0; pe < g->pes; pe++) {
        set_up_redistributor(g, pe);
        set_up_interface(g, pe);
    }
    for (unsigned i = 0; i < POOL_SPIS; i++)
        set_up_spi(g, g->spi[i]);
    emit_write(g, 0, WORLD_ALL, 4, ctlr, CTLR_ARE | (g->single ? CTLR_DS : 0) | CTLR_GROUPS);
}

static void sweep_redistributor(generator *g, unsigned pe)
{
    static const uint16_t rows[] = {
        ROW_GICR_CTLR,       ROW_GICR_WAKER,      ROW_GICR_PROPBASER, ROW_GICR_PENDBASER,
        ROW_GICR_IGROUPR0,   ROW_GICR_ISENABLER0, ROW_GICR_ISPENDR0,  ROW_GICR_ISACTIVER0,
        ROW_GICR_IPRIORITYR, ROW_GICR_ICFGR0,     ROW_GICR_ICFGR1,    ROW_GICR_IGRPMODR0,
        ROW_GICR_NSACR,
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        emit_sweep(g, rows[i], pe, diff_rows[rows[i]].span / diff_rows[rows[i]].element);
}

static void sweep_interface(generator *g, unsigned pe)
{
    static const uint16_t both[] = {DIFF_ICC_AP1R0_EL1, DIFF_ICC_BPR1_EL1, DIFF_ICC_CTLR_EL1,
                                    DIFF_ICC_IGRPEN1_EL1};
    static const uint16_t once[] = {DIFF_ICC_PMR_EL1, DIFF_ICC_AP0R0_EL1, DIFF_ICC_BPR0_EL1,
                                    DIFF_ICC_IGRPEN0_EL1};
    for (unsigned i = 0; i < sizeof both / sizeof both[0]; i++) {
        emit_mrs(g, pe, WORLD_ALL, both[i]);
        if (g->secure)
            emit_mrs(g, pe, WORLD_ALL | DIFF_NS, both[i]);
    }
    for (unsigned i = 0; i < sizeof once / sizeof once[0]; i++)
        emit_mrs(g, pe, WORLD_ALL, once[i]);
    if (g->secure)
        emit_mrs(g, pe, WORLD_ALL, DIFF_ICC_CTLR_EL3);
}

void generate_sweep(generator *g)
{
    static const uint16_t words[] = {ROW_GICD_IGROUPR, ROW_GICD_ISENABLER, ROW_GICD_ISPENDR,
                                     ROW_GICD_ISACTIVER, ROW_GICD_IGRPMODR};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        emit_sweep(g, words[i], 0, WORDS);
    emit_sweep(g, ROW_GICD_CTLR, 0, 1);
    emit_sweep(g, ROW_GICD_IPRIORITYR, 0, WORDS * 8);
    emit_sweep(g, ROW_GICD_ICFGR, 0, WORDS * 2);
    emit_sweep(g, ROW_GICD_NSACR, 0, WORDS * 2);
    emit_sweep(g, ROW_GICD_IROUTER, 0, (WORDS - 1) * 32);
    for (unsigned pe = 0; pe < g->pes; pe++) {
        sweep_redistributor(g, pe);
        sweep_interface(g, pe);
    }
}
