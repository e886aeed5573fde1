/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages between components. This table is the whole interface: no kernel learns anything
 * of another by any other way.
 *
 * Rules of the conversation
 *   - Links are FIFO in each direction; what crosses is sorted out by the rules below.
 *   - Every Offer is answered once, by Taken or Returned; every Set once, by Activate or Release.
 *     A Recall or Clear of something that is not held is passed over: its answer is on its way.
 *   - Between Set (Offer) and its answer the INTID belongs to the receiver and is offered nowhere
 *     else. A new Set or Offer displaces the held one, which is then answered Release or Returned.
 *   - Activate and Taken are facts: recorded whatever was written meanwhile.
 *   - A credit per kind and link bounds what is under way (GIC_CREDIT_*). A sender without credit
 *     keeps the fact in its own bits and sends when an answer gives the credit back.
 *   - UpstreamControl(disable) goes before the Release that it causes; PEState likewise before the
 *     Returned that it causes.
 *   - In a GICv2 the first to answer Taken gets the SPI, since every target has the Offer; the
 * others get Recall. Between its Redistributors and CPU interfaces the INTID of an SGI is that of
 *     GICC_IAR: the source PE in bits [12:10].
 *   - Between Quiesce acknowledged and the next DownstreamControl a CPU interface gets nothing.
 */
#ifndef GIC_MSG_H
#define GIC_MSG_H

#include "gic/intid.h"

/** Kinds of message. The comment names the members of gic_msg that count beside `kind`. */
typedef enum gic_msg_kind {
    GIC_MSG_NONE,

    /* Distributor to Redistributor */
    GIC_MSG_OFFER,  /**< intid, priority, group; flags: GIC_OFFER_1OFN, GIC_IS_NMI. The SPI to
                         present. */
    GIC_MSG_RECALL, /**< intid. Give the SPI back: answered by the Offer's own answer. */
    GIC_MSG_SGI,    /**< arg: gic_sgi (target list unused); intid. Make an SGI pending. Not
                         acknowledged: FIFO order and SGI_REQUEST_ACK are enough. */
    GIC_MSG_GROUP_ENABLES, /**< group: gic_group_set enabled in GICD_CTLR; flags: GIC_CTL_DS. */
    GIC_MSG_TAKEN_ACK,     /**< intid. */
    GIC_MSG_DEACTIVATE_SPI_ACK, /**< intid. */
    GIC_MSG_SGI_REQUEST_ACK,    /**< intid. Sent once every target has its SGI under way. */
    GIC_MSG_PE_STATE_ACK,       /**< Everything that was sent by the old state has arrived. */

    /* Redistributor to Distributor */
    GIC_MSG_TAKEN,             /**< intid. The PE has acknowledged the SPI. */
    GIC_MSG_RETURNED,          /**< intid. The SPI is the Distributor's again. */
    GIC_MSG_DEACTIVATE_SPI,    /**< intid, group: gic_group_set the writer may deactivate. */
    GIC_MSG_SGI_REQUEST,       /**< intid, arg: gic_sgi. */
    GIC_MSG_PE_STATE,          /**< arg: gic_pe_routing. What 1-of-N and directed routing go by. */
    GIC_MSG_GROUP_ENABLES_ACK, /**< Nothing of a disabled group is at this PE any more. */

    /* Redistributor to CPU interface */
    GIC_MSG_SET,                /**< intid, priority, group; flags: GIC_IS_NMI. */
    GIC_MSG_CLEAR,              /**< intid. */
    GIC_MSG_QUIESCE,            /**< Give back what is held; acknowledge; accept nothing. */
    GIC_MSG_DOWNSTREAM_CONTROL, /**< flags: GIC_CTL_DS. Also ends quiescence. */
    GIC_MSG_ACTIVATE_ACK,       /**< intid. */
    GIC_MSG_DEACTIVATE_ACK,     /**< intid. */
    GIC_MSG_GENERATE_SGI_ACK,   /**< intid. */
    GIC_MSG_UPSTREAM_CONTROL_ACK,

    /* CPU interface to Redistributor */
    GIC_MSG_ACTIVATE,         /**< intid. */
    GIC_MSG_RELEASE,          /**< intid. */
    GIC_MSG_DEACTIVATE,       /**< intid, group: gic_group_set the writer may deactivate. */
    GIC_MSG_GENERATE_SGI,     /**< intid, arg: gic_sgi. */
    GIC_MSG_UPSTREAM_CONTROL, /**< group: gic_group_set enabled by ICC_IGRPEN; priority: the mask
                                   hint (ICC_PMR), 0xFF where PMHE is off. */
    GIC_MSG_CLEAR_ACK,        /**< intid. After the Release that it caused, if any. */
    GIC_MSG_QUIESCE_ACK,
    GIC_MSG_DOWNSTREAM_CONTROL_ACK,

    /* ITS to Redistributor. arg: gic_lpi; each is answered once, by LPI_DONE with the same arg,
       when it has taken effect. group: cache lookups that the ITS made for it, for the joiner's
       clock. */
    GIC_MSG_LPI_SET,     /**< intid. Make an LPI pending. */
    GIC_MSG_LPI_CLEAR,   /**< intid. Make it not pending. */
    GIC_MSG_LPI_INV,     /**< intid. Its configuration byte may have changed. */
    GIC_MSG_LPI_INVALL,  /**< Every configuration byte may have changed. */
    GIC_MSG_LPI_MOVE,    /**< intid. Give its pending state to gic_lpi.target. */
    GIC_MSG_LPI_MOVEALL, /**< Give all pending LPIs to gic_lpi.target. */

    /* Redistributor to ITS */
    GIC_MSG_LPI_DONE, /**< intid, arg: those of what has taken effect. */

    /* Redistributor to Redistributor. arg: gic_lpi, its `target` the receiver, `source` the sender
     */
    GIC_MSG_LPI_MOVED,     /**< intid. It was pending at the sender and is pending here now. */
    GIC_MSG_LPI_MOVED_ACK, /**< intid. */

    /* Wires into a component (no answer) */
    GIC_MSG_LINE, /**< intid, flags: level 0 or 1. To an ITS: an MSI; intid: its DeviceID, arg: its
                       EventID. */

    GIC_MSG_KIND_COUNT
} gic_msg_kind;

enum {
    GIC_OFFER_1OFN = 1, /**< OFFER: the SPI is 1-of-N and may be returned unasked. */
    GIC_IS_NMI = 2,     /**< OFFER, SET: an NMI, of Group 1; its priority is that of NMIs (N-06). */
    GIC_CTL_DS = 1      /**< GICD_CTLR.DS is set. */
};

/** Credits: how many of a kind may be unanswered on one link. */
enum {
    GIC_CREDIT_OFFER = 2, /**< The one held and the one that displaces it. */
    GIC_CREDIT_SET = 2,
    GIC_CREDIT_CLEAR = 1,
    GIC_CREDIT_ACTIVATE = 8,
    GIC_CREDIT_DEACTIVATE = 8,
    GIC_CREDIT_GENERATE_SGI = 4,
    GIC_CREDIT_UPSTREAM_CONTROL = 1,
    GIC_CREDIT_PE_STATE = 1,
    GIC_CREDIT_GROUP_ENABLES = 1,
    GIC_CREDIT_LPI = 8,      /**< LPI_* of one ITS to one Redistributor. */
    GIC_CREDIT_LPI_MOVED = 1 /**< LPI_MOVED of one Redistributor, to whichever other. */
};

/** One message: 16 bytes, no pointers. Members that a kind does not name are zero. */
typedef struct gic_msg {
    uint8_t kind; /**< gic_msg_kind */
    uint8_t group;
    uint8_t priority;
    uint8_t flags;
    uint32_t intid;
    uint64_t arg;
} gic_msg;

GIC_STATIC_ASSERT(sizeof(gic_msg) == 16, "a message is 16 bytes");

/** Name of a message kind, for traces; "?" for a number that names none. */
#ifdef __cplusplus
extern "C"
#endif
    const char *
    gic_msg_name(unsigned kind);

/** Which register asked for an SGI. */
typedef enum gic_sgi_source { GIC_SGI_SGI0R, GIC_SGI_SGI1R, GIC_SGI_ASGI1R } gic_sgi_source;

/** What is asked of an SGI; travels in gic_msg.arg. */
typedef struct gic_sgi {
    uint32_t cluster;     /**< Aff3.Aff2.Aff1 in bits [23:0]. GICv2: the PE that asked. */
    uint16_t target_list; /**< Bit n: Aff0 = 16 * range + n. */
    uint8_t range;        /**< ICC_SGIxR.RS, 0 to 15. */
    uint8_t source;       /**< gic_sgi_source */
    bool nonsecure;       /**< Written in Non-secure state. */
    bool all_but_self;    /**< ICC_SGIxR.IRM. */
} gic_sgi;

/** Pack for gic_msg.arg. */
static inline uint64_t gic_sgi_pack(gic_sgi sgi)
{
    return (uint64_t)(sgi.cluster & 0xFFFFFFu) | (uint64_t)sgi.target_list << 24 |
           (uint64_t)(sgi.range & 0xFu) << 40 | (uint64_t)(sgi.source & 0x3u) << 44 |
           (uint64_t)sgi.nonsecure << 46 | (uint64_t)sgi.all_but_self << 47;
}

/** Unpack from gic_msg.arg. */
static inline gic_sgi gic_sgi_unpack(uint64_t arg)
{
    gic_sgi sgi;
    sgi.cluster = (uint32_t)(arg & 0xFFFFFFu);
    sgi.target_list = (uint16_t)(arg >> 24);
    sgi.range = (uint8_t)((arg >> 40) & 0xFu);
    sgi.source = (uint8_t)((arg >> 44) & 0x3u);
    sgi.nonsecure = ((arg >> 46) & 1u) != 0;
    sgi.all_but_self = ((arg >> 47) & 1u) != 0;
    return sgi;
}

/** Who asks for something about an LPI; travels in gic_msg.arg of GIC_MSG_LPI_*. */
typedef struct gic_lpi {
    uint16_t tag;    /**< The ITS's own number for what it waits for. */
    uint16_t target; /**< Processor number of the Redistributor that a move goes to. */
    uint16_t source; /**< LPI_MOVED: processor number of the one that it comes from. */
    uint8_t its;     /**< Index of the ITS. */
} gic_lpi;

/** Pack for gic_msg.arg. */
static inline uint64_t gic_lpi_pack(gic_lpi lpi)
{
    return (uint64_t)lpi.tag | (uint64_t)lpi.target << 16 | (uint64_t)lpi.source << 32 |
           (uint64_t)lpi.its << 48;
}

/** Unpack from gic_msg.arg. */
static inline gic_lpi gic_lpi_unpack(uint64_t arg)
{
    gic_lpi lpi;
    lpi.tag = (uint16_t)arg;
    lpi.target = (uint16_t)(arg >> 16);
    lpi.source = (uint16_t)(arg >> 32);
    lpi.its = (uint8_t)(arg >> 48);
    return lpi;
}

/** What the Distributor knows of a PE; travels in gic_msg.arg of GIC_MSG_PE_STATE. */
typedef struct gic_pe_routing {
    gic_group_set enabled; /**< Groups enabled at the CPU interface (ICC_IGRPEN). */
    gic_group_set dpg;     /**< Groups excluded from 1-of-N (GICR_CTLR.DPG). */
    uint8_t mask_hint;     /**< Priority mask hint; 0xFF: none. */
    bool awake;            /**< Children awake: interrupts can be presented. */
} gic_pe_routing;

/** Pack for gic_msg.arg. */
static inline uint64_t gic_pe_routing_pack(gic_pe_routing r)
{
    return (uint64_t)r.enabled | (uint64_t)r.dpg << 8 | (uint64_t)r.mask_hint << 16 |
           (uint64_t)r.awake << 24;
}

/** Unpack from gic_msg.arg. */
static inline gic_pe_routing gic_pe_routing_unpack(uint64_t arg)
{
    gic_pe_routing r;
    r.enabled = (gic_group_set)(arg & 0xFFu);
    r.dpg = (gic_group_set)((arg >> 8) & 0xFFu);
    r.mask_hint = (uint8_t)(arg >> 16);
    r.awake = ((arg >> 24) & 1u) != 0;
    return r;
}

#endif
