/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to the program: what each PE does at EL3, then at NS EL1. */
#include "fw/gic.h"
#include "fw/io.h"
#include "fw/mmu.h"
#include "fw/pe.h"
#include "fw/psci.h"
#include "fw/world.h"

/** The board's system counter, used when nobody before us has set CNTFRQ_EL0. */
#define BOARD_COUNTER_HZ 62500000

struct pe pes[FW_MAX_PES];
extern char vectors_ns[], vectors_v2[];
extern volatile uint32_t boot_pen_open;
extern void _start(void);

unsigned pe_self(void)
{
    uint64_t mpidr = read_sysreg(mpidr_el1);
    return (unsigned)((mpidr & 0xff) + BOARD_AFF0_PES * ((mpidr >> 8) & 0xff));
}

/** Lets the other PEs out of the pen; they poll it with their caches off. */
static void open_pen(void)
{
    boot_pen_open = 1;
    __asm__ volatile("dsb sy\n\tdc civac, %0\n\tdsb sy" ::"r"(&boot_pen_open) : "memory");
    sev();
}

/** EL2's settings, as NS EL1 without a hypervisor wants them. */
static void el2_init(void)
{
    write_sysreg(hcr_el2, HCR_RW);
    write_sysreg(cnthctl_el2, CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN);
    write_sysreg(cntvoff_el2, 0);
    write_sysreg(vttbr_el2, 0);
    write_sysreg(cptr_el2, 0);
    write_sysreg(vpidr_el2, read_sysreg(midr_el1));
    write_sysreg(vmpidr_el2, read_sysreg(mpidr_el1));
    write_sysreg(mdcr_el2, (read_sysreg(pmcr_el0) >> 11) & MDCR_EL2_HPMN_MASK);
    isb();
}

static void el3_init(void)
{
    write_sysreg(cptr_el3, 0);
    write_sysreg(mdcr_el3, MDCR_EL3_SPME);
    write_sysreg(scr_el3, SCR_RES1 | SCR_RW | SCR_FIQ | SCR_ST);
    if (read_sysreg(cntfrq_el0) == 0) {
        write_sysreg(cntfrq_el0, BOARD_COUNTER_HZ);
    }
    if (el2_present()) {
        el2_init();
    }
    isb();
}

void boot_el3(unsigned slot)
{
    if (slot == 0) {
        mmu_build_tables();
    }
    mmu_on_el3();
    el3_init();
    pes[slot].entry_el = 3;
    if (slot == 0) {
        console_init();
        gic_find_redistributors();
        if (gic_is_v2) {
            panic("a GICv2 with EL3 is not what this firmware is for", 2);
        }
        gic_el3_distributor();
        open_pen();
    }
    gic_el3_pe(slot);
    pmu_enable();
    monitor_start(slot);
}

/** The normal world of a PE, set up: the program on the primary, the worker elsewhere. */
static _Noreturn void ns_main(unsigned slot)
{
    write_sysreg(vbar_el1, (uint64_t)(gic_is_v2 ? vectors_v2 : vectors_ns));
    irq_unmask();
    if (slot == 0) {
        pes[0].online = 1;
        power_off((unsigned)app_main());
    }
    pe_worker();
}

_Noreturn void ns_entry(unsigned slot);
void ns_entry(unsigned slot)
{
    mmu_on_el1();
    gic_world_pe();
    ns_main(slot);
}

void boot_el1(unsigned slot, unsigned entry_el)
{
    if (slot == 0) {
        mmu_build_tables();
    }
    mmu_on_el1();
    pes[slot].entry_el = entry_el;
    if (slot == 0) {
        console_init();
        gic_find_redistributors();
        gic_single_distributor();
        open_pen();
    }
    gic_single_pe(slot);
    pmu_enable();
    ns_main(slot);
}
