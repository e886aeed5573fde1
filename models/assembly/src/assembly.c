/* SPDX-License-Identifier: Apache-2.0 */
/* The joiner: construction, reset, and the entries of the outside world. */
#include "internal.h"

#include "gic/fault.h"

static const gic_assembly_parts all_parts = {true, true, true, true};

/* Lays blocks out one after the other, first to measure and then for real. */
typedef struct arena {
    unsigned char *base; /* NULL: measure only */
    size_t used;
} arena;

static void *take(arena *m, size_t bytes)
{
    void *at = m->base ? m->base + m->used : NULL;
    m->used += gic_align_up(bytes, 64);
    return at;
}

/* Everything behind the assembly's own structure, by one function for measuring and building. */
typedef struct layout {
    uint32_t *affinity;
    void *dist;
    seat *seats;
    void **cpu_memory;
    gic_pe_state *pe_state;
    gic_out *fifo;
    node *nodes;
    lane *lanes;
    uint32_t *heap;
    station *stations;
    uint32_t *spi_pins;
    wire *spi_wires;
    pins *pe_pins;
    its_seat *itss;
    memory_row *memory;
    unsigned char *its_memory;
    size_t its_bytes;
    unsigned char *pe_memory; /* per PE: CPU interface, then Redistributor */
    size_t cpu_bytes;
    size_t pe_bytes;
} layout;

static uint32_t fifo_entries(const gic_config *config)
{
    /* What credits allow to be under way, with room to spare; a power of two. */
    uint32_t wanted = 1024u + 32u * config->pe_count;
    if (config->lpi_bits)
        wanted += 1024u + (uint32_t)GIC_CREDIT_LPI * config->pe_count;
    uint32_t entries = 1024;
    while (entries < wanted)
        entries *= 2;
    return entries;
}

/* Requests for memory that may be under way; more of them wait. */
static uint32_t memory_rows(const gic_config *config)
{
    return config->lpi_bits ? 64u + config->its_count * (config->its.walks + 2u) +
                                  (uint32_t)GICR_MEMORY_REQUESTS * config->pe_count
                            : 0;
}

static uint32_t node_entries(const gic_config *config)
{
    /* Below fan_out_limit() when a message is fanned out; behind it what credits allow a PE, and
       what can be under way on wires. */
    uint32_t wires = (uint32_t)config->spi_count + config->espi_count +
                     (16u + config->eppi_count) * config->pe_count;
    uint32_t entries = 4096u + 128u * config->pe_count + WIRE_TOGGLES * wires;
    if (config->lpi_bits)
        entries += (uint32_t)config->its_count *
                       (config->its.queue + (uint32_t)GIC_CREDIT_LPI * config->pe_count) +
                   memory_rows(config);
    return entries;
}

static uint32_t lane_entries(const gic_config *config)
{
    uint32_t lanes = LANES_COMMON + (uint32_t)config->pe_count * LANES_PER_PE;
    if (config->lpi_bits)
        lanes += (uint32_t)config->pe_count * LPI_LANES_PER_PE +
                 (uint32_t)config->its_count * LANES_PER_ITS;
    return lanes;
}

static size_t lay_out(arena *m, const gic_config *c, const gic_assembly_parts *parts, layout *l)
{
    size_t n = c->pe_count;
    take(m, sizeof(gic_assembly));
    l->affinity = (uint32_t *)take(m, c->affinity ? n * sizeof *l->affinity : 0);
    l->dist = take(m, parts->gicd ? gicd_footprint(c) : 0);
    l->seats = (seat *)take(m, n * sizeof *l->seats);
    l->cpu_memory = (void **)take(m, n * sizeof *l->cpu_memory);
    l->pe_state = (gic_pe_state *)take(m, n * sizeof *l->pe_state);
    l->fifo = (gic_out *)take(m, fifo_entries(c) * sizeof *l->fifo);
    l->nodes = (node *)take(m, node_entries(c) * sizeof *l->nodes);
    l->lanes = (lane *)take(m, lane_entries(c) * sizeof *l->lanes);
    l->heap = (uint32_t *)take(m, lane_entries(c) * sizeof *l->heap);
    l->stations = (station *)take(m, station_count(c) * sizeof *l->stations);
    l->itss = (its_seat *)take(m, c->its_count * sizeof *l->itss);
    l->memory = (memory_row *)take(m, memory_rows(c) * sizeof *l->memory);
    l->its_bytes = parts->its && c->its_count ? gic_align_up(its_footprint(c), 64) : 0;
    l->its_memory = (unsigned char *)take(m, c->its_count * l->its_bytes);
    l->spi_pins = (uint32_t *)take(m, SPI_PIN_WORDS * sizeof *l->spi_pins);
    l->spi_wires = (wire *)take(m, WIRES_SHARED * sizeof *l->spi_wires);
    l->pe_pins = (pins *)take(m, n * sizeof *l->pe_pins);
    l->cpu_bytes = parts->cpuif ? gic_align_up(cpuif_footprint(c), 64) : 0;
    l->pe_bytes = l->cpu_bytes + (parts->gicr ? gic_align_up(gicr_footprint(c), 64) : 0);
    l->pe_memory = (unsigned char *)take(m, n * l->pe_bytes);
    return m->used;
}

size_t gic_assembly_footprint(const gic_config *config, const gic_assembly_parts *parts)
{
    arena m = {0};
    layout l;
    return lay_out(&m, config, parts ? parts : &all_parts, &l);
}

static gic_pe_state initial_pe_state(const gic_config *config)
{
    gic_pe_state state = {0};
    state.el = config->has_el3 ? 3 : config->has_el2 ? 2 : 1;
    state.scr_ns = !config->has_el3;
    return state;
}

/* The configuration has been checked, and memory is as each kernel asked for: none refuses. */
static void init_redist(gic_assembly *a, const layout *l, uint16_t pe)
{
    seat *s = &a->seats[pe];
    s->redist = gicr_init(l->pe_memory + pe * l->pe_bytes + l->cpu_bytes,
                          l->pe_bytes - l->cpu_bytes, &a->config, pe, NULL);
    s->redist_box = gicr_outbox(s->redist);
    gicr_set_last(s->redist, pe + 1u == a->config.pe_count);
}

/* At the start, and anew for a reset with the links. */
static void init_cpu(gic_assembly *a, uint16_t pe)
{
    seat *s = &a->seats[pe];
    s->cpu = cpuif_init(a->cpu_memory[pe], a->cpu_bytes, &a->config, pe, NULL);
    s->cpu_box = cpuif_outbox(s->cpu);
}

static void init_kernels(gic_assembly *a, const layout *l)
{
    if (a->parts.gicd) {
        a->dist = gicd_init(l->dist, gicd_footprint(&a->config), &a->config, NULL);
        a->dist_box = gicd_outbox(a->dist);
    }
    for (uint16_t pe = 0; pe < a->config.pe_count; pe++) {
        a->cpu_memory[pe] = l->pe_memory + pe * l->pe_bytes;
        a->pe_state[pe] = initial_pe_state(&a->config);
        if (a->parts.gicr)
            init_redist(a, l, pe);
        if (a->parts.cpuif)
            init_cpu(a, pe);
    }
    init_itss(a, l->its_memory, l->its_bytes);
}

/*
 * A GICv2 is one block: the hops between its parts are none, so that a claim is decided within the
 * access that makes it. What they stand for in a profile is on the way out: the line of a PE, and
 * the SGIs, which are posted.
 */
static void merge_hops(gic_assembly *a)
{
    uint64_t *hop = a->timing.hop_ps;
    a->one_block = true;
    a->intid_mask = GIC_INTID_SPURIOUS;
    a->sgi_ps = hop[GIC_HOP_CPUIF_GICR] + hop[GIC_HOP_GICR_GICD] + hop[GIC_HOP_GICD_GICR];
    hop[GIC_HOP_CPUIF_PE] += hop[GIC_HOP_GICR_CPUIF];
    hop[GIC_HOP_CPUIF_GICR] = hop[GIC_HOP_GICR_GICD] = 0;
    hop[GIC_HOP_GICD_GICR] = hop[GIC_HOP_GICR_CPUIF] = 0;
}

static void adopt(gic_assembly *a, const layout *l)
{
    a->seats = l->seats;
    a->cpu_memory = l->cpu_memory;
    a->cpu_bytes = l->cpu_bytes;
    a->pe_state = l->pe_state;
    a->fifo = l->fifo;
    a->fifo_mask = fifo_entries(&a->config) - 1u;
    a->nodes = l->nodes;
    a->node_count = node_entries(&a->config);
    a->lanes = l->lanes;
    a->lane_count = lane_entries(&a->config);
    a->heap = l->heap;
    a->stations = l->stations;
    a->itss = l->itss;
    a->memory = l->memory;
    a->memory_count = memory_rows(&a->config);
    a->spi_pins = l->spi_pins;
    a->spi_wires = l->spi_wires;
    a->pe_pins = l->pe_pins;
    if (a->config.affinity) {
        memcpy(l->affinity, a->config.affinity, a->config.pe_count * sizeof *l->affinity);
        a->config.affinity = l->affinity;
    }
}

gic_assembly *gic_assembly_init(void *memory, size_t length, const gic_config *config,
                                const gic_assembly_parts *parts, const gic_timing *timing,
                                const gic_assembly_ports *ports, gic_config_error *error)
{
    gic_assembly *a = (gic_assembly *)memory;
    gic_config_error why = gic_config_check(config);
    arena m = {(unsigned char *)memory, 0};
    gic_event_set all;
    layout l;
    if (!parts)
        parts = &all_parts;
    if (why == GIC_CONFIG_OK && config->gicv2 && !(parts->gicd && parts->gicr && parts->cpuif))
        why = GIC_CONFIG_GICV2;
    if (why == GIC_CONFIG_OK && (!memory || ((uintptr_t)memory & 63u) != 0 ||
                                 length < gic_assembly_footprint(config, parts)))
        why = GIC_CONFIG_MEMORY;
    if (error)
        *error = why;
    if (why != GIC_CONFIG_OK)
        return NULL;
    memset(memory, 0, lay_out(&m, config, parts, &l));
    a->config = *config;
    a->parts = *parts;
    if (timing)
        a->timing = *timing;
    a->intid_mask = UINT32_MAX;
    if (config->gicv2)
        merge_hops(a);
    if (ports)
        a->ports = *ports;
    all = gic_event_set_all();
    gic_assembly_want_events(a, &all);
    a->whole = parts->gicd && parts->gicr && parts->cpuif;
    a->at_once = !a->timing.timed && a->whole;
    adopt(a, &l);
    lanes_clear(a);
    memory_clear(a);
    init_kernels(a, &l);
    note_all_sleep(a);
    return a;
}

void gic_assembly_set_last(gic_assembly *a, uint16_t pe, bool last)
{
    if (a->parts.gicr && pe < a->config.pe_count)
        gicr_set_last(a->seats[pe].redist, last);
}

/* ---- Wires ---------------------------------------------------------------------------------- */

static bool flip(uint32_t *words, uint32_t index, bool level)
{
    uint32_t *word = &words[index / 32u];
    if (((*word & gic_bit(index)) != 0) == level)
        return false;
    *word ^= gic_bit(index);
    return true;
}

static void report_line(gic_assembly *a, gic_port port, unsigned id, uint16_t pe, uint32_t intid,
                        uint64_t now_ps)
{
    gic_event event;
    event.time_ps = now_ps;
    event.arg = 0;
    event.intid = intid;
    event.pe = pe;
    event.id = (uint8_t)id;
    event.port = (uint8_t)port;
    emit_event(a, &event);
}

/* A wire moved: at once where the hop costs nothing, by its lane otherwise; like hand_over(). */
static inline gic_outbox *move_line(gic_assembly *a, gic_port to, uint16_t pe, uint32_t intid,
                                    bool level, uint64_t now_ps)
{
    bool shared = to == GIC_PORT_GICD;
    if (level)
        report_line(a, to, GIC_EV_ASSERTED, shared ? (uint16_t)GIC_PE_NONE : pe, intid, now_ps);
    if (a->timing.timed && wire_send(a, to, shared ? 0 : pe, intid, level, now_ps))
        return NULL;
    return hand_level(a, to, pe, intid, level);
}

/*
 * What comes of a CPU interface's output is on its way while that outbox is being emptied: loosely
 * timed the level goes onto the FIFO, and not into the Redistributor at once.
 */
void move_maintenance(gic_assembly *a, uint16_t pe, uint64_t now_ps)
{
    const bool level = maintenance_level(&a->pe_pins[pe]);
    gic_out out;
    if (!a->parts.gicr || !flip(a->pe_pins[pe].ppi, ppi_pin_index(GIC_INTID_MAINTENANCE), level))
        return;
    if (level)
        report_line(a, GIC_PORT_GICR, GIC_EV_ASSERTED, pe, GIC_INTID_MAINTENANCE, now_ps);
    if (a->timing.timed && wire_send(a, GIC_PORT_GICR, pe, GIC_INTID_MAINTENANCE, level, now_ps))
        return;
    out = line_message(GIC_PORT_GICR, pe, GIC_INTID_MAINTENANCE, level);
    fifo_push(a, &out);
}

void gic_assembly_set_spi(gic_assembly *a, uint64_t now_ps, uint32_t intid, bool level)
{
    if (!a->parts.gicd || !gic_config_has_shared(&a->config, intid)) {
        report_line(a, GIC_PORT_GICD, GIC_EV_BAD_LINE, GIC_PE_NONE, intid, now_ps);
        return;
    }
    if (!flip(a->spi_pins, spi_pin_index(intid), level))
        return;
    enter(a, GIC_PORT_GICD, 0, now_ps);
    leave(a, move_line(a, GIC_PORT_GICD, 0, intid, level, now_ps), now_ps);
}

void gic_assembly_set_ppi(gic_assembly *a, uint64_t now_ps, uint16_t pe, uint32_t intid, bool level)
{
    if (!a->parts.gicr || pe >= a->config.pe_count || intid < GIC_INTID_PPI_FIRST ||
        !gic_config_has_private(&a->config, intid)) {
        report_line(a, GIC_PORT_GICR, GIC_EV_BAD_LINE, pe, intid, now_ps);
        return;
    }
    if (is_maintenance(a, intid)) {
        a->pe_pins[pe].outside = level;
        level = maintenance_level(&a->pe_pins[pe]);
    }
    if (!flip(a->pe_pins[pe].ppi, ppi_pin_index(intid), level))
        return;
    enter(a, GIC_PORT_GICR, pe, now_ps);
    leave(a, move_line(a, GIC_PORT_GICR, pe, intid, level, now_ps), now_ps);
}

void gic_assembly_set_cpu_active(gic_assembly *a, uint64_t now_ps, uint16_t pe, bool active)
{
    if (!a->parts.gicr || pe >= a->config.pe_count)
        return;
    enter(a, GIC_PORT_GICR, pe, now_ps);
    gicr_set_cpu_active(a->seats[pe].redist, active);
    leave(a, a->seats[pe].redist_box, now_ps);
}

void gic_assembly_set_legacy(gic_assembly *a, uint64_t now_ps, uint16_t pe, gic_line line,
                             bool level)
{
    if (!a->one_block || pe >= a->config.pe_count || line > GIC_LINE_FIQ) {
        report_line(a, GIC_PORT_CPUIF, GIC_EV_BAD_LINE, pe, GIC_INTID_SPURIOUS, now_ps);
        return;
    }
    enter(a, GIC_PORT_CPUIF, pe, now_ps);
    cpuif_set_legacy(a->seats[pe].cpu, line, level);
    leave(a, a->seats[pe].cpu_box, now_ps);
}

/* ---- Reset ---------------------------------------------------------------------------------- */

static void drive_again(gic_assembly *a, gic_port to, uint16_t pe, uint32_t intid, uint64_t now_ps)
{
    gic_outbox *box = move_line(a, to, pe, intid, true, now_ps);
    if (box)
        collect(a, box, now_ps);
}

/* A wire that is low: kernels keep levels over a reset, and the message of its fall may have been
   under way and is gone. */
static void note_low(gic_assembly *a, gic_port to, uint16_t pe, uint32_t intid, uint64_t now_ps)
{
    if (to == GIC_PORT_GICD) {
        gicd_set_line(a->dist, intid, false);
        collect(a, a->dist_box, now_ps);
    } else {
        gicr_set_line(a->seats[pe].redist, intid, false);
        collect(a, a->seats[pe].redist_box, now_ps);
    }
}

static void drive_pins_again(gic_assembly *a, uint16_t pe, uint64_t now_ps)
{
    for (uint32_t i = GIC_INTID_PPI_FIRST; i < 32u * GIC_COUNT_OF(a->pe_pins[pe].ppi); i++) {
        uint32_t intid = ppi_pin_intid(i);
        if (a->pe_pins[pe].ppi[i / 32u] & gic_bit(i))
            drive_again(a, GIC_PORT_GICR, pe, intid, now_ps);
        else if (gic_config_has_private(&a->config, intid))
            note_low(a, GIC_PORT_GICR, pe, intid, now_ps);
    }
}

static void drive_spi_pins_again(gic_assembly *a, uint64_t now_ps)
{
    for (uint32_t i = 0; i < 32u * SPI_PIN_WORDS; i++) {
        uint32_t intid = spi_pin_intid(i);
        if (a->spi_pins[i / 32u] & gic_bit(i))
            drive_again(a, GIC_PORT_GICD, 0, intid, now_ps);
        else if (gic_config_has_shared(&a->config, intid))
            note_low(a, GIC_PORT_GICD, 0, intid, now_ps);
    }
}

/* Built anew and not reset: what it has unacknowledged went with the links. Its legacy inputs keep
   their level, as all inputs do. */
static void init_cpu_again(gic_assembly *a, uint16_t pe)
{
    const bool irq = cpuif_legacy(a->seats[pe].cpu, GIC_LINE_IRQ);
    const bool fiq = cpuif_legacy(a->seats[pe].cpu, GIC_LINE_FIQ);
    init_cpu(a, pe);
    cpuif_set_legacy(a->seats[pe].cpu, GIC_LINE_IRQ, irq);
    cpuif_set_legacy(a->seats[pe].cpu, GIC_LINE_FIQ, fiq);
}

static void reset_pe_side(gic_assembly *a, uint16_t pe, uint64_t now_ps)
{
    seat *s = &a->seats[pe];
    s->working = false;
    for (unsigned line = 0; line < GIC_LINE_COUNT; line++)
        drive_line(a, pe, (gic_line)line, false, now_ps);
    if (is_maintenance(a, GIC_INTID_MAINTENANCE)) {
        const bool level = maintenance_level(&a->pe_pins[pe]);
        (void)flip(a->pe_pins[pe].ppi, ppi_pin_index(GIC_INTID_MAINTENANCE), level);
        if (a->parts.gicr) /* its wire is low before the reset: nothing pends by it after */
            gicr_set_line(s->redist, GIC_INTID_MAINTENANCE, level);
    }
    if (a->parts.gicr) {
        gicr_reset(s->redist);
        collect(a, s->redist_box, now_ps);
    }
    if (a->parts.cpuif) {
        init_cpu_again(a, pe);
        cpuif_set_pe_state(s->cpu, &a->pe_state[pe]);
        collect(a, s->cpu_box, now_ps);
    }
}

void gic_assembly_reset(gic_assembly *a, uint64_t now_ps)
{
    GIC_ASSERT(!a->inside);
    a->inside = true;
    lanes_clear(a);
    wires_clear(a);
    memory_clear(a);
    a->fifo_head = a->fifo_tail = 0;
    for (uint32_t i = 0; i < station_count(&a->config); i++)
        a->stations[i].busy_until_ps = now_ps;
    if (a->parts.gicd) {
        gicd_reset(a->dist);
        collect(a, a->dist_box, now_ps);
    }
    reset_itss(a, now_ps);
    for (uint16_t pe = 0; pe < a->config.pe_count; pe++)
        reset_pe_side(a, pe, now_ps);
    for (uint16_t pe = 0; a->parts.gicr && pe < a->config.pe_count; pe++)
        drive_pins_again(a, pe, now_ps);
    if (a->parts.gicd)
        drive_spi_pins_again(a, now_ps);
    note_all_sleep(a);
    leave(a, NULL, now_ps);
}

void gic_assembly_reset_pe(gic_assembly *a, uint16_t pe, uint64_t now_ps)
{
    if (!a->parts.cpuif || pe >= a->config.pe_count || a->one_block)
        return; /* the CPU interface of a GICv2 is no part of the PE */
    enter(a, GIC_PORT_CPUIF, pe, now_ps);
    cpuif_reset(a->seats[pe].cpu);
    leave(a, a->seats[pe].cpu_box, now_ps);
}

/* ---- Register frames ------------------------------------------------------------------------ */

/*
 * GICv2: whether a register of the GICD frame is banked by PE, and of whose bank (L-01); an access
 * that names no PE of this GIC has none at all, and gets GIC_ADDRESS there.
 */
static bool is_banked(const gic_assembly *a, const gic_access *access, uint32_t offset,
                      uint16_t *pe)
{
    if (!a->one_block)
        return false;
    *pe = GIC_FAULT("L-01b") ? (uint16_t)0 : access->pe;
    return access->pe >= a->config.pe_count ||
           (offset < GICD2_FRAME_SIZE &&
            gic_frame_find(gicr_frame(a->seats[0].redist), offset) != NULL);
}

gic_status gic_assembly_gicd_read(gic_assembly *a, uint64_t now_ps, const gic_access *access,
                                  uint32_t offset, uint64_t *value)
{
    uint16_t pe = 0;
    gic_status status;
    if (!a->parts.gicd)
        return GIC_ADDRESS;
    if (is_banked(a, access, offset, &pe))
        return gic_assembly_gicr_read(a, now_ps, pe, access, offset, value);
    if (access->debug) /* leaves nothing in the outbox */
        return gicd_read(a->dist, access, offset, value);
    enter(a, GIC_PORT_GICD, 0, now_ps);
    status = gicd_read(a->dist, access, offset, value);
    leave(a, a->dist_box, now_ps);
    return status;
}

gic_status gic_assembly_gicd_write(gic_assembly *a, uint64_t now_ps, const gic_access *access,
                                   uint32_t offset, uint64_t value)
{
    uint16_t pe = 0;
    gic_status status;
    if (!a->parts.gicd)
        return GIC_ADDRESS;
    if (is_banked(a, access, offset, &pe))
        return gic_assembly_gicr_write(a, now_ps, pe, access, offset, value);
    enter(a, GIC_PORT_GICD, 0, now_ps);
    status = gicd_write(a->dist, access, offset, value);
    leave(a, a->dist_box, now_ps);
    return status;
}

gic_status gic_assembly_gicr_read(gic_assembly *a, uint64_t now_ps, uint16_t pe,
                                  const gic_access *access, uint32_t offset, uint64_t *value)
{
    gic_status status;
    if (pe >= a->config.pe_count || !a->parts.gicr)
        return GIC_ADDRESS;
    if (access->debug)
        return gicr_read(a->seats[pe].redist, access, offset, value);
    enter(a, GIC_PORT_GICR, pe, now_ps);
    status = gicr_read(a->seats[pe].redist, access, offset, value);
    leave(a, a->seats[pe].redist_box, now_ps);
    return status;
}

gic_status gic_assembly_gicr_write(gic_assembly *a, uint64_t now_ps, uint16_t pe,
                                   const gic_access *access, uint32_t offset, uint64_t value)
{
    gic_status status;
    if (pe >= a->config.pe_count || !a->parts.gicr)
        return GIC_ADDRESS;
    enter(a, GIC_PORT_GICR, pe, now_ps);
    status = gicr_write(a->seats[pe].redist, access, offset, value);
    note_sleep(a, pe);
    leave(a, a->seats[pe].redist_box, now_ps);
    return status;
}

/* ---- The PE's side -------------------------------------------------------------------------- */

/* What comes of the PE's own doing: its lines fall at once (P-30). */
static void leave_from_pe(gic_assembly *a, gic_outbox *box, uint64_t now_ps)
{
    if (a->timing.timed) {
        a->by_pe = true;
        collect(a, box, now_ps);
        a->by_pe = false;
        box = NULL;
    }
    leave(a, box, now_ps);
}

/* The CPU interface that an access to its frames is for, or NULL. */
static const seat *cpu_seat(const gic_assembly *a, const gic_access *access)
{
    return a->one_block && access->pe < a->config.pe_count ? &a->seats[access->pe] : NULL;
}

gic_status gic_assembly_cpu_read(gic_assembly *a, uint64_t now_ps, cpuif_frame_kind kind,
                                 const gic_access *access, uint32_t offset, uint64_t *value)
{
    const seat *s = cpu_seat(a, access);
    gic_status status;
    if (!s)
        return GIC_ADDRESS;
    if (access->debug)
        return cpuif_frame_read(s->cpu, kind, access, offset, value);
    enter(a, GIC_PORT_CPUIF, access->pe, now_ps);
    status = cpuif_frame_read(s->cpu, kind, access, offset, value);
    leave_from_pe(a, s->cpu_box, now_ps);
    return status;
}

gic_status gic_assembly_cpu_write(gic_assembly *a, uint64_t now_ps, cpuif_frame_kind kind,
                                  const gic_access *access, uint32_t offset, uint64_t value)
{
    const seat *s = cpu_seat(a, access);
    gic_status status;
    if (!s)
        return GIC_ADDRESS;
    enter(a, GIC_PORT_CPUIF, access->pe, now_ps);
    status = cpuif_frame_write(s->cpu, kind, access, offset, value);
    leave_from_pe(a, s->cpu_box, now_ps);
    return status;
}

void gic_assembly_pe_state(gic_assembly *a, uint64_t now_ps, uint16_t pe, const gic_pe_state *state)
{
    const seat *s = &a->seats[pe];
    a->pe_state[pe] = *state;
    enter(a, GIC_PORT_CPUIF, pe, now_ps);
    cpuif_set_pe_state(s->cpu, state);
    leave_from_pe(a, s->cpu_box, now_ps);
}

gic_sysreg_result gic_assembly_sysreg_read(gic_assembly *a, uint64_t now_ps, uint16_t pe,
                                           gic_sysreg reg, uint64_t *value)
{
    const seat *s = &a->seats[pe];
    gic_sysreg_result result;
    enter(a, GIC_PORT_CPUIF, pe, now_ps);
    result = cpuif_sysreg_read(s->cpu, reg, value);
    leave_from_pe(a, s->cpu_box, now_ps);
    return result;
}

gic_sysreg_result gic_assembly_sysreg_write(gic_assembly *a, uint64_t now_ps, uint16_t pe,
                                            gic_sysreg reg, uint64_t value)
{
    const seat *s = &a->seats[pe];
    gic_sysreg_result result;
    enter(a, GIC_PORT_CPUIF, pe, now_ps);
    result = cpuif_sysreg_write(s->cpu, reg, value);
    leave_from_pe(a, s->cpu_box, now_ps);
    return result;
}

bool gic_assembly_sysreg_peek(const gic_assembly *a, uint16_t pe, gic_sysreg reg, uint64_t *value)
{
    return a->parts.cpuif && pe < a->config.pe_count && cpuif_peek(a->seats[pe].cpu, reg, value);
}

bool gic_assembly_upstream_pending(const gic_assembly *a, uint16_t pe)
{
    return a->parts.cpuif && pe < a->config.pe_count && cpuif_upstream_pending(a->seats[pe].cpu);
}

void gic_assembly_receive(gic_assembly *a, uint64_t now_ps, unsigned from, unsigned to, uint16_t pe,
                          const gic_msg *msg)
{
    gic_out out = line_message((gic_port)to, pe, 0, false);
    uint16_t index = pe;
    if (to == GIC_PORT_ITS)
        index = gic_lpi_unpack(msg->arg).its;
    if (to == GIC_PORT_ITS && index >= its_present(a))
        return;
    out.from = (uint8_t)from;
    out.msg = *msg;
    enter(a, (gic_port)to, index, now_ps);
    leave(a, hand_over(a, (gic_port)to, index, &out, now_ps), now_ps);
}

/* ---- Questions ------------------------------------------------------------------------------ */

uint64_t gic_assembly_access_ps(const gic_assembly *a, gic_cost cost)
{
    return a->timing.timed ? a->timing.access_ps[cost] : 0;
}

gic_cost gic_sysreg_cost(gic_sysreg reg, bool write)
{
    switch (reg) {
    case GIC_ICC_IAR0_EL1:
    case GIC_ICC_IAR1_EL1:
    case GIC_ICC_NMIAR1_EL1:
        return GIC_COST_SYSREG_IAR;
    case GIC_ICC_EOIR0_EL1:
    case GIC_ICC_EOIR1_EL1:
    case GIC_ICC_DIR_EL1:
        return GIC_COST_SYSREG_EOIR;
    case GIC_ICC_SGI0R_EL1:
    case GIC_ICC_SGI1R_EL1:
    case GIC_ICC_ASGI1R_EL1:
        return GIC_COST_SYSREG_SGI;
    default:
        return write ? GIC_COST_SYSREG_WRITE : GIC_COST_SYSREG_READ;
    }
}

void gic_explain(const gic_assembly *a, uint32_t intid, uint16_t pe, gic_explanation *out)
{
    memset(out, 0, sizeof *out);
    out->intid = intid;
    out->pe = pe;
    if (pe >= a->config.pe_count) {
        gic_gate_set(out, GIC_GATE_IMPLEMENTED, false, pe);
        return;
    }
    if (a->parts.gicd)
        gicd_explain(a->dist, out);
    if (a->parts.gicr)
        gicr_explain(a->seats[pe].redist, out);
    if (a->parts.cpuif)
        cpuif_explain(a->seats[pe].cpu, out);
}

void gic_explain_virtual(const gic_assembly *a, uint32_t vintid, uint16_t pe, gic_explanation *out)
{
    memset(out, 0, sizeof *out);
    out->intid = vintid;
    out->pe = pe;
    if (a->parts.cpuif && pe < a->config.pe_count)
        cpuif_explain_virtual(a->seats[pe].cpu, out);
    else
        gic_gate_set(out, GIC_GATE_VIRTUAL_LISTED, false, pe);
}

void gic_assembly_want_events(gic_assembly *a, const gic_event_set *set)
{
    for (unsigned id = 0; id < GIC_EV_COUNT; id++)
        a->wanted[id] = a->ports.event && gic_event_set_has(set, id);
}

const gic_assembly_stats *gic_assembly_get_stats(const gic_assembly *a)
{
    return &a->stats;
}

const gic_frame *gic_assembly_gicd_frame(const gic_assembly *a)
{
    return a->parts.gicd ? gicd_frame(a->dist) : NULL;
}

const gic_frame *gic_assembly_gicr_frame(const gic_assembly *a)
{
    return a->parts.gicr ? gicr_frame(a->seats[0].redist) : NULL;
}

const gic_frame *gic_assembly_cpu_frame(const gic_assembly *a, cpuif_frame_kind kind)
{
    return a->one_block ? cpuif_frame(a->seats[0].cpu, kind) : NULL;
}

bool gic_assembly_lpi_has_room(const gic_assembly *a, uint16_t pe)
{
    return pe >= a->config.pe_count || !a->seats[pe].redist ||
           gicr_lpi_has_room(a->seats[pe].redist);
}

void *gic_assembly_frame_kernel(gic_assembly *a, gic_port port, uint16_t pe)
{
    return port == GIC_PORT_GICD ? (void *)a->dist : (void *)a->seats[pe].redist;
}
