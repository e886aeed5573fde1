/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of the Distributor that have bits per interrupt. The rows of regs/gicd.def have checked
 * width and alignment; handlers apply the Security view of the interrupts (D-03, D-04).
 */
#include "gicd_state.h"

/* NSACR values from which a Non-secure access is open to a Secure interrupt (D-04). */
enum { NEVER = 0, NS_SET_PENDING = 1, NS_CLEAR_PENDING = 2, NS_ROUTE = 3 };

/* A word of interrupts, and which of them this access may see. */
typedef struct gicd_window {
    gicd_word *word;
    unsigned w;
    uint32_t mask;
} gicd_window;

static uint32_t gicd_opened(const gicd_word *word, unsigned from)
{
    if (GIC_FAULT("D-04"))
        from++;
    if (from == NS_SET_PENDING)
        return word->nsacr_low | word->nsacr_high;
    if (from == NS_CLEAR_PENDING)
        return word->nsacr_high;
    return from == NS_ROUTE ? word->nsacr_low & word->nsacr_high : 0;
}

static inline bool gicd_sees_all(const gicd *d, const gic_access *access)
{
    return access->secure || d->arch->ds || GIC_FAULT("D-03");
}

/* False where no interrupt is implemented: RAZ/WI (D-14, M-05). */
static inline bool gicd_open_window(const gicd *d, const gic_reg_access *a, unsigned from,
                                    gicd_window *out)
{
    out->w = gicd_word_of(d, a->intid);
    if (out->w == GICD_WORDS_MAX)
        return false;
    out->word = &d->word[out->w];
    out->mask = d->derived.view[out->w].implemented;
    if (!gicd_sees_all(d, a->access))
        out->mask &= d->derived.view[out->w].group[GIC_GROUP_1NS] |
                     (from == NEVER ? 0 : gicd_opened(out->word, from));
    return true;
}

/* --- groups, enables ------------------------------------------------------------------------- */

static gic_status gicd_read_igroupr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    gicd_window at;
    *value = gicd_open_window(d, a, NEVER, &at) ? at.word->group & at.mask : 0;
    return GIC_OK;
}

static gic_status gicd_write_igroupr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    gicd_window at;
    if (!gicd_open_window(d, a, NEVER, &at))
        return GIC_OK;
    at.word->group = (uint32_t)value & at.mask;
    gicd_refresh_group(d, at.w);
    gicd_run(d);
    return GIC_OK;
}

/* With one Security state in use IGROUPR alone decides (D-21). */
static gic_status gicd_read_igrpmodr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    gicd_window at;
    *value = !d->arch->ds && gicd_open_window(d, a, NEVER, &at) ? at.word->grpmod & at.mask : 0;
    return GIC_OK;
}

static gic_status gicd_write_igrpmodr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    gicd_window at;
    if (d->arch->ds || !gicd_open_window(d, a, NEVER, &at))
        return GIC_OK;
    at.word->grpmod = (uint32_t)value & at.mask;
    gicd_refresh_group(d, at.w);
    gicd_run(d);
    return GIC_OK;
}

static gic_status gicd_read_enabler(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    gicd_window at;
    *value = gicd_open_window(d, a, NEVER, &at) ? at.word->enable & at.mask : 0;
    return GIC_OK;
}

static gic_status gicd_write_isenabler(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    gicd_window at;
    uint32_t bits;
    if (!gicd_open_window(d, a, NEVER, &at))
        return GIC_OK;
    bits = (uint32_t)value & at.mask & ~at.word->enable;
    at.word->enable |= bits;
    if (!GIC_FAULT("D-09"))
        gicd_refresh_bits(d, at.w, bits);
    gicd_run(d);
    return GIC_OK;
}

/* RWP waits for what a CPU interface may still acknowledge of them (D-15). */
static gic_status gicd_write_icenabler(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    gicd_window at;
    uint32_t bits;
    if (!gicd_open_window(d, a, NEVER, &at))
        return GIC_OK;
    bits = (uint32_t)value & at.mask & at.word->enable;
    at.word->enable &= ~bits;
    gicd_wait_for(d, at.w, bits);
    if (!GIC_FAULT("peer-gem5-10b"))
        gicd_refresh_bits(d, at.w, bits);
    gicd_run(d);
    return GIC_OK;
}

/* --- pending, active ------------------------------------------------------------------------- */

static uint32_t gicd_shown_pending(const gicd_word *word)
{
    if (GIC_FAULT("peer-Xen-4a"))
        return 0;
    return GIC_FAULT("D-05") ? word->latch : gicd_pending(word);
}

static gic_status gicd_read_ispendr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    gicd_window at;
    *value =
        gicd_open_window(d, a, NS_SET_PENDING, &at) ? gicd_shown_pending(at.word) & at.mask : 0;
    return GIC_OK;
}

static gic_status gicd_read_icpendr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    gicd_window at;
    *value =
        gicd_open_window(d, a, NS_CLEAR_PENDING, &at) ? gicd_shown_pending(at.word) & at.mask : 0;
    return GIC_OK;
}

static gic_status gicd_write_ispendr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    gicd_window at;
    if (!gicd_open_window(d, a, NS_SET_PENDING, &at))
        return GIC_OK;
    gicd_latch(d, at.w, (uint32_t)value & at.mask, false);
    gicd_run(d);
    return GIC_OK;
}

/* Clears the latch; an input that is high, wire or message, leaves it pending (D-06). */
static gic_status gicd_write_icpendr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    gicd_window at;
    uint32_t before;
    if (!gicd_open_window(d, a, NS_CLEAR_PENDING, &at))
        return GIC_OK;
    before = gicd_pending(at.word);
    if (!GIC_FAULT("peer-Xen-4b"))
        at.word->latch &= ~((uint32_t)value & at.mask);
    if (GIC_FAULT("D-06"))
        at.word->level &= ~((uint32_t)value & at.mask);
    gicd_pending_changed(d, at.w, before);
    gicd_run(d);
    return GIC_OK;
}

static gic_status gicd_read_activer(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    gicd_window at;
    *value = gicd_open_window(d, a, NS_CLEAR_PENDING, &at) ? at.word->active & at.mask : 0;
    return GIC_OK;
}

static gic_status gicd_write_isactiver(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    gicd_window at;
    uint32_t bits;
    if (!gicd_open_window(d, a, NEVER, &at))
        return GIC_OK;
    bits = (uint32_t)value & at.mask & ~at.word->active;
    at.word->active |= bits;
    if (GIC_FAULT("D-10"))
        at.word->latch &= ~bits;
    gicd_refresh_bits(d, at.w, bits);
    gicd_run(d);
    return GIC_OK;
}

static gic_status gicd_write_icactiver(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    gicd_window at;
    if (!gicd_open_window(d, a, NEVER, &at))
        return GIC_OK;
    gicd_deactivate(d, at.w, (uint32_t)value & at.mask);
    gicd_run(d);
    return GIC_OK;
}

/* --- priorities ------------------------------------------------------------------------------ */

/* As this access sees it. */
static inline uint8_t gicd_shown_priority(const gicd *d, const gic_access *access, unsigned slot)
{
    return gicd_sees_all(d, access) || GIC_FAULT("P-14")
               ? d->priority[slot]
               : gic_priority_to_nonsecure(d->priority[slot]);
}

static gic_status gicd_read_ipriorityr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    unsigned first = a->intid & 31u;
    unsigned i = a->access->size;
    uint64_t bytes = 0;
    gicd_window at;

    if (!gicd_open_window(d, a, NEVER, &at))
        i = 0;
    while (i-- > 0) {
        bytes <<= 8;
        if (at.mask >> (first + i) & 1u)
            bytes |= gicd_shown_priority(d, a->access, at.w * 32u + first + i);
    }
    *value = bytes;
    return GIC_OK;
}

static gic_status gicd_write_ipriorityr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    unsigned shift = a->intid & 31u;
    unsigned i;
    gicd_window at;

    if (!gicd_open_window(d, a, NEVER, &at))
        return GIC_OK;
    for (i = 0; i < a->access->size; i++) {
        uint8_t priority = (uint8_t)(value >> (8u * i));
        if (!gicd_sees_all(d, a->access))
            priority = gic_priority_from_nonsecure(priority);
        if (GIC_FAULT("peer-gem5-10c") && (at.mask >> (shift + i) & 1u))
            d->priority[at.w * 32u + shift + i] = priority & gic_priority_mask(&d->config);
        else if (at.mask >> (shift + i) & 1u)
            gicd_set_priority(d, at.w * 32u + shift + i, priority & gic_priority_mask(&d->config));
    }
    gicd_run(d);
    return GIC_OK;
}

/* --- NMIs ------------------------------------------------------------------------------------- */

/* What exists of INMIR for this access: RES0 for Group 0 (N-08). A bit keeps its value while its
   interrupt is in Group 0 (ID-D14). */
static uint32_t gicd_nmi_mask(const gicd *d, const gic_reg_access *a)
{
    gicd_window at;
    if (!d->config.nmi || !gicd_open_window(d, a, NEVER, &at))
        return 0;
    return GIC_FAULT("N-08") ? at.mask : at.mask & ~d->derived.view[at.w].group[GIC_GROUP_0];
}

static gic_status gicd_read_inmir(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    uint32_t mask = gicd_nmi_mask(d, a);
    *value = mask ? d->inmir[gicd_word_of(d, a->intid)] & mask : 0;
    return GIC_OK;
}

static gic_status gicd_write_inmir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    uint32_t mask = gicd_nmi_mask(d, a);
    unsigned w = gicd_word_of(d, a->intid);
    uint32_t changed;
    if (!mask)
        return GIC_OK;
    changed = (d->inmir[w] ^ (uint32_t)value) & mask;
    d->inmir[w] ^= changed;
    gicd_refresh_urgency(d, w, changed);
    gicd_run(d);
    return GIC_OK;
}

/* --- two bits per interrupt ------------------------------------------------------------------ */

static gic_status gicd_read_icfgr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    gicd_window at;
    *value = gicd_open_window(d, a, NEVER, &at)
                 ? gic_spread_odd((at.word->edge & at.mask) >> (a->intid & 31u))
                 : 0;
    return GIC_OK;
}

/* Pending is derived anew from latch and input (D-19, ID-D07). */
static gic_status gicd_write_icfgr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    unsigned shift = a->intid & 31u;
    gicd_window at;
    uint32_t before;
    uint32_t changed;

    if (!gicd_open_window(d, a, NEVER, &at))
        return GIC_OK;
    before = gicd_pending(at.word);
    changed = (at.word->edge ^ gic_squeeze_odd((uint32_t)value) << shift) & at.mask &
              UINT32_C(0xFFFF) << shift;
    if (changed & at.word->enable)
        gic_report(&d->outbox, GIC_EV_BAD_ICFGR, a->access->pe,
                   a->intid + gic_lowest_bit(changed & at.word->enable) - shift, value);
    at.word->edge ^= changed;
    if (!GIC_FAULT("D-19"))
        gicd_pending_changed(d, at.w, before);
    gicd_run(d);
    return GIC_OK;
}

static gic_status gicd_read_nsacr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    unsigned shift = a->intid & 31u;
    gicd_window at;
    if (!d->arch->ds && gicd_open_window(d, a, NEVER, &at))
        *value = gic_spread_odd((at.word->nsacr_high & at.mask) >> shift) |
                 gic_spread_odd((at.word->nsacr_low & at.mask) >> shift) >> 1;
    return GIC_OK;
}

static gic_status gicd_write_nsacr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    unsigned shift = a->intid & 31u;
    uint32_t half = UINT32_C(0xFFFF) << shift;
    gicd_window at;
    if (d->arch->ds || !gicd_open_window(d, a, NEVER, &at))
        return GIC_OK;
    half &= at.mask;
    at.word->nsacr_high =
        (at.word->nsacr_high & ~half) | (gic_squeeze_odd((uint32_t)value) << shift & half);
    at.word->nsacr_low =
        (at.word->nsacr_low & ~half) | (gic_squeeze_odd((uint32_t)(value << 1)) << shift & half);
    return GIC_OK;
}

/* --- routes ---------------------------------------------------------------------------------- */

static uint64_t gicd_irouter(const gicd *d, unsigned slot)
{
    uint32_t affinity = d->irouter[slot];
    bool one_of_n = (d->word[slot / 32].one_of_n & gic_bit(slot)) != 0;
    return GIC_MAKE(GICD_IROUTER, Aff3, affinity >> 24) |
           GIC_MAKE(GICD_IROUTER, Interrupt_Routing_Mode, one_of_n) | (affinity & 0xFFFFFFu);
}

static gic_status gicd_read_irouter(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    gicd_window at;
    if (gicd_open_window(d, a, NS_ROUTE, &at) && (at.mask & gic_bit(a->intid)))
        *value = gic_reg_part(a, gicd_irouter(d, at.w * 32u + (a->intid & 31u)));
    return GIC_OK;
}

static void gicd_check_route(gicd *d, const gic_reg_access *a, unsigned slot)
{
    if (d->derived.slot[slot].route == GICD_NO_LIST &&
        (gicd_pending(&d->word[slot / 32]) & gic_bit(slot)))
        gic_report(&d->outbox, GIC_EV_BAD_ROUTE, a->access->pe, gicd_intid(d, slot),
                   d->irouter[slot]);
}

/* Each half takes effect by itself (D-11); without 1-of-N IRM is RAZ/WI (ID-D08), without A3V Aff3.
 */
static gic_status gicd_write_irouter(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    gicd_window at;
    unsigned slot;
    uint64_t route;

    if (!gicd_open_window(d, a, NS_ROUTE, &at) || !(at.mask & gic_bit(a->intid)))
        return GIC_OK;
    slot = at.w * 32u + (a->intid & 31u);
    route = gic_reg_merge(a, gicd_irouter(d, slot), value);
    d->irouter[slot] = (uint32_t)(route & 0xFFFFFFu);
    if (d->config.aff3_valid && !GIC_FAULT("peer-KVM-3"))
        d->irouter[slot] |= (uint32_t)GIC_GET(GICD_IROUTER, Aff3, route) << 24;
    at.word->one_of_n &= ~gic_bit(slot);
    if (d->config.one_of_n && GIC_GET(GICD_IROUTER, Interrupt_Routing_Mode, route))
        at.word->one_of_n |= gic_bit(slot);
    d->derived.slot[slot].route = gicd_route_of(d, slot);
    if (!GIC_FAULT("D-11"))
        gicd_refresh(d, slot);
    gicd_check_route(d, a, slot);
    gicd_run(d);
    return GIC_OK;
}

/* --- GICv2: target lists, wires -------------------------------------------------------------- */

/* With one PE all of them are RAZ/WI (L-02). */
static gic_status gicd_read_itargetsr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    unsigned shift = a->intid & 31u;
    unsigned i;
    gicd_window at;

    if (d->pool == 1 || !gicd_open_window(d, a, NS_ROUTE, &at))
        return GIC_OK;
    for (i = 0; i < a->access->size; i++)
        if (at.mask >> (shift + i) & 1u)
            *value |= (uint64_t)d->irouter[at.w * 32u + shift + i] << (8u * i);
    return GIC_OK;
}

/* Bits of PEs that are not there are RAZ/WI; an SPI that has no target stays pending, and one that
   is active is left to the PE that has it (L-02). */
static gic_status gicd_write_itargetsr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    uint32_t pes = (1u << d->pool) - 1u;
    unsigned shift = a->intid & 31u;
    unsigned i;
    gicd_window at;

    if (d->pool == 1 || !gicd_open_window(d, a, NS_ROUTE, &at))
        return GIC_OK;
    for (i = 0; i < a->access->size; i++) {
        unsigned slot = at.w * 32u + shift + i;
        if (!(at.mask & gic_bit(slot)))
            continue;
        d->irouter[slot] = (uint32_t)(value >> (8u * i)) & pes;
        if (!GIC_FAULT("L-02"))
            gicd_refresh(d, slot);
    }
    gicd_run(d);
    return GIC_OK;
}

/* GICD_SPISR: the wires, whatever is enabled. */
static gic_status gicd_read_spisr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    gicd_window at;
    *value = gicd_open_window(d, a, NEVER, &at) ? at.word->level & at.mask : 0;
    return GIC_OK;
}

/* --- message-based SPIs (D-13) --------------------------------------------------------------- */

/* INTIDs are in the low half: a halfword access to the other one is not one of these registers'. */
static bool gicd_message_halfword(const gic_reg_access *a)
{
    return a->offset == 0;
}

/* The SPI that the value names, if this access may @p from it; counts software's mistakes. */
static unsigned gicd_message_slot(gicd *d, const gic_reg_access *a, uint64_t value, unsigned from)
{
    uint32_t intid =
        (uint32_t)GIC_GET(GICD_SETSPI, INTID, GIC_FAULT("M-01") ? value & 0x3FFu : value);
    unsigned slot = gicd_slot_of(d, intid);
    const gicd_word *word;
    if (slot == GICD_NO_SLOT) {
        gic_report(&d->outbox, GIC_EV_BAD_INTID, a->access->pe, intid,
                   (uint64_t)a->row->offset << 32 | intid);
        return GICD_NO_SLOT;
    }
    word = &d->word[slot / 32];
    if (gicd_sees_all(d, a->access) || gicd_group(d, slot) == GIC_GROUP_1NS ||
        (gicd_opened(word, from) & gic_bit(slot)))
        return slot;
    return GICD_NO_SLOT;
}

static gic_status gicd_write_setspi(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    unsigned slot;
    gicd_word *word;
    uint32_t bit;
    uint32_t before;

    if (!d->config.mbis || !gicd_message_halfword(a))
        return GIC_RESERVED;
    slot = gicd_message_slot(d, a, value, NS_SET_PENDING);
    if (slot == GICD_NO_SLOT)
        return GIC_OK;
    word = &d->word[slot / 32];
    bit = gic_bit(slot);
    if ((word->edge & bit) || GIC_FAULT("D-13")) {
        gicd_latch(d, slot / 32, bit, true);
    } else if (!(gicd_pending(word) & bit)) { /* no effect when pending (ID-D10) */
        before = gicd_pending(word);
        word->message |= bit;
        gicd_pending_changed(d, slot / 32, before);
    }
    gicd_run(d);
    return GIC_OK;
}

/* A level-sensitive SPI's input goes low; what ISPENDR latched stays (ID-D09). */
static gic_status gicd_write_clrspi(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    unsigned slot;
    gicd_word *word;
    uint32_t before;

    if (!d->config.mbis || !gicd_message_halfword(a))
        return GIC_RESERVED;
    slot = gicd_message_slot(d, a, value, NS_CLEAR_PENDING);
    if (slot == GICD_NO_SLOT)
        return GIC_OK;
    word = &d->word[slot / 32];
    before = gicd_pending(word);
    if (word->edge & gic_bit(slot))
        word->latch &= ~gic_bit(slot);
    else
        word->message &= ~gic_bit(slot);
    gicd_pending_changed(d, slot / 32, before);
    gicd_run(d);
    return GIC_OK;
}

/* With DS=1 the NSR pair serves all SPIs and the SR pair is WI. */
static gic_status gicd_write_setspi_sr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    const gicd *d = (const gicd *)kernel;
    return d->arch->ds ? GIC_OK : gicd_write_setspi(kernel, a, value);
}

static gic_status gicd_write_clrspi_sr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    const gicd *d = (const gicd *)kernel;
    return d->arch->ds ? GIC_OK : gicd_write_clrspi(kernel, a, value);
}

/* --- identification -------------------------------------------------------------------------- */

static gic_status gicd_read_typer(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    (void)a;
    *value = d->typer;
    if (!d->arch->ds)
        *value |= GIC_MAKE(GICD_TYPER, SecurityExtn, 1);
    return GIC_OK;
}

static gic_status gicd_read_iidr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    (void)a;
    *value = d->config.iidr;
    return GIC_OK;
}

static gic_status gicd_read_identity(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    *value = gic_identity(&d->config, a->row->offset);
    return GIC_OK;
}

/* A GICv2's are at the end of its 4 KiB. */
static gic_status gicd_read_identity2(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    *value = gic_identity(&d->config, GICD_FRAME_SIZE - GICD2_FRAME_SIZE + a->row->offset);
    return GIC_OK;
}

/* --- the frame: GICD_STATUSR is absent (ID-D13) ------------------------------------- */

#define gicd_read_none  NULL
#define gicd_write_none NULL
#define gicd_read_ctlr  gicd_ctlr_read
#define gicd_write_ctlr gicd_ctlr_write

static const gic_reg_row gicd_row[] = {
#define GICD_REG(name, offset, span, intid, bits, element, widths, flags, read, write, reset, \
                 mask)                                                                        \
    {#name,     (offset), (span),  (intid),          (bits),                                  \
     (element), (widths), (flags), gicd_read_##read, gicd_write_##write,                      \
     (reset),   (mask)},
#include "gicd.def"
#undef GICD_REG
};

static const gic_reg_row gicd2_row[] = {
#define GICD2_REG(name, offset, span, intid, bits, element, widths, flags, read, write, reset, \
                  mask)                                                                        \
    {#name,     (offset), (span),  (intid),          (bits),                                   \
     (element), (widths), (flags), gicd_read_##read, gicd_write_##write,                       \
     (reset),   (mask)},
#include "gicd2.def"
#undef GICD2_REG
};

const gic_reg_row *gicd_rows(const gicd *d, unsigned *count)
{
    *count = d->claims ? GIC_COUNT_OF(gicd2_row) : GIC_COUNT_OF(gicd_row);
    return d->claims ? gicd2_row : gicd_row;
}

static gic_frame_policy gicd_policy(gicd *d, const gic_access *access)
{
    gic_frame_policy policy;
    policy.outbox = &d->outbox;
    policy.pe = access->pe;
    policy.secure_rows_closed = !d->arch->ds;
    policy.bad_size = d->config.bad_size;
    return policy;
}

gic_status gicd_read(gicd *d, const gic_access *access, uint32_t offset, uint64_t *value)
{
    gic_frame_policy policy = gicd_policy(d, access);
    return gic_frame_read(&d->frame, &policy, d, access, offset, value);
}

gic_status gicd_write(gicd *d, const gic_access *access, uint32_t offset, uint64_t value)
{
    gic_frame_policy policy = gicd_policy(d, access);
    return gic_frame_write(&d->frame, &policy, d, access, offset, value);
}
