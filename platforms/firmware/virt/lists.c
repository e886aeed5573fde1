/* SPDX-License-Identifier: Apache-2.0 */
/* The list registers as a hypervisor uses them, and what waits for one. */
#include "lists.h"

/** A virtual interrupt that has no list register yet. */
static uint64_t waiting[VIRT_MOST_BURST];
static unsigned waiting_first, waiting_count;
/** List registers whose end is also that of a physical interrupt, deactivated by software. */
static uint64_t soft_lists;

unsigned lists_count(void)
{
    return (unsigned)(read_sysreg(ich_vtr_el2) & 0x1f) + 1;
}

void lists_reset(void)
{
    write_sysreg(ich_hcr_el2, 0);
    isb();
    for (unsigned n = 0; n < lists_count(); n++) {
        list_write(n, 0);
    }
    waiting_first = waiting_count = 0;
    soft_lists = 0;
}

/** Puts `value` into a list register that is free. @return its number, or -1: there is none. */
static int fill(uint64_t value)
{
    uint64_t empty = read_sysreg(ich_elrsr_el2);
    if (empty == 0) {
        return -1;
    }
    list_write((unsigned)__builtin_ctzll(empty), value);
    return __builtin_ctzll(empty);
}

/** "Fewer than two list registers in use" says nothing where there is but one: then each end is
 *  told, see lists_add(). */
static void ask_for_underflow(bool on)
{
    uint64_t hcr = read_sysreg(ich_hcr_el2);
    on = on && lists_count() > 1;
    write_sysreg(ich_hcr_el2, on ? hcr | ICH_HCR_UIE : hcr & ~ICH_HCR_UIE);
}

static void wait_for_list(uint64_t value)
{
    if (waiting_count == VIRT_MOST_BURST) {
        panic("too many virtual interrupts wait", waiting_count);
    }
    waiting[(waiting_first + waiting_count++) % VIRT_MOST_BURST] = value;
    ask_for_underflow(true);
}

void lists_add(uint32_t vintid, uint32_t physical, bool hard)
{
    uint64_t value =
        ICH_LR_PENDING | ICH_LR_GROUP1 | ICH_LR_PRIORITY(VIRT_PRIORITY) | (uint64_t)vintid;
    int list = -1;
    if (hard && physical != 0) {
        value |= ICH_LR_HW | ICH_LR_PHYSICAL(physical);
    } else if (physical != 0 || lists_count() == 1) {
        value |= ICH_LR_EOI;
    }
    if (waiting_count == 0) {
        list = fill(value);
    }
    if (list < 0) {
        wait_for_list(value);
    } else if (!hard && physical != 0) {
        soft_lists |= 1ULL << list;
    }
    isb();
}

/** Interrupts that have ended: the physical ones behind them are over as well. */
static void end_of_soft(void)
{
    for (uint64_t ended = read_sysreg(ich_eisr_el2); ended != 0; ended &= ended - 1) {
        unsigned n = (unsigned)__builtin_ctzll(ended);
        if (soft_lists & (1ULL << n)) {
            write_sysreg(icc_dir_el1, list_read(n) & 0xffffffff);
        }
        list_write(n, 0);
        soft_lists &= ~(1ULL << n);
    }
}

static void refill(void)
{
    while (waiting_count > 0 && fill(waiting[waiting_first]) >= 0) {
        waiting_first = (waiting_first + 1) % VIRT_MOST_BURST;
        waiting_count--;
    }
    if (waiting_count == 0) {
        ask_for_underflow(false);
    }
}

void lists_maintain(void)
{
    uint64_t status = read_sysreg(ich_misr_el2);
    if (status & ICH_MISR_EOI) {
        end_of_soft();
    }
    if (waiting_count > 0) {
        refill();
    }
    isb();
}
