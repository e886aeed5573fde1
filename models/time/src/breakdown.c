/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/breakdown.h"

#include <inttypes.h>

#include <string.h>

#include "breakdown_internal.h"
#include "memory.h"

static gictime_group *new_group(gictime_breakdown *b, const char *name)
{
    gictime_group *group = GICTIME_NEW(gictime_group, 1);
    if (!group)
        return NULL;
    snprintf(group->name, sizeof(group->name), "%s", name);
    b->group[b->count++] = group;
    return group;
}

gictime_breakdown *gictime_breakdown_create(void)
{
    static const uint32_t intid_of_class[] = {GIC_INTID_SGI_FIRST,  GIC_INTID_PPI_FIRST,
                                              GIC_INTID_SPI_FIRST,  GIC_INTID_EPPI_FIRST,
                                              GIC_INTID_ESPI_FIRST, GIC_INTID_LPI_FIRST};
    gictime_breakdown *b = GICTIME_NEW(gictime_breakdown, 1);
    unsigned i;
    if (!b || !new_group(b, "all")) {
        free(b);
        return NULL;
    }
    for (i = 0; i < GIC_COUNT_OF(intid_of_class); i++) {
        gictime_group *group = new_group(b, gictime_class_name(intid_of_class[i]));
        if (!group) {
            gictime_breakdown_destroy(b);
            return NULL;
        }
        b->by_class[gic_classify(intid_of_class[i])] = group;
    }
    return b;
}

void gictime_breakdown_destroy(gictime_breakdown *b)
{
    unsigned g, i;
    if (!b)
        return;
    for (g = 0; g < b->count; g++) {
        for (i = 0; i < GICTIME_STAMP_COUNT; i++)
            gictime_histogram_clear(&b->group[g]->hop[i]);
        for (i = 0; i < GICTIME_SPAN_COUNT; i++)
            gictime_histogram_clear(&b->group[g]->span[i]);
        free(b->group[g]);
    }
    free(b);
}

const char *gictime_span_name(unsigned span)
{
#define GICTIME_SPAN_NAME(id, name, meaning) name,
    static const char *const names[GICTIME_SPAN_COUNT] = {GICTIME_SPANS(GICTIME_SPAN_NAME)};
#undef GICTIME_SPAN_NAME
    return span < GICTIME_SPAN_COUNT ? names[span] : "?";
}

void gictime_instance_durations(const gictime_instance *instance,
                                uint64_t hop_ps[GICTIME_STAMP_COUNT],
                                uint64_t span_ps[GICTIME_SPAN_COUNT])
{
    uint64_t first = GICTIME_NO_STAMP; /* The first stamp reached ... */
    uint64_t reached = 0;              /* ... and the latest so far. */
    uint64_t reached_by[GICTIME_STAMP_COUNT];
    unsigned s;
    for (s = 0; s < GICTIME_STAMP_COUNT; s++) {
        uint64_t stamp = instance->stamp[s];
        hop_ps[s] = GICTIME_NO_STAMP;
        reached_by[s] = GICTIME_NO_STAMP;
        if (stamp == GICTIME_NO_STAMP)
            continue;
        if (first == GICTIME_NO_STAMP) {
            first = stamp;
            reached = stamp;
        } else {
            hop_ps[s] = stamp > reached ? stamp - reached : 0;
            reached += hop_ps[s];
        }
        reached_by[s] = reached;
    }
    for (s = 0; s < GICTIME_SPAN_COUNT; s++)
        span_ps[s] = GICTIME_NO_STAMP;
    if (first == GICTIME_NO_STAMP)
        return;
    span_ps[GICTIME_SPAN_TOTAL] = reached - first;
    if (reached_by[GICTIME_STAMP_SIGNALLED] != GICTIME_NO_STAMP)
        span_ps[GICTIME_SPAN_SIGNAL] = reached_by[GICTIME_STAMP_SIGNALLED] - first;
    if (reached_by[GICTIME_STAMP_ACKNOWLEDGED] == GICTIME_NO_STAMP)
        return;
    span_ps[GICTIME_SPAN_ACKNOWLEDGE] = reached_by[GICTIME_STAMP_ACKNOWLEDGED] - first;
    if (reached_by[GICTIME_STAMP_EOI] != GICTIME_NO_STAMP)
        span_ps[GICTIME_SPAN_SERVICE] =
            reached_by[GICTIME_STAMP_EOI] - reached_by[GICTIME_STAMP_ACKNOWLEDGED];
}

gictime_group *gictime_breakdown_group_of(gictime_breakdown *b, uint32_t intid)
{
    uint32_t s = intid * UINT32_C(2654435761) >> 22;
    char name[24];
    GIC_STATIC_ASSERT(MAP_SLOTS == 1 << (32 - 22), "the hash has as many bits as the map");
    while (b->map[s].group && b->map[s].intid != intid)
        s = (s + 1u) % MAP_SLOTS;
    if (b->map[s].group)
        return b->map[s].group;
    if (b->intids == GICTIME_MAX_INTIDS)
        return NULL;
    snprintf(name, sizeof(name), "INTID %" PRIu32, intid);
    b->map[s].intid = intid;
    b->intid[b->intids] = intid;
    b->map[s].group = new_group(b, name);
    b->intids += b->map[s].group != NULL;
    return b->map[s].group;
}

static void add_to(gictime_group *group, const gictime_instance *instance, const uint64_t *hop_ps,
                   const uint64_t *span_ps)
{
    unsigned i;
    group->merged += instance->merged;
    group->displaced += instance->displaced;
    if (instance->outcome != GICTIME_OUTCOME_COMPLETED) {
        *(instance->outcome == GICTIME_OUTCOME_WITHDRAWN ? &group->withdrawn : &group->open) += 1u;
        return;
    }
    group->instances++;
    for (i = 0; i < GICTIME_STAMP_COUNT; i++) {
        if (hop_ps[i] != GICTIME_NO_STAMP)
            gictime_histogram_add(&group->hop[i], hop_ps[i]);
    }
    for (i = 0; i < GICTIME_SPAN_COUNT; i++) {
        if (span_ps[i] != GICTIME_NO_STAMP)
            gictime_histogram_add(&group->span[i], span_ps[i]);
    }
}

void gictime_breakdown_add(gictime_breakdown *b, const gictime_instance *instance)
{
    uint64_t hop_ps[GICTIME_STAMP_COUNT], span_ps[GICTIME_SPAN_COUNT];
    gictime_group *class_group = b->by_class[gic_classify(instance->intid)];
    gictime_group *own = gictime_breakdown_group_of(b, instance->intid);
    gictime_instance_durations(instance, hop_ps, span_ps);
    add_to(b->group[0], instance, hop_ps, span_ps);
    if (class_group)
        add_to(class_group, instance, hop_ps, span_ps);
    if (own)
        add_to(own, instance, hop_ps, span_ps);
    else
        b->ungrouped++;
}

const gictime_group *gictime_breakdown_group(const gictime_breakdown *b, unsigned index)
{
    return index < b->count ? b->group[index] : NULL;
}

const gictime_group *gictime_breakdown_find(const gictime_breakdown *b, const char *name)
{
    unsigned g;
    for (g = 0; g < b->count; g++) {
        if (strcmp(b->group[g]->name, name) == 0)
            return b->group[g];
    }
    return NULL;
}

uint64_t gictime_breakdown_ungrouped(const gictime_breakdown *b)
{
    return b->ungrouped;
}

/* ------------------------------------------------------------------ output */

static bool empty(const gictime_group *group)
{
    return group->instances + group->withdrawn + group->open == 0;
}

/* A hop in its group: its mean is over all instances, so that means add up to the total's. */
static void hop_json(const gictime_group *group, gictime_stamp stamp, gictime_json *json)
{
    const gictime_histogram *h = &group->hop[stamp];
    if (h->count == 0)
        return;
    gictime_json_object(json, NULL);
    gictime_json_string(json, "to", gictime_stamp_name(stamp));
    gictime_json_u64(json, "count", h->count);
    gictime_json_u64(json, "min_ps", gictime_histogram_min(h));
    gictime_json_milli(json, "mean_ps", gictime_histogram_mean_milli(h, h->count));
    gictime_json_milli(json, "share_ps", gictime_histogram_mean_milli(h, group->instances));
    gictime_json_u64(json, "p50_ps", gictime_histogram_quantile(h, 500000));
    gictime_json_u64(json, "p99_ps", gictime_histogram_quantile(h, 990000));
    gictime_json_u64(json, "max_ps", h->max);
    gictime_json_end(json);
}

void gictime_breakdown_names(gictime_breakdown *b, const gictime_names *names)
{
    b->names = names;
}

/* Who raises the interrupts of a group; "" for groups of several. */
static const char *device_of(const gictime_breakdown *b, unsigned group)
{
    const unsigned first = b->count - b->intids;
    return group < first ? "" : gictime_name_of(b->names, b->intid[group - first]);
}

static void group_json(const gictime_group *group, const char *device, gictime_json *json,
                       bool buckets)
{
    unsigned i;
    gictime_json_object(json, NULL);
    gictime_json_string(json, "group", group->name);
    if (device[0])
        gictime_json_string(json, "device", device);
    gictime_json_u64(json, "instances", group->instances);
    gictime_json_u64(json, "withdrawn", group->withdrawn);
    gictime_json_u64(json, "open", group->open);
    gictime_json_u64(json, "merged", group->merged);
    gictime_json_u64(json, "displaced", group->displaced);
    gictime_json_object(json, "spans");
    for (i = 0; i < GICTIME_SPAN_COUNT; i++) {
        if (group->span[i].count)
            gictime_histogram_json(&group->span[i], json, gictime_span_name(i), buckets);
    }
    gictime_json_end(json);
    gictime_json_array(json, "hops");
    for (i = 0; i < GICTIME_STAMP_COUNT; i++)
        hop_json(group, (gictime_stamp)i, json);
    gictime_json_end(json);
    gictime_json_end(json);
}

void gictime_breakdown_json(const gictime_breakdown *b, gictime_json *json, const char *key,
                            bool buckets)
{
    unsigned g;
    gictime_json_array(json, key);
    for (g = 0; g < b->count; g++) {
        if (!empty(b->group[g]))
            group_json(b->group[g], device_of(b, g), json, buckets);
    }
    gictime_json_end(json);
}

static void csv_row(const gictime_group *group, const char *row, const gictime_histogram *h,
                    FILE *out)
{
    uint64_t mean = gictime_histogram_mean_milli(h, h->count);
    if (h->count == 0)
        return;
    fprintf(out, "%s,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ".%03u", group->name, row, h->count,
            gictime_histogram_min(h), mean / 1000u, (unsigned)(mean % 1000u));
    fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", gictime_histogram_quantile(h, 500000),
            gictime_histogram_quantile(h, 990000), h->max);
}

void gictime_breakdown_csv(const gictime_breakdown *b, FILE *out)
{
    unsigned g, i;
    fputs("group,row,count,min_ps,mean_ps,p50_ps,p99_ps,max_ps\n", out);
    for (g = 0; g < b->count; g++) {
        for (i = 0; i < GICTIME_STAMP_COUNT; i++)
            csv_row(b->group[g], gictime_stamp_name(i), &b->group[g]->hop[i], out);
        for (i = 0; i < GICTIME_SPAN_COUNT; i++)
            csv_row(b->group[g], gictime_span_name(i), &b->group[g]->span[i], out);
    }
}

static void print_ns(uint64_t ps, FILE *out)
{
    fprintf(out, " %9" PRIu64 ".%03u", ps / 1000u, (unsigned)(ps % 1000u));
}

static void print_row(const char *name, const gictime_histogram *h, FILE *out)
{
    if (h->count == 0)
        return;
    fprintf(out, "%-16s %9" PRIu64, name, h->count);
    print_ns(gictime_histogram_min(h), out);
    print_ns(gictime_histogram_quantile(h, 500000), out);
    print_ns(gictime_histogram_quantile(h, 990000), out);
    print_ns(h->max, out);
    print_ns((gictime_histogram_mean_milli(h, h->count) + 500u) / 1000u, out);
    fputc('\n', out);
}

void gictime_breakdown_print(const gictime_group *group, FILE *out)
{
    unsigned i;
    fprintf(out, "%-16s %9s %13s %13s %13s %13s %13s\n", group->name, "count", "min ns", "p50 ns",
            "p99 ns", "max ns", "mean ns");
    for (i = 0; i < GICTIME_STAMP_COUNT; i++)
        print_row(gictime_stamp_name(i), &group->hop[i], out);
    for (i = 0; i < GICTIME_SPAN_COUNT; i++)
        print_row(gictime_span_name(i), &group->span[i], out);
}
