/* SPDX-License-Identifier: Apache-2.0 */
#include "step.h"

#include "rows.h"

#include <inttypes.h>

/** "GICD_ISPENDR+0x4" or "GICR_WAKER of PE 1" or a plain address. */
static void place_text(const diff_program *program, uint64_t address, char *text, size_t bytes)
{
    diff_place place = row_find(program, address);
    char pe[16] = "";
    if (!place.frame) {
        (void)snprintf(text, bytes, "0x%08" PRIx64, address);
        return;
    }
    if (place.frame[3] == 'R')
        (void)snprintf(pe, sizeof pe, "@%u", place.pe);
    (void)snprintf(text, bytes, "%s%s+0x%" PRIx32,
                   place.row < 0 ? place.frame : diff_rows[place.row].name, pe, place.offset);
}

static const char *world_text(const diff_program *program, unsigned world, char text[32])
{
    const char *state = !program->secure ? "" : world & DIFF_NS ? ".NS" : ".S";
    (void)snprintf(text, 32, "EL%u%s%s%s%s%s", world & DIFF_LEVEL, state,
                   world & DIFF_FIQ ? ".FIQ" : "", world & DIFF_IRQ ? ".IRQ" : "",
                   world & DIFF_FMO ? ".FMO" : "", world & DIFF_IMO ? ".IMO" : "");
    return text;
}

static int command_text(const diff_step *step, char *text, size_t bytes)
{
    unsigned opcode = (unsigned)(step->data[0] & 0xFF);
    const char *name = command_name(opcode);
    char number[16];
    if (!name) {
        (void)snprintf(number, sizeof number, "command 0x%02x", opcode);
        name = number;
    }
    return snprintf(text, bytes,
                    "%s %016" PRIx64 " %016" PRIx64 " %016" PRIx64 " %016" PRIx64
                    ", CWRITER = 0x%" PRIx64,
                    name, step->data[0], step->data[1], step->data[2], step->data[3], step->value);
}

static int take_text(uint64_t how, char *text, size_t bytes)
{
    return snprintf(text, bytes, "%s%s%s%s%s%s", how & DIFF_TAKE_IRQ ? " IRQ" : "",
                    how & DIFF_TAKE_FIQ ? " FIQ" : "", how & DIFF_TAKE_EOI ? " EOIR" : "",
                    how & DIFF_TAKE_DIR ? " DIR" : "", how & DIFF_TAKE_LATE ? " (DIR first)" : "",
                    how & DIFF_TAKE_NEST ? " nesting" : "");
}

static void action_text(const diff_program *program, const diff_step *step, char *text,
                        size_t bytes)
{
    char place[96], how[64];
    place_text(program, step->address, place, sizeof place);
    (void)take_text(step->value, how, sizeof how);
    switch (step->op) {
    case DIFF_READ:
        (void)snprintf(text, bytes, "read%u %s", 8u * step->width, place);
        break;
    case DIFF_WRITE:
        (void)snprintf(text, bytes, "write%u %s = 0x%" PRIx64, 8u * step->width, place,
                       step->value);
        break;
    case DIFF_MRS:
        (void)snprintf(text, bytes, "mrs %s", sysreg_name(step->address));
        break;
    case DIFF_MSR:
        (void)snprintf(text, bytes, "msr %s = 0x%" PRIx64, sysreg_name(step->address), step->value);
        break;
    case DIFF_WINDOW:
        if (step->value & DIFF_TAKE_RAISE)
            (void)snprintf(text, bytes, "take interrupts%s, the first writes32 %s = 0x%" PRIx64,
                           how, place, step->data[0]);
        else
            (void)snprintf(text, bytes, "take interrupts%s", how);
        break;
    case DIFF_COMMAND:
        (void)command_text(step, text, bytes);
        break;
    case DIFF_SWEEP:
        (void)snprintf(text, bytes, "read%u %s and %" PRIu64 " more", 8u * step->width, place,
                       step->value - 1);
        break;
    case DIFF_ACK:
        (void)snprintf(text, bytes, "mrs ICC_IAR%u_EL1", step->value != 0);
        break;
    case DIFF_END:
        (void)snprintf(text, bytes, "end the last one acknowledged: EOIR%s", how);
        break;
    default:
        (void)snprintf(text, bytes, "DIR of the oldest one dropped");
        break;
    }
}

const char *step_text(const diff_program *program, const diff_step *step, char text[DIFF_STEP_TEXT])
{
    char world[32], action[DIFF_STEP_TEXT - 48];
    action_text(program, step, action, sizeof action);
    (void)snprintf(text, DIFF_STEP_TEXT, "PE %u %-14s %s", step->pe,
                   world_text(program, step->world, world), action);
    return text;
}

void program_print(FILE *out, const diff_case *c)
{
    char text[DIFF_STEP_TEXT];
    for (uint32_t i = 0; i < c->program.steps; i++)
        (void)fprintf(out, "%4" PRIu32 "  %s\n", i,
                      step_text(&c->program, &c->program.step[i], text));
}
