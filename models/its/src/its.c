/* SPDX-License-Identifier: Apache-2.0 */
/* The ITS: memory, building, reset. */
#include "its_state.h"

/* --- memory ----------------------------------------------------------------------------------- */

/* Where the parts of the kernel's block are; offsets from its start. */
typedef struct its_layout {
    size_t arch;
    size_t peer;
    size_t held;
    size_t msi;
    size_t row;
    size_t entry[ITS_CACHE_COUNT];
    size_t set[ITS_CACHE_COUNT];
    size_t lfsr;
    size_t saved_end;
    size_t bucket[ITS_CACHE_COUNT];
    size_t chain[ITS_CACHE_COUNT];
    size_t target;
    size_t target_pe;
    size_t outbox;
    size_t total;
} its_layout;

static size_t its_carve(size_t *total, size_t count, size_t size)
{
    size_t at = *total;
    *total = gic_align_up(at + count * size, 64);
    return at;
}

static const gic_cache_config *its_geometry(const gic_config *config, unsigned cache)
{
    if (cache == ITS_CACHE_DEVICE)
        return &config->its.device_cache;
    return cache == ITS_CACHE_ITT ? &config->its.itt_cache : &config->its.collection_cache;
}

static its_layout its_lay_out(const gic_config *config)
{
    size_t total = 0;
    its_layout at;
    unsigned c;

    (void)its_carve(&total, 1, sizeof(its));
    at.arch = its_carve(&total, 1, sizeof(its_arch));
    at.peer = its_carve(&total, config->pe_count, sizeof(its_peer));
    at.held = its_carve(&total, config->its.hcc, sizeof(uint64_t));
    at.msi = its_carve(&total, config->its.queue, sizeof(its_msi));
    at.row = its_carve(&total, config->its.walks, sizeof(its_row));
    for (c = 0; c < ITS_CACHE_COUNT; c++) {
        const gic_cache_config *cache = its_geometry(config, c);
        at.entry[c] = its_carve(&total, cache->entries, sizeof(its_cache_entry));
        at.set[c] = its_carve(&total, its_cache_sets(cache), sizeof(its_cache_set));
    }
    at.lfsr = its_carve(&total, ITS_CACHE_COUNT, sizeof(uint16_t));
    at.saved_end = total;
    for (c = 0; c < ITS_CACHE_COUNT; c++) {
        const gic_cache_config *cache = its_geometry(config, c);
        at.bucket[c] = its_carve(&total, its_cache_buckets(cache), sizeof(uint16_t));
        at.chain[c] = its_carve(&total, cache->entries, sizeof(uint16_t));
    }
    at.target = its_carve(&total, config->pe_count, sizeof(uint64_t));
    at.target_pe = its_carve(&total, config->pe_count, sizeof(uint16_t));
    at.outbox = its_carve(&total, ITS_OUTBOX, sizeof(gic_out));
    at.total = total;
    return at;
}

static void its_point_cache(its *s, const its_layout *at, unsigned n)
{
    unsigned char *base = (unsigned char *)s;
    const gic_cache_config *geometry = its_geometry(&s->config, n);
    its_cache *c = &s->cache[n];

    c->entry = (its_cache_entry *)(void *)(base + at->entry[n]);
    c->set = (its_cache_set *)(void *)(base + at->set[n]);
    c->lfsr = (uint16_t *)(void *)(base + at->lfsr) + n;
    c->bucket = (uint16_t *)(void *)(base + at->bucket[n]);
    c->chain = (uint16_t *)(void *)(base + at->chain[n]);
    c->entries = geometry->entries;
    c->ways = geometry->ways;
    c->bucket_mask = (uint16_t)(its_cache_buckets(geometry) - 1u);
    c->set_bits = (uint8_t)gic_lowest_bit(its_cache_sets(geometry));
    c->replacement = geometry->replacement;
}

static void its_point(its *s, const its_layout *at)
{
    unsigned char *base = (unsigned char *)s;
    unsigned c;

    s->arch = (its_arch *)(void *)(base + at->arch);
    s->peer = (its_peer *)(void *)(base + at->peer);
    s->held = (uint64_t *)(void *)(base + at->held);
    s->msi = (its_msi *)(void *)(base + at->msi);
    s->row = (its_row *)(void *)(base + at->row);
    s->saved_bytes = at->saved_end - at->arch;
    for (c = 0; c < ITS_CACHE_COUNT; c++)
        its_point_cache(s, at, c);
    s->target = (uint64_t *)(void *)(base + at->target);
    s->target_pe = (uint16_t *)(void *)(base + at->target_pe);
    gic_outbox_init(&s->outbox, (gic_out *)(void *)(base + at->outbox), ITS_OUTBOX, GIC_PORT_ITS,
                    s->index);
}

size_t its_footprint(const gic_config *config)
{
    return its_lay_out(config).total;
}

/* --- building --------------------------------------------------------------------------------- */

static gic_config_error its_check(const void *memory, size_t length, const gic_config *config,
                                  uint8_t index)
{
    gic_config_error error = gic_config_check(config);
    if (error != GIC_CONFIG_OK)
        return error;
    if (index >= config->its_count)
        return GIC_CONFIG_ITS_COUNT;
    if (!memory || (uintptr_t)memory % 64 != 0 || length < its_footprint(config))
        return GIC_CONFIG_MEMORY;
    return GIC_CONFIG_OK;
}

static void its_copy_config(its *s, const gic_config *config, uint8_t index)
{
    s->config = *config;
    s->config.affinity = NULL;
    s->index = index;
    s->queue = config->its.queue;
    s->rows = ~UINT64_C(0) >> (64u - config->its.walks);
    s->intid_end = UINT32_C(1) << config->lpi_bits;
    s->typer = its_make_typer(config);
}

its *its_init(void *memory, size_t length, const gic_config *config, uint8_t index,
              gic_config_error *error)
{
    gic_config_error reason = its_check(memory, length, config, index);
    its *s = (its *)memory;
    its_layout at;
    unsigned rows;

    if (error)
        *error = reason;
    if (reason != GIC_CONFIG_OK)
        return NULL;
    at = its_lay_out(config);
    memset(memory, 0, at.total);
    its_copy_config(s, config, index);
    its_point(s, &at);
    s->frame.row = its_rows(&rows);
    s->frame.row_count = (uint16_t)rows;
    s->frame.size = ITS_FRAME_SIZE;
    s->frame.index = s->frame_index;
    gic_frame_index(s->frame_index, s->frame.row, rows, ITS_FRAME_SIZE);
    its_reset(s);
    return s;
}

/* Sorted, so that a command finds an address by halving. */
void its_set_targets(its *s, const uint64_t *base, unsigned count)
{
    unsigned n;
    s->targets = (uint16_t)gic_min_u32(count, s->config.pe_count);
    for (n = 0; n < s->targets; n++) {
        unsigned i = n;
        while (i > 0 && s->target[i - 1u] > base[n]) {
            s->target[i] = s->target[i - 1u];
            s->target_pe[i] = s->target_pe[i - 1u];
            i--;
        }
        s->target[i] = base[n];
        s->target_pe[i] = (uint16_t)n;
    }
}

/* --- reset ------------------------------------------------------------------------------------ */

static void its_shape_cache(uint16_t *number, const gic_cache_config *cache)
{
    number[0] = cache->entries;
    number[1] = cache->ways;
    number[2] = cache->replacement;
}

static its_shape its_make_shape(const its *s)
{
    const gic_its_config *c = &s->config.its;
    its_shape shape = {{0}};
    uint16_t *n = shape.number;
    n[0] = c->device_bits;
    n[1] = c->event_bits;
    n[2] = c->collection_bits;
    n[3] = c->hcc;
    n[4] = c->page_sizes;
    n[5] = (uint16_t)(c->indirect | c->pta << 1 | c->umsi << 2 | c->seis << 3 | c->stall << 4);
    n[6] = c->walks;
    n[7] = c->queue;
    its_shape_cache(&n[8], &c->device_cache);
    its_shape_cache(&n[11], &c->itt_cache);
    its_shape_cache(&n[14], &c->collection_cache);
    n[17] = s->config.pe_count;
    n[18] = s->config.lpi_bits;
    n[19] = s->index;
    return shape;
}

/* Requests and messages of before are answered later: their generation and epoch are past. */
static void its_reset_rows(its *s)
{
    unsigned i;
    for (i = 0; i < s->config.its.walks; i++) {
        uint16_t gen = (uint16_t)(s->row[i].gen + 1u);
        memset(&s->row[i], 0, sizeof(its_row));
        s->row[i].gen = gen;
    }
}

void its_reset(its *s)
{
    its_arch *a = s->arch;
    uint16_t epoch = (uint16_t)(a->epoch + (GIC_FAULT("N-03b") ? 0u : 1u));
    uint16_t fetch_gen = (uint16_t)(a->fetch_gen + 1u);
    bool line = a->line;
    unsigned c;

    gic_outbox_clear(&s->outbox);
    s->outbox.more = false;
    memset(a, 0, sizeof(*a));
    a->shape = its_make_shape(s);
    a->epoch = epoch;
    a->fetch_gen = fetch_gen;
    a->command_row = ITS_NO_ROW;
    a->line = line;
    memset(s->peer, 0, s->config.pe_count * sizeof(its_peer));
    memset(s->held, 0, s->config.its.hcc * sizeof(uint64_t));
    memset(s->msi, 0, s->queue * sizeof(its_msi));
    its_reset_rows(s);
    its_derive_tables(s);
    for (c = 0; c < ITS_CACHE_COUNT; c++)
        its_cache_clear(&s->cache[c]);
    its_update_line(s);
}

gic_outbox *its_outbox(its *s)
{
    return &s->outbox;
}

const gic_frame *its_frame(const its *s)
{
    return &s->frame;
}

const its_stats *its_get_stats(const its *s)
{
    return &s->arch->stats;
}
