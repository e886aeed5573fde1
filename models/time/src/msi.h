/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the MSI was written that the ITS has translated. The two events share the DeviceID and the
 * EventID; an ITS keeps the MSIs of one event in order, so the oldest one is it. A translation
 * without an MSI comes from an INT command.
 */
#ifndef GICTIME_MSI_H
#define GICTIME_MSI_H

#include "gic/config.h"

/** MSIs under way that are remembered: more than an ITS holds. A power of two. */
enum { GICTIME_MSIS = 4096 };

/** One MSI. */
typedef struct gictime_msi {
    uint64_t time_ps;
    uint64_t event; /**< DeviceID << 32 | EventID. */
    uint16_t next;  /**< The next younger one of the same chain, + 1; 0: none. */
    bool used;
} gictime_msi;

/** A ring of all, and chains by hash of the event, oldest first. */
typedef struct gictime_msi_log {
    gictime_msi *msi;
    uint16_t *first, *last; /**< Of each chain, index + 1; 0: empty. */
    uint32_t at;            /**< Place of the next MSI; what is still there gives way. */
    uint32_t used;
} gictime_msi_log;

/** Allocate; false without memory. */
bool gictime_msi_init(gictime_msi_log *log);
void gictime_msi_free(gictime_msi_log *log);
/** An MSI was written. */
void gictime_msi_written(gictime_msi_log *log, uint64_t event, uint64_t time_ps);
/**
 * The oldest MSI of @p event that is not older than @p oldest_ps has come to its end: when it was
 * written, or UINT64_MAX. Older ones of that event are forgotten.
 */
uint64_t gictime_msi_match(gictime_msi_log *log, uint64_t event, uint64_t oldest_ps);

#endif
