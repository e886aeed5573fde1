// SPDX-License-Identifier: Apache-2.0
// LPIs under operations that overlap, compared whenever all has arrived: memory answers in any
// order, early or late; interrupts, commands, registers, sleep, groups, EnableLPIs and loading come
// in between.
#include "gicr_lpi_overlap.hpp"

using namespace lpi;

namespace
{

std::string name_of(const testing::TestParamInfo<overlap_shape> &info)
{
    const overlap_shape &s = info.param;
    return "Bits" + std::to_string(s.bits) + "Cache" + std::to_string(s.cache) + "Lines" +
           std::to_string(s.property_lines) + "Work" + std::to_string(s.work_limit) +
           (s.two_states ? "Two" : "One") + "Pes" + std::to_string(s.pes);
}

class LpiOverlap : public testing::TestWithParam<overlap_shape>
{
};

} // namespace

TEST_P(LpiOverlap, EachStateOfRestIsTheReferences)
{
    for (uint32_t seed = 1; seed <= 10; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        overlap o(GetParam(), seed);
        for (unsigned n = 0; n < 80 && !HasFailure(); n++) {
            SCOPED_TRACE("burst " + std::to_string(n));
            o.burst(o.pick(2) ? 1 + o.pick(8) : 10 + o.pick(40));
            o.rest();
            if (o.pick(3) == 0)
                o.drain(o.pick(GetParam().pes));
            if (o.pick(3) == 0)
                o.off_and_on(o.pick(GetParam().pes));
        }
        if (HasFailure())
            return;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, LpiOverlap,
    testing::Values(overlap_shape{14, 4, 1, 1, false, 3}, overlap_shape{14, 4, 3, 64, true, 3},
                    overlap_shape{14, 5, 8, 1, true, 3}, overlap_shape{15, 5, 2, 3, true, 2},
                    overlap_shape{14, 8, 8, 7, false, 3}, overlap_shape{14, 64, 64, 64, true, 2}),
    name_of);
