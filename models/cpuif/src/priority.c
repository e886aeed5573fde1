/* SPDX-License-Identifier: Apache-2.0 */
/* Priorities: mask, binary points, active priorities, running priority, and their views. */
#include "internal.h"

/* ---- what the configuration says ------------------------------------------------------------ */

unsigned cpuif_ap_count(unsigned preemption_bits)
{
    return ((1u << preemption_bits) + CPUIF_AP_WORD_BITS - 1u) / CPUIF_AP_WORD_BITS;
}

/* With 4 pre-emption bits half of the one register is RES0. */
uint32_t cpuif_ap_bits(unsigned preemption_bits)
{
    unsigned levels = 1u << preemption_bits;
    return levels < CPUIF_AP_WORD_BITS ? (UINT32_C(1) << levels) - 1u : ~UINT32_C(0);
}

/* ID-P03: by the pre-emption bits, which are the priority bits (at most 7) unless fewer are chosen.
 */
uint8_t cpuif_minimum_bpr(const gic_config *config, gic_group group)
{
    unsigned minimum = 7u - config->preemption_bits;
    return (uint8_t)(group == GIC_GROUP_1NS ? minimum + 1 : minimum);
}

/* ---- group priority -------------------------------------------------------------------------- */

static bool common_bpr(const cpuif *c, unsigned bank)
{
    return bank == CPUIF_BANK_S ? GIC_GET(ICC_CTLR_EL3, CBPR_EL1S, c->s.ctlr) != 0
                                : GIC_GET(ICC_CTLR_EL3, CBPR_EL1NS, c->s.ctlr) != 0;
}

static void derive_group_masks(cpuif *c)
{
    const uint8_t *bpr = c->s.bpr;
    uint8_t group0 = cpuif_group_bits(bpr[GIC_GROUP_0]);
    bool common_s = common_bpr(c, CPUIF_BANK_S);
    bool common_ns = common_bpr(c, CPUIF_BANK_NS);
    unsigned offset = GIC_FAULT("P-08") ? 0 : 1;
    c->d.group_mask[GIC_GROUP_0] = group0;
    c->d.group_mask[GIC_GROUP_1S] = common_s ? group0 : cpuif_group_bits(bpr[GIC_GROUP_1S]);
    /* P-08: BPR1(NS) counts one more than BPR0; P-09: with CBPR it is BPR0 itself. */
    c->d.group_mask[GIC_GROUP_1NS] =
        common_ns ? group0 : cpuif_group_bits(bpr[GIC_GROUP_1NS] - offset);
}

/* ---- running priority ------------------------------------------------------------------------ */

/* Level 0 is the most urgent; a level is one bit of the AP registers. */
static unsigned level_of(const cpuif *c, uint8_t priority)
{
    return (unsigned)priority >> c->d.level_shift;
}

static uint8_t priority_of(const cpuif *c, unsigned level)
{
    return (uint8_t)(level << c->d.level_shift);
}

/* The group whose bit of level @p level of register @p n is set: the first, should there be more.
 */
static gic_group group_at(const cpuif *c, unsigned n, unsigned level)
{
    if (c->s.ap[GIC_GROUP_0][n] & gic_bit(level))
        return GIC_GROUP_0;
    return c->s.ap[GIC_GROUP_1S][n] & gic_bit(level) ? GIC_GROUP_1S : GIC_GROUP_1NS;
}

/* N-06, N-07: an active NMI comes before what is no NMI of its priority. */
static void derive_running_nmi(cpuif *c)
{
    for (unsigned g = GIC_GROUP_1S; g <= GIC_GROUP_1NS; g++) {
        const uint8_t priority = gic_nmi_priority((gic_group)g, c->s.ds != 0);
        if ((c->s.ap_nmi & gic_group_bit((gic_group)g)) == 0 ||
            gic_urgency(priority, true) >= gic_urgency(c->d.running, c->d.running_nmi != 0))
            continue;
        c->d.running = priority;
        c->d.running_group = (uint8_t)g;
        c->d.running_nmi = 1;
    }
}

static void derive_running_levels(cpuif *c)
{
    c->d.running = GIC_PRIORITY_IDLE;
    c->d.running_group = GIC_GROUP_COUNT;
    c->d.running_nmi = 0;
    for (unsigned n = 0; n < c->d.ap_words; n++) {
        uint32_t active =
            c->s.ap[GIC_GROUP_0][n] | c->s.ap[GIC_GROUP_1S][n] | c->s.ap[GIC_GROUP_1NS][n];
        if (active != 0) {
            unsigned level = n * CPUIF_AP_WORD_BITS + gic_lowest_bit(active);
            c->d.running = priority_of(c, level);
            c->d.running_group = (uint8_t)group_at(c, n, level);
            return;
        }
    }
}

static void derive_running(cpuif *c)
{
    derive_running_levels(c);
    if (c->s.ap_nmi != 0)
        derive_running_nmi(c);
}

void cpuif_derive_priorities(cpuif *c)
{
    c->d.level_shift = (uint8_t)(8 - c->config.preemption_bits);
    c->d.ap_words = (uint8_t)cpuif_ap_count(c->config.preemption_bits);
    derive_group_masks(c);
    derive_running(c);
}

void cpuif_raise_running(cpuif *c, gic_group group, uint8_t priority)
{
    /* ID-P04: the level is the priority at pre-emption-bit granularity, whatever the BPR. */
    unsigned level = level_of(c, priority);
    gic_group bank = GIC_FAULT("P-10") ? GIC_GROUP_0 : group;
    c->s.ap[bank][level / CPUIF_AP_WORD_BITS] |= gic_bit(level);
    /* What is signalled pre-empts: nothing as urgent is active. */
    c->d.running = priority_of(c, level);
    c->d.running_group = (uint8_t)bank;
    c->d.running_nmi = 0;
}

void cpuif_raise_nmi(cpuif *c, gic_group group)
{
    c->s.ap_nmi |= gic_group_bit(group);
    derive_running(c);
}

void cpuif_drop_running(cpuif *c, gic_group group)
{
    if (c->d.running_nmi && !GIC_FAULT("N-07b")) {
        c->s.ap_nmi &= (uint8_t)~gic_group_bit(group);
    } else { /* what runs is the most urgent of its group */
        const unsigned level = level_of(c, c->d.running);
        c->s.ap[group][level / CPUIF_AP_WORD_BITS] &= GIC_FAULT("P-11") ? 0 : ~gic_bit(level);
    }
    derive_running(c);
}

/* ---- ICC_AP0R<n>_EL1, ICC_AP1R<n>_EL1 -------------------------------------------------------- */

/* Bits of register n whose priorities are in the Non-secure half. */
static uint32_t nonsecure_levels(const cpuif *c, unsigned n)
{
    unsigned first = level_of(c, CPUIF_SECURE_HALF);
    if (n * CPUIF_AP_WORD_BITS >= first)
        return ~UINT32_C(0);
    return (n + 1) * CPUIF_AP_WORD_BITS <= first ? 0 : ~UINT32_C(0) << first;
}

static void ap_write(cpuif *c, const cpuif_view *v, gic_group group, unsigned n, uint32_t value)
{
    uint32_t *ap = &c->s.ap[group][n];
    value &= cpuif_ap_bits(c->config.preemption_bits);
    if (value != 0 && value != *ap)
        gic_report(&c->outbox, GIC_EV_BAD_AP_WRITE, c->pe, GIC_INTID_SPURIOUS, value);
    /* P-26: Non-secure software may clear, but not set, a priority of the Secure half (ID-P05). */
    if (!c->s.ds && !v->secure && !GIC_FAULT("P-26"))
        value &= nonsecure_levels(c, n) | *ap;
    *ap = value;
    derive_running(c);
    cpuif_update_lines(c);
}

uint64_t cpuif_ap0r_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    return c->s.ap[GIC_GROUP_0][index];
}

uint64_t cpuif_ap1r_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    const gic_group group = cpuif_group1_of(v->bank);
    const uint64_t nmi = index == 0 && (c->s.ap_nmi & gic_group_bit(group)) != 0;
    return GIC_PUT(ICC_AP1R, NMI, c->s.ap[group][index], nmi);
}

bool cpuif_ap0r_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    ap_write(c, v, GIC_GROUP_0, index, (uint32_t)GIC_GET(ICC_AP0R, P, value));
    return true;
}

/* ICC_AP1R0_EL1.NMI. That of the Non-secure bank is of the Non-secure half (P-26). */
static void set_ap_nmi(cpuif *c, gic_group group, uint64_t nmi)
{
    const gic_group_set bit = gic_group_bit(group);
    c->s.ap_nmi = (uint8_t)(nmi != 0 ? c->s.ap_nmi | bit : c->s.ap_nmi & ~bit);
}

bool cpuif_ap1r_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    if (GIC_FAULT("P-24"))
        return true;
    if (index == 0 && c->config.nmi)
        set_ap_nmi(c, cpuif_group1_of(v->bank), GIC_GET(ICC_AP1R, NMI, value));
    ap_write(c, v, cpuif_group1_of(v->bank), index, (uint32_t)GIC_GET(ICC_AP1R, P, value));
    return true;
}

/* ---- ICC_PMR_EL1, ICC_RPR_EL1 ---------------------------------------------------------------- */

/* A priority as shifted Non-secure software sees it: the Secure half reads 0. */
static uint8_t shifted_view(uint8_t priority)
{
    return priority < CPUIF_SECURE_HALF ? 0 : (uint8_t)(priority << 1);
}

uint64_t cpuif_pmr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)index;
    return v->shifted ? shifted_view(c->s.pmr) : c->s.pmr;
}

bool cpuif_pmr_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    uint64_t priority = GIC_GET(ICC_PMR_EL1, Priority, value);
    (void)index;
    if (v->shifted) {
        /* P-13: a mask in the Secure half is not Non-secure software's to change. */
        if (c->s.pmr < CPUIF_SECURE_HALF && !GIC_FAULT("P-13"))
            return true;
        priority = CPUIF_SECURE_HALF | priority >> 1;
    }
    c->s.pmr = GIC_FAULT("P-06") ? (uint8_t)priority
                                 : cpuif_implemented_priority(c->config.priority_bits, priority);
    if (!GIC_FAULT("peer-gem5-10a"))
        cpuif_settle(c);
    return true;
}

/* N-07: the active NMI of the reader's view; with EL3, Secure readers see that of Non-secure state
   apart. */
static uint64_t with_active_nmis(const cpuif *c, const cpuif_view *v, uint64_t value)
{
    const bool of_s = (c->s.ap_nmi & gic_group_bit(GIC_GROUP_1S)) != 0;
    const bool of_ns = (c->s.ap_nmi & gic_group_bit(GIC_GROUP_1NS)) != 0;
    const bool apart = c->config.has_el3 && v->secure && !GIC_FAULT("N-07c");
    value = GIC_PUT(ICC_RPR_EL1, NMI, value, apart ? of_s : of_ns);
    return GIC_PUT(ICC_RPR_EL1, NMI_NS, value, apart && of_ns);
}

uint64_t cpuif_rpr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    uint64_t priority = c->d.running;
    (void)index;
    /* P-12: idle is 0xFF in every view. */
    if (v->shifted && c->d.running != GIC_PRIORITY_IDLE && !GIC_FAULT("P-12"))
        priority = shifted_view(c->d.running);
    return c->s.ap_nmi != 0 && !GIC_FAULT("N-07d") ? with_active_nmis(c, v, priority) : priority;
}

/* ---- ICC_BPR0_EL1, ICC_BPR1_EL1 -------------------------------------------------------------- */

static void set_bpr(cpuif *c, gic_group group, uint64_t value)
{
    uint8_t minimum = cpuif_minimum_bpr(&c->config, group);
    c->s.bpr[group] = value < minimum ? minimum : (uint8_t)value;
    derive_group_masks(c);
    cpuif_update_lines(c);
}

uint64_t cpuif_bpr0_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    (void)index;
    return c->s.bpr[GIC_GROUP_0];
}

bool cpuif_bpr0_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    (void)v;
    (void)index;
    set_bpr(c, GIC_GROUP_0, GIC_GET(ICC_BPR0_EL1, BinaryPoint, value));
    return true;
}

/* P-09: EL3 always reaches the register itself. */
static bool bpr1_is_common(const cpuif *c, const cpuif_view *v)
{
    return !v->el3 && common_bpr(c, v->bank) && !GIC_FAULT("P-09");
}

uint64_t cpuif_bpr1_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)index;
    if (!bpr1_is_common(c, v))
        return c->s.bpr[cpuif_group1_of(v->bank)];
    if (v->bank == CPUIF_BANK_S)
        return c->s.bpr[GIC_GROUP_0];
    return gic_min_u32(c->s.bpr[GIC_GROUP_0] + 1u, CPUIF_BPR_MAX);
}

bool cpuif_bpr1_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    gic_group group = cpuif_group1_of(v->bank);
    (void)index;
    if (bpr1_is_common(c, v)) {
        if (v->bank == CPUIF_BANK_NS)
            return true;
        group = GIC_GROUP_0;
    }
    set_bpr(c, group, GIC_GET(ICC_BPR1_EL1, BinaryPoint, value));
    return true;
}
