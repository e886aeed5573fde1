/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/trace.h"

#include <string.h>

#include "gic/outbox.h"
#include "gictime/json.h"
#include "memory.h"

/* Processes of the timeline. */
enum { PID_PES = 1, PID_GICD = 2, PID_GICR = 3, PID_ITS = 4, PID_DEVICES = 5 };

/* Tracks; every number is used once in the file, whatever the process. */
enum {
    TID_PES = 1,
    TID_GICD = 100000,
    TID_GICR = 1000000,
    TID_PER_GICR = 2048, /* The first one presents, the others are its interrupts. */
    TID_LPI = 10000000,  /* LPIs have at most 24 bits. */
    TID_ITS = 30000000,
    TID_DEVICE = 50000000,
    TID_PRIVATE_DEVICE = 70000000, /* As those of a Redistributor. */
    PRIVATE_INTIDS = GIC_INTID_EPPI_LAST + 1,
    NAMED_SHARED = 65536 /* Tracks of INTIDs above keep their number as name. */
};

static const uint64_t default_max = 1000000;

struct gictime_trace {
    FILE *out;
    gictime_json json;
    uint16_t pe_count;
    uint64_t max, written, left_out;
    uint32_t pending, active; /* As last written. */
    uint8_t *named_shared;    /* Bit per INTID. */
    uint8_t *named_private;   /* Bit per PE and INTID. */
    const gictime_names *names;
};

/* A place in the file. */
typedef struct track {
    unsigned pid;
    uint64_t tid;
} track;

/* True the first time that bit @p n is asked for. */
static bool first_time(uint8_t *bits, size_t n)
{
    uint8_t bit = (uint8_t)(1u << n % 8u);
    bool first = !(bits[n / 8u] & bit);
    bits[n / 8u] |= bit;
    return first;
}

static void name_it(gictime_trace *t, const char *what, unsigned pid, uint64_t tid,
                    const char *name)
{
    gictime_json_object(&t->json, NULL);
    gictime_json_string(&t->json, "ph", "M");
    gictime_json_string(&t->json, "name", what);
    gictime_json_u64(&t->json, "pid", pid);
    gictime_json_u64(&t->json, "tid", tid);
    gictime_json_object(&t->json, "args");
    gictime_json_string(&t->json, "name", name);
    gictime_json_end(&t->json);
    gictime_json_end(&t->json);
}

static void name_tracks(gictime_trace *t)
{
    unsigned pe;
    char name[32];
    name_it(t, "process_name", PID_PES, 0, "PEs");
    name_it(t, "process_name", PID_GICD, 0, "Distributor");
    name_it(t, "process_name", PID_GICR, 0, "Redistributors");
    name_it(t, "process_name", PID_ITS, 0, "ITS");
    name_it(t, "process_name", PID_DEVICES, 0, "Devices");
    for (pe = 0; pe < t->pe_count; pe++) {
        snprintf(name, sizeof(name), "PE %u", pe);
        name_it(t, "thread_name", PID_PES, TID_PES + pe, name);
        snprintf(name, sizeof(name), "PE %u presents", pe);
        name_it(t, "thread_name", PID_GICR, TID_GICR + (uint64_t)pe * TID_PER_GICR, name);
    }
}

/* Bytes of named_private. */
static size_t private_bytes(const gictime_trace *t)
{
    return ((size_t)t->pe_count * PRIVATE_INTIDS + 7u) / 8u;
}

gictime_trace *gictime_trace_create(FILE *out, const gic_config *gic, uint64_t max_instances)
{
    gictime_trace *t = GICTIME_NEW(gictime_trace, 1);
    if (!t)
        return NULL;
    t->out = out;
    t->pe_count = gic->pe_count;
    t->max = max_instances ? max_instances : default_max;
    t->named_shared = GICTIME_NEW(uint8_t, NAMED_SHARED / 8);
    t->named_private = GICTIME_NEW(uint8_t, private_bytes(t));
    if (!t->named_shared || !t->named_private) {
        free(t->named_shared);
        free(t->named_private);
        free(t);
        return NULL;
    }
    gictime_json_open(&t->json, out, 2);
    gictime_json_object(&t->json, NULL);
    gictime_json_string(&t->json, "displayTimeUnit", "ns");
    gictime_json_array(&t->json, "traceEvents");
    name_tracks(t);
    return t;
}

void gictime_trace_names(gictime_trace *t, const gictime_names *names)
{
    t->names = names;
}

/* Track of the component that has the pending bit. */
static track own_track(const gictime_instance *i)
{
    track at = {PID_GICD, TID_GICD + (uint64_t)i->intid};
    if (gic_is_private(i->intid)) {
        at.pid = PID_GICR;
        at.tid = TID_GICR + (uint64_t)i->pe * TID_PER_GICR + 1u + i->intid;
    } else if (gic_classify(i->intid) == GIC_CLASS_LPI) {
        at.pid = PID_GICR;
        at.tid = TID_LPI + (uint64_t)i->intid;
    }
    return at;
}

static track its_track(const gictime_instance *i)
{
    track at = {PID_ITS, TID_ITS + (uint64_t)i->intid};
    return at;
}

static track pe_track(uint16_t pe)
{
    track at = {PID_PES, TID_PES + (uint64_t)pe};
    return at;
}

static track device_track(const gictime_instance *i)
{
    track at = {PID_DEVICES, TID_DEVICE + (uint64_t)i->intid};
    if (gic_is_private(i->intid))
        at.tid = TID_PRIVATE_DEVICE + (uint64_t)i->pe * TID_PER_GICR + i->intid;
    return at;
}

/* Names the tracks that are an interrupt's alone. */
static void name_interrupt(gictime_trace *t, const gictime_instance *i)
{
    const char *device = gictime_name_of(t->names, i->intid);
    const bool one_of_many = gic_is_private(i->intid);
    track own = own_track(i), its = its_track(i), from = device_track(i);
    char name[GICTIME_NAME_MAX + 40], pe[16] = "";
    if (one_of_many)
        snprintf(pe, sizeof(pe), "PE %u ", (unsigned)i->pe);
    snprintf(name, sizeof(name), "%s%s %u", pe, gictime_class_name(i->intid), (unsigned)i->intid);
    name_it(t, "thread_name", own.pid, own.tid, name);
    if (gic_classify(i->intid) == GIC_CLASS_LPI)
        name_it(t, "thread_name", its.pid, its.tid, name);
    snprintf(name, sizeof(name), "%s%s", pe, device);
    if (device[0])
        name_it(t, "thread_name", from.pid, from.tid, name);
}

/* The tracks are named when they are new. */
static void name_if_new(gictime_trace *t, const gictime_instance *i)
{
    bool first;
    if (!gic_is_private(i->intid))
        first = i->intid < NAMED_SHARED && first_time(t->named_shared, i->intid);
    else
        first = i->pe < t->pe_count &&
                first_time(t->named_private, (size_t)i->pe * PRIVATE_INTIDS + i->intid);
    if (first)
        name_interrupt(t, i);
}

/* The head of an event: phase, place, time. The object stays open. */
static void event_head(gictime_trace *t, const char *phase, const char *name, track at,
                       uint64_t time_ps)
{
    gictime_json_object(&t->json, NULL);
    gictime_json_string(&t->json, "ph", phase);
    gictime_json_string(&t->json, "name", name);
    gictime_json_string(&t->json, "cat", "irq");
    gictime_json_u64(&t->json, "pid", at.pid);
    gictime_json_u64(&t->json, "tid", at.tid);
    gictime_json_micro(&t->json, "ts", time_ps);
}

/* A slice from one time to another; nothing when either was not reached. */
static void slice(gictime_trace *t, const gictime_instance *i, const char *name, track at,
                  uint64_t from_ps, uint64_t to_ps)
{
    if (from_ps == GICTIME_NO_STAMP || to_ps == GICTIME_NO_STAMP || to_ps < from_ps)
        return;
    event_head(t, "X", name, at, from_ps);
    gictime_json_micro(&t->json, "dur", to_ps - from_ps);
    gictime_json_object(&t->json, "args");
    gictime_json_u64(&t->json, "seq", i->seq);
    gictime_json_u64(&t->json, "priority", i->priority);
    if (i->merged)
        gictime_json_u64(&t->json, "merged", i->merged);
    if (i->displaced)
        gictime_json_u64(&t->json, "displaced", i->displaced);
    gictime_json_string(&t->json, "outcome", gictime_outcome_name(i->outcome));
    gictime_json_end(&t->json);
    gictime_json_end(&t->json);
}

/* One point of the arrow: phase s, t or f. */
static void arrow(gictime_trace *t, const gictime_instance *i, const char *phase, track at,
                  uint64_t time_ps)
{
    if (time_ps == GICTIME_NO_STAMP)
        return;
    event_head(t, phase, "interrupt", at, time_ps);
    gictime_json_u64(&t->json, "id", i->seq);
    gictime_json_string(&t->json, "bp", "e");
    gictime_json_end(&t->json);
}

static uint64_t or_else(uint64_t a, uint64_t b)
{
    return a != GICTIME_NO_STAMP ? a : b;
}

/* Where it came from: the arrow begins there. @return whether it did. */
static bool origin(gictime_trace *t, const gictime_instance *i, const char *name, uint64_t taken)
{
    const uint64_t asserted = i->stamp[GICTIME_STAMP_ASSERTED];
    track at = device_track(i);
    char sends[48];
    if (asserted == GICTIME_NO_STAMP)
        return false;
    if (gic_classify(i->intid) == GIC_CLASS_SGI && i->sender != GIC_PE_NONE) {
        at = pe_track(i->sender);
        snprintf(sends, sizeof(sends), "sends %s", name);
        slice(t, i, sends, at, asserted, asserted);
    } else if (gictime_name_of(t->names, i->intid)[0]) {
        slice(t, i, name, at, asserted, taken);
    } else {
        return false;
    }
    arrow(t, i, "s", at, asserted);
    return true;
}

/* An LPI's way through the ITS. */
static void translation(gictime_trace *t, const gictime_instance *i, const char *phase)
{
    const uint64_t asserted = i->stamp[GICTIME_STAMP_ASSERTED];
    slice(t, i, "translation", its_track(i), asserted, i->stamp[GICTIME_STAMP_TRANSLATED]);
    arrow(t, i, phase, its_track(i), asserted);
}

/* On the tracks of the Redistributor and of the PE that took it. */
static void delivery(gictime_trace *t, const gictime_instance *i, const char *name, uint64_t taken)
{
    const uint64_t *s = i->stamp;
    const uint64_t ack = s[GICTIME_STAMP_ACKNOWLEDGED];
    const track presents = {PID_GICR, TID_GICR + (uint64_t)i->pe * TID_PER_GICR};
    slice(t, i, name, presents, s[GICTIME_STAMP_SET], taken);
    arrow(t, i, "t", presents, s[GICTIME_STAMP_SET]);
    slice(t, i, "exception", pe_track(i->pe), s[GICTIME_STAMP_EXCEPTION], ack);
    arrow(t, i, "t", pe_track(i->pe), s[GICTIME_STAMP_EXCEPTION]);
    slice(t, i, name, pe_track(i->pe), ack, or_else(s[GICTIME_STAMP_EOI], i->end_ps));
    arrow(t, i, "t", pe_track(i->pe), ack);
}

void gictime_trace_instance(gictime_trace *t, const gictime_instance *i)
{
    const uint64_t *s = i->stamp;
    const bool translated = s[GICTIME_STAMP_TRANSLATED] != GICTIME_NO_STAMP;
    uint64_t began = or_else(s[GICTIME_STAMP_ASSERTED], s[GICTIME_STAMP_PENDING]);
    uint64_t ack = s[GICTIME_STAMP_ACKNOWLEDGED], eoi = s[GICTIME_STAMP_EOI];
    uint64_t taken = or_else(ack, i->end_ps); /* The end of being pending. */
    track own = own_track(i);
    bool begun;
    char name[32];
    if (t->written == t->max) {
        t->left_out++;
        return;
    }
    t->written++;
    snprintf(name, sizeof(name), "%s %u", gictime_class_name(i->intid), (unsigned)i->intid);
    name_if_new(t, i);
    begun = origin(t, i, name, taken);
    if (translated) {
        translation(t, i, begun ? "t" : "s");
        began = or_else(s[GICTIME_STAMP_PENDING], began);
        begun = true;
    }
    slice(t, i, "pending", own, began, taken);
    slice(t, i, "active", own, ack, i->end_ps);
    slice(t, i, "EOI", own, eoi, i->end_ps);
    arrow(t, i, begun ? "t" : "s", own, began);
    if (i->pe == GIC_PE_NONE)
        return;
    delivery(t, i, name, taken);
    arrow(t, i, "f", own, eoi);
}

void gictime_trace_counts(gictime_trace *t, uint64_t time_ps, uint32_t pending, uint32_t active)
{
    const track counters = {PID_GICD, 0};
    if ((pending == t->pending && active == t->active) || t->written == t->max)
        return;
    t->pending = pending;
    t->active = active;
    event_head(t, "C", "interrupts", counters, time_ps);
    gictime_json_object(&t->json, "args");
    gictime_json_u64(&t->json, "pending", pending);
    gictime_json_u64(&t->json, "active", active);
    gictime_json_end(&t->json);
    gictime_json_end(&t->json);
}

void gictime_trace_mark(gictime_trace *t, uint16_t pe, uint64_t time_ps, const char *name)
{
    if (pe >= t->pe_count || t->written == t->max)
        return;
    event_head(t, "i", name, pe_track(pe), time_ps);
    gictime_json_string(&t->json, "s", "t");
    gictime_json_end(&t->json);
}

/* ------------------------------------------------------------------ checkpoint */

void gictime_trace_save(const gictime_trace *t, gictime_bytes *bytes)
{
    gictime_bytes_u64(bytes, t->written);
    gictime_bytes_u64(bytes, t->left_out);
    gictime_bytes_u32(bytes, t->pending);
    gictime_bytes_u32(bytes, t->active);
    gictime_bytes_put(bytes, t->named_shared, NAMED_SHARED / 8);
    gictime_bytes_put(bytes, t->named_private, private_bytes(t));
}

/* The tracks that have a name already have it in the file of the run that was saved only. */
static void name_again(gictime_trace *t)
{
    gictime_instance i;
    uint32_t n, count = t->pe_count * (uint32_t)PRIVATE_INTIDS;
    memset(&i, 0, sizeof(i));
    for (n = 0; n < NAMED_SHARED; n++) {
        i.intid = n;
        if (t->named_shared[n / 8u] >> n % 8u & 1u)
            name_interrupt(t, &i);
    }
    for (n = 0; n < count; n++) {
        i.pe = (uint16_t)(n / PRIVATE_INTIDS);
        i.intid = n % PRIVATE_INTIDS;
        if (t->named_private[n / 8u] >> n % 8u & 1u)
            name_interrupt(t, &i);
    }
}

void gictime_trace_load(gictime_trace *t, gictime_cursor *cursor)
{
    t->written = gictime_cursor_u64(cursor);
    t->left_out = gictime_cursor_u64(cursor);
    t->pending = gictime_cursor_u32(cursor);
    t->active = gictime_cursor_u32(cursor);
    gictime_cursor_get(cursor, t->named_shared, NAMED_SHARED / 8);
    gictime_cursor_get(cursor, t->named_private, private_bytes(t));
    name_again(t);
}

bool gictime_trace_finish(gictime_trace *t)
{
    bool ok;
    gictime_json_end(&t->json);
    gictime_json_object(&t->json, "otherData");
    gictime_json_u64(&t->json, "instances", t->written);
    gictime_json_u64(&t->json, "instances_left_out", t->left_out);
    gictime_json_end(&t->json);
    gictime_json_end(&t->json);
    ok = fflush(t->out) == 0 && !ferror(t->out);
    free(t->named_shared);
    free(t->named_private);
    free(t);
    return ok;
}
