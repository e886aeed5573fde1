/* SPDX-License-Identifier: Apache-2.0 */
/* State of a recorder: what recorder.c keeps and save.c saves. */
#ifndef GICTIME_RECORDER_INTERNAL_H
#define GICTIME_RECORDER_INTERNAL_H

#include "gictime/recorder.h"
#include "live.h"
#include "msi.h"
#include "sgi.h"

/** Handlers interrupted before their IAR read that are remembered: one a world and line, and more.
 */
enum { GICTIME_EXCEPTIONS = 8 };

/** An exception that a PE took by one of its lines. */
typedef struct gictime_exception {
    uint64_t exception_ps;
    uint64_t handler_ps;
    bool fiq;
} gictime_exception;

/** Those of one PE that no IAR read has answered yet, in the order of being taken. */
typedef struct gictime_exceptions {
    gictime_exception open[GICTIME_EXCEPTIONS];
    uint32_t count;
} gictime_exceptions;

struct gictime_recorder {
    gictime_live_table live;
    gictime_sgi_log sgi;
    gictime_msi_log msi;
    gictime_exceptions *exceptions; /**< Per PE. */
    uint16_t pe_count;
    uint64_t window_ps;
    gictime_instance *finished; /**< Ring. */
    gictime_instance **order;   /**< Room to sort what is alive. */
    size_t capacity, first, count;
    gictime_sink_fn *sink;
    void *ctx;
    uint64_t next_seq;
    gictime_recorder_stats stats;
};

#endif
