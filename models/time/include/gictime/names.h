/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who raises an interrupt, for people. What comes by a wire is told by the platform; what comes by
 * an ITS is learnt from its translations, and the platform says who the DeviceID is.
 */
#ifndef GICTIME_NAMES_H
#define GICTIME_NAMES_H

#include "gic/event.h"
#include "gictime/bytes.h"

GIC_BEGIN_DECLS

enum {
    GICTIME_NAME_MAX = 48,   /**< Bytes of a name with its end. */
    GICTIME_NAMES_MAX = 4096 /**< INTIDs that can have one; further ones have none. */
};

/** Writes the name of an event of a DeviceID into @p size bytes at @p text; "": not known. */
typedef void gictime_source_fn(void *ctx, uint32_t device, uint32_t event, char *text, size_t size);

typedef struct gictime_names gictime_names;

/** No names yet. @p source may be NULL. @return NULL without memory. */
gictime_names *gictime_names_create(gictime_source_fn *source, void *ctx);
void gictime_names_destroy(gictime_names *names);
/** The wire of @p intid comes from @p text, of which what fits is kept. The last call counts. */
void gictime_names_wire(gictime_names *names, uint32_t intid, const char *text);
/** Learns from GIC_EV_TRANSLATED; other events are passed over. */
void gictime_names_event(gictime_names *names, const gic_event *event);
/** Name of @p intid, "" when there is none. @p names may be NULL. */
const char *gictime_name_of(const gictime_names *names, uint32_t intid);
/** Checkpoint: what was learnt. */
void gictime_names_save(const gictime_names *names, gictime_bytes *bytes);
/** Adds what was learnt. What is wrong makes @p cursor bad. */
void gictime_names_load(gictime_names *names, gictime_cursor *cursor);

GIC_END_DECLS

#endif
