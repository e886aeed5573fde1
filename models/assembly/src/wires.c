/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wires into the GIC, timed: a toggle takes the hop to its component. A few toggles of one wire can
 * be under way at once; what comes beyond is folded as a synchroniser would (ID-S09): the last
 * level arrives, a rise in between arrives at least once, and the pool of messages cannot be
 * exhausted.
 */
#include "internal.h"

static wire *wire_of(gic_assembly *a, gic_port to, uint16_t pe, uint32_t intid)
{
    return to == GIC_PORT_GICD ? &a->spi_wires[spi_pin_index(intid)]
                               : &a->pe_pins[pe].ppi_wires[ppi_pin_index(intid)];
}

static bool pin_of(const gic_assembly *a, gic_port to, uint16_t pe, uint32_t intid)
{
    uint32_t index = to == GIC_PORT_GICD ? spi_pin_index(intid) : ppi_pin_index(intid);
    const uint32_t *words = to == GIC_PORT_GICD ? a->spi_pins : a->pe_pins[pe].ppi;
    return (words[index / 32u] & gic_bit(index)) != 0;
}

gic_out line_message(gic_port to, uint16_t pe, uint32_t intid, bool level)
{
    gic_out out = {0};
    out.port = (uint8_t)to;
    out.to = pe;
    out.from_pe = pe;
    out.msg.kind = GIC_MSG_LINE;
    out.msg.flags = level;
    out.msg.intid = intid;
    return out;
}

/* false: no room for it. */
static bool send_level(gic_assembly *a, gic_port to, uint16_t pe, uint32_t intid, bool level,
                       uint64_t now_ps)
{
    bool shared = to == GIC_PORT_GICD;
    gic_out out = line_message(to, pe, intid, level);
    uint64_t delay = a->timing.hop_ps[shared ? GIC_HOP_SPI_LINE : GIC_HOP_PPI_LINE];
    uint32_t lane_id = shared ? (uint32_t)LANE_SPI_LINES : lane_of(pe, LANE_PPI_LINES);
    if (!lanes_push(a, lane_id, &out, now_ps + delay))
        return false;
    wire_of(a, to, pe, intid)->under_way++;
    return true;
}

bool wire_send(gic_assembly *a, gic_port to, uint16_t pe, uint32_t intid, bool level,
               uint64_t now_ps)
{
    wire *w = wire_of(a, to, pe, intid);
    if (w->held == 0 && w->under_way < WIRE_TOGGLES)
        return send_level(a, to, pe, intid, level, now_ps);
    /* Two toggles more or less change neither the level nor that there was a rise. */
    w->held = w->held == WIRE_HELD_MOST ? WIRE_HELD_MOST - 1u : w->held + 1u;
    a->stats.toggles_folded++;
    return true;
}

void wire_arrived(gic_assembly *a, gic_port to, uint16_t pe, uint32_t intid, uint64_t now_ps)
{
    wire *w = wire_of(a, to, pe, intid);
    bool level = pin_of(a, to, pe, intid) ^ ((w->held & 1u) != 0);
    if (w->under_way > 0)
        w->under_way--;
    while (w->under_way < WIRE_TOGGLES && w->held > 0) {
        level = !level;
        w->held--;
        if (!send_level(a, to, pe, intid, level, now_ps))
            (void)hand_level(a, to, pe, intid, level);
    }
}

void wires_clear(gic_assembly *a)
{
    memset(a->spi_wires, 0, WIRES_SHARED * sizeof *a->spi_wires);
    for (unsigned pe = 0; pe < a->config.pe_count; pe++)
        memset(a->pe_pins[pe].ppi_wires, 0, sizeof a->pe_pins[pe].ppi_wires);
}

void wire_count(gic_assembly *a, const gic_out *out)
{
    if (out->msg.kind == GIC_MSG_LINE && out->port <= GIC_PORT_GICR)
        wire_of(a, (gic_port)out->port, out->to, out->msg.intid)->under_way++;
}
