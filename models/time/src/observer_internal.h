/* SPDX-License-Identifier: Apache-2.0 */
/* State of an observer: what observer.c fills and stats.c writes. */
#ifndef GICTIME_OBSERVER_INTERNAL_H
#define GICTIME_OBSERVER_INTERNAL_H

#include "gictime/observer.h"
#include "gictime/trace.h"
#include "gictime/vcd.h"

struct gictime_observer {
    gictime_observer_config config;
    gictime_recorder *recorder;
    gictime_breakdown *breakdown;
    gictime_guest guest;
    gictime_trace *trace;
    gictime_vcd *vcd;
    gictime_log *log;
    uint64_t vcd_late;
    FILE *stats_file, *trace_file, *vcd_file, *stamps_file;
};

#endif
