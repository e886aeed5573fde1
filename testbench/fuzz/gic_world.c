/* SPDX-License-Identifier: Apache-2.0 */
#include "gic_world.h"

#include <string.h>

/* ---- memory and lines ------------------------------------------------------------------------ */

static bool use_memory(world *w, gic_memory_access *access)
{
    CHECK(access->length > 0 && access->length <= GIC_MEMORY_LINE &&
          access->address % GIC_MEMORY_LINE + access->length <= GIC_MEMORY_LINE);
    if (w->memory_fails || access->address >= WORLD_RAM ||
        access->length > WORLD_RAM - access->address)
        return false;
    if (access->op == GIC_MEMORY_WRITE)
        memcpy(w->ram + access->address, access->data, access->length);
    else
        memcpy(access->data, w->ram + access->address, access->length);
    return true;
}

static gic_memory_answer on_memory(void *up, gic_memory_access *access, uint64_t now,
                                   uint64_t *done)
{
    world *w = (world *)up;
    if (w->memory_late && w->opens < WORLD_OPEN) {
        w->open[w->opens++] = *access;
        return GIC_MEMORY_LATER;
    }
    *done = now + (w->timing.timed ? 700 : 0);
    return use_memory(w, access) ? GIC_MEMORY_OK : GIC_MEMORY_FAILED;
}

static void answer_memory(world *w, unsigned which)
{
    gic_memory_access access = w->open[which];
    bool ok = use_memory(w, &access);
    w->open[which] = w->open[--w->opens];
    gic_assembly_memory_done(w->a, w->now, access.id, access.data, ok);
    gic_assembly_advance(w->a, w->now);
}

static void on_line(void *up, uint16_t pe, gic_line line, bool level, uint64_t time)
{
    world *w = (world *)up;
    (void)time;
    CHECK(pe < w->config.pe_count && line < GIC_LINE_COUNT);
    w->line[pe][line] = level;
}

/* ---- coming to rest -------------------------------------------------------------------------- */

/* No SPI is presented to two PEs: the one that acknowledges it is the one that has it. */
static void check_owners(const world *w)
{
    uint64_t held[WORLD_PES];
    uint16_t pe;
    uint16_t other;
    for (pe = 0; pe < w->config.pe_count; pe++) {
        if (!gic_assembly_sysreg_peek(w->a, pe, GIC_ICC_HPPIR1_EL1, &held[pe]))
            held[pe] = GIC_INTID_SPURIOUS;
        for (other = 0; other < pe; other++)
            CHECK(held[pe] != held[other] || !gic_is_shared((uint32_t)held[pe]));
    }
}

static uint64_t lost_by(const world *w)
{
    const gic_assembly_stats *stats = gic_assembly_get_stats(w->a);
    return stats->messages_lost + stats->events_dropped;
}

/* A GIC in a state that it came to loses nothing; in a forged one an outbox may overflow. */
static void check_counters(world *w)
{
    CHECK(lost_by(w) == w->lost || !w->trusted);
    w->lost = lost_by(w);
}

/* A register of the list registers, by GICH of a GICv2 (at @p offset) or by its own name. */
static uint64_t look_at_virtual(const world *w, uint16_t pe, gic_sysreg reg, uint32_t offset)
{
    gic_access access = {0};
    uint64_t value = 0;
    access.pe = pe;
    access.size = 4;
    access.debug = true;
    if (w->config.gicv2)
        CHECK(gic_assembly_cpu_read(w->a, w->now, CPUIF_GICH, &access, offset, &value) == GIC_OK);
    else
        CHECK(gic_assembly_sysreg_peek(w->a, pe, reg, &value));
    return value;
}

/* What a hypervisor is told of its list registers does not contradict itself. */
static void check_virtual(const world *w)
{
    const uint64_t all = (UINT64_C(1) << gic_config_list_registers(&w->config)) - 1u;
    uint64_t empty, ended, misr, hcr;
    uint16_t pe;
    for (pe = 0; pe < w->config.pe_count && all != 0; pe++) {
        empty = look_at_virtual(w, pe, GIC_ICH_ELRSR_EL2, 0x30);
        ended = look_at_virtual(w, pe, GIC_ICH_EISR_EL2, 0x20);
        misr = look_at_virtual(w, pe, GIC_ICH_MISR_EL2, 0x10);
        CHECK((empty & ended) == 0 && ((empty | ended) & ~all) == 0);
        CHECK((misr & 1u) == (ended != 0));
        hcr = look_at_virtual(w, pe, GIC_ICH_HCR_EL2, 0x00);
        if (!w->trusted)
            continue;
        CHECK(w->line[pe][GIC_LINE_MAINTENANCE] == ((hcr & 1u) != 0 && misr != 0));
        CHECK(!(w->line[pe][GIC_LINE_VIRQ] && w->line[pe][GIC_LINE_VFIQ]));
    }
}

void world_settle(world *w)
{
    unsigned n;
    for (n = 0; n < WORLD_SETTLE; n++) {
        uint64_t due = gic_assembly_next_due(w->a);
        if (due == GIC_TIME_NEVER && w->opens == 0)
            break;
        if (w->opens > 0) {
            answer_memory(w, 0);
            continue;
        }
        CHECK(gic_assembly_next_line_due(w->a) >= due);
        if (due > w->now)
            w->now = due;
        gic_assembly_advance(w->a, w->now);
    }
    CHECK(n < WORLD_SETTLE);
    CHECK(!gic_assembly_waits_for_memory(w->a));
    check_counters(w);
    check_virtual(w);
    if (w->trusted)
        check_owners(w);
}

/* ---- what a program does --------------------------------------------------------------------- */

static uint16_t take_pe(world *w)
{
    return (uint16_t)(fuzz_take(&w->in, 1) % w->config.pe_count);
}

/* An offset of a frame: mostly of one of its registers, now and then anywhere. */
static uint32_t take_offset(world *w, const gic_frame *frame)
{
    unsigned choice = (unsigned)fuzz_take(&w->in, 1);
    const gic_reg_row *row = &frame->row[choice % frame->row_count];
    if (choice >= 250)
        return (uint32_t)fuzz_take(&w->in, 3);
    return row->offset + (uint32_t)fuzz_take(&w->in, 2) % row->span;
}

static gic_access take_access(world *w, unsigned how)
{
    gic_access access = {0};
    access.size = (uint8_t)(1u << (how & 3u));
    access.secure = (how & 4u) != 0;
    access.debug = (how & 0x38u) == 0x38u;
    access.pe = (uint16_t)((how >> 6) % w->config.pe_count);
    access.device_id = how >> 6;
    return access;
}

/* A register of GICC, GICH or GICV of a GICv2, by the PE that the access names. */
static void do_cpu_frame(world *w, bool write)
{
    const gic_access as = take_access(w, (unsigned)fuzz_take(&w->in, 1));
    const cpuif_frame_kind kind = (cpuif_frame_kind)(fuzz_take(&w->in, 1) % 3u);
    const gic_frame *frame = gic_assembly_cpu_frame(w->a, kind);
    gic_status status;
    uint32_t offset;
    uint64_t value;
    if (!frame)
        return;
    offset = take_offset(w, frame) & ~((uint32_t)as.size - 1u);
    value = write ? fuzz_take(&w->in, as.size) : 0;
    status = write ? gic_assembly_cpu_write(w->a, w->now, kind, &as, offset, value)
                   : gic_assembly_cpu_read(w->a, w->now, kind, &as, offset, &value);
    CHECK(status == GIC_OK || status == GIC_ADDRESS ||
          (status == GIC_BAD_SIZE && w->config.bad_size == GIC_BAD_SIZE_ERROR));
}

/* A register of the Distributor, a Redistributor or the ITS, by the low bits of @p kind. */
static void do_frame(world *w, unsigned kind, bool write)
{
    const gic_access as = take_access(w, (unsigned)fuzz_take(&w->in, 1));
    const gic_frame *frame = kind == 0   ? gic_assembly_gicd_frame(w->a)
                             : kind == 1 ? gic_assembly_gicr_frame(w->a)
                                         : gic_assembly_its_frame(w->a);
    const uint16_t pe = kind == 1 ? take_pe(w) : 0;
    gic_status status = GIC_OK;
    uint32_t offset;
    uint64_t value;
    if (!frame && w->config.gicv2)
        do_cpu_frame(w, write);
    if (!frame)
        return;
    offset = take_offset(w, frame) & ~((uint32_t)as.size - 1u);
    value = write ? fuzz_take(&w->in, as.size) : 0;
    if (kind == 0)
        status = write ? gic_assembly_gicd_write(w->a, w->now, &as, offset, value)
                       : gic_assembly_gicd_read(w->a, w->now, &as, offset, &value);
    else if (kind == 1)
        status = write ? gic_assembly_gicr_write(w->a, w->now, pe, &as, offset, value)
                       : gic_assembly_gicr_read(w->a, w->now, pe, &as, offset, &value);
    else
        status = write ? gic_assembly_its_write(w->a, w->now, 0, &as, offset, value)
                       : gic_assembly_its_read(w->a, w->now, 0, &as, offset, &value);
    CHECK(status == GIC_OK || status == GIC_ADDRESS ||
          (status == GIC_BAD_SIZE && w->config.bad_size == GIC_BAD_SIZE_ERROR));
    CHECK(write || status != GIC_OK || as.size == 8 || value >> (8u * as.size) == 0);
}

static bool is_active(world *w, uint32_t intid)
{
    const gic_access as = {0, 0, 4, true, true};
    const uint32_t offset = intid < GIC_INTID_ESPI_FIRST
                                ? 0x300u + intid / 32u * 4u
                                : 0x1A00u + (intid - GIC_INTID_ESPI_FIRST) / 32u * 4u;
    uint64_t value = 0;
    CHECK(gic_assembly_gicd_read(w->a, w->now, &as, offset, &value) == GIC_OK);
    return (value >> (intid % 32u) & 1u) != 0;
}

static bool at_rest(const world *w)
{
    return w->trusted && gic_assembly_next_due(w->a) == GIC_TIME_NEVER && w->opens == 0;
}

static void do_sysreg(world *w, bool write)
{
    const uint16_t pe = take_pe(w);
    const gic_sysreg reg = (gic_sysreg)(fuzz_take(&w->in, 1) % GIC_SYSREG_COUNT);
    uint64_t value = write ? fuzz_take(&w->in, 8) : 0;
    uint64_t peeked = 0;
    gic_sysreg_result got;
    if (write) {
        (void)gic_assembly_sysreg_write(w->a, w->now, pe, reg, value);
        return;
    }
    (void)gic_assembly_sysreg_peek(w->a, pe, reg, &peeked);
    if (at_rest(w) && (reg == GIC_ICC_IAR0_EL1 || reg == GIC_ICC_IAR1_EL1)) {
        uint32_t next = (uint32_t)peeked;
        CHECK(!gic_is_shared(next) || !gic_config_has_shared(&w->config, next) ||
              !is_active(w, next));
    }
    got = gic_assembly_sysreg_read(w->a, w->now, pe, reg, &value);
    CHECK(got <= GIC_SYSREG_STALL);
}

/* Take an interrupt as software does: read IAR, end it. */
static void do_interrupt(world *w, unsigned how)
{
    const uint16_t pe = take_pe(w);
    const bool first = (how & 0x10u) != 0;
    uint64_t intid = GIC_INTID_SPURIOUS;
    (void)gic_assembly_sysreg_read(w->a, w->now, pe, first ? GIC_ICC_IAR1_EL1 : GIC_ICC_IAR0_EL1,
                                   &intid);
    if ((how & 0x20u) != 0)
        (void)gic_assembly_sysreg_write(w->a, w->now, pe,
                                        first ? GIC_ICC_EOIR1_EL1 : GIC_ICC_EOIR0_EL1, intid);
}

static void do_pe_state(world *w)
{
    const uint16_t pe = take_pe(w);
    const unsigned bits = (unsigned)fuzz_take(&w->in, 2);
    gic_pe_state *s = &w->pe[pe];
    memset(s, 0, sizeof(*s));
    s->el = (uint8_t)(bits & 3u);
    if ((s->el == 3 && !w->config.has_el3) || (s->el == 2 && !w->config.has_el2))
        s->el = 1;
    s->scr_ns = (bits & 4u) != 0 || !w->config.has_el3;
    s->scr_irq = (bits & 8u) != 0;
    s->scr_fiq = (bits & 0x10u) != 0;
    s->hcr_imo = w->config.has_el2 && (bits & 0x20u) != 0;
    s->hcr_fmo = w->config.has_el2 && (bits & 0x40u) != 0;
    s->hcr_tge = w->config.has_el2 && (bits & 0x80u) != 0;
    s->hcr_e2h = w->config.has_el2 && (bits & 0x100u) != 0;
    s->scr_eel2 = w->config.has_el2 && w->config.has_el3 && (bits & 0x200u) != 0;
    gic_assembly_pe_state(w->a, w->now, pe, s);
}

static void do_wire(world *w, unsigned how)
{
    const uint32_t intid = (uint32_t)fuzz_take(&w->in, 2);
    const bool level = (how & 0x10u) != 0;
    if ((how & 0x20u) != 0)
        gic_assembly_set_spi(w->a, w->now, intid & 0x1FFFu, level);
    else
        gic_assembly_set_ppi(w->a, w->now, (uint16_t)(intid % w->config.pe_count),
                             intid >> 4 & 0x7FFu, level);
}

/* What is saved can be loaded, and saving again gives the same bytes. */
static void do_save(world *w)
{
    size_t length;
    size_t again;
    unsigned char *block = world_save(w, &length);
    unsigned char *second;
    const bool late = w->memory_late;
    w->memory_late = late || w->opens > 0; /* what waits is asked for again, and waits again */
    CHECK(world_load(w, block, length));
    w->memory_late = late;
    second = world_save(w, &again);
    CHECK(length == again && memcmp(block, second, length) == 0);
    free(second);
    if (length > 0 && (fuzz_take(&w->in, 1) & 1u)) {
        block[fuzz_take(&w->in, 3) % length] ^= 0x10u;
        CHECK(!world_load(w, block, length));
        second = world_save(w, &again);
        CHECK(length == again);
        free(second);
    }
    free(block);
}

static void do_time(world *w, unsigned how)
{
    w->now += fuzz_take(&w->in, 1 + (how >> 4 & 1u));
    gic_assembly_advance(w->a, w->now);
}

static void do_reset(world *w, unsigned how)
{
    if ((how & 0x70u) == 0x70u) {
        w->opens = 0;
        gic_assembly_reset(w->a, w->now);
    } else if ((how & 0x70u) == 0x60u)
        gic_assembly_reset_pe(w->a, take_pe(w), w->now);
}

static void do_explain(world *w)
{
    const uint16_t pe = take_pe(w);
    const uint32_t intid = (uint32_t)fuzz_take(&w->in, 4);
    gic_explanation e;
    gic_explain(w->a, (intid & 0x80000000u) != 0 ? intid : intid & 0x3FFFu, pe, &e);
    CHECK(gic_first_closed_gate(&e) <= GIC_GATE_COUNT);
}

static void do_edit(world *w)
{
    const uint64_t at = fuzz_take(&w->in, 3) % (WORLD_RAM - 8u);
    const uint64_t value = fuzz_take(&w->in, 8);
    memcpy(w->ram + at, &value, sizeof(value));
}

/* Small programs in one byte: most of what follows depends on enabled groups and LPIs. */
static void do_set_up(world *w, unsigned how)
{
    const gic_access as = {0, 0, 4, true, false};
    const gic_access wide = {0, 0, 8, true, false};
    uint16_t pe;
    (void)gic_assembly_gicd_write(w->a, w->now, &as, 0x0000, 0x37);
    (void)gic_assembly_gicd_write(w->a, w->now, &as, 0x0104, 0xFFFFFFFF);
    for (pe = 0; pe < w->config.pe_count; pe++) {
        (void)gic_assembly_gicr_write(w->a, w->now, pe, &as, 0x0014, 0);
        (void)gic_assembly_gicr_write(w->a, w->now, pe, &as, 0x10100, 0xFFFFFFFF);
        (void)gic_assembly_gicr_write(w->a, w->now, pe, &wide, 0x0070, 0x40000D);
        (void)gic_assembly_gicr_write(w->a, w->now, pe, &wide, 0x0078, 0x50000u + pe * 0x10000u);
        if ((how & 0x10u) != 0)
            (void)gic_assembly_gicr_write(w->a, w->now, pe, &as, 0x0000, 1);
        w->pe[pe].el = w->config.has_el3 ? 3 : 1;
        w->pe[pe].scr_ns = !w->config.has_el3;
        gic_assembly_pe_state(w->a, w->now, pe, &w->pe[pe]);
        (void)gic_assembly_sysreg_write(w->a, w->now, pe, GIC_ICC_PMR_EL1, 0xFF);
        (void)gic_assembly_sysreg_write(w->a, w->now, pe, GIC_ICC_IGRPEN0_EL1, 1);
        (void)gic_assembly_sysreg_write(w->a, w->now, pe, GIC_ICC_IGRPEN1_EL1, 1);
        if (w->config.has_el3)
            (void)gic_assembly_sysreg_write(w->a, w->now, pe, GIC_ICC_IGRPEN1_EL3, 3);
    }
}

static void do_msi(world *w)
{
    const uint32_t device = (uint32_t)fuzz_take(&w->in, 1);
    const uint32_t event = (uint32_t)fuzz_take(&w->in, 1);
    if (w->config.its_count > 0 && gic_assembly_msi_has_room(w->a, 0))
        CHECK(gic_assembly_msi(w->a, w->now, 0, device, event));
}

/* A legacy input, of a PE that may not be there, behind a line that may have none. */
static void do_legacy(world *w, bool level)
{
    const gic_line line = (gic_line)(fuzz_take(&w->in, 1) % 3u);
    gic_assembly_set_legacy(w->a, w->now, take_pe(w), line, level);
}

static void do_world(world *w, unsigned how)
{
    switch (how >> 4 & 7u) {
    case 0:
        w->memory_late = (how & 0x80u) != 0;
        break;
    case 1:
        w->memory_fails = (how & 0x80u) != 0;
        break;
    case 2:
        do_edit(w);
        break;
    case 3:
        gic_assembly_set_cpu_active(w->a, w->now, take_pe(w), (how & 0x80u) != 0);
        break;
    case 4:
        do_explain(w);
        break;
    case 5:
        do_msi(w);
        break;
    case 6:
        do_legacy(w, (how & 0x80u) != 0);
        break;
    default:
        do_reset(w, how);
        break;
    }
}

void world_step(world *w)
{
    const unsigned op = (unsigned)fuzz_take(&w->in, 1);
    switch (op & 15u) {
    case 0:
    case 1:
    case 2:
        do_frame(w, op & 15u, true);
        break;
    case 3:
        do_frame(w, (op >> 4) % 3u, false);
        break;
    case 4:
    case 5:
        do_sysreg(w, (op & 1u) != 0);
        break;
    case 6:
    case 7:
        do_wire(w, op);
        break;
    case 8:
        do_interrupt(w, op);
        break;
    case 9:
        do_pe_state(w);
        break;
    case 10:
        if (w->opens > 0)
            answer_memory(w, (op >> 4) % w->opens);
        break;
    case 11:
        do_time(w, op);
        break;
    case 12:
        world_settle(w);
        break;
    case 13:
        if (op >= 0xC0)
            do_save(w);
        else
            world_settle(w);
        break;
    case 14:
        do_set_up(w, op);
        break;
    default:
        do_world(w, op);
        break;
    }
    check_counters(w);
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static gic_config configure(uint64_t choice)
{
    gic_config config = gic_config_default();
    config.pe_count = (uint16_t)(1u + (choice & 3u));
    config.two_security_states = (choice >> 2 & 1u) != 0;
    config.ds_writable = (choice >> 3 & 1u) != 0;
    config.has_el3 = config.two_security_states || (choice >> 4 & 1u) != 0;
    config.has_el2 = (choice >> 5 & 1u) != 0;
    config.spi_count = choice >> 6 & 1u ? 32 : 96;
    config.espi_count = choice >> 7 & 1u ? 64 : 0;
    config.eppi_count = choice >> 8 & 1u ? 64 : 0;
    config.priority_bits = choice >> 9 & 1u ? 8 : 5;
    config.preemption_bits = choice >> 9 & 1u ? 7 : 5;
    config.virtual_priority_bits = choice >> 14 & 1u ? 8 : 5;
    config.virtual_preemption_bits = choice >> 14 & 1u ? 7 : 5;
    config.list_registers = choice >> 13 & 1u ? 16 : 4;
    config.work_limit = choice >> 10 & 1u ? 1 : 64;
    config.lpi_bits = choice >> 11 & 1u ? 14 : 0;
    config.its_count = config.lpi_bits > 0 && (choice >> 12 & 1u) ? 1 : 0;
    config.lpi_cache = choice >> 13 & 1u ? 4 : 64;
    config.lpi_property_cache = choice >> 13 & 1u ? 1 : 16;
    config.bad_size = choice >> 14 & 1u ? GIC_BAD_SIZE_ERROR : GIC_BAD_SIZE_RAZ_WI;
    config.nmi = choice >> 13 & 1u;
    config.direct_lpi = config.lpi_bits > 0;
    config.lpi_can_disable = choice >> 15 & 1u;
    if ((choice >> 11 & 3u) == 2u) { /* an ITS without LPIs: there is none, it is a GICv2 */
        config.gicv2 = true;
        config.virtual_priority_bits = 5;
        config.virtual_preemption_bits = 5;
        config.nmi = false;
        config.ds_writable = false;
        config.espi_count = 0;
        config.eppi_count = 0;
    }
    return config;
}

static gic_timing make_timing(unsigned choice)
{
    gic_timing timing;
    unsigned i;
    memset(&timing, 0, sizeof(timing));
    timing.timed = (choice & 1u) != 0;
    for (i = 0; timing.timed && i < GIC_HOP_COUNT; i++)
        timing.hop_ps[i] = 100u * ((choice >> (i % 7u + 1u) & 1u) * 9u + i);
    for (i = 0; timing.timed && i < GIC_STATION_COUNT; i++)
        timing.occupancy_ps[i] = choice & 0x80u ? 400u : 0;
    return timing;
}

void world_init(world *w, const uint8_t *data, size_t length)
{
    static const uint64_t bases[WORLD_PES] = {0x10000, 0x20000, 0x30000, 0x40000};
    gic_assembly_ports ports;
    gic_config_error error = GIC_CONFIG_OK;
    size_t bytes;
    memset(w, 0, sizeof(*w));
    memset(&ports, 0, sizeof(ports));
    w->in.at = data;
    w->in.left = length;
    w->trusted = true;
    w->config = configure(fuzz_take(&w->in, 2));
    w->timing = make_timing((unsigned)fuzz_take(&w->in, 1));
    w->ram = (uint8_t *)calloc(1, WORLD_RAM);
    bytes = gic_align_up(gic_assembly_footprint(&w->config, NULL), 64);
    w->block = aligned_alloc(64, bytes);
    CHECK(w->ram != NULL && w->block != NULL);
    ports.version = 1;
    ports.up = w;
    ports.line = on_line;
    ports.memory = on_memory;
    w->a = gic_assembly_init(w->block, bytes, &w->config, NULL, &w->timing, &ports, &error);
    CHECK(w->a != NULL && error == GIC_CONFIG_OK);
    gic_assembly_set_gicr_bases(w->a, bases);
}

void world_free(world *w)
{
    free(w->block);
    free(w->ram);
}

unsigned char *world_save(const world *w, size_t *length)
{
    size_t room = gic_assembly_save_size(w->a);
    unsigned char *block = (unsigned char *)malloc(room);
    CHECK(block != NULL);
    *length = gic_assembly_save(w->a, block);
    CHECK(*length <= room);
    return block;
}

bool world_load(world *w, const unsigned char *block, size_t length)
{
    gic_memory_access before[WORLD_OPEN];
    unsigned opens = w->opens;
    bool taken;
    memcpy(before, w->open, sizeof(before));
    w->opens = 0;
    taken = gic_assembly_load(w->a, block, length);
    if (!taken && w->opens == 0) {
        memcpy(w->open, before, sizeof(before));
        w->opens = opens;
    }
    if (taken)
        w->lost = lost_by(w);
    return taken;
}
