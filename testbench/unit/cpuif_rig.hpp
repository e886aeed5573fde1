// SPDX-License-Identifier: Apache-2.0
// One CPU interface kernel alone: what it sends is kept, lines are followed, and the
// Redistributor's answers come by themselves unless a test holds them back.
#ifndef GICTLM_TESTBENCH_UNIT_CPUIF_RIG_HPP
#define GICTLM_TESTBENCH_UNIT_CPUIF_RIG_HPP

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "gic/cpuif.h"
#include "gic/event.h"

namespace cpuif_rig
{

// A configuration with two Security states, all Exception levels.
inline gic_config secure_config(unsigned priority_bits = 5, unsigned preemption_bits = 5)
{
    gic_config config = gic_config_default();
    config.two_security_states = true;
    config.ds_writable = true;
    config.has_el2 = true;
    config.has_el3 = true;
    config.priority_bits = static_cast<uint8_t>(priority_bits);
    config.preemption_bits = static_cast<uint8_t>(preemption_bits);
    config.spi_count = 64;
    return config;
}

// One Security state, PEs without EL2 and EL3.
inline gic_config plain_config(unsigned priority_bits = 5, unsigned preemption_bits = 5)
{
    gic_config config = gic_config_default();
    config.two_security_states = false;
    config.has_el2 = false;
    config.has_el3 = false;
    config.priority_bits = static_cast<uint8_t>(priority_bits);
    config.preemption_bits = static_cast<uint8_t>(preemption_bits);
    config.spi_count = 64;
    return config;
}

class rig
{
public:
    explicit rig(const gic_config &config, bool awake = true, uint16_t pe = 0)
        : pe_(pe), memory_(cpuif_footprint(&config) / sizeof(line64) + 1)
    {
        gic_config_error error = GIC_CONFIG_OK;
        c = cpuif_init(memory_.data(), memory_.size() * sizeof(line64), &config, pe, &error);
        EXPECT_EQ(error, GIC_CONFIG_OK);
        collect();
        if (awake)
            wake(!config.two_security_states);
        sent.clear();
        forget();
    }
    rig(const rig &) = delete;
    rig &operator=(const rig &) = delete;

    // ---- the PE -----------------------------------------------------------------------------

    void pe(unsigned el, bool ns)
    {
        state.el = static_cast<uint8_t>(el);
        state.scr_ns = ns;
        push();
    }

    void push()
    {
        cpuif_set_pe_state(c, &state);
        collect();
    }

    gic_sysreg_result read(gic_sysreg reg, uint64_t *value)
    {
        gic_sysreg_result result = cpuif_sysreg_read(c, reg, value);
        collect();
        return result;
    }

    gic_sysreg_result write(gic_sysreg reg, uint64_t value)
    {
        gic_sysreg_result result = cpuif_sysreg_write(c, reg, value);
        collect();
        return result;
    }

    // Accesses that have to be permitted.
    uint64_t get(gic_sysreg reg)
    {
        uint64_t value = UINT64_C(0xDEADDEADDEADDEAD);
        EXPECT_EQ(read(reg, &value), GIC_SYSREG_OK) << gic_sysreg_name(reg);
        return value;
    }

    void put(gic_sysreg reg, uint64_t value)
    {
        EXPECT_EQ(write(reg, value), GIC_SYSREG_OK) << gic_sysreg_name(reg);
    }

    // ---- the frames of a GICv2 --------------------------------------------------------------

    uint32_t frame(cpuif_frame_kind kind, uint32_t offset, bool secure = true)
    {
        uint64_t value = UINT64_C(0xDEADDEADDEADDEAD);
        const gic_access access = word(secure);
        EXPECT_EQ(cpuif_frame_read(c, kind, &access, offset, &value), GIC_OK) << offset;
        collect();
        return static_cast<uint32_t>(value);
    }

    void frame_write(cpuif_frame_kind kind, uint32_t offset, uint64_t value, bool secure = true)
    {
        const gic_access access = word(secure);
        EXPECT_EQ(cpuif_frame_write(c, kind, &access, offset, value), GIC_OK) << offset;
        collect();
    }

    void legacy(gic_line which, bool level)
    {
        cpuif_set_legacy(c, which, level);
        collect();
    }

    void reset()
    {
        cpuif_reset(c);
        collect();
    }

    // ---- the Redistributor ------------------------------------------------------------------

    void receive(gic_msg_kind kind, uint32_t intid = 0, uint8_t priority = 0,
                 gic_group group = GIC_GROUP_0, uint8_t flags = 0)
    {
        gic_msg msg = {};
        msg.kind = static_cast<uint8_t>(kind);
        msg.intid = intid;
        msg.priority = priority;
        msg.group = static_cast<uint8_t>(group);
        msg.flags = flags;
        cpuif_receive(c, &msg);
        collect();
    }

    void set(uint32_t intid, uint8_t priority, gic_group group)
    {
        receive(GIC_MSG_SET, intid, priority, group);
    }

    void wake(bool ds)
    {
        receive(GIC_MSG_DOWNSTREAM_CONTROL, 0, 0, GIC_GROUP_0, ds ? GIC_CTL_DS : 0);
    }

    // Everything enabled, nothing masked: from EL3 where there is one.
    void open_all()
    {
        gic_pe_state before = state;
        uint64_t value;
        state.el = 3;
        push();
        put(GIC_ICC_IGRPEN0_EL1, 1);
        if (cpuif_peek(c, GIC_ICC_IGRPEN1_EL3, &value))
            put(GIC_ICC_IGRPEN1_EL3, 3);
        else
            put(GIC_ICC_IGRPEN1_EL1, 1);
        put(GIC_ICC_PMR_EL1, 0xFF);
        state = before;
        push();
        sent.clear();
    }

    // ---- what came out ------------------------------------------------------------------------

    bool line(gic_line which) const
    {
        return (lines >> which & 1u) != 0;
    }

    // How many messages of a kind were sent since the last clear.
    unsigned count(gic_msg_kind kind) const
    {
        unsigned n = 0;
        for (const gic_msg &msg : sent)
            n += msg.kind == kind ? 1u : 0u;
        return n;
    }

    unsigned events_of(gic_event_id id) const
    {
        return events[id];
    }

    // What was reported and driven since forget(), oldest first.
    struct event {
        unsigned id;
        uint32_t intid;
        uint64_t arg;
    };
    struct edge {
        unsigned line;
        bool level;
        uint32_t intid;
    };
    void forget()
    {
        reported.clear();
        driven.clear();
    }
    std::vector<unsigned char> saved() const
    {
        std::vector<unsigned char> file(cpuif_save_size(c));
        file.resize(cpuif_save(c, file.data()));
        return file;
    }

    cpuif *c = nullptr;
    gic_pe_state state = {};
    std::vector<gic_msg> sent;
    std::vector<event> reported;
    std::vector<edge> driven;
    unsigned lines = 0;
    unsigned line_changes = 0;
    unsigned events[GIC_EV_COUNT] = {};
    bool answer = true; // acknowledge what is sent, at once

private:
    struct alignas(64) line64 {
        unsigned char byte[64];
    };

    // Empty the outbox until nothing more comes.
    void collect()
    {
        gic_outbox *box = cpuif_outbox(c);
        while (gic_outbox_count(box) > 0) {
            std::vector<gic_out> out(box->entry, box->next);
            gic_outbox_clear(box);
            for (const gic_out &entry : out)
                take(entry);
        }
    }

    void take(const gic_out &entry)
    {
        EXPECT_EQ(entry.from, GIC_PORT_CPUIF);
        EXPECT_EQ(entry.from_pe, pe_);
        if (entry.port == GIC_PORT_EVENT) {
            EXPECT_EQ(entry.to, pe_);
            events[entry.msg.kind]++;
            reported.push_back({entry.msg.kind, entry.msg.intid, entry.msg.arg});
        } else if (entry.port == GIC_PORT_LINE) {
            unsigned bit = 1u << entry.msg.kind;
            lines = entry.msg.flags != 0 ? lines | bit : lines & ~bit;
            line_changes++;
            EXPECT_EQ(entry.to, pe_);
            driven.push_back({entry.msg.kind, entry.msg.flags != 0, entry.msg.intid});
        } else {
            EXPECT_EQ(entry.port, GIC_PORT_GICR);
            EXPECT_EQ(entry.to, pe_);
            sent.push_back(entry.msg);
            if (answer)
                acknowledge(entry.msg);
        }
    }

    void acknowledge(const gic_msg &msg)
    {
        gic_msg ack = {};
        ack.intid = msg.intid;
        switch (msg.kind) {
        case GIC_MSG_ACTIVATE:
            ack.kind = GIC_MSG_ACTIVATE_ACK;
            break;
        case GIC_MSG_DEACTIVATE:
            ack.kind = GIC_MSG_DEACTIVATE_ACK;
            break;
        case GIC_MSG_GENERATE_SGI:
            ack.kind = GIC_MSG_GENERATE_SGI_ACK;
            break;
        case GIC_MSG_UPSTREAM_CONTROL:
            ack.kind = GIC_MSG_UPSTREAM_CONTROL_ACK;
            break;
        default:
            return;
        }
        cpuif_receive(c, &ack);
    }

    static gic_access word(bool secure)
    {
        gic_access access = {};
        access.size = 4;
        access.secure = secure;
        return access;
    }

    uint16_t pe_;
    std::vector<line64> memory_;
};

// These and no other edges were driven since the rig forgot.
inline void expect_edges(rig &r, const std::vector<rig::edge> &expected)
{
    ASSERT_EQ(r.driven.size(), expected.size());
    for (size_t n = 0; n < expected.size(); n++) {
        EXPECT_EQ(r.driven[n].line, expected[n].line) << n;
        EXPECT_EQ(r.driven[n].level, expected[n].level) << n;
        EXPECT_EQ(r.driven[n].intid, expected[n].intid) << n;
    }
    r.forget();
}

} // namespace cpuif_rig

#endif
