// SPDX-License-Identifier: Apache-2.0
// Runs of whole_random.hpp on whole_rig.hpp: one by seed, its failure made short and told.
#ifndef GICTLM_TESTBENCH_SUPPORT_WHOLE_RUN_HPP
#define GICTLM_TESTBENCH_SUPPORT_WHOLE_RUN_HPP

#include "whole_random.hpp"

namespace whole
{

struct outcome {
    std::string wrong; // empty: nothing
    size_t at = 0;     // the operation after which it was
    uint64_t acknowledges = 0;
    uint64_t signalled = 0;
    uint64_t underway = 0;
    uint64_t virtual_acknowledges = 0;
    uint64_t virtual_signalled = 0;
    uint64_t maintained = 0;
    uint64_t nmis = 0;
    uint64_t virtual_nmis = 0;
};

// Loosely timed; timed, each operation after the last has settled; the same, with a look at the
// completion bits on the way.
enum class mode : uint8_t { LOOSELY_TIMED, TIMED, UNDER_WAY };

inline outcome play(const shape &s, const std::vector<op> &ops, bool look_underway)
{
    outcome out;
    pair p(s.config, s.timing, s.lpis, s.memory_ps);
    p.look_underway = look_underway;
    for (size_t i = 0; i < ops.size() && out.wrong.empty(); i++) {
        out.wrong = p.step(ops[i]);
        out.at = i;
    }
    out.acknowledges = p.acknowledges;
    out.signalled = p.signalled;
    out.underway = p.underway;
    out.virtual_acknowledges = p.virtual_acknowledges;
    out.virtual_signalled = p.virtual_signalled;
    out.maintained = p.maintained;
    out.nmis = p.nmis;
    out.virtual_nmis = p.virtual_nmis;
    return out;
}

// Leaves out operations, large pieces first, while something is still wrong.
inline std::vector<op> shorten(const shape &s, std::vector<op> ops, bool look_underway)
{
    unsigned replays = 600;
    for (size_t piece = ops.size() / 2; piece > 0 && replays > 0;) {
        bool shorter = false;
        for (size_t from = 0; from + piece <= ops.size() && replays > 0; replays--) {
            std::vector<op> fewer = ops;
            const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(from);
            fewer.erase(first, first + static_cast<std::ptrdiff_t>(piece));
            const outcome out = play(s, fewer, look_underway);
            if (out.wrong.empty()) {
                from += piece;
                continue;
            }
            fewer.resize(out.at + 1);
            ops = fewer;
            shorter = true;
        }
        piece = shorter && piece > 1 ? std::min(piece, ops.size()) / 2 : piece / 2;
    }
    return ops;
}

inline std::string describe(const shape &s)
{
    const gic_config &c = s.config;
    return text(
        "%u PEs, %u SPIs, %u extended, %u extended PPIs, %s, EL2 %d, EL3 %d, priority bits "
        "%u/%u, virtual %u/%u, list registers %u, NMIs %d, LPIs of %u bits (cache %u, %u), %s",
        c.pe_count, c.spi_count, c.espi_count, c.eppi_count,
        c.two_security_states ? "two Security states" : "one Security state", c.has_el2, c.has_el3,
        c.priority_bits, c.preemption_bits, c.virtual_priority_bits, c.virtual_preemption_bits,
        c.list_registers, c.nmi, c.lpi_bits, c.lpi_cache, c.lpi_property_cache,
        s.timing.timed ? "timed" : "loosely timed");
}

// One run by seed: empty, or the story of the failure.
inline std::string run(uint64_t seed, unsigned steps, mode how, outcome *total)
{
    dice d(seed);
    const bool look = how == mode::UNDER_WAY;
    const shape s(d, how != mode::LOOSELY_TIMED);
    source operations(d, s);
    std::vector<op> ops = operations.boot();
    for (unsigned i = 0; i < steps; i++)
        ops.push_back(operations.next());
    outcome out = play(s, ops, look);
    total->acknowledges += out.acknowledges;
    total->signalled += out.signalled;
    total->underway += out.underway;
    total->virtual_acknowledges += out.virtual_acknowledges;
    total->virtual_signalled += out.virtual_signalled;
    total->maintained += out.maintained;
    total->nmis += out.nmis;
    total->virtual_nmis += out.virtual_nmis;
    if (out.wrong.empty())
        return "";
    ops.resize(out.at + 1);
    ops = shorten(s, ops, look);
    std::string story =
        text("GICTLM_SEED=%llu: ", static_cast<unsigned long long>(seed)) + describe(s) + "\n";
    for (const op &o : ops)
        story += "  " + describe(o) + "\n";
    return story + play(s, ops, look).wrong;
}

} // namespace whole

#endif
