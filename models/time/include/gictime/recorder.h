/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder turns events into instances of interrupts.
 *
 * An instance begins when pending goes 0 to 1 and ends at deactivation, an LPI at priority drop,
 * one that is withdrawn with its pending bit. Instances are keyed by (PE, INTID) for SGIs and
 * PPIs and by INTID for the others; a key has at most one pending and one active instance at a
 * time: an edge that arrives while the interrupt is active begins the next one.
 *
 * Events may come from several PEs with slightly different local times; only their order per
 * interrupt counts. Every event takes constant time. All memory is allocated by create.
 */
#ifndef GICTIME_RECORDER_H
#define GICTIME_RECORDER_H

#include <stdio.h>

#include "gic/config.h"
#include "gic/event.h"

GIC_BEGIN_DECLS

/** Stamps in the order of an interrupt's life. GICTIME_STAMP(ID, name, meaning) */
#define GICTIME_STAMPS(GICTIME_STAMP)                                                            \
    GICTIME_STAMP(ASSERTED, "asserted",                                                          \
                  "the line rose, the register was written (SGI: by the sender)")                \
    GICTIME_STAMP(TRANSLATED, "translated", "the ITS has found the INTID and the target (LPIs)") \
    GICTIME_STAMP(PENDING, "pending", "pending went 0 to 1")                                     \
    GICTIME_STAMP(OFFERED, "offered", "the Distributor offered it to the PE (last time)")        \
    GICTIME_STAMP(SET, "set", "the Redistributor presented it to the CPU interface (last time)") \
    GICTIME_STAMP(SIGNALLED, "signalled", "IRQ or FIQ rose for it (last time)")                  \
    GICTIME_STAMP(EXCEPTION, "exception", "the PE took the IRQ or FIQ exception")                \
    GICTIME_STAMP(HANDLER, "handler", "first instruction of the vector")                         \
    GICTIME_STAMP(ACKNOWLEDGED, "acknowledged", "an IAR read returned it")                       \
    GICTIME_STAMP(EOI, "eoi", "priority drop")                                                   \
    GICTIME_STAMP(DEACTIVATED, "deactivated", "active went 1 to 0")

#define GICTIME_STAMP_ENUM(id, name, meaning) GICTIME_STAMP_##id,
typedef enum gictime_stamp { GICTIME_STAMPS(GICTIME_STAMP_ENUM) GICTIME_STAMP_COUNT } gictime_stamp;
#undef GICTIME_STAMP_ENUM

/** A stamp that was not reached. */
#define GICTIME_NO_STAMP UINT64_MAX

/** How an instance ended. */
typedef enum gictime_outcome {
    GICTIME_OUTCOME_COMPLETED, /**< Deactivated (an LPI: priority drop). */
    GICTIME_OUTCOME_WITHDRAWN, /**< Pending went away without an acknowledge. */
    GICTIME_OUTCOME_OPEN,      /**< Still pending or active when the run ended, or at a reset. */
    GICTIME_OUTCOME_COUNT
} gictime_outcome;

/** One instance of an interrupt. */
typedef struct gictime_instance {
    uint64_t seq;                        /**< Number in order of beginning, from 0. */
    uint64_t stamp[GICTIME_STAMP_COUNT]; /**< Picoseconds, or GICTIME_NO_STAMP. */
    uint32_t intid;
    uint16_t pe;          /**< PE that acknowledged, else last presented to, else GIC_PE_NONE. */
    uint16_t sender;      /**< SGI: PE that wrote the register, else GIC_PE_NONE. */
    uint16_t deactivator; /**< PE whose write ended it where the event tells, else GIC_PE_NONE. */
    uint8_t outcome;      /**< gictime_outcome */
    uint8_t priority;     /**< When it became pending. */
    uint8_t group;        /**< When it became pending: gic_group. */
    bool implied;    /**< Began without a pending event: a level still high after deactivation. */
    uint64_t end_ps; /**< When it ended, in whatever way. */
    uint32_t merged; /**< Edges and SGIs that it swallowed. */
    uint32_t displaced; /**< Times the CPU interface gave it back. */
    uint32_t returned;  /**< Times the Distributor got it back. */
} gictime_instance;

/** Counters of a recorder. */
typedef struct gictime_recorder_stats {
    uint64_t begun;
    uint64_t outcome[GICTIME_OUTCOME_COUNT];
    uint64_t merged;
    uint64_t displaced;
    uint64_t returned;
    uint64_t spurious;
    uint64_t implied;
    uint64_t orphans;      /**< Events of an interrupt that has no instance they could belong to. */
    uint64_t dropped_live; /**< Instances never recorded: more alive than `live_capacity`. */
    uint64_t dropped_finished; /**< Finished instances lost: ring full and nobody takes them. */
    uint32_t pending;          /**< Now. */
    uint32_t active;           /**< Now. */
    uint32_t live_peak;        /**< Most interrupts with something alive at once. */
} gictime_recorder_stats;

/** Where finished instances go; the array lives during the call only. */
typedef void gictime_sink_fn(void *ctx, const gictime_instance *list, size_t count);

/** Configuration of a recorder. Zero: the default that the comment names. */
typedef struct gictime_recorder_config {
    const gic_config *gic;    /**< PEs and affinities; used during create only. */
    size_t live_capacity;     /**< Interrupts alive at once; 0: 8192. */
    size_t finished_capacity; /**< Ring of finished instances; 0: 1024. */
    gictime_sink_fn *sink;    /**< Takes the ring when it is full and at flush; may be NULL. */
    void *ctx;
    /**
     * An SGI that was written longer ago than this and pended nowhere is taken as refused (wrong
     * group, NSACR) and no longer looked for. 0: 100 us.
     */
    uint64_t sgi_window_ps;
} gictime_recorder_config;

typedef struct gictime_recorder gictime_recorder;

/** A recorder, or NULL without memory. */
gictime_recorder *gictime_recorder_create(const gictime_recorder_config *config);
void gictime_recorder_destroy(gictime_recorder *recorder);

/** An event of the GIC, any class. */
void gictime_recorder_event(gictime_recorder *recorder, const gic_event *event);
/**
 * What @p event happens to, as far as it is known now: the instance that is served for an
 * acknowledge and what follows, else the one that waits; for a translation what is on its way to
 * the pending bit. Asked after gictime_recorder_event(), or before it when the event is the end.
 * @return false when there is none.
 */
bool gictime_recorder_instance(const gictime_recorder *recorder, const gic_event *event,
                               gictime_instance *out);
/** PE @p pe took an IRQ (@p fiq false) or FIQ exception. */
void gictime_recorder_exception(gictime_recorder *recorder, uint16_t pe, bool fiq,
                                uint64_t time_ps);
/** The first instruction of that exception's vector begins. */
void gictime_recorder_handler(gictime_recorder *recorder, uint16_t pe, bool fiq, uint64_t time_ps);

/** Everything alive ends as OPEN at @p now_ps (end of the run, reset), in order of beginning. */
void gictime_recorder_close(gictime_recorder *recorder, uint64_t now_ps);
/** Hand what the ring holds to the sink. */
void gictime_recorder_flush(gictime_recorder *recorder);
/** Without a sink: take up to @p max finished instances, oldest first; how many. */
size_t gictime_recorder_take(gictime_recorder *recorder, gictime_instance *out, size_t max);

const gictime_recorder_stats *gictime_recorder_get_stats(const gictime_recorder *recorder);

/** "asserted" ... "deactivated"; "?" beyond. */
const char *gictime_stamp_name(unsigned stamp);
/** "completed", "withdrawn", "open"; "?" beyond. */
const char *gictime_outcome_name(unsigned outcome);
/** "SGI", "PPI", "SPI", "EPPI", "ESPI", "LPI"; "?" for an INTID that names no interrupt. */
const char *gictime_class_name(uint32_t intid);

/** Header line of the CSV of instances (docs/timing.md), with newline. */
void gictime_instance_csv_header(FILE *out);
/** One instance as a line of CSV; absent stamps are empty. */
void gictime_instance_csv(const gictime_instance *instance, FILE *out);

GIC_END_DECLS

#endif
