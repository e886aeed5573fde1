// SPDX-License-Identifier: Apache-2.0
// Random GICs for whole_rig.hpp, by seed.
#ifndef GICTLM_TESTBENCH_SUPPORT_WHOLE_SHAPE_HPP
#define GICTLM_TESTBENCH_SUPPORT_WHOLE_SHAPE_HPP

#include <algorithm>
#include <random>

#include "whole_rig.hpp"

namespace whole
{

class dice
{
public:
    explicit dice(uint64_t seed) : random_(seed) {}
    uint64_t any(uint64_t bound)
    {
        return random_() % bound;
    }
    bool chance(unsigned percent)
    {
        return any(100) < percent;
    }
    template <typename type> type of(std::initializer_list<type> list)
    {
        return list.begin()[any(list.size())];
    }
    uint64_t bits()
    {
        return random_();
    }

private:
    std::mt19937_64 random_;
};

// A GIC as somebody could have built it.
struct shape {
    gic_config config = gic_config_default();
    gic_timing timing{};
    std::vector<uint32_t> affinity;
    std::vector<uint32_t> lpis; // in use; sorted
    uint64_t memory_ps = 0;

    shape(dice &d, bool timed)
    {
        sizes(d);
        features(d);
        affinities(d);
        if (d.chance(60))
            lpi_features(d);
        if (timed)
            latencies(d);
    }

private:
    void sizes(dice &d)
    {
        config.pe_count = static_cast<uint16_t>(1 + d.any(5));
        config.spi_count = d.of<uint16_t>({32, 64, 64, 96, 96, GIC_MAX_SPIS});
        if (config.spi_count == GIC_MAX_SPIS && !d.chance(50))
            config.spi_count = 64;
        config.espi_count = d.of<uint16_t>({0, 32, 64});
        config.eppi_count = d.of<uint8_t>({0, 32, 64});
    }
    void features(dice &d)
    {
        config.two_security_states = d.chance(65);
        config.has_el3 = config.two_security_states || d.chance(50);
        config.has_el2 = d.chance(70);
        config.ds_writable = d.chance(50);
        config.priority_bits = static_cast<uint8_t>(5 + d.any(4));
        if (!config.two_security_states && d.chance(15))
            config.priority_bits = 4;
        config.preemption_bits = std::min<uint8_t>(config.priority_bits, 7);
        if (config.preemption_bits > 5 && d.chance(25))
            config.preemption_bits--;
        config.list_registers = d.chance(10) ? uint8_t{0} : d.of<uint8_t>({1, 2, 4, 4, 4, 15, 16});
        config.virtual_priority_bits = static_cast<uint8_t>(5 + d.any(4));
        config.virtual_preemption_bits = std::min<uint8_t>(config.virtual_priority_bits, 7);
        if (config.virtual_preemption_bits > 5 && d.chance(25))
            config.virtual_preemption_bits--;
        config.mbis = d.chance(90);
        config.one_of_n = d.chance(85);
        config.range_select = d.chance(60);
        config.aff3_valid = d.chance(60);
        config.dpg = d.chance(85);
        config.bad_size = d.chance(25) ? GIC_BAD_SIZE_ERROR : GIC_BAD_SIZE_RAZ_WI;
        config.work_limit = static_cast<uint16_t>(1 + d.any(8));
        config.nmi = d.chance(50);
    }
    // Caches of a few entries: everything spills and is read again.
    void lpi_features(dice &d)
    {
        config.lpi_bits = 14;
        config.lpi_cache = static_cast<uint16_t>(4 + d.any(5));
        config.lpi_property_cache = static_cast<uint16_t>(1 + d.any(3));
        config.lpi_inv_register = d.chance(50);
        config.lpi_can_disable = d.chance(75);
        lpis = {8192, 8193, 8194, 8255, 8256, 8703, 8704, 9215, 16383};
        for (unsigned i = 0; i < 6; i++)
            lpis.push_back(static_cast<uint32_t>(8192 + d.any(8192)));
        std::sort(lpis.begin(), lpis.end());
        lpis.erase(std::unique(lpis.begin(), lpis.end()), lpis.end());
    }
    void affinities(dice &d)
    {
        if (d.chance(40))
            return;
        while (affinity.size() < config.pe_count) {
            uint32_t a = static_cast<uint32_t>(d.any(config.range_select ? 40 : 16) |
                                               d.any(2) << 8 | d.any(2) << 16);
            if (config.aff3_valid)
                a |= static_cast<uint32_t>(d.any(2)) << 24;
            if (std::find(affinity.begin(), affinity.end(), a) == affinity.end())
                affinity.push_back(a);
        }
        config.affinity = affinity.data();
    }
    void latencies(dice &d)
    {
        timing.timed = true;
        for (uint64_t &hop : timing.hop_ps)
            hop = d.chance(20) ? 0 : 1 + d.any(6000);
        for (uint64_t &occupancy : timing.occupancy_ps)
            occupancy = d.chance(50) ? 0 : d.any(500);
        memory_ps = d.chance(30) ? 0 : d.any(9000);
    }
};

} // namespace whole

#endif
