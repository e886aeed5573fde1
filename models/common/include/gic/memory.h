/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory is a message. A kernel that needs memory emits a request with a tag of its own and goes on
 * in `X_mem_done(kernel, tag, data, ok)`; what it was doing is a row of a bounded table in its
 * state. What is to be written stands there too: `X_mem_data(kernel, tag)`, valid from the request
 * until it is done.
 *
 * A request lies within one naturally aligned line of GIC_MEMORY_LINE bytes. Requests of one kernel
 * may be answered in any order; a kernel that needs an order waits for the answer. Addresses are
 * the guest's and untrusted: a request that memory refuses is answered with ok false.
 */
#ifndef GIC_MEMORY_H
#define GIC_MEMORY_H

#include "gic/outbox.h"

/** Bytes of a line; the longest request. */
enum { GIC_MEMORY_LINE = 64 };

/** What is done with memory. */
typedef enum gic_memory_op { GIC_MEMORY_READ, GIC_MEMORY_WRITE } gic_memory_op;

/** A request as it travels: see gic_memory_request() for the members of gic_msg. */
typedef struct gic_memory_req {
    uint64_t address; /**< Physical, Non-secure. */
    uint32_t tag;     /**< The kernel's. */
    uint8_t op;       /**< gic_memory_op */
    uint8_t length;   /**< Bytes, 1 to GIC_MEMORY_LINE. */
    uint8_t lookups;  /**< Cache lookups made since the last request, for the joiner's clock. */
} gic_memory_req;

/** Ask for memory. The request's answer comes by the kernel's `X_mem_done`. */
static inline void gic_memory_request(gic_outbox *box, gic_memory_req req)
{
    gic_out *out = gic_outbox_next(box, GIC_PORT_MEM, GIC_PE_NONE);
    if (!out)
        return;
    out->msg.kind = req.op;
    out->msg.group = req.lookups;
    out->msg.flags = req.length;
    out->msg.intid = req.tag;
    out->msg.arg = req.address;
}

/** The request that an outbox entry of GIC_PORT_MEM stands for. */
static inline gic_memory_req gic_memory_of(const gic_out *out)
{
    gic_memory_req req;
    req.address = out->msg.arg;
    req.tag = out->msg.intid;
    req.op = out->msg.kind;
    req.length = out->msg.flags;
    req.lookups = out->msg.group;
    return req;
}

#endif
