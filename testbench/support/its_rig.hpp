// SPDX-License-Identifier: Apache-2.0
// An ITS kernel alone, with a memory of bytes and scripted Redistributors. Memory and
// Redistributors answer at once or late, in random order by a seed; every contract of the interface
// is checked at each message: credits, lines of memory, bounded outbox.
#ifndef GICTLM_TESTBENCH_SUPPORT_ITS_RIG_HPP
#define GICTLM_TESTBENCH_SUPPORT_ITS_RIG_HPP

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gic/its.h"
#include "gic/outbox.h"

namespace its_rig
{

// Offsets of the frame, as the architecture names them.
enum : uint32_t {
    GITS_CTLR = 0x0000,
    GITS_IIDR = 0x0004,
    GITS_TYPER = 0x0008,
    GITS_STATUSR = 0x0040,
    GITS_UMSIR = 0x0048,
    GITS_CBASER = 0x0080,
    GITS_CWRITER = 0x0088,
    GITS_CREADR = 0x0090,
    GITS_BASER0 = 0x0100, // devices
    GITS_BASER1 = 0x0108, // collections
    GITS_PIDR2 = 0xFFE8,
    GITS_TRANSLATER = 0x10040
};

constexpr uint64_t VALID = UINT64_C(1) << 63;
constexpr uint64_t INDIRECT = UINT64_C(1) << 62;
constexpr uint32_t ENABLED = 1;
constexpr uint32_t UMSIIRQ = 1u << 8;
constexpr uint32_t QUIESCENT = 1u << 31;
constexpr uint64_t STALLED = 1;
constexpr uint64_t RETRY = 1;
enum page_size : uint64_t { PAGE_4K = 0, PAGE_16K = 1, PAGE_64K = 2 };

// Where things are in the guest's memory.
constexpr uint64_t QUEUE = 0x10000000;
constexpr uint64_t DEVICES = 0x20000000;
constexpr uint64_t COLLECTIONS = 0x30000000;
constexpr uint64_t ITTS = 0x40000000;
constexpr uint64_t RD_BASE = 0x08000000;

inline uint64_t rd_base(unsigned pe)
{
    return RD_BASE + pe * UINT64_C(0x20000);
}

inline gic_config its_config(unsigned pes = 4)
{
    gic_config config = gic_config_default();
    config.pe_count = static_cast<uint16_t>(pes);
    config.lpi_bits = 16;
    config.its_count = 1;
    config.its.device_bits = 16;
    config.its.event_bits = 16;
    return config;
}

inline gic_config with_caches(gic_config config, uint16_t entries, uint16_t ways,
                              gic_replacement replacement = GIC_REPLACE_LRU)
{
    gic_cache_config cache{};
    cache.entries = entries;
    cache.ways = ways;
    cache.replacement = static_cast<uint8_t>(replacement);
    config.its.device_cache = cache;
    config.its.itt_cache = cache;
    config.its.collection_cache = cache;
    return config;
}

// A command as it stands in memory.
struct command {
    uint64_t word[4];
};

// What an ITS sent to a Redistributor.
struct sent {
    uint16_t pe;
    gic_msg msg;
    gic_lpi lpi;
};

class memory
{
public:
    uint8_t &at(uint64_t address)
    {
        std::vector<uint8_t> &page = pages_[address >> 12];
        page.resize(4096);
        return page[address & 0xFFF];
    }
    uint64_t word(uint64_t address)
    {
        uint64_t value = 0;
        for (unsigned i = 0; i < 8; i++)
            value |= static_cast<uint64_t>(at(address + i)) << (8 * i);
        return value;
    }
    void set_word(uint64_t address, uint64_t value)
    {
        for (unsigned i = 0; i < 8; i++)
            at(address + i) = static_cast<uint8_t>(value >> (8 * i));
    }
    // Accesses that touch [first, last] are refused.
    void refuse(uint64_t first, uint64_t last)
    {
        refused_.push_back({first, last});
    }
    void allow_all()
    {
        refused_.clear();
    }
    bool refuses(uint64_t address, unsigned length) const
    {
        for (const auto &r : refused_)
            if (address <= r.second && address + length > r.first)
                return true;
        return address + length > UINT64_C(1) << 52;
    }

private:
    std::map<uint64_t, std::vector<uint8_t>> pages_;
    std::vector<std::pair<uint64_t, uint64_t>> refused_;
};

// The Redistributors' LPIs, so slow and plain that they are right: sets of INTIDs.
struct redistributor {
    std::set<uint32_t> pending;
    std::deque<sent> inbox;
    unsigned set = 0;
    unsigned merged = 0;
};

enum class timing { at_once, late };

class bench
{
public:
    explicit bench(const gic_config &config, timing when = timing::at_once, unsigned seed = 1,
                   uint8_t index = 0)
        : config(config), when(when), index(index), random(seed), rd(config.pe_count)
    {
        block_.resize(its_footprint(&config) + 64);
        gic_config_error error = GIC_CONFIG_OK;
        s = its_init(aligned(), its_footprint(&config), &config, index, &error);
        if (!s) {
            ADD_FAILURE() << gic_config_error_text(error);
            std::abort();
        }
        std::vector<uint64_t> bases;
        for (unsigned pe = 0; pe < config.pe_count; pe++)
            bases.push_back(rd_base(pe));
        its_set_targets(s, bases.data(), config.pe_count);
        pump();
    }
    bench(const bench &) = delete;
    bench &operator=(const bench &) = delete;

    gic_config config;
    timing when;
    uint8_t index;
    std::mt19937 random;
    its *s;
    memory ram;
    std::vector<redistributor> rd;
    std::vector<sent> log;                // messages to the Redistributors
    std::vector<gic_memory_req> requests; // all memory requests so far
    std::map<unsigned, unsigned> events;  // how many of each
    std::map<unsigned, gic_msg> last;     // and the last of each
    std::map<unsigned, uint16_t> last_pe;
    bool umsi_line = false;
    bool answers = true;        // Redistributors answer
    bool memory_answers = true; // memory answers
    uint32_t queue_size = 0x1000;

    // --- registers ---

    uint64_t read(uint32_t offset, unsigned size = 4)
    {
        gic_access access = attributes(size);
        uint64_t value = 0;
        EXPECT_EQ(its_read(s, &access, offset, &value), GIC_OK);
        pump();
        return value;
    }
    void write(uint32_t offset, uint64_t value, unsigned size = 4, uint32_t device = 0)
    {
        gic_access access = attributes(size);
        access.device_id = device;
        EXPECT_EQ(its_write(s, &access, offset, value), GIC_OK);
        pump();
        if (when == timing::at_once)
            settle();
    }
    void write64(uint32_t offset, uint64_t value)
    {
        write(offset, value, 8);
    }
    uint64_t read64(uint32_t offset)
    {
        return read(offset, 8);
    }
    void msi(uint32_t device, uint32_t event)
    {
        write(GITS_TRANSLATER, event, 4, device);
    }

    // --- set-up ---

    // Tables and queue, enabled. Flat device table of 64K entries unless told otherwise.
    void start(uint64_t devices = DEVICES | 127, uint64_t collections = COLLECTIONS | 15)
    {
        write64(GITS_BASER0, VALID | devices);
        write64(GITS_BASER1, VALID | collections);
        write64(GITS_CBASER, VALID | QUEUE | (queue_size / 4096 - 1));
        write64(GITS_CWRITER, 0);
        write(GITS_CTLR, ENABLED);
        settle();
    }
    // One device of 2^5 events, a collection for each PE.
    void start_mapped(uint32_t device = 7)
    {
        start();
        map_device(device, 4);
        for (unsigned pe = 0; pe < config.pe_count; pe++)
            mapc(pe, pe);
        settle();
    }

    // --- commands ---

    void give(const command &c)
    {
        for (unsigned i = 0; i < 4; i++)
            ram.set_word(QUEUE + writer_ + i * 8, c.word[i]);
        writer_ = (writer_ + 32) % queue_size;
    }
    void ring()
    {
        write64(GITS_CWRITER, writer_);
    }
    void run(const command &c)
    {
        give(c);
        ring();
    }
    uint32_t writer() const
    {
        return writer_;
    }
    void set_writer(uint32_t offset)
    {
        writer_ = offset;
    }
    uint64_t target(unsigned pe) const
    {
        return config.its.pta ? rd_base(pe) : static_cast<uint64_t>(pe) << 16;
    }
    static command make(unsigned opcode, uint32_t device, uint64_t word1 = 0, uint64_t word2 = 0,
                        uint64_t word3 = 0)
    {
        return {{opcode | static_cast<uint64_t>(device) << 32, word1, word2, word3}};
    }
    static uint64_t itt(uint32_t device)
    {
        return ITTS + device * UINT64_C(0x100000);
    }
    void map_device(uint32_t device, unsigned size, bool valid = true, uint64_t address = 0)
    {
        run(make(0x08, device, size, (address ? address : itt(device)) | (valid ? VALID : 0)));
    }
    void mapc(unsigned icid, unsigned pe, bool valid = true)
    {
        run(make(0x09, 0, 0, target(pe) | icid | (valid ? VALID : 0)));
    }
    void mapti(uint32_t device, uint32_t event, uint32_t intid, unsigned icid)
    {
        run(make(0x0A, device, event | static_cast<uint64_t>(intid) << 32, icid));
    }
    void mapi(uint32_t device, uint32_t event, unsigned icid)
    {
        run(make(0x0B, device, event, icid));
    }
    void movi(uint32_t device, uint32_t event, unsigned icid)
    {
        run(make(0x01, device, event, icid));
    }
    void intr(uint32_t device, uint32_t event)
    {
        run(make(0x03, device, event));
    }
    void clear(uint32_t device, uint32_t event)
    {
        run(make(0x04, device, event));
    }
    void discard(uint32_t device, uint32_t event)
    {
        run(make(0x0F, device, event));
    }
    void inv(uint32_t device, uint32_t event)
    {
        run(make(0x0C, device, event));
    }
    void invall(unsigned icid)
    {
        run(make(0x0D, 0, 0, icid));
    }
    void movall(unsigned from, unsigned to)
    {
        run(make(0x0E, 0, 0, target(from), target(to)));
    }
    void sync(unsigned pe)
    {
        run(make(0x05, 0, 0, target(pe)));
    }

    // --- looking ---

    unsigned count(unsigned event) const
    {
        auto it = events.find(event);
        return it == events.end() ? 0 : it->second;
    }
    // The error code of the last command error.
    uint32_t error()
    {
        return last[GIC_EV_BAD_ITS_COMMAND].intid;
    }
    unsigned errors() const
    {
        return count(GIC_EV_BAD_ITS_COMMAND);
    }
    bool empty()
    {
        return read64(GITS_CREADR) == read64(GITS_CWRITER);
    }
    bool pending(unsigned pe, uint32_t intid) const
    {
        return rd[pe].pending.count(intid) != 0;
    }
    // Whether an MSI arrives, and only as @p intid at @p pe.
    ::testing::AssertionResult arrives(uint32_t device, uint32_t event, unsigned pe, uint32_t intid)
    {
        settle();
        for (redistributor &r : rd)
            r.pending.clear();
        msi(device, event);
        settle();
        for (unsigned i = 0; i < rd.size(); i++)
            for (uint32_t seen : rd[i].pending)
                if (i != pe || seen != intid)
                    return ::testing::AssertionFailure() << seen << " at PE " << i;
        if (!pending(pe, intid))
            return ::testing::AssertionFailure() << intid << " did not arrive at PE " << pe;
        return ::testing::AssertionSuccess();
    }
    ::testing::AssertionResult dropped(uint32_t device, uint32_t event)
    {
        settle();
        size_t before = log.size();
        msi(device, event);
        settle();
        return log.size() == before ? ::testing::AssertionSuccess()
                                    : ::testing::AssertionFailure() << log.back().msg.intid;
    }
    unsigned messages(unsigned kind) const
    {
        unsigned n = 0;
        for (const sent &m : log)
            n += m.msg.kind == kind;
        return n;
    }

    // --- time ---

    // Until nothing is under way but what is held back.
    void settle()
    {
        for (unsigned i = 0; tick(); i++)
            if (i > 1000000) {
                ADD_FAILURE() << "does not settle";
                return;
            }
    }
    // One thing happens, a random one of those that can; false: none can.
    bool tick()
    {
        std::vector<std::function<void()>> can;
        if (its_outbox(s)->more)
            can.push_back([this] { its_step(s); });
        if (memory_answers && !open_.empty())
            can.push_back([this] { memory_goes_on(pick(open_.size())); });
        for (unsigned pe = 0; answers && pe < rd.size(); pe++)
            if (!rd[pe].inbox.empty())
                can.push_back([this, pe] { serve(pe); });
        if (answers && !moving_.empty())
            can.push_back([this] { arrive(pick(moving_.size())); });
        if (can.empty())
            return false;
        can[when == timing::at_once ? 0 : pick(can.size())]();
        pump();
        return true;
    }
    size_t open_requests() const
    {
        return open_.size();
    }
    // The open request @p which is done, and its answer is on the way; it arrives.
    void perform_open(size_t which)
    {
        perform(open_.at(which));
    }
    void answer_open(size_t which)
    {
        answer_memory(which);
        pump();
    }
    void answer_oldest()
    {
        answer_memory(0);
        pump();
    }
    void serve_one(unsigned pe)
    {
        serve(pe);
        pump();
    }
    void drop_everything_under_way()
    {
        open_.clear();
        moving_.clear();
        unanswered_.clear();
        for (redistributor &r : rd)
            r.inbox.clear();
    }
    // Late answers of before a reset.
    std::vector<gic_memory_req> take_open()
    {
        std::vector<gic_memory_req> taken;
        for (const access &one : open_)
            taken.push_back(one.req);
        open_.clear();
        return taken;
    }

    // --- saving ---

    std::vector<unsigned char> save() const
    {
        std::vector<unsigned char> out(its_save_size(s));
        EXPECT_EQ(its_save(s, out.data()), out.size());
        return out;
    }
    bool load(const std::vector<unsigned char> &in)
    {
        bool ok = its_load(s, in.data(), in.size());
        pump();
        return ok;
    }
    // What is outside the kernel of another bench in the same state.
    void take_world(const bench &other)
    {
        ram = other.ram;
        rd = other.rd;
        open_ = other.open_;
        moving_ = other.moving_;
        random = other.random;
        writer_ = other.writer_;
        unanswered_ = other.unanswered_;
        umsi_line = other.umsi_line;
    }

    // Move what the kernel left in its outbox to where it goes.
    void pump()
    {
        gic_outbox *box = its_outbox(s);
        EXPECT_EQ(box->events_dropped + box->messages_lost, 0u);
        std::vector<gic_out> entries(box->entry, box->next);
        gic_outbox_clear(box);
        for (const gic_out &out : entries)
            take(out);
    }

private:
    struct move {
        sent cause;
        std::vector<uint32_t> intids;
    };
    // A memory request; its answer may come long after it has been done.
    struct access {
        gic_memory_req req;
        bool done = false;
        bool ok = false;
        uint8_t line[GIC_MEMORY_LINE] = {};
    };

    void *aligned()
    {
        uintptr_t at = reinterpret_cast<uintptr_t>(block_.data());
        return reinterpret_cast<void *>((at + 63) & ~uintptr_t(63));
    }
    gic_access attributes(unsigned size) const
    {
        gic_access access{};
        access.size = static_cast<uint8_t>(size);
        return access;
    }
    size_t pick(size_t n)
    {
        return when == timing::at_once ? 0 : random() % n;
    }
    void take(const gic_out &out)
    {
        EXPECT_EQ(out.from, GIC_PORT_ITS);
        EXPECT_EQ(out.from_pe, index);
        if (out.port == GIC_PORT_MEM) {
            take_request(gic_memory_of(&out));
        } else if (out.port == GIC_PORT_EVENT) {
            events[out.msg.kind]++;
            last[out.msg.kind] = out.msg;
            last_pe[out.msg.kind] = out.to;
        } else if (out.port == GIC_PORT_LINE) {
            EXPECT_EQ(out.msg.kind, GIC_ITS_LINE_UMSI);
            EXPECT_NE(umsi_line, out.msg.flags != 0);
            umsi_line = out.msg.flags != 0;
        } else {
            ASSERT_EQ(out.port, GIC_PORT_GICR);
            take_message(out);
        }
    }
    void take_request(const gic_memory_req &req)
    {
        EXPECT_GE(req.length, 1);
        EXPECT_LE(req.address % GIC_MEMORY_LINE + req.length, GIC_MEMORY_LINE);
        requests.push_back(req);
        open_.push_back({req, false, false, {}});
        EXPECT_LE(open_.size(), config.its.walks + 1u);
    }
    void take_message(const gic_out &out)
    {
        ASSERT_LT(out.to, rd.size());
        sent m{out.to, out.msg, gic_lpi_unpack(out.msg.arg)};
        EXPECT_EQ(m.lpi.its, index);
        EXPECT_LE(++unanswered_[out.to], static_cast<unsigned>(GIC_CREDIT_LPI));
        log.push_back(m);
        rd[out.to].inbox.push_back(m);
    }
    void perform(access &one)
    {
        const gic_memory_req &req = one.req;
        one.done = true;
        one.ok = !ram.refuses(req.address, req.length);
        if (one.ok && req.op == GIC_MEMORY_WRITE) {
            const uint8_t *data = static_cast<const uint8_t *>(its_mem_data(s, req.tag));
            for (unsigned i = 0; i < req.length; i++)
                ram.at(req.address + i) = data[i];
        }
        for (unsigned i = 0; one.ok && i < req.length; i++)
            one.line[i] = ram.at(req.address + i);
    }
    void answer_memory(size_t which)
    {
        access one = open_[which];
        open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(which));
        if (!one.done)
            perform(one);
        its_mem_done(s, one.req.tag, one.ok && one.req.op == GIC_MEMORY_READ ? one.line : nullptr,
                     one.ok);
    }
    // Late, requests are done in any order, and answered in another one.
    void memory_goes_on(size_t which)
    {
        if (when == timing::late && !open_[which].done && random() % 2)
            perform(open_[which]);
        else
            answer_memory(which);
    }
    void done(const sent &m)
    {
        gic_msg answer{};
        answer.kind = GIC_MSG_LPI_DONE;
        answer.arg = m.msg.arg;
        unanswered_[m.pe]--;
        its_receive(s, m.pe, &answer);
    }
    void serve(unsigned pe)
    {
        sent m = rd[pe].inbox.front();
        rd[pe].inbox.pop_front();
        redistributor &r = rd[pe];
        if (m.msg.kind == GIC_MSG_LPI_SET) {
            r.set++;
            r.merged += !r.pending.insert(m.msg.intid).second;
        } else if (m.msg.kind == GIC_MSG_LPI_CLEAR) {
            r.pending.erase(m.msg.intid);
        } else if (m.msg.kind == GIC_MSG_LPI_MOVE) {
            std::vector<uint32_t> taken;
            if (r.pending.erase(m.msg.intid))
                taken.push_back(m.msg.intid);
            moving_.push_back({m, taken});
            return;
        } else if (m.msg.kind == GIC_MSG_LPI_MOVEALL) {
            moving_.push_back({m, {r.pending.begin(), r.pending.end()}});
            r.pending.clear();
            return;
        }
        done(m);
    }
    void arrive(size_t which)
    {
        move m = moving_[which];
        moving_.erase(moving_.begin() + static_cast<std::ptrdiff_t>(which));
        for (uint32_t intid : m.intids) {
            redistributor &to = rd[m.cause.lpi.target];
            to.merged += !to.pending.insert(intid).second;
        }
        done(m.cause);
    }

    std::vector<unsigned char> block_;
    std::vector<access> open_;
    std::vector<move> moving_;
    std::map<unsigned, unsigned> unanswered_;
    uint32_t writer_ = 0;
};

// Run @p body with large and with tiny caches, with everything answered at once and late.
inline void everywhere(const gic_config &config, const std::function<void(bench &)> &body)
{
    struct geometry {
        uint16_t entries;
        uint16_t ways;
        gic_replacement replacement;
    };
    static const geometry all[] = {{256, 4, GIC_REPLACE_LRU},  {4, 1, GIC_REPLACE_LRU},
                                   {4, 2, GIC_REPLACE_FIFO},   {4, 4, GIC_REPLACE_LRU},
                                   {4, 4, GIC_REPLACE_RANDOM}, {1, 1, GIC_REPLACE_LRU}};
    for (const geometry &g : all) {
        gic_config c = with_caches(config, g.entries, g.ways, g.replacement);
        for (unsigned seed = 0; seed < 4; seed++) {
            SCOPED_TRACE("entries " + std::to_string(g.entries) + " ways " +
                         std::to_string(g.ways) + " seed " + std::to_string(seed));
            bench s(c, seed == 0 ? timing::at_once : timing::late, seed);
            body(s);
            if (::testing::Test::HasFailure())
                return;
        }
    }
}

} // namespace its_rig

#endif
