/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints of an observer. Stamps and statistics are no state of the GIC; but what a run reports
 * at its end is of the whole run, so that a restored one has to know what came before.
 */
#include <string.h>

#include "breakdown_internal.h"
#include "gictime/bytes.h"
#include "memory.h"
#include "observer_internal.h"
#include "recorder_internal.h"

/* ------------------------------------------------------------------ instances */

static void put_instance(gictime_bytes *b, const gictime_instance *i)
{
    gictime_bytes_u64(b, i->seq);
    gictime_bytes_put(b, i->stamp, sizeof(i->stamp));
    gictime_bytes_u32(b, i->intid);
    gictime_bytes_u32(b, i->pe);
    gictime_bytes_u32(b, i->sender);
    gictime_bytes_u32(b, i->deactivator);
    gictime_bytes_u8(b, i->outcome);
    gictime_bytes_u8(b, i->priority);
    gictime_bytes_u8(b, i->group);
    gictime_bytes_u8(b, i->implied);
    gictime_bytes_u64(b, i->end_ps);
    gictime_bytes_u32(b, i->merged);
    gictime_bytes_u32(b, i->displaced);
    gictime_bytes_u32(b, i->returned);
}

static void get_instance(gictime_cursor *c, gictime_instance *i)
{
    memset(i, 0, sizeof(*i));
    i->seq = gictime_cursor_u64(c);
    gictime_cursor_get(c, i->stamp, sizeof(i->stamp));
    i->intid = gictime_cursor_u32(c);
    i->pe = (uint16_t)gictime_cursor_count(c, UINT16_MAX);
    i->sender = (uint16_t)gictime_cursor_count(c, UINT16_MAX);
    i->deactivator = (uint16_t)gictime_cursor_count(c, UINT16_MAX);
    i->outcome = gictime_cursor_u8(c);
    i->priority = gictime_cursor_u8(c);
    i->group = gictime_cursor_u8(c);
    i->implied = gictime_cursor_bool(c);
    i->end_ps = gictime_cursor_u64(c);
    i->merged = gictime_cursor_u32(c);
    i->displaced = gictime_cursor_u32(c);
    i->returned = gictime_cursor_u32(c);
}

static void put_live(gictime_bytes *b, const gictime_live *live)
{
    gictime_bytes_u64(b, live->key);
    gictime_bytes_u32(b, live->assertions);
    gictime_bytes_put(b, live->assertion, live->assertions * sizeof(live->assertion[0]));
    gictime_bytes_u8(b, live->pending);
    gictime_bytes_u8(b, live->moving);
    gictime_bytes_u8(b, live->active);
    if (live->pending)
        put_instance(b, &live->waiting);
    if (live->active)
        put_instance(b, &live->serving);
}

static void save_live(const gictime_live_table *table, gictime_bytes *b)
{
    uint32_t i;
    gictime_bytes_u32(b, table->count);
    for (i = 0; i < table->capacity; i++) {
        if (table->entry[i].used)
            put_live(b, &table->entry[i]);
    }
}

static void load_live(gictime_live_table *table, gictime_cursor *c)
{
    uint32_t count = gictime_cursor_count(c, table->capacity), i;
    for (i = 0; i < count && !c->bad; i++) {
        uint64_t key = gictime_cursor_u64(c);
        gictime_live *live = gictime_live_find(table, key) ? NULL : gictime_live_add(table, key);
        if (!live) {
            c->bad = true;
            return;
        }
        live->assertions = (uint8_t)gictime_cursor_count(c, GICTIME_ASSERTIONS);
        gictime_cursor_get(c, live->assertion, live->assertions * sizeof(live->assertion[0]));
        live->pending = gictime_cursor_bool(c);
        live->moving = gictime_cursor_bool(c);
        live->active = gictime_cursor_bool(c);
        if (live->pending)
            get_instance(c, &live->waiting);
        if (live->active)
            get_instance(c, &live->serving);
    }
}

/* ------------------------------------------------------------------ recorder */

static void save_sgis(const gictime_sgi_log *log, gictime_bytes *b)
{
    unsigned intid, n;
    for (intid = 0; intid < GICTIME_SGIS; intid++) {
        for (n = 0; n < GICTIME_SGI_WRITES; n++) {
            const gictime_sgi_write *w = &log->write[intid][n];
            gictime_bytes_u64(b, w->time_ps);
            gictime_bytes_u64(b, gic_sgi_pack(w->sgi));
            gictime_bytes_u32(b, w->sender);
        }
    }
    gictime_bytes_put(b, log->written, sizeof(log->written));
    gictime_bytes_put(b, log->matched, log->pe_count * sizeof(log->matched[0]) * GICTIME_SGIS);
}

static void load_sgis(gictime_sgi_log *log, gictime_cursor *c)
{
    unsigned intid, n;
    for (intid = 0; intid < GICTIME_SGIS; intid++) {
        for (n = 0; n < GICTIME_SGI_WRITES; n++) {
            gictime_sgi_write *w = &log->write[intid][n];
            w->time_ps = gictime_cursor_u64(c);
            w->sgi = gic_sgi_unpack(gictime_cursor_u64(c));
            w->sender = (uint16_t)gictime_cursor_count(c, UINT16_MAX);
        }
    }
    gictime_cursor_get(c, log->written, sizeof(log->written));
    gictime_cursor_get(c, log->matched, log->pe_count * sizeof(log->matched[0]) * GICTIME_SGIS);
}

static void save_msis(const gictime_msi_log *log, gictime_bytes *b)
{
    uint32_t n;
    gictime_bytes_u32(b, log->at);
    gictime_bytes_u32(b, log->used);
    for (n = 0; n < GICTIME_MSIS; n++) {
        uint32_t index = (log->at + n) % GICTIME_MSIS; /* The oldest first. */
        if (!log->msi[index].used)
            continue;
        gictime_bytes_u32(b, index);
        gictime_bytes_u64(b, log->msi[index].event);
        gictime_bytes_u64(b, log->msi[index].time_ps);
    }
}

static void load_msis(gictime_msi_log *log, gictime_cursor *c)
{
    uint32_t at = gictime_cursor_count(c, GICTIME_MSIS - 1);
    uint32_t used = gictime_cursor_count(c, GICTIME_MSIS), n;
    for (n = 0; n < used && !c->bad; n++) {
        uint64_t event;
        log->at = gictime_cursor_count(c, GICTIME_MSIS - 1);
        event = gictime_cursor_u64(c);
        gictime_msi_written(log, event, gictime_cursor_u64(c));
    }
    log->at = at;
}

static void save_exceptions(const gictime_recorder *r, gictime_bytes *b)
{
    unsigned pe, n;
    for (pe = 0; pe < r->pe_count; pe++) {
        const gictime_exceptions *e = &r->exceptions[pe];
        gictime_bytes_u32(b, e->count);
        for (n = 0; n < e->count; n++) {
            gictime_bytes_u64(b, e->open[n].exception_ps);
            gictime_bytes_u64(b, e->open[n].handler_ps);
            gictime_bytes_u8(b, e->open[n].fiq);
        }
    }
}

static void load_exceptions(gictime_recorder *r, gictime_cursor *c)
{
    unsigned pe, n;
    for (pe = 0; pe < r->pe_count; pe++) {
        gictime_exceptions *e = &r->exceptions[pe];
        e->count = gictime_cursor_count(c, GICTIME_EXCEPTIONS);
        for (n = 0; n < e->count; n++) {
            e->open[n].exception_ps = gictime_cursor_u64(c);
            e->open[n].handler_ps = gictime_cursor_u64(c);
            e->open[n].fiq = gictime_cursor_bool(c);
        }
    }
}

/* The counters, in the order of the structure. */
static void put_counters(gictime_bytes *b, const gictime_recorder_stats *s)
{
    const uint64_t all[] = {
        s->begun,   s->merged,       s->displaced,        s->returned, s->spurious, s->implied,
        s->orphans, s->dropped_live, s->dropped_finished, s->pending,  s->active,   s->live_peak};
    gictime_bytes_put(b, s->outcome, sizeof(s->outcome));
    gictime_bytes_put(b, all, sizeof(all));
}

static void get_counters(gictime_cursor *c, gictime_recorder_stats *s)
{
    uint64_t *const all[] = {&s->begun,    &s->merged,       &s->displaced,
                             &s->returned, &s->spurious,     &s->implied,
                             &s->orphans,  &s->dropped_live, &s->dropped_finished};
    unsigned n;
    gictime_cursor_get(c, s->outcome, sizeof(s->outcome));
    for (n = 0; n < GIC_COUNT_OF(all); n++)
        *all[n] = gictime_cursor_u64(c);
    s->pending = (uint32_t)gictime_cursor_u64(c);
    s->active = (uint32_t)gictime_cursor_u64(c);
    s->live_peak = (uint32_t)gictime_cursor_u64(c);
}

static void save_recorder(const gictime_recorder *r, gictime_bytes *b)
{
    size_t n;
    save_live(&r->live, b);
    save_sgis(&r->sgi, b);
    save_msis(&r->msi, b);
    save_exceptions(r, b);
    gictime_bytes_u64(b, r->next_seq);
    put_counters(b, &r->stats);
    gictime_bytes_u32(b, (uint32_t)r->count);
    for (n = 0; n < r->count; n++)
        put_instance(b, &r->finished[(r->first + n) % r->capacity]);
}

static void load_recorder(gictime_recorder *r, gictime_cursor *c)
{
    size_t n;
    load_live(&r->live, c);
    load_sgis(&r->sgi, c);
    load_msis(&r->msi, c);
    load_exceptions(r, c);
    r->next_seq = gictime_cursor_u64(c);
    get_counters(c, &r->stats);
    r->first = 0;
    r->count = gictime_cursor_count(c, (uint32_t)r->capacity);
    for (n = 0; n < r->count; n++)
        get_instance(c, &r->finished[n]);
}

/* ------------------------------------------------------------------ breakdown */

static void save_histogram(const gictime_histogram *h, gictime_bytes *b)
{
    const uint64_t head[] = {h->count, h->over, h->lost, h->min, h->max, h->sum_low, h->sum_high};
    uint64_t there = 0;
    unsigned row;
    if (h->count == 0) {
        gictime_bytes_u64(b, 0);
        return;
    }
    for (row = 0; row < GICTIME_HISTOGRAM_OCTAVES; row++)
        there |= (uint64_t)(h->octave[row] != NULL) << row;
    gictime_bytes_put(b, head, sizeof(head));
    gictime_bytes_u64(b, there);
    for (row = 0; row < GICTIME_HISTOGRAM_OCTAVES; row++) {
        if (h->octave[row])
            gictime_bytes_put(b, h->octave[row], sizeof(uint64_t) * GICTIME_HISTOGRAM_BUCKETS);
    }
}

static void load_octaves(gictime_histogram *h, gictime_cursor *c)
{
    uint64_t there = gictime_cursor_u64(c);
    unsigned row;
    c->bad = c->bad || there >> GICTIME_HISTOGRAM_OCTAVES != 0;
    for (row = 0; row < GICTIME_HISTOGRAM_OCTAVES && !c->bad; row++) {
        if (!(there >> row & 1u))
            continue;
        h->octave[row] = GICTIME_NEW(uint64_t, GICTIME_HISTOGRAM_BUCKETS);
        if (!h->octave[row])
            c->bad = true;
        else
            gictime_cursor_get(c, h->octave[row], sizeof(uint64_t) * GICTIME_HISTOGRAM_BUCKETS);
    }
}

static void load_histogram(gictime_histogram *h, gictime_cursor *c)
{
    gictime_histogram_clear(h);
    h->count = gictime_cursor_u64(c);
    if (h->count == 0)
        return;
    h->over = gictime_cursor_u64(c);
    h->lost = gictime_cursor_u64(c);
    h->min = gictime_cursor_u64(c);
    h->max = gictime_cursor_u64(c);
    h->sum_low = gictime_cursor_u64(c);
    h->sum_high = gictime_cursor_u64(c);
    load_octaves(h, c);
}

static void save_group(const gictime_group *group, gictime_bytes *b)
{
    unsigned i;
    gictime_bytes_u64(b, group->instances);
    gictime_bytes_u64(b, group->withdrawn);
    gictime_bytes_u64(b, group->open);
    gictime_bytes_u64(b, group->merged);
    gictime_bytes_u64(b, group->displaced);
    for (i = 0; i < GICTIME_STAMP_COUNT; i++)
        save_histogram(&group->hop[i], b);
    for (i = 0; i < GICTIME_SPAN_COUNT; i++)
        save_histogram(&group->span[i], b);
}

static void load_group(gictime_group *group, gictime_cursor *c)
{
    unsigned i;
    group->instances = gictime_cursor_u64(c);
    group->withdrawn = gictime_cursor_u64(c);
    group->open = gictime_cursor_u64(c);
    group->merged = gictime_cursor_u64(c);
    group->displaced = gictime_cursor_u64(c);
    for (i = 0; i < GICTIME_STAMP_COUNT && !c->bad; i++)
        load_histogram(&group->hop[i], c);
    for (i = 0; i < GICTIME_SPAN_COUNT && !c->bad; i++)
        load_histogram(&group->span[i], c);
}

static void save_breakdown(const gictime_breakdown *breakdown, gictime_bytes *b)
{
    unsigned g;
    gictime_bytes_u64(b, breakdown->ungrouped);
    gictime_bytes_u32(b, breakdown->intids);
    gictime_bytes_put(b, breakdown->intid, breakdown->intids * sizeof(breakdown->intid[0]));
    for (g = 0; g < breakdown->count; g++)
        save_group(breakdown->group[g], b);
}

static void load_breakdown(gictime_breakdown *breakdown, gictime_cursor *c)
{
    uint32_t intids, n;
    unsigned g;
    breakdown->ungrouped = gictime_cursor_u64(c);
    intids = gictime_cursor_count(c, GICTIME_MAX_INTIDS);
    for (n = 0; n < intids; n++)
        (void)gictime_breakdown_group_of(breakdown, gictime_cursor_u32(c));
    c->bad = c->bad || breakdown->intids != intids;
    for (g = 0; g < breakdown->count && !c->bad; g++)
        load_group(breakdown->group[g], c);
}

/* ------------------------------------------------------------------ observer */

void gictime_observer_save(const gictime_observer *o, gictime_bytes *b)
{
    save_recorder(o->recorder, b);
    save_breakdown(o->breakdown, b);
    gictime_bytes_put(b, o->guest.count, sizeof(o->guest.count));
    gictime_bytes_u8(b, o->trace != NULL);
    if (o->trace)
        gictime_trace_save(o->trace, b);
    gictime_bytes_u8(b, o->vcd != NULL);
    if (o->vcd)
        gictime_vcd_save(o->vcd, b);
}

bool gictime_observer_load(gictime_observer *o, gictime_cursor *c)
{
    load_recorder(o->recorder, c);
    load_breakdown(o->breakdown, c);
    gictime_cursor_get(c, o->guest.count, sizeof(o->guest.count));
    if (gictime_cursor_bool(c) != (o->trace != NULL))
        return false;
    if (o->trace)
        gictime_trace_load(o->trace, c);
    if (gictime_cursor_bool(c) != (o->vcd != NULL))
        return false;
    if (o->vcd)
        gictime_vcd_load(o->vcd, c);
    return gictime_cursor_done(c);
}
