/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saving and loading: the kernels, and what is between them. Derived state (the heap) is rebuilt.
 *
 * Layout: one block of the joiner (header with version and checksum; JOINER_FIXED, stations, pins,
 * PE states, then the messages under way lane by lane), then the blocks of the kernels.
 */
#include "gic/save.h"
#include "internal.h"

enum { JOINER_MAGIC = 0x4A434947 /* "GICJ" */, JOINER_VERSION = 2 };

/* Fixed part of the joiner's block. */
typedef struct fixed {
    uint64_t next_seq;
    uint64_t config_check;
    uint32_t messages;
    uint32_t unused;
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
    return (1u + 2u * (size_t)a->config.pe_count) * sizeof(station);
}

static size_t pin_bytes(const gic_assembly *a)
{
    return (1024u + GIC_MAX_ESPIS) / 8u + a->config.pe_count * sizeof(pins);
}

static size_t joiner_bytes(const gic_assembly *a, size_t messages)
{
    return sizeof(fixed) + station_bytes(a) + pin_bytes(a) +
           a->config.pe_count * sizeof(gic_pe_state) + messages * sizeof(saved_node);
}

/*
 * Two configurations with the same number have the same state layout and affinities. Member by
 * member, since padding has no value.
 */
static uint64_t config_check(const gic_assembly *a)
{
    const gic_config *c = &a->config;
    const uint32_t member[] = {
        c->pe_count,    c->spi_count,  c->espi_count,   c->eppi_count,    c->two_security_states,
        c->ds_writable, c->has_el2,    c->has_el3,      c->priority_bits, c->preemption_bits,
        c->mbis,        c->one_of_n,   c->range_select, c->aff3_valid,    c->dpg,
        a->parts.gicd,  a->parts.gicr, a->parts.cpuif,
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
    to = put(to, &f, sizeof f);
    to = put(to, a->stations, station_bytes(a));
    to = put(to, a->spi_pins, (1024u + GIC_MAX_ESPIS) / 8u);
    to = put(to, a->pe_pins, a->config.pe_count * sizeof(pins));
    to = put(to, a->pe_state, a->config.pe_count * sizeof(gic_pe_state));
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

/* One whole block of exactly @p expected bytes (0: any) at @p in; moves on behind it. */
static bool step_over(const unsigned char **in, size_t *length, size_t expected)
{
    size_t bytes = sound_block(*in, *length);
    if (bytes == 0 || (expected != 0 && bytes != expected))
        return false;
    *in += bytes;
    *length -= bytes;
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
    return length == 0;
}

/* Whether what a message says leads to a component that is here, by a lane that goes there. */
static bool node_is_addressed(const gic_assembly *a, const saved_node *s)
{
    bool line = s->out.msg.kind == GIC_MSG_LINE;
    switch (s->out.port) {
    case GIC_PORT_GICD:
        return a->parts.gicd && s->lane_id != LANE_GICD_OUT;
    case GIC_PORT_GICR:
        return a->parts.gicr;
    case GIC_PORT_CPUIF:
        return a->parts.cpuif && s->lane_id != LANE_GICD_OUT && !line;
    default:
        return s->out.port == GIC_PORT_LINE && s->lane_id != LANE_GICD_OUT &&
               s->out.msg.kind < GIC_LINE_COUNT;
    }
}

static bool node_is_valid(const gic_assembly *a, const saved_node *s)
{
    bool to_all = s->out.to == GIC_PE_ALL && s->lane_id == LANE_GICD_OUT;
    return s->lane_id < a->lane_count && s->out.msg.kind < GIC_MSG_KIND_COUNT &&
           (s->out.to < a->config.pe_count || to_all) &&
           (s->out.from_pe < a->config.pe_count || s->out.from_pe == GIC_PE_NONE) &&
           s->out.from <= GIC_PORT_CPUIF && node_is_addressed(a, s);
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

static bool joiner_fits(const gic_assembly *a, const unsigned char *in)
{
    gic_save_header header;
    fixed f;
    memcpy(&header, in, sizeof header);
    if (header.magic != JOINER_MAGIC || header.version != JOINER_VERSION ||
        header.length < joiner_bytes(a, 0))
        return false;
    memcpy(&f, in + sizeof header, sizeof f);
    return f.config_check == config_check(a) && f.messages <= a->node_count &&
           header.length == joiner_bytes(a, f.messages) &&
           nodes_are_valid(a, in + sizeof header + joiner_bytes(a, 0), f.messages);
}

static void load_joiner(gic_assembly *a, const unsigned char *in)
{
    const unsigned char *from = in + sizeof(gic_save_header);
    fixed f;
    saved_node s;
    from = get(from, &f, sizeof f);
    from = get(from, a->stations, station_bytes(a));
    from = get(from, a->spi_pins, (1024u + GIC_MAX_ESPIS) / 8u);
    from = get(from, a->pe_pins, a->config.pe_count * sizeof(pins));
    from = get(from, a->pe_state, a->config.pe_count * sizeof(gic_pe_state));
    lanes_clear(a);
    for (uint32_t i = 0; i < f.messages; i++) {
        from = get(from, &s, sizeof s);
        a->next_seq = s.seq;
        (void)lanes_push(a, s.lane_id, &s.out, s.due_ps);
    }
    lanes_rebuild_heap(a);
    a->next_seq = f.next_seq;
}

bool gic_assembly_load(gic_assembly *a, const void *in, size_t length)
{
    const unsigned char *from = (const unsigned char *)in;
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
    return ok;
}
