/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of the virtual CPU interface, saved and restored as a world switch does it: all list
 * registers upwards, all downwards, or those in use alone. Straight code, one instruction a
 * register; what is stored lies in the order of the registers in each case.
 */
#include "lists.h"

struct state {
    uint64_t vmcr, hcr, elrsr, ap0r, ap1r;
    uint64_t list[VIRT_MOST_LISTS];
};

static struct state state;

/* Downwards the code enters at the last register there is and falls through to the first. */
#define SAVE_DOWN(number)                                    \
    case number:                                             \
        s->list[number] = read_sysreg(ich_lr##number##_el2); \
        __attribute__((fallthrough));
#define LOAD_DOWN(number)                                    \
    case number:                                             \
        write_sysreg(ich_lr##number##_el2, s->list[number]); \
        __attribute__((fallthrough));
/* Upwards it leaves after the last. */
#define SAVE_UP(number)                                  \
    s->list[number] = read_sysreg(ich_lr##number##_el2); \
    if (number == last)                                  \
        return;
#define LOAD_UP(number)                                  \
    write_sysreg(ich_lr##number##_el2, s->list[number]); \
    if (number == last)                                  \
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
    s->vmcr = read_sysreg(ich_vmcr_el2);
    s->hcr = read_sysreg(ich_hcr_el2);
    write_sysreg(ich_hcr_el2, 0);
    if (order == SWITCH_USED) {
        s->elrsr = read_sysreg(ich_elrsr_el2);
        save_used(s, last);
    } else if (order == SWITCH_UP) {
        save_up(s, last);
    } else {
        save_down(s, last);
    }
    s->ap0r = read_sysreg(ich_ap0r0_el2);
    s->ap1r = read_sysreg(ich_ap1r0_el2);
    isb();
}

static void restore(const struct state *s, enum switch_order order, unsigned last)
{
    write_sysreg(ich_vmcr_el2, s->vmcr);
    write_sysreg(ich_ap0r0_el2, s->ap0r);
    write_sysreg(ich_ap1r0_el2, s->ap1r);
    if (order == SWITCH_USED) {
        load_used(s, last);
    } else if (order == SWITCH_UP) {
        load_up(s, last);
    } else {
        load_down(s, last);
    }
    write_sysreg(ich_hcr_el2, s->hcr);
    isb();
}

void switch_measure(enum switch_order order, unsigned live, struct switched *result)
{
    unsigned last = lists_count() - 1;
    lists_reset();
    for (unsigned n = 0; n < live && n <= last; n++) {
        /* Lower than the mask lets through: the guest never sees it. */
        list_write(n, ICH_LR_PENDING | ICH_LR_GROUP1 | ICH_LR_PRIORITY(0xff) | (VIRT_BURST + n));
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
