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
    return vif_count();
}

void lists_reset(void)
{
    vif_set_hcr(0);
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
    uint64_t empty = vif_empty();
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
    uint64_t hcr = vif_hcr();
    on = on && lists_count() > 1;
    vif_set_hcr(on ? hcr | VIF_HCR_UIE : hcr & ~(uint64_t)VIF_HCR_UIE);
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
    uint64_t value = VIF_LIST_VALUE(vintid, VIRT_PRIORITY);
    int list = -1;
    if (hard && physical != 0) {
        value |= VIF_LIST_HW(physical);
    } else if (physical != 0 || lists_count() == 1) {
        value |= VIF_LIST_EOI;
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
    for (uint64_t ended = vif_ended(); ended != 0; ended &= ended - 1) {
        unsigned n = (unsigned)__builtin_ctzll(ended);
        if (soft_lists & (1ULL << n)) {
            physical_deactivate(VIF_LIST_VINTID(list_read(n)));
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
    uint64_t status = vif_status();
    if (status & VIF_MISR_EOI) {
        end_of_soft();
    }
    if (waiting_count > 0) {
        refill();
    }
    isb();
}
