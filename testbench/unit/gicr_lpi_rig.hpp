// SPDX-License-Identifier: Apache-2.0
// Redistributor kernels alone: memory, CPU interfaces, Distributor and ITSs are played by the test.
// What is under way waits in FIFO links and in a bag of memory requests; a schedule chooses what
// arrives next. Immediate: everything at once. Random: any head, any request, by a seed.
#ifndef GICTLM_TESTBENCH_UNIT_GICR_LPI_RIG_HPP
#define GICTLM_TESTBENCH_UNIT_GICR_LPI_RIG_HPP

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "gic/event.h"
#include "gic/gicr.h"
#include "gic/pe.h"

namespace lpi
{

enum : uint32_t {
    GICR_CTLR = 0x00,
    GICR_TYPER = 0x08,
    GICR_WAKER = 0x14,
    GICR_SETLPIR = 0x40,
    GICR_CLRLPIR = 0x48,
    GICR_PROPBASER = 0x70,
    GICR_PENDBASER = 0x78,
    GICR_INVLPIR = 0xA0,
    GICR_INVALLR = 0xB0,
    GICR_SYNCR = 0xC0,
    GICR_SGI_BASE = 0x10000
};
enum : uint32_t { CTLR_ENABLE = 1, CTLR_CES = 2, CTLR_IR = 4, CTLR_RWP = 8 };
constexpr uint32_t first = GIC_INTID_LPI_FIRST;
constexpr uint32_t none = GIC_INTID_SPURIOUS;
constexpr uint64_t PTZ = UINT64_C(1) << 62;
constexpr uint64_t prop_table = 0x40000000;
constexpr uint8_t untouched = 0xEE; // what the first KiB of a pending table holds

inline gic_config small_config(unsigned bits = 14, unsigned cache = 4, unsigned pes = 1)
{
    gic_config config = gic_config_default();
    config.pe_count = static_cast<uint16_t>(pes);
    config.lpi_bits = static_cast<uint8_t>(bits);
    config.lpi_cache = static_cast<uint16_t>(cache);
    config.lpi_property_cache = 8;
    config.its_count = 2;
    return config;
}

struct aligned_free {
    void operator()(void *p) const
    {
        std::free(p);
    }
};

// One CPU interface: holds the last Set, gives back what it displaces.
struct cpu {
    uint32_t held = none;
    uint8_t held_priority = 0xFF;
    bool quiet = true;
    uint8_t groups = GIC_GROUPS_ALL; // ICC_IGRPEN: what is of another group is given back
    std::deque<gic_msg> to_gicr;     // under way upstream
    std::deque<gic_msg> from_gicr;   // under way downstream
    std::map<unsigned, bool> line;
};

struct request {
    unsigned pe;
    gic_memory_req req;
};

class rig
{
public:
    explicit rig(const gic_config &config) : config_(config), config_bytes(1u << config.lpi_bits)
    {
        gic_config_error error;
        for (unsigned pe = 0; pe < config.pe_count; pe++) {
            const size_t bytes = gicr_footprint(&config);
            memory_.emplace_back(std::aligned_alloc(64, bytes));
            std::memset(memory_.back().get(), 0xA5, bytes);
            redist.push_back(
                gicr_init(memory_.back().get(), bytes, &config, static_cast<uint16_t>(pe), &error));
            EXPECT_EQ(error, GIC_CONFIG_OK);
            tables.emplace_back(std::max((1u << config.lpi_bits) / 8, 1024u), uint8_t(0));
            std::memset(tables.back().data(), untouched, 1024);
        }
        cpus.resize(config.pe_count);
        peers.resize(size_t(config.pe_count) * config.pe_count);
        for (unsigned pe = 0; pe < config.pe_count; pe++)
            power_up(pe);
    }

    // --- software ---

    uint64_t read(unsigned pe, uint32_t offset, unsigned size = 4, bool secure = true)
    {
        const gic_access access{0, static_cast<uint16_t>(pe), static_cast<uint8_t>(size), secure,
                                false};
        uint64_t value = 0;
        EXPECT_EQ(gicr_read(redist[pe], &access, offset, &value), GIC_OK);
        collect(pe);
        return value;
    }
    void write(unsigned pe, uint32_t offset, uint64_t value, unsigned size = 4, bool secure = true)
    {
        const gic_access access{0, static_cast<uint16_t>(pe), static_cast<uint8_t>(size), secure,
                                false};
        EXPECT_EQ(gicr_write(redist[pe], &access, offset, value), GIC_OK);
        collect(pe);
    }
    uint64_t pend_table(unsigned pe) const
    {
        return UINT64_C(0x80000000) + UINT64_C(0x1000000) * pe;
    }
    // Tables as software sets them up; LPIs on.
    void enable(unsigned pe, uint64_t flags = PTZ, unsigned id_bits = 0)
    {
        write(pe, GICR_PROPBASER, prop_table | ((id_bits ? id_bits : config_.lpi_bits) - 1u), 8);
        write(pe, GICR_PENDBASER, pend_table(pe) | flags, 8);
        turn_on(pe);
    }
    void turn_on(unsigned pe)
    {
        write(pe, GICR_CTLR, (read(pe, GICR_CTLR) & ~UINT64_C(0xF)) | CTLR_ENABLE);
        settle_if();
    }
    void turn_off(unsigned pe)
    {
        write(pe, GICR_CTLR, read(pe, GICR_CTLR) & ~UINT64_C(0xF));
        settle_if();
    }
    void configure(uint32_t intid, uint8_t priority, bool enabled = true)
    {
        config_bytes.at(intid - first) = static_cast<uint8_t>((priority & 0xFC) | 2 | enabled);
    }
    bool in_table(unsigned pe, uint32_t intid) const
    {
        return (tables[pe].at(intid / 8) >> (intid % 8) & 1) != 0;
    }
    void put_in_table(unsigned pe, uint32_t intid)
    {
        tables[pe].at(intid / 8) |= static_cast<uint8_t>(1u << (intid % 8));
    }
    unsigned count_in_table(unsigned pe) const
    {
        unsigned count = 0;
        for (uint32_t intid = first; intid < 1u << config_.lpi_bits; intid++)
            count += in_table(pe, intid);
        return count;
    }

    // --- ITS ---

    // A message of ITS 0; the tag by which its Done is known.
    uint16_t send(unsigned pe, gic_msg_kind kind, uint32_t intid = 0, unsigned target = 0,
                  unsigned its = 0)
    {
        gic_lpi lpi{};
        lpi.tag = next_tag++;
        lpi.target = static_cast<uint16_t>(target);
        lpi.its = static_cast<uint8_t>(its);
        gic_msg msg{};
        msg.kind = static_cast<uint8_t>(kind);
        msg.intid = intid;
        msg.arg = gic_lpi_pack(lpi);
        open[pe][its]++;
        gicr_receive(redist[pe], GIC_PORT_ITS, &msg);
        collect(pe);
        settle_if();
        return lpi.tag;
    }
    bool has_credit(unsigned pe, unsigned its = 0)
    {
        return open[pe][its] < GIC_CREDIT_LPI;
    }
    void set(unsigned pe, uint32_t intid)
    {
        send(pe, GIC_MSG_LPI_SET, intid);
    }

    // --- PE ---

    uint32_t held(unsigned pe) const
    {
        return cpus[pe].held;
    }
    // Acknowledge what is held.
    uint32_t ack(unsigned pe)
    {
        cpu &c = cpus[pe];
        const uint32_t intid = c.held;
        if (intid == none)
            return none;
        c.held = none;
        c.held_priority = 0xFF;
        upstream(pe, GIC_MSG_ACTIVATE, intid);
        settle_if();
        return intid;
    }
    void upstream(unsigned pe, gic_msg_kind kind, uint32_t intid, uint8_t group = 0,
                  uint8_t priority = 0)
    {
        gic_msg msg{};
        msg.kind = static_cast<uint8_t>(kind);
        msg.intid = intid;
        msg.group = group;
        msg.priority = priority;
        cpus[pe].to_gicr.push_back(msg);
    }
    void cpu_groups(unsigned pe, uint8_t groups)
    {
        cpu &c = cpus[pe];
        c.groups = groups;
        upstream(pe, GIC_MSG_UPSTREAM_CONTROL, 0, groups, 0xFF);
        if (c.held != none && !(groups & gic_group_bit(GIC_GROUP_1NS))) {
            upstream(pe, GIC_MSG_RELEASE, c.held);
            c.held = none;
        }
        settle_if();
    }
    void distributor_groups(unsigned pe, uint8_t groups, bool ds)
    {
        gic_msg msg{};
        msg.kind = GIC_MSG_GROUP_ENABLES;
        msg.group = groups;
        msg.flags = ds ? GIC_CTL_DS : 0;
        gicr_receive(redist[pe], GIC_PORT_GICD, &msg);
        collect(pe);
        settle_if();
    }

    // --- schedule ---

    // Until nothing is under way; every run is bounded.
    void settle()
    {
        uint64_t bound = 20'000'000;
        while (step())
            if (--bound == 0) {
                ADD_FAILURE() << "does not settle";
                return;
            }
    }
    void settle_if()
    {
        if (settling)
            settle();
    }
    // One thing that is under way arrives; false: nothing is.
    bool step()
    {
        std::vector<std::function<void()>> can;
        for (unsigned pe = 0; pe < config_.pe_count; pe++) {
            if (gicr_outbox(redist[pe])->more) {
                if (!lazy)
                    return go_on(pe), true;
                can.emplace_back([this, pe] { go_on(pe); });
            }
            if (!cpus[pe].from_gicr.empty())
                can.emplace_back([this, pe] { cpu_receives(pe); });
            if (!cpus[pe].to_gicr.empty())
                can.emplace_back([this, pe] { gicr_hears_cpu(pe); });
            if (!random && !can.empty())
                return can.front()(), true;
        }
        for (unsigned link = 0; link < peers.size(); link++) {
            if (peers[link].empty())
                continue;
            can.emplace_back([this, link] { peer_receives(link); });
            if (!random)
                return can.front()(), true;
        }
        if (!random && !requests.empty() && !memory_waits)
            return answer(0), true;
        if (memory_waits && can.empty())
            return false;
        if (!slow_memory || can.empty() || (*random)() % slow_memory == 0)
            for (size_t i = starves && requests.size() > 1; i < requests.size() && !memory_waits;
                 i++)
                can.emplace_back([this, i] { answer(i); });
        if (can.empty())
            return false;
        can[std::uniform_int_distribution<size_t>(0, can.size() - 1)(*random)]();
        return true;
    }

    // All but answers of memory arrives.
    void settle_without_memory()
    {
        memory_waits = true;
        settle();
        memory_waits = false;
    }
    // Memory answers what is asked of the line of an LPI in a pending table; false: nothing is.
    bool answer_line(unsigned pe, uint32_t intid, gic_memory_op op = GIC_MEMORY_READ)
    {
        return answer_at(pend_table(pe) + intid / 512 * 64, op);
    }
    // Of its configuration.
    bool answer_config(uint32_t intid)
    {
        return answer_at(prop_table + (intid - first) / 64 * 64, GIC_MEMORY_READ);
    }

    // The request is answered; then all but memory arrives, if it is to.
    bool answer_at(uint64_t address, unsigned op, bool then = true)
    {
        for (size_t i = 0; i < requests.size(); i++)
            if (requests[i].req.address == address && requests[i].req.op == op) {
                answer(i);
                if (then)
                    settle_without_memory();
                return true;
            }
        return false;
    }

    // --- what was seen ---

    uint64_t count(gic_event_id id) const
    {
        return events[id];
    }
    uint64_t total(uint64_t gicr_lpi_stats::*counter) const
    {
        uint64_t sum = 0;
        for (const gicr *r : redist)
            sum += gicr_get_lpi_stats(r)->*counter;
        return sum;
    }
    std::vector<unsigned char> save(unsigned pe) const
    {
        std::vector<unsigned char> image(gicr_save_size(redist[pe]));
        EXPECT_EQ(gicr_save(redist[pe], image.data()), image.size());
        return image;
    }

    gic_config config_;
    std::vector<gicr *> redist;
    std::vector<std::vector<uint8_t>> tables; // pending tables, from their base
    std::vector<uint8_t> config_bytes;        // property table
    std::vector<cpu> cpus;
    std::vector<std::deque<gic_msg>> peers; // from * pe_count + to
    std::deque<request> requests;
    std::map<unsigned, std::map<unsigned, unsigned>> open; // messages of an ITS not answered
    std::vector<uint16_t> done;                            // tags in order
    std::vector<std::pair<gic_event_id, uint32_t>> log;
    uint64_t events[GIC_EV_COUNT] = {};
    uint64_t reads = 0;
    uint64_t writes = 0;
    unsigned requests_peak = 0;
    std::function<bool(const gic_memory_req &)> fails; // a request that memory refuses
    std::mt19937 *random = nullptr;
    bool lazy = false;        // random: other things arrive before a Redistributor goes on
    unsigned slow_memory = 0; // random: an answer of memory is one in so many
    bool starves = false;     // random: the oldest request is answered when there is no other
    std::function<void(unsigned pe, const gic_out &)> watch;    // every event
    std::function<void(unsigned pe, const gic_msg &)> hears;    // of a CPU interface
    std::function<void(unsigned pe, const gic_lpi &)> answered; // an ITS
    bool memory_waits = false;
    bool settling = true;
    bool logging = false;
    uint16_t next_tag = 1;

private:
    void power_up(unsigned pe)
    {
        upstream(pe, GIC_MSG_UPSTREAM_CONTROL, 0, GIC_GROUPS_ALL, 0xFF);
        distributor_groups(pe, GIC_GROUPS_ALL, !config_.two_security_states);
        write(pe, GICR_WAKER, 0);
        settle();
    }

    void collect(unsigned pe)
    {
        gic_outbox *box = gicr_outbox(redist[pe]);
        const std::vector<gic_out> out(box->entry, box->next);
        gic_outbox_clear(box);
        EXPECT_EQ(box->events_dropped, 0u);
        bool asks = false; // the Distributor, which answers at once
        for (const gic_out &o : out) {
            take(pe, o);
            asks = asks || (o.port == GIC_PORT_GICD && o.msg.kind == GIC_MSG_PE_STATE);
        }
        if (asks)
            from_distributor(pe, GIC_MSG_PE_STATE_ACK);
    }

    void take(unsigned pe, const gic_out &o)
    {
        switch (o.port) {
        case GIC_PORT_EVENT:
            events[o.msg.kind]++;
            if (watch)
                watch(pe, o);
            if (logging)
                log.emplace_back(static_cast<gic_event_id>(o.msg.kind), o.msg.intid);
            break;
        case GIC_PORT_LINE:
            cpus[pe].line[o.msg.kind] = o.msg.flags != 0;
            break;
        case GIC_PORT_CPUIF:
            cpus[pe].from_gicr.push_back(o.msg);
            break;
        case GIC_PORT_GICR:
            ASSERT_LT(o.to, config_.pe_count);
            ASSERT_NE(o.to, pe) << "no kernel sends to itself";
            peers[pe * config_.pe_count + o.to].push_back(o.msg);
            break;
        case GIC_PORT_ITS: {
            const gic_lpi lpi = gic_lpi_unpack(o.msg.arg);
            ASSERT_EQ(o.msg.kind, GIC_MSG_LPI_DONE);
            ASSERT_EQ(o.to, lpi.its);
            ASSERT_GT(open[pe][lpi.its]--, 0u);
            done.push_back(lpi.tag);
            if (answered)
                answered(pe, lpi);
            break;
        }
        case GIC_PORT_MEM:
            requests.push_back({pe, gic_memory_of(&o)});
            requests_peak = std::max(requests_peak, static_cast<unsigned>(requests.size()));
            break;
        case GIC_PORT_GICD:
            break;
        default:
            ADD_FAILURE() << "port " << unsigned(o.port);
        }
    }

    void from_distributor(unsigned pe, gic_msg_kind kind)
    {
        gic_msg msg{};
        msg.kind = static_cast<uint8_t>(kind);
        gicr_receive(redist[pe], GIC_PORT_GICD, &msg);
        collect(pe);
    }

    void go_on(unsigned pe)
    {
        gicr_step(redist[pe]);
        collect(pe);
    }

    void cpu_receives(unsigned pe)
    {
        cpu &c = cpus[pe];
        const gic_msg msg = c.from_gicr.front();
        c.from_gicr.pop_front();
        if (msg.kind == GIC_MSG_SET) {
            if (c.held != none)
                upstream(pe, GIC_MSG_RELEASE, c.held);
            c.held = msg.intid;
            c.held_priority = msg.priority;
            EXPECT_FALSE(c.quiet);
            EXPECT_TRUE(msg.intid < first || msg.group == GIC_GROUP_1NS);
            if (!(c.groups & gic_group_bit(static_cast<gic_group>(msg.group)))) {
                upstream(pe, GIC_MSG_RELEASE, c.held);
                c.held = none;
            }
        } else if (msg.kind == GIC_MSG_CLEAR || msg.kind == GIC_MSG_QUIESCE) {
            if (c.held != none && (msg.kind == GIC_MSG_QUIESCE || c.held == msg.intid)) {
                upstream(pe, GIC_MSG_RELEASE, c.held);
                c.held = none;
            }
            c.quiet |= msg.kind == GIC_MSG_QUIESCE;
            upstream(pe, msg.kind == GIC_MSG_CLEAR ? GIC_MSG_CLEAR_ACK : GIC_MSG_QUIESCE_ACK, 0);
        } else if (msg.kind == GIC_MSG_DOWNSTREAM_CONTROL) {
            c.quiet = false;
            upstream(pe, GIC_MSG_DOWNSTREAM_CONTROL_ACK, 0);
        }
    }

    void gicr_hears_cpu(unsigned pe)
    {
        const gic_msg msg = cpus[pe].to_gicr.front();
        cpus[pe].to_gicr.pop_front();
        if (hears)
            hears(pe, msg);
        gicr_receive(redist[pe], GIC_PORT_CPUIF, &msg);
        collect(pe);
    }

    void peer_receives(unsigned link)
    {
        const unsigned to = link % config_.pe_count;
        const gic_msg msg = peers[link].front();
        peers[link].pop_front();
        gicr_receive(redist[to], GIC_PORT_GICR, &msg);
        collect(to);
    }

    // Where a request lies in what the test has as memory.
    uint8_t *place(const gic_memory_req &req)
    {
        if (req.address >= prop_table && req.address + req.length <= prop_table + 0x1000000 &&
            req.address - prop_table + req.length <= config_bytes.size())
            return &config_bytes[req.address - prop_table];
        for (unsigned pe = 0; pe < config_.pe_count; pe++)
            if (req.address >= pend_table(pe) &&
                req.address - pend_table(pe) + req.length <= tables[pe].size())
                return &tables[pe][req.address - pend_table(pe)];
        return nullptr;
    }

    void answer(size_t which)
    {
        const request r = requests[which];
        requests.erase(requests.begin() + static_cast<std::ptrdiff_t>(which));
        const bool bad = fails && fails(r.req);
        uint8_t *at = bad ? nullptr : place(r.req);
        EXPECT_TRUE(bad || at) << "outside the tables: " << std::hex << r.req.address;
        EXPECT_EQ(r.req.address / GIC_MEMORY_LINE,
                  (r.req.address + r.req.length - 1) / GIC_MEMORY_LINE);
        (r.req.op == GIC_MEMORY_WRITE ? writes : reads)++;
        uint8_t line[GIC_MEMORY_LINE];
        if (at && r.req.op == GIC_MEMORY_WRITE) {
            const void *data = gicr_mem_data(redist[r.pe], r.req.tag);
            ASSERT_NE(data, nullptr);
            std::memcpy(at, data, r.req.length);
        } else if (at) {
            std::memcpy(line, at, r.req.length);
        }
        gicr_mem_done(redist[r.pe], r.req.tag, at && r.req.op == GIC_MEMORY_READ ? line : nullptr,
                      at != nullptr);
        collect(r.pe);
    }

    std::vector<std::unique_ptr<void, aligned_free>> memory_;
};

} // namespace lpi

#endif
