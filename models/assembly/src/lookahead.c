/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far ahead nothing can reach a line: a lower bound, by what each message under way can at most
 * bring about and the hops that are still between it and a PE.
 */
#include "internal.h"

/* Lanes, and messages of each, that are looked at one by one; of the others their time counts. */
enum { LANES_LOOKED_AT = 16, LOOKED_AT = 4 };

/* The shortest way from the delivery of a message to a line. */
typedef enum line_reach {
    REACH_NOW,     /* unknown: the delivery itself */
    REACH_CPUIF,   /* delivered to a CPU interface: its lines may move */
    REACH_GICR,    /* to a Redistributor: it may present something */
    REACH_GICD,    /* to the Distributor: it may offer something */
    REACH_THROUGH, /* to a Redistributor that passes it on to the Distributor */
    REACH_NEVER    /* gives back a credit that no line waits for */
} line_reach;

static const uint8_t reach_of[GIC_MSG_KIND_COUNT] = {
    [GIC_MSG_OFFER] = REACH_GICR,
    [GIC_MSG_RECALL] = REACH_GICR,
    [GIC_MSG_SGI] = REACH_GICR,
    [GIC_MSG_GROUP_ENABLES] = REACH_GICR,
    [GIC_MSG_TAKEN_ACK] = REACH_GICR,
    [GIC_MSG_DEACTIVATE_SPI_ACK] = REACH_NEVER,
    [GIC_MSG_SGI_REQUEST_ACK] = REACH_NEVER,
    [GIC_MSG_PE_STATE_ACK] = REACH_GICR,
    [GIC_MSG_TAKEN] = REACH_GICD,
    [GIC_MSG_RETURNED] = REACH_GICD,
    [GIC_MSG_DEACTIVATE_SPI] = REACH_GICD,
    [GIC_MSG_SGI_REQUEST] = REACH_GICD,
    [GIC_MSG_PE_STATE] = REACH_GICD,
    [GIC_MSG_GROUP_ENABLES_ACK] = REACH_GICD,
    [GIC_MSG_SET] = REACH_CPUIF,
    [GIC_MSG_CLEAR] = REACH_CPUIF,
    [GIC_MSG_QUIESCE] = REACH_CPUIF,
    [GIC_MSG_DOWNSTREAM_CONTROL] = REACH_CPUIF,
    [GIC_MSG_ACTIVATE_ACK] = REACH_CPUIF,
    [GIC_MSG_DEACTIVATE_ACK] = REACH_NEVER,
    [GIC_MSG_GENERATE_SGI_ACK] = REACH_NEVER,
    [GIC_MSG_UPSTREAM_CONTROL_ACK] = REACH_CPUIF,
    [GIC_MSG_ACTIVATE] = REACH_GICR,
    [GIC_MSG_RELEASE] = REACH_GICR,
    [GIC_MSG_DEACTIVATE] = REACH_GICR,
    [GIC_MSG_GENERATE_SGI] = REACH_THROUGH,
    [GIC_MSG_UPSTREAM_CONTROL] = REACH_GICR,
    [GIC_MSG_CLEAR_ACK] = REACH_GICR,
    [GIC_MSG_QUIESCE_ACK] = REACH_GICR,
    [GIC_MSG_DOWNSTREAM_CONTROL_ACK] = REACH_GICR,
};

static line_reach reach_of_message(const gic_out *out)
{
    if (out->port > GIC_PORT_CPUIF)
        return REACH_NOW;
    if (out->msg.kind == GIC_MSG_LINE || out->msg.kind == GIC_MSG_NONE)
        return out->port == GIC_PORT_GICD ? REACH_GICD : REACH_GICR;
    return (line_reach)reach_of[out->msg.kind];
}

/* From the Redistributor of PE @p pe, or of whichever PE, to its PE. What asks for a sleeping PE to
   be woken goes out without a hop. */
static uint64_t down_ps(const gic_assembly *a, uint16_t pe)
{
    bool asleep = pe < a->config.pe_count ? a->seats[pe].asleep : a->asleep != 0;
    return asleep ? 0 : a->timing.hop_ps[GIC_HOP_GICR_CPUIF] + a->timing.hop_ps[GIC_HOP_CPUIF_PE];
}

static uint64_t least(uint64_t x, uint64_t y)
{
    return x < y ? x : y;
}

/* From the Distributor to whichever PE. */
static uint64_t from_gicd(const gic_assembly *a)
{
    return a->timing.hop_ps[GIC_HOP_GICD_GICR] + down_ps(a, GIC_PE_ALL);
}

/* From the Redistributor of PE @p pe: down, or up and down to another PE. */
static uint64_t from_gicr(const gic_assembly *a, uint16_t pe)
{
    return least(down_ps(a, pe), a->timing.hop_ps[GIC_HOP_GICR_GICD] + from_gicd(a));
}

/* From a delivery to PE @p pe, or to whichever PE, that reaches so far. */
static uint64_t reach_ps(const gic_assembly *a, line_reach r, uint16_t pe)
{
    const uint64_t *hop = a->timing.hop_ps;
    switch (r) {
    case REACH_CPUIF:
        return least(hop[GIC_HOP_CPUIF_PE], hop[GIC_HOP_CPUIF_GICR] + from_gicr(a, pe));
    case REACH_GICR:
        return from_gicr(a, pe);
    case REACH_GICD:
        return from_gicd(a);
    case REACH_THROUGH:
        return hop[GIC_HOP_GICR_GICD] + from_gicd(a);
    default:
        return 0;
    }
}

/* The shortest reach of anything that is delivered to @p port. */
static line_reach shortest_reach(unsigned port)
{
    static const uint8_t shortest[] = {
        [GIC_PORT_GICD] = REACH_GICD,
        [GIC_PORT_GICR] = REACH_GICR,
        [GIC_PORT_CPUIF] = REACH_CPUIF,
    };
    return port < GIC_COUNT_OF(shortest) ? (line_reach)shortest[port] : REACH_NOW;
}

/* A lane is FIFO: what is behind its first messages is due no earlier than the last of them, and
   behind one that waits for a busy station no earlier than that one. */
static uint64_t lane_bound(const gic_assembly *a, const lane *l)
{
    uint64_t earliest = GIC_TIME_NEVER, head_ps = 0;
    uint32_t n = l->head;
    for (unsigned i = 0; i < LOOKED_AT && n != NONE; i++, n = a->nodes[n].next) {
        const node *at = &a->nodes[n];
        bool last = i + 1 == LOOKED_AT && at->next != NONE;
        line_reach r = last ? shortest_reach(at->out.port) : reach_of_message(&at->out);
        uint64_t due_ps;
        head_ps = at->due_ps > head_ps ? at->due_ps : head_ps;
        due_ps = head_ps + reach_ps(a, r, last ? (uint16_t)GIC_PE_ALL : at->out.to);
        if (r != REACH_NEVER && due_ps < earliest)
            earliest = due_ps;
    }
    return earliest;
}

/* Time of the head of the lane at place @p i of the heap; below it in the heap nothing is earlier.
 */
static uint64_t head_due(const gic_assembly *a, uint32_t i)
{
    return a->nodes[a->lanes[a->heap[i]].head].due_ps;
}

void note_sleep(gic_assembly *a, uint16_t pe)
{
    seat *s = &a->seats[pe];
    bool asleep = s->redist && gicr_may_ask_to_wake(s->redist);
    if (asleep == s->asleep)
        return;
    s->asleep = asleep;
    a->line_due_known = false;
    a->asleep += asleep ? 1u : ~UINT32_C(0);
}

void note_all_sleep(gic_assembly *a)
{
    for (uint16_t pe = 0; pe < a->config.pe_count; pe++)
        note_sleep(a, pe);
}

static uint64_t find_line_due(const gic_assembly *a)
{
    uint64_t earliest = GIC_TIME_NEVER;
    uint32_t near = gic_min_u32(a->heap_count, a->whole ? LANES_LOOKED_AT : 0);
    uint32_t far = gic_min_u32(a->heap_count, 2 * near + 1);
    uint32_t i;
    for (i = 0; i < near; i++) {
        uint64_t due_ps = lane_bound(a, &a->lanes[a->heap[i]]);
        earliest = due_ps < earliest ? due_ps : earliest;
    }
    for (; i < far; i++)
        earliest = head_due(a, i) < earliest ? head_due(a, i) : earliest;
    return earliest;
}

uint64_t gic_assembly_next_line_due(gic_assembly *a)
{
    if (!a->line_due_known) {
        a->line_due_ps = find_line_due(a);
        a->line_due_known = true;
    }
    return a->line_due_ps;
}
