/* SPDX-License-Identifier: Apache-2.0 */
/* Which differences the rows KNOWN_V2 of known.def cover. */
#include "known.h"

#include "rows.h"
#include "shadow.h"
#include "sysreg_ids.h"

#include <string.h>

#define ALL_BITS  (~UINT64_C(0))
#define NOTHING   0x3FFu
#define OF_GROUP1 0x3FEu
#define INTID     0x3FFu
#define CPUID     0x1C00u

/* ---- what a pair is -----------------------------------------------------------------------------
 */

static bool row_between(int row, int first, int last)
{
    return row >= first && row <= last;
}

/** Row that step @p number writes; -1: none. */
static int row_written(const diff_pair *p, uint32_t number)
{
    const diff_step *step = &p->c->program.step[number];
    return step->op == DIFF_WRITE ? row_find(&p->c->program, step->address).row : -1;
}

/** The step's own row, whether it reads or writes; -1: none. */
static int row_of_step(const diff_pair *p, uint32_t number)
{
    const diff_step *step = &p->c->program.step[number];
    return step->op == DIFF_WRITE || step->op == DIFF_READ
               ? row_find(&p->c->program, step->address).row
               : -1;
}

static void shadow_after(const diff_pair *p, diff_shadow *s)
{
    shadow_replay(s, &p->c->program, p->number + 1);
}

/** Whether accesses of the step are Non-secure, in a machine that has two Security states. */
static bool is_nonsecure(const diff_pair *p)
{
    return p->c->program.secure && p->step && !step_is_secure(&p->c->program, p->step);
}

/** Whether the pair is a GICC_HPPIR or GICV_HPPIR, read in whatever way. */
static bool is_hppir(const diff_pair *p)
{
    int row = known_row_read(p);
    return (p->kind == DIFF_RECORD_STEP && p->field == DIFF_S_HPPIR0) ||
           (p->kind == DIFF_RECORD_INTERRUPT && p->field == DIFF_I_HPPIR0) ||
           row == ROW2_GICC_HPPIR || row == ROW2_GICV_HPPIR;
}

/** Whether the pair is ISR_EL1. */
static bool is_isr(const diff_pair *p)
{
    bool read = p->step && p->step->op == DIFF_MRS && p->step->address == DIFF_ISR_EL1;
    return (p->kind == DIFF_RECORD_STEP &&
            (p->field == DIFF_S_ISR || (read && p->field == DIFF_S_RESULT))) ||
           (p->kind == DIFF_RECORD_VIRTUAL && p->field == DIFF_G_ISR);
}

/** Whether the pair shows what is pending for a PE. */
static bool is_pending(const diff_pair *p)
{
    return p->step && p->kind == DIFF_RECORD_STEP &&
           (is_hppir(p) || is_isr(p) || p->field == DIFF_S_HPPIR1);
}

/** Whether the pair is what a read of GICC_IAR or GICV_IAR gave. */
static bool is_iar(const diff_pair *p)
{
    bool ack = p->step && p->step->op == DIFF_ACK && p->kind == DIFF_RECORD_STEP &&
               p->field == DIFF_S_RESULT;
    return ack || (p->kind == DIFF_RECORD_INTERRUPT && p->field == DIFF_I_IAR);
}

/** Whether the pair is of the virtual interface. */
static bool is_of_guest(const diff_pair *p)
{
    int row = known_row_read(p);
    bool handler = p->kind == DIFF_RECORD_INTERRUPT && p->our_record &&
                   (p->our_record->field[DIFF_I_ENTRY] & DIFF_ENTRY_GUEST);
    return p->kind == DIFF_RECORD_VIRTUAL || handler || row >= ROW2_GICH_HCR;
}

/* ---- what says who made it ----------------------------------------------------------------------
 */

uint64_t known_identity_v2(const diff_pair *p)
{
    int row = known_row_read(p);
    bool identity = row == ROW2_GICD_IIDR || row == ROW2_GICC_IIDR || row == ROW2_GICV_IIDR ||
                    row_between(row, ROW2_GICD_PIDR4, ROW2_GICD_CIDR3);
    return identity ? ALL_BITS : 0;
}

uint64_t known_nsacr_v2(const diff_pair *p)
{
    int row = known_row_read(p);
    return (row == ROW2_GICD_NSACR || row == ROW2_GICD_NSACR0) && p->theirs == 0 ? ALL_BITS : 0;
}

uint64_t known_line_status(const diff_pair *p)
{
    int row = known_row_read(p);
    return (row == ROW2_GICD_SPISR || row == ROW2_GICD_PPISR) && p->theirs == 0 ? ALL_BITS : 0;
}

uint64_t known_bypass(const diff_pair *p)
{
    const uint64_t all = 0x1E0, nonsecure = 0x60;
    uint64_t bits = is_nonsecure(p) ? nonsecure : all;
    return known_row_read(p) == ROW2_GICC_CTLR && !(p->theirs & bits) ? bits : 0;
}

uint64_t known_guest_eoimode(const diff_pair *p)
{
    const uint64_t eoimode_ns = 0x400;
    return known_row_read(p) == ROW2_GICV_CTLR && p->c->program.secure && (p->theirs & eoimode_ns)
               ? eoimode_ns
               : 0;
}

/* ---- accesses -----------------------------------------------------------------------------------
 */

uint64_t known_width_v2(const diff_pair *p)
{
    int row = known_row_read(p);
    if (row < 0 && p->step && p->step->op == DIFF_READ && p->step->width == 8)
        row = row_find(&p->c->program, p->step->address + 4).row; /* the half that there is */
    bool answer = p->kind == DIFF_RECORD_STEP && p->field == DIFF_S_RESULT;
    return answer && row >= 0 && p->step->op == DIFF_READ && p->ours == 0 &&
                   !(diff_rows[row].widths & p->step->width)
               ? ALL_BITS
               : 0;
}

/** Behind a write of a byte or two to GICD_ISENABLER: what it enables in QEMU. */
uint64_t known_narrow_write(const diff_pair *p)
{
    if (known_row_read(p) != ROW2_GICD_ISENABLER || p->number == 0 ||
        row_written(p, p->number - 1) != ROW2_GICD_ISENABLER)
        return 0;
    const diff_step *write = p->step - 1;
    return write->width < 4 ? write->value << 8 * (write->address & 3) & ~p->ours : 0;
}

uint64_t known_list_register_limit(const diff_pair *p)
{
    const uint32_t beyond = 16;
    return known_row_read(p) == ROW2_GICH_LR && p->ours == 0 &&
                   row_find(&p->c->program, p->step->address).offset == beyond
               ? ALL_BITS
               : 0;
}

uint64_t known_gich_reserved(const diff_pair *p)
{
    if (!p->step || p->step->op != DIFF_READ || p->kind != DIFF_RECORD_STEP ||
        p->field != DIFF_S_RESULT || p->ours != 0)
        return 0;
    diff_place place = row_find(&p->c->program, p->step->address);
    return place.row < 0 && place.frame && place.frame[3] == 'H' ? ALL_BITS : 0;
}

/* ---- what QEMU has not --------------------------------------------------------------------------
 */

static bool is_alias(int row)
{
    return row == ROW2_GICC_AIAR || row == ROW2_GICC_AHPPIR || row == ROW2_GICV_AIAR ||
           row == ROW2_GICV_AHPPIR;
}

uint64_t known_aliased(const diff_pair *p)
{
    return is_alias(known_row_read(p)) && p->theirs == 0 ? ALL_BITS : 0;
}

/** What step @p number answered. */
static uint64_t result_of(const diff_pair *p, uint32_t number)
{
    for (size_t i = 0; i < p->our_log->records; i++) {
        const diff_record *r = &p->our_log->record[i];
        if (r->kind == DIFF_RECORD_STEP && r->field[DIFF_S_STEP] == number)
            return r->field[DIFF_S_RESULT];
    }
    return 0;
}

uint64_t known_aliased_end(const diff_pair *p)
{
    for (uint32_t i = 0; i <= p->number && i < p->c->program.steps; i++) {
        int row = row_of_step(p, i);
        bool acknowledged = (row == ROW2_GICC_AIAR || row == ROW2_GICV_AIAR) &&
                            result_of(p, i) != 0 && (result_of(p, i) & INTID) < 1020;
        if (acknowledged || row_written(p, i) == ROW2_GICC_AEOIR ||
            row_written(p, i) == ROW2_GICV_AEOIR)
            return ALL_BITS;
    }
    return 0;
}

/* ---- what is pending and what is presented ------------------------------------------------------
 */

uint64_t known_sgi_enable(const diff_pair *p)
{
    const uint64_t sgis = 0xFFFF;
    diff_shadow s;
    int row = known_row_read(p);
    if (row == ROW2_GICD_ISENABLER0 || row == ROW2_GICD_ICENABLER0)
        return p->theirs & ~p->ours & sgis;
    if (!is_pending(p) || p->field == DIFF_S_HPPIR1)
        return 0;
    shadow_after(p, &s);
    return (s.v2.enabled[p->step->pe] & sgis) != sgis ? ALL_BITS : 0;
}

uint64_t known_hppir_source(const diff_pair *p)
{
    bool sgi = (p->ours & INTID) < 16 && (p->ours & INTID) == p->theirs;
    return is_hppir(p) && sgi ? CPUID : 0;
}

/** Whether GICC_PMR masks what our GICC_HPPIR names, in the state @p s. */
static bool is_masked(const diff_pair *p, const diff_shadow *s)
{
    uint8_t pmr = s->v2.pmr[p->step->pe];
    unsigned first = (unsigned)(p->ours & INTID), last = first;
    if (p->ours == OF_GROUP1) { /* one of them */
        first = 0;
        last = 32 * DIFF_WORDS - 1;
    }
    for (unsigned intid = first; intid <= last; intid++) {
        bool other = p->ours == OF_GROUP1 && shadow_group(s, p->step->pe, intid) == DIFF_GROUP_0;
        if (!other && shadow_priority(s, p->step->pe, intid) >= pmr)
            return true;
    }
    return false;
}

uint64_t known_hppir_mask(const diff_pair *p)
{
    diff_shadow before, after;
    if (!is_hppir(p) || is_of_guest(p) || p->theirs != NOTHING || !p->step)
        return 0;
    shadow_replay(&before, &p->c->program, p->number);
    shadow_after(p, &after);
    bool handler = p->kind == DIFF_RECORD_INTERRUPT; /* before the step's own write, or behind it */
    return is_masked(p, &after) || (handler && is_masked(p, &before)) ? ALL_BITS : 0;
}

/** The last record of the virtual interface of the pair's PE, not behind the pair; NULL: none. */
static const diff_record *virtual_before(const diff_pair *p)
{
    const diff_record *last = NULL;
    for (size_t i = 0; i < p->our_log->records; i++) {
        const diff_record *r = &p->our_log->record[i];
        if (r->field[0] > p->number)
            break;
        if (r->kind == DIFF_RECORD_VIRTUAL && r->field[DIFF_G_PE] == p->step->pe)
            last = r;
    }
    return last;
}

uint64_t known_guest_hppir_mask(const diff_pair *p)
{
    enum { LIST_REGISTERS = 4 };
    const diff_record *r =
        p->step && is_hppir(p) && is_of_guest(p) && p->theirs == NOTHING ? virtual_before(p) : NULL;
    for (unsigned n = 0; r && n < LIST_REGISTERS; n++) {
        uint64_t lr = r->field[DIFF_G_LR0 + n], mask = r->field[DIFF_G_VMCR] >> 27 & 0x1F;
        bool named = p->ours == OF_GROUP1 ? lr >> 30 & 1 : (lr & INTID) == (p->ours & INTID);
        if (named && (lr >> 23 & 0x1F) >= mask)
            return ALL_BITS;
    }
    return 0;
}

uint64_t known_ack_1022(const diff_pair *p)
{
    return is_iar(p) && p->ours == NOTHING && p->theirs == OF_GROUP1 ? ALL_BITS : 0;
}

/** Where a group that GICD_CTLR or GICC_CTLR disables hides the others in QEMU. */
uint64_t known_hidden_group_v2(const diff_pair *p)
{
    diff_shadow s;
    if (!is_pending(p) || p->field == DIFF_S_HPPIR1 || (is_isr(p) && p->theirs != 0))
        return 0;
    shadow_after(p, &s);
    uint32_t groups = s.v2.gicd_ctlr & s.v2.gicc_ctlr[p->step->pe] & 3;
    return groups != 3 ? ALL_BITS : 0;
}

/** The same of the groups of GICH_VMCR. */
uint64_t known_guest_hidden_group(const diff_pair *p)
{
    const uint64_t groups = 3;
    bool read = p->step && p->step->op == DIFF_MRS && step_is_guest(&p->c->program, p->step) &&
                p->kind == DIFF_RECORD_STEP && p->field == DIFF_S_RESULT;
    bool shows = (is_hppir(p) && is_of_guest(p)) || (read && is_isr(p)) ||
                 (p->kind == DIFF_RECORD_VIRTUAL && p->field == DIFF_G_ISR);
    const diff_record *r = p->step && shows ? virtual_before(p) : NULL;
    return r && (r->field[DIFF_G_VMCR] & groups) != groups ? ALL_BITS : 0;
}

/** Where Group 1 and Group 0 split priorities at different bits. */
uint64_t known_split_v2(const diff_pair *p)
{
    diff_shadow s;
    if (!p->step || p->kind != DIFF_RECORD_STEP || !is_isr(p))
        return 0;
    shadow_after(p, &s);
    return s.v2.aliased_point[p->step->pe] != s.v2.point[p->step->pe] + 1u ? ALL_BITS : 0;
}

/** From a write of GICV_ABPR of less than the minimum to the next of GICH_VMCR. */
uint64_t known_guest_abpr(const diff_pair *p)
{
    const uint64_t least = 3, field = UINT64_C(7) << 18;
    bool vmcr = (p->kind == DIFF_RECORD_VIRTUAL && p->field == DIFF_G_VMCR) ||
                known_row_read(p) == ROW2_GICH_VMCR;
    bool abpr = known_row_read(p) == ROW2_GICV_ABPR;
    if (!vmcr && !abpr && !(p->kind == DIFF_RECORD_VIRTUAL && p->field == DIFF_G_ISR))
        return 0;
    for (uint32_t i = p->number + 1; i-- > 0;) {
        const diff_step *step = &p->c->program.step[i];
        int row = row_written(p, i);
        if (step->pe != p->step->pe || (row != ROW2_GICV_ABPR && row != ROW2_GICH_VMCR))
            continue;
        bool less = row == ROW2_GICV_ABPR && (step->value & 7) < least;
        return !less ? 0 : vmcr ? field : ALL_BITS;
    }
    return 0;
}

/* ---- SGIs and PPIs ------------------------------------------------------------------------------
 */

/** Number of the write of GICD_SGIR that the step, a read of GICD_CPENDSGIR, looks at the effects
 *  of; steps of that kind alone are between. @return -1: it is none. */
static int64_t settled_sgi(const diff_pair *p)
{
    if (!p->step || p->step->op != DIFF_READ || row_of_step(p, p->number) != ROW2_GICD_CPENDSGIR)
        return -1;
    uint32_t i = p->number;
    while (i > 0 && row_of_step(p, i) == ROW2_GICD_CPENDSGIR)
        i--;
    return row_written(p, i) == ROW2_GICD_SGIR ? (int64_t)i : -1;
}

/** Whether the pair shows what of SGIs is pending. */
static bool shows_sgis(const diff_pair *p)
{
    return is_pending(p) || known_row_read(p) == ROW2_GICD_CPENDSGIR;
}

/** Bits of the pair that the SGI of a write of GICD_SGIR sets: its source in GICD_CPENDSGIR, itself
 *  in GICD_ISPENDR0, anything in what is presented. */
static uint64_t bits_of_sgi(const diff_pair *p, const diff_step *sgi)
{
    unsigned intid = sgi->value & 15;
    if (known_row_read(p) == ROW2_GICD_CPENDSGIR)
        return UINT64_C(1) << sgi->pe << intid % 4 * 8;
    return p->field == DIFF_S_HPPIR1 ? UINT64_C(1) << intid : ALL_BITS;
}

static unsigned filter_of(const diff_step *step)
{
    return (unsigned)(step->value >> 24 & 3);
}

uint64_t known_sgi_filter(const diff_pair *p)
{
    const unsigned reserved = 3;
    int64_t sgi = settled_sgi(p);
    if (p->step && row_written(p, p->number) == ROW2_GICD_SGIR)
        sgi = p->number;
    return sgi >= 0 && shows_sgis(p) && filter_of(&p->c->program.step[sgi]) == reserved
               ? bits_of_sgi(p, &p->c->program.step[sgi])
               : 0;
}

uint64_t known_sgi_security(const diff_pair *p)
{
    diff_shadow s;
    int64_t number = settled_sgi(p);
    if (number < 0 || !shows_sgis(p) || !p->c->program.secure)
        return 0;
    const diff_step *sgi = &p->c->program.step[number];
    shadow_after(p, &s);
    unsigned group = s.igroupr0[p->step->pe] >> (sgi->value & 15) & 1;
    unsigned wanted = step_is_secure(&p->c->program, sgi) ? sgi->value >> 15 & 1 : 1;
    return group != wanted ? bits_of_sgi(p, sgi) : 0;
}

/** Bits of the pair that a write of a byte of GICD_SPENDSGIR sets. */
static uint64_t made_pending(const diff_pair *p, const diff_step *write)
{
    bool shown = p->field == DIFF_S_HPPIR1 || known_row_read(p) == ROW2_GICD_ISPENDR0;
    return shown ? UINT64_C(1) << row_find(&p->c->program, write->address).offset : ALL_BITS;
}

/** Whether the last write of GICD_SPENDSGIR or GICD_CPENDSGIR of the PE made nothing pending. */
uint64_t known_sgi_source(const diff_pair *p)
{
    int row = known_row_read(p);
    if (!is_pending(p) && row != ROW2_GICD_ISPENDR0)
        return 0;
    for (uint32_t i = p->number + 1; i-- > 0;) {
        const diff_step *step = &p->c->program.step[i];
        int written = row_written(p, i);
        if (step->pe == p->step->pe &&
            (written == ROW2_GICD_SPENDSGIR || written == ROW2_GICD_CPENDSGIR))
            return written == ROW2_GICD_SPENDSGIR && step->value == 0 ? made_pending(p, step) : 0;
    }
    return 0;
}

/** From a write of GICD_ISPENDR0 to the read behind it. */
uint64_t known_ppi_pending(const diff_pair *p)
{
    bool shows = is_pending(p) || known_row_read(p) == ROW2_GICD_ISPENDR0;
    bool written = p->step && row_written(p, p->number) == ROW2_GICD_ISPENDR0;
    if (p->step && p->number > 0 && row_of_step(p, p->number) == ROW2_GICD_ISPENDR0)
        written |= row_written(p, p->number - 1) == ROW2_GICD_ISPENDR0;
    const uint64_t ppis = 0xFFFF0000;
    bool word = p->field == DIFF_S_HPPIR1 || known_row_read(p) == ROW2_GICD_ISPENDR0;
    return !shows || !written || p->c->program.pes == 1 ? 0 : word ? ppis : ALL_BITS;
}

uint64_t known_edge_banked(const diff_pair *p)
{
    const uint64_t edges = 2u << 8; /* of the one that the generator plays with */
    if (known_row_read(p) != ROW2_GICD_ICFGR1)
        return 0;
    for (uint32_t i = p->number; i-- > 0;) {
        if (row_written(p, i) == ROW2_GICD_ICFGR1)
            return p->c->program.step[i].pe != p->step->pe ? edges : 0;
    }
    return 0;
}

/* ---- SPIs ---------------------------------------------------------------------------------------
 */

uint64_t known_absent_targets(const diff_pair *p)
{
    const uint64_t bytes = UINT64_C(0x0101010101010101);
    uint64_t absent = 0xFFu & ~((1u << p->c->program.pes) - 1);
    return known_row_read(p) == ROW2_GICD_ITARGETSR && !(p->ours & absent * bytes) ? absent * bytes
                                                                                   : 0;
}

uint64_t known_target_security(const diff_pair *p)
{
    if (known_row_read(p) != ROW2_GICD_ITARGETSR || !p->c->program.secure)
        return 0;
    if (is_nonsecure(p))
        return p->theirs & ~p->ours;
    return p->number > 0 && row_written(p, p->number - 1) == ROW2_GICD_ITARGETSR &&
                   !step_is_secure(&p->c->program, p->step - 1)
               ? ALL_BITS
               : 0;
}

/** Whether the SPI that was made pending last had no target then. */
uint64_t known_no_target(const diff_pair *p)
{
    diff_shadow s;
    if (known_row_read(p) != ROW2_GICD_ISPENDR)
        return 0;
    for (uint32_t i = p->number; i-- > 0;) {
        const diff_step *step = &p->c->program.step[i];
        if (row_written(p, i) != ROW2_GICD_ISPENDR)
            continue;
        uint32_t first = 32 + 8 * row_find(&p->c->program, step->address).offset;
        uint64_t bits = 0;
        shadow_replay(&s, &p->c->program, i);
        for (unsigned n = 0; n < 32 && first + n < sizeof s.v2.targets; n++)
            bits |= s.v2.targets[first + n] == 0 ? UINT64_C(1) << n : 0;
        return bits & step->value & p->ours;
    }
    return 0;
}

/** From the write of the target of an SPI that has just been made pending to the end of that. */
uint64_t known_pending_moves(const diff_pair *p)
{
    uint32_t i = p->number;
    if (!is_pending(p))
        return 0;
    if (row_of_step(p, i) == ROW2_GICC_HPPIR && i > 0)
        i--;
    return i > 0 && row_written(p, i) == ROW2_GICD_ITARGETSR &&
                   row_written(p, i - 1) == ROW2_GICD_ISPENDR
               ? ALL_BITS
               : 0;
}

/** What the other target sees of an SPI when one has acknowledged it: the step before. */
uint64_t known_shared_spi(const diff_pair *p)
{
    if (!is_pending(p) || p->field == DIFF_S_HPPIR1 || p->number == 0)
        return 0;
    const diff_step *ack = p->step - 1;
    uint64_t intid = result_of(p, p->number - 1);
    return ack->op == DIFF_ACK && ack->pe != p->step->pe && intid >= 32 && intid < 1020 &&
                   (is_isr(p) || p->theirs == intid)
               ? ALL_BITS
               : 0;
}

/** Behind GICC_DIR of an SPI that GICD_ISACTIVER made active. */
uint64_t known_active_spi(const diff_pair *p)
{
    if (known_row_read(p) != ROW2_GICD_ISACTIVER || p->number == 0 ||
        row_written(p, p->number - 1) != ROW2_GICC_DIR)
        return 0;
    return UINT64_C(1) << ((p->step - 1)->value & 31) & p->theirs;
}

/* ---- priorities ---------------------------------------------------------------------------------
 */

/** Bits of priority below those of a level of pre-emption. */
enum { UNIT = 1, GUEST_UNIT = 3 };

/** Bits of a priority below the split of binary point @p point. */
static uint64_t below_point(unsigned point)
{
    return (UINT64_C(2) << point) - 1;
}

static bool is_running_priority(const diff_pair *p)
{
    int row = known_row_read(p);
    return (p->kind == DIFF_RECORD_STEP && p->field == DIFF_S_RPR) ||
           (p->kind == DIFF_RECORD_INTERRUPT && p->field == DIFF_I_RPR) || row == ROW2_GICC_RPR ||
           row == ROW2_GICV_RPR;
}

/** A word of active priorities, of levels of @p bits bits of priority below each other, with those
 *  of one group priority folded into its first. */
static uint64_t fold_levels(uint64_t levels, unsigned unit, unsigned point)
{
    uint64_t folded = 0;
    for (unsigned level = 0; level < 32; level++) {
        if (levels >> level & 1)
            folded |= UINT64_C(1) << ((level << unit & ~below_point(point) & 0xFF) >> unit);
    }
    return folded;
}

static bool same_running(uint64_t ours, uint64_t theirs, unsigned point)
{
    return theirs == (ours & ~below_point(point)) || theirs == (ours & ~(below_point(point) << 1));
}

/** Whether the pair is active priorities, of the physical or of the virtual interface. */
static bool is_active(const diff_pair *p, bool guests)
{
    int row = known_row_read(p);
    if (guests)
        return row == ROW2_GICH_APR || row == ROW2_GICV_APR ||
               (p->kind == DIFF_RECORD_VIRTUAL && p->field == DIFF_G_AP0R);
    return row == ROW2_GICC_APR || row == ROW2_GICC_NSAPR;
}

/** Where a guest's active priorities have one that its binary points would not give, written or of
 *  another point: the model masks what runs as it masks what is pending. */
uint64_t known_guest_split(const diff_pair *p)
{
    const diff_record *r =
        p->step && p->kind == DIFF_RECORD_VIRTUAL && p->field == DIFF_G_ISR && p->ours == 0
            ? p->our_record
            : NULL;
    if (!r)
        return 0;
    uint64_t vmcr = r->field[DIFF_G_VMCR], levels = r->field[DIFF_G_AP0R];
    unsigned point0 = (unsigned)(vmcr >> 21 & 7), point1 = (unsigned)(vmcr >> 18 & 7);
    point1 -= point1 > 0;
    return levels != fold_levels(levels, GUEST_UNIT, point0) ||
                   levels != fold_levels(levels, GUEST_UNIT, point1)
               ? ALL_BITS
               : 0;
}

uint64_t known_active_priority_v2(const diff_pair *p)
{
    diff_shadow s;
    bool guests = is_of_guest(p);
    if (!p->step || (!is_running_priority(p) && !is_active(p, guests)))
        return 0;
    shadow_after(p, &s);
    unsigned points = guests ? s.vbpr[p->step->pe] : s.bpr[p->step->pe];
    for (unsigned point = guests ? 3 : 1; point <= points; point++) {
        bool same = is_running_priority(p)
                        ? same_running(p->ours, p->theirs, point)
                        : p->theirs == fold_levels(p->ours, guests ? GUEST_UNIT : UNIT, point);
        if (same)
            return ALL_BITS;
    }
    return 0;
}

/* ---- ends ---------------------------------------------------------------------------------------
 */

/** Whether an END of what the other Security state has acknowledged has been carried out. */
uint64_t known_cross_end(const diff_pair *p)
{
    for (uint32_t i = 0; i <= p->number && i < p->c->program.steps; i++) {
        const diff_step *step = &p->c->program.step[i];
        if (step->op == DIFF_END && (step->value & DIFF_TAKE_CROSS) &&
            (result_of(p, i) & DIFF_ENDED))
            return ALL_BITS;
    }
    return 0;
}

/* ---- ends whose group has changed ---------------------------------------------------------------
 */

/** Groups that interrupts had when PEs acknowledged them, from our log. */
typedef struct acknowledged {
    uint8_t group[DIFF_MAX_PES][32 * DIFF_WORDS];
} acknowledged;

/** Notes what step @p r acknowledged. */
static void note_acknowledge(acknowledged *a, const diff_shadow *s, const diff_pair *p,
                             const diff_record *r)
{
    const diff_step *step = &p->c->program.step[r->field[0]];
    bool handler = r->kind == DIFF_RECORD_INTERRUPT && !(r->field[DIFF_I_ENTRY] & DIFF_ENTRY_GUEST);
    bool ack = r->kind == DIFF_RECORD_STEP && step->op == DIFF_ACK;
    uint64_t intid = (handler ? r->field[DIFF_I_IAR] : r->field[DIFF_S_RESULT]) & INTID;
    if ((handler || ack) && intid < 32 * DIFF_WORDS && step->pe < DIFF_MAX_PES)
        a->group[step->pe][intid] = (uint8_t)shadow_group(s, step->pe, (unsigned)intid);
}

/** Whether step @p r ended an interrupt that was of the other group when it was acknowledged. */
static bool ends_changed(const acknowledged *a, const diff_shadow *s, const diff_pair *p,
                         const diff_record *r)
{
    const diff_step *step = &p->c->program.step[r->field[0]];
    uint64_t intid = r->field[DIFF_S_RESULT] & INTID;
    return r->kind == DIFF_RECORD_STEP && step->op == DIFF_END && step->pe < DIFF_MAX_PES &&
           (r->field[DIFF_S_RESULT] & DIFF_ENDED) && intid < 32 * DIFF_WORDS &&
           a->group[step->pe][intid] != shadow_group(s, step->pe, (unsigned)intid);
}

uint64_t known_changed_group(const diff_pair *p)
{
    const diff_program *program = &p->c->program;
    static acknowledged a;
    uint32_t next = 0;
    diff_shadow s;
    memset(&a, 0, sizeof a);
    shadow_reset(&s, program);
    for (size_t i = 0; i < p->our_log->records; i++) {
        const diff_record *r = &p->our_log->record[i];
        if (r->field[0] > p->number || r->field[0] >= program->steps)
            break;
        while (next < r->field[0])
            shadow_step(&s, program, &program->step[next++]);
        if (ends_changed(&a, &s, p, r))
            return ALL_BITS;
        note_acknowledge(&a, &s, p, r);
    }
    return 0;
}

/** INTID that the guest's step ended; -1: none. */
static int64_t guest_ended(const diff_pair *p, uint32_t number)
{
    const diff_step *step = &p->c->program.step[number];
    if (row_written(p, number) == ROW2_GICV_EOIR)
        return (int64_t)(step->value & INTID);
    uint64_t result =
        step->op == DIFF_END && step_is_guest(&p->c->program, step) ? result_of(p, number) : 0;
    return result & DIFF_ENDED ? (int64_t)(result & INTID) : -1;
}

/** Whether a list register that the guest has ended with EOImode 0 is active all the same. */
uint64_t known_guest_end_v2(const diff_pair *p)
{
    enum { LIST_REGISTERS = 4 };
    const uint64_t eoimode = 1u << 9, active = 1u << 29;
    for (size_t i = 0; i < p->our_log->records; i++) {
        const diff_record *r = &p->our_log->record[i];
        if (r->field[0] > p->number || r->field[0] >= p->c->program.steps)
            break;
        if (r->kind != DIFF_RECORD_VIRTUAL || (r->field[DIFF_G_VMCR] & eoimode))
            continue;
        int64_t ended = guest_ended(p, (uint32_t)r->field[0]);
        for (unsigned n = 0; ended >= 0 && n < LIST_REGISTERS; n++) {
            uint64_t lr = r->field[DIFF_G_LR0 + n];
            if ((lr & active) && (int64_t)(lr & INTID) == ended)
                return ALL_BITS;
        }
    }
    return 0;
}

/** Whether an SPI has been ended or deactivated by a PE that is no longer its target. */
uint64_t known_foreign_end(const diff_pair *p)
{
    const diff_program *program = &p->c->program;
    diff_shadow s;
    shadow_reset(&s, program);
    for (uint32_t i = 0; i <= p->number && i < program->steps; i++) {
        const diff_step *step = &program->step[i];
        bool ends = step->op == DIFF_END || step->op == DIFF_DROPPED;
        uint64_t result = ends ? result_of(p, i) : 0, intid = result & INTID;
        if ((result & DIFF_ENDED) && intid >= 32 && intid < sizeof s.v2.targets &&
            program->pes > 1 && !(s.v2.targets[intid] >> step->pe & 1))
            return ALL_BITS;
        shadow_step(&s, program, step);
    }
    return 0;
}

/** Whether step @p number reaches the physical GIC, so that QEMU selects anew. */
static bool selects_anew(const diff_pair *p, uint32_t number)
{
    const diff_step *step = &p->c->program.step[number];
    int row = row_written(p, number);
    bool interface = step->op == DIFF_ACK || step->op == DIFF_END || step->op == DIFF_DROPPED ||
                     step->op == DIFF_WINDOW || step->op == DIFF_MSR;
    return (row >= 0 && row < ROW2_GICH_HCR) || (step->op == DIFF_WRITE && row < 0) ||
           (interface && !step_is_guest(&p->c->program, step));
}

/** Whether the guest's step has ended a list register that is linked with an interrupt: what our
 *  logs say of the PE before and after it. */
static bool ends_linked(const diff_pair *p, uint32_t number)
{
    enum { LIST_REGISTERS = 4 };
    const uint64_t active = 1u << 29, linked = UINT64_C(1) << 31;
    const diff_record *before = NULL, *after = NULL;
    for (size_t i = 0; i < p->our_log->records && !after; i++) {
        const diff_record *r = &p->our_log->record[i];
        if (r->kind != DIFF_RECORD_VIRTUAL || r->field[0] > number ||
            r->field[DIFF_G_PE] != p->c->program.step[number].pe)
            continue;
        if (r->field[0] == number)
            after = r;
        else
            before = r;
    }
    for (unsigned n = 0; after && before && n < LIST_REGISTERS; n++) {
        uint64_t was = before->field[DIFF_G_LR0 + n], is = after->field[DIFF_G_LR0 + n];
        if ((was & linked) && was != is && !(is & active))
            return true;
    }
    return false;
}

/** From the guest's end of a linked interrupt to the next access to the physical GIC: what is
 *  presented, and what is taken. */
uint64_t known_linked_update(const diff_pair *p)
{
    bool presented = is_hppir(p) || is_isr(p) || p->kind == DIFF_RECORD_INTERRUPT || p->field < 0;
    if (!presented)
        return 0;
    for (uint32_t i = p->number + 1; i-- > 0;) {
        if (i >= p->c->program.steps)
            continue;
        if (step_is_guest(&p->c->program, &p->c->program.step[i]) && ends_linked(p, i))
            return ALL_BITS;
        if (i < p->number && selects_anew(p, i))
            return 0;
    }
    return 0;
}
