/* SPDX-License-Identifier: Apache-2.0 */
#include "shrink.h"

#include <inttypes.h>
#include <string.h>

/** What makes a difference the same one in a smaller program. */
typedef struct signature {
    bool outcome;
    unsigned op;
    uint64_t address;
    char kind;
    int field;
} signature;

/** Shrinking of one program. */
typedef struct shrinker {
    const diff_tools *tools;
    diff_case *best;
    diff_log *ours, *theirs;
    unsigned runs;
    signature wanted;
} shrinker;

static signature signature_of(const diff_result *result)
{
    const diff_pair *p = &result->first;
    signature s = {result->outcome[0] != 0, 0, 0, 0, 0};
    if (!s.outcome) {
        s.op = p->step ? p->step->op : DIFF_OPS;
        s.address = p->step ? p->step->address : 0;
        s.kind = p->kind;
        s.field = p->field;
    }
    return s;
}

static bool same_signature(const signature *a, const signature *b)
{
    return a->outcome == b->outcome && a->op == b->op && a->address == b->address &&
           a->kind == b->kind && a->field == b->field;
}

void judge_case(const diff_tools *tools, const diff_case *c, diff_log *ours, diff_log *theirs,
                diff_result *result)
{
    run_side(tools, c, DIFF_OURS, ours);
    run_side(tools, c, DIFF_THEIRS, theirs);
    compare_logs(c, ours, theirs, result);
}

/** Whether @p candidate still shows a difference; if so it is the best so far. */
static bool keeps(shrinker *s, const diff_case *candidate)
{
    diff_result result;
    memset(&result, 0, sizeof result);
    if (s->runs == 0)
        return false;
    s->runs--;
    judge_case(s->tools, candidate, s->ours, s->theirs, &result);
    if (result.equal)
        return false;
    signature found = signature_of(&result);
    if (!same_signature(&found, &s->wanted))
        return false;
    *s->best = *candidate;
    return true;
}

/** The best program without steps [from, from + count). */
static void without(const shrinker *s, uint32_t from, uint32_t count, diff_case *out)
{
    *out = *s->best;
    diff_program *p = &out->program;
    memmove(&p->step[from], &p->step[from + count], (p->steps - from - count) * sizeof p->step[0]);
    p->steps -= count;
}

/** Takes away stretches of steps, long ones first. */
static void remove_steps(shrinker *s)
{
    static diff_case candidate;
    uint32_t length = (s->best->program.steps + 1) / 2;
    for (;;) {
        bool removed = false;
        for (uint32_t from = 0; from < s->best->program.steps && s->runs > 0;) {
            uint32_t left = s->best->program.steps - from;
            without(s, from, length < left ? length : left, &candidate);
            if (keeps(s, &candidate))
                removed = true;
            else
                from += length;
        }
        if (length == 1 && (!removed || s->runs == 0))
            return;
        length = length > 1 ? (length + 1) / 2 : 1;
    }
}

/** Simpler forms of a step, one by one. @return false when there is none of number @p form. */
static bool simplify(diff_case *c, uint32_t number, unsigned form)
{
    diff_step *step = &c->program.step[number];
    switch (form) {
    case 0:
        step->world = c->program.secure ? 3 : c->program.el2 ? 2 | DIFF_NS : 1;
        return true;
    case 1:
        step->pe = 0;
        return true;
    case 2:
        if (step->op != DIFF_COMMAND)
            step->value = 0;
        return true;
    case 3:
        if (step->op == DIFF_WINDOW)
            step->value &= ~(uint64_t)(DIFF_TAKE_NEST | DIFF_TAKE_RAISE | DIFF_TAKE_LATE);
        return true;
    default: /* one bit less, from the top */
        if (form >= 68 || step->op == DIFF_COMMAND || step->op == DIFF_SWEEP)
            return false;
        step->value &= ~(UINT64_C(1) << (67 - form));
        return true;
    }
}

static void simplify_steps(shrinker *s)
{
    static diff_case candidate;
    for (uint32_t i = 0; i < s->best->program.steps && s->runs > 0; i++) {
        for (unsigned form = 0;; form++) {
            candidate = *s->best;
            if (!simplify(&candidate, i, form))
                break;
            if (memcmp(&candidate.program.step[i], &s->best->program.step[i], sizeof(diff_step)))
                (void)keeps(s, &candidate);
        }
    }
}

static void fewer_pes(shrinker *s)
{
    static diff_case candidate;
    uint32_t needed = 1;
    candidate = *s->best;
    for (uint32_t i = 0; i < candidate.program.steps; i++) {
        if (candidate.program.step[i].pe >= needed)
            needed = candidate.program.step[i].pe + 1u;
    }
    candidate.program.pes = needed;
    if (needed < s->best->program.pes)
        (void)keeps(s, &candidate);
}

void shrink(const diff_tools *tools, diff_case *c, diff_log *ours, diff_log *theirs,
            diff_result *result, unsigned runs)
{
    shrinker s = {tools, c, ours, theirs, runs, signature_of(result)};
    remove_steps(&s);
    simplify_steps(&s);
    remove_steps(&s);
    fewer_pes(&s);
    judge_case(tools, c, ours, theirs, result);
}

static void print_record(FILE *out, const diff_record *r)
{
    const char *kind = r->kind == DIFF_RECORD_INTERRUPT ? "interrupt"
                       : r->kind == DIFF_RECORD_SWEEP   ? "value"
                       : r->kind == DIFF_RECORD_VIRTUAL ? "virtual"
                                                        : "";
    (void)fprintf(out, "%s", kind);
    for (unsigned i = 2; i < r->fields; i++)
        (void)fprintf(out, " %s=%" PRIx64, log_field_name(r->kind, i), r->field[i]);
    (void)fprintf(out, "\n");
}

static void print_side(FILE *out, diff_side side, const diff_log *log, uint32_t number)
{
    for (size_t i = 0; i < log->records; i++) {
        if (log->record[i].field[0] == number) {
            (void)fprintf(out, "          %-6s", side_name(side));
            print_record(out, &log->record[i]);
        }
    }
}

/** Whether both logs have the same records of a step. */
static bool same_answers(const diff_log *a, const diff_log *b, uint32_t number)
{
    size_t i = 0, j = 0;
    for (;; i++, j++) {
        while (i < a->records && a->record[i].field[0] != number)
            i++;
        while (j < b->records && b->record[j].field[0] != number)
            j++;
        if (i == a->records || j == b->records)
            return i == a->records && j == b->records;
        if (a->record[i].kind != b->record[j].kind ||
            memcmp(a->record[i].field, b->record[j].field,
                   a->record[i].fields * sizeof a->record[i].field[0]))
            return false;
    }
}

void print_answers(FILE *out, const diff_case *c, const diff_log *ours, const diff_log *theirs,
                   const diff_result *result)
{
    char text[DIFF_STEP_TEXT];
    (void)fprintf(out, "seed %" PRIu64 ": %s%u PEs, %s%s\n", c->seed,
                  c->program.gicv2 ? "GICv2, " : "", c->program.pes,
                  c->program.secure ? "EL3" : "EL1", c->program.el2 ? ", EL2" : "");
    for (uint32_t i = 0; i < c->program.steps; i++) {
        bool same = same_answers(ours, theirs, i);
        (void)fprintf(out, "%s%4" PRIu32 "  %s\n",
                      !result->outcome[0] && !result->equal && result->first.number == i ? ">>"
                                                                                         : "  ",
                      i, step_text(&c->program, &c->program.step[i], text));
        if (same) {
            print_side(out, DIFF_OURS, ours, i);
        } else {
            print_side(out, DIFF_OURS, ours, i);
            print_side(out, DIFF_THEIRS, theirs, i);
        }
    }
    if (result->outcome[0])
        (void)fprintf(out, "    %s\n", result->outcome);
    else if (!result->equal && result->first.field >= 0)
        (void)fprintf(out, "    step %" PRIu32 ", %s: %" PRIx64 " by gicvp, %" PRIx64 " by qemu\n",
                      result->first.number,
                      log_field_name(result->first.kind, (unsigned)result->first.field),
                      result->first.ours, result->first.theirs);
    else if (!result->equal)
        (void)fprintf(out, "    step %" PRIu32 ": the machines do not the same\n",
                      result->first.number);
}
