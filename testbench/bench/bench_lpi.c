/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an LPI costs at kernel level, by the joiner, loosely timed: MSI at GITS_TRANSLATER, table
 * look-up, configuration byte, Set, IAR, EOIR.
 *
 *   14bit, 20bit  1024 events drawn from a permutation over all LPIs of 14 and of 20 INTID bits
 *   4096pending   20 bits, with 4096 other LPIs pending at lower urgency, most of them spilled
 *   drain         IAR and EOIR of 4096 pending LPIs, one after the other
 *   rss           a million events mapped and 100,000 LPIs pending: growth of resident memory
 *
 * Caches of at most 1024 entries. Guest memory is shared memory, so that it is counted apart. The
 * event port is connected to a ring. With --json one JSON object a line.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench_util.h"
#include "gic/assembly.h"

#define PROGRAM "bench_lpi"

enum {
    CYCLES = 100000,
    RING = 4096,
    EVENTS = 1024,
    OTHERS = 4096,
    URGENT = 0x20,
    IDLE = 0xA0,
    ENABLED = 1
};

/* Guest memory: where the tables stand. */
enum {
    RAM_SIZE = 0x08000000,
    QUEUE = 0x00000000, /* command queue, 64 KiB */
    QUEUE_SIZE = 0x00010000,
    DEVICES = 0x00010000,
    COLLECTIONS = 0x00020000,
    PENDING = 0x00100000,
    PROPERTIES = 0x00200000,
    ITT = 0x02000000
};

/* Registers of the set-up. */
enum {
    GICD_CTLR = 0x0000,
    GICR_CTLR = 0x0000,
    GICR_WAKER = 0x0014,
    GICR_PROPBASER = 0x0070,
    GICR_PENDBASER = 0x0078,
    GITS_CTLR = 0x0000,
    GITS_CBASER = 0x0080,
    GITS_CWRITER = 0x0088,
    GITS_CREADR = 0x0090,
    GITS_BASER = 0x0100
};

enum { MAPD = 0x08, MAPC = 0x09, MAPTI = 0x0A, INVALL = 0x0D, SYNC = 0x05 };

typedef struct bench {
    gic_assembly *gic;
    gic_config config;
    uint8_t *ram;
    gic_event ring[RING];
    uint32_t events;
    uint64_t spilled;
    bool line;
    uint32_t next;
    uint32_t writer;
    uint32_t event_id[EVENTS];
    uint64_t now_ps;
} bench;

static void die(const char *what)
{
    bench_die(PROGRAM, what);
}

static void on_event(void *up, const gic_event *event)
{
    bench *b = (bench *)up;
    b->ring[b->events++ % RING] = *event;
    b->spilled += event->id == GIC_EV_LPI_SPILLED;
}

static void on_line(void *up, uint16_t pe, gic_line line, bool level, uint64_t time_ps)
{
    bench *b = (bench *)up;
    (void)pe;
    (void)time_ps;
    if (line == GIC_LINE_IRQ)
        b->line = level;
}

static gic_memory_answer on_memory(void *up, gic_memory_access *access, uint64_t now_ps,
                                   uint64_t *done_ps)
{
    bench *b = (bench *)up;
    (void)now_ps;
    (void)done_ps;
    if (access->address > RAM_SIZE - GIC_MEMORY_LINE)
        return GIC_MEMORY_FAILED;
    if (access->op == GIC_MEMORY_WRITE)
        memcpy(b->ram + access->address, access->data, access->length);
    else
        memcpy(access->data, b->ram + access->address, access->length);
    return GIC_MEMORY_OK;
}

/* ------------------------------------------------------------------ set-up */

static gic_access access_of(unsigned size)
{
    gic_access access;
    memset(&access, 0, sizeof(access));
    access.size = (uint8_t)size;
    return access;
}

static void gicr_write(bench *b, uint32_t offset, uint64_t value, unsigned size)
{
    gic_access access = access_of(size);
    if (gic_assembly_gicr_write(b->gic, b->now_ps, 0, &access, offset, value) != GIC_OK)
        die("a write of a Redistributor was refused");
}

static void its_write_reg(bench *b, uint32_t offset, uint64_t value, unsigned size)
{
    gic_access access = access_of(size);
    if (gic_assembly_its_write(b->gic, b->now_ps, 0, &access, offset, value) != GIC_OK)
        die("a write of the ITS was refused");
}

static uint64_t its_read_reg(bench *b, uint32_t offset)
{
    gic_access access = access_of(8);
    uint64_t value = 0;
    if (gic_assembly_its_read(b->gic, b->now_ps, 0, &access, offset, &value) != GIC_OK)
        die("a read of the ITS was refused");
    return value;
}

static void command(bench *b, uint64_t dw0, uint64_t dw1, uint64_t dw2)
{
    const uint64_t words[4] = {dw0, dw1, dw2, 0};
    memcpy(b->ram + QUEUE + b->writer, words, sizeof words);
    b->writer = (b->writer + 32u) % QUEUE_SIZE;
    its_write_reg(b, GITS_CWRITER, b->writer, 8);
}

/* All commands are done: deferred work of a long queue is let run. */
static void finish_commands(bench *b)
{
    while (its_read_reg(b, GITS_CREADR) != b->writer) {
        uint64_t due = gic_assembly_next_due(b->gic);
        if (due == GIC_TIME_NEVER)
            die("the command queue does not move");
        b->now_ps = due;
        gic_assembly_advance(b->gic, due);
    }
}

static void map_event(bench *b, uint32_t event_id)
{
    command(b, MAPTI, (uint64_t)(GIC_INTID_LPI_FIRST + event_id) << 32 | event_id, 0);
    if (b->writer % 0x4000u == 0)
        finish_commands(b);
}

static void set_up_pe(bench *b)
{
    gic_pe_state state;
    memset(&state, 0, sizeof(state));
    state.el = 1;
    state.scr_ns = true;
    gic_assembly_pe_state(b->gic, b->now_ps, 0, &state);
    gicr_write(b, GICR_WAKER, 0, 4);
    gic_assembly_sysreg_write(b->gic, b->now_ps, 0, GIC_ICC_PMR_EL1, 0xF8);
    gic_assembly_sysreg_write(b->gic, b->now_ps, 0, GIC_ICC_IGRPEN1_EL1, 1);
    gicr_write(b, GICR_PROPBASER, PROPERTIES | (b->config.lpi_bits - 1u), 8);
    gicr_write(b, GICR_PENDBASER, PENDING | UINT64_C(1) << 62, 8);
    gicr_write(b, GICR_CTLR, 1, 4);
}

static void set_up_its(bench *b)
{
    const uint64_t valid = UINT64_C(1) << 63;
    its_write_reg(b, GITS_BASER, valid | DEVICES, 8);
    its_write_reg(b, GITS_BASER + 8, valid | COLLECTIONS, 8);
    its_write_reg(b, GITS_CBASER, valid | QUEUE | (QUEUE_SIZE / 4096u - 1u), 8);
    its_write_reg(b, GITS_CTLR, 1, 4);
    command(b, MAPC, 0, valid);
    command(b, MAPD, b->config.its.event_bits - 1u, valid | ITT);
    finish_commands(b);
}

static void configure(gic_config *config, unsigned lpi_bits)
{
    static const gic_cache_config cache = {1024, 4, GIC_REPLACE_LRU};
    *config = gic_config_default();
    config->has_el3 = false;
    config->lpi_bits = (uint8_t)lpi_bits;
    config->lpi_cache = 1024;
    config->lpi_property_cache = 1024;
    config->its_count = 1;
    config->its.event_bits = 20;
    config->its.itt_cache = cache;
}

static bench *create(unsigned lpi_bits)
{
    bench *b = (bench *)calloc(1, sizeof(*b));
    gic_assembly_ports ports;
    gic_access access = access_of(4);
    size_t size;
    if (!b)
        die("no memory");
    b->ram =
        (uint8_t *)mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b->ram == MAP_FAILED)
        die("no memory");
    configure(&b->config, lpi_bits);
    memset(&ports, 0, sizeof(ports));
    ports.version = 1;
    ports.event = on_event;
    ports.line = on_line;
    ports.memory = on_memory;
    ports.up = b;
    size = gic_align_up(gic_assembly_footprint(&b->config, NULL), 64);
    b->gic = gic_assembly_init(aligned_alloc(64, size), size, &b->config, NULL, NULL, &ports, NULL);
    if (!b->gic)
        die("the configuration was refused");
    gic_assembly_gicd_write(b->gic, 0, &access, GICD_CTLR, 3);
    set_up_pe(b);
    set_up_its(b);
    return b;
}

static uint32_t lpis(const bench *b)
{
    return (UINT32_C(1) << b->config.lpi_bits) - GIC_INTID_LPI_FIRST;
}

/* The n-th of @p count in a fixed permutation: multiplication by an odd number prime to it. */
static uint32_t permuted(uint32_t n, uint32_t count)
{
    return (uint32_t)((uint64_t)n * 514229u % count);
}

static void set_property(bench *b, uint32_t event_id, uint8_t priority)
{
    b->ram[PROPERTIES + event_id] = (uint8_t)(priority | ENABLED);
}

/* 1024 events, evenly over all LPIs, in the order of a permutation. */
static bench *create_cycle(unsigned lpi_bits)
{
    bench *b = create(lpi_bits);
    const uint32_t step = lpis(b) / EVENTS;
    uint32_t n;
    for (n = 0; n < EVENTS; n++) {
        b->event_id[n] = permuted(n, EVENTS) * step;
        set_property(b, b->event_id[n], URGENT);
        map_event(b, b->event_id[n]);
    }
    command(b, INVALL, 0, 0);
    command(b, SYNC, 0, 0);
    finish_commands(b);
    return b;
}

/* Others that pend at lower urgency; no event of the cycle is among them. */
static uint32_t other(const bench *b, uint32_t n)
{
    const uint32_t step = lpis(b) / EVENTS;
    return n / 4u % EVENTS * step + 1u + n % 4u * 64u;
}

static void pend_others(bench *b)
{
    uint32_t n;
    for (n = 0; n < OTHERS; n++) {
        set_property(b, other(b, n), IDLE);
        map_event(b, other(b, n));
    }
    command(b, INVALL, 0, 0);
    command(b, SYNC, 0, 0);
    finish_commands(b);
    for (n = 0; n < OTHERS; n++)
        if (!gic_assembly_msi(b->gic, b->now_ps, 0, 0, other(b, n)))
            die("the ITS has no room");
}

/* ------------------------------------------------------------------ measuring */

static uint32_t acknowledge(bench *b)
{
    uint64_t intid = 0;
    gic_assembly_sysreg_read(b->gic, b->now_ps, 0, GIC_ICC_IAR1_EL1, &intid);
    gic_assembly_sysreg_write(b->gic, b->now_ps, 0, GIC_ICC_EOIR1_EL1, intid);
    return (uint32_t)intid;
}

static void cycle(bench *b)
{
    const uint32_t event_id = b->event_id[b->next];
    b->next = (b->next + 1u) % EVENTS;
    b->now_ps += 1000;
    if (!gic_assembly_msi(b->gic, b->now_ps, 0, 0, event_id))
        die("the ITS has no room");
    if (!b->line)
        die("the line did not rise");
    if (acknowledge(b) != GIC_INTID_LPI_FIRST + event_id)
        die("the acknowledge returned another interrupt");
}

static double measure(void *what)
{
    bench *b = (bench *)what;
    const double from = bench_cpu_ns();
    unsigned n;
    for (n = 0; n < CYCLES; n++)
        cycle(b);
    return (bench_cpu_ns() - from) / CYCLES;
}

static double measure_drain(bench *b)
{
    double results[BENCH_PAIRS];
    unsigned n, i;
    for (n = 0; n < BENCH_PAIRS; n++) {
        double from;
        if (n != 0)
            for (i = 0; i < OTHERS; i++)
                (void)gic_assembly_msi(b->gic, b->now_ps, 0, 0, other(b, i));
        from = bench_cpu_ns();
        for (i = 0; i < OTHERS; i++)
            if (acknowledge(b) < GIC_INTID_LPI_FIRST)
                die("a pending LPI was not delivered");
        results[n] = (bench_cpu_ns() - from) / OTHERS;
        if (b->line)
            die("more was pending than was made pending");
    }
    return bench_median(results, BENCH_PAIRS);
}

/* Resident memory that is not shared, KiB. */
static long resident_kib(void)
{
    char line[128];
    long kib = -1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "RssAnon: %ld", &kib) == 1)
            break;
    if (status)
        fclose(status);
    return kib;
}

static double measure_resident_mb(void)
{
    enum { MAPPED = 1000000, HELD = 100000 };
    const long before = resident_kib();
    bench *b = create(20);
    uint32_t n;
    for (n = 0; n < MAPPED; n++) {
        set_property(b, n, URGENT);
        map_event(b, n);
    }
    finish_commands(b);
    for (n = 0; n < HELD; n++)
        if (!gic_assembly_msi(b->gic, b->now_ps, 0, 0, permuted(n, MAPPED)))
            die("the ITS has no room");
    return (double)(resident_kib() - before) / 1024.0;
}

int main(int argc, char **argv)
{
    const bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
    bench *small, *large, *crowded;
    double small_ns, large_ns, crowded_ns, ignored, ratio[2];
    if (argc > 1 && !json) {
        fprintf(stderr, PROGRAM ": unknown argument '%s'; only --json is known\n", argv[1]);
        return 2;
    }
    bench_print(json, "gic_rss_1m_events_mb", measure_resident_mb(), "MB", "64",
                "1,000,000 events of a device mapped, 100,000 LPIs pending, 20 bits");
    small = create_cycle(14);
    large = create_cycle(20);
    crowded = create_cycle(20);
    pend_others(crowded);
    measure(small);
    bench_compare(measure, small, large, &small_ns, &large_ns, &ratio[0]);
    bench_compare(measure, large, crowded, &ignored, &crowded_ns, &ratio[1]);
    if (crowded->spilled == 0)
        die("nothing was spilled");
    bench_print(json, "lpi_cycle_14bit_ns", small_ns, "ns", "400",
                "14 ID bits, 1024 events over all LPIs, permutation");
    bench_print(json, "lpi_cycle_20bit_ns", large_ns, "ns", "400", "20 ID bits, likewise");
    bench_print(json, "lpi_cycle_20bit_ratio", ratio[0], "ratio", "1.25", "20 / 14 bits, 11 pairs");
    bench_print(json, "lpi_cycle_4096pending_ns", crowded_ns, "ns", "null",
                "20 ID bits, 4096 others pending, cache of 1024, the rest spilled");
    bench_print(json, "lpi_cycle_4096pending_ratio", ratio[1], "ratio", "1.5",
                "4096 pending / none, 20 bits, 11 pairs");
    bench_print(json, "lpi_drain_4096_ns", measure_drain(crowded), "ns", "800",
                "IAR and EOIR of each of 4096 pending LPIs");
    return 0;
}
