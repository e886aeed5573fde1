/* SPDX-License-Identifier: Apache-2.0 */
/* Stimuli: the stimulator's SPIs, timers, SGIs; each with the moment it was made. */
#define DEVICES_STIMULUS_REGS_ONLY
#include "devices/stimulus.h"

#include "latency.h"

#include "fw/gic2.h"

/** Channels 0..27 belong to INTIDs 100..127: probes first, storms from SPI_STORM on. */
#define CHANNEL_OF(intid) ((intid) - (uint32_t)SPI_LEVEL)
#define STORM_PERIOD_NS   500
#define STORM_SPAN_PS     1500000
#define FIRE_NS           2000
#define FIRE_SPAN_NS      2000
#define TICK_AHEAD        256 /* about 4 us at 62.5 MHz */

static uintptr_t stim_base;

static uintptr_t channel_reg(uint32_t intid, uintptr_t reg)
{
    return stim_base + STIMULUS_CH(CHANNEL_OF(intid), reg);
}

bool stim_init(void)
{
    uint64_t base = fdt_find_compatible("gictlm,stimulus");
    if (base != 0 && read32(base + STIMULUS_ID) == STIMULUS_ID_VALUE) {
        stim_base = base;
        write32(stim_base + STIMULUS_STOP, 1);
    }
    return stim_base != 0;
}

bool stim_present(void)
{
    return stim_base != 0;
}

/** Without a stimulator: waits, then makes the INTID pending; Secure ones through EL3. */
static void pend_by_register(uint32_t intid)
{
    struct probe *p = &probes[intid];
    unsigned slot = pe_self();
    spin_cycles(random_below(256));
    p->unit = (char)('0' + slot);
    p->t0 = cycles();
    if (intid == SPI_SECURE || intid == SPI_GROUP0) {
        smc(SMC_PEND, intid, slot);
    } else {
        gic_irq_set_pending(slot, intid);
    }
}

void stim_fire_in(uint32_t intid, bool edge, uint64_t ns, uint64_t span_ns)
{
    if (!stim_present()) {
        pend_by_register(intid);
        return;
    }
    write32(channel_reg(intid, STIMULUS_CH_INTID), intid);
    write32(channel_reg(intid, STIMULUS_CH_CTRL), edge ? STIMULUS_CTRL_EDGE : 0);
    write32(channel_reg(intid, STIMULUS_CH_COUNT), 1);
    write64(channel_reg(intid, STIMULUS_CH_DELAY_NS), ns + random_below((uint32_t)span_ns));
    write64(channel_reg(intid, STIMULUS_CH_PHASE_PS), random_below(1000));
    write32(channel_reg(intid, STIMULUS_CH_GO), 1);
    dsb_sy();
}

void stim_fire(uint32_t intid, bool edge)
{
    stim_fire_in(intid, edge, FIRE_NS, FIRE_SPAN_NS);
}

void stim_taken(struct probe *probe, uint32_t intid)
{
    if (!stim_present()) {
        return;
    }
    probe->unit = 'p';
    probe->t0 = read64(channel_reg(intid, STIMULUS_CH_ASSERT_PS));
    write32(channel_reg(intid, STIMULUS_CH_ACK), 1);
}

void stim_storm(unsigned slot, bool on)
{
    uint32_t intid = SPI_STORM + slot;
    if (!stim_present()) {
        return;
    }
    if (!on) {
        write32(channel_reg(intid, STIMULUS_CH_GO), 0);
        return;
    }
    write32(channel_reg(intid, STIMULUS_CH_INTID), intid);
    write32(channel_reg(intid, STIMULUS_CH_CTRL), STIMULUS_CTRL_EDGE);
    write32(channel_reg(intid, STIMULUS_CH_COUNT), 0);
    write64(channel_reg(intid, STIMULUS_CH_DELAY_NS), STORM_PERIOD_NS);
    write64(channel_reg(intid, STIMULUS_CH_PERIOD_NS), STORM_PERIOD_NS);
    write64(channel_reg(intid, STIMULUS_CH_SPAN_PS), STORM_SPAN_PS);
    write32(channel_reg(intid, STIMULUS_CH_GO), 1);
}

/** Programs the Secure timer. @return the tick at which that was done. */
static uint64_t secure_timer_at(uint64_t at)
{
    secure_call(SECURE_TIMER_AT, at, NULL);
    return secure_result();
}

bool timer_fire(uint32_t intid)
{
    struct probe *p = &probes[intid];
    uint64_t at = ticks() + TICK_AHEAD + random_below(64);
    spin_cycles(random_below(64)); /* the compare value falls on ticks: move ourselves */
    p->unit = 't';
    p->t0 = at;
    if (intid == INTID_CNTPS) {
        return secure_timer_at(at) < at;
    }
    if (intid == INTID_CNTP) {
        write_sysreg(cntp_cval_el0, at);
        write_sysreg(cntp_ctl_el0, CNT_CTL_ENABLE);
    } else {
        write_sysreg(cntv_cval_el0, at);
        write_sysreg(cntv_ctl_el0, CNT_CTL_ENABLE);
    }
    isb();
    return p->done != 0 || ticks() < at;
}

/* IRQ masked for two instructions, or a storm between the two would count as latency; the SGI
 * itself takes longer than that. t0 is stored late: a fast receiver waits for it. */
#define STAMP_AND(send, value)                                                   \
    __asm__ volatile("dsb sy\n\tmsr daifset, #2\n\tmrs %0, pmccntr_el0\n\t" send \
                     "\n\tmsr daifclr, #2"                                       \
                     : "=&r"(t0)                                                 \
                     : "r"(value), "r"(GIC2_SGIR)                                \
                     : "memory")

void sgi_fire(uint32_t intid, unsigned slot)
{
    struct probe *p = &probes[intid];
    uint64_t value = gic_is_v2 ? gic2_sgi_value(intid, slot) : gic_sgi_value(intid, slot);
    uint64_t t0;
    spin_cycles(random_below(256));
    p->unit = (char)('0' + pe_self());
    if (gic_is_v2) {
        STAMP_AND("str %w1, [%2]", value);
    } else {
        STAMP_AND("msr icc_sgi1r_el1, %1", value);
    }
    p->t0 = t0;
    isb();
}
