// SPDX-License-Identifier: Apache-2.0
// One Redistributor kernel alone, awake, with nothing but what the test sends it: its messages,
// events and lines are kept until they are asked for, and nobody answers by himself.
#ifndef GICTLM_TESTBENCH_UNIT_GICR_ALONE_HPP
#define GICTLM_TESTBENCH_UNIT_GICR_ALONE_HPP

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "gic/event.h"
#include "gic/gicr.h"
#include "gic/pe.h"

namespace gicr_alone
{

enum : uint32_t {
    CTLR = 0x00,
    WAKER = 0x14,
    SGI_BASE = 0x10000,
    IGROUPR = 0x80,
    ISENABLER = 0x100,
    ICENABLER = 0x180,
    ISPENDR = 0x200,
    ICPENDR = 0x280,
    ISACTIVER = 0x300,
    ICACTIVER = 0x380,
    IPRIORITYR = 0x400,
    ICFGR = 0xC00,
    IGRPMODR = 0xD00,
    NSACR = 0xE00,
    INMIR = 0xF80,
    CPENDSGIR = 0xF10,
    SPENDSGIR = 0xF20
};

inline gic_config two_states(unsigned eppis = 0)
{
    gic_config config = gic_config_default();
    config.pe_count = 4;
    config.eppi_count = static_cast<uint8_t>(eppis);
    config.two_security_states = true;
    config.has_el3 = true;
    config.priority_bits = 8;
    config.preemption_bits = 7;
    config.dpg = true;
    return config;
}

inline gic_config gicv2()
{
    gic_config config = gic_config_default();
    config.gicv2 = true;
    config.pe_count = 4;
    config.priority_bits = 5;
    return config;
}

class alone
{
public:
    explicit alone(const gic_config &c, uint16_t pe = 1)
        : config(c), sgi_base(c.gicv2 ? 0u : 0x10000u)
    {
        const size_t bytes = (gicr_footprint(&config) + 63) / 64 * 64;
        memory_.reset(std::aligned_alloc(64, bytes));
        gic_config_error error = GIC_CONFIG_OK;
        r = gicr_init(memory_.get(), bytes, &config, pe, &error);
        EXPECT_EQ(error, GIC_CONFIG_OK) << gic_config_error_text(error);
    }
    // Awake, all groups enabled everywhere, all answered.
    void start(gic_group_set groups = GIC_GROUPS_ALL)
    {
        if (!config.gicv2) {
            write(WAKER, 0);
            hear(GIC_PORT_CPUIF, GIC_MSG_DOWNSTREAM_CONTROL_ACK);
        }
        distributor(groups, !config.two_security_states);
        cpu(GIC_GROUPS_ALL);
        while (!of(GIC_PORT_GICD, GIC_MSG_PE_STATE).empty())
            hear(GIC_PORT_GICD, GIC_MSG_PE_STATE_ACK);
    }

    // --- what others say ---

    void hear(gic_port from, gic_msg_kind kind, uint32_t intid = 0, uint8_t group = 0,
              uint8_t priority = 0, uint8_t flags = 0, uint64_t arg = 0)
    {
        const gic_msg msg{static_cast<uint8_t>(kind), group, priority, flags, intid, arg};
        gicr_receive(r, from, &msg);
    }
    void cpu(gic_group_set groups, uint8_t hint = 0xFF)
    {
        hear(GIC_PORT_CPUIF, GIC_MSG_UPSTREAM_CONTROL, 0, groups, hint);
    }
    void distributor(gic_group_set groups, bool ds)
    {
        hear(GIC_PORT_GICD, GIC_MSG_GROUP_ENABLES, 0, groups, 0, ds ? GIC_CTL_DS : 0);
    }
    void offer(uint32_t intid, uint8_t priority, gic_group group, uint8_t flags = 0)
    {
        hear(GIC_PORT_GICD, GIC_MSG_OFFER, intid, static_cast<uint8_t>(group), priority, flags);
    }
    void release(uint32_t intid)
    {
        hear(GIC_PORT_CPUIF, GIC_MSG_RELEASE, intid);
    }
    void activate(uint32_t intid)
    {
        hear(GIC_PORT_CPUIF, GIC_MSG_ACTIVATE, intid);
    }

    // --- registers ---

    uint64_t read(uint32_t offset, unsigned size = 4, bool secure = true)
    {
        uint64_t value = 0;
        const gic_access access{0, 1, static_cast<uint8_t>(size), secure, false};
        EXPECT_EQ(gicr_read(r, &access, offset, &value), GIC_OK);
        return value;
    }
    void write(uint32_t offset, uint64_t value, unsigned size = 4, bool secure = true)
    {
        const gic_access access{0, 1, static_cast<uint8_t>(size), secure, false};
        EXPECT_EQ(gicr_write(r, &access, offset, value), GIC_OK);
    }
    // A register with a bit for each of 32 interrupts, or a byte for each.
    uint32_t bits(uint32_t family, unsigned word = 0, bool secure = true)
    {
        return static_cast<uint32_t>(read(sgi_base + family + 4 * word, 4, secure));
    }
    void set_bits(uint32_t family, uint32_t value, unsigned word = 0, bool secure = true)
    {
        write(sgi_base + family + 4 * word, value, 4, secure);
    }
    void set_priority(unsigned slot, uint8_t priority)
    {
        write(sgi_base + IPRIORITYR + slot, priority, 1);
    }

    // --- what it says ---

    // All entries since they were taken last.
    std::vector<gic_out> take()
    {
        gic_outbox *const box = gicr_outbox(r);
        EXPECT_EQ(box->events_dropped + box->messages_lost, 0u);
        const std::vector<gic_out> all(box->entry, box->next);
        gic_outbox_clear(box);
        return all;
    }
    std::vector<gic_msg> of(gic_port port, unsigned kind)
    {
        std::vector<gic_msg> found;
        for (const gic_out &out : take())
            if (out.port == port && out.msg.kind == kind)
                found.push_back(out.msg);
        return found;
    }
    std::vector<unsigned char> save() const
    {
        std::vector<unsigned char> image(gicr_save_size(r));
        EXPECT_EQ(gicr_save(r, image.data()), image.size());
        return image;
    }

    gic_config config;
    uint32_t sgi_base;
    gicr *r = nullptr;

private:
    struct release_memory {
        void operator()(void *p) const
        {
            std::free(p);
        }
    };
    std::unique_ptr<void, release_memory> memory_;
};

} // namespace gicr_alone

#endif
