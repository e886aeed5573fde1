/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/log.h"

#include <inttypes.h>
#include <string.h>

#include "gic/outbox.h"
#include "gic/pe.h"
#include "gictime/breakdown.h"
#include "memory.h"

static const uint64_t log_default_max = 1000000;
static const uint64_t ps_per_ms = 1000000000;

struct gictime_log {
    FILE *out;
    const gictime_names *names;
    uint64_t max, written, left_out;
};

/* What a line says of an event, and the stamp that it is; GICTIME_STAMP_COUNT: none. */
typedef struct log_row {
    const char *what;
    uint8_t stamp;
} log_row;

static const log_row log_rows[GIC_EV_COUNT] = {
    [GIC_EV_ASSERTED] = {"asserted", GICTIME_STAMP_COUNT},
    [GIC_EV_PENDING] = {"pending", GICTIME_STAMP_PENDING},
    [GIC_EV_MERGED] = {"merged with the pending one", GICTIME_STAMP_COUNT},
    [GIC_EV_OFFERED] = {"offered by the Distributor", GICTIME_STAMP_OFFERED},
    [GIC_EV_RETURNED] = {"back at the Distributor", GICTIME_STAMP_COUNT},
    [GIC_EV_SET] = {"presented to the CPU interface", GICTIME_STAMP_SET},
    [GIC_EV_RELEASED] = {"released by the CPU interface", GICTIME_STAMP_COUNT},
    [GIC_EV_SIGNALLED] = {"signalled", GICTIME_STAMP_SIGNALLED},
    [GIC_EV_ACKNOWLEDGED] = {"acknowledged", GICTIME_STAMP_ACKNOWLEDGED},
    [GIC_EV_EOI] = {"EOI", GICTIME_STAMP_EOI},
    [GIC_EV_DEACTIVATED] = {"deactivated", GICTIME_STAMP_DEACTIVATED},
    [GIC_EV_WITHDRAWN] = {"withdrawn", GICTIME_STAMP_COUNT},
    [GIC_EV_MSI] = {"MSI written", GICTIME_STAMP_COUNT},
    [GIC_EV_TRANSLATED] = {"translated by the ITS", GICTIME_STAMP_TRANSLATED},
    [GIC_EV_SGI_GENERATED] = {"SGI generated", GICTIME_STAMP_COUNT},
    [GIC_EV_SPURIOUS] = {"IAR read without an interrupt", GICTIME_STAMP_COUNT},
    [GIC_EV_PE_ASLEEP] = {"Redistributor asleep", GICTIME_STAMP_COUNT},
    [GIC_EV_PE_AWAKE] = {"Redistributor awake", GICTIME_STAMP_COUNT},
    [GIC_EV_LPI_SPILLED] = {"pending, to memory", GICTIME_STAMP_COUNT},
    [GIC_EV_LPI_REFILLED] = {"pending, back from memory", GICTIME_STAMP_COUNT},
    [GIC_EV_LPI_MOVED] = {"moved to another PE", GICTIME_STAMP_COUNT},
    [GIC_EV_LPI_DROPPED] = {"dropped: LPIs are off", GICTIME_STAMP_COUNT},
    [GIC_EV_ITS_UNMAPPED] = {"MSI without a mapping dropped", GICTIME_STAMP_COUNT},
};

gictime_log *gictime_log_create(FILE *out, uint64_t max_lines, const gictime_names *names)
{
    gictime_log *log = GICTIME_NEW(gictime_log, 1);
    if (!log)
        return NULL;
    log->out = out;
    log->names = names;
    log->max = max_lines ? max_lines : log_default_max;
    return log;
}

bool gictime_log_tells(const gic_event *event)
{
    return event->id < GIC_EV_COUNT && log_rows[event->id].what != NULL;
}

/* Whether there is room for another line. */
static bool room(gictime_log *log)
{
    if (log->written < log->max) {
        log->written++;
        return true;
    }
    log->left_out++;
    return false;
}

static void print_time(const gictime_log *log, uint64_t time_ps, uint16_t pe)
{
    char where[16] = "-";
    if (pe != GIC_PE_NONE)
        snprintf(where, sizeof(where), "PE %u", (unsigned)pe);
    fprintf(log->out, "%6" PRIu64 ".%09" PRIu64 " ms  %-6s ", time_ps / ps_per_ms,
            time_ps % ps_per_ms, where);
}

/* An event of an MSI has no INTID yet. */
static bool event_has_intid(const gic_event *event)
{
    return event->id != GIC_EV_MSI && event->id != GIC_EV_ITS_UNMAPPED &&
           event->id != GIC_EV_PE_ASLEEP && event->id != GIC_EV_PE_AWAKE;
}

static void print_interrupt(const gictime_log *log, const gic_event *event)
{
    char text[24] = "-";
    if (event_has_intid(event))
        snprintf(text, sizeof(text), "%s %" PRIu32,
                 event->id == GIC_EV_SPURIOUS ? "INTID" : gictime_class_name(event->intid),
                 event->intid);
    fprintf(log->out, "%-10s %-32s ", text,
            event_has_intid(event) ? gictime_name_of(log->names, event->intid) : "");
}

/* Time since the stamp that the instance had reached before, with a blank before it. */
static void print_hop(const gictime_log *log, const gic_event *event,
                      const gictime_instance *instance)
{
    uint64_t hop[GICTIME_STAMP_COUNT], span[GICTIME_SPAN_COUNT];
    const unsigned stamp = log_rows[event->id].stamp;
    gictime_instance copy;
    if (!instance || stamp == GICTIME_STAMP_COUNT)
        return;
    copy = *instance;
    copy.stamp[stamp] = event->time_ps;
    gictime_instance_durations(&copy, hop, span);
    if (hop[stamp] != GICTIME_NO_STAMP)
        fprintf(log->out, "  +%" PRIu64 ".%03" PRIu64 " ns", hop[stamp] / 1000u,
                hop[stamp] % 1000u);
}

/* What the event says besides. */
static void print_detail(const gictime_log *log, const gic_event *event)
{
    switch (event->id) {
    case GIC_EV_PENDING:
        fprintf(log->out, ", priority 0x%02x", (unsigned)(event->arg & 0xffu));
        break;
    case GIC_EV_SIGNALLED:
        fputs(event->arg == GIC_LINE_FIQ ? " as FIQ" : " as IRQ", log->out);
        break;
    case GIC_EV_MSI:
    case GIC_EV_TRANSLATED:
    case GIC_EV_ITS_UNMAPPED:
        fprintf(log->out, ", DeviceID 0x%" PRIx64 " event %" PRIu64, event->arg >> 32,
                event->arg & UINT32_MAX);
        break;
    case GIC_EV_LPI_MOVED:
        fprintf(log->out, ", to PE %" PRIu64, event->arg);
        break;
    default:
        break;
    }
}

void gictime_log_event(gictime_log *log, const gic_event *event, const gictime_instance *instance)
{
    if (!gictime_log_tells(event) || !room(log))
        return;
    print_time(log, event->time_ps, event->pe);
    print_interrupt(log, event);
    fputs(log_rows[event->id].what, log->out);
    print_detail(log, event);
    print_hop(log, event, instance);
    fputc('\n', log->out);
}

void gictime_log_note(gictime_log *log, uint16_t pe, uint64_t time_ps, const char *text)
{
    if (!room(log))
        return;
    print_time(log, time_ps, pe);
    fprintf(log->out, "%-10s %-32s %s\n", "-", "", text);
}

bool gictime_log_finish(gictime_log *log)
{
    bool ok;
    if (log->left_out)
        fprintf(log->out, "%" PRIu64 " further lines were left out\n", log->left_out);
    ok = fflush(log->out) == 0 && !ferror(log->out);
    free(log);
    return ok;
}
