/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saving and loading: the kernels, and what is between them. Derived state (the heap) is rebuilt.
 *
 * Layout: one block of the joiner (header with version and checksum; counters, stations, pins, PE
 * states, requests for memory, then the messages under way lane by lane), then the blocks of the
 * kernels.
 */
#include "gic/save.h"
#include "internal.h"

enum { JOINER_MAGIC = 0x4A434947 /* "GICJ" */, JOINER_VERSION = 5 };

/* Fixed part of the joiner's block. */
typedef struct fixed {
    uint64_t next_seq;
    uint64_t config_check;
    uint32_t messages;
    uint32_t timed;           /* the mode: what is under way means nothing in the other */
    gic_assembly_stats stats; /* no state of the GIC, but of what is reported of a whole run */
} fixed;

/* One message under way. */
typedef struct saved_node {
    uint64_t due_ps;
    uint64_t seq;
    gic_out out;
    uint32_t lane_id;
    uint32_t unused;
} saved_node;

static size_t station_bytes(const gic_assembly *a)
{
    return station_count(&a->config) * sizeof(station);
}

static size_t pin_bytes(const gic_assembly *a)
{
    return SPI_PIN_WORDS * sizeof(uint32_t) + WIRES_SHARED * sizeof(wire) +
           a->config.pe_count * sizeof(pins);
}

static size_t joiner_bytes(const gic_assembly *a, size_t messages)
{
    return sizeof(fixed) + station_bytes(a) + pin_bytes(a) +
           a->config.pe_count * sizeof(gic_pe_state) + a->memory_count * sizeof(memory_row) +
           messages * sizeof(saved_node);
}

/*
 * Two configurations with the same number have the same state layout and affinities. Member by
 * member, since padding has no value.
 */
static uint64_t config_check(const gic_assembly *a)
{
    const gic_config *c = &a->config;
    const uint32_t member[] = {
        c->gicv2,
        c->pe_count,
        c->spi_count,
        c->espi_count,
        c->eppi_count,
        c->two_security_states,
        c->ds_writable,
        c->has_el2,
        c->has_el3,
        c->priority_bits,
        c->preemption_bits,
        c->mbis,
        c->one_of_n,
        c->range_select,
        c->aff3_valid,
        c->dpg,
        a->parts.gicd,
        a->parts.gicr,
        a->parts.cpuif,
        a->parts.its,
        c->lpi_bits,
        c->lpi_cache,
        c->its_count,
        c->direct_lpi,
        c->lpi_inv_register,
        c->lpi_can_disable,
        c->lpi_property_cache,
        gic_config_list_registers(c),
        c->virtual_priority_bits,
        c->virtual_preemption_bits,
        c->nmi,
    };
    uint32_t affinities = 0;
    for (unsigned pe = 0; pe < c->pe_count; pe++)
        affinities = affinities * 31u + gic_config_affinity(c, pe);
    return (uint64_t)gic_checksum(member, sizeof member) << 32 | affinities;
}

static size_t kernels_size(const gic_assembly *a)
{
    size_t bytes = a->parts.gicd ? gicd_save_size(a->dist) : 0;
    for (unsigned pe = 0; pe < a->config.pe_count; pe++) {
        bytes += a->parts.gicr ? gicr_save_size(a->seats[pe].redist) : 0;
        bytes += a->parts.cpuif ? cpuif_save_size(a->seats[pe].cpu) : 0;
    }
    for (unsigned i = 0; i < its_present(a); i++)
        bytes += its_save_size(a->itss[i].kernel);
    return bytes;
}

size_t gic_assembly_save_size(const gic_assembly *a)
{
    return sizeof(gic_save_header) + joiner_bytes(a, a->in_flight) + kernels_size(a);
}

static unsigned char *put(unsigned char *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
    return to + bytes;
}

static const unsigned char *get(const unsigned char *from, void *to, size_t bytes)
{
    memcpy(to, from, bytes);
    return from + bytes;
}

static unsigned char *put_messages(const gic_assembly *a, unsigned char *to)
{
    for (uint32_t i = 0; i < a->lane_count; i++) {
        for (uint32_t n = a->lanes[i].head; n != NONE; n = a->nodes[n].next) {
            saved_node s;
            memset(&s, 0, sizeof s);
            s.due_ps = a->nodes[n].due_ps;
            s.seq = a->nodes[n].seq;
            s.out = a->nodes[n].out;
            s.lane_id = i;
            to = put(to, &s, sizeof s);
        }
    }
    return to;
}

static size_t save_joiner(const gic_assembly *a, unsigned char *out)
{
    size_t length = joiner_bytes(a, a->in_flight);
    unsigned char *body = out + sizeof(gic_save_header);
    unsigned char *to = body;
    gic_save_header header;
    fixed f;
    memset(&f, 0, sizeof f);
    f.next_seq = a->next_seq;
    f.config_check = config_check(a);
    f.messages = a->in_flight;
    f.timed = a->timing.timed;
    f.stats = a->stats;
    to = put(to, &f, sizeof f);
    to = put(to, a->stations, station_bytes(a));
    to = put(to, a->spi_pins, SPI_PIN_WORDS * sizeof(uint32_t));
    to = put(to, a->spi_wires, WIRES_SHARED * sizeof(wire));
    to = put(to, a->pe_pins, a->config.pe_count * sizeof(pins));
    to = put(to, a->pe_state, a->config.pe_count * sizeof(gic_pe_state));
    to = put(to, a->memory, a->memory_count * sizeof(memory_row));
    (void)put_messages(a, to);
    header.magic = JOINER_MAGIC;
    header.version = JOINER_VERSION;
    header.length = (uint32_t)length;
    header.checksum = gic_checksum(body, length);
    memcpy(out, &header, sizeof header);
    return sizeof header + length;
}

size_t gic_assembly_save(const gic_assembly *a, void *out)
{
    unsigned char *to = (unsigned char *)out;
    to += save_joiner(a, to);
    if (a->parts.gicd)
        to += gicd_save(a->dist, to);
    for (unsigned pe = 0; pe < a->config.pe_count; pe++) {
        if (a->parts.gicr)
            to += gicr_save(a->seats[pe].redist, to);
        if (a->parts.cpuif)
            to += cpuif_save(a->seats[pe].cpu, to);
    }
    for (unsigned i = 0; i < its_present(a); i++)
        to += its_save(a->itss[i].kernel, to);
    return (size_t)(to - (unsigned char *)out);
}

/* Length of the block at @p in whose magic and checksum hold; 0 otherwise. */
static size_t sound_block(const unsigned char *in, size_t available)
{
    gic_save_header header;
    if (available < sizeof header)
        return 0;
    memcpy(&header, in, sizeof header);
    if (available - sizeof header < header.length ||
        gic_checksum(in + sizeof header, header.length) != header.checksum)
        return 0;
    return sizeof header + header.length;
}

/* Whole blocks of @p expected bytes together (0: one block of any size) at @p in; moves on. */
static bool step_over(const unsigned char **in, size_t *length, size_t expected)
{
    size_t done = 0;
    do {
        size_t bytes = sound_block(*in, *length);
        if (bytes == 0 || (expected != 0 && bytes > expected - done))
            return false;
        *in += bytes;
        *length -= bytes;
        done += bytes;
    } while (done < expected);
    return true;
}

/* All blocks are whole and of the size that their kernel reads, and their number is right. */
static bool all_sound(const gic_assembly *a, const unsigned char *in, size_t length)
{
    if (!step_over(&in, &length, 0) ||
        (a->parts.gicd && !step_over(&in, &length, gicd_save_size(a->dist))))
        return false;
    for (unsigned pe = 0; pe < a->config.pe_count; pe++) {
        const seat *s = &a->seats[pe];
        if ((a->parts.gicr && !step_over(&in, &length, gicr_save_size(s->redist))) ||
            (a->parts.cpuif && !step_over(&in, &length, cpuif_save_size(s->cpu))))
            return false;
    }
    for (unsigned i = 0; i < its_present(a); i++)
        if (!step_over(&in, &length, its_save_size(a->itss[i].kernel)))
            return false;
    return length == 0;
}

/* Whether what a message says leads to a component that is here, by a lane that goes there. */
static bool is_addressed(const gic_assembly *a, const saved_node *s)
{
    bool line = s->out.msg.kind == GIC_MSG_LINE;
    uint32_t intid = s->out.msg.intid;
    switch (s->out.port) {
    case GIC_PORT_GICD:
        return a->parts.gicd && s->lane_id != LANE_GICD_OUT &&
               (!line || gic_config_has_shared(&a->config, intid));
    case GIC_PORT_GICR:
        return a->parts.gicr &&
               (!line || (s->lane_id != LANE_GICD_OUT && intid >= GIC_INTID_PPI_FIRST &&
                          gic_config_has_private(&a->config, intid)));
    case GIC_PORT_CPUIF:
        return a->parts.cpuif && s->lane_id != LANE_GICD_OUT && !line;
    default:
        return s->out.port == GIC_PORT_LINE && s->lane_id != LANE_GICD_OUT &&
               s->out.msg.kind < GIC_LINE_COUNT;
    }
}

static bool is_request(const gic_out *out)
{
    const gic_memory_req req = gic_memory_of(out);
    return req.op <= GIC_MEMORY_WRITE && req.length >= 1 && req.length <= GIC_MEMORY_LINE;
}

/* What the lanes of Redistributor @p pe hold that exist with LPIs only. */
static bool redist_lane_takes(const gic_assembly *a, unsigned pe, unsigned which, const gic_out *o)
{
    const bool mine = o->from == GIC_PORT_GICR && o->from_pe == pe;
    switch (which) {
    case LANE_FROM_ITS:
        return o->port == GIC_PORT_GICR && o->from == GIC_PORT_ITS && o->to == pe;
    case LANE_GICR_ITS:
        return mine && o->port == GIC_PORT_ITS && o->to < its_present(a);
    case LANE_GICR_GICR:
        return mine && o->port == GIC_PORT_GICR && o->to < a->config.pe_count;
    case LANE_GICR_MEMORY:
        return mine && o->port == GIC_PORT_MEM && o->to == pe && is_request(o);
    case LANE_GICR_ANSWERS:
        return mine && o->port == PORT_ANSWER && o->to == pe && o->msg.intid < a->memory_count;
    default:
        return mine && o->port == GIC_PORT_GICR && o->to == pe && o->msg.kind == GIC_MSG_NONE;
    }
}

/* The same for ITS @p index. */
static bool its_lane_takes(const gic_assembly *a, unsigned index, unsigned which, const gic_out *o)
{
    const bool mine = o->from == GIC_PORT_ITS && o->from_pe == index;
    switch (which) {
    case LANE_ITS_OUT:
        return mine && o->port == GIC_PORT_GICR && o->to < a->config.pe_count;
    case LANE_ITS_MSI:
        return mine && o->port == GIC_PORT_ITS && o->to == index && o->msg.kind == GIC_MSG_LINE;
    case LANE_ITS_MEMORY:
        return mine && o->port == GIC_PORT_MEM && o->to == index && is_request(o);
    case LANE_ITS_ANSWERS:
        return mine && o->port == PORT_ANSWER && o->to == index && o->msg.intid < a->memory_count;
    default:
        return mine && o->port == GIC_PORT_ITS && o->to == index && o->msg.kind == GIC_MSG_NONE;
    }
}

static bool lpi_node_is_valid(const gic_assembly *a, const saved_node *s)
{
    const uint32_t first_its = its_lane_of(a, 0, 0);
    uint32_t at = s->lane_id - lpi_lane_of(a, 0, 0);
    if (s->lane_id < first_its)
        return redist_lane_takes(a, at / LPI_LANES_PER_PE, at % LPI_LANES_PER_PE, &s->out);
    at = s->lane_id - first_its;
    return its_lane_takes(a, at / LANES_PER_ITS, at % LANES_PER_ITS, &s->out);
}

static bool node_is_valid(const gic_assembly *a, const saved_node *s)
{
    bool to_all = s->out.to == GIC_PE_ALL && s->lane_id == LANE_GICD_OUT;
    if (s->lane_id >= a->lane_count || s->out.msg.kind >= GIC_MSG_KIND_COUNT)
        return false;
    if (a->config.lpi_bits && s->lane_id >= lpi_lane_of(a, 0, 0))
        return lpi_node_is_valid(a, s);
    return (s->out.to < a->config.pe_count || to_all) &&
           (s->out.from_pe < a->config.pe_count || s->out.from_pe == GIC_PE_NONE) &&
           s->out.from <= GIC_PORT_CPUIF && is_addressed(a, s);
}

static bool rows_are_valid(const gic_assembly *a, const unsigned char *at)
{
    memory_row row;
    for (uint32_t i = 0; i < a->memory_count; i++) {
        unsigned here;
        at = get(at, &row, sizeof row);
        here = row.from == GIC_PORT_ITS ? its_present(a) : a->config.pe_count;
        if (row.state == MEMORY_FREE)
            continue;
        if (row.state > MEMORY_ANSWERED || row.op > GIC_MEMORY_WRITE || row.length < 1 ||
            row.length > GIC_MEMORY_LINE || row.index >= here ||
            (row.from != GIC_PORT_ITS && row.from != GIC_PORT_GICR))
            return false;
    }
    return true;
}

static bool nodes_are_valid(const gic_assembly *a, const unsigned char *at, uint32_t messages)
{
    saved_node s;
    for (uint32_t i = 0; i < messages; i++) {
        at = get(at, &s, sizeof s);
        if (!node_is_valid(a, &s))
            return false;
    }
    return true;
}

/* Bytes of the joiner's block before pins and wires. */
static size_t wires_offset(const gic_assembly *a)
{
    return sizeof(fixed) + station_bytes(a);
}

static bool wires_hold_little(const wire *w, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (w[i].held > WIRE_HELD_MOST)
            return false;
    return true;
}

/* Pins are high of INTIDs only that have a wire. */
static bool shared_pins_exist(const gic_assembly *a, const unsigned char *at)
{
    uint32_t high[SPI_PIN_WORDS];
    (void)get(at, high, sizeof high);
    for (uint32_t i = 0; i < 32u * SPI_PIN_WORDS; i++)
        if ((high[i / 32u] & gic_bit(i)) != 0 &&
            !gic_config_has_shared(&a->config, spi_pin_intid(i)))
            return false;
    return true;
}

static bool private_pins_exist(const gic_assembly *a, const pins *p)
{
    for (uint32_t i = 0; i < 32u * GIC_COUNT_OF(p->ppi); i++)
        if ((p->ppi[i / 32u] & gic_bit(i)) != 0 &&
            (i < GIC_INTID_PPI_FIRST || !gic_config_has_private(&a->config, ppi_pin_intid(i))))
            return false;
    if (is_maintenance(a, GIC_INTID_MAINTENANCE) && a->parts.gicr &&
        ((p->ppi[0] >> GIC_INTID_MAINTENANCE & 1u) != 0) != maintenance_level(p))
        return false;
    return p->lines >> GIC_LINE_COUNT == 0 && p->outside <= 1;
}

/* Pins of SPIs, then wires, then pins and wires of each PE. */
static bool wires_are_valid(const gic_assembly *a, const unsigned char *at)
{
    wire shared[WIRES_SHARED];
    pins p;
    if (!shared_pins_exist(a, at))
        return false;
    at = get(at + SPI_PIN_WORDS * sizeof(uint32_t), shared, sizeof shared);
    if (!wires_hold_little(shared, GIC_COUNT_OF(shared)))
        return false;
    for (unsigned pe = 0; pe < a->config.pe_count; pe++) {
        at = get(at, &p, sizeof p);
        if (!wires_hold_little(p.ppi_wires, GIC_COUNT_OF(p.ppi_wires)) ||
            !private_pins_exist(a, &p))
            return false;
    }
    return true;
}

/* The PE states end at @p end; each byte but two is a bool. */
static bool pe_states_are_valid(const gic_assembly *a, const unsigned char *end)
{
    const unsigned char *at = end - a->config.pe_count * sizeof(gic_pe_state);
    for (; at != end; at += sizeof(gic_pe_state))
        for (size_t i = 0; i < sizeof(gic_pe_state); i++) {
            unsigned most = i == offsetof(gic_pe_state, el)          ? 3u
                            : i == offsetof(gic_pe_state, sctlr_nmi) ? UINT8_MAX
                                                                     : 1u;
            if (at[i] > most)
                return false;
        }
    return true;
}

static bool joiner_fits(const gic_assembly *a, const unsigned char *in)
{
    gic_save_header header;
    fixed f;
    memcpy(&header, in, sizeof header);
    if (header.magic != JOINER_MAGIC || header.version != JOINER_VERSION ||
        header.length < joiner_bytes(a, 0))
        return false;
    memcpy(&f, in + sizeof header, sizeof f);
    return f.config_check == config_check(a) && f.timed == (uint32_t)a->timing.timed &&
           f.messages <= a->node_count && header.length == joiner_bytes(a, f.messages) &&
           wires_are_valid(a, in + sizeof header + wires_offset(a)) &&
           pe_states_are_valid(a, in + sizeof header + joiner_bytes(a, 0) -
                                      a->memory_count * sizeof(memory_row)) &&
           rows_are_valid(a, in + sizeof header + joiner_bytes(a, 0) -
                                 a->memory_count * sizeof(memory_row)) &&
           nodes_are_valid(a, in + sizeof header + joiner_bytes(a, 0), f.messages);
}

/* How many toggles of each wire are under way follows from the messages. */
static void count_toggles(gic_assembly *a)
{
    for (unsigned i = 0; i < WIRES_SHARED; i++)
        a->spi_wires[i].under_way = 0;
    for (unsigned pe = 0; pe < a->config.pe_count; pe++)
        for (unsigned i = 0; i < WIRES_PRIVATE; i++)
            a->pe_pins[pe].ppi_wires[i].under_way = 0;
    for (uint32_t i = 0; i < a->lane_count; i++)
        for (uint32_t n = a->lanes[i].head; n != NONE; n = a->nodes[n].next)
            wire_count(a, &a->nodes[n].out);
}

/* What is known besides of lanes that are not empty. */
static void note_lanes(gic_assembly *a)
{
    for (unsigned pe = 0; a->config.lpi_bits && pe < a->config.pe_count; pe++)
        a->seats[pe].working = a->lanes[lpi_lane_of(a, pe, LANE_GICR_WORK)].head != NONE;
    for (unsigned i = 0; i < its_present(a); i++) {
        its_seat *s = &a->itss[i];
        s->working = a->lanes[its_lane_of(a, i, LANE_ITS_WORK)].head != NONE;
        s->msis_on_the_way = 0;
        for (uint32_t n = a->lanes[its_lane_of(a, i, LANE_ITS_MSI)].head; n != NONE;
             n = a->nodes[n].next)
            s->msis_on_the_way++;
    }
}

static void load_joiner(gic_assembly *a, const unsigned char *in)
{
    const unsigned char *from = in + sizeof(gic_save_header);
    fixed f;
    saved_node s;
    from = get(from, &f, sizeof f);
    from = get(from, a->stations, station_bytes(a));
    from = get(from, a->spi_pins, SPI_PIN_WORDS * sizeof(uint32_t));
    from = get(from, a->spi_wires, WIRES_SHARED * sizeof(wire));
    from = get(from, a->pe_pins, a->config.pe_count * sizeof(pins));
    from = get(from, a->pe_state, a->config.pe_count * sizeof(gic_pe_state));
    from = get(from, a->memory, a->memory_count * sizeof(memory_row));
    a->memory_free = 0;
    lanes_clear(a);
    for (uint32_t i = 0; i < f.messages; i++) {
        from = get(from, &s, sizeof s);
        a->next_seq = s.seq;
        (void)lanes_push(a, s.lane_id, &s.out, s.due_ps);
    }
    note_lanes(a);
    a->next_seq = f.next_seq;
    a->stats = f.stats;
    count_toggles(a);
}

/* The latest time at which anything acted. */
static uint64_t newest_time(const gic_assembly *a)
{
    uint64_t newest_ps = 0;
    for (uint32_t i = 0; i < station_count(&a->config); i++)
        if (a->stations[i].reached_ps > newest_ps)
            newest_ps = a->stations[i].reached_ps;
    return newest_ps;
}

/* What no message stands for: work left over in a kernel, requests that the memory's owner has. */
static void go_on_after_load(gic_assembly *a, uint64_t now_ps)
{
    a->budget = 0; /* by the clock, not now */
    for (unsigned i = 0; i < its_present(a); i++)
        if (a->itss[i].box->more)
            note_work(a, a->itss[i].box, now_ps);
    for (unsigned pe = 0; a->parts.gicr && pe < a->config.pe_count; pe++)
        if (a->seats[pe].redist_box->more)
            note_work(a, a->seats[pe].redist_box, now_ps);
    memory_ask_again(a, now_ps);
}

bool gic_assembly_load(gic_assembly *a, const void *in, size_t length)
{
    const unsigned char *from = (const unsigned char *)in;
    const gic_assembly_stats before = a->stats;
    bool ok = true;
    if (!all_sound(a, from, length) || !joiner_fits(a, from))
        return false;
    load_joiner(a, from);
    from += sound_block(from, length);
    if (a->parts.gicd) {
        ok = gicd_load(a->dist, from, gicd_save_size(a->dist)) && ok;
        from += gicd_save_size(a->dist);
    }
    for (unsigned pe = 0; pe < a->config.pe_count; pe++) {
        if (a->parts.gicr) {
            ok = gicr_load(a->seats[pe].redist, from, gicr_save_size(a->seats[pe].redist)) && ok;
            from += gicr_save_size(a->seats[pe].redist);
        }
        if (a->parts.cpuif) {
            ok = cpuif_load(a->seats[pe].cpu, from, cpuif_save_size(a->seats[pe].cpu)) && ok;
            from += cpuif_save_size(a->seats[pe].cpu);
        }
    }
    for (unsigned i = 0; i < its_present(a); i++) {
        ok = its_load(a->itss[i].kernel, from, its_save_size(a->itss[i].kernel)) && ok;
        from += its_save_size(a->itss[i].kernel);
    }
    note_all_sleep(a);
    if (ok)
        go_on_after_load(a, newest_time(a));
    else
        a->stats = before; /* no reset clears them: a refused file must not be counted */
    return ok;
}
