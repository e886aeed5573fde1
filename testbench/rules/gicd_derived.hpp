// SPDX-License-Identifier: Apache-2.0
// Whether what a Distributor derives of its state is what a full recompute would give, and what is
// wrong if not.
#ifndef GICTLM_TESTBENCH_RULES_GICD_DERIVED_HPP
#define GICTLM_TESTBENCH_RULES_GICD_DERIVED_HPP

#include <string>

extern "C" {
#include "gicd_state.h"
}

namespace gicd_derived_check
{

inline bool listed(const gicd *d, unsigned list, unsigned slot)
{
    return (d->derived.list[list * d->words + slot / 32] & gic_bit(slot)) != 0;
}

inline bool at_level(const gicd *d, unsigned level, unsigned slot)
{
    return (d->derived.level[level * d->words + slot / 32] & gic_bit(slot)) != 0;
}

inline std::string slot_is_wrong(const gicd *d, unsigned slot)
{
    const bool there = (d->derived.view[slot / 32].implemented & gic_bit(slot)) != 0;
    const unsigned level = gicd_level(d, d->derived.slot[slot].urgency);
    const unsigned list = there ? gicd_list_for(d, slot) : static_cast<unsigned>(GICD_NO_LIST);
    if (d->derived.slot[slot].listed != list)
        return "listed";
    if (d->derived.slot[slot].route != gicd_route_of(d, slot))
        return "route";
    for (unsigned i = 0; i <= d->pool; i++)
        if (listed(d, i, slot) != (i == list))
            return "list";
    for (unsigned i = 0; i < d->levels; i++)
        if (at_level(d, i, slot) != (i == level))
            return "level";
    if (list == GICD_NO_LIST)
        return "";
    const uint32_t *levels = gicd_level_set(d, list, gicd_group(d, slot));
    return levels[level / 32] & gic_bit(level) ? "" : "levels of the list";
}

inline std::string summary_is_wrong(const gicd *d, unsigned w)
{
    for (unsigned i = 0; i <= d->pool; i++)
        if ((d->derived.list_words[i] >> w & 1) != (d->derived.list[i * d->words + w] != 0))
            return "words of a list";
    for (unsigned i = 0; i < d->levels; i++)
        if ((d->derived.level_words[i] >> w & 1) != (d->derived.level[i * d->words + w] != 0))
            return "words of a level";
    return "";
}

// Each offered slot has one owner, and each owner offers.
inline std::string offers_are_wrong(const gicd *d)
{
    unsigned offers = 0;
    unsigned offered = 0;
    for (unsigned pe = 0; pe < d->pool; pe++)
        for (unsigned i = 0; i < d->pe[pe].offers; i++, offers++) {
            const unsigned slot = d->pe[pe].offer[i].slot;
            if (d->derived.slot[slot].owner != pe)
                return "owner";
            if (!(d->word[slot / 32].offered & gic_bit(slot)))
                return "offered";
        }
    for (unsigned slot = 0; slot < d->words * 32u; slot++)
        offered += d->word[slot / 32].offered >> slot % 32 & 1u;
    return offered == offers ? "" : "number of offers";
}

// Empty, or what is wrong.
inline std::string wrong(const gicd *d)
{
    std::string what;
    for (unsigned slot = 0; slot < d->words * 32u && what.empty(); slot++)
        what = slot_is_wrong(d, slot);
    for (unsigned w = 0; w < d->words && what.empty(); w++)
        what = summary_is_wrong(d, w);
    return what.empty() ? offers_are_wrong(d) : what;
}

} // namespace gicd_derived_check

#endif
