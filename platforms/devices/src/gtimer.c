/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/gtimer.h"

#include <string.h>

enum {
    CTL_ENABLE = 1 << 0,
    CTL_IMASK = 1 << 1,
    CTL_ISTATUS = 1 << 2,
    KCTL_PCTEN = 1 << 0, /* also CNTHCTL_EL2.EL0PCTEN with E2H */
    KCTL_VCTEN = 1 << 1,
    KCTL_EVNTEN = 1 << 2,
    KCTL_VTEN = 1 << 8,
    KCTL_PTEN = 1 << 9,
    KCTL_MASK = 0x3ff,
    HCTL_EL1PCTEN = 1 << 0, /* without E2H */
    HCTL_EL1PCEN = 1 << 1,
    HCTL_E2H_EL1PCTEN = 1 << 10, /* with E2H */
    HCTL_E2H_EL1PTEN = 1 << 11,
    HCTL_MASK = 0xfff,
    EVNTDIR_SHIFT = 3,
    EVNTI_SHIFT = 4
};

/* What an access is checked for. */
typedef enum gtimer_class {
    CLASS_FREQUENCY,
    CLASS_PHYS_COUNT,
    CLASS_VIRT_COUNT,
    CLASS_EL1_CONTROL,
    CLASS_EL2_CONTROL,
    CLASS_PHYS_TIMER,
    CLASS_VIRT_TIMER,
    CLASS_EL2_TIMER,
    CLASS_EL2_VIRT_TIMER,
    CLASS_SECURE_TIMER
} gtimer_class;

static gtimer_class gtimer_classify(gtimer_reg reg)
{
    static const uint8_t single[] = {CLASS_FREQUENCY,   CLASS_PHYS_COUNT,  CLASS_VIRT_COUNT,
                                     CLASS_EL1_CONTROL, CLASS_EL2_CONTROL, CLASS_EL2_CONTROL};
    static const uint8_t unit[GTIMER_COUNT] = {CLASS_PHYS_TIMER, CLASS_VIRT_TIMER, CLASS_EL2_TIMER,
                                               CLASS_EL2_VIRT_TIMER, CLASS_SECURE_TIMER};

    if (reg < GTIMER_CNTP_CTL_EL0)
        return (gtimer_class)single[reg];
    return (gtimer_class)unit[(reg - GTIMER_CNTP_CTL_EL0) / 3];
}

static bool gtimer_is_host(const gtimer_pe *pe)
{
    return pe->el2_enabled && pe->e2h && pe->tge;
}

/* EL0: the bit of CNTKCTL_EL1, or of CNTHCTL_EL2 for a host's application. */
static bool gtimer_el0_allowed(const gtimer *t, gtimer_class cls, const gtimer_pe *pe)
{
    const uint32_t control = gtimer_is_host(pe) ? t->state.cnthctl : t->state.cntkctl;

    switch (cls) {
    case CLASS_FREQUENCY:
        return (control & (KCTL_PCTEN | KCTL_VCTEN)) != 0;
    case CLASS_PHYS_COUNT:
        return (control & KCTL_PCTEN) != 0;
    case CLASS_VIRT_COUNT:
        return (control & KCTL_VCTEN) != 0;
    case CLASS_PHYS_TIMER:
    case CLASS_EL2_TIMER:
        return (control & KCTL_PTEN) != 0;
    case CLASS_VIRT_TIMER:
    case CLASS_EL2_VIRT_TIMER:
        return (control & KCTL_VTEN) != 0;
    default:
        return false;
    }
}

/* CNTHCTL_EL2's say about EL1 and EL0 below a hypervisor. */
static bool gtimer_el2_traps(const gtimer *t, gtimer_class cls, const gtimer_pe *pe)
{
    const uint32_t count_bit = pe->e2h ? HCTL_E2H_EL1PCTEN : HCTL_EL1PCTEN;
    const uint32_t timer_bit = pe->e2h ? HCTL_E2H_EL1PTEN : HCTL_EL1PCEN;

    if (!pe->el2_enabled || gtimer_is_host(pe))
        return false;
    if (cls == CLASS_PHYS_COUNT)
        return (t->state.cnthctl & count_bit) == 0;
    return cls == CLASS_PHYS_TIMER && (t->state.cnthctl & timer_bit) == 0;
}

static gtimer_result gtimer_check_el0(const gtimer *t, gtimer_class cls, const gtimer_pe *pe)
{
    switch (cls) {
    case CLASS_FREQUENCY:
    case CLASS_PHYS_COUNT:
    case CLASS_VIRT_COUNT:
    case CLASS_PHYS_TIMER:
    case CLASS_VIRT_TIMER:
        break;
    case CLASS_EL2_TIMER: /* redirected from CNTP and CNTV */
    case CLASS_EL2_VIRT_TIMER:
        if (gtimer_is_host(pe))
            break;
        return GTIMER_UNDEFINED;
    default:
        return GTIMER_UNDEFINED;
    }
    if (!gtimer_el0_allowed(t, cls, pe))
        return pe->el2_enabled && pe->tge ? GTIMER_TRAP_EL2 : GTIMER_TRAP_EL1;
    return gtimer_el2_traps(t, cls, pe) ? GTIMER_TRAP_EL2 : GTIMER_OK;
}

static gtimer_result gtimer_check_el1(const gtimer *t, gtimer_class cls, const gtimer_pe *pe)
{
    switch (cls) {
    case CLASS_EL2_CONTROL:
    case CLASS_EL2_TIMER:
    case CLASS_EL2_VIRT_TIMER:
        return GTIMER_UNDEFINED;
    case CLASS_SECURE_TIMER:
        if (!t->config.has_el3 || !pe->secure)
            return GTIMER_UNDEFINED;
        return pe->st ? GTIMER_OK : GTIMER_TRAP_EL3;
    default:
        return gtimer_el2_traps(t, cls, pe) ? GTIMER_TRAP_EL2 : GTIMER_OK;
    }
}

static gtimer_result gtimer_check_high(const gtimer *t, gtimer_class cls, const gtimer_pe *pe)
{
    if (cls == CLASS_SECURE_TIMER)
        return pe->el == 3 ? GTIMER_OK : GTIMER_UNDEFINED;
    if (cls == CLASS_EL2_VIRT_TIMER && !t->config.has_vhe)
        return GTIMER_UNDEFINED;
    return GTIMER_OK;
}

static unsigned gtimer_highest_el(const gtimer *t)
{
    return t->config.has_el3 ? 3 : t->config.has_el2 ? 2 : 1;
}

static gtimer_result gtimer_check(const gtimer *t, gtimer_reg reg, const gtimer_pe *pe, bool write)
{
    const gtimer_class cls = gtimer_classify(reg);

    if (write && (cls == CLASS_PHYS_COUNT || cls == CLASS_VIRT_COUNT))
        return GTIMER_UNDEFINED;
    if (write && cls == CLASS_FREQUENCY && pe->el != gtimer_highest_el(t))
        return GTIMER_UNDEFINED;
    if (pe->el == 0)
        return gtimer_check_el0(t, cls, pe);
    return pe->el == 1 ? gtimer_check_el1(t, cls, pe) : gtimer_check_high(t, cls, pe);
}

/* EL2's registers on a PE without EL2: RES0 from EL3. */
static bool gtimer_absent(const gtimer *t, gtimer_reg reg)
{
    const gtimer_class cls = gtimer_classify(reg);

    return !t->config.has_el2 &&
           (cls == CLASS_EL2_CONTROL || cls == CLASS_EL2_TIMER || cls == CLASS_EL2_VIRT_TIMER);
}

static uint64_t gtimer_count(const gtimer *t, uint64_t now_ps)
{
    return dev_clock_ticks(&t->clock, now_ps);
}

/* The offset of CNTVCT as read here: a host sees the physical count. */
static uint64_t gtimer_read_offset(const gtimer *t, const gtimer_pe *pe)
{
    const bool host = (pe->el == 2 && pe->e2h) || (pe->el == 0 && gtimer_is_host(pe));

    return host ? 0 : t->state.cntvoff;
}

/* What a timer subtracts from the physical count. A host reaches the virtual timer by _EL02 names
   only, with the guest's offset. */
static uint64_t gtimer_offset(const gtimer *t, unsigned id)
{
    return id == GTIMER_V ? t->state.cntvoff : 0;
}

static bool gtimer_met(const gtimer *t, unsigned id, uint64_t count)
{
    return count - gtimer_offset(t, id) >= t->state.unit[id].cval;
}

static uint64_t gtimer_read_unit(const gtimer *t, unsigned index, uint64_t count)
{
    const unsigned id = index / 3;
    const gtimer_unit *u = &t->state.unit[id];
    const uint64_t offset = gtimer_offset(t, id);

    switch (index % 3) {
    case 0:
        return u->ctl | ((u->ctl & CTL_ENABLE) != 0 && gtimer_met(t, id, count) ? CTL_ISTATUS : 0u);
    case 1:
        return u->cval;
    default:
        return (uint32_t)(u->cval - (count - offset));
    }
}

gtimer_result gtimer_read(const gtimer *t, gtimer_reg reg, const gtimer_pe *pe, uint64_t now_ps,
                          uint64_t *value)
{
    const uint64_t count = gtimer_count(t, now_ps);
    const gtimer_result result = gtimer_check(t, reg, pe, false);

    *value = 0;
    if (result != GTIMER_OK || gtimer_absent(t, reg))
        return result;
    switch (reg) {
    case GTIMER_CNTFRQ_EL0:
        *value = t->state.cntfrq;
        break;
    case GTIMER_CNTPCT_EL0:
        *value = count;
        break;
    case GTIMER_CNTVCT_EL0:
        *value = count - gtimer_read_offset(t, pe);
        break;
    case GTIMER_CNTKCTL_EL1:
        *value = t->state.cntkctl;
        break;
    case GTIMER_CNTHCTL_EL2:
        *value = t->state.cnthctl;
        break;
    case GTIMER_CNTVOFF_EL2:
        *value = t->state.cntvoff;
        break;
    default:
        *value = gtimer_read_unit(t, reg - GTIMER_CNTP_CTL_EL0, count);
        break;
    }
    return GTIMER_OK;
}

static void gtimer_write_unit(gtimer *t, unsigned index, uint64_t count, uint64_t value)
{
    const unsigned id = index / 3;
    gtimer_unit *u = &t->state.unit[id];
    const uint64_t offset = gtimer_offset(t, id);

    switch (index % 3) {
    case 0:
        u->ctl = (uint32_t)value & (CTL_ENABLE | CTL_IMASK);
        break;
    case 1:
        u->cval = value;
        break;
    default:
        u->cval = count - offset + (uint64_t)(int64_t)(int32_t)(uint32_t)value;
        break;
    }
}

gtimer_result gtimer_write(gtimer *t, gtimer_reg reg, const gtimer_pe *pe, uint64_t now_ps,
                           uint64_t value)
{
    const gtimer_result result = gtimer_check(t, reg, pe, true);

    if (result != GTIMER_OK || gtimer_absent(t, reg))
        return result;
    switch (reg) {
    case GTIMER_CNTFRQ_EL0:
        t->state.cntfrq = (uint32_t)value;
        break;
    case GTIMER_CNTKCTL_EL1:
        t->state.cntkctl = (uint32_t)value & KCTL_MASK;
        break;
    case GTIMER_CNTHCTL_EL2:
        t->state.cnthctl = (uint32_t)value & HCTL_MASK;
        break;
    case GTIMER_CNTVOFF_EL2:
        t->state.cntvoff = value;
        break;
    default:
        gtimer_write_unit(t, reg - GTIMER_CNTP_CTL_EL0, gtimer_count(t, now_ps), value);
        break;
    }
    return GTIMER_OK;
}

static bool gtimer_drives(const gtimer_unit *u)
{
    return (u->ctl & (CTL_ENABLE | CTL_IMASK)) == CTL_ENABLE;
}

uint32_t gtimer_lines(const gtimer *t, uint64_t now_ps)
{
    const uint64_t count = gtimer_count(t, now_ps);
    uint32_t lines = 0;

    for (unsigned id = 0; id < GTIMER_COUNT; id++)
        if (gtimer_drives(&t->state.unit[id]) && gtimer_met(t, id, count))
            lines |= UINT32_C(1) << id;
    return lines;
}

/* Ticks until the condition of a timer turns over: met, or the offset count wraps to zero. */
static uint64_t gtimer_ticks_to_change(const gtimer *t, unsigned id, uint64_t count)
{
    const uint64_t seen = count - gtimer_offset(t, id);
    const uint64_t cval = t->state.unit[id].cval;

    if (seen < cval)
        return cval - seen;
    return cval == 0 || seen == 0 ? UINT64_MAX : 0 - seen;
}

uint64_t gtimer_deadline(const gtimer *t, uint64_t now_ps)
{
    const uint64_t count = gtimer_count(t, now_ps);
    uint64_t best = DEV_NEVER;

    for (unsigned id = 0; id < GTIMER_COUNT; id++) {
        uint64_t ticks, due;

        if (!gtimer_drives(&t->state.unit[id]))
            continue;
        ticks = gtimer_ticks_to_change(t, id, count);
        due = ticks > UINT64_MAX - count ? DEV_NEVER : dev_clock_ps(&t->clock, count + ticks);
        if (due < best)
            best = due;
    }
    return best;
}

/* The next tick at which bit EVNTI of `seen` makes the transition that EVNTDIR names. */
static uint64_t gtimer_stream_ticks(uint32_t control, uint64_t seen)
{
    const unsigned bit = (control >> EVNTI_SHIFT) & 15U;
    const uint64_t half = UINT64_C(1) << bit;
    const bool falling = ((control >> EVNTDIR_SHIFT) & 1U) != 0;
    const uint64_t phase = seen & (2 * half - 1);
    const uint64_t target = falling ? 2 * half : half;

    if ((control & KCTL_EVNTEN) == 0)
        return UINT64_MAX;
    return phase < target ? target - phase : target + 2 * half - phase;
}

uint64_t gtimer_next_event(const gtimer *t, uint64_t now_ps)
{
    const uint64_t count = gtimer_count(t, now_ps);
    const uint64_t virt = gtimer_stream_ticks(t->state.cntkctl, count - t->state.cntvoff);
    const uint64_t phys = gtimer_stream_ticks(t->state.cnthctl, count);
    const uint64_t ticks = virt < phys ? virt : phys;

    return ticks == UINT64_MAX ? DEV_NEVER : dev_clock_ps(&t->clock, count + ticks);
}

static void gtimer_reset(void *self, uint64_t now_ps)
{
    gtimer *t = (gtimer *)self;

    (void)now_ps;
    memset(&t->state, 0, sizeof t->state);
    t->state.cntfrq = (uint32_t)t->config.hz;
    /* Reset of CNTHCTL_EL2 lets EL1 use the physical counter and timer without a hypervisor. */
    t->state.cnthctl = HCTL_EL1PCTEN | HCTL_EL1PCEN;
}

void gtimer_init(gtimer *t, const gtimer_config *config)
{
    t->config = *config;
    t->clock = dev_clock_make(config->hz);
    gtimer_reset(t, 0);
}

const dev_ops gtimer_ops = {
    .name = "timer",
    .span = 0,
    .num_lines = 0,
    .version = 1,
    .state_offset = offsetof(gtimer, state),
    .state_size = sizeof(gtimer_state),
    .reset = gtimer_reset,
    .read = NULL,
    .peek = NULL,
    .write = NULL,
    .advance = NULL,
    .deadline = NULL,
    .line = NULL,
};
