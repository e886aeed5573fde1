/* SPDX-License-Identifier: Apache-2.0 */
#include "fw/irq.h"

#include "fw/gic2.h"
#include "fw/io.h"
#include "fw/its.h"
#include "fw/pe.h"
#include "fw/world.h"

static irq_handler_fn *handlers[GIC_MAX_SPI];
static irq_handler_fn *lpi_handler;
static uint32_t spurious[FW_MAX_PES];
/** Where an end stamp goes that nobody asked for. */
static uint64_t unused_end;

extern const char idle_begin[], idle_end[];

void irq_set_handler(uint32_t intid, irq_handler_fn *handler)
{
    handlers[intid] = handler;
    dsb_sy();
}

void irq_set_lpi_handler(irq_handler_fn *handler)
{
    lpi_handler = handler;
    dsb_sy();
}

uint32_t irq_spurious(unsigned slot)
{
    return spurious[slot];
}

uint64_t idle_fix_pc(uint64_t pc)
{
    bool in_idle = pc >= (uint64_t)idle_begin && pc < (uint64_t)idle_end;
    return in_idle ? (uint64_t)idle_end : pc;
}

static void run_handler(struct irq_event *event)
{
    irq_handler_fn *handler = event->intid >= LPI_FIRST ? lpi_handler : handlers[event->intid];
    event->end = &unused_end;
    if (handler != NULL) {
        handler(event);
    } else {
        panic("interrupt without a handler", event->intid);
    }
}

/** Handles an interrupt up to where its end is written. */
static void handle(struct irq_event *event)
{
    run_handler(event);
    dsb_sy(); /* a device's line must be down before the priority drops */
    *event->end = cycles();
}

/** Acknowledges, handles and ends one Group 1 interrupt of the current world. */
static void take_group1(const struct trap_frame *frame)
{
    uint32_t intid = (uint32_t)read_sysreg(icc_iar1_el1) & 0xffffff;
    uint64_t acknowledge = cycles();
    unsigned slot = pe_self();
    struct irq_event event = {.intid = intid,
                              .slot = slot,
                              .monitor = 0,
                              .exception = frame->stamp,
                              .acknowledge = acknowledge};
    if (intid >= GIC_MAX_SPI && intid < LPI_FIRST) {
        spurious[slot]++;
        return;
    }
    if (pes[slot].entry_el == 3) {
        event.monitor = monitor_take_entry_stamp(slot);
        event.disturbed = monitor_take_disturbed(slot);
    }
    handle(&event);
    write_sysreg(icc_eoir1_el1, intid);
    isb();
}

void irq_dispatch_v2(struct trap_frame *frame)
{
    uint32_t acknowledged = gic2_acknowledge();
    struct irq_event event = {.intid = GIC2_INTID(acknowledged),
                              .slot = pe_self(),
                              .exception = frame->stamp,
                              .acknowledge = cycles()};
    if (event.intid >= GIC_MAX_SPI) {
        spurious[event.slot]++;
        return;
    }
    handle(&event);
    gic2_end(acknowledged);
    frame->elr = idle_fix_pc(frame->elr);
}

void irq_dispatch(struct trap_frame *frame)
{
    take_group1(frame);
    frame->elr = idle_fix_pc(frame->elr);
}

void secure_irq(struct trap_frame *frame)
{
    monitor_interrupt_taken(pe_self());
    take_group1(frame);
    smc(SMC_SECURE_IRQ_DONE, 0, 0);
}

void irq_group0(unsigned slot, uint32_t intid, uint64_t monitor, uint64_t acknowledge)
{
    struct irq_event event = {.intid = intid,
                              .slot = slot,
                              .monitor = monitor,
                              .exception = monitor,
                              .acknowledge = acknowledge};
    handle(&event);
    write_sysreg(icc_eoir0_el1, intid);
    isb();
}

void trap_unexpected(uint64_t vector, uint64_t esr, uint64_t elr, uint64_t far)
{
    print("exception: vector %lu esr 0x%lx elr 0x%lx far 0x%lx\n", vector, esr, elr, far);
    panic("unexpected exception", esr);
}
