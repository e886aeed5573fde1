/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox: everything that leaves a kernel. A kernel never calls out; it puts messages, line
 * changes and events here, and the joiner takes them, oldest first, when the kernel has returned.
 * The ring's memory follows the header in the kernel's block; it is empty between activations.
 */
#ifndef GIC_OUTBOX_H
#define GIC_OUTBOX_H

#include "gic/msg.h"

/** Where an entry goes. */
typedef enum gic_port {
    GIC_PORT_GICD,  /**< To the Distributor. */
    GIC_PORT_GICR,  /**< To the Redistributor of PE `to`, or of all PEs (GIC_PE_ALL). */
    GIC_PORT_CPUIF, /**< To the CPU interface of PE `to`. */
    GIC_PORT_LINE,  /**< Wire: msg.kind is a gic_line of PE `to`, msg.flags its level, msg.intid
                         the interrupt that explains it (or GIC_INTID_SPURIOUS). */
    GIC_PORT_EVENT, /**< Event: msg.kind is a gic_event_id, `to` a PE or GIC_PE_NONE. */
    GIC_PORT_ITS,   /**< To the ITS `to` (an index). Of a sender that is an ITS, from_pe is its
                         index, and of a line that it drives, `to` (gic_its_line). */
    GIC_PORT_MEM    /**< Memory request: gic_memory_request() (gic/memory.h). */
} gic_port;

enum {
    GIC_PE_ALL = 0xFFFE, /**< Every PE but `except`. */
    GIC_PE_NONE = 0xFFFF /**< No PE. */
};

/** One entry of an outbox. */
typedef struct gic_out {
    uint8_t port;     /**< gic_port */
    uint8_t from;     /**< gic_port of the sender. */
    uint16_t to;      /**< PE, GIC_PE_ALL or GIC_PE_NONE. */
    uint16_t except;  /**< With GIC_PE_ALL: the PE left out, or GIC_PE_NONE. */
    uint16_t from_pe; /**< PE of the sender, or GIC_PE_NONE. */
    gic_msg msg;
} gic_out;

GIC_STATIC_ASSERT(sizeof(gic_out) == 24, "an outbox entry is 24 bytes");

/**
 * A FIFO of entries, not a ring: the joiner always empties it. Entries are from `entry` up to
 * `next`, and there is room up to `end`. When it is full, an event is dropped (and counted);
 * anything else is a contract broken by the kernel, which bounds its work by gic_outbox_room().
 */
typedef struct gic_outbox {
    gic_out *entry;
    gic_out *next;
    gic_out *end;
    uint64_t events_dropped;
    uint64_t messages_lost; /**< Of kernels that broke the contract: a defect, never silent. */
    bool more;              /**< The kernel has work left: its step function is to be called. */
    gic_out blank;          /**< What every entry starts from: the sender, and zeros. */
    gic_msg lost; /**< Scratch for a message without room: the contract is broken already. */
} gic_outbox;

/** An empty outbox of kernel @p from of PE @p pe (or GIC_PE_NONE). */
static inline void gic_outbox_init(gic_outbox *box, gic_out *entry, uint32_t capacity,
                                   gic_port from, uint16_t pe)
{
    static const gic_out none = {0, 0, 0, GIC_PE_NONE, 0, {0, 0, 0, 0, 0, 0}};
    box->entry = entry;
    box->next = entry;
    box->end = entry + capacity;
    box->events_dropped = 0;
    box->messages_lost = 0;
    box->more = false;
    box->blank = none;
    box->blank.from = (uint8_t)from;
    box->blank.from_pe = pe;
}

/** Entries that are there. */
static inline uint32_t gic_outbox_count(const gic_outbox *box)
{
    return (uint32_t)(box->next - box->entry);
}

/** Entries that still fit. */
static inline uint32_t gic_outbox_room(const gic_outbox *box)
{
    return (uint32_t)(box->end - box->next);
}

/** Drop the entries, or note that they have been taken. */
static inline void gic_outbox_clear(gic_outbox *box)
{
    box->next = box->entry;
}

/** Reserve the next entry, zero but for its addresses; NULL when full. */
static inline gic_out *gic_outbox_next(gic_outbox *box, gic_port port, uint16_t to)
{
    gic_out *out;
    if (box->next == box->end) {
        GIC_ASSERT(port == GIC_PORT_EVENT);
        if (port == GIC_PORT_EVENT)
            box->events_dropped++;
        else
            box->messages_lost++;
        return NULL;
    }
    out = box->next++;
    *out = box->blank;
    out->port = (uint8_t)port;
    out->to = to;
    return out;
}

/** Send a message of @p kind about @p intid; its other members are zero and the caller's to set. */
static inline gic_msg *gic_send_kind(gic_outbox *box, gic_port port, uint16_t to, gic_msg_kind kind,
                                     uint32_t intid)
{
    gic_out *out = gic_outbox_next(box, port, to);
    if (!out)
        return &box->lost;
    out->msg.kind = (uint8_t)kind;
    out->msg.intid = intid;
    return &out->msg;
}

/** Send @p msg. */
static inline void gic_send(gic_outbox *box, gic_port port, uint16_t to, gic_msg msg)
{
    gic_out *out = gic_outbox_next(box, port, to);
    if (out)
        out->msg = msg;
}

/** Report an event (gic/event.h). */
static inline void gic_report(gic_outbox *box, unsigned event_id, uint16_t pe, uint32_t intid,
                              uint64_t arg)
{
    gic_out *out = gic_outbox_next(box, GIC_PORT_EVENT, pe);
    if (out) {
        out->msg.kind = (uint8_t)event_id;
        out->msg.intid = intid;
        out->msg.arg = arg;
    }
}

/** Drive a line. */
static inline void gic_drive(gic_outbox *box, unsigned line, uint16_t pe, bool level,
                             uint32_t intid)
{
    gic_out *out = gic_outbox_next(box, GIC_PORT_LINE, pe);
    if (out) {
        out->msg.kind = (uint8_t)line;
        out->msg.flags = level;
        out->msg.intid = intid;
    }
}

#endif
