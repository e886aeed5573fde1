// SPDX-License-Identifier: Apache-2.0
// Two Distributors that have the same architectural state go on alike, message by message: one that
// was loaded and the one that was saved (N-02), whatever the one that loads has been doing; one
// that was reset and a new one with the same wires (N-03).
#include "gicd_rig.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <random>

using namespace gicd_rig;

namespace
{

// A stimulus, the same for whoever gets it.
struct stimulus {
    enum { WRITE, LINE, STATE, ANSWER, STEP } what = STEP;
    uint32_t at = 0; // offset, INTID
    uint64_t value = 0;
    unsigned size = 4;
    bool secure = true;
    uint16_t pe = 0;
};

class session
{
public:
    explicit session(const gic_config &config) : k(config)
    {
        k.finishing = false;
        drain();
    }
    // Do it; what was sent is in `k.sent`.
    void act(const stimulus &s)
    {
        k.sent.clear();
        switch (s.what) {
        case stimulus::WRITE:
            k.write(s.at, s.value, s.size, s.secure, s.pe);
            break;
        case stimulus::LINE:
            k.line(s.at, s.value != 0);
            break;
        case stimulus::STATE:
            k.receive(s.pe, GIC_MSG_PE_STATE, 0, s.value);
            break;
        case stimulus::ANSWER:
            answer(s.value);
            break;
        case stimulus::STEP:
            k.step();
            break;
        }
        drain();
    }
    // The state of @p other, with what is under way to its Redistributors.
    void take(const session &other)
    {
        const std::vector<unsigned char> file = other.k.save();
        ASSERT_TRUE(k.load(file));
        EXPECT_EQ(k.save(), file);
        inbox_ = other.inbox_;
        level = other.level;
    }
    void reset()
    {
        k.sent.clear();
        k.reset();
        inbox_.clear();
        drain();
    }
    bool idle() const
    {
        return inbox_.empty();
    }

    kernel k;
    std::vector<bool> level;

private:
    struct letter {
        uint16_t pe;
        gic_msg msg;
    };
    void drain()
    {
        for (const gic_out &out : k.sent) {
            if (out.port != GIC_PORT_GICR)
                continue;
            for (uint16_t pe = 0; pe < k.config.pe_count; pe++)
                if (out.to == pe || (out.to == GIC_PE_ALL && out.except != pe))
                    inbox_.push_back({pe, out.msg});
        }
    }
    // Offers are taken or returned; what is recalled has been answered so.
    void answer(uint64_t how)
    {
        if (inbox_.empty())
            return;
        const size_t which = how / 8 % std::min<size_t>(inbox_.size(), 3);
        const letter l = inbox_[which];
        inbox_.erase(inbox_.begin() + static_cast<std::ptrdiff_t>(which));
        if (l.msg.kind == GIC_MSG_GROUP_ENABLES)
            k.receive(l.pe, GIC_MSG_GROUP_ENABLES_ACK);
        else if (l.msg.kind == GIC_MSG_OFFER)
            k.receive(l.pe, how % 2 ? GIC_MSG_TAKEN : GIC_MSG_RETURNED, l.msg.intid);
        else if (l.msg.kind == GIC_MSG_TAKEN_ACK)
            k.receive(l.pe, GIC_MSG_DEACTIVATE_SPI, l.msg.intid, 0,
                      how % 8 < 6 ? GIC_GROUPS_ALL : static_cast<gic_group_set>(how % 4));
    }
    std::deque<letter> inbox_;
};

// Few SPIs of few priorities, first and last ones of words among them, and all that can happen.
class script
{
public:
    script(const gic_config &config, uint32_t seed) : config_(config), random_(seed)
    {
        for (uint32_t intid : {32u, 33u, 40u, 63u, 64u, 95u, 31u + config.spi_count})
            if (intid < 32u + config.spi_count)
                intids_.push_back(intid);
        if (config.espi_count > 0)
            intids_.insert(intids_.end(), {4096, 4127, 4095u + config.espi_count});
    }
    stimulus next()
    {
        stimulus s;
        s.secure = any(8) != 0;
        s.pe = static_cast<uint16_t>(any(config_.pe_count));
        switch (any(12)) {
        case 0:
            return any(3) ? priority(s) : control(s);
        case 1:
            return route(s);
        case 2:
        case 3:
            return bits(s);
        case 4:
            return state(s);
        case 5:
        case 6:
        case 7:
            s.what = stimulus::LINE;
            s.at = an_intid();
            s.value = any(2);
            return s;
        default:
            s.what = any(8) ? stimulus::ANSWER : stimulus::STEP;
            s.value = any(1u << 20);
            return s;
        }
    }
    uint32_t any(uint32_t bound)
    {
        return static_cast<uint32_t>(random_() % bound);
    }
    const std::vector<uint32_t> &intids() const
    {
        return intids_;
    }

private:
    uint32_t an_intid()
    {
        return intids_[any(static_cast<uint32_t>(intids_.size()))];
    }
    stimulus control(stimulus s)
    {
        s.what = stimulus::WRITE;
        s.at = CTLR;
        s.value = any(3) ? 7 : any(8);
        if (any(2) != 0)
            s.value |= E1NWF;
        if (any(40) == 0)
            s.value |= 0x40; // DS
        return s;
    }
    stimulus priority(stimulus s)
    {
        static const uint8_t few[] = {0x00, 0x08, 0x10, 0xA0, 0xF8};
        const uint32_t intid = an_intid();
        s.what = stimulus::WRITE;
        s.at = kernel::priority_at(intid);
        s.value = few[any(5)];
        s.size = 1;
        return s;
    }
    stimulus route(stimulus s)
    {
        const uint32_t intid = an_intid();
        s.what = stimulus::WRITE;
        if (config_.gicv2) {
            s.at = ITARGETSR + intid;
            s.value = any(2) ? 0xFF : any(256);
            s.size = 1;
            return s;
        }
        const uint32_t packed = gic_config_affinity(&config_, any(config_.pe_count));
        s.at = kernel::route_at(intid);
        s.value = any(2) ? ONE_OF_N : any(8) ? packed : 0x1200;
        s.size = 8;
        return s;
    }
    // A bit, or a word of them, of a family of one bit an INTID.
    stimulus bits(stimulus s)
    {
        static const uint32_t families[] = {IGROUPR,   ISENABLER, ISENABLER, ISENABLER, ICENABLER,
                                            ISPENDR,   ISPENDR,   ICPENDR,   ISACTIVER, ICACTIVER,
                                            ICACTIVER, IGRPMODR,  INMIR};
        const uint32_t intid = an_intid();
        const uint32_t family = any(config_.gicv2 ? 11 : config_.nmi ? 13 : 12);
        s.what = stimulus::WRITE;
        s.at = kernel::word_at(families[family], intid);
        s.value = any(4) ? 1u << intid % 32 : any(4) ? UINT32_MAX : any(UINT32_MAX);
        if (any(16) == 0) { // two bits an INTID
            s.at = kernel::config_at(intid);
            s.value = any(UINT32_MAX);
        } else if (config_.mbis && any(16) == 0) {
            s.at = any(2) ? SETSPI_NSR : CLRSPI_NSR;
            s.value = intid;
        }
        return s;
    }
    stimulus state(stimulus s)
    {
        gic_pe_routing routing{};
        routing.awake = config_.gicv2 || any(4) != 0;
        routing.enabled = static_cast<gic_group_set>(any(3) ? 7 : any(8));
        routing.dpg = static_cast<gic_group_set>(any(3) ? 0 : any(8));
        routing.mask_hint = static_cast<uint8_t>(any(3) ? 0xFF : any(256));
        s.what = stimulus::STATE;
        s.value = gic_pe_routing_pack(routing);
        return s;
    }
    gic_config config_;
    std::mt19937 random_;
    std::vector<uint32_t> intids_;
};

gic_config configuration(uint32_t seed)
{
    static const uint16_t pes[] = {1, 2, 3, 5, 8, 65};
    gic_config config = gic_config_default();
    config.pe_count = pes[seed % 6];
    static const uint16_t spis[] = {128, 96, 32, 512, 64};
    config.spi_count = spis[seed % 5];
    config.espi_count = seed % 2 == 0 ? 64 : 0;
    config.priority_bits = static_cast<uint8_t>(5 + seed / 2 % 4);
    config.nmi = seed % 4 == 1;
    config.work_limit = static_cast<uint16_t>(seed % 3 == 0 ? 1 + seed % 4 : 64);
    config.has_el3 = config.two_security_states = config.ds_writable = seed % 4 != 2;
    if (seed % 4 == 3) {
        config.gicv2 = true;
        config.pe_count = static_cast<uint16_t>(1 + seed / 4 % 8);
        config.priority_bits = static_cast<uint8_t>(config.has_el3 ? 5 : 4);
        config.arch_rev = 2;
        config.espi_count = config.eppi_count = config.lpi_bits = 0;
        config.nmi = config.ds_writable = config.mbis = false;
        config.its_count = 0;
    }
    return config;
}

void expect_same(const kernel &a, const kernel &b)
{
    ASSERT_EQ(a.sent.size(), b.sent.size());
    for (size_t i = 0; i < a.sent.size(); i++)
        ASSERT_EQ(std::memcmp(&a.sent[i], &b.sent[i], sizeof a.sent[i]), 0)
            << gic_msg_name(a.sent[i].msg.kind) << " of " << a.sent[i].msg.intid << " to "
            << a.sent[i].to << ", " << gic_msg_name(b.sent[i].msg.kind) << " of "
            << b.sent[i].msg.intid << " to " << b.sent[i].to;
}

void go_on_alike(session &first, session &second, script &events, unsigned steps)
{
    for (unsigned n = 0; n < steps; n++) {
        const stimulus s = events.next();
        first.act(s);
        second.act(s);
        expect_same(first.k, second.k);
        if (testing::Test::HasFatalFailure())
            return;
    }
    EXPECT_EQ(first.k.save(), second.k.save());
}

} // namespace

TEST(DistributorStates, OneThatWasLoadedGoesOnAsTheOther)
{
    for (uint32_t seed = 1; seed <= 48; seed++) {
        SCOPED_TRACE(seed);
        const gic_config config = configuration(seed);
        session first(config), second(config);
        script events(config, seed), elsewhere(config, 1000 + seed);
        for (unsigned round = 0; round < 8; round++) {
            for (unsigned n = 0; n < 40; n++) {
                first.act(events.next());
                second.act(elsewhere.next());
            }
            second.take(first);
            go_on_alike(first, second, events, 30);
            if (HasFailure())
                return;
        }
    }
}

TEST(DistributorStates, OneThatWasResetIsAsNew)
{
    for (uint32_t seed = 1; seed <= 24; seed++) {
        SCOPED_TRACE(seed);
        const gic_config config = configuration(seed);
        session used(config), fresh(config);
        script events(config, seed);
        std::vector<bool> level(8192);
        for (unsigned n = 0; n < 150; n++) {
            const stimulus s = events.next();
            used.act(s);
            if (s.what == stimulus::LINE)
                level[s.at] = s.value != 0;
        }
        used.reset();
        const std::vector<gic_out> of_reset = used.k.sent;
        std::vector<gic_out> of_lines;
        for (const uint32_t intid : events.intids())
            if (level[intid]) {
                fresh.act({stimulus::LINE, intid, 1});
                of_lines.insert(of_lines.end(), fresh.k.sent.begin(), fresh.k.sent.end());
            }
        used.k.sent = of_reset;
        fresh.k.sent = of_lines;
        expect_same(used.k, fresh.k);
        EXPECT_EQ(used.k.save(), fresh.k.save());
        go_on_alike(used, fresh, events, 100);
        if (HasFailure())
            return;
    }
}

// The order after loading is that of the priorities, whatever order it was in the one that loads.
TEST(DistributorStates, AfterLoadingTheMostUrgentComesFirst)
{
    std::vector<uint8_t> priorities = {0x00, 0x08, 0x10, 0xF8};
    for (const uint16_t spis : {32, 64, 128, 512})
        do {
            gic_config config = gic_config_default();
            config.spi_count = spis;
            kernel first(config), second(config);
            const uint32_t intids[] = {32, 33, 63, 31u + spis};
            std::map<uint8_t, uint32_t> order;
            first.boot(0);
            second.boot(0);
            for (unsigned n = 0; n < (spis > 32 ? 4u : 3u); n++) {
                order[priorities[n]] = intids[n];
                first.spi(intids[n], priorities[n]);
                first.line(intids[n], true);
                second.spi(intids[n], priorities[3 - n]);
                second.line(intids[n], true);
            }
            ASSERT_TRUE(second.load(first.save()));
            second.write(CTLR, 2);
            second.acknowledge_enables();
            for (const auto &next : order) {
                EXPECT_EQ(second.take(GIC_MSG_OFFER), (std::vector<to_pe>{{0, next.second}}));
                second.receive(0, GIC_MSG_TAKEN, next.second);
            }
        } while (std::next_permutation(priorities.begin(), priorities.end()));
}
