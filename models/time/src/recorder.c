/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/recorder.h"

#include <string.h>

#include "gic/outbox.h"
#include "live.h"
#include "memory.h"
#include "sgi.h"

enum {
    DEFAULT_LIVE = 8192,
    DEFAULT_FINISHED = 1024,
    DEFAULT_WINDOW_PS = 100 * 1000 * 1000,
    EXCEPTION_LINES = 2 /* IRQ, FIQ */
};

/* The last exception a PE took by one of its lines, until an IAR read answers it. */
typedef struct taken {
    uint64_t exception_ps;
    uint64_t handler_ps;
    bool open;
} taken;

struct gictime_recorder {
    gictime_live_table live;
    gictime_sgi_log sgi;
    taken *exceptions; /* [pe * EXCEPTION_LINES + fiq] */
    uint16_t pe_count;
    uint64_t window_ps;
    gictime_instance *finished; /* Ring. */
    gictime_instance **order;   /* Room to sort what is alive. */
    size_t capacity, first, count;
    gictime_sink_fn *sink;
    void *ctx;
    uint64_t next_seq;
    gictime_recorder_stats stats;
};

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
    r->exceptions = GICTIME_NEW(taken, (size_t)r->pe_count * EXCEPTION_LINES);
    if (!gictime_live_init(&r->live, live) || !gictime_sgi_init(&r->sgi, config->gic) ||
        !r->finished || !r->order || !r->exceptions) {
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

/* The oldest assertion still under way, and it is so no longer; GICTIME_NO_STAMP: none. */
static uint64_t pop_assertion(gictime_live *live, uint64_t oldest_ps)
{
    while (live->assertions) {
        uint64_t time_ps = live->asserted_ps[0];
        live->assertions--;
        memmove(live->asserted_ps, live->asserted_ps + 1,
                live->assertions * sizeof(live->asserted_ps[0]));
        if (time_ps >= oldest_ps)
            return time_ps;
    }
    return GICTIME_NO_STAMP;
}

/* Where the arrival that @p event tells of came from. */
static uint64_t origin_of(gictime_recorder *r, gictime_live *live, const gic_event *event,
                          uint16_t *sender)
{
    uint64_t oldest_ps = window_start(r, event->time_ps);
    uint64_t asserted_ps = pop_assertion(live, oldest_ps);
    const gictime_sgi_write *w = gictime_sgi_match(&r->sgi, event->pe, event->intid, oldest_ps);
    *sender = GIC_PE_NONE;
    if (!w)
        return asserted_ps;
    *sender = w->sender;
    return w->time_ps;
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
    if (live->assertions == GICTIME_ASSERTIONS)
        pop_assertion(live, 0);
    live->asserted_ps[live->assertions++] = event->time_ps;
}

static void on_pending(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find_or_add(r, event);
    if (!live) {
        r->stats.dropped_live++;
        return;
    }
    if (live->pending) /* Its end was not told: a reset of one component. */
        finish_waiting(r, live, GICTIME_OUTCOME_OPEN, event->time_ps);
    begin(r, live, event);
    live->waiting.priority = (uint8_t)event->arg;
    live->waiting.group = (uint8_t)(event->arg >> 8);
    live->waiting.stamp[GICTIME_STAMP_ASSERTED] = origin_of(r, live, event, &live->waiting.sender);
}

static void on_merged(gictime_recorder *r, const gic_event *event)
{
    gictime_live *live = find(r, event);
    uint16_t sender;
    if (!live || !(live->pending || live->active)) {
        r->stats.orphans++;
        return;
    }
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

/* The exception that the IAR read of @p event answers: the last one taken and not yet answered. */
static void answer_exception(gictime_recorder *r, uint16_t pe, gictime_instance *instance)
{
    taken *best = NULL;
    unsigned line;
    if (pe >= r->pe_count)
        return;
    for (line = 0; line < EXCEPTION_LINES; line++) {
        taken *t = &r->exceptions[(size_t)pe * EXCEPTION_LINES + line];
        if (t->open && (!best || t->exception_ps > best->exception_ps))
            best = t;
    }
    if (!best)
        return;
    best->open = false;
    if (!instance || best->exception_ps < instance->stamp[GICTIME_STAMP_PENDING])
        return; /* Taken for another one. */
    instance->stamp[GICTIME_STAMP_EXCEPTION] = best->exception_ps;
    instance->stamp[GICTIME_STAMP_HANDLER] = best->handler_ps;
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
};

void gictime_recorder_event(gictime_recorder *r, const gic_event *event)
{
    if (event->id < GIC_EV_COUNT && handlers[event->id])
        handlers[event->id](r, event);
}

void gictime_recorder_exception(gictime_recorder *r, uint16_t pe, bool fiq, uint64_t time_ps)
{
    taken *t;
    if (pe >= r->pe_count)
        return;
    t = &r->exceptions[(size_t)pe * EXCEPTION_LINES + fiq];
    t->exception_ps = time_ps;
    t->handler_ps = GICTIME_NO_STAMP;
    t->open = true;
}

void gictime_recorder_handler(gictime_recorder *r, uint16_t pe, bool fiq, uint64_t time_ps)
{
    if (pe < r->pe_count)
        r->exceptions[(size_t)pe * EXCEPTION_LINES + fiq].handler_ps = time_ps;
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
