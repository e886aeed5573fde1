// SPDX-License-Identifier: Apache-2.0
// A Distributor kernel alone, its Redistributors played by the test: what it has sent since the
// last question, with what each message may carry (gic/msg.h).
#ifndef GICTLM_TESTBENCH_UNIT_GICD_RIG_HPP
#define GICTLM_TESTBENCH_UNIT_GICD_RIG_HPP

#include <gtest/gtest.h>

#include <cstring>
#include <utility>
#include <vector>

#include "gic/event.h"
#include "gic/gicd.h"
#include "gic/pe.h"

namespace gicd_rig
{

enum : uint32_t {
    CTLR = 0x0000,
    TYPER = 0x0004,
    SETSPI_NSR = 0x0040,
    CLRSPI_NSR = 0x0048,
    IGROUPR = 0x0080,
    ISENABLER = 0x0100,
    ICENABLER = 0x0180,
    ISPENDR = 0x0200,
    ICPENDR = 0x0280,
    ISACTIVER = 0x0300,
    ICACTIVER = 0x0380,
    IPRIORITYR = 0x0400,
    ITARGETSR = 0x0800,
    ICFGR = 0x0C00,
    IGRPMODR = 0x0D00,
    INMIR = 0x0F80,
    IROUTER = 0x6000
};
enum : uint32_t { E1NWF = 0x80, RWP = 0x80000000 };
constexpr uint64_t ONE_OF_N = UINT64_C(1) << 31;

using intids = std::vector<uint32_t>;
using to_pe = std::pair<unsigned, uint32_t>; // PE, INTID

// What a kind does not name is zero.
inline void expect_well_formed(const gic_out &out, const gic_config &config)
{
    const gic_msg &m = out.msg;
    SCOPED_TRACE(gic_msg_name(m.kind));
    const bool offer = m.kind == GIC_MSG_OFFER;
    const bool enables = m.kind == GIC_MSG_GROUP_ENABLES;
    EXPECT_EQ(out.from, GIC_PORT_GICD);
    EXPECT_EQ(out.from_pe, GIC_PE_NONE);
    EXPECT_EQ(out.to == GIC_PE_ALL, enables || out.except != GIC_PE_NONE);
    if (out.to != GIC_PE_ALL) {
        EXPECT_LT(out.to, config.pe_count);
        EXPECT_EQ(out.except, GIC_PE_NONE);
    }
    if (m.kind != GIC_MSG_SGI) {
        EXPECT_EQ(m.arg, 0u);
    }
    if (!offer && !enables) {
        EXPECT_EQ(m.group, 0u);
        EXPECT_EQ(m.flags, 0u);
    }
    if (!offer) {
        EXPECT_EQ(m.priority, 0u);
    } else {
        EXPECT_LT(m.group, GIC_GROUP_COUNT);
        EXPECT_EQ(m.flags & ~(GIC_OFFER_1OFN | GIC_IS_NMI), 0);
        EXPECT_FALSE((m.flags & GIC_IS_NMI) != 0 && !config.nmi);
        EXPECT_FALSE((m.flags & GIC_OFFER_1OFN) != 0 && (config.gicv2 || !config.one_of_n));
    }
    if (enables) {
        EXPECT_EQ(m.flags & ~GIC_CTL_DS, 0);
    }
    if (enables || m.kind == GIC_MSG_PE_STATE_ACK) {
        EXPECT_EQ(m.intid, 0u);
    }
}

class kernel
{
public:
    explicit kernel(const gic_config &as_built) : config(as_built)
    {
        memory_.resize(gicd_footprint(&config) / sizeof(block) + 1);
        d = gicd_init(memory_.data(), memory_.size() * sizeof(block), &config, nullptr);
        EXPECT_NE(d, nullptr);
        collect();
    }
    kernel(const kernel &) = delete;
    kernel &operator=(const kernel &) = delete;

    // --- registers and wires -----------------------------------------------------------------

    void write(uint32_t offset, uint64_t value, unsigned size = 4, bool secure = true,
               uint16_t pe = 0)
    {
        const gic_access access = as(size, secure, pe);
        EXPECT_EQ(gicd_write(d, &access, offset, value), GIC_OK);
        collect();
    }
    uint64_t read(uint32_t offset, unsigned size = 4, bool secure = true)
    {
        const gic_access access = as(size, secure, 0);
        uint64_t value = ~UINT64_C(0);
        EXPECT_EQ(gicd_read(d, &access, offset, &value), GIC_OK);
        collect();
        return value;
    }
    bool rwp()
    {
        return (read(CTLR) & RWP) != 0;
    }
    // Where INTID @p intid is in a family of one bit an INTID.
    static uint32_t word_at(uint32_t family, uint32_t intid)
    {
        static const uint32_t extended[][2] = {
            {IGROUPR, 0x1000},   {ISENABLER, 0x1200}, {ICENABLER, 0x1400},
            {ISPENDR, 0x1600},   {ICPENDR, 0x1800},   {ISACTIVER, 0x1A00},
            {ICACTIVER, 0x1C00}, {IGRPMODR, 0x3400},  {INMIR, 0x3B00}};
        if (intid < GIC_INTID_ESPI_FIRST)
            return family + intid / 32 * 4;
        for (const auto &e : extended)
            if (e[0] == family)
                return e[1] + (intid - GIC_INTID_ESPI_FIRST) / 32 * 4;
        ADD_FAILURE() << "no such family";
        return 0;
    }
    static uint32_t priority_at(uint32_t intid)
    {
        return intid < GIC_INTID_ESPI_FIRST ? IPRIORITYR + intid
                                            : 0x2000 + intid - GIC_INTID_ESPI_FIRST;
    }
    static uint32_t route_at(uint32_t intid)
    {
        return intid < GIC_INTID_ESPI_FIRST ? IROUTER + 8 * intid
                                            : 0x8000 + 8 * (intid - GIC_INTID_ESPI_FIRST);
    }
    static uint32_t config_at(uint32_t intid)
    {
        return intid < GIC_INTID_ESPI_FIRST ? ICFGR + intid / 16 * 4
                                            : 0x3000 + (intid - GIC_INTID_ESPI_FIRST) / 16 * 4;
    }
    void set(uint32_t family, uint32_t intid)
    {
        write(word_at(family, intid), 1u << intid % 32);
    }
    void field(uint32_t family, uint32_t intid, bool on)
    {
        const uint32_t at = word_at(family, intid);
        const uint64_t others = read(at) & ~(UINT64_C(1) << intid % 32);
        write(at, others | static_cast<uint64_t>(on) << intid % 32);
    }
    // The PE's, as GICD_IROUTER has it.
    uint64_t affinity(unsigned pe) const
    {
        const uint32_t packed = gic_config_affinity(&config, pe);
        return static_cast<uint64_t>(packed >> 24) << 32 | (packed & 0xFFFFFF);
    }
    // @p route: GICD_IROUTER, or in a GICv2 the target list.
    void spi(uint32_t intid, uint8_t priority, uint64_t route = 0, gic_group group = GIC_GROUP_1NS)
    {
        field(IGROUPR, intid, group == GIC_GROUP_1NS);
        if (!config.gicv2)
            field(IGRPMODR, intid, group == GIC_GROUP_1S);
        write(priority_at(intid), priority, 1);
        if (config.gicv2)
            write(ITARGETSR + intid, route, 1);
        else
            write(route_at(intid), route, 8);
        set(ISENABLER, intid);
    }
    void line(uint32_t intid, bool level)
    {
        gicd_set_line(d, intid, level);
        collect();
    }

    // --- Redistributors ----------------------------------------------------------------------

    void receive(unsigned pe, unsigned kind, uint32_t intid = 0, uint64_t arg = 0,
                 gic_group_set group = 0)
    {
        gic_msg msg{};
        msg.kind = static_cast<uint8_t>(kind);
        msg.intid = intid;
        msg.arg = arg;
        msg.group = group;
        gicd_receive(d, static_cast<uint16_t>(pe), &msg);
        collect();
    }
    void state(unsigned pe, bool awake, gic_group_set enabled = GIC_GROUPS_ALL,
               gic_group_set dpg = 0, uint8_t mask_hint = 0xFF)
    {
        gic_pe_routing routing{};
        routing.enabled = enabled;
        routing.dpg = dpg;
        routing.mask_hint = mask_hint;
        routing.awake = awake;
        receive(pe, GIC_MSG_PE_STATE, 0, gic_pe_routing_pack(routing));
    }
    void acknowledge_enables()
    {
        for (unsigned pe = 0; pe < config.pe_count; pe++)
            receive(pe, GIC_MSG_GROUP_ENABLES_ACK);
    }
    // Groups enabled everywhere, PEs awake.
    void boot(uint32_t ctlr = 7)
    {
        write(CTLR, config.gicv2 ? ctlr & 3 : ctlr);
        acknowledge_enables();
        for (unsigned pe = 0; pe < config.pe_count; pe++)
            state(pe, true);
        sent.clear();
    }

    // --- what was sent -----------------------------------------------------------------------

    // Of this kind since the last question.
    std::vector<to_pe> messages(gic_msg_kind kind) const
    {
        std::vector<to_pe> found;
        for (const gic_out &out : sent)
            if (out.port == GIC_PORT_GICR && out.msg.kind == kind)
                found.emplace_back(out.to, out.msg.intid);
        return found;
    }
    std::vector<to_pe> take(gic_msg_kind kind)
    {
        const std::vector<to_pe> found = messages(kind);
        sent.clear();
        return found;
    }
    unsigned events(gic_event_id id) const
    {
        unsigned count = 0;
        for (const gic_out &out : sent)
            count += out.port == GIC_PORT_EVENT && out.msg.kind == id;
        return count;
    }
    // There was one such event.
    void expect_event(gic_event_id id, unsigned pe, uint32_t intid, uint64_t arg) const
    {
        EXPECT_EQ(events(id), 1u) << gic_event_name(id);
        for (const gic_out &out : sent)
            if (out.port == GIC_PORT_EVENT && out.msg.kind == id) {
                EXPECT_EQ(out.to, pe) << gic_event_name(id);
                EXPECT_EQ(out.msg.intid, intid) << gic_event_name(id);
                EXPECT_EQ(out.msg.arg, arg) << gic_event_name(id);
            }
    }

    // --- states ------------------------------------------------------------------------------

    std::vector<unsigned char> save() const
    {
        std::vector<unsigned char> file(gicd_save_size(d));
        file.resize(gicd_save(d, file.data()));
        return file;
    }
    bool load(const std::vector<unsigned char> &file)
    {
        const bool loaded = gicd_load(d, file.data(), file.size());
        EXPECT_EQ(gicd_outbox(d)->more, gicd_has_work(d));
        return loaded;
    }
    void reset()
    {
        gicd_reset(d);
        collect();
    }
    // One activation of what is left over.
    void step()
    {
        gicd_step(d);
        collect();
    }

    gic_config config;
    gicd *d = nullptr;
    std::vector<gic_out> sent;
    bool finishing = true; // what is left over is done at once

private:
    struct alignas(64) block {
        unsigned char byte[64];
    };
    static gic_access as(unsigned size, bool secure, uint16_t pe)
    {
        gic_access access{};
        access.pe = pe;
        access.size = static_cast<uint8_t>(size);
        access.secure = secure;
        return access;
    }
    void collect()
    {
        gic_outbox *box = gicd_outbox(d);
        take_outbox(box);
        for (unsigned bound = 0; finishing && box->more; bound++) {
            ASSERT_LT(bound, 10000u) << "there is always more to do";
            gicd_step(d);
            take_outbox(box);
        }
        EXPECT_EQ(box->more, gicd_has_work(d));
        EXPECT_EQ(box->messages_lost, 0u);
    }
    void take_outbox(gic_outbox *box)
    {
        for (const gic_out *out = box->entry; out != box->next; out++) {
            sent.push_back(*out);
            if (out->port != GIC_PORT_EVENT)
                expect_well_formed(*out, config);
        }
        gic_outbox_clear(box);
    }
    std::vector<block> memory_;
};

} // namespace gicd_rig

#endif
