/* SPDX-License-Identifier: Apache-2.0 */
#include "coverage.h"
#include "shadow.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/** Programs for a GICv3 and for a GICv2 of a run from which on the expected rows of known.def have
 *  to be there. */
#define EXPECTED_PROGRAMS 150u
#define EXPECTED_GICV2    50u

/** Whether @p owner, a register or a family (ICC_IAR, ICC_SGIR), has the register @p name. */
static bool owns(const char *owner, const char *name)
{
    size_t length = strlen(owner);
    if (strcmp(owner, "ICC_SGIR") == 0)
        return strstr(name, "SGI0R") || strstr(name, "SGI1R");
    return strncmp(owner, name, length) == 0 && !isalpha((unsigned char)name[length]);
}

static void count_fields(diff_coverage *cov, const char *name, uint64_t value, unsigned shift)
{
    for (size_t i = 0; i < diff_field_count && i < DIFF_MAX_REG_FIELDS; i++) {
        const diff_field *f = &diff_fields[i];
        uint64_t mask = (UINT64_C(2) << (f->high - f->low)) - 1;
        if (((value << shift) >> f->low & mask) != 0 && owns(f->owner, name))
            cov->field[i]++;
    }
}

static void count_memory(diff_coverage *cov, const diff_case *c, const diff_step *step,
                         uint64_t result)
{
    diff_place place = row_find(&c->program, step->address);
    if (place.row < 0)
        return;
    bool write = step->op == DIFF_WRITE;
    atomic_ullong *counter = write ? &cov->row_writes[place.row] : &cov->row_reads[place.row];
    *counter += step->op == DIFF_SWEEP ? step->value : 1;
    count_fields(cov, diff_rows[place.row].name, write ? step->value : result,
                 8 * (place.offset % diff_rows[place.row].element));
}

/** What stands for ICC_* of a GICv2: the row of GICC, or of GICV where the step has it. */
static void count_frame(diff_coverage *cov, const diff_case *c, const diff_step *step,
                        uint64_t number, bool write)
{
    bool guests = register_is_virtual(&c->program, step, number);
    unsigned row = number == DIFF_ICC_DIR_EL1 ? (guests ? ROW2_GICV_DIR : ROW2_GICC_DIR)
                   : write                    ? (guests ? ROW2_GICV_EOIR : ROW2_GICC_EOIR)
                                              : (guests ? ROW2_GICV_IAR : ROW2_GICC_IAR);
    atomic_ullong *counter = write ? &cov->row_writes[row] : &cov->row_reads[row];
    ++*counter;
}

static void count_sysreg(diff_coverage *cov, const diff_case *c, const diff_step *step,
                         uint64_t number, bool write, uint64_t value)
{
    if (number >= DIFF_SYSREGS)
        return;
    if (c->program.gicv2 && register_groups(number) && step->op != DIFF_MRS &&
        step->op != DIFF_MSR) {
        count_frame(cov, c, step, number, write);
        return;
    }
    if (register_is_virtual(&c->program, step, number)) {
        atomic_ullong *guests = write ? cov->virtual_writes : cov->virtual_reads;
        ++guests[number];
        return;
    }
    atomic_ullong *counter = write ? &cov->sysreg_writes[number] : &cov->sysreg_reads[number];
    ++*counter;
    count_fields(cov, sysreg_name(number), value, 0);
}

static void count_step(diff_coverage *cov, const diff_case *c, const diff_step *step,
                       uint64_t result)
{
    switch (step->op) {
    case DIFF_READ:
    case DIFF_WRITE:
    case DIFF_SWEEP:
        count_memory(cov, c, step, result);
        break;
    case DIFF_MRS:
        count_sysreg(cov, c, step, step->address, false, result);
        break;
    case DIFF_MSR:
        count_sysreg(cov, c, step, step->address, true, step->value);
        break;
    case DIFF_ACK:
        count_sysreg(cov, c, step, step->value ? DIFF_ICC_IAR1_EL1 : DIFF_ICC_IAR0_EL1, false,
                     result);
        break;
    case DIFF_COMMAND:
        cov->command[step->data[0] & 0xFF]++;
        break;
    default:
        break;
    }
}

/** EOIR and DIR are written by steps whose register the acknowledge before them decides: Group 1's
 *  is counted. */
static void count_ends(diff_coverage *cov, const diff_case *c, const diff_record *r)
{
    const diff_step *step = &c->program.step[r->field[DIFF_S_STEP]];
    if (!(r->field[DIFF_S_RESULT] & DIFF_ENDED))
        return;
    if (step->op == DIFF_END) {
        count_sysreg(cov, c, step, DIFF_ICC_EOIR1_EL1, true, r->field[DIFF_S_RESULT]);
        if (step->value & DIFF_TAKE_DIR)
            count_sysreg(cov, c, step, DIFF_ICC_DIR_EL1, true, r->field[DIFF_S_RESULT]);
    } else if (step->op == DIFF_DROPPED) {
        count_sysreg(cov, c, step, DIFF_ICC_DIR_EL1, true, r->field[DIFF_S_RESULT]);
    }
}

/** What a handler did: IAR, and EOIR of the same group. */
static void count_interrupt(diff_coverage *cov, const diff_case *c, const diff_record *r)
{
    const diff_step *step = &c->program.step[r->field[DIFF_I_STEP]];
    bool fiq = (r->field[DIFF_I_ENTRY] & 0x10) != 0;
    static const diff_step hosts = {0}; /* what EL2 and EL3 take meanwhile is physical */
    const diff_step *who = r->field[DIFF_I_ENTRY] & DIFF_ENTRY_GUEST ? step : &hosts;
    count_sysreg(cov, c, who, fiq ? DIFF_ICC_IAR0_EL1 : DIFF_ICC_IAR1_EL1, false,
                 r->field[DIFF_I_IAR]);
    if (step->op == DIFF_WINDOW && (step->value & DIFF_TAKE_EOI))
        count_sysreg(cov, c, who, fiq ? DIFF_ICC_EOIR0_EL1 : DIFF_ICC_EOIR1_EL1, true,
                     r->field[DIFF_I_IAR]);
}

/** Accesses of a guest that its hypervisor had trapped (EC of MSR and MRS). */
static void count_trap(diff_coverage *cov, const diff_case *c, const diff_record *r)
{
    const uint64_t trapped = 0x18;
    cov->traps += r->field[DIFF_S_EXCEPTION] >> 26 == trapped &&
                  step_is_guest(&c->program, &c->program.step[r->field[DIFF_S_STEP]]);
}

static void count_records(diff_coverage *cov, const diff_case *c, const diff_log *log,
                          uint32_t compared)
{
    for (size_t i = 0; i < log->records; i++) {
        const diff_record *r = &log->record[i];
        if (r->field[0] >= compared)
            return;
        if (r->kind == DIFF_RECORD_INTERRUPT) {
            count_interrupt(cov, c, r);
        } else if (r->kind == DIFF_RECORD_STEP) {
            count_trap(cov, c, r);
            count_step(cov, c, &c->program.step[r->field[0]], r->field[DIFF_S_RESULT]);
            count_ends(cov, c, r);
        }
    }
}

void coverage_add(diff_coverage *cov, const diff_case *c, const diff_log *ours,
                  const diff_result *result)
{
    size_t taken = log_interrupts(ours);
    cov->programs++;
    cov->gicv2 += c->program.gicv2 != 0;
    cov->equal += result->equal;
    cov->ended += result->equal && result->compared < c->program.steps;
    cov->steps += c->program.steps;
    cov->compared += result->compared;
    cov->interrupts[taken < DIFF_MAX_COUNTED ? taken : DIFF_MAX_COUNTED - 1]++;
    for (unsigned i = 0; i < KNOWN_ROWS; i++) {
        cov->known[i] += result->hits[i];
        cov->known_programs[i] += result->hits[i] != 0;
    }
    count_records(cov, c, ours, result->compared);
}

/** Interrupts taken by the program that has @p rank of all before it, by number. */
static unsigned interrupts_at(const diff_coverage *cov, unsigned long long rank)
{
    unsigned long long seen = 0;
    for (unsigned i = 0; i < DIFF_MAX_COUNTED; i++) {
        seen += cov->interrupts[i];
        if (seen > rank)
            return i;
    }
    return 0;
}

/** Whether the register has a virtual form that programs have to reach: there is one AP register of
 *  each group. */
static bool has_virtual(uint64_t number)
{
    bool absent = (number >= DIFF_ICC_AP0R1_EL1 && number <= DIFF_ICC_AP0R3_EL1) ||
                  (number >= DIFF_ICC_AP1R1_EL1 && number <= DIFF_ICC_AP1R3_EL1);
    return sysreg_is_row(number) && register_groups(number) != 0 && !absent;
}

static void print_rows(FILE *out, const diff_coverage *cov)
{
    (void)fprintf(out, "\nregister                      reads    writes\n");
    for (unsigned i = 0; i < ROWS; i++)
        (void)fprintf(out, "  %-24s %8llu  %8llu\n", row_name(i), cov->row_reads[i],
                      cov->row_writes[i]);
    for (unsigned i = 0; i < DIFF_SYSREGS; i++) {
        if (sysreg_is_row(i) || cov->sysreg_reads[i] || cov->sysreg_writes[i])
            (void)fprintf(out, "  %-24s %8llu  %8llu\n", sysreg_name(i), cov->sysreg_reads[i],
                          cov->sysreg_writes[i]);
    }
    for (unsigned i = 0; i < DIFF_SYSREGS; i++) {
        if (has_virtual(i))
            (void)fprintf(out, "  ICV_%-20s %8llu  %8llu\n", sysreg_name(i) + 4,
                          cov->virtual_reads[i], cov->virtual_writes[i]);
    }
    (void)fprintf(out, "  %-24s %8llu\n", "(trapped from a guest)", cov->traps);
    (void)fprintf(out, "\ncommand                       number\n");
    for (unsigned i = 0; i < DIFF_OPCODES; i++) {
        if (command_name(i) || cov->command[i])
            (void)fprintf(out, "  0x%02x %-19s %8llu\n", i,
                          command_name(i) ? command_name(i) : "(no such command)", cov->command[i]);
    }
}

static void print_fields(FILE *out, const diff_coverage *cov)
{
    (void)fprintf(out, "\nfield                                       not zero\n");
    for (size_t i = 0; i < diff_field_count && i < DIFF_MAX_REG_FIELDS; i++)
        (void)fprintf(out, "  %-14s %-26s %8llu\n", diff_fields[i].owner, diff_fields[i].name,
                      cov->field[i]);
}

/** Names what no program has reached: registers that can be accessed, and commands. */
static void print_unreached(FILE *out, const diff_coverage *cov)
{
    (void)fprintf(out, "\nnever reached:");
    for (unsigned i = 0; i < ROWS; i++) {
        if (!cov->row_reads[i])
            (void)fprintf(out, " %s(read)", row_name(i));
        if (!cov->row_writes[i])
            (void)fprintf(out, " %s(write)", row_name(i));
    }
    for (unsigned i = 0; i < DIFF_SYSREGS; i++) {
        if (sysreg_is_row(i) && sysreg_readable(i) && !cov->sysreg_reads[i])
            (void)fprintf(out, " %s(read)", sysreg_name(i));
        if (sysreg_is_row(i) && sysreg_writable(i) && !cov->sysreg_writes[i])
            (void)fprintf(out, " %s(write)", sysreg_name(i));
        if (has_virtual(i) && sysreg_readable(i) && !cov->virtual_reads[i])
            (void)fprintf(out, " ICV_%s(read)", sysreg_name(i) + 4);
        if (has_virtual(i) && sysreg_writable(i) && !cov->virtual_writes[i])
            (void)fprintf(out, " ICV_%s(write)", sysreg_name(i) + 4);
    }
    for (unsigned i = 0; i < DIFF_OPCODES; i++) {
        if (command_name(i) && !cov->command[i])
            (void)fprintf(out, " %s", command_name(i));
    }
    (void)fprintf(out, "\n");
}

static void print_known(FILE *out, const diff_coverage *cov)
{
    (void)fprintf(out, "\nexplained differences       programs   answers\n");
    for (unsigned i = 0; i < KNOWN_ROWS; i++)
        (void)fprintf(out, "  %-24s %8llu  %8llu%s  %s\n", known_rows[i].id, cov->known_programs[i],
                      cov->known[i], cov->known[i] ? "" : "  NEVER SEEN", known_rows[i].rule);
}

void coverage_print(FILE *out, const diff_coverage *cov)
{
    unsigned long long programs = cov->programs;
    print_rows(out, cov);
    print_fields(out, cov);
    print_known(out, cov);
    print_unreached(out, cov);
    (void)fprintf(out,
                  "\n%llu programs (%llu of a GICv2), %llu equal, %llu of them up to a difference "
                  "that ends the "
                  "comparison;\n%llu of %llu steps compared; interrupts taken per program: "
                  "min %u, median %u, max %u\n",
                  programs, cov->gicv2, cov->equal, cov->ended, cov->compared, cov->steps,
                  interrupts_at(cov, 0), interrupts_at(cov, programs / 2),
                  interrupts_at(cov, programs ? programs - 1 : 0));
}

static void json_pairs(FILE *out, const char *key, const diff_coverage *cov)
{
    const char *comma = "";
    (void)fprintf(out, ",\n  \"%s\": {", key);
    for (unsigned i = 0; i < ROWS; i++, comma = ",")
        (void)fprintf(out, "%s\n    \"%s\": [%llu, %llu]", comma, row_name(i), cov->row_reads[i],
                      cov->row_writes[i]);
    for (unsigned i = 0; i < DIFF_SYSREGS; i++) {
        if (sysreg_is_row(i))
            (void)fprintf(out, ",\n    \"%s\": [%llu, %llu]", sysreg_name(i), cov->sysreg_reads[i],
                          cov->sysreg_writes[i]);
        if (has_virtual(i))
            (void)fprintf(out, ",\n    \"ICV_%s\": [%llu, %llu]", sysreg_name(i) + 4,
                          cov->virtual_reads[i], cov->virtual_writes[i]);
    }
    (void)fprintf(out, "\n  }");
}

static void json_fields(FILE *out, const diff_coverage *cov)
{
    const char *comma = "";
    (void)fprintf(out, ",\n  \"fields\": {");
    for (size_t i = 0; i < diff_field_count && i < DIFF_MAX_REG_FIELDS; i++, comma = ",")
        (void)fprintf(out, "%s\n    \"%s.%s\": %llu", comma, diff_fields[i].owner,
                      diff_fields[i].name, cov->field[i]);
    (void)fprintf(out, "\n  },\n  \"commands\": {");
    comma = "";
    for (unsigned i = 0; i < DIFF_OPCODES; i++) {
        if (command_name(i)) {
            (void)fprintf(out, "%s\n    \"%s\": %llu", comma, command_name(i), cov->command[i]);
            comma = ",";
        }
    }
    (void)fprintf(out, "\n  },\n  \"explained\": {");
    comma = "";
    for (unsigned i = 0; i < KNOWN_ROWS; i++, comma = ",")
        (void)fprintf(out, "%s\n    \"%s\": [%llu, %llu]", comma, known_rows[i].id,
                      cov->known_programs[i], cov->known[i]);
    (void)fprintf(out, "\n  }");
}

void coverage_json(FILE *out, const diff_coverage *cov, uint64_t first, uint64_t last,
                   const uint64_t *failed, size_t failures)
{
    unsigned long long programs = cov->programs;
    (void)fprintf(out,
                  "{\n  \"seeds\": [%" PRIu64 ", %" PRIu64 "],\n  \"programs\": %llu,\n"
                  "  \"gicv2\": %llu,\n"
                  "  \"equal\": %llu,\n  \"ended\": %llu,\n  \"steps\": %llu,\n"
                  "  \"compared\": %llu,\n  \"interrupts\": {\"min\": %u, \"median\": %u, "
                  "\"max\": %u},\n  \"failed\": [",
                  first, last, programs, cov->gicv2, cov->equal, cov->ended, cov->steps,
                  cov->compared, interrupts_at(cov, 0), interrupts_at(cov, programs / 2),
                  interrupts_at(cov, programs ? programs - 1 : 0));
    for (size_t i = 0; i < failures; i++)
        (void)fprintf(out, "%s%" PRIu64, i ? ", " : "", failed[i]);
    (void)fprintf(out, "]");
    json_pairs(out, "registers", cov);
    json_fields(out, cov);
    (void)fprintf(out, "\n}\n");
}

unsigned coverage_missing(const diff_coverage *cov)
{
    unsigned missing = 0;
    bool gicv2 = cov->gicv2 >= EXPECTED_GICV2;
    bool gicv3 = cov->programs - cov->gicv2 >= EXPECTED_PROGRAMS;
    for (unsigned i = 0; i < KNOWN_ROWS; i++) {
        bool enough = known_rows[i].gicv2 ? gicv2 : gicv3;
        if (enough && known_rows[i].expected && !cov->known_programs[i]) {
            (void)fprintf(stderr, "gicdiff: '%s' was not seen: %s (%s)\n", known_rows[i].id,
                          known_rows[i].text, known_rows[i].rule);
            missing++;
        }
    }
    return missing;
}
