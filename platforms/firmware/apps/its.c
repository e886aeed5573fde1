/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ITS by its own commands: each of them, with what it must do to LPIs on one PE or two. Runs on
 * any machine with an ITS.
 * Boot arguments: bits=N INTID bits of the LPIs (default 14).
 */
#include "fw/its.h"
#include "fw/gic.h"
#include "fw/io.h"
#include "fw/irq.h"
#include "fw/pe.h"
#include "fw/world.h"

#define PRIORITY   0xa0
#define DEVICE     5
#define EVENT_BITS 5
#define EVENTS     (1u << EVENT_BITS)
#define ITS_MEMORY 0x200000
#define WAIT_TICKS 12500000 /* 200 ms: a host under load may take that */
#define QUIET      1250     /* 20 us: what does not come by then does not come */

static struct its its;
static uint8_t memory[ITS_MEMORY] __attribute__((aligned(0x10000)));
static volatile uint32_t taken[FW_MAX_PES][EVENTS];
static unsigned failures;

static void on_lpi(struct irq_event *event)
{
    if (event->intid - LPI_FIRST < EVENTS) {
        taken[event->slot][event->intid - LPI_FIRST]++;
    }
}

static void check(bool good, const char *what)
{
    print("%s %s\n", good ? "ok    " : "WRONG ", what);
    failures += !good;
}

/** Waits until LPI n has been taken `wanted` times on PE `slot`. */
static bool arrives(unsigned slot, unsigned n, uint32_t wanted)
{
    uint64_t start = ticks();
    while (taken[slot][n] < wanted) {
        if (ticks() - start > WAIT_TICKS) {
            return false;
        }
    }
    return taken[slot][n] == wanted;
}

/** Whether LPI n has been taken no more than `before` times after a while. */
static bool stays(unsigned slot, unsigned n, uint32_t before)
{
    uint64_t start = ticks();
    while (ticks() - start < QUIET) {}
    return taken[slot][n] == before;
}

static bool trigger(unsigned n)
{
    return its_int(&its, DEVICE, n) && its_sync(&its, 0);
}

/** INT of an event that is not mapped: an ITS that stalls at it is helped on. */
static bool trigger_unmapped(unsigned n)
{
    bool good = its_int(&its, DEVICE, n);
    while (!its_wait(&its)) {
        if (!its_skip(&its, 0)) {
            return false;
        }
    }
    return good && its_sync(&its, 0);
}

/** Enables or disables LPI n for certain. */
static void enable(unsigned n, bool on)
{
    its_lpi_configure(&its, LPI_FIRST + n, PRIORITY, on);
    check(its_inv(&its, DEVICE, n) && its_sync(&its, 0), on ? "INV, enabled" : "INV, disabled");
}

static bool set_up(void)
{
    const struct its_config config = {.base = BOARD_ITS_BASE,
                                      .memory = memory,
                                      .size = sizeof memory,
                                      .device_bits = 8,
                                      .lpi_bits = (unsigned)bootarg_number("bits", 14),
                                      .pes = 2};
    bool good = its_init(&its, &config) && its_lpi_start(&its, 0) && its_mapc(&its, 0, 0, true) &&
                its_mapd(&its, DEVICE, EVENT_BITS);
    irq_set_lpi_handler(on_lpi);
    for (unsigned n = 0; good && n < EVENTS; n++) {
        its_lpi_configure(&its, LPI_FIRST + n, PRIORITY, true);
        good = its_mapti(&its, DEVICE, n, LPI_FIRST + n, 0);
    }
    return good && its_invall(&its, 0) && its_sync(&its, 0);
}

/** Commands for what is not mapped: the queue passes over them or stalls, as the ITS was built. */
static void faulty_commands(void)
{
    bool good = its_int(&its, DEVICE, EVENTS) && its_int(&its, DEVICE + 1, 0);
    unsigned stalls = 0;
    while (!its_wait(&its) && stalls < 2 && its_skip(&its, 0)) {
        stalls++;
    }
    check(good && its_wait(&its), "events and devices that are not mapped");
    print("faulty commands: %u of 2 stalled the queue\n", stalls);
}

static void one_pe(void)
{
    check(trigger(3) && arrives(0, 3, 1), "INT is taken");
    check(trigger(EVENTS - 1) && arrives(0, EVENTS - 1, 1), "the last event is taken");
    faulty_commands();
    enable(4, false);
    check(trigger(4) && stays(0, 4, 0), "a disabled LPI waits");
    enable(4, true);
    check(arrives(0, 4, 1), "and is taken when enabled");
    enable(5, false);
    check(trigger(5) && its_clear(&its, DEVICE, 5) && its_sync(&its, 0), "CLEAR");
    enable(5, true);
    check(stays(0, 5, 0), "what was cleared is not taken");
    check(its_discard(&its, DEVICE, 6) && trigger_unmapped(6) && stays(0, 6, 0), "DISCARD");
    check(its_mapti(&its, DEVICE, 6, LPI_FIRST + 7, 0) && trigger(6) && arrives(0, 7, 1),
          "MAPTI to another INTID");
}

static void two_pes(void)
{
    check(its_lpi_start(&its, 1) && its_mapc(&its, 1, 1, true) && its_invall(&its, 1) &&
              its_sync(&its, 1),
          "MAPC of a second PE");
    check(its_movi(&its, DEVICE, 8, 1) && its_sync(&its, 0) && trigger(8) && arrives(1, 8, 1),
          "MOVI: taken by the other PE");
    enable(9, false);
    check(trigger(9) && its_movi(&its, DEVICE, 9, 1) && its_sync(&its, 0) && its_sync(&its, 1),
          "MOVI of a pending LPI");
    its_lpi_configure(&its, LPI_FIRST + 9, PRIORITY, true);
    check(its_inv(&its, DEVICE, 9) && its_sync(&its, 1) && arrives(1, 9, 1) && stays(0, 9, 0),
          "it is pending there and nowhere else");
    enable(10, false);
    check(trigger(10) && its_movall(&its, 0, 1) && its_sync(&its, 0) && its_sync(&its, 1),
          "MOVALL");
    its_lpi_configure(&its, LPI_FIRST + 10, PRIORITY, true);
    check(its_invall(&its, 1) && its_sync(&its, 1) && arrives(1, 10, 1), "what waited has moved");
    check(its_mapc(&its, 0, 1, true) && its_sync(&its, 1) && trigger(11) && arrives(1, 11, 1),
          "MAPC moves a collection");
}

/** Many at once, then in turn: none is lost, none taken twice. */
static void storm(unsigned slot)
{
    const unsigned first = 12, rounds = 50;
    uint32_t sum = 0, before = 0;
    for (unsigned n = first; n < EVENTS - 1; n++) {
        before += taken[slot][n];
    }
    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned n = first; n < EVENTS - 1; n++) {
            (void)its_int(&its, DEVICE, n);
        }
        (void)its_sync(&its, slot);
        for (unsigned n = first; n < EVENTS - 1; n++) {
            (void)arrives(slot, n, taken[slot][n] > round ? taken[slot][n] : round + 1);
        }
    }
    for (unsigned n = first; n < EVENTS - 1; n++) {
        sum += taken[slot][n];
    }
    print("storm: %u of %u\n", sum - before, rounds * (EVENTS - 1 - first));
    check(sum - before == rounds * (EVENTS - 1 - first), "each LPI of a storm is taken once");
}

int app_main(void)
{
    if (fdt_find_compatible("arm,gic-v3-its") == 0) {
        console_puts("FAILED: no ITS\n");
        return 1;
    }
    check(set_up(), "set up");
    if (failures == 0) {
        bool second = pe_start_others(2) > 1;
        one_pe();
        if (second) {
            two_pes();
        }
        storm(second ? 1 : 0);
        check(its_unmapd(&its, DEVICE) && trigger_unmapped(3) && stays(0, 3, 1), "MAPD, V=0");
    }
    print("last error: %s, waits without end: %u\n", its_error(&its), its.timeouts);
    console_puts(failures == 0 ? "PASSED\n" : "FAILED\n");
    return failures == 0 ? 0 : 1;
}
