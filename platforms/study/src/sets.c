/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of each workload, load and number of PEs. */
#include <stdlib.h>
#include <string.h>

#include "gictime/breakdown.h"
#include "study.h"

/** Points of a distribution that go into the report. */
enum { ECDF_POINTS = 240 };

unsigned study_set_index(study_result *r, const char *workload, bool loaded, unsigned pes)
{
    study_set *set;

    for (size_t n = 0; n < r->num_sets; n++)
        if (r->sets[n].loaded == loaded && r->sets[n].pes == pes &&
            strcmp(r->sets[n].workload, workload) == 0)
            return (unsigned)n;
    r->sets = (study_set *)study_grow(r->sets, r->num_sets, sizeof *r->sets);
    set = &r->sets[r->num_sets];
    memset(set, 0, sizeof *set);
    snprintf(set->workload, sizeof set->workload, "%s", workload);
    set->loaded = loaded;
    set->pes = pes;
    return (unsigned)r->num_sets++;
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* Nearest rank: the value that at least `percent` of all do not exceed. */
static int64_t quantile(const int64_t *sorted, size_t count, unsigned percent)
{
    size_t rank = (count * percent + 99) / 100;

    return sorted[rank == 0 ? 0 : rank - 1];
}

study_stat study_stat_of(int64_t *list, size_t count)
{
    study_stat s = {.count = count};
    int64_t sum = 0;

    if (count == 0)
        return s;
    qsort(list, count, sizeof list[0], compare_times);
    for (size_t n = 0; n < count; n++)
        sum += list[n];
    s.min = list[0];
    s.p50 = quantile(list, count, 50);
    s.p90 = quantile(list, count, 90);
    s.p99 = quantile(list, count, 99);
    s.max = list[count - 1];
    s.mean = sum / (int64_t)count;
    return s;
}

/* One quantity of a point, or STUDY_NONE. */
typedef int64_t quantity_fn(const study_point *p, unsigned which);

static int64_t minus(int64_t to, int64_t from)
{
    return to == STUDY_NONE || from == STUDY_NONE ? STUDY_NONE : to - from;
}

static int64_t fw_latency(const study_point *p, unsigned which)
{
    (void)which;
    return p->fw_vector != STUDY_NONE ? p->fw_vector : p->fw_back;
}

static int64_t model_latency(const study_point *p, unsigned which)
{
    (void)which;
    return p->model_vector;
}

static int64_t model_total(const study_point *p, unsigned which)
{
    (void)which;
    return p->model_total;
}

enum { SEGMENT_MONITOR, SEGMENT_VECTOR, SEGMENT_ACKNOWLEDGE, SEGMENT_END, SEGMENT_BACK };

static int64_t segment(const study_point *p, unsigned which)
{
    switch (which) {
    case SEGMENT_MONITOR:
        return p->fw_monitor;
    case SEGMENT_VECTOR:
        return p->fw_monitor == STUDY_NONE ? p->fw_vector : minus(p->fw_vector, p->fw_monitor);
    case SEGMENT_ACKNOWLEDGE:
        return minus(p->fw_acknowledge, p->fw_vector);
    case SEGMENT_END:
        return minus(p->fw_end, p->fw_acknowledge);
    default:
        return p->fw_end == STUDY_NONE ? STUDY_NONE : minus(p->fw_back, p->fw_end);
    }
}

static int64_t hop(const study_point *p, unsigned stamp)
{
    uint64_t hops[GICTIME_STAMP_COUNT], spans[GICTIME_SPAN_COUNT];

    if (p->instance == STUDY_NO_INSTANCE)
        return STUDY_NONE;
    gictime_instance_durations(&p->stamps, hops, spans);
    return hops[stamp] == GICTIME_NO_STAMP ? STUDY_NONE : (int64_t)hops[stamp];
}

/* Values of one quantity over one set, into `list`. @return how many. */
static size_t collect(const study_result *r, unsigned set, quantity_fn *quantity, unsigned which,
                      int64_t *list)
{
    size_t count = 0;

    for (size_t n = 0; n < r->num_points; n++) {
        int64_t value;

        if (r->points[n].set != set)
            continue;
        value = quantity(&r->points[n], which);
        if (value != STUDY_NONE)
            list[count++] = value;
    }
    return count;
}

static void keep_distribution(study_set *set, const int64_t *sorted, size_t count)
{
    set->num_ecdf = count < ECDF_POINTS ? count : ECDF_POINTS;
    set->ecdf = (int64_t *)study_alloc(set->num_ecdf, sizeof *set->ecdf);
    for (size_t n = 0; n < set->num_ecdf; n++) {
        size_t last = set->num_ecdf > 1 ? set->num_ecdf - 1 : 1;

        set->ecdf[n] = sorted[n * (count - 1) / last];
    }
}

static void compare_views(study_set *set, const study_point *p, uint64_t period_ps)
{
    int64_t difference;

    if (!p->comparable)
        return;
    difference = llabs(p->fw_vector - p->model_vector);
    set->compared++;
    if (difference > (int64_t)period_ps)
        set->disagree++;
    if (difference > set->worst_difference)
        set->worst_difference = difference;
}

static void finish_hops(study_result *r, unsigned index, int64_t *list)
{
    study_set *set = &r->sets[index];

    for (unsigned stamp = 0; stamp < GICTIME_STAMP_COUNT; stamp++) {
        size_t count = collect(r, index, hop, stamp, list);
        int64_t sum = 0;

        for (size_t n = 0; n < count; n++)
            sum += list[n];
        set->hop_mean[stamp] = set->total.count > 0 ? sum / (int64_t)set->total.count : 0;
        set->hop[stamp] = study_stat_of(list, count);
    }
}

static void finish_set(study_result *r, unsigned index, int64_t *list)
{
    study_set *set = &r->sets[index];
    study_stat *segments[] = {&set->to_monitor, &set->to_vector, &set->to_acknowledge, &set->to_end,
                              &set->to_back};
    size_t count = collect(r, index, fw_latency, 0, list);

    set->fw = study_stat_of(list, count);
    if (count > 0)
        keep_distribution(set, list, count);
    set->model = study_stat_of(list, collect(r, index, model_latency, 0, list));
    set->total = study_stat_of(list, collect(r, index, model_total, 0, list));
    for (unsigned n = 0; n < sizeof segments / sizeof segments[0]; n++)
        *segments[n] = study_stat_of(list, collect(r, index, segment, n, list));
    finish_hops(r, index, list);
}

void study_sets_finish(study_result *r)
{
    int64_t *list = (int64_t *)study_alloc(r->num_points, sizeof *list);

    for (unsigned n = 0; n < r->num_sets; n++)
        finish_set(r, n, list);
    for (size_t n = 0; n < r->num_points; n++)
        compare_views(&r->sets[r->points[n].set], &r->points[n], r->period_ps);
    free(list);
}

bool study_hop_is_shown(const study_result *r, unsigned stamp)
{
    for (size_t n = 0; n < r->num_sets; n++)
        if (r->sets[n].hop[stamp].count > 0 && stamp != GICTIME_STAMP_ASSERTED)
            return true;
    return false;
}
