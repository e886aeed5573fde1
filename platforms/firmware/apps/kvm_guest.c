/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest of kvmrun: takes each kind of virtual interrupt that a hypervisor makes, on one virtual
 * CPU or several, awake and asleep, and counts them.
 * Boot arguments: rounds=N (of each kind, default 10), delay=N (microseconds that kvmrun waits
 * before an interrupt that has to wake the guest, default 200).
 */
#include "fw/gic.h"
#include "fw/io.h"
#include "fw/irq.h"
#include "fw/its.h"
#include "fw/kvm_device.h"
#include "fw/pe.h"
#include "fw/world.h"

#define PRIORITY     0xa0
#define SGI          3
#define PERIOD_TICKS 6250
#define WAIT_TICKS   625000000 /* 10 s: the host may have other work */
#define HELD_LEVEL   3         /* interrupts until the handler lowers the line */
#define ITS_MEMORY   0x200000
#define EVENT_BITS   4
#define EVENT_IOCTL  1

static struct its its;
static uint8_t its_memory[ITS_MEMORY] __attribute__((aligned(0x10000)));
static volatile uint32_t timer_count, sgi_count[FW_MAX_PES], line_count, edge_count, level_count;
static volatile uint32_t lpi_count[1u << EVENT_BITS];
static volatile uint32_t spi_taken_by;
static volatile uint32_t came; /* an interrupt, on the first PE */
static uint32_t line_holds;    /* how many interrupts until the line is lowered */
static unsigned rounds, delay_us, failures;

static void device(uint32_t offset, uint32_t value)
{
    write32(BOARD_STIMULUS_BASE + offset, value);
}

static void check(bool good, const char *what, unsigned long number)
{
    print("%s %s: %lu\n", good ? "ok    " : "WRONG ", what, number);
    failures += !good;
}

/** Waits until the count has come so far: asleep when this PE takes the interrupts (kvmrun gives up
 *  if none comes), awake when another one does. @return false: it is not exactly that. */
static bool reaches(const volatile uint32_t *count, uint32_t wanted, bool own)
{
    uint64_t start = ticks();
    for (;;) {
        came = 0;
        if (*count >= wanted || (!own && ticks() - start > WAIT_TICKS)) {
            return *count == wanted;
        }
        if (own) {
            idle_unless(&came);
        }
    }
}

/* ---- handlers */

static void start_timer(void)
{
    write_sysreg(cntv_cval_el0, read_sysreg(cntvct_el0) + PERIOD_TICKS);
    write_sysreg(cntv_ctl_el0, CNT_CTL_ENABLE);
    isb();
}

static void stop_timer(void)
{
    write_sysreg(cntv_ctl_el0, 0);
    isb();
}

static void on_timer(struct irq_event *event)
{
    (void)event;
    timer_count++;
    came = 1;
    if (timer_count < rounds) {
        start_timer();
    } else {
        stop_timer();
    }
}

static void on_sgi(struct irq_event *event)
{
    sgi_count[event->slot]++;
    came = 1;
}

/** Lowers the line before it counts: who waits for the count raises it again. */
static void on_line(struct irq_event *event)
{
    spi_taken_by = event->slot;
    if ((line_count + 1) % line_holds == 0) {
        device(KVM_DEVICE_LOWER, event->intid);
    }
    line_count++;
    came = 1;
}

static void on_edge(struct irq_event *event)
{
    (void)event;
    edge_count++;
    came = 1;
}

static void on_level(struct irq_event *event)
{
    (void)event;
    level_count++;
    came = 1;
}

static void on_lpi(struct irq_event *event)
{
    if (event->intid - LPI_FIRST < 1u << EVENT_BITS) {
        lpi_count[event->intid - LPI_FIRST]++;
    }
    came = 1;
}

/* ---- tests */

static void test_timer(void)
{
    gic_irq_enable(0, INTID_CNTV, PRIORITY);
    start_timer();
    check(reaches(&timer_count, rounds, true), "timer", timer_count);
}

/** A timer that fires while interrupts are masked and is turned off before they are unmasked has
 *  no interrupt: its line has fallen. */
static void test_timer_withdrawn(void)
{
    uint32_t before = timer_count;
    uint64_t start = ticks();
    irq_mask();
    start_timer();
    while (ticks() - start < 4 * PERIOD_TICKS) {}
    stop_timer();
    irq_unmask();
    start = ticks();
    while (ticks() - start < PERIOD_TICKS) {}
    check(timer_count == before, "timer turned off before it was taken", timer_count - before);
}

static void enable_sgi(void *arg)
{
    (void)arg;
    gic_irq_enable(pe_self(), SGI, PRIORITY);
}

static void send_sgi(void *arg)
{
    gic_send_sgi(SGI, *(const unsigned *)arg);
}

/** Each virtual CPU sends to the next one, and the last to the first. */
static void test_sgi(unsigned pes_online)
{
    bool good = true;
    unsigned sum = 0;
    enable_sgi(NULL);
    for (unsigned slot = 1; slot < pes_online; slot++) {
        pe_post(slot, enable_sgi, NULL);
        pe_wait(slot);
    }
    for (unsigned n = 0; n < rounds * pes_online; n++) {
        unsigned from = n % pes_online, to = (n + 1) % pes_online;
        if (from == 0) {
            send_sgi(&to);
        } else {
            pe_post(from, send_sgi, &to);
            pe_wait(from);
        }
        good = reaches(&sgi_count[to], n / pes_online + 1, to == 0) && good;
    }
    for (unsigned slot = 0; slot < pes_online; slot++) {
        sum += sgi_count[slot];
    }
    check(good && sum == rounds * pes_online, "SGIs", sum);
}

static void test_line(unsigned delay, unsigned slot)
{
    bool good = true;
    uint32_t before = line_count;
    device(KVM_DEVICE_DELAY, delay);
    for (unsigned n = 1; n <= rounds; n++) {
        device(KVM_DEVICE_RAISE, KVM_INTID_LINE);
        good = reaches(&line_count, before + n * line_holds, slot == 0) && good;
    }
    device(KVM_DEVICE_DELAY, 0);
    check(good, delay != 0 ? "level SPI, asleep" : "level SPI", line_count - before);
}

/** KVM_IRQ_LINE: each interrupt of a line that stays high, on each virtual CPU in turn. */
static void test_lines(unsigned pes_online)
{
    line_holds = 1;
    gic_irq_edge(0, KVM_INTID_LINE, false);
    gic_irq_route(KVM_INTID_LINE, 0);
    gic_irq_enable(0, KVM_INTID_LINE, PRIORITY);
    test_line(0, 0);
    test_line(delay_us, 0);
    line_count = 0;
    line_holds = HELD_LEVEL;
    test_line(0, 0);
    line_holds = 1;
    for (unsigned slot = 1; slot < pes_online; slot++) {
        line_count = 0;
        gic_irq_route(KVM_INTID_LINE, slot);
        test_line(0, slot);
        check(spi_taken_by == slot, "by the vCPU that it is routed to", slot);
    }
}

static void test_fd(uint32_t offset, const volatile uint32_t *count, const char *what)
{
    bool good = true;
    for (unsigned n = 1; n <= rounds; n++) {
        device(KVM_DEVICE_DELAY, n % 2 == 0 ? delay_us : 0);
        device(offset, 1);
        good = reaches(count, n, true) && good;
    }
    device(KVM_DEVICE_DELAY, 0);
    check(good, what, *count);
}

static void test_fds(void)
{
    gic_irq_edge(0, KVM_INTID_EDGE, true);
    gic_irq_edge(0, KVM_INTID_LEVEL, false);
    for (uint32_t intid = KVM_INTID_EDGE; intid <= KVM_INTID_LEVEL; intid++) {
        gic_irq_route(intid, 0);
        gic_irq_enable(0, intid, PRIORITY);
    }
    test_fd(KVM_DEVICE_EDGE, &edge_count, "edge SPI by irqfd");
    test_fd(KVM_DEVICE_LEVEL, &level_count, "level SPI by irqfd");
    uint64_t start = ticks();
    while (read32(BOARD_STIMULUS_BASE + KVM_DEVICE_RESAMPLE) < rounds &&
           ticks() - start < WAIT_TICKS) {}
    check(read32(BOARD_STIMULUS_BASE + KVM_DEVICE_RESAMPLE) == rounds, "ends told",
          read32(BOARD_STIMULUS_BASE + KVM_DEVICE_RESAMPLE));
}

static bool set_up_its(void)
{
    const struct its_config config = {.base = BOARD_ITS_BASE,
                                      .memory = its_memory,
                                      .size = sizeof its_memory,
                                      .device_bits = 8,
                                      .lpi_bits = 14,
                                      .pes = 2};
    bool good = its_init(&its, &config) && its_lpi_start(&its, 0) && its_mapc(&its, 0, 0, true) &&
                its_mapd(&its, KVM_DEVICE_ID, EVENT_BITS);
    irq_set_lpi_handler(on_lpi);
    for (unsigned n = 0; good && n < 1u << EVENT_BITS; n++) {
        its_lpi_configure(&its, LPI_FIRST + n, PRIORITY, true);
        good = its_mapti(&its, KVM_DEVICE_ID, n, LPI_FIRST + n, 0);
    }
    return good && its_invall(&its, 0) && its_sync(&its, 0);
}

/** The MSI of one event, awake and asleep. */
static bool test_msi(unsigned slot)
{
    bool good = true;
    for (unsigned n = 1; n <= rounds; n++) {
        device(KVM_DEVICE_DELAY, n % 2 == 0 ? delay_us : 0);
        device(KVM_DEVICE_MSI, EVENT_IOCTL);
        good = reaches(&lpi_count[EVENT_IOCTL], n, slot == 0) && good;
    }
    device(KVM_DEVICE_DELAY, 0);
    return good;
}

static void test_its(unsigned pes_online)
{
    if (fdt_find_compatible("arm,gic-v3-its") == 0) {
        print("no ITS\n");
        return;
    }
    if (!set_up_its()) {
        check(false, its_error(&its), 0);
        return;
    }
    check(test_msi(0), "MSIs", lpi_count[EVENT_IOCTL]);
    test_fd(KVM_DEVICE_MSI_FD, &lpi_count[KVM_EVENT_FD], "MSIs by irqfd");
    if (pes_online > 1) {
        bool good = its_lpi_start(&its, 1) && its_mapc(&its, 1, 1, true) &&
                    its_movi(&its, KVM_DEVICE_ID, EVENT_IOCTL, 1) && its_sync(&its, 1);
        lpi_count[EVENT_IOCTL] = 0;
        check(good && test_msi(1), "MSIs of another vCPU, by MOVI", lpi_count[EVENT_IOCTL]);
    }
}

int app_main(void)
{
    unsigned pes_online = pe_start_others(read32(BOARD_STIMULUS_BASE + KVM_DEVICE_VCPUS));
    rounds = (unsigned)bootarg_number("rounds", 10);
    delay_us = (unsigned)bootarg_number("delay", 200);
    irq_set_handler(INTID_CNTV, on_timer);
    irq_set_handler(SGI, on_sgi);
    irq_set_handler(KVM_INTID_LINE, on_line);
    irq_set_handler(KVM_INTID_EDGE, on_edge);
    irq_set_handler(KVM_INTID_LEVEL, on_level);
    print("guest at EL%u, %u vCPUs\n", current_el(), pes_online);
    test_timer();
    test_timer_withdrawn();
    test_sgi(pes_online);
    test_lines(pes_online);
    test_fds();
    test_its(pes_online);
    console_puts(failures == 0 ? "PASSED\n" : "FAILED\n");
    device(KVM_DEVICE_EXIT, failures == 0 ? 0 : 1);
    return failures == 0 ? 0 : 1;
}
