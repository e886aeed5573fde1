/* SPDX-License-Identifier: Apache-2.0 */
/* The reference of the virtual CPU interface: rule by rule, loops and no cleverness. */
#include "ref_virtual.h"

#include <string.h>

enum { INVALID, PENDING, ACTIVE, BOTH };
enum { NOTHING = 1023, IDLE = 255 };

/* ---- a list register ------------------------------------------------------------------------ */

static int state_of(uint64_t lr)
{
    return (int)(lr >> 62);
}

static uint64_t with_state(uint64_t lr, int state)
{
    return (lr & ~(UINT64_C(3) << 62)) | (uint64_t)state << 62;
}

static bool is_hardware(uint64_t lr)
{
    return (lr >> 61 & 1) != 0;
}

static int group_of(uint64_t lr)
{
    return (int)(lr >> 60 & 1);
}

static int priority_of(uint64_t lr)
{
    return (int)(lr >> 48 & 0xFF);
}

static uint32_t vintid_of(uint64_t lr)
{
    return (uint32_t)lr;
}

static int pintid_of(uint64_t lr)
{
    return (int)(lr >> 32 & 0x1FFF);
}

/* N-08: of Group 1 only. */
static bool is_nmi(uint64_t lr)
{
    return (lr >> 59 & 1) != 0 && group_of(lr) == 1;
}

static bool reports_eoi(uint64_t lr)
{
    return !is_hardware(lr) && (lr >> 41 & 1) != 0;
}

static bool is_special(uint32_t intid)
{
    return intid >= 1020 && intid <= 1023;
}

/* ---- priorities ----------------------------------------------------------------------------- */

static int truncated(int priority, int bits)
{
    while (priority % (256 >> bits) != 0)
        priority--;
    return priority;
}

static int running(const ref_virtual *v)
{
    if (v->active_nmi)
        return 0;
    for (int priority = 0; priority < 256; priority++)
        if (v->active[0][priority] || v->active[1][priority])
            return priority;
    return IDLE;
}

/* V-11: how many low bits of a priority are sub-priority. */
static int subpriority_bits(const ref_virtual *v, int group)
{
    if (group == 0 || v->common_bpr)
        return v->bpr[0] + 1;
    if (v->secure)
        return v->bpr[1] + 1;
    return v->bpr[1] > 0 ? v->bpr[1] : 1;
}

static int group_priority(const ref_virtual *v, int priority, int group)
{
    for (int bit = 0; bit < subpriority_bits(v, group) && bit < 8; bit++)
        priority &= ~(1 << bit);
    return priority;
}

static int least_bpr(const ref_virtual *v, int group)
{
    int least = 7 - v->config.virtual_preemption_bits;
    return group == 1 && !v->secure ? least + 1 : least;
}

static void set_bpr(ref_virtual *v, int group, int value)
{
    v->bpr[group] = value < least_bpr(v, group) ? least_bpr(v, group) : value;
}

/* ---- selection ------------------------------------------------------------------------------ */

/* N-08: the priority of an NMI is 0, and it comes before what is none of that priority. */
static int rank(uint64_t lr)
{
    return is_nmi(lr) ? 0 : 2 * priority_of(lr) + 1;
}

/* V-02: the list register that counts, or -1. */
static int selected(const ref_virtual *v)
{
    int best = -1;
    for (int n = 0; n < v->config.list_registers; n++) {
        uint64_t lr = v->lr[n];
        if (state_of(lr) != PENDING || !v->group_enabled[group_of(lr)])
            continue;
        if (priority_of(lr) == 255 && !is_nmi(lr))
            continue;
        if (best < 0 || rank(lr) < rank(v->lr[best]))
            best = n;
    }
    return best;
}

static bool can_be_signalled(const ref_virtual *v)
{
    int n = selected(v);
    int priority, group;
    if (!v->enabled || n < 0)
        return false;
    priority = priority_of(v->lr[n]);
    group = group_of(v->lr[n]);
    if (is_nmi(v->lr[n])) /* N-08 */
        return !v->active_nmi;
    if (priority >= v->pmr)
        return false;
    return running(v) == IDLE ||
           group_priority(v, priority, group) < group_priority(v, running(v), group);
}

bool ref_virtual_virq(const ref_virtual *v)
{
    return can_be_signalled(v) && group_of(v->lr[selected(v)]) == 1;
}

bool ref_virtual_vfiq(const ref_virtual *v)
{
    return can_be_signalled(v) && group_of(v->lr[selected(v)]) == 0;
}

bool ref_virtual_vnmi(const ref_virtual *v)
{
    return can_be_signalled(v) && is_nmi(v->lr[selected(v)]);
}

/* ---- the guest: acknowledge and end --------------------------------------------------------- */

static uint32_t highest(const ref_virtual *v, int group)
{
    int n = selected(v);
    return n >= 0 && group_of(v->lr[n]) == group ? vintid_of(v->lr[n]) : NOTHING;
}

/* V-03 */
static uint32_t acknowledge(ref_virtual *v, int group)
{
    int n = selected(v);
    uint32_t intid;
    if (!can_be_signalled(v) || group_of(v->lr[n]) != group)
        return NOTHING;
    intid = vintid_of(v->lr[n]);
    if (is_special(intid)) {
        v->lr[n] = with_state(v->lr[n], INVALID);
        return intid;
    }
    if (is_nmi(v->lr[n]))
        v->active_nmi = true;
    else
        v->active[group][truncated(priority_of(v->lr[n]), v->config.virtual_preemption_bits)] =
            true;
    v->lr[n] = with_state(v->lr[n], ACTIVE);
    return intid;
}

/* N-01, N-08: ICV_IAR1 only tells of an NMI, where software asks for that. */
static uint32_t acknowledge_or_tell(ref_virtual *v, int group)
{
    int n = selected(v);
    if (v->nmi_apart && can_be_signalled(v) && group == 1 && is_nmi(v->lr[n]) &&
        !is_special(vintid_of(v->lr[n])))
        return 1022;
    return acknowledge(v, group);
}

static uint32_t acknowledge_nmi(ref_virtual *v)
{
    return can_be_signalled(v) && is_nmi(v->lr[selected(v)]) ? acknowledge(v, 1)
                                                             : (uint32_t)NOTHING;
}

static int find_active(const ref_virtual *v, uint32_t intid)
{
    for (int n = 0; n < v->config.list_registers; n++)
        if ((state_of(v->lr[n]) == ACTIVE || state_of(v->lr[n]) == BOTH) &&
            vintid_of(v->lr[n]) == intid)
            return n;
    return -1;
}

/* V-05: what a list register may be linked to. */
static bool is_linkable(const ref_virtual *v, int intid)
{
    const gic_config *c = &v->config;
    return (intid >= 16 && intid < 32 + c->spi_count) ||
           (intid >= 1056 && intid < 1056 + c->eppi_count) ||
           (intid >= 4096 && intid < 4096 + c->espi_count);
}

static int deactivate(ref_virtual *v, int n)
{
    uint64_t lr = v->lr[n];
    v->lr[n] = with_state(lr, state_of(lr) == BOTH ? PENDING : INVALID);
    return is_hardware(lr) && is_linkable(v, pintid_of(lr)) ? pintid_of(lr) : -1;
}

static void count_eoi(ref_virtual *v, uint32_t intid)
{
    if (intid < 8192)
        v->eoi_count = (v->eoi_count + 1) % 32;
}

/* V-04, V-12 */
static int end_of_interrupt(ref_virtual *v, int group, uint32_t intid)
{
    int dropped = running(v);
    bool nmi = v->active_nmi;
    int n = find_active(v, intid);
    bool deactivates = !v->eoi_mode || intid >= 8192;
    if (is_special(intid) || dropped == IDLE)
        return -1;
    if (nmi)
        v->active_nmi = false;
    else if (v->active[0][dropped])
        v->active[0][dropped] = false;
    else
        v->active[1][dropped] = false;
    if (n < 0) {
        if (deactivates)
            count_eoi(v, intid);
        return -1;
    }
    if (group_of(v->lr[n]) != group || !deactivates || is_nmi(v->lr[n]) != nmi)
        return -1;
    if (!nmi && truncated(priority_of(v->lr[n]), v->config.virtual_preemption_bits) != dropped)
        return -1;
    return deactivate(v, n);
}

/* V-06 */
static int end_by_dir(ref_virtual *v, uint32_t intid)
{
    int n = find_active(v, intid);
    if (!v->eoi_mode || is_special(intid) || intid >= 8192)
        return -1;
    if (n >= 0)
        return deactivate(v, n);
    count_eoi(v, intid);
    return -1;
}

/* ---- active priorities ---------------------------------------------------------------------- */

static int levels(const ref_virtual *v)
{
    return 1 << v->config.virtual_preemption_bits;
}

static uint64_t read_ap(const ref_virtual *v, int group, int number)
{
    uint64_t value = 0;
    for (int bit = 0; bit < 32; bit++)
        if (v->active[group][(32 * number + bit) * (256 / levels(v))])
            value |= UINT64_C(1) << bit;
    if (group == 1 && number == 0 && v->active_nmi)
        value |= UINT64_C(1) << 63;
    return value;
}

static void write_ap(ref_virtual *v, int group, int number, uint64_t value)
{
    if (group == 1 && number == 0 && v->config.nmi)
        v->active_nmi = (value >> 63 & 1) != 0;
    for (int bit = 0; bit < 32; bit++)
        v->active[group][(32 * number + bit) * (256 / levels(v))] = (value >> bit & 1) != 0;
}

/* ---- what the hypervisor is told ------------------------------------------------------------ */

static uint64_t eisr(const ref_virtual *v)
{
    uint64_t value = 0;
    for (int n = 0; n < v->config.list_registers; n++)
        if (state_of(v->lr[n]) == INVALID && reports_eoi(v->lr[n]))
            value |= UINT64_C(1) << n;
    return value;
}

static uint64_t elrsr(const ref_virtual *v)
{
    uint64_t value = 0;
    for (int n = 0; n < v->config.list_registers; n++)
        if (state_of(v->lr[n]) == INVALID && !reports_eoi(v->lr[n]))
            value |= UINT64_C(1) << n;
    return value;
}

/* V-08, V-09 */
static uint64_t misr(const ref_virtual *v)
{
    int used = 0, pending = 0;
    uint64_t value = eisr(v) != 0;
    for (int n = 0; n < v->config.list_registers; n++) {
        used += state_of(v->lr[n]) != INVALID;
        pending += state_of(v->lr[n]) == PENDING;
    }
    value |= (uint64_t)(v->on_underflow && used < 2) << 1;
    value |= (uint64_t)(v->on_missing && v->eoi_count != 0) << 2;
    value |= (uint64_t)(v->on_none_pending && pending == 0) << 3;
    for (int group = 0; group < 2; group++) {
        value |= (uint64_t)(v->on_group_enabled[group] && v->group_enabled[group])
                 << (4 + 2 * group);
        value |= (uint64_t)(v->on_group_disabled[group] && !v->group_enabled[group])
                 << (5 + 2 * group);
    }
    return value;
}

/* V-10, V-17 */
bool ref_virtual_maintenance(const ref_virtual *v)
{
    return v->enabled && misr(v) != 0;
}

/* ---- registers as words --------------------------------------------------------------------- */

static uint64_t read_hcr(const ref_virtual *v)
{
    uint64_t value = v->enabled;
    value |= (uint64_t)v->on_underflow << 1 | (uint64_t)v->on_missing << 2;
    value |= (uint64_t)v->on_none_pending << 3;
    for (int group = 0; group < 2; group++) {
        value |= (uint64_t)v->on_group_enabled[group] << (4 + 2 * group);
        value |= (uint64_t)v->on_group_disabled[group] << (5 + 2 * group);
        value |= (uint64_t)v->trap_group[group] << (11 + group);
    }
    value |= (uint64_t)v->trap_common << 10 | (uint64_t)v->trap_dir << 14;
    return value | (uint64_t)v->eoi_count << 27;
}

static bool bit(uint64_t value, int n)
{
    return (value >> n & 1) != 0;
}

static void write_hcr(ref_virtual *v, uint64_t value)
{
    v->enabled = bit(value, 0);
    v->on_underflow = bit(value, 1);
    v->on_missing = bit(value, 2);
    v->on_none_pending = bit(value, 3);
    for (int group = 0; group < 2; group++) {
        v->on_group_enabled[group] = bit(value, 4 + 2 * group);
        v->on_group_disabled[group] = bit(value, 5 + 2 * group);
        v->trap_group[group] = bit(value, 11 + group);
    }
    v->trap_common = bit(value, 10);
    v->trap_dir = bit(value, 14);
    v->eoi_count = (int)(value >> 27 & 31);
}

static uint64_t read_vtr(const ref_virtual *v)
{
    const gic_config *c = &v->config;
    uint64_t value = (uint64_t)(c->list_registers - 1);
    value |= 3u << 19; /* TDS, nV4 */
    value |= (uint64_t)c->aff3_valid << 21;
    value |= (uint64_t)(c->lpi_bits > 16) << 23;
    value |= (uint64_t)(c->virtual_preemption_bits - 1) << 26;
    return value | (uint64_t)(c->virtual_priority_bits - 1) << 29;
}

static uint64_t read_vmcr(const ref_virtual *v)
{
    uint64_t value = (uint64_t)v->group_enabled[0] | (uint64_t)v->group_enabled[1] << 1;
    value |= 1u << 3; /* VFIQEn */
    value |= (uint64_t)v->common_bpr << 4 | (uint64_t)v->eoi_mode << 9;
    value |= (uint64_t)v->bpr[1] << 18 | (uint64_t)v->bpr[0] << 21;
    return value | (uint64_t)v->pmr << 24;
}

static void write_vmcr(ref_virtual *v, uint64_t value)
{
    v->group_enabled[0] = bit(value, 0);
    v->group_enabled[1] = bit(value, 1);
    v->common_bpr = bit(value, 4);
    v->eoi_mode = bit(value, 9);
    set_bpr(v, 1, (int)(value >> 18 & 7));
    set_bpr(v, 0, (int)(value >> 21 & 7));
    v->pmr = truncated((int)(value >> 24 & 0xFF), v->config.virtual_priority_bits);
}

/* V-15: bits 44:32, 55:48, 63:60, with NMIs 59, and the vINTID; of the priority what is
 * implemented.
 */
static uint64_t clean_lr(const ref_virtual *v, uint64_t value)
{
    uint64_t intid = value & (v->config.lpi_bits > 16 ? 0xFFFFFF : 0xFFFF);
    uint64_t priority = (uint64_t)truncated(priority_of(value), v->config.virtual_priority_bits);
    uint64_t nmi = v->config.nmi ? value & UINT64_C(1) << 59 : 0;
    return intid | (value & (UINT64_C(0x1FFF) << 32)) | priority << 48 | nmi |
           (value & (UINT64_C(0xF) << 60));
}

/* ---- ICH_ ----------------------------------------------------------------------------------- */

static int number_in(gic_sysreg reg, gic_sysreg first, int count)
{
    int number = (int)reg - (int)first;
    return number >= 0 && number < count ? number : -1;
}

bool ref_virtual_has(const ref_virtual *v, gic_sysreg reg)
{
    const int ap = levels(v) / 32;
    if (!v->config.has_el2 || v->config.list_registers == 0)
        return false;
    if (number_in(reg, GIC_ICH_AP0R0_EL2, 4) >= ap || number_in(reg, GIC_ICH_AP1R0_EL2, 4) >= ap)
        return false;
    return number_in(reg, GIC_ICH_LR0_EL2, 16) < v->config.list_registers;
}

uint64_t ref_virtual_read(const ref_virtual *v, gic_sysreg reg)
{
    if (number_in(reg, GIC_ICH_LR0_EL2, 16) >= 0)
        return v->lr[number_in(reg, GIC_ICH_LR0_EL2, 16)];
    if (number_in(reg, GIC_ICH_AP0R0_EL2, 4) >= 0)
        return read_ap(v, 0, number_in(reg, GIC_ICH_AP0R0_EL2, 4));
    if (number_in(reg, GIC_ICH_AP1R0_EL2, 4) >= 0)
        return read_ap(v, 1, number_in(reg, GIC_ICH_AP1R0_EL2, 4));
    switch (reg) {
    case GIC_ICH_HCR_EL2:
        return read_hcr(v);
    case GIC_ICH_VTR_EL2:
        return read_vtr(v);
    case GIC_ICH_VMCR_EL2:
        return read_vmcr(v);
    case GIC_ICH_MISR_EL2:
        return misr(v);
    case GIC_ICH_EISR_EL2:
        return eisr(v);
    default:
        return elrsr(v);
    }
}

void ref_virtual_write(ref_virtual *v, gic_sysreg reg, uint64_t value)
{
    if (number_in(reg, GIC_ICH_LR0_EL2, 16) >= 0)
        v->lr[number_in(reg, GIC_ICH_LR0_EL2, 16)] = clean_lr(v, value);
    else if (number_in(reg, GIC_ICH_AP0R0_EL2, 4) >= 0)
        write_ap(v, 0, number_in(reg, GIC_ICH_AP0R0_EL2, 4), value);
    else if (number_in(reg, GIC_ICH_AP1R0_EL2, 4) >= 0)
        write_ap(v, 1, number_in(reg, GIC_ICH_AP1R0_EL2, 4), value);
    else if (reg == GIC_ICH_HCR_EL2)
        write_hcr(v, value);
    else if (reg == GIC_ICH_VMCR_EL2)
        write_vmcr(v, value);
}

/* ---- ICV_ ----------------------------------------------------------------------------------- */

static uint64_t read_ctlr(const ref_virtual *v)
{
    const gic_config *c = &v->config;
    uint64_t value = (uint64_t)v->common_bpr | (uint64_t)v->eoi_mode << 1;
    value |= (uint64_t)(c->virtual_priority_bits - 1) << 8;
    value |= (uint64_t)(c->lpi_bits > 16) << 11;
    value |= (uint64_t)c->aff3_valid << 15 | (uint64_t)c->range_select << 18;
    return value | 1u << 19; /* ExtRange */
}

static uint64_t read_bpr1(const ref_virtual *v)
{
    if (!v->common_bpr)
        return (uint64_t)v->bpr[1];
    if (v->secure)
        return (uint64_t)v->bpr[0];
    return (uint64_t)(v->bpr[0] == 7 ? 7 : v->bpr[0] + 1);
}

static void write_bpr1(ref_virtual *v, int value)
{
    if (!v->common_bpr)
        set_bpr(v, 1, value);
    else if (v->secure)
        set_bpr(v, 0, value);
}

uint64_t ref_virtual_guest_read(ref_virtual *v, gic_sysreg reg)
{
    if (number_in(reg, GIC_ICC_AP0R0_EL1, 4) >= 0)
        return read_ap(v, 0, number_in(reg, GIC_ICC_AP0R0_EL1, 4));
    if (number_in(reg, GIC_ICC_AP1R0_EL1, 4) >= 0)
        return read_ap(v, 1, number_in(reg, GIC_ICC_AP1R0_EL1, 4));
    switch (reg) {
    case GIC_ICC_IAR0_EL1:
        return acknowledge(v, 0);
    case GIC_ICC_IAR1_EL1:
        return acknowledge_or_tell(v, 1);
    case GIC_ICC_NMIAR1_EL1:
        return acknowledge_nmi(v);
    case GIC_ICC_HPPIR0_EL1:
        return highest(v, 0);
    case GIC_ICC_HPPIR1_EL1:
        return highest(v, 1);
    case GIC_ICC_BPR0_EL1:
        return (uint64_t)v->bpr[0];
    case GIC_ICC_BPR1_EL1:
        return read_bpr1(v);
    case GIC_ICC_PMR_EL1:
        return (uint64_t)v->pmr;
    case GIC_ICC_RPR_EL1:
        return (uint64_t)running(v) | (uint64_t)v->active_nmi << 63;
    case GIC_ICC_CTLR_EL1:
        return read_ctlr(v);
    case GIC_ICC_IGRPEN0_EL1:
        return v->group_enabled[0];
    default:
        return v->group_enabled[1];
    }
}

/* Of the control registers; none of them deactivates anything. */
static void guest_control(ref_virtual *v, gic_sysreg reg, uint64_t value)
{
    if (number_in(reg, GIC_ICC_AP0R0_EL1, 4) >= 0)
        write_ap(v, 0, number_in(reg, GIC_ICC_AP0R0_EL1, 4), value);
    else if (number_in(reg, GIC_ICC_AP1R0_EL1, 4) >= 0)
        write_ap(v, 1, number_in(reg, GIC_ICC_AP1R0_EL1, 4), value);
    else if (reg == GIC_ICC_BPR0_EL1)
        set_bpr(v, 0, (int)(value & 7));
    else if (reg == GIC_ICC_BPR1_EL1)
        write_bpr1(v, (int)(value & 7));
    else if (reg == GIC_ICC_PMR_EL1)
        v->pmr = truncated((int)(value & 0xFF), v->config.virtual_priority_bits);
    else if (reg == GIC_ICC_IGRPEN0_EL1)
        v->group_enabled[0] = bit(value, 0);
    else if (reg == GIC_ICC_IGRPEN1_EL1)
        v->group_enabled[1] = bit(value, 0);
    if (reg == GIC_ICC_CTLR_EL1) {
        v->common_bpr = bit(value, 0);
        v->eoi_mode = bit(value, 1);
    }
}

int ref_virtual_guest_write(ref_virtual *v, gic_sysreg reg, uint64_t value)
{
    const uint32_t intid = (uint32_t)value & 0xFFFFFF;
    if (reg == GIC_ICC_EOIR0_EL1 || reg == GIC_ICC_EOIR1_EL1)
        return end_of_interrupt(v, reg == GIC_ICC_EOIR1_EL1, intid);
    if (reg == GIC_ICC_DIR_EL1)
        return end_by_dir(v, intid);
    guest_control(v, reg, value);
    return -1;
}

void ref_virtual_reset(ref_virtual *v, const gic_config *config)
{
    memset(v, 0, sizeof *v);
    v->config = *config;
    write_vmcr(v, 0);
}
