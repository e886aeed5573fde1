/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for a terminal. */
#include <inttypes.h>

#include "study.h"

/* Picoseconds as nanoseconds, rounded. */
static int64_t ns(int64_t ps)
{
    return (ps + (ps >= 0 ? 500 : -500)) / 1000;
}

static int64_t cycles(const study_result *r, int64_t ps)
{
    int64_t period = (int64_t)r->period_ps;

    return (ps + (ps >= 0 ? period / 2 : -period / 2)) / period;
}

static void print_stat_row(const study_result *r, const study_set *s, FILE *out)
{
    fprintf(out,
            "%-12s %-6s %3u %5zu  %6" PRId64 " %6" PRId64 " %6" PRId64 " %6" PRId64 "   %6" PRId64
            " %6" PRId64 " %6" PRId64 " %6" PRId64,
            s->workload, s->loaded ? "loaded" : "idle", s->pes, s->fw.count, ns(s->fw.min),
            ns(s->fw.p50), ns(s->fw.p99), ns(s->fw.max), cycles(r, s->fw.min), cycles(r, s->fw.p50),
            cycles(r, s->fw.p99), cycles(r, s->fw.max));
    if (s->model.count == 0)
        fprintf(out, "   %6s %6s   %s\n", "-", "-", "-");
    else
        fprintf(out, "   %6" PRId64 " %6" PRId64 "   %" PRId64 ".%03" PRId64 "\n",
                cycles(r, s->model.p50), cycles(r, s->model.p99),
                s->worst_difference / (int64_t)r->period_ps,
                s->worst_difference % (int64_t)r->period_ps * 1000 / (int64_t)r->period_ps);
}

void study_print_table(const study_result *r, FILE *out)
{
    fprintf(out,
            "Latency from the assertion of the interrupt to the first instruction of its handler's "
            "vector\n(smc, secure_call: the whole round trip), as the firmware measured it; at the "
            "right the model's stamps.\n\n");
    fprintf(out, "%-12s %-6s %3s %5s  %27s   %27s   %13s   %s\n", "", "", "", "", "ns", "cycles",
            "model, cycles", "largest");
    fprintf(out, "%-12s %-6s %3s %5s  %6s %6s %6s %6s   %6s %6s %6s %6s   %6s %6s   %s\n",
            "workload", "load", "PEs", "n", "min", "p50", "p99", "max", "min", "p50", "p99", "max",
            "p50", "p99", "difference");
    for (size_t n = 0; n < r->num_sets; n++)
        print_stat_row(r, &r->sets[n], out);
}

static void print_breakdown_row(const study_result *r, const study_set *s, FILE *out)
{
    int64_t sum = 0;

    fprintf(out, "%-12s %-6s %3u ", s->workload, s->loaded ? "loaded" : "idle", s->pes);
    for (unsigned stamp = 0; stamp < GICTIME_STAMP_COUNT; stamp++) {
        if (!study_hop_is_shown(r, stamp))
            continue;
        fprintf(out, " %12" PRId64 ".%" PRId64, s->hop_mean[stamp] / 1000,
                s->hop_mean[stamp] % 1000 / 100);
        sum += s->hop_mean[stamp];
    }
    fprintf(out, " %9" PRId64 ".%" PRId64 "\n", sum / 1000, sum % 1000 / 100);
}

void study_print_breakdown(const study_result *r, FILE *out)
{
    fprintf(out,
            "\nWhere the time goes: mean of each hop, ns (the hop ends at the stamp named)\n\n");
    fprintf(out, "%-12s %-6s %3s ", "workload", "load", "PEs");
    for (unsigned stamp = 0; stamp < GICTIME_STAMP_COUNT; stamp++)
        if (study_hop_is_shown(r, stamp))
            fprintf(out, " %14s", gictime_stamp_name(stamp));
    fprintf(out, " %11s\n", "total");
    for (size_t n = 0; n < r->num_sets; n++)
        if (r->sets[n].total.count > 0)
            print_breakdown_row(r, &r->sets[n], out);
}
