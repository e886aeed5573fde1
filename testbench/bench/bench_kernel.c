/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an SPI costs at kernel level, by the joiner, loosely timed: raise, line, IAR, lower, EOIR.
 *
 *   small   1 PE, 32 SPIs, drawn from a permutation of all of them
 *   large   512 PEs, 988 SPIs and 1024 extended SPIs, one hot SPI
 *   random  large, INTIDs and PEs drawn from a permutation of 1000 SPIs, 1000 others pending at
 *           lower urgency on all PEs, so that every cycle displaces what its PE was offered
 *
 *   guest   small, with a hypervisor: acknowledge and priority drop at EL2, a list register linked
 * to the SPI, then the guest's acknowledge and end of interrupt, which deactivates the SPI; with
 * every change of Exception level. Beside it, accesses of ICH_ registers and of ICC_ registers, at
 * EL2.
 *
 * The event port is connected to a ring of events, the line port to a level per line. Every ratio
 * is the median of interleaved pairs in CPU time. With --json one JSON object a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_util.h"
#include "gic/assembly.h"
#include "gictime/recorder.h"

enum {
    CYCLES = 100000, /* Of one half of a pair. */
    RING = 4096,
    HOT = 1000,
    URGENT = 0x80,
    IDLE = 0xC0,
    ALL_PES = 512
};

/* Registers of the set-up. */
enum {
    GICD_CTLR = 0x0000,
    GICD_IGROUPR = 0x0080,
    GICD_ISENABLER = 0x0100,
    GICD_IPRIORITYR = 0x0400,
    GICD_ICFGR = 0x0C00,
    GICD_IROUTER = 0x6000,
    GICD_IGROUPR_E = 0x1000,
    GICD_ISENABLER_E = 0x1200,
    GICD_IPRIORITYR_E = 0x2000,
    GICD_IROUTER_E = 0x8000,
    GICR_WAKER = 0x0014,
    CTLR_GROUPS = 0x3
};

/* One GIC with its ports connected, and the order in which its interrupts come. */
typedef struct bench {
    gic_assembly *gic;
    gic_config config;
    gic_event ring[RING];
    uint32_t events;
    bool line[ALL_PES];
    bool virq;
    gictime_recorder *recorder; /* NULL: events go to the ring only. */
    uint32_t count;             /* Of order[]. */
    uint32_t next;
    struct {
        uint32_t intid;
        uint16_t pe;
    } order[GIC_MAX_SPIS + GIC_MAX_ESPIS];
    uint64_t now_ps;
} bench;

static void die(const char *what)
{
    bench_die("bench_kernel", what);
}

static void on_event(void *up, const gic_event *event)
{
    bench *b = (bench *)up;
    if (b->recorder)
        gictime_recorder_event(b->recorder, event);
    else
        b->ring[b->events++ % RING] = *event;
}

static void on_line(void *up, uint16_t pe, gic_line line, bool level, uint64_t time_ps)
{
    bench *b = (bench *)up;
    (void)time_ps;
    if (line == GIC_LINE_IRQ)
        b->line[pe] = level;
    else if (line == GIC_LINE_VIRQ)
        b->virq = level;
}

/* ------------------------------------------------------------------ set-up */

static void gicd_write(bench *b, uint32_t offset, uint64_t value, unsigned size)
{
    gic_access access;
    memset(&access, 0, sizeof(access));
    access.size = (uint8_t)size;
    access.secure = true;
    if (gic_assembly_gicd_write(b->gic, b->now_ps, &access, offset, value) != GIC_OK)
        die("a set-up write was refused");
}

static void sysreg_write(bench *b, uint16_t pe, gic_sysreg reg, uint64_t value)
{
    if (gic_assembly_sysreg_write(b->gic, b->now_ps, pe, reg, value) != GIC_SYSREG_OK)
        die("a set-up write of a system register was refused");
}

static void set_up_pe(bench *b, uint16_t pe)
{
    gic_access access;
    gic_pe_state state;
    memset(&access, 0, sizeof(access));
    memset(&state, 0, sizeof(state));
    access.size = 4;
    access.secure = true;
    state.el = 1;
    state.scr_ns = true;
    gic_assembly_pe_state(b->gic, b->now_ps, pe, &state);
    if (gic_assembly_gicr_write(b->gic, b->now_ps, pe, &access, GICR_WAKER, 0) != GIC_OK)
        die("a PE does not wake");
    sysreg_write(b, pe, GIC_ICC_PMR_EL1, 0xF8);
    sysreg_write(b, pe, GIC_ICC_IGRPEN1_EL1, 1);
}

/* Offset of an interrupt's byte, word or double word in one of the two banks. */
static uint32_t bank(uint32_t intid, uint32_t base, uint32_t extended, uint32_t bits)
{
    if (intid < GIC_INTID_ESPI_FIRST)
        return base + intid * bits / 8u;
    return extended + (intid - GIC_INTID_ESPI_FIRST) * bits / 8u;
}

static void set_up_spi(bench *b, uint32_t intid, uint16_t pe, uint8_t priority)
{
    uint32_t affinity = gic_config_affinity(&b->config, pe);
    uint64_t route = (uint64_t)(affinity >> 24) << 32 | (affinity & 0xFFFFFFu);
    gicd_write(b, bank(intid, GICD_IPRIORITYR, GICD_IPRIORITYR_E, 8), priority, 1);
    gicd_write(b, bank(intid, GICD_IROUTER, GICD_IROUTER_E, 64), route, 8);
    gicd_write(b, bank(intid, GICD_ISENABLER, GICD_ISENABLER_E, 1) & ~3u,
               UINT64_C(1) << intid % 32u, 4);
}

static bench *create(uint16_t pes, uint16_t spis, uint16_t espis)
{
    bench *b = (bench *)calloc(1, sizeof(*b));
    gic_assembly_ports ports;
    gic_timing timing;
    size_t size;
    uint32_t word;
    uint16_t pe;
    if (!b)
        die("no memory");
    memset(&ports, 0, sizeof(ports));
    memset(&timing, 0, sizeof(timing));
    b->config = gic_config_default();
    b->config.pe_count = pes;
    b->config.spi_count = spis;
    b->config.espi_count = espis;
    b->config.has_el3 = false;
    ports.version = 1;
    ports.event = on_event;
    ports.line = on_line;
    ports.up = b;
    size = gic_align_up(gic_assembly_footprint(&b->config, NULL), 64);
    b->gic =
        gic_assembly_init(aligned_alloc(64, size), size, &b->config, NULL, &timing, &ports, NULL);
    if (!b->gic)
        die("the configuration was refused");
    gicd_write(b, GICD_CTLR, CTLR_GROUPS, 4);
    for (word = 4; word < 128; word += 4)
        gicd_write(b, GICD_IGROUPR + word, UINT32_MAX, 4);
    for (word = 0; word < espis / 8u; word += 4)
        gicd_write(b, GICD_IGROUPR_E + word, UINT32_MAX, 4);
    for (pe = 0; pe < pes; pe++)
        set_up_pe(b, pe);
    return b;
}

static uint32_t intid_of(const bench *b, uint32_t index)
{
    if (index < b->config.spi_count)
        return GIC_INTID_SPI_FIRST + index;
    return GIC_INTID_ESPI_FIRST + index - b->config.spi_count;
}

/* The @p n-th of @p count in a fixed permutation: multiplication by a step prime to the count. */
static uint32_t permuted(uint32_t n, uint32_t count, uint32_t step)
{
    return (uint32_t)((uint64_t)n * step % count);
}

static void hot(bench *b, uint32_t intid, uint16_t pe)
{
    set_up_spi(b, intid, pe, URGENT);
    b->order[b->count].intid = intid;
    b->order[b->count++].pe = pe;
}

static bench *create_small(void)
{
    bench *b = create(1, 32, 0);
    uint32_t n;
    for (n = 0; n < 32; n++)
        hot(b, intid_of(b, permuted(n, 32, 13)), 0);
    return b;
}

static bench *create_large(void)
{
    bench *b = create(ALL_PES, GIC_MAX_SPIS, GIC_MAX_ESPIS);
    hot(b, intid_of(b, 1500), 300);
    return b;
}

/* A thousand hot interrupts and a thousand pending ones; each PE has one or two of either. */
static bench *create_random(void)
{
    bench *b = create(ALL_PES, GIC_MAX_SPIS, GIC_MAX_ESPIS);
    uint32_t all = GIC_MAX_SPIS + GIC_MAX_ESPIS, n;
    for (n = 0; n < 2u * HOT; n++) {
        uint32_t intid = intid_of(b, permuted(n, all, 877));
        uint16_t pe = (uint16_t)permuted(n / 2u, ALL_PES, 205);
        if (n % 2u == 0) {
            hot(b, intid, pe);
            continue;
        }
        set_up_spi(b, intid, pe, IDLE);
        gic_assembly_set_spi(b->gic, b->now_ps, intid, true);
    }
    return b;
}

/* A PE at EL2 that has the interrupts of its guest. */
static void enter_el(bench *b, uint8_t el)
{
    gic_pe_state state;
    memset(&state, 0, sizeof(state));
    state.el = el;
    state.scr_ns = true;
    state.hcr_imo = state.hcr_fmo = true;
    gic_assembly_pe_state(b->gic, b->now_ps, 0, &state);
}

static bench *create_guest(void)
{
    bench *b = create_small();
    enter_el(b, 2);
    sysreg_write(b, 0, GIC_ICC_CTLR_EL1, 2); /* EOImode */
    sysreg_write(b, 0, GIC_ICH_HCR_EL2, 1);
    sysreg_write(b, 0, GIC_ICH_VMCR_EL2, 0xF8000003);
    return b;
}

/* ------------------------------------------------------------------ measuring */

static void cycle(bench *b)
{
    uint32_t intid = b->order[b->next].intid;
    uint16_t pe = b->order[b->next].pe;
    uint64_t acknowledged = 0;
    b->next = b->next + 1u == b->count ? 0 : b->next + 1u;
    b->now_ps += 1000;
    gic_assembly_set_spi(b->gic, b->now_ps, intid, true);
    if (!b->line[pe])
        die("the line did not rise");
    gic_assembly_sysreg_read(b->gic, b->now_ps, pe, GIC_ICC_IAR1_EL1, &acknowledged);
    if (acknowledged != intid)
        die("the acknowledge returned another interrupt");
    gic_assembly_set_spi(b->gic, b->now_ps, intid, false);
    gic_assembly_sysreg_write(b->gic, b->now_ps, pe, GIC_ICC_EOIR1_EL1, intid);
}

/* Nanoseconds of CPU time of one cycle. */
static double measure(void *what)
{
    bench *b = (bench *)what;
    double from = bench_cpu_ns();
    unsigned n;
    for (n = 0; n < CYCLES; n++)
        cycle(b);
    return (bench_cpu_ns() - from) / CYCLES;
}

static uint64_t sysreg_read(bench *b, gic_sysreg reg)
{
    uint64_t value = 0;
    if (gic_assembly_sysreg_read(b->gic, b->now_ps, 0, reg, &value) != GIC_SYSREG_OK)
        die("a read of a system register was refused");
    return value;
}

static uint64_t list_register(uint32_t intid)
{
    return UINT64_C(1) << 62 | UINT64_C(3) << 60 | UINT64_C(0xA0) << 48 | (uint64_t)intid << 32 |
           intid;
}

/* The SPI of a guest: what the hypervisor does, then what the guest does. */
static void guest_cycle(bench *b)
{
    uint32_t intid = b->order[b->next].intid;
    b->next = b->next + 1u == b->count ? 0 : b->next + 1u;
    b->now_ps += 1000;
    gic_assembly_set_spi(b->gic, b->now_ps, intid, true);
    enter_el(b, 2);
    if (sysreg_read(b, GIC_ICC_IAR1_EL1) != intid)
        die("the hypervisor acknowledged another interrupt");
    sysreg_write(b, 0, GIC_ICC_EOIR1_EL1, intid);
    sysreg_write(b, 0, GIC_ICH_LR0_EL2, list_register(intid));
    enter_el(b, 1);
    if (!b->virq || sysreg_read(b, GIC_ICC_IAR1_EL1) != intid)
        die("the guest acknowledged another interrupt");
    gic_assembly_set_spi(b->gic, b->now_ps, intid, false);
    sysreg_write(b, 0, GIC_ICC_EOIR1_EL1, intid);
}

static double measure_guest(void *what)
{
    bench *b = (bench *)what;
    double from = bench_cpu_ns();
    unsigned n;
    for (n = 0; n < CYCLES; n++)
        guest_cycle(b);
    return (bench_cpu_ns() - from) / CYCLES;
}

/* As many reads as writes, of what changes with each interrupt and of what does not. */
static double measure_icc(void *what)
{
    bench *b = (bench *)what;
    double from;
    unsigned n;
    enter_el(b, 2);
    from = bench_cpu_ns();
    for (n = 0; n < CYCLES; n++) {
        sysreg_write(b, 0, GIC_ICC_PMR_EL1, 0xF8u - (n & 8u));
        (void)sysreg_read(b, GIC_ICC_RPR_EL1);
        sysreg_write(b, 0, GIC_ICC_BPR1_EL1, 3u + (n & 1u));
        (void)sysreg_read(b, GIC_ICC_CTLR_EL1);
    }
    return (bench_cpu_ns() - from) / (4.0 * CYCLES);
}

static double measure_ich(void *what)
{
    bench *b = (bench *)what;
    double from;
    unsigned n;
    enter_el(b, 2);
    from = bench_cpu_ns();
    for (n = 0; n < CYCLES; n++) {
        gic_sysreg reg = (gic_sysreg)(GIC_ICH_LR0_EL2 + (n & 3u));
        sysreg_write(b, 0, reg, list_register(32u + n % 32u));
        (void)sysreg_read(b, GIC_ICH_MISR_EL2);
        sysreg_write(b, 0, GIC_ICH_VMCR_EL2, 0xF8000003 - (n & 1u));
        (void)sysreg_read(b, reg);
    }
    return (bench_cpu_ns() - from) / (4.0 * CYCLES);
}

/* One half of a pair whose halves are measured differently. */
typedef struct bench_side {
    double (*measure)(void *what);
    bench *what;
} bench_side;

static double measure_side(void *side)
{
    bench_side *s = (bench_side *)side;
    return s->measure(s->what);
}

static void bench_virtual(bool json, bench *small)
{
    bench *guest = create_guest(), *host = create_guest();
    bench_side cycles[2] = {{measure, small}, {measure_guest, guest}};
    bench_side accesses[2] = {{measure_icc, host}, {measure_ich, host}};
    double ignored, guest_ns, icc_ns, ich_ns, ratio[2];
    bench_compare(measure_side, &cycles[0], &cycles[1], &ignored, &guest_ns, &ratio[0]);
    bench_compare(measure_side, &accesses[0], &accesses[1], &icc_ns, &ich_ns, &ratio[1]);
    bench_print(json, "vspi_cycle_ns", guest_ns, "ns", "null",
                "1 PE: hypervisor's acknowledge, list register, guest's acknowledge and end");
    bench_print(json, "vspi_cycle_over_spi_cycle", ratio[0], "ratio", "2",
                "guest / small, 11 pairs");
    bench_print(json, "icc_access_ns", icc_ns, "ns", "null", "reads and writes at EL2");
    bench_print(json, "ich_access_ns", ich_ns, "ns", "null", "reads and writes at EL2");
    bench_print(json, "ich_access_over_icc_access", ratio[1], "ratio", "2", "11 pairs");
}

int main(int argc, char **argv)
{
    bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
    bench *small = create_small(), *large = create_large(), *random = create_random();
    bench *recorded = create_small();
    gictime_recorder_config config;
    double small_ns, large_ns, random_ns, recorded_ns, ignored, ratio[3];
    if (argc > 1 && !json) {
        fprintf(stderr, "bench_kernel: unknown argument '%s'; only --json is known\n", argv[1]);
        return 2;
    }
    memset(&config, 0, sizeof(config));
    config.gic = &recorded->config;
    recorded->recorder = gictime_recorder_create(&config);
    if (!recorded->recorder)
        die("no memory");
    measure(small);
    bench_compare(measure, small, large, &small_ns, &large_ns, &ratio[0]);
    bench_compare(measure, small, random, &ignored, &random_ns, &ratio[1]);
    bench_compare(measure, small, recorded, &ignored, &recorded_ns, &ratio[2]);
    bench_print(json, "spi_cycle_small_ns", small_ns, "ns", "200",
                "1 PE, 32 SPIs, permutation of all");
    bench_print(json, "spi_cycle_large_ns", large_ns, "ns", "null",
                "512 PEs, 988 + 1024 SPIs, one hot SPI");
    bench_print(json, "spi_cycle_large_ratio", ratio[0], "ratio", "1.25",
                "large / small, 11 pairs");
    bench_print(json, "spi_cycle_random_ns", random_ns, "ns", "null",
                "512 PEs, 988 + 1024 SPIs, 1000 hot, 1000 others pending");
    bench_print(json, "spi_cycle_random_ratio", ratio[1], "ratio", "2", "random / small, 11 pairs");
    bench_print(json, "spi_cycle_recorded_ns", recorded_ns, "ns", "null",
                "small, with the recorder of instances on the event port");
    bench_virtual(json, small);
    return 0;
}
