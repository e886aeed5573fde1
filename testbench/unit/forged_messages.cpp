// SPDX-License-Identifier: Apache-2.0
// Forged states of the joiner: messages under way, requests for memory, wires, each with one member
// that it can never have; and files that are cut or damaged.
#include <cstring>
#include <functional>

#include "gic/memory.h"
#include "gic/save.h"
#include "lpi_rig.hpp"
extern "C" {
#include "internal.h"
}

using namespace rig;

namespace
{

constexpr uint32_t SPI = 45;
constexpr uint32_t LPI = 8200;
constexpr uint32_t DEVICE = 3;
// As it is saved, behind everything else of the joiner's block.
struct saved_node {
    uint64_t due_ps;
    uint64_t seq;
    gic_out out;
    uint32_t lane_id;
    uint32_t unused;
};

constexpr uint64_t HOP = 1000;

// Two PEs, two ITSs, timed, with one message under way.
class ForgedMessages : public testing::Test
{
protected:
    ForgedMessages() : g(with_its(2, 2), timed(HOP))
    {
        g.boot();
        g.settling = false;
        g.line(SPI, true);
        file = saved();
        header_at(0, &header);
    }
    std::vector<unsigned char> saved() const
    {
        std::vector<unsigned char> bytes(gic_assembly_save_size(g.a));
        bytes.resize(gic_assembly_save(g.a, bytes.data()));
        return bytes;
    }
    void header_at(size_t at, gic_save_header *to) const
    {
        std::memcpy(to, file.data() + at, sizeof *to);
    }
    // Whether the file is taken with bytes of the joiner's payload replaced.
    bool loads_with(size_t at, const void *bytes, size_t length)
    {
        std::vector<unsigned char> forged = file;
        unsigned char *const payload = forged.data() + sizeof header;
        std::memcpy(payload + at, bytes, length);
        gic_save_header sealed = header;
        sealed.checksum = gic_checksum(payload, header.length);
        std::memcpy(forged.data(), &sealed, sizeof sealed);
        return gic_assembly_load(g.a, forged.data(), forged.size());
    }
    bool loads(uint32_t lane_id, const gic_out &out)
    {
        saved_node node{};
        node.due_ps = g.now + HOP;
        node.out = out;
        node.lane_id = lane_id;
        return loads_with(header.length - sizeof node, &node, sizeof node);
    }
    // Of each value of a member, of those up to @p end, whether it is taken.
    template <typename T>
    std::vector<unsigned> taken(uint32_t lane_id, const gic_out &out, T gic_out::*member,
                                unsigned end = 8)
    {
        std::vector<unsigned> values;
        for (unsigned value = 0; value < end; value++) {
            gic_out changed = out;
            changed.*member = static_cast<T>(value);
            if (loads(lane_id, changed))
                values.push_back(value);
        }
        return values;
    }
    using values = std::vector<unsigned>;

    its_gic g;
    std::vector<unsigned char> file;
    gic_save_header header;
};

gic_out message(unsigned port, gic_port from, uint16_t to, uint16_t from_pe, unsigned kind,
                uint32_t intid = SPI)
{
    gic_out out{};
    out.port = static_cast<uint8_t>(port);
    out.from = static_cast<uint8_t>(from);
    out.to = to;
    out.except = GIC_PE_NONE;
    out.from_pe = from_pe;
    out.msg.kind = static_cast<uint8_t>(kind);
    out.msg.intid = intid;
    return out;
}

gic_out request(gic_port from, uint16_t index, uint8_t op, uint8_t length)
{
    gic_out entry[1];
    gic_outbox box;
    gic_outbox_init(&box, entry, 1, from, index);
    gic_memory_req req{};
    req.address = 0x80000000;
    req.op = op;
    req.length = length;
    gic_memory_request(&box, req);
    entry[0].to = index;
    return entry[0];
}

} // namespace

TEST_F(ForgedMessages, UnchangedTheyAreTaken)
{
    EXPECT_TRUE(loads_with(0, file.data() + sizeof header, header.length));
}

TEST_F(ForgedMessages, AMessageIsOfAKindOnALaneFromAndToPesThatExist)
{
    const gic_out sgi = message(GIC_PORT_GICR, GIC_PORT_GICD, 1, GIC_PE_NONE, GIC_MSG_SGI, 3);
    const uint32_t lane = lane_of(1, LANE_FROM_GICD);
    EXPECT_TRUE(loads(lane, sgi));
    EXPECT_EQ(taken(lane, sgi, &gic_out::to), (values{0, 1}));
    EXPECT_EQ(taken(lane, sgi, &gic_out::from_pe), (values{0, 1}));
    EXPECT_EQ(taken(lane, sgi, &gic_out::from),
              (values{GIC_PORT_GICD, GIC_PORT_GICR, GIC_PORT_CPUIF}));
    EXPECT_FALSE(loads(g.a->lane_count, sgi));
    EXPECT_FALSE(loads(UINT32_MAX, sgi));
    gic_out bad = sgi;
    bad.msg.kind = GIC_MSG_KIND_COUNT;
    EXPECT_FALSE(loads(lane, bad));
    bad.msg.kind = GIC_MSG_KIND_COUNT - 2;
    EXPECT_TRUE(loads(lane, bad));
}

TEST_F(ForgedMessages, TheDistributorsLaneAloneGoesToAll)
{
    const gic_out all =
        message(GIC_PORT_GICR, GIC_PORT_GICD, GIC_PE_ALL, GIC_PE_NONE, GIC_MSG_GROUP_ENABLES);
    EXPECT_TRUE(loads(LANE_GICD_OUT, all));
    EXPECT_FALSE(loads(lane_of(0, LANE_FROM_GICD), all));
    EXPECT_FALSE(loads(LANE_SPI_LINES, all));
    gic_out bad = all;
    bad.to = GIC_PE_NONE;
    EXPECT_FALSE(loads(LANE_GICD_OUT, bad));
    EXPECT_EQ(taken(LANE_GICD_OUT, all, &gic_out::port), values{GIC_PORT_GICR})
        << "nor does it go anywhere else";
    bad = all;
    bad.msg.kind = GIC_MSG_LINE;
    bad.msg.intid = 20;
    EXPECT_FALSE(loads(LANE_GICD_OUT, bad)) << "it is no wire";
}

TEST_F(ForgedMessages, WiresAreThoseThatExist)
{
    const auto shared = [&](uint32_t intid) {
        return loads(LANE_SPI_LINES,
                     message(GIC_PORT_GICD, GIC_PORT_GICD, 0, 0, GIC_MSG_LINE, intid));
    };
    EXPECT_TRUE(shared(32));
    EXPECT_TRUE(shared(127));
    EXPECT_FALSE(shared(31));
    EXPECT_FALSE(shared(128));
    const auto private_one = [&](uint32_t intid) {
        return loads(lane_of(1, LANE_PPI_LINES),
                     message(GIC_PORT_GICR, GIC_PORT_GICR, 1, 1, GIC_MSG_LINE, intid));
    };
    EXPECT_TRUE(private_one(16));
    EXPECT_TRUE(private_one(31));
    EXPECT_FALSE(private_one(15));
    EXPECT_FALSE(private_one(32));
    EXPECT_FALSE(private_one(1056));
    const gic_out to_cpu = message(GIC_PORT_CPUIF, GIC_PORT_GICR, 1, 1, GIC_MSG_SET, 20);
    EXPECT_TRUE(loads(lane_of(1, LANE_GICR_CPUIF), to_cpu));
    gic_out bad = to_cpu;
    bad.msg.kind = GIC_MSG_LINE;
    EXPECT_FALSE(loads(lane_of(1, LANE_GICR_CPUIF), bad)) << "a CPU interface has none";
}

TEST_F(ForgedMessages, LinesOfAPeAreThoseThatExist)
{
    const uint32_t lane = lane_of(1, LANE_PE_LINES);
    gic_out line = message(GIC_PORT_LINE, GIC_PORT_CPUIF, 1, 1, GIC_LINE_COUNT - 1);
    EXPECT_TRUE(loads(lane, line));
    line.msg.kind = GIC_LINE_COUNT;
    EXPECT_FALSE(loads(lane, line));
}

TEST_F(ForgedMessages, LanesOfARedistributorsLpisTakeWhatGoesThere)
{
    const auto lane = [&](unsigned which) { return lpi_lane_of(g.a, 1, which); };
    const gic_out set = message(GIC_PORT_GICR, GIC_PORT_ITS, 1, 0, GIC_MSG_LPI_SET, LPI);
    EXPECT_TRUE(loads(lane(LANE_FROM_ITS), set));
    EXPECT_EQ(taken(lane(LANE_FROM_ITS), set, &gic_out::port), values{GIC_PORT_GICR});
    EXPECT_EQ(taken(lane(LANE_FROM_ITS), set, &gic_out::from), values{GIC_PORT_ITS});
    EXPECT_EQ(taken(lane(LANE_FROM_ITS), set, &gic_out::to), values{1});

    const gic_out done = message(GIC_PORT_ITS, GIC_PORT_GICR, 1, 1, GIC_MSG_LPI_DONE, LPI);
    const gic_out moved = message(GIC_PORT_GICR, GIC_PORT_GICR, 0, 1, GIC_MSG_LPI_MOVED, LPI);
    const gic_out asked = request(GIC_PORT_GICR, 1, GIC_MEMORY_READ, 64);
    const gic_out answer = message(PORT_ANSWER, GIC_PORT_GICR, 1, 1, GIC_MSG_NONE, 0);
    const gic_out work = message(GIC_PORT_GICR, GIC_PORT_GICR, 1, 1, GIC_MSG_NONE, 0);
    const struct {
        unsigned which;
        const gic_out &out;
        values to;
    } own[] = {{LANE_GICR_ITS, done, {0, 1}},
               {LANE_GICR_GICR, moved, {0, 1}},
               {LANE_GICR_MEMORY, asked, {1}},
               {LANE_GICR_ANSWERS, answer, {1}},
               {LANE_GICR_WORK, work, {1}}};
    for (const auto &each : own) {
        SCOPED_TRACE(each.which);
        EXPECT_TRUE(loads(lane(each.which), each.out));
        EXPECT_EQ(taken(lane(each.which), each.out, &gic_out::from), values{GIC_PORT_GICR});
        EXPECT_EQ(taken(lane(each.which), each.out, &gic_out::from_pe), values{1});
        EXPECT_EQ(taken(lane(each.which), each.out, &gic_out::to), each.to);
        EXPECT_EQ(taken(lane(each.which), each.out, &gic_out::port), values{each.out.port});
    }
}

TEST_F(ForgedMessages, LanesOfAnItsTakeWhatGoesThere)
{
    const auto lane = [&](unsigned which) { return its_lane_of(g.a, 1, which); };
    const gic_out set = message(GIC_PORT_GICR, GIC_PORT_ITS, 0, 1, GIC_MSG_LPI_SET, LPI);
    const gic_out msi = message(GIC_PORT_ITS, GIC_PORT_ITS, 1, 1, GIC_MSG_LINE, DEVICE);
    const gic_out asked = request(GIC_PORT_ITS, 1, GIC_MEMORY_READ, 64);
    const gic_out answer = message(PORT_ANSWER, GIC_PORT_ITS, 1, 1, GIC_MSG_NONE, 0);
    const gic_out work = message(GIC_PORT_ITS, GIC_PORT_ITS, 1, 1, GIC_MSG_NONE, 0);
    const struct {
        unsigned which;
        const gic_out &out;
        values to;
    } own[] = {{LANE_ITS_OUT, set, {0, 1}},
               {LANE_ITS_MSI, msi, {1}},
               {LANE_ITS_MEMORY, asked, {1}},
               {LANE_ITS_ANSWERS, answer, {1}},
               {LANE_ITS_WORK, work, {1}}};
    for (const auto &each : own) {
        SCOPED_TRACE(each.which);
        EXPECT_TRUE(loads(lane(each.which), each.out));
        EXPECT_EQ(taken(lane(each.which), each.out, &gic_out::from), values{GIC_PORT_ITS});
        EXPECT_EQ(taken(lane(each.which), each.out, &gic_out::from_pe), values{1});
        EXPECT_EQ(taken(lane(each.which), each.out, &gic_out::to), each.to);
        EXPECT_EQ(taken(lane(each.which), each.out, &gic_out::port), values{each.out.port});
    }
    gic_out bad = msi;
    bad.msg.kind = GIC_MSG_LPI_DONE;
    EXPECT_FALSE(loads(lane(LANE_ITS_MSI), bad));
    for (uint32_t to : {lane(LANE_ITS_WORK), lpi_lane_of(g.a, 1, LANE_GICR_WORK)}) {
        bad = to == lane(LANE_ITS_WORK) ? work
                                        : message(GIC_PORT_GICR, GIC_PORT_GICR, 1, 1, GIC_MSG_NONE);
        bad.msg.kind = GIC_MSG_OFFER;
        EXPECT_FALSE(loads(to, bad));
    }
}

TEST_F(ForgedMessages, RequestsFitInALineAndAnswersAreOfARequest)
{
    for (gic_port port : {GIC_PORT_GICR, GIC_PORT_ITS}) {
        const uint32_t lane = memory_lane(g.a, port, 1, false);
        const auto asks = [&](uint8_t op, uint8_t length) {
            return loads(lane, request(port, 1, op, length));
        };
        EXPECT_TRUE(asks(GIC_MEMORY_WRITE, 1));
        EXPECT_TRUE(asks(GIC_MEMORY_READ, GIC_MEMORY_LINE));
        EXPECT_FALSE(asks(GIC_MEMORY_READ, 0));
        EXPECT_FALSE(asks(GIC_MEMORY_READ, GIC_MEMORY_LINE + 1));
        EXPECT_FALSE(asks(GIC_MEMORY_WRITE + 1, 1));
        const uint32_t back = memory_lane(g.a, port, 1, true);
        const auto answers = [&](uint32_t row) {
            return loads(back, message(PORT_ANSWER, port, 1, 1, GIC_MSG_NONE, row));
        };
        EXPECT_TRUE(answers(g.a->memory_count - 1));
        EXPECT_FALSE(answers(g.a->memory_count));
    }
}

// The rows of requests are before the messages.
TEST_F(ForgedMessages, RowsOfRequestsSayWhoAskedForWhat)
{
    for (uint32_t n : {0u, g.a->memory_count - 1}) {
        const size_t at =
            header.length - sizeof(saved_node) - (g.a->memory_count - n) * sizeof(memory_row);
        const auto with = [&](const std::function<void(memory_row &)> &change) {
            memory_row row{};
            row.state = MEMORY_ANSWERED;
            row.from = GIC_PORT_GICR;
            row.index = 1;
            row.op = GIC_MEMORY_WRITE;
            row.length = GIC_MEMORY_LINE;
            change(row);
            return loads_with(at, &row, sizeof row);
        };
        EXPECT_TRUE(with([](memory_row &) {}));
        EXPECT_TRUE(with([](memory_row &row) { row.from = GIC_PORT_ITS; }));
        EXPECT_TRUE(with([](memory_row &row) { row.length = 1; }));
        EXPECT_FALSE(with([](memory_row &row) { row.length = 0; }));
        EXPECT_FALSE(with([](memory_row &row) { row.length = GIC_MEMORY_LINE + 1; }));
        EXPECT_FALSE(with([](memory_row &row) { row.op = GIC_MEMORY_WRITE + 1; }));
        EXPECT_FALSE(with([](memory_row &row) { row.state = MEMORY_ANSWERED + 1; }));
        EXPECT_FALSE(with([](memory_row &row) { row.index = 2; }));
        EXPECT_FALSE(with([](memory_row &row) {
            row.from = GIC_PORT_ITS;
            row.index = 2;
        }));
        EXPECT_FALSE(with([](memory_row &row) { row.from = GIC_PORT_CPUIF; }));
        EXPECT_TRUE(with([](memory_row &row) {
            row.state = MEMORY_FREE;
            row.length = 0;
        }));
    }
}

TEST_F(ForgedMessages, PinsAndWiresAreThoseThatExist)
{
    const size_t states = 2 * sizeof(gic_pe_state) + g.a->memory_count * sizeof(memory_row);
    const size_t pe_pins = header.length - sizeof(saved_node) - states - 2 * sizeof(pins);
    const size_t shared = pe_pins - WIRES_SHARED * sizeof(wire) - SPI_PIN_WORDS * sizeof(uint32_t);
    const auto high = [&](uint32_t intid) {
        const uint32_t word = 1u << intid % 32;
        return loads_with(shared + spi_pin_index(intid) / 32 * 4, &word, sizeof word);
    };
    EXPECT_TRUE(high(32));
    EXPECT_TRUE(high(127));
    EXPECT_FALSE(high(31));
    EXPECT_FALSE(high(128));
    EXPECT_FALSE(high(1020));
    EXPECT_FALSE(high(4096));
    EXPECT_FALSE(high(5119));
    for (unsigned pe = 0; pe < 2; pe++) {
        const auto with = [&](const std::function<void(pins &)> &change) {
            pins p{};
            change(p);
            return loads_with(pe_pins + pe * sizeof p, &p, sizeof p);
        };
        EXPECT_TRUE(with([](pins &p) {
            p.ppi[0] = 0xFFFF0000;
            p.outside = 1;
        }));
        EXPECT_FALSE(with([](pins &p) { p.ppi[0] = 1u << 15; })) << "an SGI has no wire";
        EXPECT_FALSE(with([](pins &p) { p.ppi[1] = 1; })) << "no extended PPIs";
        EXPECT_FALSE(with([](pins &p) { p.ppi[2] = 1u << 31; }));
        EXPECT_FALSE(with([](pins &p) { p.ppi[0] = 1u << GIC_INTID_MAINTENANCE; }))
            << "neither its input nor the line";
        EXPECT_FALSE(with([](pins &p) { p.outside = 2; }));
        EXPECT_TRUE(with([](pins &p) {
            p.lines = 1u << GIC_LINE_MAINTENANCE;
            p.ppi[0] = 1u << GIC_INTID_MAINTENANCE;
        }));
        EXPECT_TRUE(with([](pins &p) { p.lines = 1u << GIC_LINE_NMI; }));
        EXPECT_FALSE(with([](pins &p) { p.lines = 1u << GIC_LINE_COUNT; }));
        for (unsigned n : {0u, unsigned(WIRES_PRIVATE) - 1}) {
            EXPECT_TRUE(with([&](pins &p) { p.ppi_wires[n].held = WIRE_HELD_MOST; }));
            EXPECT_FALSE(with([&](pins &p) { p.ppi_wires[n].held = WIRE_HELD_MOST + 1; }));
        }
    }
    for (unsigned n : {0u, unsigned(WIRES_SHARED) - 1}) {
        wire w{};
        const size_t at = shared + SPI_PIN_WORDS * sizeof(uint32_t) + n * sizeof w;
        w.held = WIRE_HELD_MOST;
        EXPECT_TRUE(loads_with(at, &w, sizeof w));
        w.held = WIRE_HELD_MOST + 1;
        EXPECT_FALSE(loads_with(at, &w, sizeof w));
    }
}

// How many toggles of a wire are under way follows from the messages, whatever the file says.
TEST_F(ForgedMessages, AWireThatSaysItIsFullIsNot)
{
    const size_t states = 2 * sizeof(gic_pe_state) + g.a->memory_count * sizeof(memory_row);
    const size_t pe_pins = header.length - sizeof(saved_node) - states - 2 * sizeof(pins);
    const size_t wires = pe_pins - WIRES_SHARED * sizeof(wire);
    pins p{};
    p.ppi_wires[20].under_way = WIRE_TOGGLES;
    ASSERT_TRUE(loads_with(pe_pins + sizeof p, &p, sizeof p));
    g.ppi(1, 20, true);
    g.settle();
    EXPECT_TRUE(g.private_bit(1, GICD_ISPENDR, 20));
    const wire w = {WIRE_TOGGLES, 0};
    ASSERT_TRUE(loads_with(wires + (SPI + 1) * sizeof w, &w, sizeof w));
    g.line(SPI + 1, true);
    g.settle();
    EXPECT_TRUE(g.pending(SPI + 1));
}

// Cut or damaged anywhere, sealed nowhere: refused, and nothing has changed.
TEST_F(ForgedMessages, ADamagedFileChangesNothing)
{
    g.settle();
    g.spi(SPI + 1);
    const std::vector<unsigned char> before = saved();
    ASSERT_NE(before, file);
    for (size_t at = 0; at < file.size();) {
        header_at(at, &header);
        const size_t end = at + sizeof header + header.length;
        for (size_t byte : {at, at + 4, at + 8, at + 12, at + sizeof header, end - 1}) {
            std::vector<unsigned char> damaged = file;
            damaged[byte] ^= 1;
            if (byte != at && byte != at + 4) { // magic and version have no checksum
                EXPECT_FALSE(gic_assembly_load(g.a, damaged.data(), damaged.size())) << byte;
                ASSERT_EQ(saved(), before) << byte;
            }
        }
        for (size_t length : {at, at + 1, at + sizeof header, end - 1})
            EXPECT_FALSE(gic_assembly_load(g.a, file.data(), length)) << length;
        ASSERT_EQ(saved(), before);
        at = end;
    }
    std::vector<unsigned char> longer = file;
    longer.push_back(0);
    EXPECT_FALSE(gic_assembly_load(g.a, longer.data(), longer.size()));
    EXPECT_EQ(saved(), before);
    EXPECT_TRUE(gic_assembly_load(g.a, file.data(), file.size()));
    EXPECT_EQ(saved(), file);
}

// Four letters and a number for each block (gic/save.h): whoever changes what is in one counts on.
TEST_F(ForgedMessages, BlocksSayWhatTheyAre)
{
    const auto letters = [](const char *text) {
        uint32_t magic = 0;
        std::memcpy(&magic, text, sizeof magic);
        return magic;
    };
    std::vector<std::pair<uint32_t, uint32_t>> expected = {{letters("GICJ"), 5},
                                                           {letters("GICD"), 2}};
    for (unsigned pe = 0; pe < 2; pe++) {
        expected.insert(expected.end(), {{letters("GICR"), 3},
                                         {letters("LPI1"), 1},
                                         {letters("LPI2"), 1},
                                         {letters("CPIF"), 3}});
    }
    expected.insert(expected.end(), g.config.its_count, {letters("GITS"), 1});
    std::vector<std::pair<uint32_t, uint32_t>> found;
    for (size_t at = 0; at < file.size(); at += sizeof header + header.length) {
        header_at(at, &header);
        found.emplace_back(header.magic, header.version);
    }
    if (std::memcmp(file.data(), "GICJ", 4) == 0) { // a host of this byte order
        EXPECT_EQ(found, expected);
    }
}

// Requests take all rows there are: one more waits until one of them is answered.
TEST_F(ForgedMessages, ARequestWithoutARowWaits)
{
    std::vector<unsigned char> rows(g.a->memory_count * sizeof(memory_row));
    for (uint32_t n = 0; n < g.a->memory_count; n++) {
        memory_row row{};
        row.state = MEMORY_ASKED;
        row.from = GIC_PORT_GICR;
        row.op = GIC_MEMORY_READ;
        row.length = GIC_MEMORY_LINE;
        row.address = its_gic::RAM_BASE;
        std::memcpy(&rows[n * sizeof row], &row, sizeof row);
    }
    saved_node node{};
    node.due_ps = g.now + HOP;
    node.out = request(GIC_PORT_GICR, 1, GIC_MEMORY_READ, 64);
    node.lane_id = lpi_lane_of(g.a, 1, LANE_GICR_MEMORY);
    const auto *const last = reinterpret_cast<const unsigned char *>(&node);
    rows.insert(rows.end(), last, last + sizeof node);
    g.later = true;
    ASSERT_TRUE(loads_with(header.length - rows.size(), rows.data(), rows.size()));
    ASSERT_EQ(g.waiting.size(), g.a->memory_count) << "they are asked again";
    g.pass(100 * HOP);
    EXPECT_EQ(g.waiting.size(), g.a->memory_count);
    g.answer_one();
    g.pass(10000 * HOP);
    EXPECT_EQ(g.waiting.size(), g.a->memory_count) << "one answered, one asked";
    g.settle_memory();
    EXPECT_FALSE(gic_assembly_waits_for_memory(g.a));
}
