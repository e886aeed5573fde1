/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command queue: reading commands, starting them, passing them, stalling.
 *
 * A read takes what is left of a line, two commands at most, and never one that software has not
 * given by CWRITER. GITS_CREADR passes a command when it is done, not when it is read (T-24).
 */
#include "its_state.h"

/* Commands from CREADR up to CWRITER, as far as they are in one line. */
static unsigned its_readable(const its *s)
{
    const its_arch *a = s->arch;
    unsigned line = (GIC_MEMORY_LINE - a->creadr % GIC_MEMORY_LINE) / ITS_COMMAND_SIZE;
    if (a->cwriter < a->creadr)
        return line;
    return gic_min_u32(line, (a->cwriter - a->creadr) / ITS_COMMAND_SIZE);
}

void its_fetch(its *s)
{
    its_arch *a = s->arch;
    gic_memory_req req = {0};
    a->fetching = true;
    a->buffer_first = 0;
    a->fetch_gen++;
    req.address = (a->cbaser & GIC_FIELD_MASK(GITS_CBASER, Physical_Address)) + a->creadr;
    req.tag = ITS_FETCH | (uint32_t)a->fetch_gen << 8;
    req.op = GIC_MEMORY_READ;
    req.length = (uint8_t)(its_readable(s) * ITS_COMMAND_SIZE);
    gic_memory_request(&s->outbox, req);
    a->stats.memory_reads++;
    a->buffered = (uint8_t)(req.length / ITS_COMMAND_SIZE);
}

/* While it was read the queue may have been disabled, or CWRITER may have gone back. */
void its_fetched(its *s, const void *data, bool ok)
{
    its_arch *a = s->arch;
    const uint8_t *byte = (const uint8_t *)data;
    const uint8_t given = a->buffered;
    unsigned i;
    a->fetching = false;
    a->buffered = 0;
    if (!its_open_queue(s) || given == 0)
        return;
    if (!ok || !data) {
        its_bad_table(s, (a->cbaser & GIC_FIELD_MASK(GITS_CBASER, Physical_Address)) + a->creadr);
        its_fail_command(s, 0, UINT32_C(0x010000) | ITS_MEMORY);
        return;
    }
    a->buffered = given;
    for (i = 0; i < given * 4u; i++)
        a->buffer[i] = its_word(byte + i * 8u);
}

/* --- commands --------------------------------------------------------------------------------- */

static void its_advance(its *s)
{
    its_arch *a = s->arch;
    a->creadr += ITS_COMMAND_SIZE;
    if (a->creadr >= its_queue_bytes(s) + (GIC_FAULT("T-01") ? ITS_COMMAND_SIZE : 0u))
        a->creadr = 0;
    if (a->buffered) {
        a->buffered--;
        a->buffer_first++;
    }
}

/* A faulty command stalls the queue or is passed over, by configuration (T-06). */
void its_fail_command(its *s, unsigned opcode, uint32_t code)
{
    its_arch *a = s->arch;
    gic_report(&s->outbox, GIC_EV_BAD_ITS_COMMAND, GIC_PE_NONE, code,
               opcode | (uint64_t)s->index << 8 | (uint64_t)a->creadr << 32);
    if (s->config.its.seis)
        gic_report(&s->outbox, GIC_EV_ITS_SYSTEM_ERROR, GIC_PE_NONE, code, s->index);
    a->stats.command_errors++;
    if (s->config.its.stall && !GIC_FAULT("T-06")) {
        a->stalled = true;
        a->buffered = 0;
        gic_report(&s->outbox, GIC_EV_ITS_STALLED, GIC_PE_NONE, 0,
                   (uint64_t)s->index << 32 | a->creadr);
        return;
    }
    a->stats.commands++;
    its_advance(s);
    if (GIC_FAULT("peer-gem5-5")) {
        a->creadr = a->cwriter;
        a->buffered = 0;
    }
}

static void its_set_hazard(its *s, const its_row *row, unsigned hazard)
{
    its_arch *a = s->arch;
    a->hazard = (uint8_t)hazard;
    a->hazard_device = row->device;
    a->hazard_id = hazard == ITS_HAZARD_COLLECTION ? row->icid : row->event;
}

void its_start_command(its *s, unsigned slot)
{
    its_arch *a = s->arch;
    const uint64_t *word = &a->buffer[a->buffer_first * 4u];
    unsigned opcode = (unsigned)GIC_GET(ITS_CMD0, Opcode, word[0]);
    const its_command *command = opcode == ITS_PLAN_MSI ? NULL : its_plan(opcode);
    its_row *row = &s->row[slot];
    its_error error;

    if (!command) {
        its_fail_command(s, opcode, UINT32_C(0x010000) | opcode << 8 | ITS_UNKNOWN);
        return;
    }
    row->plan = (uint8_t)opcode;
    error = command->decode(s, row, word);
    if (error != ITS_OK) {
        its_fail_command(s, opcode, UINT32_C(0x010000) | (uint32_t)command->error << 8 | error);
        return;
    }
    a->command_row = (uint8_t)slot;
    a->busy |= UINT64_C(1) << slot;
    a->runnable |= UINT64_C(1) << slot;
    its_set_hazard(s, row, command->hazard);
    if (GIC_FAULT("T-24"))
        a->creadr = (a->creadr + ITS_COMMAND_SIZE) % its_queue_bytes(s);
}

/* The command is done, or has failed with an error. */
void its_end_command(its *s, const its_row *row)
{
    its_arch *a = s->arch;
    const its_command *command = its_plan(row->plan);
    a->command_row = ITS_NO_ROW;
    a->hazard = ITS_HAZARD_NONE;
    if (GIC_FAULT("T-24"))
        a->creadr = (a->creadr + its_queue_bytes(s) - ITS_COMMAND_SIZE) % its_queue_bytes(s);
    if (row->error != ITS_OK) {
        its_fail_command(s, row->plan,
                         UINT32_C(0x010000) | (uint32_t)command->error << 8 | row->error);
        return;
    }
    gic_report(&s->outbox, GIC_EV_ITS_COMMAND, GIC_PE_NONE, 0, row->plan | (uint64_t)s->index << 8);
    a->stats.commands++;
    its_advance(s);
}

/* What was read beyond a CWRITER that went back is not ours any more. */
void its_queue_moved(its *s, bool retry)
{
    its_arch *a = s->arch;
    const unsigned given = a->cwriter == a->creadr ? 0 : its_readable(s);
    if (retry && a->stalled && !GIC_FAULT("T-05"))
        a->stalled = false;
    a->buffered = (uint8_t)gic_min_u32(a->buffered, given);
    its_run(s);
}
