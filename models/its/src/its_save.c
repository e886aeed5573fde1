/* SPDX-License-Identifier: Apache-2.0 */
/* Saving and loading an ITS: one block, every index in it checked before it is taken. */
#include "gic/save.h"
#include "its_state.h"

enum { ITS_SAVE_MAGIC = 0x53544947, ITS_SAVE_VERSION = 1 }; /* "GITS" */

size_t its_save_size(const its *s)
{
    return sizeof(gic_save_header) + s->saved_bytes;
}

size_t its_save(const its *s, void *out)
{
    return gic_save_block(out, ITS_SAVE_MAGIC, ITS_SAVE_VERSION, s->arch, s->saved_bytes);
}

/* Where in the payload the part at @p part of the kernel's block is. */
static const unsigned char *its_saved(const its *s, const unsigned char *payload, const void *part)
{
    return payload + ((const unsigned char *)part - (const unsigned char *)s->arch);
}

/* A bool that is neither 0 nor 1 must not even be copied as one. */
static bool its_bools_sane(const unsigned char *byte, size_t first, size_t last)
{
    size_t i;
    for (i = first; i <= last; i++)
        if (byte[i] > 1)
            return false;
    return true;
}

/* --- rows ------------------------------------------------------------------------------------- */

static bool its_row_position_sane(const its_row *row, bool command)
{
    const its_command *plan = its_plan(row->plan);
    if ((row->plan != ITS_PLAN_MSI) != command || !plan)
        return false;
    return row->pc < ITS_PLAN_STEPS && plan->step[row->pc] != NULL;
}

/* Only memory brings what a step in its middle needs. */
static bool its_row_wait_sane(const its_row *row, bool runnable)
{
    bool middle = row->sub != ITS_FRESH && row->sub != ITS_SYNCING;
    if (row->sub > ITS_SYNCING || row->wait > ITS_WAIT_HAZARD)
        return false;
    if (middle != (row->wait == ITS_WAIT_MEMORY))
        return false;
    return runnable ? !middle : row->wait != ITS_WAIT_NOTHING;
}

static bool its_rows_sane(const its *s, const its_arch *a, const unsigned char *payload)
{
    const unsigned char *at = its_saved(s, payload, s->row);
    unsigned i;
    for (i = 0; i < s->config.its.walks; i++, at += sizeof(its_row)) {
        its_row row;
        if (!(a->busy >> i & 1u))
            continue;
        if (!its_bools_sane(at, offsetof(its_row, valid), offsetof(its_row, mapped)))
            return false;
        memcpy(&row, at, sizeof(row));
        if (!its_row_position_sane(&row, i == a->command_row) ||
            !its_row_wait_sane(&row, (a->runnable >> i & 1u) != 0) ||
            row.pe >= s->config.pe_count || row.target >= s->config.pe_count ||
            row.wait_pe >= s->config.pe_count)
            return false;
    }
    return true;
}

/* --- the rest --------------------------------------------------------------------------------- */

static bool its_queues_sane(const its *s, const its_arch *a)
{
    uint32_t bytes = ((uint32_t)GIC_GET(GITS_CBASER, Size, a->cbaser) + 1u) * 4096u;
    bool command = a->command_row != ITS_NO_ROW;
    if (a->queue_first >= s->queue || a->queue_count > s->queue)
        return false;
    if (a->creadr >= bytes || a->creadr % ITS_COMMAND_SIZE != 0 ||
        (a->cwriter & ~GIC_FIELD_MASK(GITS_CWRITER, Offset)) != 0)
        return false;
    return a->buffered + a->buffer_first <= 2 && a->buffered <= 2 &&
           a->hazard <= ITS_HAZARD_COLLECTION && (command || a->hazard == ITS_HAZARD_NONE);
}

static bool its_arch_sane(const its *s, const its_arch *a)
{
    if (memcmp(&a->shape, &s->arch->shape, sizeof(a->shape)) != 0)
        return false;
    if ((a->busy & ~s->rows) != 0 || (a->runnable & ~a->busy) != 0)
        return false;
    if (a->command_row != ITS_NO_ROW &&
        (a->command_row >= s->config.its.walks || !(a->busy >> a->command_row & 1u)))
        return false;
    return its_queues_sane(s, a);
}

static bool its_peers_sane(const its *s, const its_arch *a, const unsigned char *payload)
{
    const unsigned char *at = its_saved(s, payload, s->peer);
    uint32_t open = 0;
    uint32_t unanswered = 0;
    unsigned i;
    for (i = 0; i < s->config.pe_count; i++, at += sizeof(its_peer)) {
        its_peer peer;
        memcpy(&peer, at, sizeof(peer));
        if (peer.unanswered > GIC_CREDIT_LPI || peer.phase > 1)
            return false;
        unanswered += peer.unanswered;
        open += (uint32_t)peer.open[0] + peer.open[1] - peer.incoming;
    }
    return a->open == unanswered && open == unanswered;
}

static bool its_cte_sane(const its *s, uint64_t cte)
{
    return GIC_GET(ITS_CTE, Processor_Number, cte) < s->config.pe_count;
}

static bool its_held_sane(const its *s, const unsigned char *payload)
{
    const unsigned char *at = its_saved(s, payload, s->held);
    unsigned i;
    for (i = 0; i < s->config.its.hcc; i++, at += sizeof(uint64_t)) {
        uint64_t cte;
        memcpy(&cte, at, sizeof(cte));
        if (!its_cte_sane(s, cte))
            return false;
    }
    return true;
}

static bool its_caches_sane(const its *s, const unsigned char *payload)
{
    unsigned c;
    unsigned i;
    const unsigned char *at = its_saved(s, payload, s->cache[ITS_CACHE_COLLECTION].entry);
    for (c = 0; c < ITS_CACHE_COUNT; c++)
        if (!its_cache_sane(&s->cache[c], its_saved(s, payload, s->cache[c].entry),
                            its_saved(s, payload, s->cache[c].set)))
            return false;
    for (i = 0; i < s->cache[ITS_CACHE_COLLECTION].entries; i++, at += sizeof(its_cache_entry)) {
        its_cache_entry e;
        memcpy(&e, at, sizeof(e));
        if (e.valid && !its_cte_sane(s, e.value))
            return false;
    }
    return true;
}

bool its_load(its *s, const void *in, size_t length)
{
    const unsigned char *payload = (const unsigned char *)in + sizeof(gic_save_header);
    its_arch a;
    unsigned c;
    if (length < its_save_size(s) ||
        !its_bools_sane(payload, offsetof(its_arch, fetching), offsetof(its_arch, msi_turn)))
        return false;
    memcpy(&a, payload, sizeof(a));
    if (!its_arch_sane(s, &a) || !its_peers_sane(s, &a, payload) || !its_held_sane(s, payload) ||
        !its_rows_sane(s, &a, payload) || !its_caches_sane(s, payload))
        return false;
    if (!gic_load_block(in, length, ITS_SAVE_MAGIC, ITS_SAVE_VERSION, s->arch, s->saved_bytes))
        return false;
    for (c = 0; c < ITS_CACHE_COUNT; c++)
        its_cache_rebuild(&s->cache[c]);
    its_derive_tables(s);
    gic_outbox_clear(&s->outbox);
    if (GIC_FAULT("N-02"))
        s->arch->stalled = false;
    s->outbox.more = its_has_work(s);
    return true;
}
