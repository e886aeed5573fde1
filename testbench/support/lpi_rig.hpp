// SPDX-License-Identifier: Apache-2.0
// A whole GIC with LPIs and ITSs by the joiner: guest memory, command queues, tables and LPIs in
// one line each, on top of gic_rig.hpp.
#ifndef GICTLM_TESTBENCH_SUPPORT_LPI_RIG_HPP
#define GICTLM_TESTBENCH_SUPPORT_LPI_RIG_HPP

#include <cstring>
#include <deque>

#include "gic_rig.hpp"

namespace rig
{

enum : uint32_t {
    GICR_PROPBASER = 0x0070,
    GICR_PENDBASER = 0x0078,
    GICR_SETLPIR = 0x0040,
    GICR_CLRLPIR = 0x0048,
    GICR_INVLPIR = 0x00A0,
    GICR_INVALLR = 0x00B0,
    GICR_SYNCR = 0x00C0,
    GITS_CTLR = 0x0000,
    GITS_TYPER = 0x0008,
    GITS_CBASER = 0x0080,
    GITS_CWRITER = 0x0088,
    GITS_CREADR = 0x0090,
    GITS_BASER = 0x0100,
    RCTLR_ENABLE_LPIS = 1
};

// Opcodes of ITS commands.
enum : uint64_t {
    ITS_MOVI = 0x01,
    ITS_INT = 0x03,
    ITS_CLEAR = 0x04,
    ITS_SYNC = 0x05,
    ITS_MAPD = 0x08,
    ITS_MAPC = 0x09,
    ITS_MAPTI = 0x0A,
    ITS_MAPI = 0x0B,
    ITS_INV = 0x0C,
    ITS_INVALL = 0x0D,
    ITS_MOVALL = 0x0E,
    ITS_DISCARD = 0x0F
};

constexpr uint64_t VALID = UINT64_C(1) << 63;
constexpr uint64_t PTZ = UINT64_C(1) << 62;

// One state of security, LPIs of 14 bits, @p itss ITSs.
inline gic_config with_its(unsigned pes = 1, unsigned itss = 1)
{
    gic_config config = one_state(pes);
    config.lpi_bits = 14;
    config.its_count = static_cast<uint8_t>(itss);
    config.its.device_bits = 8;
    config.its.event_bits = 8;
    config.its.collection_bits = 6;
    return config;
}

// The smallest caches there are: everything spills and misses.
inline gic_config with_small_caches(gic_config config)
{
    const gic_cache_config four = {4, 2, GIC_REPLACE_FIFO};
    config.lpi_cache = 4;
    config.lpi_property_cache = 1;
    config.its.device_cache = four;
    config.its.itt_cache = four;
    config.its.collection_cache = four;
    return config;
}

class its_gic : public gic
{
public:
    // Guest memory: fixed places for every table.
    enum : uint64_t {
        RAM_BASE = 0x80000000,
        RAM_SIZE = 0x00400000,
        PROPERTIES = RAM_BASE,
        PENDING = RAM_BASE + 0x20000, // 64 KiB a PE, 16 of them
        TABLES = RAM_BASE + 0x200000, // 1 MiB an ITS, two of them: queue, devices, collections
        ITTS = TABLES + 0x40000,      // of that, from here; 4 KiB a device
        QUEUE_SIZE = 0x1000
    };

    explicit its_gic(const gic_config &as_built, const gic_timing &timing = loosely_timed())
        : gic(as_built, timing), ram(RAM_SIZE, 0), writer(as_built.its_count, 0)
    {
        memory = [this](gic_memory_access &access, uint64_t at, uint64_t &done) {
            return answer(access, at, done);
        };
    }

    // --- memory --------------------------------------------------------------------------------

    uint8_t *at(uint64_t address)
    {
        return ram.data() + (address - RAM_BASE);
    }
    uint64_t latency_ps = 0; // of every access
    bool later = false;      // answered by answer_one() only
    uint64_t accesses = 0;
    std::deque<gic_memory_access> waiting;

    // One request that waits is answered.
    void answer_one()
    {
        gic_memory_access access = waiting.front();
        waiting.pop_front();
        const bool ok = perform(access);
        gic_assembly_memory_done(a, now, access.id, access.data, ok);
        gic_assembly_advance(a, now);
    }
    void settle_memory()
    {
        for (unsigned bound = 0; bound < 100000; bound++) {
            settle();
            if (waiting.empty())
                return;
            answer_one();
        }
        ADD_FAILURE() << "memory does not settle";
    }

    // --- LPIs ----------------------------------------------------------------------------------

    void property(uint32_t intid, uint8_t priority, bool enabled = true)
    {
        *at(PROPERTIES + intid - GIC_INTID_LPI_FIRST) =
            static_cast<uint8_t>((priority & 0xFC) | (enabled ? 1 : 0));
    }
    uint64_t pending_table(unsigned pe) const
    {
        return PENDING + 0x10000 * pe;
    }
    bool pending_in_memory(unsigned pe, uint32_t intid)
    {
        return (*at(pending_table(pe) + intid / 8) >> intid % 8 & 1) != 0;
    }
    void enable_lpis(unsigned pe, bool zeroed = true)
    {
        redist_write(pe, GICR_PROPBASER, PROPERTIES | (config.lpi_bits - 1u), 8);
        redist_write(pe, GICR_PENDBASER, pending_table(pe) | (zeroed ? PTZ : 0), 8);
        redist_write(pe, GICR_CTLR, RCTLR_ENABLE_LPIS);
    }

    // --- ITS -----------------------------------------------------------------------------------

    uint64_t its_read(unsigned its, uint32_t offset, unsigned size = 8)
    {
        uint64_t value = ~UINT64_C(0);
        const gic_access access = requester(size);
        EXPECT_EQ(gic_assembly_its_read(a, now, its, &access, offset, &value), GIC_OK);
        return value;
    }
    void its_write(unsigned its, uint32_t offset, uint64_t value, unsigned size = 8)
    {
        const gic_access access = requester(size);
        EXPECT_EQ(gic_assembly_its_write(a, now, its, &access, offset, value), GIC_OK);
        if (settling)
            settle();
    }
    uint64_t tables(unsigned its) const
    {
        return TABLES + 0x100000 * its;
    }
    // Queue and flat tables; enabled.
    void enable_its(unsigned its)
    {
        its_write(its, GITS_BASER, VALID | (tables(its) + 0x10000));
        its_write(its, GITS_BASER + 8, VALID | (tables(its) + 0x20000));
        its_write(its, GITS_CBASER, VALID | tables(its) | (QUEUE_SIZE / 0x1000 - 1));
        its_write(its, GITS_CTLR, 1, 4);
        writer[its] = 0;
    }
    // Everything of the GIC is on: LPIs of all PEs, all ITSs.
    void boot_lpis()
    {
        const bool was = settling;
        settling = true;
        boot();
        for (unsigned pe = 0; pe < config.pe_count; pe++)
            enable_lpis(pe);
        for (unsigned its = 0; its < config.its_count; its++)
            enable_its(its);
        settling = was;
    }
    // Into the queue; CWRITER follows.
    void command(unsigned its, uint64_t dw0, uint64_t dw1 = 0, uint64_t dw2 = 0, uint64_t dw3 = 0)
    {
        const uint64_t words[4] = {dw0, dw1, dw2, dw3};
        std::memcpy(at(tables(its) + writer[its]), words, sizeof words);
        writer[its] = (writer[its] + 32) % QUEUE_SIZE;
        its_write(its, GITS_CWRITER, writer[its]);
    }
    bool queue_is_full(unsigned its)
    {
        return (writer[its] + 32) % QUEUE_SIZE == (its_read(its, GITS_CREADR) & 0xFFFE0);
    }
    bool queue_is_empty(unsigned its)
    {
        return writer[its] == (its_read(its, GITS_CREADR) & 0xFFFE0);
    }
    void mapd(unsigned its, uint32_t device, unsigned bits)
    {
        command(its, ITS_MAPD | uint64_t(device) << 32, bits - 1,
                VALID | (tables(its) + (ITTS - TABLES) + 0x1000 * device));
    }
    void mapc(unsigned its, unsigned collection, unsigned pe)
    {
        command(its, ITS_MAPC, 0, VALID | uint64_t(pe) << 16 | collection);
    }
    void mapti(unsigned its, uint32_t device, uint32_t event, uint32_t intid, unsigned collection)
    {
        command(its, ITS_MAPTI | uint64_t(device) << 32, uint64_t(intid) << 32 | event, collection);
    }
    void movi(unsigned its, uint32_t device, uint32_t event, unsigned collection)
    {
        command(its, ITS_MOVI | uint64_t(device) << 32, event, collection);
    }
    void movall(unsigned its, unsigned from, unsigned to)
    {
        command(its, ITS_MOVALL, 0, uint64_t(from) << 16, uint64_t(to) << 16);
    }
    void inv(unsigned its, uint32_t device, uint32_t event)
    {
        command(its, ITS_INV | uint64_t(device) << 32, event);
    }
    void sync(unsigned its, unsigned pe)
    {
        command(its, ITS_SYNC, 0, uint64_t(pe) << 16);
    }
    bool msi(unsigned its, uint32_t device, uint32_t event)
    {
        const bool taken = gic_assembly_msi(a, now, its, device, event);
        if (settling)
            settle();
        return taken;
    }
    const its_stats &counters(unsigned its) const
    {
        return *gic_assembly_its_stats(a, its);
    }

    std::vector<uint8_t> ram;
    std::vector<uint32_t> writer;

private:
    static gic_access requester(unsigned size)
    {
        gic_access access{};
        access.size = static_cast<uint8_t>(size);
        return access;
    }
    bool perform(gic_memory_access &access)
    {
        if (access.address < RAM_BASE || access.address - RAM_BASE > RAM_SIZE - access.length)
            return false;
        if (access.op == GIC_MEMORY_WRITE)
            std::memcpy(at(access.address), access.data, access.length);
        else
            std::memcpy(access.data, at(access.address), access.length);
        return true;
    }
    gic_memory_answer answer(gic_memory_access &access, uint64_t now_ps, uint64_t &done_ps)
    {
        accesses++;
        if (later) {
            waiting.push_back(access);
            return GIC_MEMORY_LATER;
        }
        done_ps = now_ps + latency_ps;
        return perform(access) ? GIC_MEMORY_OK : GIC_MEMORY_FAILED;
    }
};

} // namespace rig

#endif
