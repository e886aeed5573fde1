// SPDX-License-Identifier: Apache-2.0
// A GIC in four assemblies, one for each kind of component: it does what a whole one does, and its
// messages are what gic/msg.h says of them, member by member.
#include <deque>
#include <map>
#include <random>

#include "lpi_rig.hpp"

using namespace rig;

namespace
{

constexpr unsigned PES = 3;
constexpr uint32_t LPI = 8200, DEVICE = 2;

enum : unsigned { INTID = 1, PRIORITY = 2, GROUP = 4, FLAGS = 8, ARG = 16 };

// The members that each kind names (gic/msg.h); others are zero.
const std::map<unsigned, unsigned> members = {
    {GIC_MSG_OFFER, INTID | PRIORITY | GROUP | FLAGS},
    {GIC_MSG_RECALL, INTID},
    {GIC_MSG_SGI, INTID | ARG},
    {GIC_MSG_GROUP_ENABLES, GROUP | FLAGS},
    {GIC_MSG_TAKEN_ACK, INTID},
    {GIC_MSG_DEACTIVATE_SPI_ACK, INTID},
    {GIC_MSG_SGI_REQUEST_ACK, INTID},
    {GIC_MSG_PE_STATE_ACK, 0},
    {GIC_MSG_TAKEN, INTID},
    {GIC_MSG_RETURNED, INTID},
    {GIC_MSG_DEACTIVATE_SPI, INTID | GROUP},
    {GIC_MSG_SGI_REQUEST, INTID | ARG},
    {GIC_MSG_PE_STATE, ARG},
    {GIC_MSG_GROUP_ENABLES_ACK, 0},
    {GIC_MSG_SET, INTID | PRIORITY | GROUP},
    {GIC_MSG_CLEAR, INTID},
    {GIC_MSG_QUIESCE, 0},
    {GIC_MSG_DOWNSTREAM_CONTROL, FLAGS},
    {GIC_MSG_ACTIVATE_ACK, INTID},
    {GIC_MSG_DEACTIVATE_ACK, INTID},
    {GIC_MSG_GENERATE_SGI_ACK, INTID},
    {GIC_MSG_UPSTREAM_CONTROL_ACK, 0},
    {GIC_MSG_ACTIVATE, INTID},
    {GIC_MSG_RELEASE, INTID},
    {GIC_MSG_DEACTIVATE, INTID | GROUP},
    {GIC_MSG_GENERATE_SGI, INTID | ARG},
    {GIC_MSG_UPSTREAM_CONTROL, GROUP | PRIORITY},
    {GIC_MSG_CLEAR_ACK, INTID},
    {GIC_MSG_QUIESCE_ACK, 0},
    {GIC_MSG_DOWNSTREAM_CONTROL_ACK, 0},
    {GIC_MSG_LPI_SET, INTID | ARG | GROUP},
    {GIC_MSG_LPI_CLEAR, INTID | ARG | GROUP},
    {GIC_MSG_LPI_INV, INTID | ARG | GROUP},
    {GIC_MSG_LPI_INVALL, ARG | GROUP},
    {GIC_MSG_LPI_MOVE, INTID | ARG | GROUP},
    {GIC_MSG_LPI_MOVEALL, ARG | GROUP},
    {GIC_MSG_LPI_DONE, INTID | ARG},
};

gic_config configuration()
{
    gic_config config = with_small_caches(with_its(PES));
    config.direct_lpi = true;
    return config;
}

class split
{
public:
    split() : config(configuration()), ram(its_gic::RAM_SIZE, 0)
    {
        const gic_assembly_parts parts[4] = {{true, false, false, false},
                                             {false, true, false, false},
                                             {false, false, true, false},
                                             {false, false, false, true}};
        gic_assembly_ports ports{};
        ports.version = 1;
        ports.up = this;
        ports.external = &split::on_external;
        ports.memory = &split::on_memory;
        ports.line = &split::on_line;
        for (unsigned n = 0; n < 4; n++) {
            memory_[n].resize(gic_assembly_footprint(&config, &parts[n]) / sizeof(block) + 1);
            part[n] = gic_assembly_init(memory_[n].data(), memory_[n].size() * sizeof(block),
                                        &config, &parts[n], nullptr, &ports, nullptr);
        }
        for (uint16_t pe = 0; pe < PES; pe++) {
            gic_pe_state state{};
            state.el = 1;
            state.scr_ns = true;
            gic_assembly_pe_state(cpus(), 0, pe, &state);
        }
        settle();
        boot();
    }
    split(const split &) = delete;
    split &operator=(const split &) = delete;

    gic_assembly *dist() const
    {
        return part[0];
    }
    gic_assembly *redists() const
    {
        return part[1];
    }
    gic_assembly *cpus() const
    {
        return part[2];
    }
    gic_assembly *its() const
    {
        return part[3];
    }

    void settle()
    {
        unsigned bound = 0;
        do {
            while (!out.empty()) {
                ASSERT_LT(bound++, 100000u);
                const message m = out.front();
                out.pop_front();
                const unsigned to = m.to == GIC_PORT_ITS ? 3 : m.to;
                gic_assembly_receive(part[to], 0, m.from, m.to, m.pe, &m.msg);
            }
        } while (goes_on());
    }
    // Leftover work of a part, if there is some.
    bool goes_on()
    {
        for (gic_assembly *a : part)
            if (gic_assembly_next_due(a) != GIC_TIME_NEVER) {
                gic_assembly_advance(a, gic_assembly_next_due(a));
                return true;
            }
        return false;
    }
    void write_dist(uint32_t offset, uint64_t value, uint8_t size = 4)
    {
        const gic_access as = {0, 0, size, true, false};
        EXPECT_EQ(gic_assembly_gicd_write(dist(), 0, &as, offset, value), GIC_OK);
        settle();
    }
    void write_redist(uint16_t pe, uint32_t offset, uint64_t value, uint8_t size = 4)
    {
        const gic_access as = {0, 0, size, true, false};
        EXPECT_EQ(gic_assembly_gicr_write(redists(), 0, pe, &as, offset, value), GIC_OK);
        settle();
    }
    void write_its(uint32_t offset, uint64_t value, uint8_t size = 8)
    {
        const gic_access as = {0, 0, size, true, false};
        EXPECT_EQ(gic_assembly_its_write(its(), 0, 0, &as, offset, value), GIC_OK);
        settle();
    }
    void icc(uint16_t pe, gic_sysreg reg, uint64_t value)
    {
        EXPECT_EQ(gic_assembly_sysreg_write(cpus(), 0, pe, reg, value), GIC_SYSREG_OK);
        settle();
    }
    uint32_t ack(uint16_t pe)
    {
        uint64_t value = 0;
        EXPECT_EQ(gic_assembly_sysreg_read(cpus(), 0, pe, GIC_ICC_IAR1_EL1, &value), GIC_SYSREG_OK);
        settle();
        return static_cast<uint32_t>(value);
    }
    uint32_t service(uint16_t pe)
    {
        const uint32_t intid = ack(pe);
        if (intid != GIC_INTID_SPURIOUS)
            icc(pe, GIC_ICC_EOIR1_EL1, intid);
        return intid;
    }
    void spi(uint32_t intid, bool level)
    {
        gic_assembly_set_spi(dist(), 0, intid, level);
        settle();
    }
    void command(uint64_t dw0, uint64_t dw1 = 0, uint64_t dw2 = 0, uint64_t dw3 = 0)
    {
        const uint64_t words[4] = {dw0, dw1, dw2, dw3};
        std::memcpy(&ram[QUEUE - its_gic::RAM_BASE + writer_], words, sizeof words);
        writer_ = (writer_ + 32) % 0x1000;
        write_its(GITS_CWRITER, writer_);
    }
    void msi(uint32_t event)
    {
        EXPECT_TRUE(gic_assembly_msi(its(), 0, 0, DEVICE, event));
        settle();
    }

    struct message {
        unsigned from, to;
        uint16_t pe;
        gic_msg msg;
    };
    gic_config config;
    gic_assembly *part[4] = {};
    std::deque<message> out;
    std::map<unsigned, unsigned> seen; // kinds
    std::vector<uint8_t> ram;
    bool irq[PES] = {};

private:
    static constexpr uint64_t QUEUE = its_gic::TABLES, TABLE = its_gic::TABLES + 0x10000;
    struct alignas(64) block {
        unsigned char byte[64];
    };

    void boot()
    {
        write_dist(GICD_CTLR, CTLR_ALL);
        for (uint16_t pe = 0; pe < PES; pe++) {
            write_redist(pe, GICR_WAKER, 0);
            icc(pe, GIC_ICC_PMR_EL1, 0xF8);
            icc(pe, GIC_ICC_IGRPEN1_EL1, 1);
            write_redist(pe, GICR_SGI_BASE + GICD_IGROUPR, UINT32_MAX);
            write_redist(pe, GICR_SGI_BASE + GICD_ISENABLER, UINT32_MAX);
            for (uint32_t word = 0; word < 8; word++) // less urgent than most SPIs
                write_redist(pe, GICR_SGI_BASE + GICD_IPRIORITYR + 4 * word, 0xA0A0A0A0);
            write_redist(pe, GICR_PROPBASER, its_gic::PROPERTIES | (config.lpi_bits - 1u), 8);
            write_redist(pe, GICR_PENDBASER, (its_gic::PENDING + 0x10000 * pe) | PTZ, 8);
            write_redist(pe, GICR_CTLR, RCTLR_ENABLE_LPIS);
        }
        write_dist(GICD_IGROUPR + 4, UINT32_MAX);
        write_dist(GICD_ISENABLER + 4, UINT32_MAX);
        write_its(GITS_BASER, VALID | TABLE);
        write_its(GITS_BASER + 8, VALID | (TABLE + 0x10000));
        write_its(GITS_CBASER, VALID | QUEUE);
        write_its(GITS_CTLR, 1, 4);
        command(ITS_MAPD | uint64_t(DEVICE) << 32, 3, VALID | (TABLE + 0x20000));
        for (unsigned pe = 0; pe < PES; pe++)
            command(ITS_MAPC, 0, VALID | uint64_t(pe) << 16 | pe);
        for (uint32_t event = 0; event < 8; event++) {
            command(ITS_MAPTI | uint64_t(DEVICE) << 32, uint64_t(LPI + event) << 32 | event,
                    event % PES);
            ram[its_gic::PROPERTIES - its_gic::RAM_BASE + LPI + event - GIC_INTID_LPI_FIRST] =
                0xA0 | 1;
        }
    }
    void note(const gic_msg &msg)
    {
        const auto at = members.find(msg.kind);
        ASSERT_NE(at, members.end()) << unsigned{msg.kind};
        const unsigned named = at->second;
        SCOPED_TRACE(unsigned{msg.kind});
        seen[msg.kind]++;
        if (!(named & INTID)) {
            EXPECT_EQ(msg.intid, 0u);
        }
        if (!(named & PRIORITY)) {
            EXPECT_EQ(msg.priority, 0u);
        }
        if (!(named & GROUP)) {
            EXPECT_EQ(msg.group, 0u);
        }
        if (!(named & FLAGS)) {
            EXPECT_EQ(msg.flags, 0u);
        }
        if (!(named & ARG)) {
            EXPECT_EQ(msg.arg, 0u);
        }
        if (msg.kind == GIC_MSG_SGI) {
            EXPECT_EQ(gic_sgi_unpack(msg.arg).target_list, 0u);
        }
        if (msg.kind >= GIC_MSG_LPI_SET && msg.kind <= GIC_MSG_LPI_DONE) {
            const gic_lpi lpi = gic_lpi_unpack(msg.arg);
            EXPECT_EQ(lpi.its, 0u);
            EXPECT_EQ(lpi.source, 0u) << "of LPI_MOVED only";
            const bool moves = msg.kind == GIC_MSG_LPI_MOVE || msg.kind == GIC_MSG_LPI_MOVEALL ||
                               msg.kind == GIC_MSG_LPI_DONE;
            if (!moves) {
                EXPECT_EQ(lpi.target, 0u);
            }
        }
    }
    static void on_external(void *up, unsigned from, unsigned to, uint16_t pe, const gic_msg *msg,
                            uint64_t)
    {
        split *self = static_cast<split *>(up);
        self->note(*msg);
        self->out.push_back({from, to, pe, *msg});
    }
    static void on_line(void *up, uint16_t pe, gic_line line, bool level, uint64_t)
    {
        if (line == GIC_LINE_IRQ)
            static_cast<split *>(up)->irq[pe] = level;
    }
    static gic_memory_answer on_memory(void *up, gic_memory_access *access, uint64_t, uint64_t *)
    {
        std::vector<uint8_t> &ram = static_cast<split *>(up)->ram;
        if (access->address < its_gic::RAM_BASE ||
            access->address - its_gic::RAM_BASE > ram.size() - access->length)
            return GIC_MEMORY_FAILED;
        uint8_t *at = &ram[access->address - its_gic::RAM_BASE];
        if (access->op == GIC_MEMORY_WRITE)
            std::memcpy(at, access->data, access->length);
        else
            std::memcpy(access->data, at, access->length);
        return GIC_MEMORY_OK;
    }

    std::vector<block> memory_[4];
    uint32_t writer_ = 0;
};

} // namespace

TEST(Messages, SayWhatTheirKindNamesAndNoMore)
{
    split g;
    std::mt19937 random(7);
    const auto any = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
    for (unsigned n = 0; n < 3000; n++) {
        const uint16_t pe = static_cast<uint16_t>(any(PES));
        switch (any(14)) {
        case 0:
            g.spi(40 + any(8), any(2) != 0);
            break;
        case 1:
            g.write_dist(GICD_IROUTER + 8 * (40 + any(8)), any(2) ? IRM : any(PES), 8);
            break;
        case 2:
            g.write_dist(GICD_IPRIORITYR + 40 + any(8), 8 * any(24), 1);
            break;
        case 3:
            g.write_redist(pe, GICR_SGI_BASE + (any(2) ? GICD_ISPENDR : GICD_ICPENDR),
                           UINT64_C(1) << any(32));
            break;
        case 4:
            g.icc(pe, GIC_ICC_SGI1R_EL1,
                  any(3) ? any(8) | any(16) << 24 : UINT64_C(1) << 40 | any(16) << 24);
            break;
        case 5:
            g.write_redist(pe, GICR_WAKER, any(2) * WAKER_SLEEP);
            break;
        case 6:
            g.write_redist(pe, GICR_CTLR, RCTLR_ENABLE_LPIS | any(2) * RCTLR_DPG1NS);
            break;
        case 7:
            g.command((any(2) ? ITS_INV : ITS_CLEAR) | uint64_t(DEVICE) << 32, any(8));
            break;
        case 8:
            g.command(any(2) ? ITS_SYNC : ITS_INVALL, 0,
                      any(2) ? uint64_t(any(PES)) << 16 : any(PES));
            break;
        case 9:
            if (any(2))
                g.write_dist(any(2) ? GICD_ISENABLER + 4 : GICD_ICENABLER + 4, UINT64_C(1)
                                                                                   << any(16));
            else
                g.write_dist(GICD_CTLR, any(3) ? static_cast<uint32_t>(CTLR_ALL) : 0u);
            break;
        case 10:
            g.icc(pe, any(2) ? GIC_ICC_PMR_EL1 : GIC_ICC_IGRPEN1_EL1, any(4) ? 0xF9 : 0x50);
            break;
        case 11:
            g.msi(any(8));
            break;
        default:
            g.service(pe);
        }
        if (HasFailure())
            return;
    }
    for (const auto &each : members) {
        const bool rare = each.first == GIC_MSG_LPI_MOVE || each.first == GIC_MSG_LPI_MOVEALL;
        EXPECT_TRUE(rare || g.seen[each.first] > 0) << each.first;
    }
}

// What is asked of it arrives, as in a whole one: an SPI, an SGI, an LPI that is moved.
TEST(Messages, CarryEachKindOfInterrupt)
{
    split g;
    g.write_dist(GICD_IROUTER + 8 * 40, 1, 8);
    g.spi(40, true);
    EXPECT_TRUE(g.irq[1]);
    EXPECT_EQ(g.ack(1), 40u);
    g.spi(40, false);
    g.icc(1, GIC_ICC_EOIR1_EL1, 40);
    g.icc(0, GIC_ICC_SGI1R_EL1, 1u << 2 | 5u << 24);
    EXPECT_EQ(g.service(2), 5u);
    g.icc(0, GIC_ICC_SGI1R_EL1, UINT64_C(1) << 40 | 6u << 24);
    EXPECT_EQ(g.service(0), GIC_INTID_SPURIOUS);
    EXPECT_EQ(g.service(1), 6u);
    EXPECT_EQ(g.service(2), 6u);
    g.msi(0);
    EXPECT_TRUE(g.irq[0]);
    g.command(ITS_MOVI | uint64_t(DEVICE) << 32, 0, 2);
    EXPECT_FALSE(g.irq[0]);
    EXPECT_EQ(g.service(2), LPI);
    g.msi(0);
    g.command(ITS_MOVALL, 0, uint64_t(2) << 16, uint64_t(1) << 16);
    EXPECT_EQ(g.service(1), LPI);
}
