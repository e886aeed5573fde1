/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking what kernels leave in their outboxes, carrying it, delivering it.
 *
 * Loosely timed there is one FIFO: an entry is processed to the end before the caller gets control
 * back. A message that would be alone in it is not put there, but handed over where it lies, in its
 * sender's outbox: no kernel sends to itself, so nobody writes there meanwhile. Timed, messages go
 * onto lanes with the hop's latency, and a message that finds its station busy waits at the head of
 * its lane.
 */
#include "internal.h"

static station *station_of(gic_assembly *a, gic_port port, uint16_t pe)
{
    if (port == GIC_PORT_GICD)
        return &a->stations[0];
    if (port == GIC_PORT_ITS)
        return &a->stations[1u + 2u * a->config.pe_count + pe];
    return &a->stations[1u + (port == GIC_PORT_CPUIF ? a->config.pe_count : 0u) + pe];
}

static gic_station station_kind(gic_port port)
{
    if (port == GIC_PORT_GICD)
        return GIC_STATION_GICD;
    if (port == GIC_PORT_ITS)
        return GIC_STATION_ITS;
    return port == GIC_PORT_GICR ? GIC_STATION_GICR : GIC_STATION_CPUIF;
}

static bool is_inside(const gic_assembly *a, unsigned port)
{
    if (port == GIC_PORT_GICD)
        return a->parts.gicd;
    if (port == GIC_PORT_ITS)
        return a->parts.its;
    return port == GIC_PORT_GICR ? a->parts.gicr : a->parts.cpuif;
}

static inline void emit(gic_assembly *a, const gic_out *out, uint64_t now_ps)
{
    gic_event event;
    a->stats.events[out->msg.kind]++;
    if (!a->wanted[out->msg.kind])
        return;
    event.time_ps = now_ps;
    event.arg = out->msg.arg;
    event.intid = out->msg.intid & a->intid_mask;
    event.pe = out->to;
    event.id = out->msg.kind;
    event.port = out->from;
    a->ports.event(a->ports.up, &event);
}

void drive_line(gic_assembly *a, uint16_t pe, gic_line line, bool level, uint64_t now_ps)
{
    uint32_t bit = gic_bit(line);
    uint32_t *lines = &a->pe_pins[pe].lines;
    if (((*lines & bit) != 0) == level)
        return;
    *lines ^= bit;
    if (a->ports.line)
        a->ports.line(a->ports.up, pe, line, level, now_ps);
}

void fifo_push(gic_assembly *a, const gic_out *out)
{
    /* One entry stays free: the one that is being delivered, in place. */
    bool full = ((a->fifo_tail + 2) & a->fifo_mask) == a->fifo_head;
    GIC_ASSERT(!full);
    if (full) {
        a->stats.messages_lost++;
        return;
    }
    a->fifo[a->fifo_tail] = *out;
    a->fifo_tail = (a->fifo_tail + 1) & a->fifo_mask;
}

/* The oldest message, in place, or NULL. */
static inline const gic_out *fifo_pop(gic_assembly *a)
{
    const gic_out *out;
    if (a->fifo_head == a->fifo_tail)
        return NULL;
    out = &a->fifo[a->fifo_head];
    a->fifo_head = (a->fifo_head + 1) & a->fifo_mask;
    return out;
}

static void deliver_all(gic_assembly *a, const gic_out *out, uint64_t now_ps)
{
    for (uint16_t pe = 0; pe < a->config.pe_count; pe++)
        if (pe != out->except)
            deliver(a, GIC_PORT_GICR, pe, out, now_ps);
}

static void deliver_any(gic_assembly *a, const gic_out *out, uint64_t now_ps)
{
    if (out->to == GIC_PE_ALL)
        deliver_all(a, out, now_ps);
    else
        deliver(a, (gic_port)out->port, out->to, out, now_ps);
}

void push_or_deliver(gic_assembly *a, uint32_t lane_id, const gic_out *out, uint64_t due_ps)
{
    /* Credits bound what is under way; should a node be missing all the same, its time is lost
       and not the message: it arrives now, and the violation is counted. */
    if (!lanes_push(a, lane_id, out, due_ps)) {
        a->stats.causality_violations++;
        deliver_any(a, out, due_ps);
    }
}

/* A line of an ITS: the platform wires it to where it wants. */
static void drive_its_line(gic_assembly *a, const gic_out *out, uint64_t now_ps)
{
    if (a->ports.its_line)
        a->ports.its_line(a->ports.up, out->to, out->msg.flags != 0, now_ps);
}

/*
 * P-30: what a PE does itself, by an acknowledge or its mask, lowers its line before its next
 * instruction, and a rise that is still under way to it is overtaken. All else takes the hop.
 */
static void send_pe_line(gic_assembly *a, const gic_out *out, gic_line line, uint64_t now_ps)
{
    uint64_t delay = line == GIC_LINE_WAKE_REQUEST ? 0 : a->timing.hop_ps[GIC_HOP_CPUIF_PE];
    bool at_once = !a->timing.timed || delay == 0;
    gic_out under_way;
    if (!at_once && a->by_pe && out->msg.flags == 0 && out->from == GIC_PORT_CPUIF) {
        a->pe_pins[out->to].overtaken[line]++;
        at_once = true;
    }
    if (at_once) {
        drive_line(a, out->to, line, out->msg.flags != 0, now_ps);
        return;
    }
    under_way = *out;
    under_way.msg.arg = a->pe_pins[out->to].overtaken[line];
    push_or_deliver(a, lane_of(out->to, LANE_PE_LINES), &under_way, now_ps + delay);
}

/* The maintenance interrupt leaves at once, and its way inside is that of every wire into the
   Redistributor (GIC_HOP_PPI_LINE). */
static inline void send_line(gic_assembly *a, const gic_out *out, uint64_t now_ps)
{
    gic_line line = (gic_line)out->msg.kind;
    if (line != GIC_LINE_MAINTENANCE) {
        send_pe_line(a, out, line, now_ps);
        return;
    }
    drive_line(a, out->to, line, out->msg.flags != 0, now_ps);
    if (is_maintenance(a, GIC_INTID_MAINTENANCE))
        move_maintenance(a, out->to, now_ps);
}

/* The lane and the hop of a message between components. */
static uint32_t route_of_lpi(const gic_assembly *a, const gic_out *out, gic_hop *hop)
{
    if (out->from == GIC_PORT_ITS) {
        *hop = GIC_HOP_ITS_GICR;
        return its_lane_of(a, out->from_pe, LANE_ITS_OUT);
    }
    *hop = out->port == GIC_PORT_ITS ? GIC_HOP_GICR_ITS : GIC_HOP_GICR_GICR;
    return lpi_lane_of(a, out->from_pe, out->port == GIC_PORT_ITS ? LANE_GICR_ITS : LANE_GICR_GICR);
}

static uint32_t route(const gic_assembly *a, const gic_out *out, gic_hop *hop)
{
    if (out->msg.kind >= GIC_MSG_LPI_SET && out->msg.kind <= GIC_MSG_LPI_MOVED_ACK)
        return route_of_lpi(a, out, hop);
    if (out->from == GIC_PORT_GICD) {
        *hop = GIC_HOP_GICD_GICR;
        return LANE_GICD_OUT;
    }
    if (out->from == GIC_PORT_CPUIF) {
        *hop = GIC_HOP_CPUIF_GICR;
        return lane_of(out->to, LANE_CPUIF_GICR);
    }
    *hop = out->port == GIC_PORT_GICD ? GIC_HOP_GICR_GICD : GIC_HOP_GICR_CPUIF;
    return lane_of(out->from_pe, out->port == GIC_PORT_GICD ? LANE_GICR_GICD : LANE_GICR_CPUIF);
}

static void send_out(gic_assembly *a, const gic_out *out, uint64_t now_ps)
{
    uint16_t first = out->to;
    uint16_t last = first;
    if (out->port == GIC_PORT_GICD || out->port == GIC_PORT_ITS) { /* gic_lpi names the ITS */
        first = last = out->from_pe;
    } else if (out->to == GIC_PE_ALL) {
        first = 0;
        last = (uint16_t)(a->config.pe_count - 1u);
    }
    for (unsigned pe = first; pe <= last; pe++)
        if (pe != out->except && a->ports.external)
            a->ports.external(a->ports.up, out->from, out->port, (uint16_t)pe, &out->msg, now_ps);
}

/* Whether messages of this kind wait for nothing: loosely timed, or inside a GICv2. */
static inline bool arrives_at_once(const gic_assembly *a, const gic_out *out)
{
    return !a->timing.timed || (a->one_block && out->msg.kind != GIC_MSG_SGI);
}

static void send_message(gic_assembly *a, const gic_out *out, uint64_t now_ps)
{
    gic_hop hop;
    uint32_t lane_id;
    if (out->port == GIC_PORT_MEM && a->timing.timed) {
        memory_send(a, out, now_ps);
    } else if (out->port != GIC_PORT_MEM && !is_inside(a, out->port)) {
        send_out(a, out, now_ps);
    } else if (arrives_at_once(a, out)) {
        fifo_push(a, out);
    } else {
        lane_id = route(a, out, &hop);
        now_ps += a->timing.hop_ps[hop] + a->sgi_ps;
        if (out->from == GIC_PORT_ITS) /* group: cache lookups on the way to this message */
            now_ps += out->msg.group * a->timing.access_ps[GIC_COST_ITS_LOOKUP];
        push_or_deliver(a, lane_id, out, now_ps);
    }
}

/* Only an outbox that was full to its @p end has dropped anything. */
static inline void count_dropped(gic_assembly *a, gic_outbox *box, const gic_out *end)
{
    if (end != box->end)
        return;
    a->stats.events_dropped += box->events_dropped;
    a->stats.messages_lost += box->messages_lost;
    box->events_dropped = 0;
    box->messages_lost = 0;
}

/* When a kernel goes on with its leftover work: timed at its own pace, which is never none. */
static uint64_t work_delay_ps(const gic_assembly *a, gic_port port)
{
    enum { LEAST_PS = 1000 };
    const uint64_t pace_ps = a->timing.occupancy_ps[station_kind(port)];
    if (!a->timing.timed)
        return DEFER_PS;
    return pace_ps > LEAST_PS ? pace_ps : LEAST_PS;
}

void note_work(gic_assembly *a, const gic_outbox *box, uint64_t now_ps)
{
    const gic_port port = (gic_port)box->blank.from;
    const uint16_t index = box->blank.from_pe;
    uint32_t lane_id;
    bool *working;
    gic_out out = {0};
    if (port != GIC_PORT_ITS && port != GIC_PORT_GICR)
        return; /* the Distributor: has_work() */
    working = port == GIC_PORT_ITS ? &a->itss[index].working : &a->seats[index].working;
    if (*working)
        return;
    *working = true;
    out.port = out.from = (uint8_t)port;
    out.to = out.from_pe = index;
    if (!a->timing.timed && !has_had_its_turn(a)) {
        fifo_push(a, &out);
        return;
    }
    lane_id = port == GIC_PORT_ITS ? its_lane_of(a, index, LANE_ITS_WORK)
                                   : lpi_lane_of(a, index, LANE_GICR_WORK);
    push_or_deliver(a, lane_id, &out, now_ps + work_delay_ps(a, port));
}

void collect(gic_assembly *a, gic_outbox *box, uint64_t now_ps)
{
    const gic_out *out = box->entry;
    const gic_out *end = box->next;
    gic_outbox_clear(box);
    for (; out != end; out++) {
        if (out->port == GIC_PORT_EVENT)
            emit(a, out, now_ps);
        else if (out->port == GIC_PORT_LINE && out->from == GIC_PORT_ITS)
            drive_its_line(a, out, now_ps);
        else if (out->port == GIC_PORT_LINE)
            send_line(a, out, now_ps);
        else
            send_message(a, out, now_ps);
    }
    count_dropped(a, box, end);
    if (box->more)
        note_work(a, box, now_ps);
}

/* hand_over() of a message from one kernel to another. */
static inline gic_outbox *hand_message(gic_assembly *a, gic_port to, uint16_t pe,
                                       const gic_out *out)
{
    const seat *s;
    count_message(a, out->msg.kind);
    if (to == GIC_PORT_GICD) {
        gicd_receive(a->dist, out->from_pe, &out->msg);
        return a->dist_box;
    }
    s = &a->seats[pe];
    if (to == GIC_PORT_GICR) {
        gicr_receive(s->redist, (gic_port)out->from, &out->msg);
        return s->redist_box;
    }
    cpuif_receive(s->cpu, &out->msg);
    return s->cpu_box;
}

/* hand_over() to the PE itself: its line moves, unless that has been overtaken (P-30). */
static gic_outbox *hand_to_pe(gic_assembly *a, uint16_t pe, const gic_out *out, uint64_t now_ps)
{
    count_message(a, GIC_MSG_NONE); /* `kind` is that of a line here */
    if (out->msg.arg == a->pe_pins[pe].overtaken[out->msg.kind])
        drive_line(a, pe, (gic_line)out->msg.kind, out->msg.flags != 0, now_ps);
    return NULL;
}

static gic_outbox *hand_work(gic_assembly *a, gic_port to, uint16_t index)
{
    count_message(a, GIC_MSG_NONE);
    if (to == GIC_PORT_ITS) {
        a->itss[index].working = false;
        its_step(a->itss[index].kernel);
        return a->itss[index].box;
    }
    if (to == GIC_PORT_GICR) {
        a->seats[index].working = false;
        gicr_step(a->seats[index].redist);
        return a->seats[index].redist_box;
    }
    gicd_step(a->dist);
    return a->dist_box;
}

gic_outbox *hand_msi(gic_assembly *a, const gic_out *out)
{
    its_seat *s = &a->itss[out->to];
    count_message(a, out->msg.kind);
    s->msis_on_the_way--;
    (void)its_translate(s->kernel, out->msg.intid, (uint32_t)out->msg.arg);
    return s->box;
}

static gic_outbox *hand_to_its(gic_assembly *a, uint16_t index, const gic_out *out)
{
    if (out->msg.kind == GIC_MSG_LINE)
        return hand_msi(a, out);
    count_message(a, out->msg.kind);
    its_receive(a->itss[index].kernel, out->from_pe, &out->msg);
    return a->itss[index].box;
}

gic_outbox *hand_over(gic_assembly *a, gic_port to, uint16_t pe, const gic_out *out,
                      uint64_t now_ps)
{
    if (to == GIC_PORT_LINE)
        return hand_to_pe(a, pe, out, now_ps);
    if ((unsigned)to == PORT_ANSWER)
        return memory_hand_over(a, out);
    if (to == GIC_PORT_MEM)
        return memory_at_once(a, out, now_ps);
    if (out->msg.kind == GIC_MSG_NONE)
        return hand_work(a, to, pe);
    if (to == GIC_PORT_ITS)
        return hand_to_its(a, pe, out);
    if (out->msg.kind == GIC_MSG_LINE) {
        wire_arrived(a, to, pe, out->msg.intid, now_ps);
        return hand_level(a, to, pe, out->msg.intid, out->msg.flags != 0);
    }
    return hand_message(a, to, pe, out);
}

void deliver(gic_assembly *a, gic_port to, uint16_t pe, const gic_out *out, uint64_t now_ps)
{
    gic_outbox *box = hand_over(a, to, pe, out, now_ps);
    if (box)
        collect(a, box, now_ps);
}

/* collect() with everything inside and nothing on the way; the message that is to go next. */
static inline const gic_out *collect_at_once(gic_assembly *a, gic_outbox *box, uint64_t now_ps)
{
    const gic_out *only = NULL;
    const gic_out *out = box->entry;
    const gic_out *end = box->next;
    gic_outbox_clear(box);
    for (; out != end; out++) {
        if (out->port == GIC_PORT_EVENT) {
            emit(a, out, now_ps);
        } else if (out->port == GIC_PORT_LINE && out->from == GIC_PORT_ITS) {
            drive_its_line(a, out, now_ps);
        } else if (out->port == GIC_PORT_LINE) {
            if (out->msg.kind != GIC_LINE_MAINTENANCE) {
                drive_line(a, out->to, (gic_line)out->msg.kind, out->msg.flags != 0, now_ps);
                continue;
            }
            if (only)
                fifo_push(a, only);
            only = NULL;
            send_line(a, out, now_ps);
        } else if (!only && a->fifo_head == a->fifo_tail) {
            only = out;
        } else {
            if (only)
                fifo_push(a, only);
            fifo_push(a, out);
            only = NULL;
        }
    }
    count_dropped(a, box, end);
    if (box->more)
        note_work(a, box, now_ps);
    return only ? only : fifo_pop(a);
}

/* Neither leftover work nor a wire. */
static inline bool is_between_kernels(unsigned kind)
{
    GIC_STATIC_ASSERT(GIC_MSG_NONE == 0 && GIC_MSG_LINE == GIC_MSG_KIND_COUNT - 1, "the ends");
    return kind - 1u < GIC_MSG_LINE - 1u;
}

/* All that comes of what is in @p box, message by message. */
static void settle_at_once(gic_assembly *a, gic_outbox *box, uint64_t now_ps)
{
    for (;;) {
        const gic_out *next = collect_at_once(a, box, now_ps);
        while (next && next->to == GIC_PE_ALL) {
            deliver_all(a, next, now_ps);
            next = fifo_pop(a);
        }
        if (!next)
            return;
        if (next->port <= GIC_PORT_CPUIF && is_between_kernels(next->msg.kind))
            box = hand_message(a, (gic_port)next->port, next->to, next);
        else
            box = hand_over(a, (gic_port)next->port, next->to, next, now_ps);
    }
}

static void settle_by_fifo(gic_assembly *a, gic_outbox *box, uint64_t now_ps)
{
    const gic_out *next;
    if (box)
        collect(a, box, now_ps);
    while ((next = fifo_pop(a)) != NULL)
        deliver_any(a, next, now_ps);
}

/* A station acts at now_ps: count it when the station has been further already. */
static void reach(gic_assembly *a, station *s, uint64_t now_ps)
{
    if (now_ps >= s->reached_ps) {
        s->reached_ps = now_ps;
        return;
    }
    a->stats.causality_violations++;
    if (s->reached_ps - now_ps > a->stats.causality_skew_ps)
        a->stats.causality_skew_ps = s->reached_ps - now_ps;
}

/* The broadcast lane has reached its receivers: each copy goes on by the receiver's own lane. */
static void fan_out(gic_assembly *a, const gic_out *message, uint64_t now_ps)
{
    gic_out copy = *message;
    uint16_t first = message->to == GIC_PE_ALL ? 0 : message->to;
    uint16_t last = message->to == GIC_PE_ALL ? (uint16_t)(a->config.pe_count - 1u) : message->to;
    for (unsigned pe = first; pe <= last; pe++) {
        if (pe == message->except)
            continue;
        copy.to = (uint16_t)pe;
        push_or_deliver(a, lane_of(pe, LANE_FROM_GICD), &copy, now_ps);
    }
}

/* Whether the broadcast lane has to let others arrive first, and until when (fan_out_limit()). */
static bool is_crowded(const gic_assembly *a, uint64_t due_ps, uint64_t *until_ps)
{
    uint64_t next_ps = GIC_TIME_NEVER;
    if (a->in_flight <= fan_out_limit(&a->config) || a->heap_count < 2)
        return false;
    for (uint32_t i = 1; i < a->heap_count && i < 3; i++) {
        uint64_t other_ps = a->nodes[a->lanes[a->heap[i]].head].due_ps;
        next_ps = other_ps < next_ps ? other_ps : next_ps;
    }
    *until_ps = next_ps > due_ps ? next_ps : due_ps + 1;
    return true;
}

/* A lane whose head waits for no station: a line to a PE, what is to be fanned out, and requests
   for memory; false: it is none of those. */
static bool serve_passing(gic_assembly *a, uint32_t lane_id, uint64_t due_ps)
{
    const gic_out *head = &a->nodes[a->lanes[lane_id].head].out;
    gic_out out;
    if (head->port == GIC_PORT_MEM) {
        out = *head;
        if (memory_serve(a, &out, due_ps))
            (void)lanes_pop(a, lane_id);
        else
            lanes_postpone(a, lane_id, due_ps + DEFER_PS);
        return true;
    }
    if (head->port == GIC_PORT_GICR && head->from == GIC_PORT_ITS &&
        lane_id != lpi_lane_of(a, head->to, LANE_FROM_ITS)) {
        out = lanes_pop(a, lane_id);
        push_or_deliver(a, lpi_lane_of(a, out.to, LANE_FROM_ITS), &out, due_ps);
        return true;
    }
    return false;
}

/* Take the head of a lane at its due time: fan out, wait for the station, or deliver. */
static void serve(gic_assembly *a, uint32_t lane_id, uint64_t due_ps)
{
    const gic_out *head = &a->nodes[a->lanes[lane_id].head].out;
    gic_port to = (gic_port)head->port;
    uint16_t pe = head->to;
    gic_out out;
    uint64_t until_ps;
    station *s;
    if (lane_id == LANE_GICD_OUT && is_crowded(a, due_ps, &until_ps)) {
        a->stats.station_waits++;
        lanes_postpone(a, lane_id, until_ps);
        return;
    }
    if (lane_id == LANE_GICD_OUT || to == GIC_PORT_LINE) {
        out = lanes_pop(a, lane_id);
        if (to == GIC_PORT_LINE)
            deliver(a, to, pe, &out, due_ps);
        else
            fan_out(a, &out, due_ps);
        return;
    }
    if (serve_passing(a, lane_id, due_ps))
        return;
    if ((unsigned)to == PORT_ANSWER)
        to = (gic_port)head->from;
    s = station_of(a, to, pe);
    if (s->busy_until_ps > due_ps) {
        a->stats.station_waits++;
        lanes_postpone(a, lane_id, s->busy_until_ps);
        return;
    }
    out = lanes_pop(a, lane_id);
    if (a->timing.timed)
        reach(a, s, due_ps);
    s->busy_until_ps = due_ps + a->timing.occupancy_ps[station_kind(to)];
    deliver(a, (gic_port)out.port, pe, &out, due_ps);
}

static inline bool has_work(const gic_assembly *a)
{
    return a->dist_box && a->dist_box->more;
}

/* Leftover work of the Distributor: loosely timed at once, timed at its own pace. */
static void continue_work(gic_assembly *a, uint64_t now_ps)
{
    gic_out work = {0};
    if (a->timing.timed && a->timing.occupancy_ps[GIC_STATION_GICD] > 0 && !a->one_block) {
        work.port = GIC_PORT_GICD;
        if (a->lanes[LANE_GICD_WORK].head == NONE)
            push_or_deliver(a, LANE_GICD_WORK, &work,
                            now_ps + a->timing.occupancy_ps[GIC_STATION_GICD]);
        return;
    }
    while (has_work(a)) {
        gicd_step(a->dist);
        settle_by_fifo(a, a->dist_box, now_ps);
    }
}

void gic_assembly_advance(gic_assembly *a, uint64_t now_ps)
{
    uint32_t lane_id;
    uint64_t due_ps;
    a->budget = BUDGET;
    while (lanes_earliest(a, &lane_id, &due_ps) && due_ps <= now_ps) {
        serve(a, lane_id, due_ps);
        if (!a->timing.timed || a->one_block)
            settle_by_fifo(a, NULL, due_ps);
        if (has_work(a))
            continue_work(a, due_ps);
    }
}

uint64_t gic_assembly_next_due(const gic_assembly *a)
{
    uint32_t lane_id;
    uint64_t due_ps;
    return lanes_earliest(a, &lane_id, &due_ps) ? due_ps : GIC_TIME_NEVER;
}

void enter_timed(gic_assembly *a, gic_port port, uint16_t pe, uint64_t now_ps)
{
    gic_assembly_advance(a, now_ps);
    reach(a, station_of(a, port, pe), now_ps);
}

void leave(gic_assembly *a, gic_outbox *box, uint64_t now_ps)
{
    if (a->at_once && box)
        settle_at_once(a, box, now_ps);
    else
        settle_by_fifo(a, box, now_ps);
    if (has_work(a))
        continue_work(a, now_ps);
    if (a->timing.timed)
        gic_assembly_advance(a, now_ps); /* zero-latency hops arrive within the activation */
    a->inside = false;
}
