/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins each sample of the firmware with the model's instance of the same interrupt: same PE, same
 * INTID, acknowledged at the same time.
 */
#include <stdlib.h>
#include <string.h>

#include "study.h"

/** An IAR read and the read of PMCCNTR after it are no further apart than this; one instruction,
 *  but an FIQ to EL3 may come between them. */
#define MATCH_CYCLES 4096

static int compare_instances(const void *a, const void *b)
{
    const gictime_instance *x = (const gictime_instance *)a, *y = (const gictime_instance *)b;
    uint64_t tx = x->stamp[GICTIME_STAMP_ACKNOWLEDGED], ty = y->stamp[GICTIME_STAMP_ACKNOWLEDGED];

    if (x->pe != y->pe)
        return x->pe < y->pe ? -1 : 1;
    if (x->intid != y->intid)
        return x->intid < y->intid ? -1 : 1;
    return tx < ty ? -1 : tx > ty;
}

void study_sort_instances(study_instances *list)
{
    if (list->count > 0)
        qsort(list->list, list->count, sizeof list->list[0], compare_instances);
}

/* Number of instances that sort before or equal to the key. */
static size_t upper_bound(const study_instances *list, const gictime_instance *key)
{
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_instances(&list->list[middle], key) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The instance acknowledged last before the firmware's stamp behind the read of IAR. */
ptrdiff_t study_find_instance(const study_instances *list, const study_sample *s,
                              const study_clock *clock)
{
    uint64_t ack_ps = study_clock_ps(clock, s->pe, s->acknowledge), period_ps = clock->period_ps;
    gictime_instance key = {.pe = (uint16_t)s->pe, .intid = s->intid};
    const gictime_instance *found;
    uint64_t stamp;
    size_t at;

    key.stamp[GICTIME_STAMP_ACKNOWLEDGED] = ack_ps + period_ps;
    at = upper_bound(list, &key);
    if (at == 0)
        return STUDY_NO_INSTANCE;
    found = &list->list[at - 1];
    stamp = found->stamp[GICTIME_STAMP_ACKNOWLEDGED];
    if (found->pe != s->pe || found->intid != s->intid || stamp + MATCH_CYCLES * period_ps < ack_ps)
        return STUDY_NO_INSTANCE;
    return (ptrdiff_t)(at - 1);
}

uint64_t study_asserted_ps(const study_sample *s, const study_clock *clock)
{
    unsigned pe = (unsigned)(s->unit - '0');

    if (s->unit == 'p')
        return s->t0;
    if (s->unit == 't')
        return s->t0 * clock->tick_ps;
    if (pe >= STUDY_MAX_PES)
        return 0;
    /* The counter is read by one instruction and the SGI sent by the next. */
    return study_clock_ps(clock, pe, s->t0 + clock->cost[pe]) + clock->sgi_way_ps;
}

static int64_t since(uint64_t asserted, const study_clock *clock, unsigned pe, uint64_t cycles)
{
    return cycles == 0 ? STUDY_NONE : (int64_t)(study_clock_ps(clock, pe, cycles) - asserted);
}

static int64_t span(const gictime_instance *i, gictime_stamp from, gictime_stamp to)
{
    if (i->stamp[from] == GICTIME_NO_STAMP || i->stamp[to] == GICTIME_NO_STAMP)
        return STUDY_NONE;
    return (int64_t)(i->stamp[to] - i->stamp[from]);
}

/* The set's name: workloads with several interrupts at once are split by group. */
static const char *set_name(const char *workload, uint32_t intid)
{
    static const struct {
        uint32_t intid;
        const char *name;
    } fire[] = {{104, "fire_g0"}, {103, "fire_g1s"}, {101, "fire_g1ns"}};

    if (strcmp(workload, "fire") == 0)
        for (size_t n = 0; n < sizeof fire / sizeof fire[0]; n++)
            if (fire[n].intid == intid)
                return fire[n].name;
    return workload;
}

static bool is_usable(const char *workload, const study_sample *s)
{
    /* One that came before or after the handler it was to preempt is another measurement. */
    return strcmp(workload, "preempt") != 0 || s->depth > 0;
}

static void model_view(study_point *p, const study_instances *list)
{
    if (p->instance == STUDY_NO_INSTANCE)
        return;
    p->stamps = list->list[p->instance];
    p->model_vector = span(&p->stamps, GICTIME_STAMP_ASSERTED, GICTIME_STAMP_HANDLER);
    p->model_total = span(&p->stamps, GICTIME_STAMP_ASSERTED, GICTIME_STAMP_DEACTIVATED);
}

/* An interrupt may arrive when the PE is in the vector already, on behalf of another one, and be
 * the one that IAR returns: it has waited for nothing. */
static void judge(study_point *p, const study_sample *s)
{
    bool late = p->fw_vector != STUDY_NONE && p->fw_vector < 0;

    if (late)
        p->fw_vector = 0;
    p->comparable =
        p->model_vector != STUDY_NONE && p->fw_vector != STUDY_NONE && !late && !s->disturbed;
}

static study_point make_point(const study_sample *s, const study_instances *list,
                              const study_clock *clock)
{
    uint64_t t0 = study_asserted_ps(s, clock);
    study_point p = {.pe = s->pe,
                     .intid = s->intid,
                     .asserted_ps = t0,
                     .fw_monitor = since(t0, clock, s->pe, s->monitor),
                     .fw_vector = since(t0, clock, s->pe, s->exception),
                     .fw_acknowledge = since(t0, clock, s->pe, s->acknowledge),
                     .fw_end = since(t0, clock, s->pe, s->end),
                     .fw_back = since(t0, clock, s->pe, s->back),
                     .model_vector = STUDY_NONE,
                     .model_total = STUDY_NONE,
                     .instance = STUDY_NO_INSTANCE};

    if (s->acknowledge != 0)
        p.instance = study_find_instance(list, s, clock);
    model_view(&p, list);
    judge(&p, s);
    return p;
}

void study_join(study_result *result, const study_log *log, study_instances *list,
                const study_clock *clock)
{
    study_sort_instances(list);
    for (size_t n = 0; n < log->num_samples; n++) {
        const study_sample *s = &log->samples[n];
        const char *workload = log->name[s->workload];
        study_point p;

        if (!is_usable(workload, s))
            continue;
        p = make_point(s, list, clock);
        p.set = study_set_index(result, set_name(workload, s->intid), s->loaded, log->pes);
        if (s->acknowledge != 0) {
            result->unmatched += p.instance == STUDY_NO_INSTANCE;
            result->incomparable += !p.comparable;
        }
        result->points = (study_point *)study_grow(result->points, result->num_points, sizeof p);
        result->points[result->num_points++] = p;
    }
    if (clock->doubt > result->clock_doubt)
        result->clock_doubt = clock->doubt;
}
