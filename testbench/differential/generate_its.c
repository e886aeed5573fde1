/* SPDX-License-Identifier: Apache-2.0 */
/* LPIs and the ITS: tables in the arena, commands, configuration. */
#include "generate.h"

#define VALID      (UINT64_C(1) << 63)
#define INDIRECT   (UINT64_C(1) << 62)
#define PAGE_SIZE  (UINT64_C(3) << 8)
#define PAGE_64K   (UINT64_C(2) << 8)
#define ID_BITS_16 UINT64_C(15)

void emit_command_by(generator *g, unsigned pe, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3)
{
    diff_step *step = emit(g, DIFF_COMMAND, pe, WORLD_ALL);
    step->address = ARENA_QUEUE + g->writer;
    g->writer = (g->writer + 32) % g->queue_bytes;
    step->value = g->writer;
    step->data[0] = w0;
    step->data[1] = w1;
    step->data[2] = w2;
    step->data[3] = w3;
}

static void emit_command(generator *g, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3)
{
    emit_command_by(g, any_pe(g), w0, w1, w2, w3);
}

static uint64_t of_device(uint64_t opcode, uint32_t device)
{
    return (uint64_t)device << 32 | opcode;
}

static uint64_t rdbase(uint32_t pe)
{
    return (uint64_t)pe << 16;
}

/** An event that the device may have, or just not. */
static uint32_t any_event(generator *g, unsigned device)
{
    uint32_t events = 1u << g->event_bits[device];
    return random_chance(&g->random, 96) ? random_below(&g->random, events)
                                         : (uint32_t)PICK(g, events, events - 1, 0xFFFF);
}

static uint32_t any_collection(generator *g)
{
    return g->collection[random_below(&g->random, POOL_COLLECTIONS)];
}

static void map_device(generator *g, unsigned device, bool valid)
{
    emit_command(g, of_device(CMD_MAPD, g->device[device]), g->event_bits[device] - 1u,
                 (ARENA_ITT + (uint64_t)device * ARENA_ITT_BYTES) | (valid ? VALID : 0), 0);
}

static void map_collection(generator *g, uint32_t collection, bool valid)
{
    uint32_t pe = random_below(&g->random, g->pes);
    emit_command(g, CMD_MAPC, 0, (valid ? VALID : 0) | rdbase(pe) | collection, 0);
}

static void map_event(generator *g)
{
    unsigned device = random_below(&g->random, POOL_DEVICES);
    uint32_t event = any_event(g, device), collection = any_collection(g);
    if (random_chance(&g->random, 3)) {
        emit_command(g, of_device(CMD_MAPI, g->device[device]), event, collection, 0);
        return;
    }
    uint64_t intid = g->lpi[random_below(&g->random, POOL_LPIS)];
    emit_command(g, of_device(CMD_MAPTI, g->device[device]), intid << 32 | event, collection, 0);
}

static void map_or_unmap(generator *g)
{
    uint32_t collection = any_collection(g);
    map_collection(g, collection, random_chance(&g->random, 70));
}

static void move_event(generator *g, unsigned device)
{
    uint32_t event = any_event(g, device);
    emit_command(g, of_device(CMD_MOVI, g->device[device]), event, any_collection(g), 0);
}

static void move_all(generator *g)
{
    uint64_t from = rdbase(random_below(&g->random, g->pes));
    emit_command(g, CMD_MOVALL, 0, from, rdbase(random_below(&g->random, g->pes)));
}

/** Where LPIs are off the machines move what is pending differently (known.def, move_to_nowhere).
 */
static bool may_move(generator *g)
{
    return shadow_moves_alike(&g->shadow, &g->c->program) || random_chance(&g->random, 1);
}

void random_mapping_command(generator *g)
{
    unsigned choice = random_below(&g->random, 20);
    unsigned device = random_below(&g->random, POOL_DEVICES);
    if (choice < 9 || !may_move(g))
        map_event(g);
    else if (choice < 12)
        move_event(g, device);
    else if (choice < 14)
        map_or_unmap(g);
    else if (choice < 15)
        map_device(g, device, random_chance(&g->random, 60));
    else if (choice < 17)
        emit_command(g, of_device(CMD_DISCARD, g->device[device]), any_event(g, device), 0, 0);
    else
        move_all(g);
}

void random_interrupt_command(generator *g)
{
    unsigned device = random_below(&g->random, POOL_DEVICES);
    uint64_t w1 = any_event(g, device);
    unsigned choice = random_below(&g->random, 20);
    if (choice < 14)
        emit_command(g, of_device(CMD_INT, g->device[device]), w1, 0, 0);
    else if (choice < 16)
        emit_command(g, of_device(CMD_CLEAR, g->device[device]), w1, 0, 0);
    else if (choice < 17)
        emit_command(g, of_device(CMD_INV, g->device[device]), w1, 0, 0);
    else if (choice < 18)
        emit_command(g, CMD_INVALL, 0, any_collection(g), 0);
    else
        emit_command(g, CMD_SYNC, 0, rdbase(random_below(&g->random, g->pes)), 0);
}

/** A command that is none, or one of GICv4. */
static void unknown_command(generator *g, uint32_t device)
{
    uint64_t opcode =
        PICK(g, 0, 2, 6, 7, 0x10, 0x21, 0x22, 0x25, 0x29, 0x2A, 0x2B, 0x2D, 0x2E, 0xFF);
    uint64_t w1 = random_next(&g->random);
    emit_command(g, of_device(opcode, device), w1, random_next(&g->random), 0);
}

void random_hostile_command(generator *g)
{
    unsigned device = random_below(&g->random, POOL_DEVICES);
    uint64_t map = of_device(CMD_MAPTI, g->device[device]);
    uint64_t lpi = g->lpi[0], collection = any_collection(g);
    uint64_t itt = ARENA_ITT + (uint64_t)device * ARENA_ITT_BYTES;
    switch (random_below(&g->random, 8)) {
    case 0:
        unknown_command(g, g->device[device]);
        break;
    case 1: /* an INTID that is no LPI */
        emit_command(g, map, PICK(g, 0, 32, 1023, 8191, 65536) << 32, collection, 0);
        break;
    case 2: /* an event that the device has no room for */
        emit_command(g, map, lpi << 32 | UINT64_C(1) << g->event_bits[device], collection, 0);
        break;
    case 3: /* a device, a Redistributor, a target beyond the range */
        emit_command(g, of_device(CMD_INT, 0x10000), 0, 0, 0);
        break;
    case 4:
        emit_command(g, CMD_MAPC, 0, VALID | rdbase(g->pes) | collection, 0);
        break;
    case 5:
        emit_command(g, CMD_MOVALL, 0, rdbase(g->pes), rdbase(0));
        break;
    case 6: /* more events than the ITS has */
        emit_command(g, of_device(CMD_MAPD, g->device[device]), PICK(g, 16, 31), itt | VALID, 0);
        break;
    default: /* a device that is not mapped */
        emit_command(g, of_device(CMD_INT, 0xFE), 0, 0, 0);
        break;
    }
}

static uint64_t any_property(generator *g)
{
    uint32_t mask = g->secure && !g->single ? 0xF0 : 0xF8;
    uint32_t priority = random_below(&g->random, 256) & mask;
    return priority | (random_chance(&g->random, 80) ? 1 : 0);
}

void emit_property(generator *g, uint8_t pe, uint32_t lpi, uint64_t property)
{
    emit_write(g, pe, WORLD_ALL, 1, ARENA_PROPERTIES + lpi - 8192, property);
    for (unsigned i = 0; i < g->pes; i++)
        emit_command_by(g, i, CMD_INVALL, 0, OWN_COLLECTION + i, 0);
}

void random_property(generator *g)
{
    uint32_t lpi = g->lpi[random_below(&g->random, POOL_LPIS)];
    uint8_t pe = any_pe(g);
    emit_property(g, pe, lpi, any_property(g));
}

static void enable_lpis(generator *g, unsigned pe, bool on)
{
    emit_write(g, pe, WORLD_ALL, 4, row_address(ROW_GICR_CTLR, pe, 0), on);
}

static void set_lpi_tables(generator *g, unsigned pe)
{
    g->table[0][pe] = ARENA_PROPERTIES | (g->narrow ? PICK(g, ID_BITS_16, 13) : ID_BITS_16);
    g->table[1][pe] = ARENA_PENDING + (uint64_t)pe * ARENA_PEND_BYTES;
    emit_write(g, pe, WORLD_ALL, 8, row_address(ROW_GICR_PROPBASER, pe, 0), g->table[0][pe]);
    emit_write(g, pe, WORLD_ALL, 8, row_address(ROW_GICR_PENDBASER, pe, 0), g->table[1][pe]);
}

void random_lpi_control(generator *g)
{
    unsigned pe = any_pe(g);
    uint32_t lpi = g->lpi[random_below(&g->random, POOL_LPIS)];
    uint64_t byte = ARENA_PENDING + (uint64_t)pe * ARENA_PEND_BYTES + lpi / 8;
    unsigned choice = random_below(&g->random, 4);
    enable_lpis(g, pe, false);
    if (choice == 0)
        emit_read(g, pe, WORLD_ALL, 1, byte);
    else if (choice == 1)
        emit_write(g, pe, WORLD_ALL, 1, byte, 1u << lpi % 8);
    if (random_chance(&g->random, 80))
        enable_lpis(g, pe, true);
}

static void set_up_baser(generator *g, unsigned table, uint64_t base, bool indirect)
{
    uint64_t address = row_address(ROW_GITS_BASER, 0, 8 * table);
    if (random_chance(&g->random, 30)) /* what stood there before goes */
        emit_write(g, 0, WORLD_ALL, 8, address, ~VALID & ~PAGE_SIZE);
    uint64_t value = VALID | base | PAGE_64K;
    if (indirect) {
        emit_write(g, 0, WORLD_ALL, 8, base, VALID | (ARENA_LEVEL2 + table * UINT64_C(0x20000)));
        value |= INDIRECT;
    }
    if (random_chance(&g->random, 15)) { /* by halves */
        emit_write(g, 0, WORLD_ALL, 4, address, value & 0xFFFFFFFF);
        emit_write(g, 0, WORLD_ALL, 4, address + 4, value >> 32);
    } else {
        emit_write(g, 0, WORLD_ALL, 8, address, value);
    }
}

static void map_all(generator *g)
{
    for (unsigned i = 0; i < POOL_DEVICES; i++)
        map_device(g, i, true);
    for (unsigned i = 0; i < POOL_COLLECTIONS; i++)
        map_collection(g, g->collection[i], true);
    for (unsigned pe = 0; pe < g->pes; pe++)
        emit_command(g, CMD_MAPC, 0, VALID | rdbase(pe) | (OWN_COLLECTION + pe), 0);
    for (unsigned i = 0; i < 3 * POOL_LPIS; i++) {
        map_event(g);
        if (random_chance(&g->random, 3))
            random_hostile_command(g);
    }
}

void generate_its_setup(generator *g)
{
    uint64_t ctlr = row_address(ROW_GITS_CTLR, 0, 0);
    for (unsigned i = 0; i < POOL_LPIS; i++)
        emit_write(g, 0, WORLD_ALL, 1, ARENA_PROPERTIES + g->lpi[i] - 8192, any_property(g));
    for (unsigned pe = 0; pe < g->pes; pe++) {
        set_lpi_tables(g, pe);
        if (random_chance(&g->random, 95))
            enable_lpis(g, pe, true);
    }
    set_up_baser(g, 0, ARENA_DEVICES, random_chance(&g->random, 30));
    set_up_baser(g, 1, ARENA_COLLECTION, random_chance(&g->random, 30));
    emit_write(g, 0, WORLD_ALL, 8, row_address(ROW_GITS_CBASER, 0, 0),
               VALID | ARENA_QUEUE | (g->queue_bytes / 0x1000 - 1));
    emit_write(g, 0, WORLD_ALL, 8, row_address(ROW_GITS_CWRITER, 0, 0), 0);
    bool first = random_chance(&g->random, 70); /* else the queue is full of work when it starts */
    if (first)
        emit_write(g, 0, WORLD_ALL, 4, ctlr, 1);
    map_all(g);
    if (!first)
        emit_write(g, 0, WORLD_ALL, 4, ctlr, 1);
}

void generate_its_sweep(generator *g)
{
    emit_sweep(g, ROW_GITS_CTLR, 0, 1);
    emit_sweep(g, ROW_GITS_CBASER, 0, 1);
    emit_sweep(g, ROW_GITS_CWRITER, 0, 1);
    emit_sweep(g, ROW_GITS_CREADR, 0, 1);
    emit_sweep(g, ROW_GITS_BASER, 0, 8);
    for (unsigned pe = 0; pe < g->pes; pe++) {
        enable_lpis(g, pe, false);
        diff_step *step = emit(g, DIFF_SWEEP, 0, WORLD_ALL);
        step->width = 8;
        step->address = ARENA_PENDING + (uint64_t)pe * ARENA_PEND_BYTES + 8192 / 8;
        step->value = 32;
    }
}
