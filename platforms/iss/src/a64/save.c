/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints of a PE: architectural state, the place of its next reset, and the TLB. A guest can
 * tell a stale translation from a fresh one until it invalidates it, so the TLB is state; the
 * look-aside buffers and decoded code are derived from it and from memory.
 */
#include <string.h>

#include "port.h"
#include "sys.h"

/** What precedes the state in a checkpoint. */
typedef struct save_header {
    uint32_t version;
    uint32_t size; /**< Of what follows. */
    uint64_t midr;
    uint64_t period_ps;
    uint64_t checksum;
} save_header;

#define SAVE_VERSION UINT32_C(0x61363406)

/** A TLB entry and where it is. */
typedef struct saved_entry {
    uint64_t va, pa, page, ipa;
    uint32_t key;
    uint16_t set, asid;
    uint8_t way, shift, span, level, regime, ap, attr, sh;
    uint8_t ap2, level2;
    uint8_t global, uxn, pxn, secure, xn2, device2;
} saved_entry;

/** What has a fixed length; the valid entries of the TLB follow. */
typedef struct saved_pe {
    a64_arch arch;
    iss_start start;
    uint8_t victim[A64_TLB_SETS];
    uint32_t entries;
    uint32_t reserved;
} saved_pe;

static uint64_t checksum(const uint8_t *p, size_t size)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    return h;
}

static uint32_t count_entries(const a64_tlb *tlb)
{
    uint32_t count = 0;
    for (unsigned set = 0; set < A64_TLB_SETS; set++)
        for (unsigned way = 0; way < A64_TLB_WAYS; way++)
            count += tlb->entry[set][way].valid;
    return count;
}

/* ------------------------------------------------------------------ save */

static void save_entry(const a64_tlbe *e, unsigned set, unsigned way, uint8_t *out)
{
    saved_entry s = {.va = e->va,
                     .pa = e->pa,
                     .page = e->page,
                     .ipa = e->ipa,
                     .key = e->key,
                     .set = (uint16_t)set,
                     .asid = e->asid,
                     .way = (uint8_t)way,
                     .shift = e->shift,
                     .span = e->span,
                     .level = e->level,
                     .regime = e->regime,
                     .ap = e->ap,
                     .attr = e->attr,
                     .sh = e->sh,
                     .ap2 = e->ap2,
                     .level2 = e->level2,
                     .global = e->global,
                     .uxn = e->uxn,
                     .pxn = e->pxn,
                     .secure = e->secure,
                     .xn2 = e->xn2,
                     .device2 = e->device2};
    memcpy(out, &s, sizeof s);
}

size_t a64_save_size(const iss *c)
{
    return sizeof(save_header) + sizeof(saved_pe) + count_entries(c->tlb) * sizeof(saved_entry);
}

void a64_save(const iss *c, void *image)
{
    uint8_t *body = (uint8_t *)image + sizeof(save_header);
    uint8_t *to = body + sizeof(saved_pe);
    saved_pe s;
    memset(&s, 0, sizeof s);
    s.arch = c->a;
    s.start = c->start;
    s.entries = count_entries(c->tlb);
    memcpy(s.victim, c->tlb->victim, sizeof s.victim);
    memcpy(body, &s, sizeof s);
    for (unsigned set = 0; set < A64_TLB_SETS; set++)
        for (unsigned way = 0; way < A64_TLB_WAYS; way++)
            if (c->tlb->entry[set][way].valid) {
                save_entry(&c->tlb->entry[set][way], set, way, to);
                to += sizeof(saved_entry);
            }
    save_header h = {.version = SAVE_VERSION,
                     .size = (uint32_t)(to - body),
                     .midr = c->model->midr,
                     .period_ps = c->config.period_ps,
                     .checksum = checksum(body, (size_t)(to - body))};
    memcpy(image, &h, sizeof h);
}

/* ------------------------------------------------------------------ load */

/** Bytes that are used as an index or as truth are what they can be. */
static bool sound_state(const iss *c, const a64_arch *a, const iss_start *start)
{
    uint8_t nonsecure;
    memcpy(&nonsecure, &start->nonsecure, 1);
    bool levels = a->el <= a64_highest_el(c) && (a->el != 2u || c->config.has_el2);
    bool flags = a->sp_sel <= 1u && a->daif <= 15u && a->il <= 1u && a->ss <= 1u &&
                 a->pan <= c->model->pan && a->allint <= c->config.nmi && a->event <= 1u &&
                 a->halted <= 1u && a->serror <= 1u && a->excl <= 1u && a->excl_published <= 1u &&
                 a->pmu_irq <= 1u && a->cf <= 1u;
    bool sleep = a->sleep == 0 || a->sleep == ISS_STOP_WFI || a->sleep == ISS_STOP_WFE;
    return levels && flags && sleep && nonsecure <= 1u && a->x[A64_ZR] == 0 &&
           a->lines < 1u << ISS_LINE_COUNT && !(a->fpcr & ~A64_FPCR_MASK) &&
           !(a->fpsr & ~A64_FPSR_MASK);
}

static bool sound_entry(const saved_entry *s)
{
    return s->set < A64_TLB_SETS && s->way < A64_TLB_WAYS && s->shift >= A64_PAGE_BITS &&
           s->shift <= s->span && s->span < 48u && s->level <= 3u && s->level2 <= 3u &&
           s->regime < A64_R_COUNT && s->global <= 1u && s->uxn <= 1u && s->pxn <= 1u &&
           s->secure <= 1u && s->xn2 <= 1u && s->device2 <= 1u;
}

static bool load_entries(iss *c, const uint8_t *from, uint32_t count)
{
    saved_entry s;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(&s, from + i * sizeof s, sizeof s);
        if (!sound_entry(&s))
            return false;
        c->tlb->entry[s.set][s.way] = (a64_tlbe){.va = s.va,
                                                 .pa = s.pa,
                                                 .page = s.page,
                                                 .ipa = s.ipa,
                                                 .key = s.key,
                                                 .asid = s.asid,
                                                 .shift = s.shift,
                                                 .span = s.span,
                                                 .level = s.level,
                                                 .regime = s.regime,
                                                 .ap = s.ap,
                                                 .attr = s.attr,
                                                 .sh = s.sh,
                                                 .ap2 = s.ap2,
                                                 .level2 = s.level2,
                                                 .valid = true,
                                                 .global = s.global,
                                                 .uxn = s.uxn,
                                                 .pxn = s.pxn,
                                                 .secure = s.secure,
                                                 .xn2 = s.xn2,
                                                 .device2 = s.device2};
        a64_tlb_note_block(c->tlb, &c->tlb->entry[s.set][s.way]);
    }
    return true;
}

static bool sound_header(const iss *c, const save_header *h, const uint8_t *body, size_t size)
{
    return h->version == SAVE_VERSION && h->size == size && h->midr == c->model->midr &&
           h->period_ps == c->config.period_ps && h->checksum == checksum(body, size);
}

bool a64_load(iss *c, const void *image, size_t size)
{
    const uint8_t *body = (const uint8_t *)image + sizeof(save_header);
    save_header h;
    saved_pe s;
    if (size < sizeof h + sizeof s)
        return false;
    memcpy(&h, image, sizeof h);
    memcpy(&s, body, sizeof s);
    size -= sizeof h;
    if (!sound_header(c, &h, body, size) ||
        size != sizeof s + s.entries * (uint64_t)sizeof(saved_entry) ||
        !sound_state(c, &s.arch, &s.start))
        return false;
    memset(c->tlb, 0, sizeof *c->tlb);
    if (!load_entries(c, body + sizeof s, s.entries))
        return false;
    memcpy(c->tlb->victim, s.victim, sizeof s.victim);
    for (unsigned set = 0; set < A64_TLB_SETS; set++)
        c->tlb->victim[set] %= A64_TLB_WAYS;
    c->a = s.arch;
    c->start = s.start;
    c->pe.el = 0xff;
    c->pmu_on = c->a.sys[S_PMCNTENSET_EL0] != 0;
    a64_flush_buffers(c);
    a64_context_changed(c);
    return true;
}
