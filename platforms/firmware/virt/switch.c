/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of the virtual CPU interface, saved and restored as a world switch does it: all list
 * registers upwards, all downwards, or those in use alone. Straight code, one instruction a
 * register; what is stored lies in the order of the registers in each case.
 */
#include "lists.h"

struct state {
    uint64_t vmcr, hcr, elrsr;
    struct vif_priorities priorities;
    uint64_t list[VIRT_MOST_LISTS];
};

static struct state state;

/* Downwards the code enters at the last register there is and falls through to the first. */
#define SAVE_DOWN(number)                   \
    case number:                            \
        s->list[number] = VIF_LIST(number); \
        __attribute__((fallthrough));
#define LOAD_DOWN(number)                      \
    case number:                               \
        VIF_SET_LIST(number, s->list[number]); \
        __attribute__((fallthrough));
/* Upwards it leaves after the last. */
#define SAVE_UP(number)                 \
    s->list[number] = VIF_LIST(number); \
    if (number == last)                 \
        return;
#define LOAD_UP(number)                    \
    VIF_SET_LIST(number, s->list[number]); \
    if (number == last)                    \
        return;
#define LISTS_DOWN(DO) \
    DO(15)             \
    DO(14) DO(13) DO(12) DO(11) DO(10) DO(9) DO(8) DO(7) DO(6) DO(5) DO(4) DO(3) DO(2) DO(1) DO(0)

static void save_down(struct state *s, unsigned last)
{
    switch (last) {
        LISTS_DOWN(SAVE_DOWN)
    default:
        break;
    }
}

static void load_down(const struct state *s, unsigned last)
{
    switch (last) {
        LISTS_DOWN(LOAD_DOWN)
    default:
        break;
    }
}

static void save_up(struct state *s, unsigned last)
{
    LISTS_UP(SAVE_UP)
}

static void load_up(const struct state *s, unsigned last)
{
    LISTS_UP(LOAD_UP)
}

static uint64_t used_lists(const struct state *s, unsigned last)
{
    return ~s->elrsr & ((2ULL << last) - 1);
}

static void save_used(struct state *s, unsigned last)
{
    for (uint64_t used = used_lists(s, last); used != 0; used &= used - 1) {
        unsigned n = (unsigned)__builtin_ctzll(used);
        s->list[n] = list_read(n);
    }
}

static void load_used(const struct state *s, unsigned last)
{
    for (uint64_t used = used_lists(s, last); used != 0; used &= used - 1) {
        unsigned n = (unsigned)__builtin_ctzll(used);
        list_write(n, s->list[n]);
    }
}

static void save(struct state *s, enum switch_order order, unsigned last)
{
    s->vmcr = vif_vmcr();
    s->hcr = vif_hcr();
    vif_set_hcr(0);
    if (order == SWITCH_USED) {
        s->elrsr = vif_empty();
        save_used(s, last);
    } else if (order == SWITCH_UP) {
        save_up(s, last);
    } else {
        save_down(s, last);
    }
    vif_save_priorities(&s->priorities);
    isb();
}

static void restore(const struct state *s, enum switch_order order, unsigned last)
{
    vif_set_vmcr(s->vmcr);
    vif_load_priorities(&s->priorities);
    if (order == SWITCH_USED) {
        load_used(s, last);
    } else if (order == SWITCH_UP) {
        load_up(s, last);
    } else {
        load_down(s, last);
    }
    vif_set_hcr(s->hcr);
    isb();
}

void switch_measure(enum switch_order order, unsigned live, struct switched *result)
{
    unsigned last = lists_count() - 1;
    lists_reset();
    for (unsigned n = 0; n < live && n <= last; n++) {
        /* Lower than the mask lets through: the guest never sees it. */
        list_write(n, VIF_LIST_VALUE(VIRT_BURST + n, 0xff));
    }
    isb();
    result->save_from = cycles();
    save(&state, order, last);
    result->save_to = cycles();
    result->restore_from = result->save_to;
    restore(&state, order, last);
    result->restore_to = cycles();
    lists_reset();
}
