/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include <string.h>

/** Where the comparison is in both logs. */
typedef struct walk {
    const diff_case *c;
    const diff_log *log; /* ours */
    const diff_record *ours, *theirs, *our_end, *their_end;
    diff_result *result;
    bool ended;
} walk;

/** What rows of @p effect leave unexplained of @p left; an end leaves nothing. */
static uint64_t explain_by(walk *w, const diff_pair *pair, known_effect effect, uint64_t left)
{
    for (unsigned i = 0; i < KNOWN_ROWS && left; i++) {
        const known_row *row = &known_rows[i];
        bool asked = row->effect == effect && row->gicv2 == (bool)w->c->program.gicv2;
        uint64_t bits = asked ? row->explains(pair) & left : 0;
        if (!bits)
            continue;
        w->result->hits[i]++;
        w->ended = effect == KNOWN_END;
        left = w->ended ? 0 : left & ~bits;
    }
    return left;
}

/** Whether known.def's rows explain the pair: an end first, or a value's row would hide it. */
static bool explained(walk *w, const diff_pair *pair)
{
    uint64_t left = pair->field < 0 ? ~UINT64_C(0) : pair->ours ^ pair->theirs;
    left = explain_by(w, pair, KNOWN_END, left);
    return explain_by(w, pair, KNOWN_VALUE, left) == 0;
}

/** Judges a pair. @return whether the comparison goes on. */
static bool judge(walk *w, const diff_pair *pair)
{
    if (explained(w, pair)) {
        if (w->ended)
            w->result->compared = pair->number;
        return !w->ended;
    }
    w->result->equal = false;
    w->result->first = *pair;
    w->result->compared = pair->number;
    return false;
}

/** The pair of two records, one of which may be missing. */
static diff_pair make_pair(const walk *w, const diff_record *ours, const diff_record *theirs)
{
    diff_pair pair;
    memset(&pair, 0, sizeof pair);
    pair.c = w->c;
    pair.our_log = w->log;
    pair.our_record = ours;
    pair.their_record = theirs;
    pair.field = -1;
    pair.number = DIFF_MAX_STEPS;
    if (ours) {
        pair.number = (uint32_t)ours->field[0];
        pair.kind = ours->kind;
    }
    /* What one side did first is what the other has not done. */
    if (theirs && theirs->field[0] < pair.number)
        pair.number = (uint32_t)theirs->field[0];
    if (theirs && !ours)
        pair.kind = theirs->kind;
    pair.step = pair.number < w->c->program.steps ? &w->c->program.step[pair.number] : NULL;
    return pair;
}

static bool judge_fields(walk *w, const diff_record *ours, const diff_record *theirs)
{
    diff_pair pair = make_pair(w, ours, theirs);
    for (unsigned i = 1; i < ours->fields; i++) {
        pair.field = (int)i;
        pair.ours = ours->field[i];
        pair.theirs = theirs->field[i];
        if (pair.ours != pair.theirs && !judge(w, &pair))
            return false;
    }
    return true;
}

/** A sweep logs what is not zero: the record that the other side has not is a zero. */
static const diff_record *zero_of(const diff_record *record)
{
    static diff_record zero;
    zero = *record;
    zero.field[DIFF_W_VALUE] = 0;
    return &zero;
}

/** Order of the records of one step's sweep. */
static bool sweep_before(const diff_record *a, const diff_record *b)
{
    return a && a->kind == DIFF_RECORD_SWEEP &&
           (!b || b->kind != DIFF_RECORD_SWEEP || a->field[DIFF_W_STEP] < b->field[DIFF_W_STEP] ||
            (a->field[DIFF_W_STEP] == b->field[DIFF_W_STEP] &&
             a->field[DIFF_W_INDEX] < b->field[DIFF_W_INDEX]));
}

static bool walk_on(walk *w)
{
    const diff_record *ours = w->ours < w->our_end ? w->ours : NULL;
    const diff_record *theirs = w->theirs < w->their_end ? w->theirs : NULL;
    if (sweep_before(ours, theirs)) {
        w->ours++;
        return judge_fields(w, ours, zero_of(ours));
    }
    if (sweep_before(theirs, ours)) {
        w->theirs++;
        return judge_fields(w, zero_of(theirs), theirs);
    }
    if (!ours || !theirs || ours->kind != theirs->kind || ours->field[0] != theirs->field[0]) {
        diff_pair pair = make_pair(w, ours, theirs);
        /* A difference in structure is explained by a row that ends the comparison, or not. */
        if (judge(w, &pair)) {
            w->result->equal = false;
            w->result->first = pair;
        }
        return false;
    }
    w->ours++;
    w->theirs++;
    return judge_fields(w, ours, theirs);
}

void compare_logs(const diff_case *c, const diff_log *ours, const diff_log *theirs,
                  diff_result *result)
{
    walk w = {c,
              ours,
              ours->record,
              theirs->record,
              ours->record + ours->records,
              theirs->record + theirs->records,
              result,
              false};
    memset(result, 0, sizeof *result);
    result->equal = true;
    result->compared = c->program.steps;
    if (ours->outcome[0] || theirs->outcome[0]) {
        result->equal = false;
        (void)snprintf(result->outcome, sizeof result->outcome, "%s%s%s%s",
                       ours->outcome[0] ? "gicvp " : "", ours->outcome,
                       theirs->outcome[0] ? " qemu " : "", theirs->outcome);
        return;
    }
    while ((w.ours < w.our_end || w.theirs < w.their_end) && walk_on(&w)) {}
}
