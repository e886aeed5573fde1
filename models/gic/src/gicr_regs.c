/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the Redistributor that have bits per interrupt, and the frame. */
#include "gicr_state.h"

/* A word of private interrupts, and which of them this access may see (D-03). */
typedef struct gicr_window {
    gicr_word *word;
    unsigned w;
    unsigned slot; /* of the lowest bit accessed */
    uint32_t mask;
} gicr_window;

/* False where no interrupt is implemented: RAZ/WI (M-02). */
static bool gicr_open_window(gicr *r, const gic_reg_access *a, gicr_window *out)
{
    out->slot = gicr_slot_of(r, a->intid);
    if (out->slot == GICR_NO_SLOT)
        return false;
    out->w = out->slot / 32;
    out->word = &r->arch.word[out->w];
    out->mask =
        gicr_sees_all(r, a->access) ? UINT32_MAX : gicr_group_word(r, out->w, GIC_GROUP_1NS);
    return true;
}

/* --- groups, enables ------------------------------------------------------------------------- */

static gic_status gicr_read_igroupr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    gicr_window at;
    *value = gicr_open_window((gicr *)kernel, a, &at) ? at.word->group : 0;
    return GIC_OK;
}

static gic_status gicr_write_igroupr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    if (!gicr_open_window(r, a, &at))
        return GIC_OK;
    at.word->group = (uint32_t)value;
    gicr_update(r);
    return GIC_OK;
}

static gic_status gicr_read_igrpmodr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    *value = !r->arch.ds && gicr_open_window(r, a, &at) ? at.word->grpmod : 0;
    return GIC_OK;
}

static gic_status gicr_write_igrpmodr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    if (r->arch.ds || !gicr_open_window(r, a, &at))
        return GIC_OK;
    at.word->grpmod = (uint32_t)value;
    gicr_update(r);
    return GIC_OK;
}

static gic_status gicr_read_enabler(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    gicr_window at;
    *value = gicr_open_window((gicr *)kernel, a, &at) ? at.word->enable & at.mask : 0;
    return GIC_OK;
}

static gic_status gicr_write_isenabler(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    if (!gicr_open_window(r, a, &at))
        return GIC_OK;
    at.word->enable |= (uint32_t)value & at.mask;
    gicr_update(r);
    return GIC_OK;
}

/* RWP waits for what the CPU interface may still acknowledge of them (D-15). */
static gic_status gicr_write_icenabler(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    uint32_t bits;
    if (!gicr_open_window(r, a, &at))
        return GIC_OK;
    bits = (uint32_t)value & at.mask & at.word->enable;
    at.word->enable &= ~bits;
    gicr_wait_for(r, at.w, bits);
    gicr_update(r);
    return GIC_OK;
}

/* --- pending, active ------------------------------------------------------------------------- */

static gic_status gicr_read_pendr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    gicr_window at;
    *value = gicr_open_window((gicr *)kernel, a, &at) ? gicr_pending(at.word) & at.mask : 0;
    return GIC_OK;
}

/* A GICv2's SGIs are pended and cleared by source, in registers of their own (L-07). */
static uint32_t gicr_pendable(const gicr *r, unsigned w)
{
    return r->v2 && w == 0 && !GIC_FAULT("L-07") ? ~(uint32_t)GICR_SGIS : UINT32_MAX;
}

static gic_status gicr_write_ispendr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    if (!gicr_open_window(r, a, &at))
        return GIC_OK;
    gicr_latch(r, at.w, (uint32_t)value & at.mask & gicr_pendable(r, at.w), false);
    gicr_update(r);
    return GIC_OK;
}

static gic_status gicr_write_icpendr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    uint32_t before;
    if (!gicr_open_window(r, a, &at))
        return GIC_OK;
    before = gicr_pending(at.word);
    at.word->latch &= ~((uint32_t)value & at.mask & gicr_pendable(r, at.w));
    gicr_pending_changed(r, at.w, before);
    gicr_update(r);
    return GIC_OK;
}

static gic_status gicr_read_activer(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    gicr_window at;
    *value = gicr_open_window((gicr *)kernel, a, &at) ? at.word->active & at.mask : 0;
    return GIC_OK;
}

static gic_status gicr_write_isactiver(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    if (!gicr_open_window(r, a, &at))
        return GIC_OK;
    at.word->active |= (uint32_t)value & at.mask;
    gicr_update(r);
    return GIC_OK;
}

static gic_status gicr_write_icactiver(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    if (!gicr_open_window(r, a, &at))
        return GIC_OK;
    gicr_deactivate(r, at.w, (uint32_t)value & at.mask);
    gicr_update(r);
    return GIC_OK;
}

/* --- priorities ------------------------------------------------------------------------------ */

static gic_status gicr_read_ipriorityr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    unsigned i;

    if (!gicr_open_window(r, a, &at))
        return GIC_OK;
    for (i = 0; i < a->access->size; i++) {
        uint8_t priority = r->arch.priority[at.slot + i];
        if (!gicr_sees_all(r, a->access))
            priority = gic_priority_to_nonsecure(priority);
        if (at.mask & gic_bit(at.slot + i))
            *value |= (uint64_t)priority << (8u * i);
    }
    return GIC_OK;
}

static gic_status gicr_write_ipriorityr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    unsigned i;

    if (!gicr_open_window(r, a, &at))
        return GIC_OK;
    for (i = 0; i < a->access->size; i++) {
        uint8_t priority = (uint8_t)(value >> (8u * i));
        if (!gicr_sees_all(r, a->access))
            priority = gic_priority_from_nonsecure(priority);
        if (at.mask & gic_bit(at.slot + i))
            r->arch.priority[at.slot + i] = priority & gic_priority_mask(&r->config);
    }
    gicr_update(r);
    return GIC_OK;
}

/* --- NMIs ------------------------------------------------------------------------------------- */

/* What exists of INMIR for this access: RES0 for Group 0 (N-08). A bit keeps its value while its
   interrupt is in Group 0 (ID-D14). */
static bool gicr_open_nmis(gicr *r, const gic_reg_access *a, gicr_window *at)
{
    if (!r->config.nmi || !gicr_open_window(r, a, at))
        return false;
    if (!GIC_FAULT("N-08b"))
        at->mask &= ~gicr_group_word(r, at->w, GIC_GROUP_0);
    return true;
}

static gic_status gicr_read_inmir(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    *value = gicr_open_nmis(r, a, &at) ? r->arch.inmir[at.w] & at.mask : 0;
    return GIC_OK;
}

static gic_status gicr_write_inmir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    if (!gicr_open_nmis(r, a, &at))
        return GIC_OK;
    r->arch.inmir[at.w] = (r->arch.inmir[at.w] & ~at.mask) | ((uint32_t)value & at.mask);
    gicr_update(r);
    return GIC_OK;
}

/* --- configuration --------------------------------------------------------------------------- */

static gic_status gicr_read_icfgr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    gicr_window at;
    if (gicr_open_window((gicr *)kernel, a, &at))
        *value = gic_spread_odd((at.word->edge & at.mask) >> (at.slot & 31u));
    return GIC_OK;
}

/* SGIs are always edge-triggered (S-05), PPIs as written (ID-R03); pending is derived anew from
   latch and input (D-19). */
static gic_status gicr_write_icfgr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gicr_window at;
    uint32_t changed;
    uint32_t before;
    unsigned shift;

    if (!gicr_open_window(r, a, &at))
        return GIC_OK;
    shift = at.slot & 31u;
    before = gicr_pending(at.word);
    changed = (at.word->edge ^ gic_squeeze_odd((uint32_t)value) << shift) & at.mask &
              UINT32_C(0xFFFF) << shift;
    if (changed & at.word->enable)
        gic_report(&r->outbox, GIC_EV_BAD_ICFGR, r->pe,
                   gicr_intid(at.w * 32u + gic_lowest_bit(changed & at.word->enable)), value);
    at.word->edge ^= changed;
    gicr_pending_changed(r, at.w, before);
    gicr_update(r);
    return GIC_OK;
}

static gic_status gicr_read_nsacr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicr *r = (const gicr *)kernel;
    (void)a;
    *value = r->arch.ds ? 0 : r->arch.nsacr;
    return GIC_OK;
}

static gic_status gicr_write_nsacr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    (void)a;
    if (!r->arch.ds)
        r->arch.nsacr = (uint32_t)value;
    return GIC_OK;
}

/* --- GICv2 ----------------------------------------------------------------------------------- */

/* Each byte shows the reader's own bit; one PE: RAZ (L-02). */
static gic_status gicr_read_itargetsr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicr *r = (const gicr *)kernel;
    uint64_t bytes = r->config.pe_count > 1 ? UINT64_C(0x01010101) << r->pe : 0;
    if (GIC_FAULT("L-01"))
        bytes = UINT64_C(0x01010101);
    *value = gic_reg_part(a, bytes);
    return GIC_OK;
}

/* GICD_PPISR: the wires, PPI 0 in bit 0. */
static gic_status gicr_read_ppisr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicr *r = (const gicr *)kernel;
    uint32_t seen = gicr_sees_all(r, a->access) ? UINT32_MAX : gicr_group_word(r, 0, GIC_GROUP_1NS);
    *value = (r->arch.word[0].level & seen) >> GIC_INTID_PPI_FIRST;
    return GIC_OK;
}

/* Whether the access may see or change the sources of an SGI: its group, or NSACR from @p opened.
 */
static bool gicr_sgi_open(const gicr *r, const gic_access *access, unsigned sgi, unsigned opened)
{
    return gicr_sees_all(r, access) || gicr_group(r, sgi) == GIC_GROUP_1NS ||
           (r->arch.nsacr >> (2u * sgi) & 3u) >= opened;
}

static gic_status gicr_read_sources(const gicr *r, const gic_reg_access *a, unsigned opened,
                                    uint64_t *value)
{
    unsigned i;
    for (i = 0; i < a->access->size; i++)
        if (gicr_sgi_open(r, a->access, a->intid + i, opened))
            *value |= (uint64_t)r->arch.sgi_source[a->intid + i] << (8u * i);
    return GIC_OK;
}

static gic_status gicr_read_spendsgir(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    return gicr_read_sources((const gicr *)kernel, a, 1, value);
}

static gic_status gicr_read_cpendsgir(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    return gicr_read_sources((const gicr *)kernel, a, 2, value);
}

/* Bits of PEs that are not there are WI. */
static gic_status gicr_write_spendsgir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    unsigned pes = (1u << r->config.pe_count) - 1u;
    unsigned i;
    for (i = 0; i < a->access->size; i++) {
        unsigned sgi = a->intid + i;
        unsigned set = (unsigned)(value >> (8u * i)) & pes;
        if (gicr_sgi_open(r, a->access, sgi, 1))
            gicr_set_sources(r, sgi, r->arch.sgi_source[sgi] | set);
    }
    gicr_update(r);
    return GIC_OK;
}

static gic_status gicr_write_cpendsgir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    unsigned i;
    for (i = 0; i < a->access->size; i++) {
        unsigned sgi = a->intid + i;
        unsigned clear = (unsigned)(value >> (8u * i)) & 0xFFu;
        if (gicr_sgi_open(r, a->access, sgi, 2))
            gicr_set_sources(r, sgi, r->arch.sgi_source[sgi] & ~clear);
    }
    gicr_update(r);
    return GIC_OK;
}

/* --- the frame ------------------------------------------------------------------------------- */

#define gicr_read_none  NULL
#define gicr_write_none NULL

static const gic_reg_row gicr_row[] = {
#define GICR_REG(name, offset, span, intid, bits, element, widths, flags, read, write, reset, \
                 mask)                                                                        \
    {#name,     (offset), (span),  (intid),          (bits),                                  \
     (element), (widths), (flags), gicr_read_##read, gicr_write_##write,                      \
     (reset),   (mask)},
#include "gicr.def"
#undef GICR_REG
};

static const gic_reg_row gicr2_row[] = {
#define GICR2_REG(name, offset, span, intid, bits, element, widths, flags, read, write, reset, \
                  mask)                                                                        \
    {#name,     (offset), (span),  (intid),          (bits),                                   \
     (element), (widths), (flags), gicr_read_##read, gicr_write_##write,                       \
     (reset),   (mask)},
#include "gicr2.def"
#undef GICR2_REG
};

const gic_reg_row *gicr_rows(const gicr *r, unsigned *count)
{
    *count = r->v2 ? GIC_COUNT_OF(gicr2_row) : GIC_COUNT_OF(gicr_row);
    return r->v2 ? gicr2_row : gicr_row;
}

static gic_frame_policy gicr_policy(gicr *r)
{
    gic_frame_policy policy;
    policy.outbox = &r->outbox;
    policy.pe = r->pe;
    policy.secure_rows_closed = !r->arch.ds;
    policy.bad_size = r->config.bad_size;
    return policy;
}

gic_status gicr_read(gicr *r, const gic_access *access, uint32_t offset, uint64_t *value)
{
    gic_frame_policy policy = gicr_policy(r);
    return gic_frame_read(&r->frame, &policy, r, access, offset, value);
}

gic_status gicr_write(gicr *r, const gic_access *access, uint32_t offset, uint64_t value)
{
    gic_frame_policy policy = gicr_policy(r);
    return gic_frame_write(&r->frame, &policy, r, access, offset, value);
}
