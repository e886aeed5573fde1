/* SPDX-License-Identifier: Apache-2.0 */
/* Random accesses to registers, legal and not. */
#include "generate.h"

#include "gic/regs.h"

/** Registers of the system that random programs leave alone: they hold time. */
static bool holds_time(unsigned number)
{
    return number >= DIFF_CNTFRQ_EL0 && number <= DIFF_CNTPS_CVAL_EL1;
}

static unsigned any_row(generator *g)
{
    unsigned row = random_below(&g->random, ROWS_OF_GICV3);
    bool its = diff_rows[row].frame == DIFF_FRAME_GITS;
    return its && random_chance(&g->random, 60) ? random_below(&g->random, ROW_GITS_CTLR) : row;
}

/** Some register of the row: of an INTID of the program where the row has one. */
static uint32_t any_offset(generator *g, const diff_row *row)
{
    uint32_t offset = 0;
    if (row->bits_per_intid && row->frame == DIFF_FRAME_GICD && random_chance(&g->random, 85)) {
        uint32_t intid = any_spi(g) - (row->bits_per_intid == 64 ? 32 : 0);
        offset = intid * row->bits_per_intid / 8;
    } else {
        offset = random_below(&g->random, row->span);
    }
    return offset < row->span ? offset : 0;
}

/** A width, mostly one that the row has. */
static unsigned any_width(generator *g, const diff_row *row)
{
    for (unsigned i = 0; i < 16; i++) {
        unsigned width = 1u << random_below(&g->random, 4);
        if ((row->widths & width) || random_chance(&g->random, 3))
            return width;
    }
    return row->element;
}

void random_row_read(generator *g)
{
    unsigned row = any_row(g);
    const diff_row *r = &diff_rows[row];
    unsigned width = any_width(g, r);
    uint32_t offset = any_offset(g, r);
    if (random_chance(&g->random, 4)) /* near the row: reserved places */
        offset += r->span;
    uint64_t address = row_address(row, any_pe(g), offset) & ~(uint64_t)(width - 1);
    actor who = any_actor(g);
    emit_read(g, who.pe, who.world, width, address);
}

/** Rows that a random value would make the rest of the program pointless with. */
static bool is_delicate(unsigned row)
{
    switch (row) {
    case ROW_GICD_CTLR:
    case ROW_GICR_CTLR:
    case ROW_GICR_WAKER:
    case ROW_GICR_PROPBASER:
    case ROW_GICR_PENDBASER:
    case ROW_GITS_CTLR:
    case ROW_GITS_CBASER:
    case ROW_GITS_CWRITER:
    case ROW_GITS_CREADR:
    case ROW_GITS_BASER:
    case ROW_GITS_TRANSLATER:
    case ROW_GICD_ICFGR:
    case ROW_GICD_IROUTER:
    case ROW_GICD_IPRIORITYR:
    case ROW_GICR_IPRIORITYR:
        return true;
    default:
        return false;
    }
}

void random_row_write(generator *g)
{
    unsigned row = any_row(g);
    if (is_delicate(row))
        return;
    const diff_row *r = &diff_rows[row];
    unsigned width = any_width(g, r);
    uint32_t offset = any_offset(g, r);
    uint64_t address = row_address(row, any_pe(g), offset) & ~(uint64_t)(width - 1);
    actor who = any_actor(g);
    emit_write(g, who.pe, who.world, width, address, random_sparse(&g->random));
}

/** A bit of a word, or a few. */
static uint64_t any_bits(generator *g, uint32_t bit)
{
    uint64_t value = UINT64_C(1) << bit;
    if (random_chance(&g->random, 15))
        value |= random_sparse(&g->random);
    return value & 0xFFFFFFFF;
}

void random_bits(generator *g)
{
    static const uint16_t spi_rows[] = {ROW_GICD_ISENABLER, ROW_GICD_ISENABLER, ROW_GICD_ICENABLER,
                                        ROW_GICD_ICPENDR,   ROW_GICD_ISACTIVER, ROW_GICD_ICACTIVER,
                                        ROW_GICD_ICACTIVER};
    static const uint16_t own_rows[] = {
        ROW_GICR_ISENABLER0, ROW_GICR_ISENABLER0, ROW_GICR_ICENABLER0, ROW_GICR_ICPENDR0,
        ROW_GICR_ISACTIVER0, ROW_GICR_ICACTIVER0, ROW_GICR_ICACTIVER0};
    unsigned choice = random_below(&g->random, 7);
    actor who = any_actor(g);
    bool spi = random_chance(&g->random, 50);
    uint32_t intid = spi ? any_spi(g) : random_below(&g->random, 32);
    uint64_t address = spi ? row_address(spi_rows[choice], 0, intid / 32 * 4)
                           : row_address(own_rows[choice], any_pe(g), 0);
    emit_write(g, who.pe, who.world, 4, address, any_bits(g, intid % 32));
}

void random_priority(generator *g)
{
    actor who = any_actor(g);
    bool spi = random_chance(&g->random, 50);
    uint32_t intid = spi ? any_spi(g) : random_below(&g->random, 32);
    unsigned row = spi ? ROW_GICD_IPRIORITYR : ROW_GICR_IPRIORITYR;
    unsigned width = random_chance(&g->random, 70) ? 1 : 4;
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++)
        value = value << 8 | any_priority(g, who.world);
    uint64_t address = row_address(row, any_pe(g), intid & ~(width - 1));
    if (random_chance(&g->random, 5)) { /* bits that are not there (known.def, priority_bits) */
        emit_write(g, who.pe, WORLD_ALL, width, address, value | 0x05070301);
        emit_read(g, who.pe, random_chance(&g->random, 50) ? WORLD_ALL : 1u | DIFF_NS, width,
                  address);
        who.world = WORLD_ALL;
    }
    emit_write(g, who.pe, who.world, width, address, value);
}

void random_configuration(generator *g)
{
    static const uint16_t rows[] = {ROW_GICD_IGROUPR, ROW_GICD_IGRPMODR, ROW_GICD_ICFGR,
                                    ROW_GICD_NSACR,   ROW_GICR_IGROUPR0, ROW_GICR_IGRPMODR0,
                                    ROW_GICR_ICFGR0,  ROW_GICR_ICFGR1,   ROW_GICR_NSACR};
    unsigned row = rows[random_below(&g->random, sizeof rows / sizeof rows[0])];
    uint32_t offset = any_offset(g, &diff_rows[row]) & ~3u;
    uint64_t address = row_address(row, any_pe(g), offset);
    actor who = any_actor(g);
    emit_write(g, who.pe, who.world, 4, address, random_next(&g->random));
    if (row == ROW_GICD_ICFGR) /* QEMU looks at it with the next write (known.def, icfgr_update) */
        emit_write(g, who.pe, WORLD_ALL, 4, row_address(ROW_GICD_ISENABLER, 0, offset / 8 * 4), 0);
}

/** 1-of-N, which neither machine has, and bits that are not there: what reads back differs
 *  (known.def, one_of_n and route_bits), so that the SPI is none of the program's own. */
static void route_one_of_n(generator *g)
{
    uint64_t address = row_address(ROW_GICD_IROUTER, 0, random_below(&g->random, 8) * 8);
    uint64_t route = UINT64_C(1) << 31;
    actor who = any_actor(g);
    if (random_chance(&g->random, 50))
        route = random_next(&g->random);
    emit_write(g, who.pe, WORLD_ALL, 8, address, route);
    emit_read(g, who.pe, who.world, 8, address);
    emit_write(g, who.pe, WORLD_ALL, 8, address, 0);
}

void random_route(generator *g)
{
    uint64_t address = row_address(ROW_GICD_IROUTER, 0, (any_spi(g) - 32) * 8);
    actor who = any_actor(g);
    uint64_t route = any_route(g);
    unsigned choice = random_below(&g->random, 20);
    if (choice < 13)
        emit_write(g, who.pe, who.world, 8, address, route);
    else if (choice < 17)
        emit_write(g, who.pe, who.world, 4, address, route & 0xFFFFFFFF);
    else if (choice < 19)
        emit_write(g, who.pe, who.world, 4, address + 4, route >> 32);
    else
        route_one_of_n(g);
}

void random_distributor_control(generator *g)
{
    uint64_t address = row_address(ROW_GICD_CTLR, 0, 0);
    actor who = any_actor(g);
    uint64_t ds = g->single ? 0x40 : 0;
    if (random_chance(&g->random, 30)) { /* maybe Non-secure: its own view */
        emit_write(g, who.pe, who.world, 4, address, PICK(g, 0x30, 0x32, 0x32, 0x37, 0x12) | ds);
        return;
    }
    emit_write(g, who.pe, WORLD_ALL, 4, address,
               0x30 | ds | PICK(g, 0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 0x87));
    if (random_chance(&g->random, 70))
        emit_write(g, who.pe, WORLD_ALL, 4, address, 0x37 | ds);
}

static const uint16_t icc_numbers[] = {
    DIFF_ICC_PMR_EL1, DIFF_ICC_CTLR_EL1, DIFF_ICC_SRE_EL1, DIFF_ICC_AP0R0_EL1, DIFF_ICC_AP1R0_EL1,
    DIFF_ICC_CTLR_EL3, DIFF_ICC_SRE_EL3, DIFF_ICC_SRE_EL2,
    /* To be read; for writes see random_group_enable() and random_binary_point(). */
    DIFF_ICC_BPR0_EL1, DIFF_ICC_BPR1_EL1, DIFF_ICC_IGRPEN0_EL1, DIFF_ICC_IGRPEN1_EL1,
    DIFF_ICC_IGRPEN1_EL3};
enum { ICC_NUMBERS = sizeof icc_numbers / sizeof icc_numbers[0], ICC_WRITTEN = 8 };

void random_icc_read(generator *g)
{
    static const uint16_t often[] = {DIFF_ICC_HPPIR0_EL1, DIFF_ICC_HPPIR1_EL1, DIFF_ICC_RPR_EL1,
                                     DIFF_ISR_EL1};
    actor who = any_actor(g);
    unsigned number = random_chance(&g->random, 50)
                          ? often[random_below(&g->random, 4)]
                          : icc_numbers[random_below(&g->random, ICC_NUMBERS)];
    emit_mrs(g, who.pe, who.world, number);
}

/** Something for the register, with what makes sense more often than what does not. */
static uint64_t icc_value(generator *g, unsigned number)
{
    switch (number) {
    case DIFF_ICC_PMR_EL1:
        return PICK(g, 0, 0x08, 0x78, 0x80, 0x88, 0xC0, 0xF0, 0xF8, 0xF8, 0xFF, 0xFF,
                    random_below(&g->random, 256));
    case DIFF_ICC_CTLR_EL1:
        return random_below(&g->random, 4);
    case DIFF_ICC_CTLR_EL3:
        return random_below(&g->random, 32);
    case DIFF_ICC_AP0R0_EL1:
    case DIFF_ICC_AP1R0_EL1:
        return 0;
    default:
        return PICK(g, 15, 8, 9);
    }
}

/** ICC_SRE_ELx.Enable off, and on again: QEMU has it always on (known.def, sre_enable). */
static void toggle_sre_enable(generator *g, uint8_t pe)
{
    static const uint16_t numbers[] = {DIFF_ICC_SRE_EL1, DIFF_ICC_SRE_EL2, DIFF_ICC_SRE_EL3};
    bool el3 = g->secure && (!g->el2 || random_chance(&g->random, 50));
    unsigned number = el3 ? DIFF_ICC_SRE_EL3 : DIFF_ICC_SRE_EL2;
    uint8_t world = el3 ? WORLD_ALL : WORLD_ALL | DIFF_NS;
    emit_msr(g, pe, world, number, PICK(g, 7, 0));
    uint8_t reader = any_world(g);
    emit_mrs(g, pe, reader, numbers[random_below(&g->random, 3)]);
    emit_msr(g, pe, world, number, 15);
}

void random_icc_write(generator *g)
{
    unsigned number = icc_numbers[random_below(&g->random, ICC_WRITTEN)];
    bool running = number == DIFF_ICC_AP0R0_EL1 || number == DIFF_ICC_AP1R0_EL1;
    if (running && random_chance(&g->random, 80))
        number = DIFF_ICC_PMR_EL1;
    actor who = any_actor(g);
    if (random_chance(&g->random, 4))
        toggle_sre_enable(g, who.pe);
    else
        emit_msr(g, who.pe, who.world, number, icc_value(g, number));
}

/** Looks at the PE's interface, at EL3, where no interrupt is taken. */
static void look(generator *g, unsigned pe)
{
    static const uint16_t numbers[] = {DIFF_ICC_HPPIR0_EL1, DIFF_ICC_HPPIR1_EL1, DIFF_ISR_EL1,
                                       DIFF_ICC_BPR0_EL1, DIFF_ICC_BPR1_EL1};
    unsigned world = WORLD_ALL;
    if (g->secure && random_chance(&g->random, 50))
        world |= DIFF_NS;
    emit_mrs(g, pe, world, numbers[random_below(&g->random, sizeof numbers / sizeof numbers[0])]);
}

/** A group goes off and on. QEMU lets what is pending of a group that is off hide the others, so
 *  nothing is acknowledged meanwhile (known.def, hidden_group). */
void random_group_enable(generator *g)
{
    uint8_t pe = any_pe(g);
    unsigned number = DIFF_ICC_IGRPEN0_EL1;
    uint64_t on = 1, off = 0;
    if (random_chance(&g->random, 60)) {
        number = g->secure ? DIFF_ICC_IGRPEN1_EL3 : DIFF_ICC_IGRPEN1_EL1;
        on = g->secure ? 3 : 1;
        off = g->secure ? PICK(g, 0, 1, 2) : 0;
    }
    emit_msr(g, pe, WORLD_ALL, number, off);
    for (uint32_t i = random_below(&g->random, 3); i > 0; i--)
        look(g, pe);
    if (random_chance(&g->random, 30))
        emit_write(g, pe, WORLD_ALL, 4, row_address(ROW_GICR_ISPENDR0, pe, 0),
                   UINT64_C(1) << random_below(&g->random, 32));
    emit_msr(g, pe, WORLD_ALL, number, on);
}

/** Binary points move and come back: the machines keep the active priorities of what they
 *  acknowledge in another granularity (known.def, active_priority). */
void random_binary_point(generator *g)
{
    uint8_t pe = any_pe(g),
            world = (uint8_t)(WORLD_ALL | (random_chance(&g->random, 50) ? DIFF_NS : 0));
    unsigned number = random_chance(&g->random, 50) ? DIFF_ICC_BPR0_EL1 : DIFF_ICC_BPR1_EL1;
    if (g->binary_point == 2) /* what is active has its whole priority on both machines */
        emit_msr(g, pe, world, number, random_below(&g->random, 8));
    for (uint32_t i = random_below(&g->random, 3); i > 0; i--)
        look(g, pe);
    emit_binary_points(g, pe, g->binary_point);
}

/** AP registers beyond what five bits of priority need: UNDEFINED. */
static bool is_absent_ap(unsigned number)
{
    return (number >= DIFF_ICC_AP0R1_EL1 && number <= DIFF_ICC_AP0R3_EL1) ||
           (number >= DIFF_ICC_AP1R1_EL1 && number <= DIFF_ICC_AP1R3_EL1);
}

void random_sysreg(generator *g)
{
    unsigned number = random_below(&g->random, DIFF_SYSREGS);
    bool acknowledges = number == DIFF_ICC_IAR0_EL1 || number == DIFF_ICC_IAR1_EL1;
    bool is_virtual = number >= DIFF_ICH_AP0R0_EL2 && number <= DIFF_ICH_LR15_EL2;
    if (holds_time(number) || acknowledges)
        return;
    actor who = any_actor(g);
    bool absent = !sysreg_is_row(number) || is_absent_ap(number);
    if (random_chance(&g->random, 70) || !absent || is_virtual)
        emit_mrs(g, who.pe, who.world, number);
    else
        emit_msr(g, who.pe, who.world, number, random_next(&g->random));
}

/** A list register without RES0 bits, of the implemented bits of a priority. */
static uint64_t any_list_register(generator *g)
{
    uint64_t state = random_below(&g->random, 4), group = random_below(&g->random, 2);
    uint64_t priority = random_below(&g->random, 32) * 8u, vintid = random_below(&g->random, 1020);
    uint64_t linked = random_chance(&g->random, 30);
    uint64_t low = linked ? g->spi[random_below(&g->random, 4)] : random_below(&g->random, 2) << 9;
    return state << 62 | linked << 61 | group << 60 | priority << 48 | low << 32 | vintid;
}

/**
 * ICH_HCR_EL2 without traps. VGrp0DIE stays 0: QEMU reports VGrp0D by VGrp0E's enable (V-08).
 */
static uint64_t any_virtual_control(generator *g)
{
    const uint64_t enables = 0xDF;
    uint64_t count = random_chance(&g->random, 30) ? random_below(&g->random, 32) : 0;
    return (random_next(&g->random) & enables) | count << 27;
}

/** A register of the hypervisor is written, and what follows from it read. */
void random_virtual(generator *g)
{
    static const unsigned told[] = {DIFF_ICH_MISR_EL2, DIFF_ICH_EISR_EL2, DIFF_ICH_ELRSR_EL2,
                                    DIFF_ICH_VMCR_EL2, DIFF_ICH_HCR_EL2};
    actor who = any_actor(g);
    uint8_t world = random_chance(&g->random, 80) ? (uint8_t)HYPERVISOR : who.world;
    unsigned choice = random_below(&g->random, 10), number = DIFF_ICH_HCR_EL2;
    uint64_t value;
    if (choice < 5) {
        number = DIFF_ICH_LR0_EL2 + random_below(&g->random, 5);
        value = any_list_register(g);
    } else if (choice == 5) {
        number = DIFF_ICH_VMCR_EL2;
        value = random_next(&g->random);
    } else if (choice == 6) {
        number = random_chance(&g->random, 50) ? DIFF_ICH_AP0R0_EL2 : DIFF_ICH_AP1R0_EL2;
        value = random_next(&g->random) & UINT32_MAX;
    } else {
        value = any_virtual_control(g);
    }
    emit_msr(g, who.pe, world, number, value);
    emit_mrs(g, who.pe, world, number);
    emit_mrs(g, who.pe, world, told[random_below(&g->random, 5)]);
    if (g->el2)
        restore_virtual(g, who.pe, number);
}
