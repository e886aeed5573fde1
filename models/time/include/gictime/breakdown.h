/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the time went: per hop of an interrupt's life, for all instances, per class of INTID and
 * per INTID.
 *
 * The hop named after a stamp is the time from the stamp reached before it to that stamp. A stamp
 * that was not reached has no sample and its time falls to the next one reached; one that is
 * earlier than its predecessor (a late interrupt answered by an exception already taken) counts as
 * zero. So the hops of an instance add up to its total exactly, and so do their sums and the means
 * over all instances.
 */
#ifndef GICTIME_BREAKDOWN_H
#define GICTIME_BREAKDOWN_H

#include "gictime/histogram.h"
#include "gictime/names.h"
#include "gictime/recorder.h"

GIC_BEGIN_DECLS

/** Spans that are reported beside the hops. GICTIME_SPAN(ID, name, meaning) */
#define GICTIME_SPANS(GICTIME_SPAN)                                             \
    GICTIME_SPAN(SIGNAL, "to_signalled", "first stamp to IRQ or FIQ rising")    \
    GICTIME_SPAN(ACKNOWLEDGE, "to_acknowledged", "first stamp to the IAR read") \
    GICTIME_SPAN(SERVICE, "service", "IAR read to priority drop")               \
    GICTIME_SPAN(TOTAL, "total", "first stamp to last stamp")

#define GICTIME_SPAN_ENUM(id, name, meaning) GICTIME_SPAN_##id,
typedef enum gictime_span { GICTIME_SPANS(GICTIME_SPAN_ENUM) GICTIME_SPAN_COUNT } gictime_span;
#undef GICTIME_SPAN_ENUM

enum {
    GICTIME_MAX_INTIDS = 256 /**< INTIDs with a group of their own; later ones only in a class. */
};

/** One group of instances. */
typedef struct gictime_group {
    char name[24];      /**< "all", "SPI", "INTID 40". */
    uint64_t instances; /**< Completed ones: the ones in the histograms. */
    uint64_t withdrawn;
    uint64_t open;
    uint64_t merged;
    uint64_t displaced;
    gictime_histogram hop[GICTIME_STAMP_COUNT]; /**< Index: the stamp that ends the hop. */
    gictime_histogram span[GICTIME_SPAN_COUNT];
} gictime_group;

typedef struct gictime_breakdown gictime_breakdown;

/** An empty breakdown, or NULL without memory. */
gictime_breakdown *gictime_breakdown_create(void);
void gictime_breakdown_destroy(gictime_breakdown *breakdown);
/** Add one finished instance. */
void gictime_breakdown_add(gictime_breakdown *breakdown, const gictime_instance *instance);
/** Groups: 0 is "all", then classes, then INTIDs in order of first appearance; NULL beyond. */
const gictime_group *gictime_breakdown_group(const gictime_breakdown *breakdown, unsigned index);
/** Group by name ("all", "SGI", "INTID 27"), or NULL. */
const gictime_group *gictime_breakdown_find(const gictime_breakdown *breakdown, const char *name);
/** Instances whose INTID got no group of its own (still counted in class and all). */
uint64_t gictime_breakdown_ungrouped(const gictime_breakdown *breakdown);
/**
 * Durations of one instance: hop_ps[stamp] or GICTIME_NO_STAMP, span_ps[span] likewise. What
 * gictime_breakdown_add() adds; for tools that keep their own statistics.
 */
void gictime_instance_durations(const gictime_instance *instance,
                                uint64_t hop_ps[GICTIME_STAMP_COUNT],
                                uint64_t span_ps[GICTIME_SPAN_COUNT]);
/** "to_signalled" ...; "?" beyond. */
const char *gictime_span_name(unsigned span);
/** Names for the groups of INTIDs in gictime_breakdown_json(); NULL: none. */
void gictime_breakdown_names(gictime_breakdown *breakdown, const gictime_names *names);
/** Array of groups with hops and spans; with @p buckets the spans' histograms in full. */
void gictime_breakdown_json(const gictime_breakdown *breakdown, gictime_json *json, const char *key,
                            bool buckets);
/** Lines "group,row,count,min_ps,mean_ps,p50_ps,p99_ps,max_ps" under that header. */
void gictime_breakdown_csv(const gictime_breakdown *breakdown, FILE *out);
/** A table for people, in ns: one line per hop, for group @p group. */
void gictime_breakdown_print(const gictime_group *group, FILE *out);

GIC_END_DECLS

#endif
