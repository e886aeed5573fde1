/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which write of an SGI register made an SGI pending. The message of an SGI carries no identity;
 * but it arrives in order, so the oldest write that names the PE and has not been matched is it.
 */
#ifndef GICTIME_SGI_H
#define GICTIME_SGI_H

#include "gic/config.h"
#include "gic/msg.h"

enum { GICTIME_SGIS = 16, GICTIME_SGI_WRITES = 64 };

/** One write of an SGI register. */
typedef struct gictime_sgi_write {
    uint64_t time_ps;
    gic_sgi sgi;
    uint16_t sender;
} gictime_sgi_write;

/** The last writes of each SGI INTID, and how far each PE has matched them. */
typedef struct gictime_sgi_log {
    gictime_sgi_write write[GICTIME_SGIS][GICTIME_SGI_WRITES];
    uint64_t written[GICTIME_SGIS]; /**< Writes so far: serial of the next. */
    uint64_t *matched;              /**< [pe * 16 + intid]: serial behind the last matched. */
    uint32_t *affinity;             /**< Per PE. */
    uint16_t pe_count;
} gictime_sgi_log;

/** Allocate; false without memory. */
bool gictime_sgi_init(gictime_sgi_log *log, const gic_config *config);
void gictime_sgi_free(gictime_sgi_log *log);
/** @p sender wrote an SGI register. */
void gictime_sgi_written(gictime_sgi_log *log, uint16_t sender, uint32_t intid, uint64_t arg,
                         uint64_t time_ps);
/**
 * SGI @p intid arrived at @p pe: the oldest write that caused it and is not older than
 * @p oldest_ps, or NULL. It is not matched again for this PE.
 */
const gictime_sgi_write *gictime_sgi_match(gictime_sgi_log *log, uint16_t pe, uint32_t intid,
                                           uint64_t oldest_ps);

#endif
