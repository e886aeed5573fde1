/* SPDX-License-Identifier: Apache-2.0 */
/* Wires, pending and active state of shared interrupts, and the events of their instances. */
#include "gicd_state.h"

static inline void gicd_report_bits(gicd *d, unsigned event, unsigned w, uint32_t bits)
{
    while (bits) {
        unsigned slot = w * 32u + gic_lowest_bit(bits);
        uint64_t arg = 0;
        if (event == GIC_EV_PENDING)
            arg = (uint64_t)gic_urgency_priority(d->derived.slot[slot].urgency) |
                  (uint64_t)gicd_group(d, slot) << 8;
        gic_report(&d->outbox, event, GIC_PE_NONE, gicd_intid(d, slot), arg);
        bits &= bits - 1;
    }
}

static void gicd_begin_instances(gicd *d, unsigned w, uint32_t bits)
{
    d->word[w].instance |= bits;
    gicd_report_bits(d, GIC_EV_PENDING, w, bits);
}

/* Pending of word @p w was @p before: events; slots that may be candidates, or be so no more. */
static inline uint32_t gicd_note_pending(gicd *d, unsigned w, uint32_t before)
{
    gicd_word *word = &d->word[w];
    uint32_t after = gicd_pending(word);
    uint32_t rose = after & ~before;
    uint32_t fell = before & ~after;

    if (rose)
        gicd_begin_instances(d, w, rose & ~word->instance);
    if (fell) {
        gicd_report_bits(d, GIC_EV_WITHDRAWN, w, fell & word->instance);
        word->instance &= ~fell;
    }
    /* What is active is no candidate, whether it pends or not, and an offer of it is recalled. */
    return (rose | fell) & ~gicd_blocked(word);
}

void gicd_pending_changed(gicd *d, unsigned w, uint32_t before)
{
    gicd_refresh_bits(d, w, gicd_note_pending(d, w, before));
}

/* Edges that arrive before the acknowledge collapse into one (D-08, S-03). */
void gicd_latch(gicd *d, unsigned w, uint32_t bits, bool edges)
{
    gicd_word *word = &d->word[w];
    uint32_t before = gicd_pending(word);
    if (edges)
        gicd_report_bits(d, GIC_EV_MERGED, w, bits & word->latch);
    if (GIC_FAULT("D-08"))
        bits &= ~word->active;
    word->latch |= bits;
    gicd_pending_changed(d, w, before);
}

/* What is still pending now, a level that is high above all, begins an instance of its own (D-07).
 */
void gicd_deactivate(gicd *d, unsigned w, uint32_t bits)
{
    gicd_word *word = &d->word[w];
    uint32_t ended = bits & word->active;
    if (!ended)
        return;
    word->active &= ~ended;
    gicd_report_bits(d, GIC_EV_DEACTIVATED, w, ended);
    gicd_begin_instances(d, w, ended & gicd_pending(word) & ~word->instance);
    gicd_refresh_bits(d, w, ended & gicd_pending(word));
}

/* Acknowledge clears the latch and nothing else of what makes the interrupt pending (D-07, D-13).
 */
void gicd_activate(gicd *d, unsigned slot)
{
    gicd_word *word = &d->word[slot / 32];
    uint32_t bit = gic_bit(slot);
    word->latch &= ~bit;
    if (GIC_FAULT("D-07"))
        word->level &= ~bit;
    word->active |= bit; /* no candidate before, as it was offered, nor now */
    word->instance &= ~bit;
}

/* --- wires ----------------------------------------------------------------------------------- */

void gicd_set_line(gicd *d, uint32_t intid, bool level)
{
    unsigned slot = gicd_slot_of(d, intid);
    uint32_t bit = gic_bit(intid);
    gicd_word *word;
    uint32_t before;

    if (slot == GICD_NO_SLOT) {
        gic_report(&d->outbox, GIC_EV_BAD_LINE, GIC_PE_NONE, intid, level);
        return;
    }
    word = &d->word[slot / 32];
    if (((word->level & bit) != 0) == level)
        return;
    before = gicd_pending(word);
    word->level ^= bit;
    if (level && (word->edge & bit))
        gicd_latch(d, slot / 32, bit, true);
    else if (gicd_note_pending(d, slot / 32, before))
        gicd_refresh_alone(d, slot);
    gicd_run(d);
}
