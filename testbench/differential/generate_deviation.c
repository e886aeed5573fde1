/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machines are known to do differently (known.def), each put so that the difference is
 * seen and then taken back: behind it the states are equal again.
 */
#include "generate.h"

enum { UART_DR = 0x00, UART_IMSC = 0x38, UART_TX = 0x20, UART_INTID = 33 };

#define CACHEABILITY (UINT64_C(1) << 7)
#define PTZ          (UINT64_C(1) << 62)
#define VALID        (UINT64_C(1) << 63)

static void look(generator *g, unsigned pe)
{
    emit_mrs(g, pe, WORLD_ALL, random_chance(&g->random, 50) ? DIFF_ICC_HPPIR1_EL1 : DIFF_ISR_EL1);
}

/** GICR_WAKER: QEMU signals to a PE whose Redistributor sleeps. */
void deviate_waker(generator *g)
{
    uint8_t pe = any_pe(g);
    uint64_t waker = row_address(ROW_GICR_WAKER, pe, 0);
    emit_write(g, pe, WORLD_ALL, 4, waker, 2);
    emit_read(g, pe, WORLD_ALL, 4, waker);
    if (random_chance(&g->random, 50))
        emit_write(g, pe, WORLD_ALL, 4, row_address(ROW_GICR_ISPENDR0, pe, 0),
                   UINT64_C(1) << random_below(&g->random, 32));
    look(g, pe);
    emit_write(g, pe, WORLD_ALL, 4, waker, 0);
}

/** Configuration of a level-sensitive SPI whose line is high: QEMU looks at it again only when
 *  something else happens. */
void deviate_icfgr(generator *g)
{
    uint8_t pe = any_pe(g);
    uint64_t icfgr = row_address(ROW_GICD_ICFGR, 0, UART_INTID / 16 * 4);
    uint64_t icpendr = row_address(ROW_GICD_ICPENDR, 0, UART_INTID / 32 * 4);
    uint64_t edge = UINT64_C(2) << UART_INTID % 16 * 2, bit = UINT64_C(1) << UART_INTID % 32;
    emit_write(g, pe, WORLD_ALL, 8, row_address(ROW_GICD_IROUTER, 0, 8 * (UART_INTID - 32)), pe);
    emit_write(g, pe, WORLD_ALL, 4, icfgr, random_chance(&g->random, 50) ? 0xFFFFFFFF : edge);
    emit_write(g, pe, WORLD_ALL, 4, DIFF_UART + UART_IMSC, UART_TX);
    emit_write(g, pe, WORLD_ALL, 4, DIFF_UART + UART_DR, 'u');
    emit_write(g, pe, WORLD_ALL, 4, icpendr, bit);
    emit_write(g, pe, WORLD_ALL, 4, icfgr, 0);
    look(g, pe);
    emit_write(g, pe, WORLD_ALL, 4, row_address(ROW_GICD_ISENABLER, 0, 4), bit);
    look(g, pe);
}

/** Tables of LPIs, written while LPIs are on: QEMU takes the value. It is harmless, and goes back.
 */
void deviate_lpi_tables(generator *g)
{
    uint8_t pe = any_pe(g);
    unsigned row = random_chance(&g->random, 50) ? ROW_GICR_PENDBASER : ROW_GICR_PROPBASER;
    uint64_t address = row_address(row, pe, 0);
    uint64_t value = g->table[row == ROW_GICR_PENDBASER][pe];
    emit_write(g, pe, WORLD_ALL, 8, address, value | CACHEABILITY);
    emit_read(g, pe, WORLD_ALL, 8, address);
    emit_write(g, pe, WORLD_ALL, 8, address, value);
}

/** GICR_PENDBASER.PTZ reads back in QEMU. */
void deviate_ptz(generator *g)
{
    uint8_t pe = any_pe(g);
    uint64_t address = row_address(ROW_GICR_PENDBASER, pe, 0);
    uint64_t ctlr = row_address(ROW_GICR_CTLR, pe, 0), value = g->table[1][pe];
    emit_write(g, pe, WORLD_ALL, 4, ctlr, 0);
    emit_write(g, pe, WORLD_ALL, 8, address, value | PTZ);
    emit_read(g, pe, WORLD_ALL, 8, address);
    emit_write(g, pe, WORLD_ALL, 8, address, value);
    emit_write(g, pe, WORLD_ALL, 4, ctlr, 1);
}

/** MAPD with V=0 ignores Size (T-09); QEMU wants one that is in range. */
void deviate_unmap(generator *g)
{
    uint8_t pe = any_pe(g);
    uint64_t device = DEVIATION_DEVICE, lpi = DEVIATION_LPI;
    uint64_t itt = ARENA_ITT + (uint64_t)POOL_DEVICES * ARENA_ITT_BYTES;
    emit_write(g, pe, WORLD_ALL, 1, ARENA_PROPERTIES + lpi - 8192, 1);
    emit_command_by(g, pe, CMD_MAPD | device << 32, 1, VALID | itt, 0);
    emit_command_by(g, pe, CMD_MAPTI | device << 32, lpi << 32 | 1, OWN_COLLECTION + pe, 0);
    emit_command_by(g, pe, CMD_MAPD | device << 32, random_chance(&g->random, 50) ? 31 : 16, 0, 0);
    emit_command_by(g, pe, CMD_INT | device << 32, 1, 0, 0);
    look(g, pe);
    emit_command_by(g, pe, CMD_CLEAR | device << 32, 1, 0, 0);
    emit_command_by(g, pe, CMD_MAPD | device << 32, 1, 0, 0);
}

/** A device just inside, or beyond, the device table of one page: it is mapped, an event of it
 * sent, and where the table does not reach nothing comes of it. Or the first LPI beyond fourteen
 * bits of them. */
void probe_limits(generator *g)
{
    uint8_t pe = any_pe(g);
    uint64_t device = PICK(g, 0x1FFF, 0x2000, 0x3000, 0xFFFF) << 32, lpi = DEVIATION_LPI;
    if (g->narrow && random_chance(&g->random, 60)) {
        device = (uint64_t)DEVIATION_DEVICE << 32;
        lpi = 1u << 14;
    }
    uint64_t itt = ARENA_ITT + (uint64_t)POOL_DEVICES * ARENA_ITT_BYTES;
    emit_property(g, pe, (uint32_t)lpi, 1);
    emit_command_by(g, pe, CMD_MAPD | device, 1, VALID | itt, 0);
    emit_command_by(g, pe, CMD_MAPTI | device, lpi << 32 | 3, OWN_COLLECTION + pe, 0);
    emit_command_by(g, pe, CMD_INT | device, 3, 0, 0);
    look(g, pe);
    emit_command_by(g, pe, CMD_CLEAR | device, 3, 0, 0);
    emit_command_by(g, pe, CMD_MAPD | device, 1, 0, 0);
}

/** GITS_CREADR is read-only; QEMU writes it with one Security state. Its upper half means nothing.
 */
void deviate_creadr(generator *g)
{
    uint8_t pe = any_pe(g);
    uint64_t address = row_address(ROW_GITS_CREADR, 0, 4);
    emit_write(g, pe, WORLD_ALL, 4, address, random_next(&g->random));
    emit_read(g, pe, WORLD_ALL, 8, row_address(ROW_GITS_CREADR, 0, 0));
    emit_write(g, pe, WORLD_ALL, 4, address, 0);
}

/** GITS_CWRITER beyond the queue: nothing is done until it is right again (T-02). */
void deviate_cwriter(generator *g)
{
    uint8_t pe = any_pe(g);
    uint64_t address = row_address(ROW_GITS_CWRITER, 0, 0);
    emit_write(g, pe, WORLD_ALL, 8, address, PICK(g, g->queue_bytes, 0xFFFE0));
    emit_read(g, pe, WORLD_ALL, 8, address);
    emit_read(g, pe, WORLD_ALL, 8, row_address(ROW_GITS_CREADR, 0, 0));
    emit_write(g, pe, WORLD_ALL, 8, address, g->writer);
}
