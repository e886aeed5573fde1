/* SPDX-License-Identifier: Apache-2.0 */
/* ICH_HCR_EL2, what the list registers report, the maintenance interrupt, vIRQ and vFIQ. */
#include "internal.h"

/* ---- ICH_VTR_EL2, ICH_EISR_EL2, ICH_ELRSR_EL2
 * ----------------------------------------------------- */

/* No direct injection, no SEIs, ICV_DIR can be trapped by itself (ID-H01). */
uint64_t cpuif_ich_vtr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    const gic_config *config = &c->config;
    uint64_t value = GIC_MAKE(ICH_VTR_EL2, ListRegs, c->d.v.count - 1u);
    (void)v;
    (void)index;
    value = GIC_PUT(ICH_VTR_EL2, TDS, value, 1);
    value = GIC_PUT(ICH_VTR_EL2, nV4, value, GIC_FAULT("V-18") ? 0 : 1);
    value = GIC_PUT(ICH_VTR_EL2, A3V, value, config->aff3_valid);
    value = GIC_PUT(ICH_VTR_EL2, IDbits, value, cpuif_id_bits(config));
    value = GIC_PUT(ICH_VTR_EL2, PREbits, value, config->virtual_preemption_bits - 1u);
    return GIC_PUT(ICH_VTR_EL2, PRIbits, value, config->virtual_priority_bits - 1u);
}

uint64_t cpuif_ich_eisr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    (void)index;
    return c->d.v.ended;
}

uint64_t cpuif_ich_elrsr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    const uint32_t all = (UINT32_C(1) << c->d.v.count) - 1u;
    (void)v;
    (void)index;
    return all & ~((uint32_t)c->d.v.valid | c->d.v.ended);
}

/* ---- ICH_MISR_EL2 ---------------------------------------------------------------------------- */

static bool underflow(const cpuif *c)
{
    const uint32_t valid = c->d.v.valid;
    return (valid & (valid - 1u)) == 0 && !(GIC_FAULT("V-08") && valid != 0);
}

/* V-08, V-09. */
static uint64_t misr(const cpuif *c)
{
    const uint64_t hcr = c->s.v.hcr;
    const uint64_t none_pending = c->d.v.pending == 0;
    const uint64_t missing = GIC_GET(ICH_HCR_EL2, EOIcount, hcr) != 0 || GIC_FAULT("V-09");
    const uint64_t group0 = cpuif_virtual_group_enabled(c, 0);
    const uint64_t group1 = cpuif_virtual_group_enabled(c, 1);
    uint64_t value = GIC_MAKE(ICH_MISR_EL2, EOI, c->d.v.ended != 0);
    value = GIC_PUT(ICH_MISR_EL2, U, value, GIC_GET(ICH_HCR_EL2, UIE, hcr) & underflow(c));
    value = GIC_PUT(ICH_MISR_EL2, LRENP, value, GIC_GET(ICH_HCR_EL2, LRENPIE, hcr) & missing);
    value = GIC_PUT(ICH_MISR_EL2, NP, value, GIC_GET(ICH_HCR_EL2, NPIE, hcr) & none_pending);
    value = GIC_PUT(ICH_MISR_EL2, VGrp0E, value, GIC_GET(ICH_HCR_EL2, VGrp0EIE, hcr) & group0);
    value = GIC_PUT(ICH_MISR_EL2, VGrp0D, value,
                    GIC_GET(ICH_HCR_EL2, VGrp0DIE, hcr) & (GIC_FAULT("V-08b") ? group0 : !group0));
    value = GIC_PUT(ICH_MISR_EL2, VGrp1E, value, GIC_GET(ICH_HCR_EL2, VGrp1EIE, hcr) & group1);
    return GIC_PUT(ICH_MISR_EL2, VGrp1D, value, GIC_GET(ICH_HCR_EL2, VGrp1DIE, hcr) & !group1);
}

uint64_t cpuif_ich_misr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    (void)index;
    return misr(c);
}

/* ---- ICH_HCR_EL2 ----------------------------------------------------------------------------- */

/* Whether ICH_MISR_EL2 is not zero; most often nothing is asked for. */
static bool has_report(const cpuif *c)
{
    const uint64_t enables = gic_mask(ICH_HCR_EL2_VGrp1DIE_HIGH, ICH_HCR_EL2_UIE_LOW);
    return (c->s.v.hcr & enables) != 0 ? misr(c) != 0 : c->d.v.ended != 0;
}

/* TSEI is RES0 without SEIs, vSGIEOICount and DVIM without direct injection (ID-H01). */
uint32_t cpuif_hcr_mask(void)
{
    return (uint32_t)(GIC_FIELD_MASK(ICH_HCR_EL2, En) | GIC_FIELD_MASK(ICH_HCR_EL2, UIE) |
                      GIC_FIELD_MASK(ICH_HCR_EL2, LRENPIE) | GIC_FIELD_MASK(ICH_HCR_EL2, NPIE) |
                      GIC_FIELD_MASK(ICH_HCR_EL2, VGrp0EIE) |
                      GIC_FIELD_MASK(ICH_HCR_EL2, VGrp0DIE) |
                      GIC_FIELD_MASK(ICH_HCR_EL2, VGrp1EIE) |
                      GIC_FIELD_MASK(ICH_HCR_EL2, VGrp1DIE) | GIC_FIELD_MASK(ICH_HCR_EL2, TC) |
                      GIC_FIELD_MASK(ICH_HCR_EL2, TALL0) | GIC_FIELD_MASK(ICH_HCR_EL2, TALL1) |
                      GIC_FIELD_MASK(ICH_HCR_EL2, TDIR) | GIC_FIELD_MASK(ICH_HCR_EL2, EOIcount));
}

uint64_t cpuif_ich_hcr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    (void)index;
    return c->s.v.hcr;
}

bool cpuif_ich_hcr_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    const uint64_t traps = GIC_FIELD_MASK(ICH_HCR_EL2, TC) | GIC_FIELD_MASK(ICH_HCR_EL2, TALL0) |
                           GIC_FIELD_MASK(ICH_HCR_EL2, TALL1) | GIC_FIELD_MASK(ICH_HCR_EL2, TDIR);
    const uint64_t changed = c->s.v.hcr ^ value;
    (void)v;
    (void)index;
    c->s.v.hcr = (uint32_t)value & cpuif_hcr_mask();
    if ((changed & traps) != 0)
        cpuif_derive_pe(c);
    cpuif_update_virtual(c);
    return true;
}

void cpuif_count_eoi(cpuif *c)
{
    const uint64_t count = GIC_GET(ICH_HCR_EL2, EOIcount, c->s.v.hcr) + 1u;
    c->s.v.hcr = (uint32_t)GIC_PUT(ICH_HCR_EL2, EOIcount, c->s.v.hcr, count);
}

/* ---- lines ----------------------------------------------------------------------------------- */

unsigned cpuif_wanted_virtual_lines(const cpuif *c)
{
    const unsigned n = cpuif_virtual_best(&c->d.v);
    unsigned lines = 0;
    /* V-17: disabled, nothing is signalled, and nothing is forgotten. */
    if (GIC_GET(ICH_HCR_EL2, En, c->s.v.hcr) == 0 && !GIC_FAULT("V-17"))
        return 0;
    if (cpuif_virtual_signals(c))
        lines = 1u << ((c->d.v.group1 >> n & 1u) != 0 || !GIC_GET(ICH_VMCR_EL2, VFIQEn, c->s.v.vmcr)
                           ? GIC_LINE_VIRQ
                           : GIC_LINE_VFIQ) |
                (unsigned)cpuif_virtual_best_is_nmi(&c->d.v) << GIC_LINE_VNMI;
    return has_report(c) ? lines | 1u << GIC_LINE_MAINTENANCE : lines;
}

static uint32_t reason_of(const cpuif *c, unsigned line)
{
    return line == GIC_LINE_MAINTENANCE
               ? (uint32_t)GIC_INTID_SPURIOUS
               : (uint32_t)GIC_GET(ICH_LR, vINTID, c->s.v.lr[cpuif_virtual_best(&c->d.v)]);
}

static void raise_line(cpuif *c, unsigned line)
{
    const uint32_t intid = reason_of(c, line);
    gic_drive(&c->outbox, line, c->pe, true, intid);
    if (line == GIC_LINE_MAINTENANCE)
        gic_report(&c->outbox, GIC_EV_MAINTENANCE, c->pe, GIC_INTID_MAINTENANCE, misr(c));
    else if (line != GIC_LINE_VNMI)
        gic_report(&c->outbox, GIC_EV_VIRTUAL_SIGNALLED, c->pe, intid, line);
}

void cpuif_update_virtual(cpuif *c)
{
    const unsigned wanted = cpuif_wanted_virtual_lines(c);
    const unsigned changed = wanted ^ c->s.v.lines;
    if (changed == 0)
        return;
    /* What falls goes first: never both vIRQ and vFIQ for one interrupt. */
    for (unsigned left = changed & ~wanted; left != 0; left &= left - 1u)
        gic_drive(&c->outbox, gic_lowest_bit(left), c->pe, false, GIC_INTID_SPURIOUS);
    /* What vIRQ asserts is said before it rises. */
    if ((changed & wanted & 1u << GIC_LINE_VNMI) != 0)
        raise_line(c, GIC_LINE_VNMI);
    for (unsigned left = changed & wanted & ~(1u << GIC_LINE_VNMI); left != 0; left &= left - 1u)
        raise_line(c, gic_lowest_bit(left));
    c->s.v.lines = (uint8_t)wanted;
    if (GIC_FAULT("V-10"))
        c->s.v.lines &= (uint8_t) ~(1u << GIC_LINE_MAINTENANCE);
}
