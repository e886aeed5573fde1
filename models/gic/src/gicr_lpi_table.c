/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the tables in memory: marked lines, the fence, cached configuration. */
#include "gicr_lpi.h"

#include "gic/mem.h"

/* --- maps ------------------------------------------------------------------------------------ */

bool lpi_is_known(const gicr_lpi *l, uint32_t line)
{
    uint64_t words = l->map[LPI_READY].word[line / 64u] | l->map[LPI_DISABLED].word[line / 64u] |
                     l->map[LPI_TAKEN].word[line / 64u];
    return (words >> (line % 64u) & 1u) != 0;
}

void lpi_mark(gicr_lpi *l, unsigned map, uint32_t line)
{
    gicr_lpi_map *m = &l->map[map];
    uint64_t bit = UINT64_C(1) << (line % 64u);
    if (m->word[line / 64u] & bit)
        return;
    m->word[line / 64u] |= bit;
    m->summary[line / 4096u] |= UINT64_C(1) << (line / 64u % 64u);
    m->count++;
}

void lpi_unmark(gicr_lpi *l, unsigned map, uint32_t line)
{
    gicr_lpi_map *m = &l->map[map];
    uint64_t bit = UINT64_C(1) << (line % 64u);
    if (!(m->word[line / 64u] & bit))
        return;
    m->word[line / 64u] &= ~bit;
    if (m->word[line / 64u] == 0)
        m->summary[line / 4096u] &= ~(UINT64_C(1) << (line / 64u % 64u));
    m->count--;
}

/* Bits of @p word from bit @p n of 64 on. */
static uint64_t lpi_from(uint64_t word, uint32_t n)
{
    return word & ~UINT64_C(0) << n;
}

uint32_t lpi_next_marked(const gicr_lpi *l, unsigned map, uint32_t line)
{
    const gicr_lpi_map *m = &l->map[map];
    uint64_t bits;
    uint32_t at;
    uint32_t i;

    if (m->count == 0 || line >= l->lines)
        return LPI_NO_LINE;
    bits = lpi_from(m->word[line / 64u], line % 64u);
    if (bits)
        return line / 64u * 64u + gic_lowest_bit64(bits);
    at = line / 64u + 1u;
    for (i = at / 64u; i < LPI_SUMMARY; i++) {
        bits = i == at / 64u ? lpi_from(m->summary[i], at % 64u) : m->summary[i];
        if (bits) {
            at = i * 64u + gic_lowest_bit64(bits);
            return at * 64u + gic_lowest_bit64(m->word[at]);
        }
    }
    return LPI_NO_LINE;
}

void lpi_summarise(gicr_lpi *l)
{
    for (unsigned map = 0; map < LPI_MAPS; map++) {
        gicr_lpi_map *m = &l->map[map];
        m->count = 0;
        memset(m->summary, 0, sizeof(m->summary));
        for (uint32_t i = 0; i < (l->lines + 63u) / 64u; i++) {
            if (m->word[i])
                m->summary[i / 64u] |= UINT64_C(1) << (i % 64u);
            for (uint64_t bits = m->word[i]; bits; bits &= bits - 1u)
                m->count++;
        }
    }
}

void lpi_pour(gicr_lpi *l, unsigned from, unsigned to)
{
    for (uint32_t i = 0; i < (l->lines + 63u) / 64u; i++) {
        l->map[to].word[i] |= l->map[from].word[i];
        l->map[from].word[i] = 0;
    }
    lpi_summarise(l);
}

/* --- fence ----------------------------------------------------------------------------------- */

/* A pass that is going to look at the line works it out by itself, if the fence covers it now. */
void lpi_fold(gicr_lpi *l, uint32_t line, uint32_t key)
{
    gicr_lpi_arch *a = &l->arch;
    if (a->pass != LPI_PASS_SELECT)
        a->fence = gic_min_u32(a->fence, key);
    else if (line < a->cursor || key < lpi_fence(l))
        a->fence_new = gic_min_u32(a->fence_new, key);
}

void lpi_note(gicr_lpi *l, uint32_t intid, gicr_lpi_config config)
{
    uint32_t line = lpi_line(intid);
    if (!config.enabled) {
        if (!GIC_FAULT("R-07"))
            lpi_mark(l, LPI_DISABLED, line);
        return;
    }
    lpi_mark(l, LPI_READY, line);
    lpi_fold(l, line, config.key);
}

/* --- configuration bytes --------------------------------------------------------------------- */

/* Group 1, in the Non-secure half while there are two Security states. */
gicr_lpi_config lpi_decode(const gicr *r, uint32_t intid, uint8_t byte)
{
    gicr_lpi_config config;
    uint8_t priority = byte & LPI_PRIORITY;
    if (!r->arch.ds && !GIC_FAULT("R-05"))
        priority = gic_priority_from_nonsecure(priority);
    priority &= gic_priority_mask(&r->config);
    config.key = (uint32_t)priority << 24 | intid;
    config.enabled = (byte & LPI_ENABLE) != 0;
    return config;
}

static inline uint32_t lpi_prop_line(uint32_t intid)
{
    return (intid - GIC_INTID_LPI_FIRST) / LPI_PROP_INTIDS;
}

static inline uint16_t *lpi_prop_bucket(gicr_lpi *l, uint32_t line)
{
    return &l->prop_bucket[line * UINT32_C(2654435769) >> l->prop_shift];
}

static gicr_lpi_prop *lpi_prop_find(gicr_lpi *l, uint32_t line)
{
    unsigned at = *lpi_prop_bucket(l, line);
    while (at != LPI_NO_SLOT && l->prop[at].line != line)
        at = l->prop_next[at];
    return at != LPI_NO_SLOT ? &l->prop[at] : NULL;
}

static void lpi_prop_link(gicr_lpi *l, unsigned at)
{
    uint16_t *bucket = lpi_prop_bucket(l, l->prop[at].line);
    l->prop_next[at] = *bucket;
    *bucket = (uint16_t)at;
}

static void lpi_prop_drop(gicr_lpi *l, unsigned at)
{
    uint16_t *link = lpi_prop_bucket(l, l->prop[at].line);
    while (*link != at)
        link = &l->prop_next[*link];
    *link = l->prop_next[at];
    l->prop[at].line = LPI_NO_LINE;
}

void lpi_index_props(gicr_lpi *l)
{
    memset(l->prop_bucket, 0xFF, sizeof(*l->prop_bucket) << (32u - l->prop_shift));
    for (unsigned at = 0; at < l->props; at++)
        if (l->prop[at].line != LPI_NO_LINE)
            lpi_prop_link(l, at);
}

gicr_lpi_prop *lpi_lookup(gicr_lpi *l, uint32_t intid)
{
    gicr_lpi_prop *prop = lpi_prop_find(l, lpi_prop_line(intid));
    if (prop)
        prop->used = 1;
    return prop;
}

uint8_t lpi_prop_byte(const gicr_lpi *l, const gicr_lpi_prop *prop, uint32_t intid)
{
    return l->prop_byte[(size_t)(prop - l->prop) * LPI_PROP_INTIDS + intid % LPI_PROP_INTIDS];
}

/* The next one round that is empty or has not been used since the last round. */
static unsigned lpi_prop_victim(gicr_lpi *l)
{
    for (;;) {
        unsigned at = l->arch.hand;
        l->arch.hand = at + 1u == l->props ? 0 : at + 1u;
        if (l->prop[at].line == LPI_NO_LINE || !l->prop[at].used)
            return at;
        l->prop[at].used = 0;
    }
}

void lpi_fill(gicr_lpi *l, uint32_t line, const uint8_t *byte)
{
    gicr_lpi_prop *prop = lpi_prop_find(l, line);
    unsigned at = prop ? (unsigned)(prop - l->prop) : lpi_prop_victim(l);
    uint8_t *to = &l->prop_byte[(size_t)at * LPI_PROP_INTIDS];
    if (!prop) {
        if (l->prop[at].line != LPI_NO_LINE)
            lpi_prop_drop(l, at);
        l->prop[at].line = line;
        lpi_prop_link(l, at);
    }
    l->prop[at].used = 1;
    l->prop[at].doubt = lpi_is_known(l, lpi_line(line * LPI_PROP_INTIDS + GIC_INTID_LPI_FIRST));
    if (byte)
        memcpy(to, byte, LPI_PROP_INTIDS);
    else
        memset(to, 0, LPI_PROP_INTIDS);
}

void lpi_forget(gicr_lpi *l, uint32_t intid)
{
    gicr_lpi_prop *prop = lpi_prop_find(l, lpi_prop_line(intid));
    if (prop && !GIC_FAULT("R-08"))
        lpi_prop_drop(l, (unsigned)(prop - l->prop));
}

void lpi_doubt_all(gicr_lpi *l)
{
    for (unsigned at = 0; at < l->props; at++)
        l->prop[at].doubt = 1;
}

void lpi_forget_all(gicr_lpi *l)
{
    for (unsigned at = 0; at < l->props; at++)
        l->prop[at].line = LPI_NO_LINE;
    lpi_index_props(l);
}
