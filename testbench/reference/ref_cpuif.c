/* SPDX-License-Identifier: Apache-2.0 */
/* The reference CPU interface: rule by rule, loops and no cleverness. */
#include "ref_cpuif.h"

#include <string.h>

void ref_cpuif_reset(ref_cpuif *r, const gic_config *config)
{
    memset(r, 0, sizeof *r);
    r->priority_bits = config->priority_bits;
    r->preemption_bits = config->preemption_bits;
    r->has_el3 = config->has_el3;
    r->one_state = !config->two_security_states;
    r->bpr0 = 7 - config->preemption_bits;
    r->bpr1_s = r->bpr0;
    r->bpr1_ns = r->bpr0 + 1;
}

/* ---- the PE --------------------------------------------------------------------------------- */

static bool at_el3(const ref_cpuif *r)
{
    return r->has_el3 && r->pe.el == 3;
}

static bool secure(const ref_cpuif *r)
{
    return r->has_el3 && (r->pe.el == 3 || !r->pe.scr_ns);
}

/* P-27: the bank follows SCR_EL3.NS, at EL3 too; without EL3 there is one. */
static bool secure_bank(const ref_cpuif *r)
{
    return r->has_el3 && !r->pe.scr_ns;
}

/* P-12, P-13, P-25: Non-secure, EL3 exists, SCR_EL3.FIQ = 1. */
static bool sees_shifted(const ref_cpuif *r)
{
    return r->has_el3 && !secure(r) && r->pe.scr_fiq;
}

/* ---- priorities ------------------------------------------------------------------------------ */

/* P-08, P-09: how many low bits of a priority are sub-priority. */
static int subpriority_bits(const ref_cpuif *r, gic_group group)
{
    if (group == GIC_GROUP_0)
        return r->bpr0 + 1;
    if (group == GIC_GROUP_1S)
        return r->cbpr_s ? r->bpr0 + 1 : r->bpr1_s + 1;
    return r->cbpr_ns ? r->bpr0 + 1 : r->bpr1_ns;
}

static int group_priority(const ref_cpuif *r, int priority, gic_group group)
{
    for (int bit = 0; bit < subpriority_bits(r, group) && bit < 8; bit++)
        priority &= ~(1 << bit);
    return priority;
}

/* N-06 */
static int nmi_priority(const ref_cpuif *r, gic_group group)
{
    return group == GIC_GROUP_1NS && !r->one_state ? 128 : 0;
}

/* What is active and comes first: an NMI before what is none (N-06). */
typedef struct top {
    int priority; /* -1: nothing is active */
    gic_group group;
    bool nmi;
} top;

static top highest_active(const ref_cpuif *r)
{
    for (int priority = 0; priority < 256; priority++) {
        for (int group = GIC_GROUP_1S; group <= GIC_GROUP_1NS; group++)
            if (r->active_nmi[group] && nmi_priority(r, (gic_group)group) == priority)
                return (top){priority, (gic_group)group, true};
        for (int group = 0; group < 3; group++)
            if (r->active[group][priority])
                return (top){priority, (gic_group)group, false};
    }
    return (top){-1, GIC_GROUP_0, false};
}

static int running(const ref_cpuif *r)
{
    return highest_active(r).priority;
}

int ref_cpuif_running(const ref_cpuif *r)
{
    return running(r) < 0 ? 255 : running(r);
}

/* ---- signalling
 * ---------------------------------------------------------------------------------- */

static bool enabled(const ref_cpuif *r, gic_group group)
{
    if (group == GIC_GROUP_0)
        return r->enable_0;
    return group == GIC_GROUP_1S ? r->enable_1s : r->enable_1ns;
}

/* N-06: whether ICC_PMR masks the NMI that is pending. */
static bool nmi_is_masked(const ref_cpuif *r)
{
    if (r->pending_group != GIC_GROUP_1NS || r->one_state)
        return false;
    return r->pmr < 128 || (r->pmr == 128 && secure(r));
}

/* N-01, N-06, ID-P18. */
static bool nmi_can_be_signalled(const ref_cpuif *r)
{
    const top on = highest_active(r);
    int mine, its;
    if (nmi_is_masked(r))
        return false;
    if (on.priority < 0)
        return true;
    mine = group_priority(r, r->pending_priority, r->pending_group);
    its = group_priority(r, on.priority, r->pending_group);
    if (mine != its)
        return mine < its;
    if (on.nmi)
        return on.group != r->pending_group && r->pending_priority < on.priority;
    return r->pending_priority <= on.priority;
}

/* P-05, P-07, P-23. */
static bool can_be_signalled(const ref_cpuif *r)
{
    if (!r->pending || !enabled(r, r->pending_group))
        return false;
    if (r->pending_nmi)
        return nmi_can_be_signalled(r);
    if (r->pending_priority >= r->pmr)
        return false;
    if (running(r) < 0)
        return true;
    return group_priority(r, r->pending_priority, r->pending_group) <
           group_priority(r, running(r), r->pending_group);
}

/* P-22. */
ref_line ref_cpuif_line(const ref_cpuif *r)
{
    bool ns = r->has_el3 ? !secure(r) : r->pe.scr_ns;
    if (!can_be_signalled(r))
        return REF_NO_LINE;
    if (r->pending_group == GIC_GROUP_0)
        return REF_FIQ;
    if (r->one_state)
        return REF_IRQ;
    if (r->pending_group == GIC_GROUP_1S)
        return ns || (at_el3(r) && !r->pe.aarch32) ? REF_FIQ : REF_IRQ;
    return ns ? REF_IRQ : REF_FIQ;
}

/* ---- acknowledge and end
 * -------------------------------------------------------------------------- */

/* P-02, P-03. */
int ref_cpuif_hppir(const ref_cpuif *r, int n)
{
    if (!r->pending || !enabled(r, r->pending_group))
        return 1023;
    switch (r->pending_group) {
    case GIC_GROUP_0:
        return n == 0 && (r->one_state || secure(r)) ? r->pending_intid : 1023;
    case GIC_GROUP_1S:
        if (n == 0)
            return at_el3(r) ? 1020 : 1023;
        return r->one_state || secure(r) ? r->pending_intid : 1023;
    default:
        if (n == 0)
            return at_el3(r) ? 1021 : 1023;
        return r->one_state || at_el3(r) || !secure(r) ? r->pending_intid : 1023;
    }
}

static bool is_special(int intid)
{
    return intid >= 1020 && intid <= 1023;
}

/* N-07; P-10: at the granularity of the pre-emption bits. */
static void activate(ref_cpuif *r)
{
    int level = r->pending_priority;
    while (level % (256 >> r->preemption_bits) != 0)
        level--;
    if (r->pending_nmi)
        r->active_nmi[r->pending_group] = true;
    else
        r->active[r->pending_group][level] = true;
    r->pending = false;
}

int ref_cpuif_iar(ref_cpuif *r, int n)
{
    int intid = can_be_signalled(r) ? ref_cpuif_hppir(r, n) : 1023;
    if (is_special(intid))
        return intid;
    if (r->pending_nmi && (r->pe.sctlr_nmi >> r->pe.el & 1) != 0) /* N-01 */
        return 1022;
    activate(r);
    return intid;
}

/* N-01 */
int ref_cpuif_nmiar(ref_cpuif *r)
{
    int intid = can_be_signalled(r) && r->pending_nmi ? ref_cpuif_hppir(r, 1) : 1023;
    if (!is_special(intid))
        activate(r);
    return intid;
}

/* P-11, P-15. */
bool ref_cpuif_eoir(ref_cpuif *r, int n)
{
    const top on = highest_active(r);
    const gic_group group = on.group;
    bool permitted = true;
    if (on.priority < 0)
        return false;
    if (group == GIC_GROUP_0)
        permitted = n == 0 && (r->one_state || secure(r));
    else if (group == GIC_GROUP_1S)
        permitted = n == 1 && (r->one_state || secure(r));
    else
        permitted = n == 1 && (r->one_state || at_el3(r) || !secure(r));
    if (permitted && on.nmi)
        r->active_nmi[group] = false;
    else if (permitted)
        r->active[group][on.priority] = false;
    return permitted;
}

/* P-18. */
bool ref_cpuif_eoimode(const ref_cpuif *r)
{
    if (at_el3(r))
        return r->eoimode_el3;
    return secure_bank(r) ? r->eoimode_s : r->eoimode_ns;
}

/* ---- registers
 * ------------------------------------------------------------------------------------- */

/* N-07 */
static uint64_t active_nmis(const ref_cpuif *r)
{
    uint64_t value = 0;
    if (secure(r)) {
        value |= (uint64_t)r->active_nmi[GIC_GROUP_1S] << 63;
        value |= (uint64_t)r->active_nmi[GIC_GROUP_1NS] << 62;
    } else {
        value |= (uint64_t)r->active_nmi[GIC_GROUP_1NS] << 63;
    }
    return value;
}

uint64_t ref_cpuif_rpr(const ref_cpuif *r)
{
    int priority = ref_cpuif_running(r);
    if (sees_shifted(r) && running(r) >= 0)
        priority = priority < 128 ? 0 : (priority - 128) * 2;
    return active_nmis(r) | (uint64_t)priority;
}

int ref_cpuif_pmr(const ref_cpuif *r)
{
    if (!sees_shifted(r))
        return r->pmr;
    return r->pmr < 128 ? 0 : (r->pmr - 128) * 2;
}

void ref_cpuif_write_pmr(ref_cpuif *r, int value)
{
    if (sees_shifted(r)) {
        if (r->pmr < 128)
            return;
        value = 128 + value / 2;
    }
    /* P-06 */
    while (value % (256 >> r->priority_bits) != 0)
        value--;
    r->pmr = value;
}

int ref_cpuif_bpr0(const ref_cpuif *r)
{
    return r->bpr0;
}

static int at_least(int value, int minimum)
{
    return value < minimum ? minimum : value;
}

void ref_cpuif_write_bpr0(ref_cpuif *r, int value)
{
    r->bpr0 = at_least(value, 7 - r->preemption_bits);
}

int ref_cpuif_bpr1(const ref_cpuif *r)
{
    if (secure_bank(r))
        return r->cbpr_s && !at_el3(r) ? r->bpr0 : r->bpr1_s;
    if (r->cbpr_ns && !at_el3(r))
        return r->bpr0 + 1 > 7 ? 7 : r->bpr0 + 1;
    return r->bpr1_ns;
}

void ref_cpuif_write_bpr1(ref_cpuif *r, int value)
{
    if (secure_bank(r)) {
        if (r->cbpr_s && !at_el3(r))
            ref_cpuif_write_bpr0(r, value);
        else
            r->bpr1_s = at_least(value, 7 - r->preemption_bits);
    } else if (!r->cbpr_ns || at_el3(r)) {
        r->bpr1_ns = at_least(value, 8 - r->preemption_bits);
    }
}

void ref_cpuif_write_ctlr_el1(ref_cpuif *r, bool cbpr, bool eoimode)
{
    bool may_write_cbpr = !r->has_el3 || r->one_state;
    if (secure_bank(r)) {
        r->eoimode_s = eoimode;
        r->cbpr_s = may_write_cbpr ? cbpr : r->cbpr_s;
    } else {
        r->eoimode_ns = eoimode;
        r->cbpr_ns = may_write_cbpr ? cbpr : r->cbpr_ns;
    }
}

void ref_cpuif_write_igrpen1(ref_cpuif *r, bool enable)
{
    if (secure_bank(r))
        r->enable_1s = enable;
    else
        r->enable_1ns = enable;
}

bool ref_cpuif_igrpen1(const ref_cpuif *r)
{
    return secure_bank(r) ? r->enable_1s : r->enable_1ns;
}
