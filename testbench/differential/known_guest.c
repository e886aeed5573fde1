/* SPDX-License-Identifier: Apache-2.0 */
/* Which differences of the virtual interface of a GICv3 the rows of known.def cover. */
#include "known.h"

#include "shadow.h"
#include "sysreg_ids.h"

enum { LIST_REGISTERS = 4 };
#define LR_ACTIVE         (UINT64_C(1) << 63)
#define VMCR_VEOIM        (UINT64_C(1) << 9)
#define HCR_COUNT         27
#define IS_SPECIAL(intid) ((intid) >= 1020 && (intid) <= 1023)

static bool is_read_of(const diff_pair *p, uint64_t number)
{
    return p->step && p->kind == DIFF_RECORD_STEP && p->step->op == DIFF_MRS &&
           p->step->address == number && p->field == DIFF_S_RESULT;
}

/* ---- ICH_HCR_EL2.EOIcount
 * ------------------------------------------------------------------------
 */

/** Walk through our log, for one PE. */
typedef struct counting {
    const diff_pair *p;
    const diff_record *before; /**< The virtual interface before the step; NULL: not known. */
    uint64_t ended;            /**< INTID that the step ended. */
    bool ends;                 /**< It ended one. */
    bool unlisted;             /**< With DIR before EOIR, or it is not known which. */
    unsigned handled;          /**< Interrupts that the guest's handlers ended in that order. */
} counting;

/** Notes what of a step's own record a count may follow from. */
static void note_step(counting *c, const diff_record *r)
{
    const diff_step *step = &c->p->c->program.step[r->field[0]];
    bool eoir = step->op == DIFF_MSR &&
                (step->address == DIFF_ICC_EOIR0_EL1 || step->address == DIFF_ICC_EOIR1_EL1);
    bool trapped = step->op == DIFF_END && r->field[DIFF_S_EXCEPTION] != 0; /* its DIR was */
    bool end = trapped || (step->op == DIFF_END && (r->field[DIFF_S_RESULT] & DIFF_ENDED));
    c->ends = step_is_guest(&c->p->c->program, step) && (eoir || end);
    c->ended = eoir ? step->value & 0xFFFFFF : r->field[DIFF_S_RESULT] & 0xFFFFFF;
    c->unlisted =
        trapped || (end && (step->value & DIFF_TAKE_DIR) && (step->value & DIFF_TAKE_LATE));
}

static void note_handler(counting *c, const diff_record *r)
{
    const uint64_t late = DIFF_TAKE_EOI | DIFF_TAKE_DIR | DIFF_TAKE_LATE;
    const diff_step *step = &c->p->c->program.step[r->field[0]];
    c->handled += (r->field[DIFF_I_ENTRY] & DIFF_ENTRY_GUEST) && step->op == DIFF_WINDOW &&
                  (step->value & late) == late && !IS_SPECIAL(r->field[DIFF_I_IAR]);
}

/** Whether a list register of the record is active with the INTID. */
static bool is_listed(const diff_record *r, uint64_t intid)
{
    for (unsigned n = 0; r && n < LIST_REGISTERS; n++) {
        uint64_t lr = r->field[DIFF_G_LR0 + n];
        if ((lr & LR_ACTIVE) && (lr & 0xFFFFFFFF) == intid)
            return true;
    }
    return false;
}

/** Writes of ICV_EOIR in the step that QEMU has counted and the model has not: those that dropped a
 *  priority with EOImode 1 while no list register had the INTID. */
static unsigned counted(const counting *c, const diff_record *after)
{
    if (!(after->field[DIFF_G_VMCR] & VMCR_VEOIM))
        return 0;
    bool dropped = !c->before || c->before->field[DIFF_G_AP0R] != after->field[DIFF_G_AP0R] ||
                   c->before->field[DIFF_G_AP1R] != after->field[DIFF_G_AP1R];
    bool unlisted = c->unlisted || !is_listed(c->before, c->ended);
    return c->handled + (c->ends && !IS_SPECIAL(c->ended) && dropped && unlisted);
}

static bool writes_hcr(const diff_pair *p, uint64_t number)
{
    const diff_step *step = &p->c->program.step[number];
    return step->op == DIFF_MSR && step->address == DIFF_ICH_HCR_EL2 &&
           (step->world & DIFF_LEVEL) >= 2;
}

/** What QEMU may have counted more than the model since ICH_HCR_EL2 was written. */
static unsigned most_counted(const diff_pair *p)
{
    counting c = {p, NULL, 0, false, false, 0};
    unsigned count = 0;
    for (size_t i = 0; i < p->our_log->records; i++) {
        const diff_record *r = &p->our_log->record[i];
        if (r->field[0] > p->number || r->field[0] >= p->c->program.steps)
            break;
        if (r->kind == DIFF_RECORD_SWEEP || r->field[DIFF_S_PE] != p->step->pe)
            continue;
        if (r->kind == DIFF_RECORD_INTERRUPT)
            note_handler(&c, r);
        if (r->kind == DIFF_RECORD_STEP)
            note_step(&c, r);
        if (r->kind == DIFF_RECORD_STEP && writes_hcr(p, r->field[0]))
            count = 0;
        if (r->kind == DIFF_RECORD_VIRTUAL) {
            count += counted(&c, r);
            c = (counting){p, r, 0, false, false, 0};
        }
    }
    return count;
}

uint64_t known_eoi_count(const diff_pair *p)
{
    const uint64_t count = UINT64_C(0x1F) << HCR_COUNT;
    bool hcr = (p->kind == DIFF_RECORD_VIRTUAL && p->field == DIFF_G_HCR) ||
               is_read_of(p, DIFF_ICH_HCR_EL2);
    if (!hcr || !p->step)
        return 0;
    uint64_t more = ((p->theirs & count) - (p->ours & count)) >> HCR_COUNT & 0x1F;
    return more <= most_counted(p) ? count : 0;
}

/* ---- ICH_VMCR_EL2
 * --------------------------------------------------------------------------------
 */

/** The last write of ICH_VMCR_EL2 by the pair's PE, the pair's step included; NULL: none. */
static const diff_step *vmcr_written(const diff_pair *p)
{
    for (uint32_t i = p->number + 1; p->step && i-- > 0;) {
        const diff_step *step = &p->c->program.step[i];
        if (step->op == DIFF_MSR && step->address == DIFF_ICH_VMCR_EL2 && step->pe == p->step->pe &&
            (step->world & DIFF_LEVEL) >= 2)
            return step;
    }
    return NULL;
}

static bool is_vmcr(const diff_pair *p)
{
    return (p->kind == DIFF_RECORD_VIRTUAL && p->field == DIFF_G_VMCR) ||
           is_read_of(p, DIFF_ICH_VMCR_EL2);
}

uint64_t known_virtual_mask(const diff_pair *p)
{
    const uint64_t absent = UINT64_C(7) << 24;
    const diff_step *write = is_vmcr(p) ? vmcr_written(p) : NULL;
    return write && !(p->ours & absent) && (p->theirs & absent) == (write->value & absent) ? absent
                                                                                           : 0;
}

uint64_t known_virtual_minimum(const diff_pair *p)
{
    const uint64_t field = UINT64_C(7) << 18, ours = UINT64_C(2) << 18, theirs = UINT64_C(3) << 18;
    const diff_step *write = is_vmcr(p) ? vmcr_written(p) : NULL;
    return write && step_is_secure(&p->c->program, write) && !(write->world & DIFF_NS) &&
                   (p->ours & field) == ours && (p->theirs & field) == theirs
               ? field
               : 0;
}
