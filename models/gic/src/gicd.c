/* SPDX-License-Identifier: Apache-2.0 */
/* The Distributor: memory, reset, explanation. */
#include "gicd_state.h"

/* --- memory ---------------------------------------------------------------------------------- */

/* Where the parts of the kernel's block are; offsets from its start. */
typedef struct gicd_layout {
    size_t arch;
    size_t word;
    size_t inmir;
    size_t priority;
    size_t irouter;
    size_t pe;
    size_t saved_end;
    size_t view;
    size_t list_words;
    size_t list;
    size_t list_levels;
    size_t level_words;
    size_t level;
    size_t holders;
    size_t slot;
    size_t held;
    size_t affinity;
    size_t outbox;
    size_t total;
} gicd_layout;

static size_t gicd_carve(size_t *total, size_t count, size_t size)
{
    size_t at = *total;
    *total = gic_align_up(at + count * size, 64);
    return at;
}

static void gicd_count(gicd *d, const gic_config *config)
{
    d->config = *config;
    d->config.affinity = NULL;
    d->spi_words = (uint16_t)((config->spi_count + 31u) / 32u);
    d->words = (uint16_t)(d->spi_words + config->espi_count / 32u);
    d->pool = config->pe_count;
    d->pe_words = (uint16_t)((config->pe_count + 63u) / 64u);
    d->level_nmi = config->nmi;
    d->levels = (uint16_t)(1u << config->priority_bits << d->level_nmi);
    d->level_shift = (uint8_t)(9u - config->priority_bits);
    d->level_sets = (uint8_t)((d->levels + 31u) / 32u);
    d->claims = config->gicv2;
}

static gicd_layout gicd_lay_out(const gicd *d)
{
    size_t slots = (size_t)d->words * 32u;
    size_t lists = (size_t)d->pool + 1u;
    size_t total = 0;
    gicd_layout at;

    (void)gicd_carve(&total, 1, sizeof(gicd));
    at.arch = gicd_carve(&total, 1, sizeof(gicd_arch));
    at.word = gicd_carve(&total, d->words, sizeof(gicd_word));
    at.inmir = gicd_carve(&total, d->words, sizeof(uint32_t));
    at.priority = gicd_carve(&total, slots, 1);
    at.irouter = gicd_carve(&total, slots, sizeof(uint32_t));
    at.pe = gicd_carve(&total, d->pool, sizeof(gicd_pe));
    at.saved_end = total;
    at.view = gicd_carve(&total, d->words, sizeof(gicd_view));
    at.list_words = gicd_carve(&total, lists, sizeof(uint64_t));
    at.list = gicd_carve(&total, lists * d->words, sizeof(uint32_t));
    at.list_levels = gicd_carve(&total, lists * GIC_GROUP_COUNT * d->level_sets, sizeof(uint32_t));
    at.level_words = gicd_carve(&total, d->levels, sizeof(uint64_t));
    at.level = gicd_carve(&total, (size_t)d->levels * d->words, sizeof(uint32_t));
    at.holders = gicd_carve(&total, (size_t)d->levels * d->pe_words, sizeof(uint64_t));
    at.slot = gicd_carve(&total, slots, sizeof(gicd_slot));
    at.held = gicd_carve(&total, d->pool, sizeof(uint16_t));
    at.affinity = gicd_carve(&total, d->pool, sizeof(gicd_affinity));
    at.outbox = gicd_carve(&total, GICD_OUTBOX, sizeof(gic_out));
    at.total = total;
    return at;
}

static void gicd_point(gicd *d, const gicd_layout *at)
{
    unsigned char *base = (unsigned char *)d;
    d->arch = (gicd_arch *)(void *)(base + at->arch);
    d->word = (gicd_word *)(void *)(base + at->word);
    d->inmir = (uint32_t *)(void *)(base + at->inmir);
    d->priority = base + at->priority;
    d->irouter = (uint32_t *)(void *)(base + at->irouter);
    d->pe = (gicd_pe *)(void *)(base + at->pe);
    d->saved_bytes = at->saved_end - at->arch;
    d->derived.view = (gicd_view *)(void *)(base + at->view);
    d->derived.list_words = (uint64_t *)(void *)(base + at->list_words);
    d->derived.list = (uint32_t *)(void *)(base + at->list);
    d->derived.list_levels = (uint32_t *)(void *)(base + at->list_levels);
    d->derived.level_words = (uint64_t *)(void *)(base + at->level_words);
    d->derived.level = (uint32_t *)(void *)(base + at->level);
    d->derived.holders = (uint64_t *)(void *)(base + at->holders);
    d->derived.slot = (gicd_slot *)(void *)(base + at->slot);
    d->derived.held = (uint16_t *)(void *)(base + at->held);
    d->derived.affinity = (gicd_affinity *)(void *)(base + at->affinity);
    gic_outbox_init(&d->outbox, (gic_out *)(void *)(base + at->outbox), GICD_OUTBOX, GIC_PORT_GICD,
                    GIC_PE_NONE);
}

size_t gicd_footprint(const gic_config *config)
{
    gicd d;
    gicd_count(&d, config);
    return gicd_lay_out(&d).total;
}

/* --- building -------------------------------------------------------------------------------- */

static void gicd_fill_affinities(gicd *d, const gic_config *config)
{
    unsigned n;
    for (n = 0; n < config->pe_count; n++) {
        uint32_t affinity = gic_config_affinity(config, n);
        unsigned i = n;
        while (i > 0 && d->derived.affinity[i - 1u].affinity > affinity) {
            d->derived.affinity[i] = d->derived.affinity[i - 1u];
            i--;
        }
        d->derived.affinity[i].affinity = affinity;
        d->derived.affinity[i].pe = (uint16_t)n;
    }
}

static void gicd_fill_views(gicd *d)
{
    unsigned slot;
    for (slot = 0; slot < d->words * 32u; slot++) {
        bool there = gic_config_has_shared(&d->config, gicd_intid(d, slot));
        if (there || GIC_FAULT("D-14"))
            d->derived.view[slot / 32].implemented |= gic_bit(slot);
    }
}

/* An INTID has the bits that LPIs need; without them, those of SPIs and extended ranges (ID-D12).
   num_LPIs stays 0: there are as many LPIs as the bits say. */
static unsigned gicd_id_bits(const gic_config *config)
{
    if (config->lpi_bits > 0)
        return config->lpi_bits;
    return config->espi_count > 0 || config->eppi_count > 0 ? 13 : 10;
}

static uint32_t gicd_make_typer(const gic_config *config, unsigned spi_words)
{
    unsigned espi_words = config->espi_count / 32u;
    uint64_t value = GIC_MAKE(GICD_TYPER, ITLinesNumber, spi_words);
    value = GIC_PUT(GICD_TYPER, ESPI, value, espi_words > 0);
    value = GIC_PUT(GICD_TYPER, ESPI_range, value, espi_words > 0 ? espi_words - 1u : 0);
    value = GIC_PUT(GICD_TYPER, NMI, value, config->nmi);
    value = GIC_PUT(GICD_TYPER, IDbits, value, gicd_id_bits(config) - 1u);
    value = GIC_PUT(GICD_TYPER, LPIS, value, config->lpi_bits > 0);
    value = GIC_PUT(GICD_TYPER, MBIS, value, config->mbis);
    value = GIC_PUT(GICD_TYPER, A3V, value, config->aff3_valid);
    value = GIC_PUT(GICD_TYPER, No1N, value, !config->one_of_n);
    value = GIC_PUT(GICD_TYPER, RSS, value, config->range_select);
    return (uint32_t)value;
}

static uint32_t gicd_make_typer2(const gic_config *config, unsigned spi_words)
{
    uint64_t value = GIC_MAKE(GICD_TYPER, ITLinesNumber, spi_words);
    return (uint32_t)GIC_PUT(GICD_TYPER, CPUNumber, value, config->pe_count - 1u);
}

static void gicd_zero(void *memory, size_t length)
{
    unsigned char *byte = (unsigned char *)memory;
    while (length-- > 0)
        *byte++ = 0;
}

static gic_config_error gicd_check(const void *memory, size_t length, const gic_config *config)
{
    gic_config_error error = gic_config_check(config);
    if (error != GIC_CONFIG_OK)
        return error;
    if (!memory || (uintptr_t)memory % 64 != 0 || length < gicd_footprint(config))
        return GIC_CONFIG_MEMORY;
    return GIC_CONFIG_OK;
}

gicd *gicd_init(void *memory, size_t length, const gic_config *config, gic_config_error *error)
{
    gic_config_error reason = gicd_check(memory, length, config);
    gicd *d = (gicd *)memory;
    gicd_layout at;
    unsigned rows;

    if (error)
        *error = reason;
    if (reason != GIC_CONFIG_OK)
        return NULL;
    gicd_zero(memory, gicd_footprint(config));
    gicd_count(d, config);
    at = gicd_lay_out(d);
    gicd_point(d, &at);
    gicd_fill_affinities(d, config);
    gicd_fill_views(d);
    d->typer =
        d->claims ? gicd_make_typer2(config, d->spi_words) : gicd_make_typer(config, d->spi_words);
    d->receivers = gicd_receivers(d);
    d->frame.row = gicd_rows(d, &rows);
    d->frame.row_count = (uint16_t)rows;
    d->frame.size = d->claims ? GICD2_FRAME_SIZE : GICD_FRAME_SIZE;
    d->frame.index = d->frame_index;
    gic_frame_index(d->frame_index, d->frame.row, rows, d->frame.size);
    gicd_reset(d);
    return d;
}

/* --- reset ----------------------------------------------------------------------------------- */

/* The Redistributors of a GICv2 never sleep. */
static void gicd_reset_pe(const gicd *d, gicd_pe *p)
{
    p->awake = d->claims;
    p->mask_hint = GIC_PRIORITY_IDLE;
}

/* Registers that reset to UNKNOWN values reset to zero here (ID-D02). Wires keep their level. */
static void gicd_reset_words(gicd *d)
{
    unsigned w;
    for (w = 0; w < d->words; w++) {
        uint32_t level = d->word[w].level;
        gicd_zero(&d->word[w], sizeof(gicd_word));
        d->word[w].level = level;
        d->inmir[w] = 0;
    }
}

static gicd_shape gicd_make_shape(const gic_config *config)
{
    gicd_shape shape;
    shape.pe_count = config->pe_count;
    shape.spi_count = config->spi_count;
    shape.espi_count = config->espi_count;
    shape.priority_bits = config->priority_bits;
    shape.security = (uint8_t)(config->two_security_states | (unsigned)config->ds_writable << 1 |
                               (unsigned)config->gicv2 << 2 | (unsigned)config->nmi << 3);
    return shape;
}

void gicd_reset(gicd *d)
{
    size_t slots = (size_t)d->words * 32u;
    unsigned i;

    gicd_zero(d->arch, sizeof(gicd_arch));
    d->arch->shape = gicd_make_shape(&d->config);
    d->arch->ds = !d->config.two_security_states;
    gicd_reset_words(d);
    if (!GIC_FAULT("N-03"))
        gicd_zero(d->priority, slots);
    gicd_zero(d->irouter, slots * sizeof(uint32_t));
    for (i = 0; d->claims && d->pool == 1 && i < slots; i++)
        d->irouter[i] = 1; /* one PE is everything's target (L-02) */
    gicd_zero(d->pe, (size_t)d->pool * sizeof(gicd_pe));
    for (i = 0; i < d->pool; i++)
        gicd_reset_pe(d, &d->pe[i]);
    gic_outbox_clear(&d->outbox);
    gicd_rebuild(d);
    for (i = 0; i < d->words; i++)
        gicd_pending_changed(d, i, 0);
}

gic_outbox *gicd_outbox(gicd *d)
{
    return &d->outbox;
}

const gic_frame *gicd_frame(const gicd *d)
{
    return &d->frame;
}

/* --- explaining ------------------------------------------------------------------------------ */

static void gicd_explain_state(const gicd *d, unsigned slot, gic_explanation *e)
{
    const gicd_word *word = &d->word[slot / 32];
    uint32_t bit = gic_bit(slot);
    gic_group group = gicd_group(d, slot);
    bool level = ((word->level | word->message) & bit) != 0;
    bool latch = (word->latch & bit) != 0;

    gic_gate_set(e, GIC_GATE_PENDING, (gicd_pending(word) & bit) != 0,
                 (uint64_t)level | (uint64_t)latch << 1);
    gic_gate_set(e, GIC_GATE_ENABLED, (word->enable & bit) != 0, (word->enable & bit) != 0);
    gic_gate_set(e, GIC_GATE_NOT_ACTIVE, !(word->active & bit), (word->active & bit) != 0);
    gic_gate_set(e, GIC_GATE_GROUP_ENABLED, (d->arch->enabled & gic_group_bit(group)) != 0, group);
}

static void gicd_explain_targets(const gicd *d, unsigned slot, gic_explanation *e)
{
    gic_gate_set(e, GIC_GATE_ROUTED, d->irouter[slot] >> e->pe & 1u, d->irouter[slot]);
    gic_gate_set(e, GIC_GATE_OWNER, true, e->pe);
}

static void gicd_explain_route(const gicd *d, unsigned slot, gic_explanation *e)
{
    unsigned route = d->derived.slot[slot].route;
    unsigned owner = d->derived.slot[slot].owner;
    uint32_t affinity = d->irouter[slot];
    uint64_t irouter = GIC_MAKE(GICD_IROUTER, Aff3, affinity >> 24) | (affinity & 0xFFFFFFu);
    bool able = route == e->pe;

    if (route == d->pool) {
        uint64_t set = d->derived.routing.able[gicd_group(d, slot)][e->pe / 64];
        irouter |= GIC_MAKE(GICD_IROUTER, Interrupt_Routing_Mode, 1);
        able = owner == e->pe || (set >> (e->pe % 64) & 1u);
    }
    gic_gate_set(e, GIC_GATE_ROUTED, able, irouter);
    gic_gate_set(e, GIC_GATE_OWNER, owner == GIC_PE_NONE || owner == e->pe, owner);
}

void gicd_explain(const gicd *d, gic_explanation *explanation)
{
    unsigned slot;
    if (gic_is_private(explanation->intid) || explanation->pe >= d->pool)
        return;
    slot = gicd_slot_of(d, explanation->intid);
    gic_gate_set(explanation, GIC_GATE_IMPLEMENTED, slot != GICD_NO_SLOT, slot != GICD_NO_SLOT);
    if (slot == GICD_NO_SLOT)
        return;
    gicd_explain_state(d, slot, explanation);
    if (d->claims)
        gicd_explain_targets(d, slot, explanation);
    else
        gicd_explain_route(d, slot, explanation);
}
