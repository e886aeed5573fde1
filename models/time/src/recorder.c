/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/recorder.h"

#include <string.h>

#include "gic/outbox.h"
#include "memory.h"
#include "recorder_internal.h"

enum { DEFAULT_LIVE = 8192, DEFAULT_FINISHED = 1024, DEFAULT_WINDOW_PS = 100 * 1000 * 1000 };

gictime_recorder *gictime_recorder_create(const gictime_recorder_config *config)
{
    gictime_recorder *r = GICTIME_NEW(gictime_recorder, 1);
    size_t live = config->live_capacity ? config->live_capacity : DEFAULT_LIVE;
    if (!r)
        return NULL;
    r->pe_count = config->gic->pe_count;
    r->capacity = config->finished_capacity ? config->finished_capacity : DEFAULT_FINISHED;
    r->window_ps = config->sgi_window_ps ? config->sgi_window_ps : DEFAULT_WINDOW_PS;
    r->sink = config->sink;
    r->ctx = config->ctx;
    r->finished = GICTIME_NEW(gictime_instance, r->capacity);
    r->order = GICTIME_NEW(gictime_instance *, live * 2u);
    r->exceptions = GICTIME_NEW(gictime_exceptions, r->pe_count);
    if (!gictime_live_init(&r->live, live) || !gictime_sgi_init(&r->sgi, config->gic) ||
        !gictime_msi_init(&r->msi) || !r->finished || !r->order || !r->exceptions) {
        gictime_recorder_destroy(r);
        return NULL;
    }
    return r;
}

void gictime_recorder_destroy(gictime_recorder *r)
{
    if (!r)
        return;
    gictime_live_free(&r->live);
    gictime_sgi_free(&r->sgi);
    gictime_msi_free(&r->msi);
    free(r->finished);
    free((void *)r->order);
    free(r->exceptions);
    free(r);
}

/* ------------------------------------------------------------------ finished instances */

void gictime_recorder_flush(gictime_recorder *r)
{
    size_t head = r->capacity - r->first;
    if (!r->sink || r->count == 0)
        return;
    if (head > r->count)
        head = r->count;
    r->sink(r->ctx, r->finished + r->first, head);
    if (r->count > head)
        r->sink(r->ctx, r->finished, r->count - head);
    r->first = 0;
    r->count = 0;
}

size_t gictime_recorder_take(gictime_recorder *r, gictime_instance *out, size_t max)
{
    size_t taken_count = 0;
    while (taken_count < max && r->count) {
        out[taken_count++] = r->finished[r->first];
        r->first = (r->first + 1u) % r->capacity;
        r->count--;
    }
    return taken_count;
}

static void finish(gictime_recorder *r, gictime_instance *instance, gictime_outcome outcome,
                   uint64_t end_ps)
{
    instance->outcome = (uint8_t)outcome;
    instance->end_ps = end_ps;
    r->stats.outcome[outcome]++;
    if (r->count == r->capacity)
        gictime_recorder_flush(r);
    if (r->count == r->capacity) {
        r->stats.dropped_finished++;
        return;
    }
    r->finished[(r->first + r->count++) % r->capacity] = *instance;
}

static void finish_waiting(gictime_recorder *r, gictime_live *live, gictime_outcome outcome,
                           uint64_t end_ps)
{
    live->pending = false;
    live->moving = false;
    r->stats.pending--;
    finish(r, &live->waiting, outcome, end_ps);
}

static void finish_serving(gictime_recorder *r, gictime_live *live, gictime_outcome outcome,
                           uint64_t end_ps)
{
    live->active = false;
    r->stats.active--;
    finish(r, &live->serving, outcome, end_ps);
}

/* ------------------------------------------------------------------ interrupts alive */

/* Interrupts that a Redistributor holds are one per PE, the others one in all. */
static uint64_t key_of(const gic_event *event)
{
    uint64_t pe = gic_is_private(event->intid) ? event->pe : GIC_PE_NONE;
    return pe << 32 | event->intid;
}

static gictime_live *find(gictime_recorder *r, const gic_event *event)
{
    return gictime_live_find(&r->live, key_of(event));
}

static gictime_live *find_or_add(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find(r, event);
    if (live)
        return live;
    live = gictime_live_add(&r->live, key_of(event));
    if (live && r->live.count > r->stats.live_peak)
        r->stats.live_peak = r->live.count;
    return live;
}

static void release_if_idle(gictime_recorder *r, gictime_live *live)
{
    if (!live->pending && !live->active && live->assertions == 0)
        gictime_live_remove(&r->live, live);
}

static uint64_t window_start(const gictime_recorder *r, uint64_t now_ps)
{
    return now_ps > r->window_ps ? now_ps - r->window_ps : 0;
}

static const gictime_assertion no_assertion = {GICTIME_NO_STAMP, GICTIME_NO_STAMP};

/* When the bit was sent on its last way. */
static uint64_t sent_ps(const gictime_assertion *a)
{
    return a->translated_ps != GICTIME_NO_STAMP ? a->translated_ps : a->asserted_ps;
}

/* The oldest assertion still under way, and it is so no longer. */
static gictime_assertion pop_assertion(gictime_live *live, uint64_t oldest_ps)
{
    while (live->assertions) {
        gictime_assertion a = live->assertion[0];
        live->assertions--;
        memmove(live->assertion, live->assertion + 1,
                live->assertions * sizeof(live->assertion[0]));
        if (sent_ps(&a) >= oldest_ps)
            return a;
    }
    return no_assertion;
}

static void push_assertion(gictime_live *live, uint64_t asserted_ps, uint64_t translated_ps)
{
    if (live->assertions == GICTIME_ASSERTIONS)
        (void)pop_assertion(live, 0);
    live->assertion[live->assertions].asserted_ps = asserted_ps;
    live->assertion[live->assertions].translated_ps = translated_ps;
    live->assertions++;
}

/* Where the arrival that @p event tells of came from. */
static gictime_assertion origin_of(gictime_recorder *r, gictime_live *live, const gic_event *event,
                                   uint16_t *sender)
{
    uint64_t oldest_ps = window_start(r, event->time_ps);
    gictime_assertion a = pop_assertion(live, oldest_ps);
    const gictime_sgi_write *w = gictime_sgi_match(&r->sgi, event->pe, event->intid, oldest_ps);
    *sender = GIC_PE_NONE;
    if (!w)
        return a;
    *sender = w->sender;
    a.asserted_ps = w->time_ps;
    return a;
}

static void begin(gictime_recorder *r, gictime_live *live, const gic_event *event)
{
    gictime_instance *instance = &live->waiting;
    unsigned s;
    memset(instance, 0, sizeof(*instance));
    for (s = 0; s < GICTIME_STAMP_COUNT; s++)
        instance->stamp[s] = GICTIME_NO_STAMP;
    instance->seq = r->next_seq++;
    instance->intid = event->intid;
    instance->pe = gic_is_private(event->intid) ? event->pe : GIC_PE_NONE;
    instance->sender = GIC_PE_NONE;
    instance->deactivator = GIC_PE_NONE;
    instance->stamp[GICTIME_STAMP_PENDING] = event->time_ps;
    live->pending = true;
    r->stats.begun++;
    r->stats.pending++;
}

/*
 * The instance that an event of delivery belongs to. A level that is still high after deactivation
 * is delivered again without having pended again: its instance begins here.
 */
static gictime_live *waiting_of(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find_or_add(r, event);
    if (!live) {
        r->stats.dropped_live++;
        return NULL;
    }
    if (!live->pending) {
        begin(r, live, event);
        live->waiting.implied = true;
        r->stats.implied++;
    }
    return live;
}

/* ------------------------------------------------------------------ events */

static void on_asserted(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find_or_add(r, event);
    if (!live)
        return; /* Counted when it pends. */
    push_assertion(live, event->time_ps, GICTIME_NO_STAMP);
}

static void on_pending(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find_or_add(r, event);
    gictime_assertion origin;
    if (!live) {
        r->stats.dropped_live++;
        return;
    }
    if (live->pending && live->moving) { /* The same instance, at another Redistributor. */
        live->moving = false;
        return;
    }
    if (live->pending) /* Its end was not told: a reset of one component. */
        finish_waiting(r, live, GICTIME_OUTCOME_OPEN, event->time_ps);
    begin(r, live, event);
    live->waiting.priority = (uint8_t)event->arg;
    live->waiting.group = (uint8_t)(event->arg >> 8);
    origin = origin_of(r, live, event, &live->waiting.sender);
    live->waiting.stamp[GICTIME_STAMP_ASSERTED] = origin.asserted_ps;
    live->waiting.stamp[GICTIME_STAMP_TRANSLATED] = origin.translated_ps;
}

static void on_merged(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find(r, event);
    uint16_t sender;
    if (!live || !(live->pending || live->active)) {
        r->stats.orphans++;
        return;
    }
    live->moving = false;
    (void)origin_of(r, live, event, &sender);
    if (live->pending)
        live->waiting.merged++;
    else /* Acknowledged at the PE; the component that holds the bit does not know it yet. */
        live->serving.merged++;
    r->stats.merged++;
}

static void on_offered(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = waiting_of(r, event);
    if (!live)
        return;
    live->waiting.stamp[GICTIME_STAMP_OFFERED] = event->time_ps;
    live->waiting.pe = event->pe;
}

static void on_set(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = waiting_of(r, event);
    if (!live)
        return;
    live->waiting.stamp[GICTIME_STAMP_SET] = event->time_ps;
    live->waiting.pe = event->pe;
}

static void on_signalled(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = waiting_of(r, event);
    if (live)
        live->waiting.stamp[GICTIME_STAMP_SIGNALLED] = event->time_ps;
}

/* What the attempt that ends here had reached is not part of the next one. */
static void forget_attempt(gictime_instance *instance, gictime_stamp first)
{
    unsigned s;
    for (s = first; s <= GICTIME_STAMP_SIGNALLED; s++)
        instance->stamp[s] = GICTIME_NO_STAMP;
}

static void on_released(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find(r, event);
    if (!live || !live->pending) {
        r->stats.orphans++;
        return;
    }
    forget_attempt(&live->waiting, GICTIME_STAMP_SET);
    live->waiting.displaced++;
    r->stats.displaced++;
}

static void on_returned(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find(r, event);
    if (!live || !live->pending) {
        r->stats.orphans++;
        return;
    }
    forget_attempt(&live->waiting, GICTIME_STAMP_OFFERED);
    live->waiting.returned++;
    r->stats.returned++;
}

/*
 * The exception that the IAR read of @p event answers: the last one taken and not yet answered. One
 * that was interrupted before its own IAR read is answered when the PE has come back to it.
 */
static void answer_exception(gictime_recorder *r, uint16_t pe, gictime_instance *instance)
{
    gictime_exceptions *e;
    const gictime_exception *last;
    if (pe >= r->pe_count || r->exceptions[pe].count == 0)
        return;
    e = &r->exceptions[pe];
    last = &e->open[--e->count];
    if (!instance || last->exception_ps < instance->stamp[GICTIME_STAMP_PENDING])
        return; /* Taken for another one. */
    instance->stamp[GICTIME_STAMP_EXCEPTION] = last->exception_ps;
    instance->stamp[GICTIME_STAMP_HANDLER] = last->handler_ps;
}

static void on_acknowledged(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = waiting_of(r, event);
    if (!live) {
        answer_exception(r, event->pe, NULL);
        return;
    }
    answer_exception(r, event->pe, &live->waiting);
    if (live->active) /* Its deactivation was not told. */
        finish_serving(r, live, GICTIME_OUTCOME_OPEN, event->time_ps);
    live->serving = live->waiting;
    live->serving.pe = event->pe;
    live->serving.stamp[GICTIME_STAMP_ACKNOWLEDGED] = event->time_ps;
    live->pending = false;
    live->moving = false;
    live->active = true;
    r->stats.pending--;
    r->stats.active++;
}

static void on_eoi(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find(r, event);
    if (!live || !live->active) {
        r->stats.orphans++;
        return;
    }
    live->serving.stamp[GICTIME_STAMP_EOI] = event->time_ps;
    if (gic_classify(event->intid) != GIC_CLASS_LPI)
        return;
    live->serving.deactivator = event->pe;
    finish_serving(r, live, GICTIME_OUTCOME_COMPLETED, event->time_ps);
    release_if_idle(r, live);
}

static void on_deactivated(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find(r, event);
    if (!live || !live->active) {
        r->stats.orphans++;
        return;
    }
    live->serving.stamp[GICTIME_STAMP_DEACTIVATED] = event->time_ps;
    live->serving.deactivator = event->pe;
    finish_serving(r, live, GICTIME_OUTCOME_COMPLETED, event->time_ps);
    release_if_idle(r, live);
}

static void on_withdrawn(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find(r, event);
    if (!live || !live->pending) {
        /* The level of an active interrupt falling is its device being served. */
        if (!live || !live->active)
            r->stats.orphans++;
        return;
    }
    finish_waiting(r, live, GICTIME_OUTCOME_WITHDRAWN, event->time_ps);
    release_if_idle(r, live);
}

static void on_sgi_generated(gictime_recorder *r, const gic_event *event)
{
    gictime_sgi_written(&r->sgi, event->pe, event->intid, event->arg, event->time_ps);
}

/* ------------------------------------------------------------------ the ITS */

static void on_msi(gictime_recorder *r, const gic_event *event)
{
    gictime_msi_written(&r->msi, event->arg, event->time_ps);
}

/* An INT command was asserted nowhere else: its life begins here. */
static void on_translated(gictime_recorder *r, const gic_event *event)
{
    uint64_t asserted_ps = gictime_msi_match(&r->msi, event->arg, window_start(r, event->time_ps));
    gictime_live *live = find_or_add(r, event);
    if (!live)
        return; /* Counted when it pends. */
    if (asserted_ps == GICTIME_NO_STAMP)
        asserted_ps = event->time_ps;
    push_assertion(live, asserted_ps, event->time_ps);
}

static void on_unmapped(gictime_recorder *r, const gic_event *event)
{
    (void)gictime_msi_match(&r->msi, event->arg, window_start(r, event->time_ps));
}

/* LPIs are off at its target: nothing will pend. */
static void on_lpi_dropped(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find(r, event);
    if (!live)
        return;
    (void)pop_assertion(live, 0);
    release_if_idle(r, live);
}

static void on_lpi_moved(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find(r, event);
    if (!live || !live->pending)
        return;
    forget_attempt(&live->waiting, GICTIME_STAMP_SET);
    live->moving = true;
}

static void on_spurious(gictime_recorder *r, const gic_event *event)
{
    r->stats.spurious++;
    answer_exception(r, event->pe, NULL);
}

typedef void event_fn(gictime_recorder *r, const gic_event *event);

static event_fn *const handlers[GIC_EV_COUNT] = {
    [GIC_EV_ASSERTED] = on_asserted,
    [GIC_EV_PENDING] = on_pending,
    [GIC_EV_MERGED] = on_merged,
    [GIC_EV_OFFERED] = on_offered,
    [GIC_EV_RETURNED] = on_returned,
    [GIC_EV_SET] = on_set,
    [GIC_EV_RELEASED] = on_released,
    [GIC_EV_SIGNALLED] = on_signalled,
    [GIC_EV_ACKNOWLEDGED] = on_acknowledged,
    [GIC_EV_EOI] = on_eoi,
    [GIC_EV_DEACTIVATED] = on_deactivated,
    [GIC_EV_WITHDRAWN] = on_withdrawn,
    [GIC_EV_SGI_GENERATED] = on_sgi_generated,
    [GIC_EV_SPURIOUS] = on_spurious,
    [GIC_EV_MSI] = on_msi,
    [GIC_EV_TRANSLATED] = on_translated,
    [GIC_EV_ITS_UNMAPPED] = on_unmapped,
    [GIC_EV_LPI_DROPPED] = on_lpi_dropped,
    [GIC_EV_LPI_MOVED] = on_lpi_moved,
};

void gictime_recorder_event(gictime_recorder *r, const gic_event *event)
{
    if (event->id < GIC_EV_COUNT && handlers[event->id])
        handlers[event->id](r, event);
}

/* Only the assertion is known of what has not pended yet. */
static bool under_way(const gictime_live *live, gictime_instance *out)
{
    const gictime_assertion *last;
    unsigned s;
    if (live->assertions == 0)
        return false;
    last = &live->assertion[live->assertions - 1u];
    memset(out, 0, sizeof(*out));
    for (s = 0; s < GICTIME_STAMP_COUNT; s++)
        out->stamp[s] = GICTIME_NO_STAMP;
    out->stamp[GICTIME_STAMP_ASSERTED] = last->asserted_ps;
    out->stamp[GICTIME_STAMP_TRANSLATED] = last->translated_ps;
    return true;
}

bool gictime_recorder_instance(const gictime_recorder *r, const gic_event *event,
                               gictime_instance *out)
{
    const gictime_live *live = gictime_live_find(&r->live, key_of(event));
    const bool served = event->id == GIC_EV_ACKNOWLEDGED || event->id == GIC_EV_EOI ||
                        event->id == GIC_EV_DEACTIVATED;
    if (!live)
        return false;
    if (event->id == GIC_EV_TRANSLATED)
        return under_way(live, out);
    if (served ? !live->active : !live->pending)
        return false;
    *out = served ? live->serving : live->waiting;
    return true;
}

/*
 * The oldest gives way: its handler has never read an IAR, and so many later ones have begun. An
 * exception that is taken where the vector of another would begin comes before that vector's first
 * instruction; when this runs after all, nobody tells.
 */
void gictime_recorder_exception(gictime_recorder *r, uint16_t pe, bool fiq, uint64_t time_ps)
{
    gictime_exceptions *e;
    gictime_exception *last;
    if (pe >= r->pe_count)
        return;
    e = &r->exceptions[pe];
    if (e->count && e->open[e->count - 1u].handler_ps == time_ps)
        e->open[e->count - 1u].handler_ps = GICTIME_NO_STAMP;
    if (e->count == GICTIME_EXCEPTIONS)
        memmove(e->open, e->open + 1, --e->count * sizeof(e->open[0]));
    last = &e->open[e->count++];
    last->exception_ps = time_ps;
    last->handler_ps = GICTIME_NO_STAMP;
    last->fiq = fiq;
}

void gictime_recorder_handler(gictime_recorder *r, uint16_t pe, bool fiq, uint64_t time_ps)
{
    gictime_exceptions *e;
    if (pe >= r->pe_count)
        return;
    e = &r->exceptions[pe];
    if (e->count && e->open[e->count - 1u].fiq == fiq)
        e->open[e->count - 1u].handler_ps = time_ps;
}

/* ------------------------------------------------------------------ the end */

static int by_seq(const void *a, const void *b)
{
    uint64_t x = (*(gictime_instance *const *)a)->seq, y = (*(gictime_instance *const *)b)->seq;
    return x < y ? -1 : x > y;
}

void gictime_recorder_close(gictime_recorder *r, uint64_t now_ps)
{
    size_t count = 0, n;
    uint32_t i;
    for (i = 0; i < r->live.capacity; i++) {
        gictime_live *live = &r->live.entry[i];
        if (live->used && live->pending)
            r->order[count++] = &live->waiting;
        if (live->used && live->active)
            r->order[count++] = &live->serving;
    }
    qsort((void *)r->order, count, sizeof(*r->order), by_seq);
    for (n = 0; n < count; n++)
        finish(r, r->order[n], GICTIME_OUTCOME_OPEN, now_ps);
    for (i = 0; i < r->live.capacity; i++) {
        if (r->live.entry[i].used)
            gictime_live_remove(&r->live, &r->live.entry[i]);
    }
    r->stats.pending = 0;
    r->stats.active = 0;
}

const gictime_recorder_stats *gictime_recorder_get_stats(const gictime_recorder *r)
{
    return &r->stats;
}
