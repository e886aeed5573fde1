/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message-signalled interrupts from the traffic generators (gicvp --device tgen), each arrival
 * counted on both sides.
 * Boot arguments: msi=its|v2m|spi|intx (default: its where there is one, else v2m), count=N
 * arrivals of each generator (default 200), period=NS between them (default 5000), kind=N as
 * TGEN_KIND_* says (default periodic; a trace has to have vectors below 8), devbase=N and devmask=N
 * as the options of gicvp --device pcie.
 */
#include "fw/gic.h"
#include "fw/io.h"
#include "fw/irq.h"
#include "fw/its.h"
#include "fw/pe.h"
#include "fw/tgen.h"
#include "fw/world.h"

#define PRIORITY        0xa0
#define MAX_TGENS       8
#define VECTORS         8 /* of each generator in use */
#define FIRST_SPI       80
#define GICD_SETSPI_NSR 0x40
#define V2M_SETSPI_NS   0x40
#define EVENT_BITS      3
#define WAIT_TICKS      3125000 /* 50 ms */
#define SETTLE_CYCLES   20000
#define ITS_MEMORY      0x100000

enum route { ROUTE_ITS, ROUTE_V2M, ROUTE_SPI, ROUTE_INTX };

static struct pci_function functions[MAX_TGENS + 1];
static struct pci_function *tgens[MAX_TGENS];
static unsigned tgen_count;
static volatile uint32_t taken[MAX_TGENS * VECTORS];
static uint64_t worst;
static enum route route;
static struct its its;
static uint8_t its_memory[ITS_MEMORY] __attribute__((aligned(0x10000)));

/** INTIDs of all generators follow each other: index = generator * VECTORS + vector. */
static uint32_t first_intid(void)
{
    return route == ROUTE_ITS ? LPI_FIRST : FIRST_SPI;
}

static void on_msi(struct irq_event *event)
{
    uint32_t index = event->intid - first_intid();
    const struct pci_function *f = tgens[index / VECTORS];
    uint64_t latency =
        tgen_read(f, TGEN_NOW_CYCLES) - tgen_read(f, TGEN_LAST_CYCLES(index % VECTORS));
    taken[index]++;
    worst = latency > worst ? latency : worst;
}

/** One line for several functions: asks each. */
static void on_intx(struct irq_event *event)
{
    for (unsigned n = 0; n < tgen_count; n++) {
        uint32_t causes = read32(tgens[n]->bar[0] + TGEN_INT_STATUS);
        if (pci_intx_intid(tgens[n]) == event->intid && causes != 0) {
            tgen_intx_clear(tgens[n], causes);
            taken[n * VECTORS]++;
        }
    }
}

static bool text_is(const char *text, const char *word)
{
    return text != NULL && memcmp(text, word, strlen(word)) == 0;
}

static enum route choose_route(void)
{
    const char *wanted = bootarg_text("msi");
    if (text_is(wanted, "intx")) {
        return ROUTE_INTX;
    }
    if (text_is(wanted, "spi")) {
        return ROUTE_SPI;
    }
    if (text_is(wanted, "v2m")) {
        return ROUTE_V2M;
    }
    return text_is(wanted, "its") || fdt_find_compatible("arm,gic-v3-its") != 0 ? ROUTE_ITS
                                                                                : ROUTE_V2M;
}

static void find_tgens(void)
{
    unsigned found = pci_scan(functions, MAX_TGENS + 1);
    for (unsigned n = 0; n < found; n++) {
        print("pci 00:%x.%u vendor %x device %x vectors %u bar0 %lx\n", functions[n].rid >> 3,
              functions[n].rid & 7u, functions[n].vendor, functions[n].device, functions[n].vectors,
              functions[n].bar[0]);
        if (tgen_is(&functions[n]) && functions[n].vectors >= VECTORS) {
            tgens[tgen_count++] = &functions[n];
        }
    }
}

/* ------------------------------------------------------------------ routes */

/** As the device tree says: base + (requester ID & mask). */
static uint32_t device_id(unsigned n)
{
    return (uint32_t)(bootarg_number("devbase", 0) +
                      (tgens[n]->rid & bootarg_number("devmask", 0xffff)));
}

static bool start_its(void)
{
    struct its_config config = {.base = BOARD_ITS_BASE,
                                .memory = its_memory,
                                .size = sizeof its_memory,
                                .device_bits = 8,
                                .lpi_bits = 14,
                                .pes = 1};
    bool good = its_init(&its, &config) && its_lpi_start(&its, 0) && its_mapc(&its, 0, 0, true);
    irq_set_lpi_handler(on_msi);
    for (unsigned n = 0; good && n < tgen_count; n++) {
        good = its_mapd(&its, device_id(n), EVENT_BITS);
        for (unsigned v = 0; good && v < VECTORS; v++) {
            uint32_t intid = LPI_FIRST + n * VECTORS + v;
            its_lpi_configure(&its, intid, PRIORITY, true);
            good = its_mapti(&its, device_id(n), v, intid, 0);
        }
    }
    return good && its_invall(&its, 0) && its_sync(&its, 0);
}

static void start_spis(irq_handler_fn *handler, uint32_t first, unsigned count, bool edge)
{
    for (uint32_t intid = first; intid < first + count; intid++) {
        irq_set_handler(intid, handler);
        gic_irq_edge(0, intid, edge);
        gic_irq_route(intid, 0);
        gic_irq_enable(0, intid, PRIORITY);
    }
}

static bool start_route(void)
{
    if (route == ROUTE_ITS) {
        return start_its();
    }
    if (route == ROUTE_INTX) {
        start_spis(on_intx, INTID_PCIE_INTA, 4, false);
    } else {
        start_spis(on_msi, FIRST_SPI, tgen_count * VECTORS, true);
    }
    return true;
}

static uint64_t doorbell(void)
{
    return route == ROUTE_ITS   ? its_translater(&its)
           : route == ROUTE_V2M ? BOARD_V2M_BASE + V2M_SETSPI_NS
                                : BOARD_GICD_BASE + GICD_SETSPI_NSR;
}

static void program_vectors(unsigned n)
{
    for (unsigned v = 0; v < VECTORS; v++) {
        uint32_t data = route == ROUTE_ITS ? v : FIRST_SPI + n * VECTORS + v;
        pci_msix_message(tgens[n], v, doorbell(), data);
        pci_msix_mask(tgens[n], v, false);
    }
    if (route != ROUTE_INTX) {
        pci_msix_enable(tgens[n], false);
    }
}

/* ------------------------------------------------------------------ traffic */

static uint32_t taken_of(unsigned n)
{
    uint32_t sum = 0;
    for (unsigned v = 0; v < VECTORS; v++) {
        sum += taken[n * VECTORS + v];
    }
    return sum;
}

/** Waits until a generator has come to its end and its interrupts have been taken. */
static bool wait_for(unsigned n, uint64_t wanted)
{
    uint64_t start = ticks();
    while (tgen_running(tgens[n]) != 0 || taken_of(n) < wanted) {
        if (ticks() - start > WAIT_TICKS) {
            return false;
        }
    }
    return true;
}

/** Every generator at once, vectors in turn. Arrivals that come faster than they are taken merge in
 * the GIC: then fewer are taken than were sent, but none that was not. */
static bool run_traffic(uint32_t kind, uint32_t count, uint64_t period)
{
    bool steady = kind == TGEN_KIND_PERIODIC;
    bool good = true;
    for (unsigned n = 0; n < tgen_count; n++) {
        struct tgen_stream stream = {.ctrl = kind,
                                     .count = count,
                                     .vectors = VECTORS,
                                     .burst = 4,
                                     .delay_ns = 1000 + 300 * n,
                                     .period_ns = period,
                                     .gap_ns = period / 8,
                                     .seed = n};
        tgen_program(tgens[n], 0, &stream);
        good = good && tgen_start(tgens[n], 1);
    }
    for (unsigned n = 0; n < tgen_count; n++) {
        good = wait_for(n, steady ? count : 1) && good;
        spin_cycles(SETTLE_CYCLES);
        print("tgen %u: arrivals %lu sent %lu taken %u\n", n, tgen_read(tgens[n], TGEN_ARRIVALS),
              tgen_read(tgens[n], TGEN_SENT), taken_of(n));
        good = good && taken_of(n) <= tgen_read(tgens[n], TGEN_ARRIVALS);
        good = good && (!steady || taken_of(n) == count);
    }
    return good;
}

/** A masked vector waits as pending and comes when unmasked; arrivals meanwhile merge. */
static bool run_masked(void)
{
    const struct tgen_stream stream = {
        .ctrl = TGEN_KIND_PERIODIC, .count = 5, .vectors = 1, .burst = 1, .period_ns = 1000};
    uint32_t before = taken[0];
    bool good;
    pci_msix_mask(tgens[0], 0, true);
    tgen_program(tgens[0], 1, &stream);
    good = tgen_start(tgens[0], 2) && wait_for(0, 0) && pci_msix_pending(tgens[0], 0);
    good = good && taken[0] == before;
    pci_msix_mask(tgens[0], 0, false);
    good = good && wait_for(0, taken_of(0) + (taken[0] == before ? 1 : 0));
    print("masked: held %lu merged %lu taken %u\n", tgen_read(tgens[0], TGEN_HELD),
          tgen_read(tgens[0], TGEN_MERGED), taken[0] - before);
    return good && taken[0] == before + 1 && !pci_msix_pending(tgens[0], 0);
}

int app_main(void)
{
    static const char *const names[] = {"its", "v2m", "spi", "intx"};
    bool good;
    find_tgens();
    if (tgen_count == 0) {
        console_puts("FAILED: no traffic generator\n");
        return 1;
    }
    route = choose_route();
    print("%u traffic generators, route %s\n", tgen_count, names[route]);
    good = start_route();
    if (!good) {
        print("its: %s\n", its_error(&its));
    }
    for (unsigned n = 0; n < tgen_count; n++) {
        program_vectors(n);
    }
    good =
        good && run_traffic((uint32_t)bootarg_number("kind", TGEN_KIND_PERIODIC),
                            (uint32_t)bootarg_number("count", 200), bootarg_number("period", 5000));
    good = good && (route == ROUTE_INTX || run_masked());
    print("worst latency %lu cycles\n", worst);
    console_puts(good ? "PASSED\n" : "FAILED\n");
    return good ? 0 : 1;
}
