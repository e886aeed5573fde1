/* SPDX-License-Identifier: Apache-2.0 */
/* Which differences the rows of known.def cover. */
#include "known.h"

#include "compare.h"
#include "rows.h"
#include "shadow.h"
#include "sysreg_ids.h"

/** Row of the register that the step reads, when the pair is what it read; else -1. */
int known_row_read(const diff_pair *p)
{
    if (!p->step || (p->step->op != DIFF_READ && p->step->op != DIFF_SWEEP))
        return -1;
    if (p->kind == DIFF_RECORD_STEP && p->field == DIFF_S_RESULT)
        return row_find(&p->c->program, p->step->address).row;
    if (p->kind == DIFF_RECORD_SWEEP && p->field == DIFF_W_VALUE)
        return row_find(&p->c->program, p->step->address).row;
    return -1;
}

static bool row_between(int row, int first, int last)
{
    return row >= first && row <= last;
}

static uint64_t known_identity(const diff_pair *p)
{
    int row = known_row_read(p);
    bool identity = row == ROW_GICD_IIDR || row == ROW_GICR_IIDR || row == ROW_GITS_IIDR ||
                    row_between(row, ROW_GICD_PIDR4, ROW_GICD_CIDR3) ||
                    row_between(row, ROW_GICR_PIDR4, ROW_GICR_CIDR3) ||
                    row_between(row, ROW_GITS_PIDR4, ROW_GITS_CIDR3);
    return identity ? ~UINT64_C(0) : 0;
}

static uint64_t known_common_lpi_affinity(const diff_pair *p)
{
    const uint64_t common_lpi_aff = UINT64_C(3) << 24;
    return known_row_read(p) == ROW_GICR_TYPER && p->theirs - p->ours == UINT64_C(1) << 24
               ? common_lpi_aff
               : 0;
}

static bool is_step_of(const diff_pair *p, unsigned op, uint64_t number)
{
    return p->step && p->kind == DIFF_RECORD_STEP && p->step->op == op &&
           p->step->address == number;
}

static uint64_t known_sre_el2_at_el3(const diff_pair *p)
{
    const uint64_t undefined = 0x02000000;
    bool access =
        is_step_of(p, DIFF_MRS, DIFF_ICC_SRE_EL2) || is_step_of(p, DIFF_MSR, DIFF_ICC_SRE_EL2);
    bool no_el2 = !p->c->program.el2 || !p->step || !(p->step->world & DIFF_NS);
    if (!access || !no_el2 || (p->step->world & DIFF_LEVEL) != 3)
        return 0;
    if (p->field == DIFF_S_EXCEPTION && p->ours == undefined && p->theirs == 0)
        return ~UINT64_C(0);
    return p->field == DIFF_S_RESULT && p->our_record->field[DIFF_S_EXCEPTION] == undefined
               ? ~UINT64_C(0)
               : 0;
}

/** Bits of a priority below the split of binary point @p point. */
static uint64_t below_point(unsigned point)
{
    return (UINT64_C(2) << point) - 1;
}

/** Whether the pair is a running priority, read in whatever way. */
static bool is_running_priority(const diff_pair *p)
{
    return (p->kind == DIFF_RECORD_STEP && p->field == DIFF_S_RPR) ||
           (p->kind == DIFF_RECORD_INTERRUPT && p->field == DIFF_I_RPR) ||
           (is_step_of(p, DIFF_MRS, DIFF_ICC_RPR_EL1) && p->field == DIFF_S_RESULT);
}

/** Whether the pair is of the virtual interface: what a guest reads, what its handler reads, and
 *  what is logged of it. */
static bool is_of_guest(const diff_pair *p)
{
    if (!p->step || p->kind == DIFF_RECORD_VIRTUAL)
        return p->kind == DIFF_RECORD_VIRTUAL;
    bool answer = p->kind == DIFF_RECORD_STEP && p->field == DIFF_S_RESULT;
    bool handler = p->kind == DIFF_RECORD_INTERRUPT && p->our_record &&
                   (p->our_record->field[DIFF_I_ENTRY] & DIFF_LEVEL) == 1;
    if (answer && p->step->op == DIFF_MRS && register_groups(p->step->address) != 0)
        return register_is_virtual(&p->c->program, p->step, p->step->address);
    return (answer || handler) && step_is_guest(&p->c->program, p->step);
}

/** Active priorities with all levels of one group priority folded into its first. */
static uint64_t fold_levels(uint64_t levels, unsigned point)
{
    uint64_t folded = 0;
    for (unsigned level = 0; level < 32; level++) {
        if (levels >> level & 1)
            folded |= UINT64_C(1) << ((level << 3 & ~below_point(point)) >> 3);
    }
    return folded;
}

static uint64_t known_active_priority(const diff_pair *p)
{
    diff_shadow s;
    shadow_replay(&s, &p->c->program, p->number);
    bool active =
        is_step_of(p, DIFF_MRS, DIFF_ICC_AP0R0_EL1) || is_step_of(p, DIFF_MRS, DIFF_ICC_AP1R0_EL1);
    if (!p->step || is_of_guest(p) || (!is_running_priority(p) && !active))
        return 0;
    for (unsigned point = 3; point <= s.bpr[p->step->pe]; point++) {
        if (is_running_priority(p) && (p->theirs == (p->ours & ~below_point(point)) ||
                                       p->theirs == (p->ours & ~(below_point(point) << 1))))
            return ~UINT64_C(0);
        if (active && p->field == DIFF_S_RESULT && p->theirs == fold_levels(p->ours, point))
            return ~UINT64_C(0);
    }
    return 0;
}

/** Whether the pair is an active-priorities register of the virtual interface, by any name. */
static bool is_virtual_active(const diff_pair *p)
{
    if (p->kind == DIFF_RECORD_VIRTUAL)
        return p->field == DIFF_G_AP0R || p->field == DIFF_G_AP1R;
    bool guests =
        is_step_of(p, DIFF_MRS, DIFF_ICC_AP0R0_EL1) || is_step_of(p, DIFF_MRS, DIFF_ICC_AP1R0_EL1);
    bool hypervisors =
        is_step_of(p, DIFF_MRS, DIFF_ICH_AP0R0_EL2) || is_step_of(p, DIFF_MRS, DIFF_ICH_AP1R0_EL2);
    return p->field == DIFF_S_RESULT && ((guests && is_of_guest(p)) || hypervisors);
}

static uint64_t known_virtual_active(const diff_pair *p)
{
    diff_shadow s;
    bool running = is_running_priority(p) && is_of_guest(p);
    if (!p->step || (!running && !is_virtual_active(p)))
        return 0;
    shadow_replay(&s, &p->c->program, p->number);
    for (unsigned point = 3; point <= s.vbpr[p->step->pe]; point++) {
        if (running && p->theirs == (p->ours & ~below_point(point)))
            return ~UINT64_C(0);
        if (!running && p->theirs == fold_levels(p->ours, point))
            return ~UINT64_C(0);
    }
    return 0;
}

/** What our machine logged of the virtual interface after the step; NULL: nothing. */
static const diff_record *virtual_record(const diff_pair *p)
{
    for (size_t i = 0; i < p->our_log->records; i++) {
        const diff_record *r = &p->our_log->record[i];
        if (r->kind == DIFF_RECORD_VIRTUAL && r->field[DIFF_G_STEP] == p->number)
            return r;
    }
    return NULL;
}

/** Whether a list register that was @p before and is @p now has been ended, and with it an
 * interrupt that is not of Non-secure Group 1. */
static bool ended_linked(const diff_shadow *s, unsigned pe, uint64_t before, uint64_t now)
{
    const uint64_t active = UINT64_C(1) << 63, linked = UINT64_C(1) << 61;
    unsigned intid = (unsigned)(before >> 32 & 0x3FF);
    return (before & linked) && before != now && !(now & active) &&
           shadow_group(s, pe, intid) != DIFF_GROUP_1NS;
}

/** Whether a guest has ended a list register that is linked with what it may not end itself. */
static uint64_t known_linked_group(const diff_pair *p)
{
    enum { LIST_REGISTERS = 4 };
    const diff_program *program = &p->c->program;
    uint64_t lr[DIFF_MAX_PES][LIST_REGISTERS] = {{0}};
    uint32_t next = 0;
    diff_shadow s;
    shadow_reset(&s, program);
    for (size_t i = 0; program->secure && i < p->our_log->records; i++) {
        const diff_record *r = &p->our_log->record[i];
        if (r->field[0] > p->number || r->field[0] >= program->steps)
            break;
        if (r->kind != DIFF_RECORD_VIRTUAL)
            continue;
        while (next < r->field[0])
            shadow_step(&s, program, &program->step[next++]);
        const diff_step *step = &program->step[next];
        for (unsigned n = 0; n < LIST_REGISTERS; n++) {
            uint64_t before = lr[step->pe][n], now = r->field[DIFF_G_LR0 + n];
            if (!s.ds && step_is_guest(program, step) && ended_linked(&s, step->pe, before, now))
                return ~UINT64_C(0);
            lr[step->pe][n] = now;
        }
    }
    return 0;
}

static uint64_t known_virtual_group_0(const diff_pair *p)
{
    const uint64_t vgrp0die = 1u << 5, vgrp0d = 1u << 5, veng0 = 1, veng1 = 2;
    bool misr = (p->kind == DIFF_RECORD_VIRTUAL && p->field == DIFF_G_MISR) ||
                (is_step_of(p, DIFF_MRS, DIFF_ICH_MISR_EL2) && p->field == DIFF_S_RESULT);
    const diff_record *r = misr ? virtual_record(p) : NULL;
    if (!r || !(r->field[DIFF_G_HCR] & vgrp0die))
        return 0;
    bool group0 = (r->field[DIFF_G_VMCR] & veng0) != 0,
         group1 = (r->field[DIFF_G_VMCR] & veng1) != 0;
    return group0 != group1 ? vgrp0d : 0;
}

static uint64_t known_binary_point(const diff_pair *p)
{
    diff_shadow s;
    const uint64_t points = UINT64_C(0x3F) << 18;
    if (!p->step)
        return 0;
    shadow_replay(&s, &p->c->program, p->number + 1);
    if (!(s.wide >> p->step->pe & 1))
        return 0;
    if (p->kind == DIFF_RECORD_VIRTUAL)
        return p->field == DIFF_G_VMCR ? points : p->field == DIFF_G_ISR ? ~UINT64_C(0) : 0;
    bool reads = is_step_of(p, DIFF_MRS, DIFF_ICC_BPR0_EL1) ||
                 is_step_of(p, DIFF_MRS, DIFF_ICC_BPR1_EL1) ||
                 is_step_of(p, DIFF_MRS, DIFF_ISR_EL1);
    return reads && is_of_guest(p) ? ~UINT64_C(0) : 0;
}

/** The SGI right before the look at a pending bit, when the machines forward it differently to the
 *  PE looked at; else NULL. */
static const diff_step *differing_sgi(const diff_pair *p)
{
    diff_shadow s;
    if (known_row_read(p) != ROW_GICR_ISPENDR0)
        return NULL;
    unsigned pe = row_find(&p->c->program, p->step->address).pe;
    for (uint32_t i = p->number; i-- > 0;) {
        const diff_step *step = &p->c->program.step[i];
        if (step->op == DIFF_MSR) {
            shadow_replay(&s, &p->c->program, i);
            return sgi_differs(&s, &p->c->program, step) >> pe & 1 ? step : NULL;
        }
    }
    return NULL;
}

static uint64_t known_sgi_forwarding(const diff_pair *p)
{
    const diff_step *sgi = differing_sgi(p);
    return sgi && !sgi_decode(&p->c->program, sgi).range
               ? UINT64_C(1) << sgi_decode(&p->c->program, sgi).intid
               : 0;
}

static uint64_t known_sgi_range(const diff_pair *p)
{
    const diff_step *sgi = differing_sgi(p);
    return sgi && sgi_decode(&p->c->program, sgi).range
               ? UINT64_C(1) << sgi_decode(&p->c->program, sgi).intid & p->theirs & ~p->ours
               : 0;
}

/** What the PE's interface shows: HPPIRs and lines, after a step or by reading them. */
static bool is_candidate(const diff_pair *p)
{
    if (p->kind != DIFF_RECORD_STEP || !p->step)
        return false;
    if (is_of_guest(p))
        return false;
    if (p->field == DIFF_S_ISR || p->field == DIFF_S_HPPIR0 || p->field == DIFF_S_HPPIR1)
        return true;
    return p->field == DIFF_S_RESULT &&
           (is_step_of(p, DIFF_MRS, DIFF_ICC_HPPIR0_EL1) ||
            is_step_of(p, DIFF_MRS, DIFF_ICC_HPPIR1_EL1) || is_step_of(p, DIFF_MRS, DIFF_ISR_EL1));
}

/** Whether the PE has just written priorities with bits that are not there. */
static bool follows_priority_bits(const diff_pair *p)
{
    for (uint32_t i = p->number; i + 2 > p->number; i--) {
        const diff_step *step = &p->c->program.step[i];
        int row = step->op == DIFF_WRITE ? row_find(&p->c->program, step->address).row : -1;
        if (row == ROW_GICD_IPRIORITYR || row == ROW_GICR_IPRIORITYR)
            return (step->value & 0x07070707) != 0;
        if (i == 0)
            break;
    }
    return false;
}

static uint64_t known_priority_bits(const diff_pair *p)
{
    int row = known_row_read(p);
    if (row == ROW_GICD_IPRIORITYR || row == ROW_GICR_IPRIORITYR)
        return UINT64_C(0x0F0F0F0F); /* four of them in the Non-secure view */
    return is_candidate(p) && follows_priority_bits(p) ? ~UINT64_C(0) : 0;
}

/** Whether the step itself writes the group enables of its PE. */
static bool writes_enables(const diff_step *step)
{
    return step->op == DIFF_MSR &&
           (step->address == DIFF_ICC_IGRPEN0_EL1 || step->address == DIFF_ICC_IGRPEN1_EL1 ||
            step->address == DIFF_ICC_IGRPEN1_EL3);
}

/** Where a group that ICC_IGRPEN disables hides the others in QEMU. */
static uint64_t hidden(const diff_pair *p)
{
    diff_shadow s;
    const uint64_t nothing = 0x3FF;
    if (!is_candidate(p) || (p->theirs != nothing && p->theirs != 0))
        return 0;
    shadow_replay(&s, &p->c->program, p->number + 1);
    unsigned all = s.ds ? 1u << DIFF_GROUP_0 | 1u << DIFF_GROUP_1NS : 7u;
    return (s.igrpen[p->step->pe] & all) != all ? ~UINT64_C(0) : 0;
}

static uint64_t known_hidden_group(const diff_pair *p)
{
    return p->step && !writes_enables(p->step) ? hidden(p) : 0;
}

static uint64_t known_hidden_held(const diff_pair *p)
{
    return p->step && writes_enables(p->step) ? hidden(p) : 0;
}

static uint64_t known_secure_line(const diff_pair *p)
{
    diff_shadow s;
    const uint64_t irq = 0x80, fiq = 0x40;
    if (!is_candidate(p) || p->ours != irq || p->theirs != fiq || !p->c->program.secure)
        return 0;
    shadow_replay(&s, &p->c->program, p->number);
    return s.ds ? irq | fiq : 0;
}

static uint64_t known_ctlr_identity(const diff_pair *p)
{
    const uint64_t id_bits = 7u << 11, rss = 1u << 18, ext_range = 1u << 19, nds = 1u << 17;
    const uint64_t fields = id_bits | rss | ext_range | nds;
    bool el3 = is_step_of(p, DIFF_MRS, DIFF_ICC_CTLR_EL3);
    if ((!el3 && !is_step_of(p, DIFF_MRS, DIFF_ICC_CTLR_EL1)) || p->field != DIFF_S_RESULT)
        return 0;
    uint64_t theirs = 1u << 11 | (el3 ? nds : 0);
    return (p->ours & fields) == (rss | ext_range) && (p->theirs & fields) == theirs ? fields : 0;
}

static uint64_t known_ctlr_el3_alias(const diff_pair *p)
{
    const uint64_t cbpr_s = 1u << 0, cbpr_ns = 1u << 1, eoi_s = 1u << 3, eoi_ns = 1u << 4;
    if (!is_step_of(p, DIFF_MRS, DIFF_ICC_CTLR_EL3) || p->field != DIFF_S_RESULT)
        return 0;
    bool aliases = (p->theirs & cbpr_s) << 1 == (p->theirs & cbpr_ns) &&
                   (p->theirs & eoi_s) << 1 == (p->theirs & eoi_ns);
    return aliases ? cbpr_s | eoi_s : 0;
}

/** Whether the step is an access that gave an exception, or its value, on one side alone. */
static bool is_access_result(const diff_pair *p)
{
    return p->step && p->kind == DIFF_RECORD_STEP &&
           (p->field == DIFF_S_EXCEPTION || p->field == DIFF_S_RESULT);
}

static uint64_t known_virtual_identity(const diff_pair *p)
{
    const uint64_t id_bits = UINT64_C(7) << 23;
    return is_step_of(p, DIFF_MRS, DIFF_ICH_VTR_EL2) && p->field == DIFF_S_RESULT ? id_bits : 0;
}

static uint64_t known_its_width(const diff_pair *p)
{
    const uint64_t external_abort = 0x10, status = 0x3F;
    if (!is_access_result(p) || p->our_record->field[DIFF_S_EXCEPTION] != 0)
        return 0;
    diff_place place = row_find(&p->c->program, p->step->address);
    bool its = place.frame && place.frame[1] == 'I' && place.frame[2] == 'T';
    bool wrong =
        p->step->width <= 2 || (p->step->width == 8 && p->step->address >= DIFF_GITS + 0x10000);
    bool aborted = (p->their_record->field[DIFF_S_EXCEPTION] & status) == external_abort;
    return its && wrong && aborted ? ~UINT64_C(0) : 0;
}

static uint64_t known_abort_syndrome(const diff_pair *p)
{
    const uint64_t isv = UINT64_C(1) << 24, instruction = 0x01FFC000, abort_same_level = 0x25;
    bool abort_at_el2 = is_access_result(p) && p->field == DIFF_S_EXCEPTION &&
                        (p->step->world & DIFF_LEVEL) == 2 && p->ours >> 26 == abort_same_level;
    return abort_at_el2 && (p->theirs & isv) && !(p->ours & instruction) ? instruction : 0;
}

uint64_t known_abort_syndrome_v2(const diff_pair *p)
{
    return known_abort_syndrome(p);
}

static uint64_t known_quiescent(const diff_pair *p)
{
    const uint64_t quiescent = UINT64_C(1) << 31, enabled = 1;
    return known_row_read(p) == ROW_GITS_CTLR && (p->ours & p->theirs & enabled) &&
                   !(p->ours & quiescent) && (p->theirs & quiescent)
               ? quiescent
               : 0;
}

static uint64_t known_typer_identity(const diff_pair *p)
{
    const uint64_t rss = 1u << 26, lines = 0x1F;
    if (known_row_read(p) != ROW_GICD_TYPER)
        return 0;
    return (p->ours & rss) && !(p->theirs & rss) && (p->ours & lines) == (p->theirs & lines) + 1
               ? rss | lines
               : 0;
}

static uint64_t known_one_of_n(const diff_pair *p)
{
    const uint64_t irm = UINT64_C(1) << 31;
    return known_row_read(p) == ROW_GICD_IROUTER && (p->theirs & irm) && !(p->ours & irm) ? irm : 0;
}

static uint64_t known_route_bits(const diff_pair *p)
{
    const uint64_t defined = UINT64_C(0xFF80FFFFFF);
    if (known_row_read(p) != ROW_GICD_IROUTER)
        return 0;
    bool upper = p->step->width == 4 && (p->step->address & 4);
    uint64_t res0 = upper ? ~(defined >> 32) : ~defined;
    return (p->ours & res0) == 0 ? res0 : 0;
}

/** Whether the step is at Secure EL1 with one Security state. */
static bool is_secure_el1_of_one_state(const diff_pair *p)
{
    diff_shadow s;
    if (!p->step || !p->c->program.secure || (p->step->world & (DIFF_LEVEL | DIFF_NS)) != 1)
        return false;
    shadow_replay(&s, &p->c->program, p->number);
    return s.ds;
}

static uint64_t known_secure_group_1(const diff_pair *p)
{
    const uint64_t nothing = 0x3FF;
    return is_step_of(p, DIFF_MRS, DIFF_ICC_HPPIR1_EL1) && p->field == DIFF_S_RESULT &&
                   p->theirs == nothing && is_secure_el1_of_one_state(p)
               ? ~UINT64_C(0)
               : 0;
}

static uint64_t known_secure_group_1_end(const diff_pair *p)
{
    bool ends = p->step &&
                (p->step->op == DIFF_ACK || p->step->op == DIFF_END || p->step->op == DIFF_DROPPED);
    return ends && is_secure_el1_of_one_state(p) ? ~UINT64_C(0) : 0;
}

static uint64_t known_e1nwf(const diff_pair *p)
{
    const uint64_t e1nwf = 1u << 7;
    return known_row_read(p) == ROW_GICD_CTLR && (p->ours & e1nwf) && !(p->theirs & e1nwf) ? e1nwf
                                                                                           : 0;
}

static bool is_sre(uint64_t number)
{
    return number == DIFF_ICC_SRE_EL1 || number == DIFF_ICC_SRE_EL2 || number == DIFF_ICC_SRE_EL3;
}

/** Whether the PE has written 0 to Enable of ICC_SRE_EL3, or EL2, and not 1 since. */
static bool sre_is_off(const diff_pair *p)
{
    bool off[2] = {false, false};
    for (uint32_t i = 0; i < p->number; i++) {
        const diff_step *step = &p->c->program.step[i];
        bool el3 = step->address == DIFF_ICC_SRE_EL3;
        if (step->op == DIFF_MSR && step->pe == p->step->pe &&
            (el3 || step->address == DIFF_ICC_SRE_EL2))
            off[el3] = (step->value & 8) == 0;
    }
    return off[0] || off[1];
}

static uint64_t known_sre_enable(const diff_pair *p)
{
    const uint64_t enable = 8;
    if (!is_access_result(p) || (p->step->op != DIFF_MRS && p->step->op != DIFF_MSR) ||
        !is_sre(p->step->address) || !sre_is_off(p))
        return 0;
    bool trapped = p->our_record->field[DIFF_S_EXCEPTION] != 0;
    return trapped ? ~UINT64_C(0) : p->field == DIFF_S_RESULT ? enable : 0;
}

static uint64_t known_active_priority_write(const diff_pair *p)
{
    if (!p->step || !p->c->program.secure)
        return 0;
    for (uint32_t i = 0; i <= p->number; i++) {
        const diff_step *step = &p->c->program.step[i];
        if (step->op == DIFF_MSR && step->address == DIFF_ICC_AP1R0_EL1 &&
            (step->world & DIFF_NS) && step->pe == p->step->pe)
            return ~UINT64_C(0);
    }
    return 0;
}

static uint64_t known_its_typer(const diff_pair *p)
{
    const uint64_t fields = UINT64_C(1) << 46 | UINT64_C(0x1F) << 32 | 0xF0;
    const uint64_t ours = UINT64_C(1) << 46 | 0xF0, theirs = UINT64_C(0x1F) << 32 | 0xB0;
    if (known_row_read(p) != ROW_GITS_TYPER)
        return 0;
    unsigned shift = (p->step->address & 4) ? 32 : 0;
    uint64_t there = p->step->width == 4 ? 0xFFFFFFFF : ~UINT64_C(0);
    uint64_t mask = fields >> shift & there;
    return (p->ours & mask) == (ours >> shift & there) &&
                   (p->theirs & mask) == (theirs >> shift & there)
               ? mask
               : 0;
}

static uint64_t known_baser_reset(const diff_pair *p)
{
    const uint64_t page_size = 3u << 8, page_64k = 2u << 8;
    if (known_row_read(p) != ROW_GITS_BASER || (p->ours & page_size) ||
        (p->theirs & page_size) != page_64k)
        return 0;
    for (uint32_t i = 0; i < p->number; i++) {
        const diff_step *step = &p->c->program.step[i];
        if (step->op == DIFF_WRITE && row_find(&p->c->program, step->address).row == ROW_GITS_BASER)
            return 0;
    }
    return page_size;
}

/** Whether a command before the pair has moved LPIs while a PE has them off. */
static uint64_t known_move_to_nowhere(const diff_pair *p)
{
    enum { MOVI = 0x01, MOVALL = 0x0E };
    const diff_program *program = &p->c->program;
    diff_shadow s;
    shadow_reset(&s, program);
    for (uint32_t i = 0; i <= p->number && i < program->steps; i++) {
        const diff_step *step = &program->step[i];
        uint64_t opcode = step->data[0] & 0xFF;
        if (step->op == DIFF_COMMAND && (opcode == MOVI || opcode == MOVALL) &&
            !shadow_moves_alike(&s, program))
            return ~UINT64_C(0);
        shadow_step(&s, program, step);
    }
    return 0;
}

/** Result of step @p number in our log. */
static uint64_t result_of(const diff_pair *p, uint32_t number)
{
    for (size_t i = 0; i < p->our_log->records; i++) {
        const diff_record *r = &p->our_log->record[i];
        if (r->kind == DIFF_RECORD_STEP && r->field[DIFF_S_STEP] == number)
            return r->field[DIFF_S_RESULT];
    }
    return 0;
}

/** Whether an interrupt has been ended, Non-secure, when it was no longer Non-secure Group 1. */
static uint64_t known_eoi_group(const diff_pair *p)
{
    const diff_program *program = &p->c->program;
    diff_shadow s;
    shadow_reset(&s, program);
    for (uint32_t i = 0; i <= p->number && i < program->steps; i++) {
        const diff_step *step = &program->step[i];
        uint64_t ended = result_of(p, i);
        if (step->op == DIFF_END && !s.ds && (ended & DIFF_ENDED) &&
            !step_is_secure(program, step) &&
            shadow_group(&s, step->pe, (unsigned)ended) != DIFF_GROUP_1NS)
            return ~UINT64_C(0);
        shadow_step(&s, program, step);
    }
    return 0;
}

/** Whether our answer is that nothing is there. */
static bool ours_is_nothing(const diff_pair *p)
{
    const uint64_t none = 0x3FF;
    return p->ours == none || (p->ours == 0 && p->theirs != none);
}

static uint64_t known_waker(const diff_pair *p)
{
    diff_shadow s;
    if (!is_candidate(p) || !ours_is_nothing(p))
        return 0;
    shadow_replay(&s, &p->c->program, p->number + 1);
    return s.asleep >> p->step->pe & 1 ? ~UINT64_C(0) : 0;
}

/** From a write of GICD_ICFGR to the next of the Distributor, in what deviate_icfgr() does. */
static uint64_t known_icfgr_update(const diff_pair *p)
{
    if (!is_candidate(p))
        return 0;
    for (uint32_t i = p->number + 1; i-- > 0;) {
        const diff_step *step = &p->c->program.step[i];
        diff_place place = row_find(&p->c->program, step->address);
        if (step->op == DIFF_WRITE && place.frame)
            return place.row == ROW_GICD_ICFGR ? ~UINT64_C(0) : 0;
        if (step->op != DIFF_WRITE && step->op != DIFF_MRS)
            return 0;
    }
    return 0;
}

static uint64_t known_lpi_tables(const diff_pair *p)
{
    diff_shadow s;
    const uint64_t cacheability = 1u << 7;
    int row = known_row_read(p);
    if (row != ROW_GICR_PENDBASER && row != ROW_GICR_PROPBASER)
        return 0;
    shadow_replay(&s, &p->c->program, p->number);
    bool on = s.lpis >> row_find(&p->c->program, p->step->address).pe & 1;
    return on && (p->theirs & cacheability) && !(p->ours & cacheability) ? cacheability : 0;
}

static uint64_t known_ptz(const diff_pair *p)
{
    const uint64_t ptz = UINT64_C(1) << 62;
    return known_row_read(p) == ROW_GICR_PENDBASER && (p->theirs & ptz) && !(p->ours & ptz) ? ptz
                                                                                            : 0;
}

/** From MAPD with V=0 and a Size out of range up to the CLEAR of what QEMU still has mapped. */
static uint64_t known_unmap_size(const diff_pair *p)
{
    enum { CLEAR = 0x04, MAPD = 0x08, SIZES = 16 };
    const uint64_t valid = UINT64_C(1) << 63;
    if (!is_candidate(p))
        return 0;
    for (uint32_t i = p->number + 1; i-- > 0;) {
        const diff_step *step = &p->c->program.step[i];
        uint64_t opcode = step->data[0] & 0xFF;
        if (step->op == DIFF_COMMAND && opcode == MAPD)
            return !(step->data[2] & valid) && step->data[1] >= SIZES ? ~UINT64_C(0) : 0;
        if (step->op == DIFF_COMMAND && opcode == CLEAR)
            return 0;
    }
    return 0;
}

static uint64_t known_creadr_write(const diff_pair *p)
{
    const uint64_t offset = 0xFFFE0;
    bool creadr = known_row_read(p) == ROW_GITS_CREADR ||
                  (p->step && p->step->op == DIFF_COMMAND && p->field == DIFF_S_RESULT);
    if (!creadr || p->kind != DIFF_RECORD_STEP || (p->ours & ~offset) != 0)
        return 0;
    for (uint32_t i = p->number; i-- > 0;) {
        const diff_step *step = &p->c->program.step[i];
        if (step->op == DIFF_WRITE &&
            row_find(&p->c->program, step->address).row == ROW_GITS_CREADR)
            return step->value == p->theirs >> 32 ? UINT64_C(0xFFFFFFFF) << 32 : 0;
    }
    return 0;
}

const known_row known_rows[KNOWN_ROWS] = {
#define KNOWN(id, effect, expected, rule, text) \
    {#id, rule, text, effect, false, expected, known_##id},
#define KNOWN_V2(id, effect, expected, rule, text) \
    {#id, rule, text, effect, true, expected, known_##id},
#include "known.def"
#undef KNOWN
#undef KNOWN_V2
};
