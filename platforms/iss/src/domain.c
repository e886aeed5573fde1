/* SPDX-License-Identifier: Apache-2.0 */
/* Coherence domain of the PEs: exclusive monitors, record of cached code, broadcasts. */
#include "iss/domain.h"

#include <stdlib.h>
#include <string.h>

#define HASH_SIZE 1024u
#define LINE      64u /* bytes per bit of a page's code mask */

/** Pages watched for monitors before those without one are let go. */
#define MONITOR_PAGES 64u

/** A page whose stores must be seen. */
typedef struct watched {
    struct watched *next;
    uint64_t pa;
    uint64_t code; /**< Bit per line that code may have been derived from. */
    bool monitor;  /**< A monitor was armed in it. */
} watched;

typedef struct member {
    const iss_ops *ops;
    iss *instance;
} member;

/** A PE's monitor; a granule never crosses two of them. */
typedef struct monitor {
    uint64_t granule; /**< First byte. */
    uint8_t armed, secure;
    uint8_t unused[6];
} monitor;

struct iss_domain {
    uint32_t max_pes;
    uint32_t armed; /**< Monitors armed. */
    uint32_t monitor_pages;
    member *members;
    monitor *monitors;
    watched *hash[HASH_SIZE];
    iss_domain_broken *broken; /**< NULL: nobody is told. */
    void *ctx;
};

/* ------------------------------------------------------------------ creation */

iss_domain *iss_domain_create(uint32_t max_pes)
{
    iss_domain *d = (iss_domain *)calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->max_pes = max_pes;
    d->members = (member *)calloc(max_pes, sizeof *d->members);
    d->monitors = (monitor *)calloc(max_pes, sizeof *d->monitors);
    if (d->members && d->monitors)
        return d;
    iss_domain_destroy(d);
    return NULL;
}

void iss_domain_destroy(iss_domain *d)
{
    if (!d)
        return;
    for (unsigned i = 0; i < HASH_SIZE; i++)
        while (d->hash[i]) {
            watched *w = d->hash[i];
            d->hash[i] = w->next;
            free(w);
        }
    free(d->members);
    free(d->monitors);
    free(d);
}

void iss_domain_on_broken(iss_domain *d, iss_domain_broken *function, void *ctx)
{
    d->broken = function;
    d->ctx = ctx;
}

void iss_domain_attach(iss_domain *d, uint32_t pe, const iss_ops *ops, iss *instance)
{
    if (pe < d->max_pes)
        d->members[pe] = (member){ops, instance};
}

/* ------------------------------------------------------------------ watched pages */

static uint64_t page_of(uint64_t pa)
{
    return pa & ~(uint64_t)(ISS_DOMAIN_PAGE - 1u);
}

static watched **bucket(iss_domain *d, uint64_t pa)
{
    return &d->hash[(pa / ISS_DOMAIN_PAGE) % HASH_SIZE];
}

static watched *find(iss_domain *d, uint64_t pa)
{
    uint64_t page = page_of(pa);
    for (watched *w = *bucket(d, page); w; w = w->next)
        if (w->pa == page)
            return w;
    return NULL;
}

/** The record of a page; a new one takes back everybody's right to write there unseen. */
static watched *watch(iss_domain *d, uint64_t pa)
{
    uint64_t page = page_of(pa);
    watched *w = find(d, page);
    if (w)
        return w;
    w = (watched *)calloc(1, sizeof *w);
    if (!w)
        abort(); /* going on would lose stores */
    w->next = *bucket(d, page);
    w->pa = page;
    *bucket(d, page) = w;
    for (uint32_t i = 0; i < d->max_pes; i++)
        if (d->members[i].ops)
            d->members[i].ops->invalidate_direct(d->members[i].instance, page, ISS_DOMAIN_PAGE,
                                                 ISS_RIGHT_WRITE);
    return w;
}

void iss_domain_filter(iss_domain *d, uint32_t pe, uint64_t pa, bool secure, iss_direct *out)
{
    const watched *w = find(d, pa);
    uint64_t page = page_of(pa);
    (void)pe, (void)secure;
    /* Rights are by page: a wider grant would hide the pages that are watched or will be. */
    if (out->pa < page) {
        out->host += page - out->pa;
        out->length -= page - out->pa;
        out->pa = page;
    }
    if (out->length > ISS_DOMAIN_PAGE)
        out->length = ISS_DOMAIN_PAGE;
    if (w && (out->rights & ISS_RIGHT_WRITE))
        out->rights = (out->rights & ~(uint32_t)ISS_RIGHT_WRITE) | ISS_RIGHT_WRITE_NOTIFY;
}

/* ------------------------------------------------------------------ monitors */

static void disarm(iss_domain *d, monitor *m)
{
    d->armed -= m->armed;
    m->armed = 0;
}

static uint64_t granule_of(uint64_t pa)
{
    return pa & ~(uint64_t)(ISS_DOMAIN_GRANULE - 1u);
}

/** Lets go of the pages in which no monitor is armed any more and no code is. */
static void trim_monitor_pages(iss_domain *d)
{
    d->monitor_pages = 0;
    for (unsigned i = 0; i < HASH_SIZE; i++)
        for (watched **p = &d->hash[i]; *p;) {
            watched *w = *p;
            bool armed = false;
            for (uint32_t pe = 0; pe < d->max_pes && w->monitor; pe++)
                armed =
                    armed || (d->monitors[pe].armed && page_of(d->monitors[pe].granule) == w->pa);
            w->monitor = armed;
            d->monitor_pages += armed;
            if (armed || w->code) {
                p = &w->next;
            } else {
                *p = w->next;
                free(w);
            }
        }
}

void iss_domain_arm(iss_domain *d, uint32_t pe, uint64_t pa, uint32_t size, bool secure)
{
    monitor *m = &d->monitors[pe];
    watched *w;
    (void)size;
    disarm(d, m);
    *m = (monitor){.granule = granule_of(pa), .armed = 1, .secure = secure};
    d->armed++;
    if (d->max_pes < 2u)
        return;
    if (d->monitor_pages >= MONITOR_PAGES)
        trim_monitor_pages(d);
    w = watch(d, pa);
    d->monitor_pages += !w->monitor;
    w->monitor = true;
}

bool iss_domain_claim(iss_domain *d, uint32_t pe, uint64_t pa, uint32_t size, bool secure)
{
    monitor *m = &d->monitors[pe];
    bool covered = m->armed && m->secure == secure && m->granule == granule_of(pa);
    (void)size;
    disarm(d, m);
    return covered;
}

void iss_domain_clear(iss_domain *d, uint32_t pe)
{
    disarm(d, &d->monitors[pe]);
}

bool iss_domain_armed(const iss_domain *d, uint32_t pe)
{
    return d->monitors[pe].armed;
}

/** Breaks the monitors of others on what was stored to; each break is an event for its PE. */
static void break_monitors(iss_domain *d, uint32_t writer, uint64_t pa, uint64_t size)
{
    for (uint32_t pe = 0; pe < d->max_pes; pe++) {
        monitor *m = &d->monitors[pe];
        if (pe == writer || !m->armed || m->granule + ISS_DOMAIN_GRANULE <= pa ||
            m->granule >= pa + size)
            continue;
        disarm(d, m);
        if (d->members[pe].ops)
            d->members[pe].ops->set_event(d->members[pe].instance);
        if (d->broken)
            d->broken(d->ctx, pe, writer);
    }
}

/* ------------------------------------------------------------------ stores and code */

/** Bits of the lines of @p page that [pa, pa + size) touches. */
static uint64_t line_mask(uint64_t page, uint64_t pa, uint64_t size)
{
    uint64_t first = pa > page ? (pa - page) / LINE : 0;
    uint64_t end = pa + size < page + ISS_DOMAIN_PAGE ? pa + size - page : ISS_DOMAIN_PAGE;
    uint64_t last = (end - 1u) / LINE;
    return (UINT64_MAX >> (63u - (last - first))) << first;
}

static void invalidate_code(iss_domain *d, uint64_t pa, uint64_t size)
{
    for (uint32_t i = 0; i < d->max_pes; i++)
        if (d->members[i].ops)
            d->members[i].ops->invalidate(d->members[i].instance, pa, size);
}

void iss_domain_stored(iss_domain *d, uint32_t writer, uint64_t pa, uint64_t size, bool secure)
{
    bool code = false;
    (void)secure; /* both address spaces may show the same memory */
    if (size == 0)
        return;
    if (d->armed)
        break_monitors(d, writer, pa, size);
    for (uint64_t page = page_of(pa); page < pa + size; page += ISS_DOMAIN_PAGE) {
        const watched *w = find(d, page);
        code = code || (w && (w->code & line_mask(page, pa, size)));
    }
    if (code)
        invalidate_code(d, pa, size);
}

void iss_domain_code(iss_domain *d, uint64_t pa, uint64_t length, bool secure)
{
    (void)secure;
    for (uint64_t page = page_of(pa); page < pa + length; page += ISS_DOMAIN_PAGE)
        watch(d, page)->code |= line_mask(page, pa, length);
}

void iss_domain_broadcast(iss_domain *d, uint32_t from, const iss_dvm *op)
{
    for (uint32_t i = 0; i < d->max_pes; i++)
        if (i != from && d->members[i].ops)
            d->members[i].ops->dvm(d->members[i].instance, op);
}

/* ------------------------------------------------------------------ checkpoint */

size_t iss_domain_save_size(const iss_domain *d)
{
    return d->max_pes * sizeof(monitor);
}

void iss_domain_save(const iss_domain *d, void *image)
{
    memcpy(image, d->monitors, iss_domain_save_size(d));
}

bool iss_domain_load(iss_domain *d, const void *image, size_t size)
{
    if (size != iss_domain_save_size(d))
        return false;
    memcpy(d->monitors, image, size);
    for (uint32_t pe = 0; pe < d->max_pes; pe++)
        d->monitors[pe].armed = d->monitors[pe].armed != 0;
    d->armed = 0;
    for (uint32_t pe = 0; pe < d->max_pes; pe++) {
        const monitor *m = &d->monitors[pe];
        d->armed += m->armed;
        if (m->armed && d->max_pes > 1u)
            watch(d, m->granule)->monitor = true;
    }
    return true;
}
