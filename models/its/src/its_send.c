/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to the Redistributors, their tags and credits, SYNC, and the quick way of an MSI whose
 * mappings are all cached.
 *
 * A tag (gic_lpi.tag): bit 0 the phase at the receiver, bit 1 that at the target of a move, bit 2
 * that it is a move, the others the epoch of the last reset.
 */
#include "its_state.h"

enum { ITS_TAG_TARGET_PHASE = 1, ITS_TAG_MOVE = 2, ITS_TAG_EPOCH = 3 };

/* --- who is meant ----------------------------------------------------------------------------- */

static bool its_find_address(const its *s, uint64_t address, uint16_t *pe)
{
    unsigned low = 0;
    unsigned high = s->targets;
    while (low < high) {
        unsigned middle = (low + high) / 2u;
        if (s->target[middle] < address)
            low = middle + 1u;
        else
            high = middle;
    }
    if (low == s->targets || s->target[low] != address)
        return false;
    *pe = s->target_pe[low];
    return true;
}

/* @p rdbase is the field: a processor number, or bits [51:16] of an address (T-26). */
bool its_find_target(const its *s, uint64_t rdbase, uint16_t *pe)
{
    if (s->config.its.pta && !GIC_FAULT("T-26"))
        return its_find_address(s, rdbase << 16, pe);
    if (rdbase >= s->config.pe_count)
        return false;
    *pe = (uint16_t)rdbase;
    return true;
}

/* --- tags ------------------------------------------------------------------------------------- */

static uint16_t its_open_tag(its *s, uint16_t pe)
{
    its_peer *peer = &s->peer[pe];
    peer->unanswered++;
    peer->open[peer->phase]++;
    s->arch->open++;
    return (uint16_t)(peer->phase | (unsigned)s->arch->epoch << ITS_TAG_EPOCH);
}

static uint16_t its_open_move(its *s, uint16_t pe, uint16_t target)
{
    its_peer *peer = &s->peer[target];
    peer->open[peer->phase]++;
    peer->incoming++;
    return (uint16_t)(its_open_tag(s, pe) | (unsigned)peer->phase << ITS_TAG_TARGET_PHASE |
                      1u << ITS_TAG_MOVE);
}

static void its_wake(its *s, uint16_t pe)
{
    uint64_t waiting = s->arch->busy & ~s->arch->runnable;
    while (waiting) {
        unsigned i = gic_lowest_bit64(waiting);
        waiting &= waiting - 1u;
        if (s->row[i].wait == ITS_WAIT_MESSAGE && s->row[i].wait_pe == pe)
            s->arch->runnable |= UINT64_C(1) << i;
    }
}

static void its_close_move(its *s, const gic_lpi *lpi)
{
    its_peer *peer;
    unsigned phase = lpi->tag >> ITS_TAG_TARGET_PHASE & 1u;
    if (!(lpi->tag >> ITS_TAG_MOVE & 1u) || lpi->target >= s->config.pe_count)
        return;
    peer = &s->peer[lpi->target];
    if (peer->incoming == 0 || peer->open[phase] == 0)
        return;
    peer->incoming--;
    peer->open[phase]--;
    its_wake(s, lpi->target);
}

void its_receive(its *s, uint16_t from, const gic_msg *msg)
{
    gic_lpi lpi = gic_lpi_unpack(msg->arg);
    unsigned phase = lpi.tag & 1u;
    its_peer *peer;
    if (msg->kind != GIC_MSG_LPI_DONE || from >= s->config.pe_count ||
        lpi.tag >> ITS_TAG_EPOCH != (uint16_t)(s->arch->epoch << ITS_TAG_EPOCH) >> ITS_TAG_EPOCH)
        return;
    peer = &s->peer[from];
    if (peer->unanswered == 0 || peer->open[phase] == 0)
        return;
    peer->unanswered--;
    peer->open[phase]--;
    s->arch->open--;
    its_close_move(s, &lpi);
    if (s->arch->busy) {
        its_wake(s, from);
        its_run(s);
    }
}

/* --- sending ---------------------------------------------------------------------------------- */

static its_result its_wait_for(its_row *row, uint16_t pe)
{
    row->wait = ITS_WAIT_MESSAGE;
    row->wait_pe = pe;
    return ITS_WAIT;
}

static void its_emit(its *s, gic_msg_kind kind, uint16_t pe, uint32_t intid, gic_lpi lpi,
                     unsigned lookups)
{
    gic_msg *msg = gic_send_kind(&s->outbox, GIC_PORT_GICR, pe, kind, intid);
    lpi.its = GIC_FAULT("T-20") ? 0 : s->index;
    msg->group = (uint8_t)lookups;
    msg->arg = gic_lpi_pack(lpi);
}

static its_result its_send(its *s, its_row *row, gic_msg_kind kind, uint32_t intid)
{
    gic_lpi lpi = {0};
    if (s->peer[row->pe].unanswered == GIC_CREDIT_LPI)
        return its_wait_for(row, row->pe);
    lpi.tag = its_open_tag(s, row->pe);
    its_emit(s, kind, row->pe, intid, lpi, row->lookups);
    return ITS_NEXT;
}

static void its_translated(its *s, uint16_t pe, uint32_t intid, uint32_t device, uint32_t event)
{
    gic_report(&s->outbox, GIC_EV_TRANSLATED, pe, intid, (uint64_t)device << 32 | event);
    s->arch->stats.translated++;
}

its_result its_step_set(its *s, its_row *row, const uint64_t *data)
{
    (void)data;
    if (s->peer[row->pe].unanswered == GIC_CREDIT_LPI)
        return its_wait_for(row, row->pe);
    its_translated(s, row->pe, row->intid, row->device, row->event);
    return its_send(s, row, GIC_MSG_LPI_SET, row->intid);
}

/* A moved LPI that is on its way there is to be cleared as well. */
its_result its_step_clear(its *s, its_row *row, const uint64_t *data)
{
    (void)data;
    if (!row->mapped)
        return ITS_NEXT;
    if (s->peer[row->pe].incoming)
        return its_wait_for(row, row->pe);
    return its_send(s, row, GIC_MSG_LPI_CLEAR, row->intid);
}

its_result its_step_inv(its *s, its_row *row, const uint64_t *data)
{
    (void)data;
    return its_send(s, row, GIC_MSG_LPI_INV, row->intid);
}

its_result its_step_invall(its *s, its_row *row, const uint64_t *data)
{
    (void)data;
    return its_send(s, row, GIC_MSG_LPI_INVALL, 0);
}

static its_result its_send_move(its *s, its_row *row, gic_msg_kind kind, uint32_t intid)
{
    gic_lpi lpi = {0};
    const its_peer *peer = &s->peer[row->pe];
    if (row->pe == row->target || GIC_FAULT("T-12"))
        return ITS_NEXT;
    if (peer->unanswered == GIC_CREDIT_LPI || peer->incoming)
        return its_wait_for(row, row->pe);
    lpi.tag = its_open_move(s, row->pe, row->target);
    lpi.target = row->target;
    its_emit(s, kind, row->pe, intid, lpi, row->lookups);
    return ITS_NEXT;
}

its_result its_step_move(its *s, its_row *row, const uint64_t *data)
{
    (void)data;
    return its_send_move(s, row, GIC_MSG_LPI_MOVE, row->intid);
}

its_result its_step_moveall(its *s, its_row *row, const uint64_t *data)
{
    (void)data;
    return its_send_move(s, row, GIC_MSG_LPI_MOVEALL, 0);
}

/* The phase that ends here is waited for; what is sent from now on is of the next one. */
its_result its_step_sync(its *s, its_row *row, const uint64_t *data)
{
    its_peer *peer = &s->peer[row->pe];
    (void)data;
    if (row->sub == ITS_FRESH) {
        peer->phase ^= 1u;
        row->sub = ITS_SYNCING;
    }
    if (peer->open[peer->phase ^ 1u] && !GIC_FAULT("T-15"))
        return its_wait_for(row, row->pe);
    return ITS_NEXT;
}

/* --- the quick way ---------------------------------------------------------------------------- */

/* The collection of a cached event: its entry, and the cache entry that is used by that. */
static bool its_cached_collection(its *s, uint32_t icid, uint64_t *cte, its_cache_entry **used)
{
    *used = NULL;
    if (icid < s->config.its.hcc) {
        *cte = s->held[icid];
        return GIC_GET(ITS_CTE, Valid, *cte) != 0;
    }
    *used = its_cache_find(&s->cache[ITS_CACHE_COLLECTION], icid);
    if (!*used)
        return false;
    *cte = (*used)->value;
    return true;
}

static void its_use_cached(its *s, unsigned cache, its_cache_entry *entry)
{
    its_cache_touch(&s->cache[cache], entry);
    s->arch->stats.hits[cache]++;
}

bool its_translate_cached(its *s, uint32_t device, uint32_t event)
{
    its_cache_entry *dte = its_cache_find(&s->cache[ITS_CACHE_DEVICE], device);
    its_cache_entry *ite = its_cache_find(&s->cache[ITS_CACHE_ITT], (uint64_t)device << 32 | event);
    its_cache_entry *used;
    uint64_t cte;
    uint32_t intid;
    uint16_t pe;
    gic_lpi lpi = {0};

    if (!dte || !ite || s->arch->hazard != ITS_HAZARD_NONE || GIC_FAULT("T-22") ||
        !its_cached_collection(s, (uint32_t)GIC_GET(ITS_ITE, ICID, ite->value), &cte, &used))
        return false;
    pe = (uint16_t)GIC_GET(ITS_CTE, Processor_Number, cte);
    if (s->peer[pe].unanswered == GIC_CREDIT_LPI)
        return false;
    its_use_cached(s, ITS_CACHE_DEVICE, dte);
    its_use_cached(s, ITS_CACHE_ITT, ite);
    if (used)
        its_use_cached(s, ITS_CACHE_COLLECTION, used);
    intid = (uint32_t)GIC_GET(ITS_ITE, INTID, ite->value);
    its_translated(s, pe, intid, device, event);
    lpi.tag = its_open_tag(s, pe);
    its_emit(s, GIC_MSG_LPI_SET, pe, intid, lpi, ITS_CACHE_COUNT);
    return true;
}
