/* SPDX-License-Identifier: Apache-2.0 */
/* The joiner's own state. */
#ifndef GIC_ASSEMBLY_INTERNAL_H
#define GIC_ASSEMBLY_INTERNAL_H

#include "gic/assembly.h"
#include "gic/cpuif.h"
#include "gic/gicd.h"
#include "gic/gicr.h"
#include "gic/mem.h"

/* No node, no lane. */
#define NONE UINT32_MAX

/*
 * Lanes: FIFO queues of what is under way. Two for the whole GIC, then LANES_PER_PE a PE.
 * The Distributor has one lane to all Redistributors, so that a broadcast is one node whatever the
 * number of PEs; at its due time each copy goes on by the receiver's own lane LANE_FROM_GICD, where
 * it may have to wait for a busy station without holding up the others.
 */
enum {
    LANE_GICD_OUT,  /* Distributor to Redistributors */
    LANE_SPI_LINES, /* SPI wires to Distributor */
    LANE_GICD_WORK, /* the Distributor's leftover work */
    LANES_COMMON
};

enum {
    LANE_FROM_GICD, /* copies of LANE_GICD_OUT that arrived */
    LANE_GICR_GICD,
    LANE_GICR_CPUIF,
    LANE_CPUIF_GICR,
    LANE_PPI_LINES,
    LANE_PE_LINES, /* IRQ, FIQ to the PE */
    LANES_PER_PE
};

typedef struct node {
    uint64_t due_ps;
    uint64_t seq; /* order of sending among equals */
    gic_out out;
    uint32_t next;
    uint32_t unused;
} node;

typedef struct lane {
    uint64_t last_due_ps;
    uint32_t head;
    uint32_t tail;
} lane;

/* Wires of one PE as they were last driven: inputs for filtering and reset, outputs for reset. */
typedef struct pins {
    uint32_t ppi[1 + GIC_MAX_EPPIS / 32]; /* bit = INTID - 0, INTID - 1056 */
    uint32_t lines;                       /* bit = gic_line */
    uint32_t overtaken[GIC_LINE_COUNT];   /* falls that went ahead of what was under way (P-30) */
} pins;

/*
 * SGIs have no credit of their own towards a slow Redistributor: while more than so many messages
 * are under way, the Distributor's broadcast lane waits for others to arrive. The acknowledges of
 * the SGIs wait behind it, so that the credits of the PEs bound the rest.
 */
static inline uint32_t fan_out_limit(const gic_config *config)
{
    return 2048u + 32u * config->pe_count;
}

/* A station: one component that handles one message at a time. */
typedef struct station {
    uint64_t busy_until_ps;
    uint64_t reached_ps; /* latest time at which it acted */
} station;

/* The kernels of one PE, each with its outbox. */
typedef struct seat {
    gicr *redist;
    gic_outbox *redist_box;
    cpuif *cpu;
    gic_outbox *cpu_box;
} seat;

struct gic_assembly {
    gic_config config;
    gic_assembly_parts parts;
    gic_timing timing;
    gic_assembly_ports ports;
    gic_assembly_stats stats;
    uint32_t *affinity; /* our copy, where the configuration brings a table */

    gicd *dist;
    gic_outbox *dist_box;
    seat *seats;
    void **cpu_memory;
    size_t cpu_bytes;
    gic_pe_state *pe_state;
    bool inside;  /* an entry is active: re-entry is a broken contract */
    bool by_pe;   /* ... and it is the PE's own access or change of state */
    bool at_once; /* loosely timed, and every component is inside */

    /* Loosely timed: one FIFO of entries. */
    gic_out *fifo;
    uint32_t fifo_mask;
    uint32_t fifo_head;
    uint32_t fifo_tail;

    /* Timed: lanes of nodes, and a heap of the lanes that are not empty by their heads. */
    node *nodes;
    uint32_t node_count;
    uint32_t node_free;
    uint32_t in_flight;
    uint64_t next_seq;
    lane *lanes;
    uint32_t lane_count;
    uint32_t *heap;
    uint32_t heap_count;
    station *stations; /* Distributor, Redistributors, CPU interfaces */

    uint32_t *spi_pins; /* bit = implemented shared INTID by spi_pin_index() */
    pins *pe_pins;
};

/* lanes.c: queues in order of time. */
void lanes_clear(gic_assembly *a);
bool lanes_push(gic_assembly *a, uint32_t lane_id, const gic_out *out, uint64_t due_ps);
bool lanes_earliest(const gic_assembly *a, uint32_t *lane_id, uint64_t *due_ps);
gic_out lanes_pop(gic_assembly *a, uint32_t lane_id);
void lanes_postpone(gic_assembly *a, uint32_t lane_id, uint64_t due_ps);
void lanes_rebuild_heap(gic_assembly *a);
static inline uint32_t lane_of(unsigned pe, unsigned which)
{
    return LANES_COMMON + pe * LANES_PER_PE + which;
}

/* deliver.c: taking from outboxes, carrying, delivering. */

static inline void count_message(gic_assembly *a, unsigned kind)
{
    a->stats.messages++;
    a->stats.by_kind[kind]++;
}

/* Take what a kernel has left in its outbox: events and lines go out, messages on their way. */
void collect(gic_assembly *a, gic_outbox *box, uint64_t now_ps);
/* Hand one message to its kernel; the outbox to be emptied, or NULL when it went to a wire. */
gic_outbox *hand_over(gic_assembly *a, gic_port to, uint16_t pe, const gic_out *out,
                      uint64_t now_ps);
/* hand_over() and collect(). */
void deliver(gic_assembly *a, gic_port to, uint16_t pe, const gic_out *out, uint64_t now_ps);
void drive_line(gic_assembly *a, uint16_t pe, gic_line line, bool level, uint64_t now_ps);
/* hand_over() of a wire's level; never NULL. */
static inline gic_outbox *hand_level(gic_assembly *a, gic_port to, uint16_t pe, uint32_t intid,
                                     bool level)
{
    count_message(a, GIC_MSG_LINE);
    if (to == GIC_PORT_GICD) {
        gicd_set_line(a->dist, intid, level);
        return a->dist_box;
    }
    gicr_set_line(a->seats[pe].redist, intid, level);
    return a->seats[pe].redist_box;
}
static inline void emit_event(gic_assembly *a, const gic_event *event)
{
    a->stats.events[event->id]++;
    if (a->ports.event)
        a->ports.event(a->ports.up, event);
}
/* The timed part of enter(). */
void enter_timed(gic_assembly *a, gic_port port, uint16_t pe, uint64_t now_ps);
/* End of an entry: empty the outbox of the kernel that was called (NULL: that is done), and deliver
   all that comes of it. */
void leave(gic_assembly *a, gic_outbox *box, uint64_t now_ps);

static inline void enter(gic_assembly *a, gic_port port, uint16_t pe, uint64_t now_ps)
{
    GIC_ASSERT(!a->inside);
    a->inside = true;
    if (a->timing.timed)
        enter_timed(a, port, pe, now_ps);
}

/* Bit of a shared INTID in spi_pins: SPIs by INTID, extended SPIs behind them. */
static inline uint32_t spi_pin_index(uint32_t intid)
{
    return intid < GIC_INTID_ESPI_FIRST ? intid : 1024u + (intid - GIC_INTID_ESPI_FIRST);
}

/* Word and bit of a private INTID in pins.ppi. */
static inline uint32_t ppi_pin_index(uint32_t intid)
{
    return intid < GIC_INTID_SPI_FIRST ? intid : 32u + (intid - GIC_INTID_EPPI_FIRST);
}

#endif
