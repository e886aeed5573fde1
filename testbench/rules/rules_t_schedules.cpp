// SPDX-License-Identifier: Apache-2.0
// The ITS under random schedules of memory and Redistributors: rules T-12, T-13, T-23, N-02, and a
// slow obvious model of the mappings that random commands are compared with.
#include "its_rig.hpp"

#include "gic/save.h"

using namespace its_rig;

namespace
{

enum : unsigned { DEVICE_COUNT = 4, EVENT_COUNT = 8, COLLECTION_COUNT = 6, PES = 4 };

struct mapping {
    uint32_t intid;
    unsigned icid;
};

// Mappings as arrays and maps. Interrupt translation tables are memory: what is in one survives
// that its device is unmapped.
class reference
{
public:
    struct device {
        bool mapped = false;
        unsigned size = 0;
        uint64_t itt = 0;
    };
    device devices[DEVICE_COUNT];
    std::map<uint64_t, mapping> itt; // by the entry's address
    int collection[COLLECTION_COUNT] = {-1, -1, -1, -1, -1, -1};
    std::set<uint32_t> pending[PES];
    unsigned errors = 0;

    const mapping *find(uint32_t d, uint32_t e) const
    {
        if (d >= DEVICE_COUNT || !devices[d].mapped || e >= 2u << devices[d].size)
            return nullptr;
        auto it = itt.find(devices[d].itt + e * 16);
        return it == itt.end() ? nullptr : &it->second;
    }
    int pe_of(uint32_t d, uint32_t e) const
    {
        const mapping *m = find(d, e);
        return m ? collection[m->icid] : -1;
    }
    void msi(uint32_t d, uint32_t e)
    {
        if (pe_of(d, e) >= 0)
            pending[pe_of(d, e)].insert(find(d, e)->intid);
    }
    void execute(const command &c)
    {
        unsigned opcode = c.word[0] & 0xFF;
        uint32_t d = static_cast<uint32_t>(c.word[0] >> 32);
        uint32_t e = static_cast<uint32_t>(c.word[1]);
        unsigned icid = c.word[2] & 0xFFFF;
        unsigned rd = c.word[2] >> 16 & 0xFFFF;
        bool valid = (c.word[2] & VALID) != 0;
        if (opcode == 0x08)
            devices[d] = {valid, static_cast<unsigned>(c.word[1]),
                          c.word[2] & UINT64_C(0xFFFFFFFFFFF00)};
        else if (opcode == 0x09)
            collection[icid] = valid ? static_cast<int>(rd) : -1;
        else if (opcode == 0x0A)
            map(d, e, static_cast<uint32_t>(c.word[1] >> 32), icid);
        else if (opcode == 0x0D)
            errors += collection[icid] < 0;
        else if (opcode == 0x0E)
            move_all(rd, c.word[3] >> 16 & 0xFFFF);
        else if (opcode != 0x05)
            execute_event(opcode, d, e, icid);
    }

private:
    void map(uint32_t d, uint32_t e, uint32_t intid, unsigned icid)
    {
        if (devices[d].mapped && e < 2u << devices[d].size)
            itt[devices[d].itt + e * 16] = {intid, icid};
        else
            errors++;
    }
    void move_all(unsigned from, unsigned to)
    {
        std::set<uint32_t> all;
        all.swap(pending[from]);
        pending[to].insert(all.begin(), all.end());
    }
    void execute_event(unsigned opcode, uint32_t d, uint32_t e, unsigned icid)
    {
        const mapping *m = find(d, e);
        int pe = pe_of(d, e);
        bool discard = opcode == 0x0F;
        if (!m || (pe < 0 && !discard) || (opcode == 0x01 && collection[icid] < 0)) {
            errors++;
            return;
        }
        uint32_t intid = m->intid;
        if (opcode == 0x03)
            pending[pe].insert(intid);
        if (pe >= 0 && (opcode == 0x04 || discard))
            pending[pe].erase(intid);
        if (discard)
            itt.erase(devices[d].itt + e * 16);
        if (opcode == 0x01) {
            itt[devices[d].itt + e * 16].icid = icid;
            if (pending[pe].erase(intid))
                pending[collection[icid]].insert(intid);
        }
    }
};

class stimulus
{
public:
    stimulus(const bench &s, unsigned seed) : s_(&s), random_(seed) {}
    unsigned below(unsigned n)
    {
        return random_() % n;
    }
    command any()
    {
        static const unsigned opcodes[] = {0x08, 0x09, 0x09, 0x0A, 0x0A, 0x0A, 0x01, 0x01,
                                           0x03, 0x03, 0x04, 0x05, 0x0C, 0x0D, 0x0E, 0x0F};
        unsigned opcode = opcodes[below(16)];
        uint32_t d = below(DEVICE_COUNT);
        uint64_t event = below(EVENT_COUNT);
        uint64_t target = s_->target(below(PES));
        if (opcode == 0x08)
            return bench::make(opcode, d, below(3),
                               (ITTS + (d * 2 + below(2)) * 0x1000) | (below(4) ? VALID : 0));
        if (opcode == 0x09)
            return bench::make(opcode, 0, 0,
                               target | below(COLLECTION_COUNT) | (below(4) ? VALID : 0));
        if (opcode == 0x0A)
            event |= static_cast<uint64_t>(8192 + d * EVENT_COUNT + event) << 32;
        if (opcode == 0x0E)
            return bench::make(opcode, 0, 0, target, s_->target(below(PES)));
        if (opcode == 0x05)
            return bench::make(opcode, 0, 0, target);
        return bench::make(opcode, d, event, below(COLLECTION_COUNT));
    }

private:
    const bench *s_;
    std::mt19937 random_;
};

// Where each event goes, asked of the ITS by an MSI.
void compare_mappings(bench &s, reference &r)
{
    for (uint32_t d = 0; d < DEVICE_COUNT; d++) {
        for (uint32_t e = 0; e < EVENT_COUNT; e++) {
            SCOPED_TRACE(testing::Message() << "device " << d << " event " << e);
            int pe = r.pe_of(d, e);
            if (pe < 0)
                ASSERT_TRUE(s.dropped(d, e));
            else
                ASSERT_TRUE(s.arrives(d, e, static_cast<unsigned>(pe), r.find(d, e)->intid));
        }
    }
}

gic_config small_config(unsigned seed)
{
    static const uint16_t geometry[][2] = {{256, 4}, {4, 1}, {4, 2}, {4, 4}, {1, 1}};
    gic_config config = its_config(PES);
    const uint16_t *g = geometry[seed % 5];
    config = with_caches(config, g[0], g[1], static_cast<gic_replacement>(seed / 5 % 3));
    config.its.walks = static_cast<uint8_t>(1 + seed % 7);
    config.its.hcc = seed % 3 == 0 ? 3 : 0;
    config.its.pta = seed % 2 != 0;
    config.work_limit = seed % 11 == 0 ? 1 : 64;
    return config;
}

// RDbase of the reference is a number: commands are made for it.
command by_number(const bench &s, command c)
{
    if (!s.config.its.pta)
        return c;
    for (unsigned i : {2u, 3u}) {
        uint64_t base = c.word[i] & UINT64_C(0xFFFFFFFFF0000);
        unsigned opcode = c.word[0] & 0xFF;
        if (base && (opcode == 0x09 || opcode == 0x0E || opcode == 0x05))
            c.word[i] = (c.word[i] & ~UINT64_C(0xFFFFFFFFF0000)) | (base - RD_BASE) / 0x20000 << 16;
    }
    return c;
}

} // namespace

TEST(Rules, T_23_RandomCommandsAgreeWithTheReferenceWhenSettled)
{
    for (unsigned seed = 0; seed < 60; seed++) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        bench s(small_config(seed), timing::late, seed);
        stimulus next(s, seed);
        reference r;
        s.start(DEVICES | 1, COLLECTIONS | 1);
        for (unsigned i = 0; i < 150; i++) {
            command c = next.any();
            r.execute(by_number(s, c));
            s.run(c);
            s.settle();
            if (next.below(3) == 0) {
                uint32_t d = next.below(DEVICE_COUNT);
                uint32_t e = next.below(EVENT_COUNT);
                r.msi(d, e);
                s.msi(d, e);
                s.settle();
            }
            ASSERT_EQ(s.errors(), r.errors) << "command " << i << " opcode " << (c.word[0] & 0xFF);
            for (unsigned pe = 0; pe < PES; pe++)
                ASSERT_EQ(s.rd[pe].pending, r.pending[pe]) << "command " << i << " PE " << pe;
        }
        compare_mappings(s, r);
        if (HasFailure())
            return;
    }
}

TEST(Rules, T_23_CommandsAndMsisInFlightKeepTheOrderOfCommands)
{
    for (unsigned seed = 0; seed < 150; seed++) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        bench s(small_config(seed), timing::late, seed);
        stimulus next(s, seed + 1000);
        reference r;
        s.start(DEVICES | 1, COLLECTIONS | 1);
        for (unsigned i = 0; i < 100; i++) {
            command c = next.any();
            r.execute(by_number(s, c));
            s.run(c);
            for (unsigned n = next.below(4); n > 0; n--)
                if (!its_is_full(s.s))
                    s.msi(next.below(DEVICE_COUNT), next.below(EVENT_COUNT));
            for (unsigned n = next.below(12); n > 0; n--)
                s.tick();
        }
        s.settle();
        ASSERT_TRUE(s.empty());
        ASSERT_EQ(s.errors(), r.errors);
        compare_mappings(s, r);
        if (HasFailure())
            return;
    }
}

// After SYNC nothing is sent by the mapping that an earlier command took away.
TEST(Rules, T_23_WhollyTheOldOrWhollyTheNewMapping)
{
    for (unsigned seed = 0; seed < 300; seed++) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        bench s(small_config(seed), timing::late, seed);
        std::mt19937 random(seed);
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.mapti(7, 2, 8201, 1);
        s.settle();
        const unsigned how = seed % 4; // MOVI, DISCARD, MAPTI to another PE, MAPC to another PE
        unsigned sent = 0;
        auto storm = [&](unsigned most) {
            for (unsigned n = random() % most; n > 0 && !its_is_full(s.s); n--, sent++)
                s.msi(7, 1);
            for (unsigned n = random() % 6; n > 0; n--)
                s.tick();
        };
        storm(6);
        if (how == 0)
            s.movi(7, 1, 2);
        else if (how == 1)
            s.discard(7, 1);
        else if (how == 2)
            s.mapti(7, 1, 8200, 2);
        else
            s.mapc(1, 2);
        s.sync(1);
        uint32_t after = s.writer();
        while (s.read64(GITS_CREADR) != after) {
            storm(3);
            s.tick();
        }
        size_t old = s.log.size();
        for (unsigned i = 0; i < 8; i++)
            storm(3);
        s.settle();
        for (size_t i = old; i < s.log.size(); i++)
            ASSERT_EQ(s.log[i].pe, 2u) << "after SYNC";
        bool moved = false;
        for (const its_rig::sent &m : s.log) {
            moved = moved || m.msg.kind == GIC_MSG_LPI_MOVE || m.msg.kind == GIC_MSG_LPI_CLEAR;
            if (m.msg.kind == GIC_MSG_LPI_SET && how < 2) {
                ASSERT_EQ(m.pe == 1, !moved);
            }
        }
        if (how != 1) {
            ASSERT_EQ(s.messages(GIC_MSG_LPI_SET), sent) << "none lost, none doubled";
        }
        if (how < 2) {
            ASSERT_FALSE(s.pending(1, 8200));
        }
    }
}

// Moves, invalidations and remapped collections against a storm: sent is delivered plus merged.
TEST(Rules, T_12_MovesUnderAStormLoseNothing)
{
    for (unsigned seed = 0; seed < 60; seed++) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        bench s(small_config(seed), timing::late, seed);
        std::mt19937 random(seed);
        s.start_mapped();
        for (uint32_t e = 0; e < EVENT_COUNT; e++)
            s.mapti(7, e, 8200 + e, e % PES);
        s.settle();
        unsigned sent = 0;
        unsigned taken = 0;
        for (unsigned i = 0; i < 400; i++) {
            if (random() % 2 && !its_is_full(s.s)) {
                s.msi(7, random() % EVENT_COUNT);
                sent++;
            }
            bool room = (s.writer() + 0x1000 - s.read64(GITS_CREADR)) % 0x1000 < 0xF00;
            if (room && random() % 4 == 0)
                s.movi(7, random() % EVENT_COUNT, random() % PES);
            if (room && random() % 32 == 0)
                s.inv(7, random() % EVENT_COUNT);
            if (room && random() % 32 == 0)
                s.movall(random() % PES, random() % PES);
            if (room && random() % 64 == 0)
                s.sync(random() % PES);
            redistributor &r = s.rd[random() % PES];
            if (random() % 3 == 0 && !r.pending.empty()) {
                r.pending.erase(r.pending.begin());
                taken++;
            }
            for (unsigned n = random() % 5; n > 0; n--)
                s.tick();
        }
        s.settle();
        unsigned left = 0;
        unsigned merged = 0;
        for (const redistributor &r : s.rd) {
            left += static_cast<unsigned>(r.pending.size());
            merged += r.merged;
        }
        ASSERT_EQ(sent, taken + merged + left);
        ASSERT_TRUE(s.empty());
        ASSERT_EQ(s.errors(), 0u);
    }
}

TEST(Rules, T_13_MovallInFlightLosesNothing)
{
    for (unsigned seed = 0; seed < 50; seed++) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        bench s(small_config(seed), timing::late, seed);
        s.start_mapped();
        for (uint32_t e = 0; e < EVENT_COUNT; e++) {
            s.mapti(7, e, 8200 + e, 1);
            s.intr(7, e);
        }
        s.movall(1, 2);
        s.movall(2, 3);
        s.movall(3, 0);
        s.settle();
        ASSERT_EQ(s.rd[0].pending.size(), size_t{EVENT_COUNT});
    }
}

TEST(Rules, N_02_AStalledQueueIsSavedAndGoesOn)
{
    gic_config config = its_config();
    config.its.stall = true;
    bench s(config);
    s.start_mapped();
    s.mapti(7, 1, 8200, 1);
    s.intr(8, 1);
    s.mapti(7, 2, 8201, 2);
    uint64_t creadr = s.read64(GITS_CREADR);
    ASSERT_EQ(creadr & STALLED, STALLED);
    std::vector<unsigned char> saved = s.save();
    bench t(config);
    t.take_world(s);
    ASSERT_TRUE(t.load(saved));
    EXPECT_EQ(t.save(), saved);
    for (uint32_t offset : {GITS_CBASER, GITS_CWRITER, GITS_CREADR, GITS_BASER0, GITS_BASER1})
        EXPECT_EQ(t.read64(offset), s.read64(offset)) << offset;
    EXPECT_TRUE(t.arrives(7, 1, 1, 8200));
    t.ram.set_word(QUEUE + (creadr & ~STALLED), 0x05);
    t.write64(GITS_CWRITER, t.writer() | RETRY);
    EXPECT_TRUE(t.empty());
    EXPECT_TRUE(t.arrives(7, 2, 2, 8201));
}

namespace
{

void play(bench &s, stimulus &next, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        bool room = (s.writer() + 0x1000 - s.read64(GITS_CREADR)) % 0x1000 < 0xF00;
        if (room && next.below(2))
            s.run(next.any());
        uint32_t d = next.below(DEVICE_COUNT);
        uint32_t e = next.below(EVENT_COUNT);
        if (!its_is_full(s.s))
            s.msi(d, e);
        for (unsigned n = next.below(6); n > 0; n--)
            s.tick();
    }
}

} // namespace

TEST(Rules, N_02_SavedInTheMiddleOfWalksAndMessages)
{
    for (unsigned seed = 0; seed < 40; seed++) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        bench s(small_config(seed), timing::late, seed);
        stimulus one(s, seed);
        s.start(DEVICES | 1, COLLECTIONS | 1);
        play(s, one, 60);
        std::vector<unsigned char> saved = s.save();
        bench t(small_config(seed), timing::late, seed);
        t.take_world(s);
        ASSERT_TRUE(t.load(saved));
        ASSERT_EQ(t.save(), saved);
        stimulus two(t, seed + 7);
        one = stimulus(s, seed + 7);
        size_t before = s.log.size();
        play(s, one, 60);
        play(t, two, 60);
        ASSERT_EQ(s.log.size() - before, t.log.size());
        for (size_t i = 0; i < t.log.size(); i++) {
            ASSERT_EQ(std::memcmp(&s.log[before + i].msg, &t.log[i].msg, sizeof(gic_msg)), 0) << i;
            ASSERT_EQ(s.log[before + i].pe, t.log[i].pe) << i;
        }
        ASSERT_EQ(s.save(), t.save());
    }
}

TEST(Rules, N_02_ADamagedStateIsRefused)
{
    bench s(small_config(3), timing::late, 3);
    stimulus next(s, 3);
    s.start(DEVICES | 1, COLLECTIONS | 1);
    play(s, next, 40);
    std::vector<unsigned char> saved = s.save();
    std::mt19937 random(1);
    bench t(small_config(3), timing::late, 3);
    for (unsigned i = 0; i < 300; i++) {
        std::vector<unsigned char> damaged = saved;
        damaged[random() % damaged.size()] ^= static_cast<unsigned char>(1 + random() % 255);
        std::vector<unsigned char> before = t.save();
        ASSERT_FALSE(t.load(damaged));
        ASSERT_EQ(t.save(), before) << "unchanged";
    }
    ASSERT_FALSE(t.load(std::vector<unsigned char>(saved.begin(), saved.end() - 1)));
    bench other(small_config(4), timing::late, 4);
    ASSERT_FALSE(other.load(saved)) << "another configuration";
    ASSERT_TRUE(t.load(saved));
}

// A state that was forged, checksum and all, is refused or harmless.
TEST(Rules, N_02_AForgedStateDoesNoHarm)
{
    unsigned taken = 0;
    for (unsigned seed = 0; seed < 400; seed++) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        bench s(small_config(seed), timing::late, seed);
        stimulus next(s, seed);
        s.start(DEVICES | 1, COLLECTIONS | 1);
        play(s, next, 15);
        std::vector<unsigned char> forged = s.save();
        gic_save_header header;
        std::memcpy(&header, forged.data(), sizeof(header));
        std::mt19937 random(seed);
        for (unsigned i = 0; i < 3; i++)
            forged[sizeof(header) + random() % std::min<size_t>(header.length, 1500)] ^=
                static_cast<unsigned char>(1u << random() % 8);
        header.checksum = gic_checksum(forged.data() + sizeof(header), header.length);
        std::memcpy(forged.data(), &header, sizeof(header));
        gic_config config = small_config(seed);
        std::vector<unsigned char> block(its_footprint(&config) + 64);
        uintptr_t at = (reinterpret_cast<uintptr_t>(block.data()) + 63) & ~uintptr_t(63);
        its *t =
            its_init(reinterpret_cast<void *>(at), its_footprint(&config), &config, 0, nullptr);
        gic_outbox_clear(its_outbox(t));
        if (!its_load(t, forged.data(), forged.size()))
            continue;
        taken++;
        uint8_t line[64] = {0x08};
        for (unsigned i = 0; i < 2000; i++) {
            gic_outbox *box = its_outbox(t);
            std::vector<gic_out> out(box->entry, box->next);
            gic_outbox_clear(box);
            if (box->more)
                its_step(t);
            for (const gic_out &o : out)
                if (o.port == GIC_PORT_MEM)
                    its_mem_done(t, o.msg.intid, o.msg.kind == GIC_MEMORY_READ ? line : nullptr,
                                 random() % 8 != 0);
            if (!its_is_full(t))
                its_translate(t, random() % DEVICE_COUNT, random() % EVENT_COUNT);
        }
    }
    EXPECT_GT(taken, 50u);
}
