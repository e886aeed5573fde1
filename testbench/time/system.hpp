/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A timed GIC with PEs that take interrupts, everything recorded: what a study does with firmware,
 * here with PEs of four fixed costs, so that every picosecond of a result is known beforehand.
 */
#ifndef TIME_SYSTEM_HPP
#define TIME_SYSTEM_HPP

#include <queue>
#include <vector>

#include "gic_rig.hpp"
#include "gictime/breakdown.h"
#include "gictime/profile.h"

/** A timing profile by name with overrides; fails the test when one is wrong. */
inline gictime_profile profile_of(const char *name, const std::vector<std::string> &set = {})
{
    gictime_profile p;
    gictime_error error;
    EXPECT_TRUE(gictime_profile_load(&p, name, &error)) << error.text;
    for (const std::string &assignment : set)
        EXPECT_TRUE(gictime_profile_set(&p, assignment.c_str(), &error)) << error.text;
    EXPECT_TRUE(gictime_profile_check(&p, &error)) << error.text;
    return p;
}

inline gic_timing timing_of(const gictime_profile &profile)
{
    gic_timing timing;
    gictime_profile_timing(&profile, &timing);
    return timing;
}

/** See above. Interrupts are edges of SPIs, Group 1. */
class timed_system
{
public:
    /** What a PE's handler costs, picoseconds. */
    struct costs {
        uint64_t entry = 20000;   /**< From IRQ to the first instruction of the vector. */
        uint64_t to_ack = 15000;  /**< From there to the IAR read. */
        uint64_t service = 50000; /**< From there to the EOIR write. */
        uint64_t leave = 10000;   /**< From there until the next IRQ can be taken. */
    };

    timed_system(unsigned pes, const gic_timing &timing)
        : g(rig::one_state(pes), timing), pe(pes), breakdown(gictime_breakdown_create())
    {
        gictime_recorder_config config = {};
        config.gic = &g.config;
        config.sink = [](void *ctx, const gictime_instance *list, size_t count) {
            for (size_t n = 0; n < count; n++) {
                gictime_breakdown_add(static_cast<timed_system *>(ctx)->breakdown, &list[n]);
                static_cast<timed_system *>(ctx)->instances.push_back(list[n]);
            }
        };
        config.ctx = this;
        recorder = gictime_recorder_create(&config);
        g.watch = [this](const gic_event &event) { gictime_recorder_event(recorder, &event); };
        g.boot();
    }
    ~timed_system()
    {
        gictime_recorder_destroy(recorder);
        gictime_breakdown_destroy(breakdown);
    }
    timed_system(const timed_system &) = delete;
    timed_system &operator=(const timed_system &) = delete;

    /** Sets up @p intid as an edge to @p to. */
    void spi(uint32_t intid, unsigned to, uint8_t priority = 0xA0)
    {
        rig::interrupt as;
        as.priority = priority;
        as.edge = true;
        as.route = g.affinity(to);
        g.spi(intid, as);
    }
    /** Sets up a PPI or SGI of @p to. */
    void ppi(uint32_t intid, unsigned to)
    {
        rig::interrupt as;
        as.edge = true;
        g.private_interrupt(to, intid, as);
    }
    /** An edge of an SPI @p after_ps from now. */
    void pulse(uint64_t after_ps, uint32_t intid)
    {
        agenda.push({g.now + after_ps, next_order++, PULSE, 0, intid});
    }
    /** An edge of a PPI. */
    void pulse_ppi(uint64_t after_ps, unsigned to, uint32_t intid)
    {
        agenda.push({g.now + after_ps, next_order++, PULSE_PPI, to, intid});
    }
    /** @p from sends an SGI to @p to. */
    void sgi(uint64_t after_ps, unsigned from, unsigned to, uint32_t intid)
    {
        agenda.push({g.now + after_ps, next_order++, SGI, from, intid | to << 16});
    }

    /** Runs until nothing is left to do; fails when that does not end. */
    void run()
    {
        g.settle();
        g.settling = false;
        for (unsigned bound = 0; bound < 1000000; bound++) {
            take_exceptions();
            uint64_t gic_due = gic_assembly_next_due(g.a);
            if (agenda.empty() && gic_due == GIC_TIME_NEVER) {
                gictime_recorder_flush(recorder);
                g.settling = true;
                return;
            }
            if (agenda.empty() || gic_due <= agenda.top().time) {
                g.pass(gic_due > g.now ? gic_due - g.now : 0);
                continue;
            }
            action next = agenda.top();
            agenda.pop();
            g.pass(next.time > g.now ? next.time - g.now : 0);
            perform(next);
        }
        ADD_FAILURE() << "the system does not come to rest";
    }

    const gictime_group &group(const std::string &name) const
    {
        const gictime_group *found = gictime_breakdown_find(breakdown, name.c_str());
        if (!found)
            throw std::runtime_error("no group " + name);
        return *found;
    }

    rig::gic g;
    costs cost;
    std::vector<gictime_instance> instances;

private:
    enum kind { PULSE, PULSE_PPI, SGI, VECTOR, ACK, EOI, LEAVE };
    struct action {
        uint64_t time;
        uint64_t order;
        kind what;
        unsigned on; /* PE */
        uint32_t intid;
        bool operator<(const action &other) const /* The latest is the least. */
        {
            return time > other.time || (time == other.time && order > other.order);
        }
    };
    struct pe_state {
        bool busy = false;
    };

    void later(uint64_t ps, kind what, unsigned on, uint32_t intid = 0)
    {
        agenda.push({g.now + ps, next_order++, what, on, intid});
    }

    void take_exceptions()
    {
        for (unsigned n = 0; n < pe.size(); n++) {
            if (pe[n].busy || !g.irq(n))
                continue;
            pe[n].busy = true;
            gictime_recorder_exception(recorder, static_cast<uint16_t>(n), false, g.now);
            later(cost.entry, VECTOR, n);
        }
    }

    void perform(const action &a)
    {
        switch (a.what) {
        case PULSE:
            g.pulse(a.intid);
            break;
        case PULSE_PPI:
            g.ppi(a.on, a.intid, true);
            g.ppi(a.on, a.intid, false);
            break;
        case SGI:
            g.sgi(a.on, GIC_ICC_SGI1R_EL1, a.intid & 0xFFFF,
                  rig::gic::sgi_target(gic_config_affinity(&g.config, a.intid >> 16)));
            break;
        case VECTOR:
            gictime_recorder_handler(recorder, static_cast<uint16_t>(a.on), false, g.now);
            later(cost.to_ack, ACK, a.on);
            break;
        case ACK:
            acknowledge(a.on);
            break;
        case EOI:
            g.eoi(a.on, a.intid);
            later(cost.leave, LEAVE, a.on);
            break;
        case LEAVE:
            pe[a.on].busy = false;
            break;
        }
    }

    void acknowledge(unsigned on)
    {
        uint32_t intid = g.ack(on);
        if (gic_is_special(intid))
            later(cost.leave, LEAVE, on);
        else
            later(cost.service, EOI, on, intid);
    }

    std::vector<pe_state> pe;
    gictime_recorder *recorder = nullptr;
    gictime_breakdown *breakdown;
    std::priority_queue<action> agenda;
    uint64_t next_order = 0;
};

#endif
