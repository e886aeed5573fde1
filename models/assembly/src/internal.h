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

/* With LPIs, behind those: so many more a PE ... */
enum {
    LANE_FROM_ITS, /* what ITSs send, arrived at this receiver */
    LANE_GICR_ITS,
    LANE_GICR_GICR,
    LANE_GICR_MEMORY, /* requests for memory, and their answers */
    LANE_GICR_ANSWERS,
    LANE_GICR_WORK, /* the Redistributor's leftover work */
    LPI_LANES_PER_PE
};

/* ... and so many an ITS. */
enum {
    LANE_ITS_OUT, /* to all Redistributors, as LANE_GICD_OUT */
    LANE_ITS_MSI,
    LANE_ITS_MEMORY,
    LANE_ITS_ANSWERS,
    LANE_ITS_WORK,
    LANES_PER_ITS
};

/* A port beside those of gic_port, on our lanes only: the answer to a request for memory, to the
   kernel that `from` and `to` name; msg.intid is its row. */
enum { PORT_ANSWER = GIC_PORT_MEM + 1 };

/* Requests of one Redistributor for memory that find a row of their own. */
enum { GICR_MEMORY_REQUESTS = 8 };

typedef struct node {
    uint64_t due_ps;
    uint64_t seq; /* order of sending among equals */
    gic_out out;
    uint32_t next;
    uint32_t unused;
} node;

typedef struct lane {
    uint32_t head;
    uint32_t tail;
} lane;

/* Toggles of one input wire, timed (wires.c). */
typedef struct wire {
    uint8_t under_way;
    uint8_t held; /* behind them, folded */
} wire;

enum {
    WIRE_TOGGLES = 4,   /* of one wire under way at once */
    WIRE_HELD_MOST = 3, /* one more is one less: two toggles are a rise and a fall */
    WIRES_SHARED = 1024 + GIC_MAX_ESPIS,
    WIRES_PRIVATE = 32 + GIC_MAX_EPPIS
};

/* Wires of one PE as they were last driven: inputs for filtering and reset, outputs for reset. */
typedef struct pins {
    uint32_t ppi[1 + GIC_MAX_EPPIS / 32]; /* bit = INTID - 0, INTID - 1056 */
    uint32_t lines;                       /* bit = gic_line */
    uint32_t outside; /* the maintenance PPI's own input; GIC_LINE_MAINTENANCE joins it */
    uint32_t overtaken[GIC_LINE_COUNT]; /* falls that went ahead of what was under way (P-30) */
    wire ppi_wires[WIRES_PRIVATE];
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

/* A station: one component that handles one message at a time: the Distributor, Redistributors,
   CPU interfaces, ITSs. */
typedef struct station {
    uint64_t busy_until_ps;
    uint64_t reached_ps; /* latest time at which it acted */
} station;

/* A request for memory that is not answered yet. */
typedef enum memory_state { MEMORY_FREE, MEMORY_ASKED, MEMORY_ANSWERED } memory_state;

typedef struct memory_row {
    uint64_t address;
    uint32_t tag;
    uint32_t unused;
    uint16_t index; /* PE or ITS that asked */
    uint16_t turn;  /* uses of this row: makes ids differ */
    uint8_t from;   /* GIC_PORT_GICR or GIC_PORT_ITS */
    uint8_t op;
    uint8_t length;
    uint8_t state; /* memory_state */
    uint8_t ok;
    uint8_t data[GIC_MEMORY_LINE]; /* what was read */
} memory_row;

/* One ITS with its outbox. */
typedef struct its_seat {
    its *kernel;
    gic_outbox *box;
    uint32_t msis_on_the_way;
    bool working; /* leftover work is under way */
} its_seat;

static inline uint32_t station_count(const gic_config *config)
{
    return 1u + 2u * config->pe_count + config->its_count;
}

/* The kernels of one PE, each with its outbox. */
typedef struct seat {
    gicr *redist;
    bool asleep; /* counted in gic_assembly.asleep */
    gic_outbox *redist_box;
    cpuif *cpu;
    gic_outbox *cpu_box;
    bool working; /* leftover work of the Redistributor is under way */
} seat;

struct gic_assembly {
    gic_config config;
    gic_assembly_parts parts;
    gic_timing timing;
    gic_assembly_ports ports;
    bool wanted[GIC_EV_COUNT]; /* events that the port is called for */
    gic_assembly_stats stats;
    uint32_t *affinity; /* our copy, where the configuration brings a table */

    gicd *dist;
    gic_outbox *dist_box;
    seat *seats;
    void **cpu_memory;
    size_t cpu_bytes;
    gic_pe_state *pe_state;
    bool inside;         /* an entry is active: re-entry is a broken contract */
    bool by_pe;          /* ... and it is the PE's own access or change of state */
    bool at_once;        /* loosely timed, and every component is inside */
    bool whole;          /* every component is inside */
    bool one_block;      /* a GICv2: what its parts say to each other arrives at once, timed too */
    uint32_t intid_mask; /* ... and of an SGI's name there this is the INTID */
    uint64_t sgi_ps;     /* ... but for an SGI on its way to another PE */
    uint32_t asleep;     /* Redistributors that may ask for their PE to be woken */

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
    uint64_t line_due_ps; /* what gic_assembly_next_line_due() said last ... */
    bool line_due_known;  /* ... and whether nothing has been sent or delivered since */
    uint64_t next_seq;
    lane *lanes;
    uint32_t lane_count;
    uint32_t *heap;
    uint32_t heap_count;
    station *stations; /* station_count() of them */

    its_seat *itss;
    memory_row *memory;
    uint32_t memory_count;
    uint32_t memory_free;  /* no row below is free */
    uint32_t memory_asked; /* rows that the memory's owner has */
    uint32_t budget;       /* loosely timed: what this entry may still bring about at once */

    uint32_t *spi_pins; /* bit = implemented shared INTID by spi_pin_index() */
    wire *spi_wires;
    pins *pe_pins;
};

/* lanes.c: queues in order of time. */
void lanes_clear(gic_assembly *a);
bool lanes_push(gic_assembly *a, uint32_t lane_id, const gic_out *out, uint64_t due_ps);
static inline bool lanes_earliest(const gic_assembly *a, uint32_t *lane_id, uint64_t *due_ps)
{
    if (a->heap_count == 0)
        return false;
    *lane_id = a->heap[0];
    *due_ps = a->nodes[a->lanes[a->heap[0]].head].due_ps;
    return true;
}
gic_out lanes_pop(gic_assembly *a, uint32_t lane_id);
void lanes_postpone(gic_assembly *a, uint32_t lane_id, uint64_t due_ps);
static inline uint32_t lane_of(unsigned pe, unsigned which)
{
    return LANES_COMMON + pe * LANES_PER_PE + which;
}

/* wires.c */

/* The PPI that the CPU interface's maintenance interrupt is wired to (design: with list registers
   only), as its input and that line have it. */
static inline bool is_maintenance(const gic_assembly *a, uint32_t intid)
{
    return intid == GIC_INTID_MAINTENANCE && gic_config_list_registers(&a->config) > 0;
}
static inline bool maintenance_level(const pins *p)
{
    return p->outside != 0 || (p->lines & gic_bit(GIC_LINE_MAINTENANCE)) != 0;
}

gic_out line_message(gic_port to, uint16_t pe, uint32_t intid, bool level);
/* A wire of the Distributor, or of the Redistributor of PE @p pe, moved; false: no room for that.
 */
bool wire_send(gic_assembly *a, gic_port to, uint16_t pe, uint32_t intid, bool level,
               uint64_t now_ps);
/* A toggle is delivered. */
void wire_arrived(gic_assembly *a, gic_port to, uint16_t pe, uint32_t intid, uint64_t now_ps);
/* Nothing is under way any more. */
void wires_clear(gic_assembly *a);
/* Count @p out if it is a toggle: after loading, when none is counted. */
void wire_count(gic_assembly *a, const gic_out *out);
static inline uint32_t lpi_lane_of(const gic_assembly *a, unsigned pe, unsigned which)
{
    return lane_of(a->config.pe_count, 0) + pe * LPI_LANES_PER_PE + which;
}

static inline uint32_t its_lane_of(const gic_assembly *a, unsigned its_index, unsigned which)
{
    return lpi_lane_of(a, a->config.pe_count, 0) + its_index * LANES_PER_ITS + which;
}

/* The lane of an ITS's or a Redistributor's requests for memory, or of the answers. */
static inline uint32_t memory_lane(const gic_assembly *a, gic_port port, uint16_t index, bool back)
{
    if (port == GIC_PORT_ITS)
        return its_lane_of(a, index, back ? LANE_ITS_ANSWERS : LANE_ITS_MEMORY);
    return lpi_lane_of(a, index, back ? LANE_GICR_ANSWERS : LANE_GICR_MEMORY);
}

static inline gic_outbox *outbox_of(const gic_assembly *a, gic_port port, uint16_t index)
{
    return port == GIC_PORT_ITS ? a->itss[index].box : a->seats[index].redist_box;
}

/* ITSs that this assembly holds. */
static inline uint8_t its_present(const gic_assembly *a)
{
    return a->parts.its ? a->config.its_count : 0;
}

/* its.c */

void init_itss(gic_assembly *a, unsigned char *memory, size_t bytes);
void reset_itss(gic_assembly *a, uint64_t now_ps);

/* memory.c: requests for memory */

/* Every row free. */
void memory_clear(gic_assembly *a);
/* Loosely timed: ask, and hand over the answer; the outbox of who asked. Too much of it in one
   entry, and it waits for its turn. */
gic_outbox *memory_at_once(gic_assembly *a, const gic_out *request, uint64_t now_ps);
/* Timed: the request leaves its kernel. */
void memory_send(gic_assembly *a, const gic_out *out, uint64_t now_ps);
/* The request has reached the memory; false: no row is free, try again later. */
bool memory_serve(gic_assembly *a, const gic_out *out, uint64_t now_ps);
/* The answer has reached who asked; its outbox. */
gic_outbox *memory_hand_over(gic_assembly *a, const gic_out *out);
/* After loading: what the memory's owner had not answered. */
void memory_ask_again(gic_assembly *a, uint64_t now_ps);

/* lookahead.c */

/* The Redistributor of PE @p pe may have been put to sleep or woken by an access. */
void note_sleep(gic_assembly *a, uint16_t pe);
/* The same of all of them: at the start, after a reset, after loading. */
void note_all_sleep(gic_assembly *a);

/* deliver.c: taking from outboxes, carrying, delivering. */

static inline void count_message(gic_assembly *a, unsigned kind)
{
    a->stats.messages++;
    a->stats.by_kind[kind]++;
}

/* Onto a lane; without a free place its time is lost and not the message. */
void push_or_deliver(gic_assembly *a, uint32_t lane_id, const gic_out *out, uint64_t due_ps);
/* A kernel other than the Distributor has work left: its step is on the way. */
void note_work(gic_assembly *a, const gic_outbox *box, uint64_t now_ps);
/* An MSI has reached its ITS; the ITS's outbox. */
gic_outbox *hand_msi(gic_assembly *a, const gic_out *out);
/* Take what a kernel has left in its outbox: events and lines go out, messages on their way. */
void collect(gic_assembly *a, gic_outbox *box, uint64_t now_ps);
/* Hand one message to its kernel; the outbox to be emptied, or NULL when it went to a wire. */
gic_outbox *hand_over(gic_assembly *a, gic_port to, uint16_t pe, const gic_out *out,
                      uint64_t now_ps);
/* hand_over() and collect(). */
void deliver(gic_assembly *a, gic_port to, uint16_t pe, const gic_out *out, uint64_t now_ps);
void drive_line(gic_assembly *a, uint16_t pe, gic_line line, bool level, uint64_t now_ps);
/* The maintenance interrupt of PE @p pe moved, inside or outside: so does its PPI. */
void move_maintenance(gic_assembly *a, uint16_t pe, uint64_t now_ps);
/* Onto the loosely-timed FIFO. */
void fifo_push(gic_assembly *a, const gic_out *out);
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
    if (a->wanted[event->id])
        a->ports.event(a->ports.up, event);
}
/* The timed part of enter(). */
void enter_timed(gic_assembly *a, gic_port port, uint16_t pe, uint64_t now_ps);
/* End of an entry: empty the outbox of the kernel that was called (NULL: that is done), and deliver
   all that comes of it. */
void leave(gic_assembly *a, gic_outbox *box, uint64_t now_ps);

/* Loosely timed: requests for memory and steps of leftover work that one entry may bring about
   before the rest waits a microsecond, so that no queue of a guest can stop simulated time. */
enum { BUDGET = 16384, DEFER_PS = 1000000 };

/* Whether what came of this entry is so much that the rest has to wait. */
static inline bool has_had_its_turn(gic_assembly *a)
{
    if (a->budget == 0)
        return true;
    a->budget--;
    return false;
}

static inline void enter(gic_assembly *a, gic_port port, uint16_t pe, uint64_t now_ps)
{
    GIC_ASSERT(!a->inside);
    a->inside = true;
    a->budget = BUDGET;
    if (a->timing.timed)
        enter_timed(a, port, pe, now_ps);
}

enum { SPI_PIN_WORDS = (1024 + GIC_MAX_ESPIS) / 32 };

/* Bit of a shared INTID in spi_pins: SPIs by INTID, extended SPIs behind them. */
static inline uint32_t spi_pin_index(uint32_t intid)
{
    return intid < GIC_INTID_ESPI_FIRST ? intid : 1024u + (intid - GIC_INTID_ESPI_FIRST);
}

static inline uint32_t spi_pin_intid(uint32_t index)
{
    return index < 1024u ? index : GIC_INTID_ESPI_FIRST + (index - 1024u);
}

/* Word and bit of a private INTID in pins.ppi. */
static inline uint32_t ppi_pin_index(uint32_t intid)
{
    return intid < GIC_INTID_SPI_FIRST ? intid : 32u + (intid - GIC_INTID_EPPI_FIRST);
}

static inline uint32_t ppi_pin_intid(uint32_t index)
{
    return index < 32u ? index : GIC_INTID_EPPI_FIRST + (index - 32u);
}

#endif
