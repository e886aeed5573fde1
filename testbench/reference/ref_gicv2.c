/* SPDX-License-Identifier: Apache-2.0 */
#include "ref_gicv2.h"

#include <string.h>

/* ---- interrupts ------------------------------------------------------------------------------ */

static bool there(const ref2 *r, unsigned intid)
{
    return intid < 32u + r->config.spi_count;
}

static ref2_irq *irq_of(ref2 *r, unsigned pe, unsigned intid)
{
    return intid < 32 ? &r->pe[pe].own[intid] : &r->spi[intid - 32u];
}

static const ref2_irq *look_at(const ref2 *r, unsigned pe, unsigned intid)
{
    return intid < 32 ? &r->pe[pe].own[intid] : &r->spi[intid - 32u];
}

static bool pends(const ref2_irq *i)
{
    return i->latch || i->sources != 0 || (!i->edge && i->wire);
}

static bool is_secure(const ref2 *r, bool secure)
{
    return secure || !r->config.two_security_states;
}

/* Whether an access sees the interrupt; NSACR from @p opened on opens it, 0: never. */
static bool sees(const ref2 *r, bool secure, const ref2_irq *i, int opened)
{
    return is_secure(r, secure) || i->group1 || (opened != 0 && i->nsacr >= opened);
}

static unsigned all_pes(const ref2 *r)
{
    return (1u << r->config.pe_count) - 1u;
}

void ref2_init(ref2 *r, const gic_config *config)
{
    memset(r, 0, sizeof *r);
    r->config = *config;
    for (unsigned pe = 0; pe < config->pe_count; pe++) {
        for (unsigned n = 0; n < 16; n++)
            r->pe[pe].own[n].edge = true;
        r->pe[pe].bpr[0] = 7 - config->preemption_bits;
        r->pe[pe].bpr[1] = 8 - config->preemption_bits;
        r->pe[pe].guest.bpr[0] = 2;
        r->pe[pe].guest.bpr[1] = 3;
    }
    for (unsigned n = 0; n < config->spi_count && config->pe_count == 1; n++)
        r->spi[n].targets = 1;
}

void ref2_wire(ref2 *r, unsigned pe, unsigned intid, bool level)
{
    ref2_irq *i = irq_of(r, pe, intid);
    if (intid == 25) {
        r->pe[pe].guest.outside = level;
        level = level || ref2_maintenance_line(r, pe);
    }
    if (level && !i->wire && i->edge)
        i->latch = true;
    i->wire = level;
}

/* ---- what a CPU interface is presented with -------------------------------------------------- */

static bool is_candidate(const ref2 *r, unsigned pe, unsigned intid)
{
    const ref2_irq *i = look_at(r, pe, intid);
    return there(r, intid) && pends(i) && i->enabled && !i->active && r->enable[i->group1] &&
           r->pe[pe].enable[i->group1] && (intid < 32 || (i->targets >> pe & 1u));
}

/* The most urgent, or REF2_NONE. */
static unsigned best(const ref2 *r, unsigned pe)
{
    unsigned found = REF2_NONE;
    for (unsigned intid = 0; intid < REF2_INTIDS; intid++)
        if (is_candidate(r, pe, intid) &&
            (found == REF2_NONE ||
             look_at(r, pe, intid)->priority < look_at(r, pe, found)->priority))
            found = intid;
    return found;
}

/* An SGI with its lowest source in [12:10]. */
static uint32_t named(const ref2 *r, unsigned pe, unsigned intid)
{
    unsigned source = 0;
    if (intid >= 16)
        return intid;
    while (!(look_at(r, pe, intid)->sources >> source & 1u))
        source++;
    return intid | source << 10;
}

/* The most urgent active level, or REF2_LEVELS; its group. */
static int top(const ref2 *r, unsigned pe, int *group)
{
    for (int level = 0; level < REF2_LEVELS; level++)
        for (int g = 0; g < 2; g++)
            if (r->pe[pe].level[g][level]) {
                *group = g;
                return level;
            }
    *group = 2;
    return REF2_LEVELS;
}

static int level_shift(const ref2 *r)
{
    return 8 - r->config.preemption_bits;
}

static int running(const ref2 *r, unsigned pe)
{
    int group;
    int level = top(r, pe, &group);
    return level == REF2_LEVELS ? 0xFF : level << level_shift(r);
}

static int group_mask(const ref2_pe *p, bool group1)
{
    return 0xFF << (group1 && !p->cbpr ? p->bpr[1] : p->bpr[0] + 1) & 0xFF;
}

static bool signals(const ref2 *r, unsigned pe)
{
    const unsigned intid = best(r, pe);
    const ref2_irq *i;
    int mask;
    if (intid == REF2_NONE)
        return false;
    i = look_at(r, pe, intid);
    mask = group_mask(&r->pe[pe], i->group1);
    return i->priority < r->pe[pe].pmr &&
           (running(r, pe) == 0xFF || (i->priority & mask) < (running(r, pe) & mask));
}

static bool by_fiq(const ref2 *r, unsigned pe)
{
    return r->pe[pe].fiq_en && !look_at(r, pe, best(r, pe))->group1;
}

void ref2_legacy(ref2 *r, unsigned pe, bool irq, bool fiq)
{
    r->pe[pe].legacy_irq = irq;
    r->pe[pe].legacy_fiq = fiq;
}

/* L-13. In p->bypass from bit 0: FIQ and IRQ for Group 0, FIQ and IRQ for Group 1. */
static bool passes_irq(const ref2_pe *p)
{
    if (p->enable[1] || (p->enable[0] && !p->fiq_en))
        return false;
    return !(p->bypass & 8u) || (p->fiq_en && !(p->bypass & 2u));
}

static bool passes_fiq(const ref2_pe *p)
{
    if (p->enable[0] && p->fiq_en)
        return false;
    return !(p->bypass & 1u) || (!p->fiq_en && !(p->bypass & 4u));
}

bool ref2_irq_line(const ref2 *r, unsigned pe)
{
    const ref2_pe *p = &r->pe[pe];
    return passes_irq(p) ? p->legacy_irq : signals(r, pe) && !by_fiq(r, pe);
}

bool ref2_fiq_line(const ref2 *r, unsigned pe)
{
    const ref2_pe *p = &r->pe[pe];
    return passes_fiq(p) ? p->legacy_fiq : signals(r, pe) && by_fiq(r, pe);
}

/* ---- GICD ------------------------------------------------------------------------------------ */

/* A bit of the register family at @p base (its first word's offset). */
static bool get_bit(const ref2_irq *i, unsigned base)
{
    switch (base) {
    case 0x080:
        return i->group1;
    case 0x100:
    case 0x180:
        return i->enabled;
    case 0x200:
    case 0x280:
        return pends(i);
    case 0x300:
    case 0x380:
        return i->active;
    default:
        return i->wire; /* GICD_PPISR, GICD_SPISR */
    }
}

/* NSACR from which a Non-secure access of a family is open, for a read and for a write. */
static int opened(unsigned base, unsigned intid, bool write)
{
    if (intid < 32 || base < 0x200 || base == 0xD00)
        return 0;
    if (base == 0x200)
        return 1;
    if (base == 0x280)
        return 2;
    return write ? 0 : 2;
}

static void set_bit(ref2_irq *i, unsigned base, unsigned intid, bool one)
{
    if (base == 0x080)
        i->group1 = one;
    if (!one)
        return;
    if (base == 0x100 || base == 0x180)
        i->enabled = base == 0x100;
    if ((base == 0x200 || base == 0x280) && intid >= 16)
        i->latch = base == 0x200;
    if (base == 0x300 || base == 0x380)
        i->active = base == 0x300;
}

static uint32_t read_bits(const ref2 *r, unsigned pe, bool secure, unsigned base, unsigned first)
{
    uint32_t value = 0;
    if (base == 0x080 && !is_secure(r, secure))
        return 0;
    for (unsigned n = 0; n < 32; n++) {
        const ref2_irq *i;
        if (!there(r, first + n))
            continue;
        i = look_at(r, pe, first + n);
        if (sees(r, secure, i, opened(base, first + n, false)) && get_bit(i, base))
            value |= UINT32_C(1) << n;
    }
    return value;
}

static void write_bits(ref2 *r, unsigned pe, bool secure, unsigned base, unsigned first,
                       uint32_t value)
{
    if (base == 0x080 && !is_secure(r, secure))
        return;
    for (unsigned n = 0; n < 32; n++)
        if (there(r, first + n) &&
            sees(r, secure, irq_of(r, pe, first + n), opened(base, first + n, true)))
            set_bit(irq_of(r, pe, first + n), base, first + n, value >> n & 1u);
}

static unsigned read_byte(const ref2 *r, unsigned pe, bool secure, unsigned base, unsigned intid)
{
    const ref2_irq *i;
    if (!there(r, intid))
        return 0;
    i = look_at(r, pe, intid);
    if (base == 0x400 && sees(r, secure, i, 0))
        return (unsigned)(is_secure(r, secure) ? i->priority : i->priority << 1 & 0xFF);
    if (base == 0x800 && r->config.pe_count > 1 && intid < 32)
        return 1u << pe;
    if (base == 0x800 && r->config.pe_count > 1 && sees(r, secure, i, 3))
        return i->targets;
    if (base >= 0xF10 && sees(r, secure, i, base == 0xF20 ? 1 : 2))
        return i->sources;
    return 0;
}

static void write_byte(ref2 *r, unsigned pe, bool secure, unsigned base, unsigned intid,
                       unsigned value)
{
    ref2_irq *i;
    if (!there(r, intid))
        return;
    i = irq_of(r, pe, intid);
    if (base == 0x400 && sees(r, secure, i, 0))
        i->priority = (int)(is_secure(r, secure) ? value : 0x80u | value >> 1) &
                      0xFF << (8 - r->config.priority_bits) & 0xFF;
    if (base == 0x800 && r->config.pe_count > 1 && intid >= 32 && sees(r, secure, i, 3))
        i->targets = value & all_pes(r);
    if (base == 0xF20 && sees(r, secure, i, 1))
        i->sources |= value & all_pes(r);
    if (base == 0xF10 && sees(r, secure, i, 2))
        i->sources &= ~value;
}

static uint32_t read_pairs(const ref2 *r, unsigned pe, bool secure, unsigned base, unsigned first)
{
    uint32_t value = 0;
    for (unsigned n = 0; n < 16; n++) {
        const ref2_irq *i;
        if (!there(r, first + n))
            continue;
        i = look_at(r, pe, first + n);
        if (base == 0xC00 && sees(r, secure, i, 0))
            value |= (uint32_t)i->edge << (2 * n + 1);
        if (base == 0xE00 && secure && r->config.two_security_states && first != 16)
            value |= (uint32_t)i->nsacr << 2 * n;
    }
    return value;
}

static void write_pairs(ref2 *r, unsigned pe, bool secure, unsigned base, unsigned first,
                        uint32_t value)
{
    for (unsigned n = 0; n < 16; n++) {
        ref2_irq *i;
        if (!there(r, first + n))
            continue;
        i = irq_of(r, pe, first + n);
        if (base == 0xC00 && first + n >= 16 && sees(r, secure, i, 0))
            i->edge = value >> (2 * n + 1) & 1u;
        if (base == 0xE00 && secure && r->config.two_security_states && first != 16)
            i->nsacr = (int)(value >> 2 * n & 3u);
    }
}

static void write_sgir(ref2 *r, unsigned from, bool secure, uint32_t value)
{
    const unsigned filter = value >> 24 & 3u;
    const bool nsatt = value >> 15 & 1u;
    unsigned targets = filter == 0   ? value >> 16 & 0xFFu
                       : filter == 1 ? ~(1u << from)
                       : filter == 2 ? 1u << from
                                     : 0;
    for (unsigned pe = 0; pe < r->config.pe_count; pe++) {
        ref2_irq *i = &r->pe[pe].own[value & 15u];
        bool goes = true;
        if (r->config.two_security_states)
            goes = secure ? i->group1 == nsatt : i->group1 || i->nsacr >= 1;
        if (goes && (targets >> pe & 1u))
            i->sources |= 1u << from;
    }
}

/* The family that an offset is in, and its first INTID. */
static bool is_bit_family(unsigned offset)
{
    return offset >= 0x080 && offset < 0x400;
}

static bool is_byte_family(unsigned offset)
{
    return (offset >= 0x400 && offset < 0xC00) || (offset >= 0xF10 && offset < 0xF30);
}

static unsigned byte_base(unsigned offset)
{
    return offset >= 0xF20 ? 0xF20 : offset >= 0xF10 ? 0xF10 : offset & ~0x3FFu;
}

static bool is_pair_family(unsigned offset)
{
    return (offset >= 0xC00 && offset < 0xD00) || (offset >= 0xE00 && offset < 0xF00);
}

uint32_t ref2_gicd_read(const ref2 *r, unsigned pe, bool secure, unsigned offset, unsigned size)
{
    uint32_t value = 0;
    if (offset == 0)
        return is_secure(r, secure) ? (uint32_t)r->enable[0] | (uint32_t)r->enable[1] << 1
                                    : (uint32_t)r->enable[1];
    if (is_bit_family(offset))
        return read_bits(r, pe, secure, offset & ~0x7Fu, (offset & 0x7Fu) * 8u);
    if (is_pair_family(offset))
        return read_pairs(r, pe, secure, offset & ~0xFFu, (offset & 0xFFu) * 4u);
    if (offset >= 0xD00 && offset < 0xD80)
        return read_bits(r, pe, secure, 0xD00, (offset & 0x7Fu) * 8u) >> (offset == 0xD00 ? 16 : 0);
    for (unsigned n = 0; n < size && is_byte_family(offset); n++)
        value |= read_byte(r, pe, secure, byte_base(offset), offset + n - byte_base(offset))
                 << 8 * n;
    return value;
}

void ref2_gicd_write(ref2 *r, unsigned pe, bool secure, unsigned offset, unsigned size,
                     uint32_t value)
{
    if (offset == 0 && is_secure(r, secure)) {
        r->enable[0] = value & 1u;
        r->enable[1] = value >> 1 & 1u;
    } else if (offset == 0) {
        r->enable[1] = value & 1u;
    } else if (offset == 0xF00) {
        write_sgir(r, pe, secure, value);
    } else if (is_bit_family(offset)) {
        write_bits(r, pe, secure, offset & ~0x7Fu, (offset & 0x7Fu) * 8u, value);
    } else if (is_pair_family(offset)) {
        write_pairs(r, pe, secure, offset & ~0xFFu, (offset & 0xFFu) * 4u, value);
    }
    for (unsigned n = 0; n < size && is_byte_family(offset); n++)
        write_byte(r, pe, secure, byte_base(offset), offset + n - byte_base(offset),
                   value >> 8 * n & 0xFFu);
}

/* ---- GICC ------------------------------------------------------------------------------------ */

/* GICC_HPPIR, or with @p aliased GICC_AHPPIR. */
static uint32_t identify(const ref2 *r, unsigned pe, bool secure, bool aliased)
{
    const unsigned intid = best(r, pe);
    bool group1;
    if (intid == REF2_NONE)
        return REF2_NONE;
    group1 = look_at(r, pe, intid)->group1;
    if (aliased || !is_secure(r, secure))
        return group1 ? named(r, pe, intid) : REF2_NONE;
    return group1 && !r->pe[pe].ack_ctl ? 1022 : named(r, pe, intid);
}

static uint32_t acknowledge(ref2 *r, unsigned pe, bool secure, bool aliased, bool look)
{
    const uint32_t value = signals(r, pe) ? identify(r, pe, secure, aliased) : REF2_NONE;
    ref2_irq *i;
    if (look || value == REF2_NONE || value == 1022)
        return value;
    i = irq_of(r, pe, value & 0x3FFu);
    r->pe[pe].level[i->group1][i->priority >> level_shift(r)] = true;
    i->active = true;
    i->latch = false;
    if ((value & 0x3FFu) < 16)
        i->sources &= ~(1u << (value >> 10));
    return value;
}

static void deactivate(ref2 *r, unsigned pe, bool secure, unsigned intid)
{
    if (is_secure(r, secure) || irq_of(r, pe, intid)->group1)
        irq_of(r, pe, intid)->active = false;
}

static bool eoi_mode(const ref2 *r, unsigned pe, bool secure)
{
    return is_secure(r, secure) ? r->pe[pe].eoi_s : r->pe[pe].eoi_ns;
}

static void end(ref2 *r, unsigned pe, bool secure, bool aliased, unsigned intid)
{
    int group;
    const int level = top(r, pe, &group);
    const bool mine =
        aliased || !is_secure(r, secure) ? group == 1 : group == 0 || r->pe[pe].ack_ctl;
    if (level == REF2_LEVELS || !mine || !there(r, intid))
        return;
    r->pe[pe].level[group][level] = false;
    if (!eoi_mode(r, pe, secure))
        deactivate(r, pe, secure, intid);
}

static uint32_t levels_of(const ref2 *r, unsigned pe, int group, unsigned first, unsigned count)
{
    uint32_t value = 0;
    for (unsigned n = 0; n < 32 && n < count; n++)
        if (first + n < REF2_LEVELS && r->pe[pe].level[group][first + n])
            value |= UINT32_C(1) << n;
    return value;
}

static void set_levels(ref2 *r, unsigned pe, int group, unsigned first, unsigned count,
                       uint32_t value)
{
    for (unsigned n = 0; n < 32 && n < count; n++)
        r->pe[pe].level[group][first + n] = value >> n & 1u;
}

/* Levels that GICC_APR<n> has, of @p all in a view that begins at @p *first. */
static unsigned apr_span(const ref2 *r, bool nonsecure, unsigned n, unsigned *first)
{
    const unsigned all = 1u << r->config.preemption_bits;
    const unsigned seen = nonsecure ? all / 2 : all;
    *first = all - seen + 32 * n;
    return 32 * n < seen ? seen - 32 * n : 0;
}

static uint32_t ctlr(const ref2_pe *p)
{
    return (uint32_t)p->enable[0] | (uint32_t)p->enable[1] << 1 | (uint32_t)p->ack_ctl << 2 |
           (uint32_t)p->fiq_en << 3 | (uint32_t)p->cbpr << 4 | p->bypass << 5 |
           (uint32_t)p->eoi_s << 9 | (uint32_t)p->eoi_ns << 10;
}

static void set_ctlr(ref2 *r, unsigned pe, bool secure, uint32_t v)
{
    ref2_pe *p = &r->pe[pe];
    if (!is_secure(r, secure)) {
        p->enable[1] = v & 1u;
        p->bypass = (p->bypass & 3u) | (v >> 5 & 3u) << 2;
        p->eoi_ns = v >> 9 & 1u;
        return;
    }
    p->enable[0] = v & 1u;
    p->enable[1] = v >> 1 & 1u;
    p->ack_ctl = v >> 2 & 1u;
    p->fiq_en = v >> 3 & 1u;
    p->cbpr = v >> 4 & 1u;
    p->bypass = v >> 5 & 15u;
    p->eoi_s = v >> 9 & 1u;
    p->eoi_ns = r->config.two_security_states && (v >> 10 & 1u);
}

static uint32_t shifted(bool shift, int priority)
{
    return (uint32_t)(!shift ? priority : priority < 0x80 ? 0 : priority << 1 & 0xFF);
}

uint32_t ref2_gicc_read(ref2 *r, unsigned pe, bool secure, unsigned offset, bool look)
{
    const ref2_pe *p = &r->pe[pe];
    const bool nonsecure = !is_secure(r, secure);
    const bool hidden = nonsecure && (offset == 0x1C || offset == 0x20 || offset == 0x28 ||
                                      (offset >= 0xE0 && offset < 0xF0));
    const unsigned n = (offset & 15u) / 4;
    unsigned first, span;
    if (hidden)
        return 0;
    switch (offset) {
    case 0x00:
        return nonsecure ? (uint32_t)p->enable[1] | p->bypass >> 2 << 5 | (uint32_t)p->eoi_ns << 9
                         : ctlr(p);
    case 0x04:
        return shifted(nonsecure, p->pmr);
    case 0x08:
        if (nonsecure && p->cbpr)
            return p->bpr[0] < 7 ? (uint32_t)p->bpr[0] + 1 : 7;
        return (uint32_t)p->bpr[nonsecure];
    case 0x0C:
    case 0x20:
        return acknowledge(r, pe, secure, offset == 0x20, look);
    case 0x14:
        return running(r, pe) == 0xFF ? 0xFF : shifted(nonsecure, running(r, pe));
    case 0x18:
    case 0x28:
        return identify(r, pe, secure, offset == 0x28);
    case 0x1C:
        return (uint32_t)p->bpr[1];
    default:
        break;
    }
    if (offset < 0xD0 || offset >= 0xF0)
        return 0;
    span = apr_span(r, nonsecure, n, &first);
    return levels_of(r, pe, nonsecure || offset >= 0xE0, first, span);
}

static int at_least(int value, int least)
{
    return value < least ? least : value;
}

void ref2_gicc_write(ref2 *r, unsigned pe, bool secure, unsigned offset, uint32_t value)
{
    ref2_pe *p = &r->pe[pe];
    const bool nonsecure = !is_secure(r, secure);
    const unsigned n = (offset & 15u) / 4;
    const int least = 7 - r->config.preemption_bits;
    unsigned first, span;
    if (nonsecure && (offset == 0x1C || offset == 0x24 || (offset >= 0xE0 && offset < 0xF0)))
        return;
    if (offset == 0x00)
        set_ctlr(r, pe, secure, value);
    if (offset == 0x04 && !(nonsecure && p->pmr < 0x80))
        p->pmr = (int)(nonsecure ? 0x80u | (value & 0xFFu) >> 1 : value & 0xFFu) &
                 0xFF << (8 - r->config.priority_bits) & 0xFF;
    if (offset == 0x08 && !nonsecure)
        p->bpr[0] = at_least((int)(value & 7u), least);
    if ((offset == 0x08 && nonsecure && !p->cbpr) || offset == 0x1C)
        p->bpr[1] = at_least((int)(value & 7u), least + 1);
    if ((offset == 0x10 || offset == 0x24) && (value & 0x3FFu) < 1020)
        end(r, pe, secure, offset == 0x24, value & 0x3FFu);
    if (offset == 0x1000 && there(r, value & 0x3FFu) && eoi_mode(r, pe, secure))
        deactivate(r, pe, secure, value & 0x3FFu);
    if (offset < 0xD0 || offset >= 0xF0)
        return;
    span = apr_span(r, nonsecure, n, &first);
    set_levels(r, pe, nonsecure || offset >= 0xE0, first, span, value);
}
