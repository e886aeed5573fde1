/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The joiner: kernels and the links between them, without SystemC.
 *
 * It empties outboxes after every activation, oldest first, and carries messages. Loosely timed,
 * every message arrives in the same activation: when an entry returns, the GIC has settled. Timed,
 * messages travel on FIFO links with latency and wait for busy stations; whoever owns the clock
 * calls gic_assembly_advance() when gic_assembly_next_due() is reached. Entries carry the caller's
 * local time in picoseconds; a message that is due before a time its receiver has already reached
 * is delivered at once and counted as a causality violation.
 *
 * Not re-entrant: a port function must not call back into the assembly; record and return.
 * Single-threaded by contract.
 */
#ifndef GIC_ASSEMBLY_H
#define GIC_ASSEMBLY_H

#include "gic/access.h"
#include "gic/config.h"
#include "gic/cpuif.h"
#include "gic/event.h"
#include "gic/explain.h"
#include "gic/its.h"
#include "gic/pe.h"
#include "gic/regs.h"
#include "gic/sysreg.h"
#include "gic/timing.h"

GIC_BEGIN_DECLS

typedef struct gic_assembly gic_assembly;

/** "Never" as a time. */
#define GIC_TIME_NEVER UINT64_MAX

/** One request for memory. */
typedef struct gic_memory_access {
    uint64_t address; /**< Physical, Non-secure; within one line of GIC_MEMORY_LINE bytes. */
    uint32_t id;      /**< For gic_assembly_memory_done(). */
    uint8_t op;       /**< gic_memory_op */
    uint8_t length;   /**< Bytes, 1 to GIC_MEMORY_LINE. */
    uint8_t data[GIC_MEMORY_LINE]; /**< To be written, or where to put what was read. */
} gic_memory_access;

/** How a request for memory was answered. */
typedef enum gic_memory_answer {
    GIC_MEMORY_OK,
    GIC_MEMORY_FAILED, /**< No memory there, or it refuses. */
    GIC_MEMORY_LATER   /**< gic_assembly_memory_done() will tell. */
} gic_memory_answer;

/** What the joiner calls: a level changed, an event happened. Any member may be NULL. */
typedef struct gic_assembly_ports {
    uint32_t version; /**< 1. Members are only ever added at the end. */
    /** Line @p line of PE @p pe is at @p level from @p time_ps on. */
    void (*line)(void *up, uint16_t pe, gic_line line, bool level, uint64_t time_ps);
    /** An event; the structure lives during the call only. */
    void (*event)(void *up, const gic_event *event);
    /**
     * A message for a component that is not part of this assembly (see gic_assembly_parts):
     * @p from and @p to are gic_port numbers, @p pe the PE of the pair. Sent at @p time_ps.
     */
    void (*external)(void *up, unsigned from, unsigned to, uint16_t pe, const gic_msg *msg,
                     uint64_t time_ps);
    void *up;
    /**
     * Memory, for the tables of ITSs and Redistributors. Answer at once (done: @p done_ps, not
     * before @p now_ps, which is what it holds), or take a copy and answer by
     * gic_assembly_memory_done(). NULL: every request fails.
     */
    gic_memory_answer (*memory)(void *up, gic_memory_access *access, uint64_t now_ps,
                                uint64_t *done_ps);
    /** GIC_ITS_LINE_UMSI of ITS @p its is at @p level from @p time_ps on. */
    void (*its_line)(void *up, unsigned its, bool level, uint64_t time_ps);
} gic_assembly_ports;

/** Which components this assembly holds; messages to the others leave by `external`. */
typedef struct gic_assembly_parts {
    bool gicd;
    bool gicr;
    bool cpuif;
    bool its; /**< All ITSs of the configuration. */
} gic_assembly_parts;

/** Counters of the joiner. */
typedef struct gic_assembly_stats {
    uint64_t messages; /**< Delivered in all. */
    uint64_t by_kind[GIC_MSG_KIND_COUNT];
    uint64_t causality_violations; /**< Messages due before their receiver's time. */
    uint64_t causality_skew_ps;    /**< Largest such distance. */
    uint64_t station_waits;        /**< Messages that waited for a busy station. */
    uint64_t events[GIC_EV_COUNT]; /**< Events by id. */
    uint64_t events_dropped;       /**< Events that found an outbox full. */
    uint32_t in_flight_peak;       /**< Most messages under way at once. */
    uint64_t toggles_folded;       /**< Toggles of wires beyond what a synchroniser follows. */
    uint64_t messages_lost;        /**< Without room anywhere: a defect of ours; always 0. */
    uint64_t memory_requests[2];   /**< By gic_memory_op. */
} gic_assembly_stats;

/** Bytes of memory that gic_assembly_init() needs, aligned to 64. */
size_t gic_assembly_footprint(const gic_config *config, const gic_assembly_parts *parts);

/**
 * Build kernels and links in @p memory (aligned to 64). @p parts NULL: everything.
 * @return the assembly, reset, or NULL with the reason in @p error (which may be NULL).
 */
gic_assembly *gic_assembly_init(void *memory, size_t length, const gic_config *config,
                                const gic_assembly_parts *parts, const gic_timing *timing,
                                const gic_assembly_ports *ports, gic_config_error *error);

/**
 * Whether the Redistributor of PE @p pe is the last of a contiguous region: GICR_TYPER.Last. By
 * default that of the highest PE is, as in a GIC with one region.
 */
void gic_assembly_set_last(gic_assembly *a, uint16_t pe, bool last);

/** Reset everything, dropping what is on the links. Input lines keep their level. */
void gic_assembly_reset(gic_assembly *a, uint64_t now_ps);
/** Reset the CPU interface of one PE alone. Nothing in a GICv2, whose GICC is no part of the PE. */
void gic_assembly_reset_pe(gic_assembly *a, uint16_t pe, uint64_t now_ps);

/**
 * Access to the GICD frame. On return the loosely-timed GIC has settled. GIC_ADDRESS where it is no
 * part of this assembly.
 */
gic_status gic_assembly_gicd_read(gic_assembly *a, uint64_t now_ps, const gic_access *access,
                                  uint32_t offset, uint64_t *value);
gic_status gic_assembly_gicd_write(gic_assembly *a, uint64_t now_ps, const gic_access *access,
                                   uint32_t offset, uint64_t value);
/**
 * GICv2: access to GICC, GICH or GICV by the PE that @p access names. GIC_ADDRESS when it names
 * none, or there is no such frame. The GICD frame's banked registers go by the PE that is named
 * too.
 */
gic_status gic_assembly_cpu_read(gic_assembly *a, uint64_t now_ps, cpuif_frame_kind kind,
                                 const gic_access *access, uint32_t offset, uint64_t *value);
gic_status gic_assembly_cpu_write(gic_assembly *a, uint64_t now_ps, cpuif_frame_kind kind,
                                  const gic_access *access, uint32_t offset, uint64_t value);
/** Access to the frames of PE @p pe (not the requester's, the frame's). */
gic_status gic_assembly_gicr_read(gic_assembly *a, uint64_t now_ps, uint16_t pe,
                                  const gic_access *access, uint32_t offset, uint64_t *value);
gic_status gic_assembly_gicr_write(gic_assembly *a, uint64_t now_ps, uint16_t pe,
                                   const gic_access *access, uint32_t offset, uint64_t value);

/**
 * Access to the frames of ITS @p index. GITS_TRANSLATER is written by gic_assembly_msi() instead,
 * which can push back.
 */
gic_status gic_assembly_its_read(gic_assembly *a, uint64_t now_ps, unsigned index,
                                 const gic_access *access, uint32_t offset, uint64_t *value);
gic_status gic_assembly_its_write(gic_assembly *a, uint64_t now_ps, unsigned index,
                                  const gic_access *access, uint32_t offset, uint64_t value);
/** gicr_lpi_has_room() of PE @p pe; true for a PE that is not here. */
bool gic_assembly_lpi_has_room(const gic_assembly *a, uint16_t pe);
/** Whether ITS @p index takes another MSI now. */
bool gic_assembly_msi_has_room(const gic_assembly *a, unsigned index);
/** Count an MSI that waits for ITS @p index to have room (its_stats.full): once for each. */
void gic_assembly_msi_waits(gic_assembly *a, unsigned index);
/** An MSI at GITS_TRANSLATER of ITS @p index. @return false, and nothing happened: no room. */
bool gic_assembly_msi(gic_assembly *a, uint64_t now_ps, unsigned index, uint32_t device_id,
                      uint32_t event_id);
/** GITS_TYPER.PTA=1: the physical address of RD_base of each PE (its_set_targets()). */
void gic_assembly_set_gicr_bases(gic_assembly *a, const uint64_t *base);
/**
 * The request @p id that the memory port answered GIC_MEMORY_LATER is done at @p due_ps, now or
 * later; @p data: what was read. gic_assembly_advance() delivers it. An id of before a reset is
 * passed over.
 */
void gic_assembly_memory_done(gic_assembly *a, uint64_t due_ps, uint32_t id, const void *data,
                              bool ok);

/** Whether a request is open that the memory port answered GIC_MEMORY_LATER: not settled. */
bool gic_assembly_waits_for_memory(const gic_assembly *a);

/**
 * From now on the event port is called only for the events in @p set; at first it is for all. The
 * counters count them all.
 */
void gic_assembly_want_events(gic_assembly *a, const gic_event_set *set);

/** PE state and system registers: see cpuif.h. */
void gic_assembly_pe_state(gic_assembly *a, uint64_t now_ps, uint16_t pe,
                           const gic_pe_state *state);
gic_sysreg_result gic_assembly_sysreg_read(gic_assembly *a, uint64_t now_ps, uint16_t pe,
                                           gic_sysreg reg, uint64_t *value);
gic_sysreg_result gic_assembly_sysreg_write(gic_assembly *a, uint64_t now_ps, uint16_t pe,
                                            gic_sysreg reg, uint64_t value);
/** A debugger's read without effect; false where the register cannot be read. */
bool gic_assembly_sysreg_peek(const gic_assembly *a, uint16_t pe, gic_sysreg reg, uint64_t *value);
/** Whether a DSB of PE @p pe has to wait. */
bool gic_assembly_upstream_pending(const gic_assembly *a, uint16_t pe);

/** Wires. An INTID that is not implemented is reported and ignored. */
void gic_assembly_set_spi(gic_assembly *a, uint64_t now_ps, uint32_t intid, bool level);
void gic_assembly_set_ppi(gic_assembly *a, uint64_t now_ps, uint16_t pe, uint32_t intid,
                          bool level);

/** The cpu_active input of PE @p pe (gicr_set_cpu_active()); high unless told. */
void gic_assembly_set_cpu_active(gic_assembly *a, uint64_t now_ps, uint16_t pe, bool active);

/**
 * GICv2: the legacy input of PE @p pe that interrupt bypass connects to @p line (IRQ or FIQ); low
 * unless told (L-13, ID-L07). Reported and ignored where there is none.
 */
void gic_assembly_set_legacy(gic_assembly *a, uint64_t now_ps, uint16_t pe, gic_line line,
                             bool level);

/** A message from an external component (gic_assembly_parts), received at @p now_ps. */
void gic_assembly_receive(gic_assembly *a, uint64_t now_ps, unsigned from, unsigned to, uint16_t pe,
                          const gic_msg *msg);

/** Time of the next delivery or leftover work, or GIC_TIME_NEVER when settled. */
uint64_t gic_assembly_next_due(const gic_assembly *a);
/**
 * A time before which no output line moves unless another entry is made: a lower bound, at or after
 * gic_assembly_next_due(); GIC_TIME_NEVER when nothing is under way that could move one. Until then
 * the owner of the clock need not call gic_assembly_advance(), if it makes its entries in the order
 * of time: each delivers what is due before it, at its own time.
 */
uint64_t gic_assembly_next_line_due(gic_assembly *a);
/** Deliver everything that is due at or before @p now_ps, in order. */
void gic_assembly_advance(gic_assembly *a, uint64_t now_ps);

/** Cost of an access by the profile, picoseconds; 0 loosely timed. */
uint64_t gic_assembly_access_ps(const gic_assembly *a, gic_cost cost);
/** Cost class of a system register access. */
gic_cost gic_sysreg_cost(gic_sysreg reg, bool write);

/** Walk every gate for an INTID and a PE (gic/explain.h). Changes nothing. */
void gic_explain(const gic_assembly *a, uint32_t intid, uint16_t pe, gic_explanation *out);
/** The same for a virtual INTID and the guest on a PE: the gates behind a list register. */
void gic_explain_virtual(const gic_assembly *a, uint32_t vintid, uint16_t pe, gic_explanation *out);

/** Counters. */
const gic_assembly_stats *gic_assembly_get_stats(const gic_assembly *a);

/** The frames, for register lists. Of a GICv2 that of the Redistributors is what its GICD frame
   banks by PE. */
const gic_frame *gic_assembly_gicd_frame(const gic_assembly *a);
const gic_frame *gic_assembly_gicr_frame(const gic_assembly *a);
/** NULL where there is none (cpuif_frame()). */
const gic_frame *gic_assembly_cpu_frame(const gic_assembly *a, cpuif_frame_kind kind);
/** NULL without ITS. */
const gic_frame *gic_assembly_its_frame(const gic_assembly *a);
/** Counters of one ITS; NULL when there is none of that number. */
const its_stats *gic_assembly_its_stats(const gic_assembly *a, unsigned index);

/**
 * The kernel behind a frame (GIC_PORT_GICD; GIC_PORT_GICR with its PE): the first argument of the
 * handlers of its rows. For loosely-timed reads of rows that gic_reg_quick() names, by a wrapper
 * that has checked the access itself; everything else goes by the entries above.
 */
void *gic_assembly_frame_kernel(gic_assembly *a, gic_port port, uint16_t pe);

/** Bytes that gic_assembly_save() writes at most. */
size_t gic_assembly_save_size(const gic_assembly *a);
/** Save kernels, links and lines between activations; bytes written. */
size_t gic_assembly_save(const gic_assembly *a, void *out);
/**
 * Load what gic_assembly_save() wrote of an equal configuration.
 * @return false, and unchanged, when the file is cut, damaged or of another configuration. A file
 * with sound checksums whose content a kernel refuses all the same (a forged one) returns false
 * with part of it loaded, the statistics apart: reset the assembly before using it.
 */
bool gic_assembly_load(gic_assembly *a, const void *in, size_t length);

GIC_END_DECLS

#endif
