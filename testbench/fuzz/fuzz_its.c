/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the ITS under a hostile guest. The input is a program of register accesses,
 * commands, MSIs, edits of the tables and answers of memory and Redistributors in any order, also
 * refusals.
 *
 * What is checked beside the sanitizers: the contracts of the interface (credits, lines of memory,
 * room in the outbox), that everything comes to rest when all is answered, and that then nothing
 * that can be done is left undone.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "gic/its.h"
#include "gic/outbox.h"

enum {
    RAM_BYTES = 0x52000, /* what the guest has; the rest is refused */
    QUEUE_AT = 0x10000,
    DEVICES_AT = 0x20000,
    COLLECTIONS_AT = 0x30000,
    PES = 3,
    OPEN_MAX = 8,
    INBOX = PES * 2 * GIC_CREDIT_LPI,
    STEPS_MAX = 2000,     /* of one program */
    SETTLE_MAX = 4000000, /* a queue of 1 MiB has 32768 commands */
    GITS_CTLR = 0x0000,
    GITS_CBASER = 0x0080,
    GITS_CWRITER = 0x0088,
    GITS_CREADR = 0x0090,
    GITS_BASER0 = 0x0100,
    GITS_BASER1 = 0x0108
};

static const uint64_t VALID = UINT64_C(1) << 63;

/* A message that a Redistributor has not answered. */
typedef struct letter {
    uint16_t pe;
    uint64_t arg;
} letter;

typedef struct machine {
    its *s;
    gic_config config;
    uint8_t *ram;
    gic_memory_req open[OPEN_MAX];
    unsigned opens;
    letter inbox[INBOX];
    unsigned letters;
    unsigned unanswered[PES];
    uint32_t writer;
    fuzz_input in; /* the program */
} machine;

/* --- the world -------------------------------------------------------------------------------- */

static void deliver(machine *m, const gic_out *out)
{
    if (out->port == GIC_PORT_MEM) {
        gic_memory_req req = gic_memory_of(out);
        CHECK(req.length > 0 && req.address % GIC_MEMORY_LINE + req.length <= GIC_MEMORY_LINE);
        CHECK(m->opens < OPEN_MAX);
        m->open[m->opens++] = req;
    } else if (out->port == GIC_PORT_GICR) {
        CHECK(out->to < PES && m->unanswered[out->to] < GIC_CREDIT_LPI && m->letters < INBOX);
        m->unanswered[out->to]++;
        m->inbox[m->letters].pe = out->to;
        m->inbox[m->letters++].arg = out->msg.arg;
    } else {
        CHECK(out->port == GIC_PORT_EVENT || out->port == GIC_PORT_LINE);
    }
}

static void empty_outbox(machine *m)
{
    gic_outbox *box = its_outbox(m->s);
    const gic_out *out;
    CHECK(box->events_dropped == 0 && box->messages_lost == 0);
    for (out = box->entry; out < box->next; out++)
        deliver(m, out);
    gic_outbox_clear(box);
}

static void answer_memory(machine *m, unsigned which, bool ok)
{
    gic_memory_req req = m->open[which];
    uint8_t line[GIC_MEMORY_LINE];
    m->open[which] = m->open[--m->opens];
    ok = ok && req.address < RAM_BYTES && req.length <= RAM_BYTES - req.address;
    if (ok && req.op == GIC_MEMORY_WRITE)
        memcpy(m->ram + req.address, its_mem_data(m->s, req.tag), req.length);
    if (ok && req.op == GIC_MEMORY_READ)
        memcpy(line, m->ram + req.address, req.length);
    its_mem_done(m->s, req.tag, ok && req.op == GIC_MEMORY_READ ? line : NULL, ok);
    empty_outbox(m);
}

static void answer_letter(machine *m, unsigned which)
{
    letter l = m->inbox[which];
    gic_msg done = {0};
    m->inbox[which] = m->inbox[--m->letters];
    done.kind = GIC_MSG_LPI_DONE;
    done.arg = l.arg;
    m->unanswered[l.pe]--;
    its_receive(m->s, l.pe, &done);
    empty_outbox(m);
}

static bool tick(machine *m)
{
    if (its_outbox(m->s)->more) {
        its_step(m->s);
        empty_outbox(m);
    } else if (m->opens) {
        answer_memory(m, 0, true);
    } else if (m->letters) {
        answer_letter(m, 0);
    } else {
        return false;
    }
    return true;
}

static void reg_write(machine *m, uint32_t offset, unsigned size, uint64_t value, uint32_t device)
{
    gic_access access = {0};
    access.size = (uint8_t)size;
    access.device_id = device;
    (void)its_write(m->s, &access, offset, value);
    empty_outbox(m);
}

static uint64_t reg_read(machine *m, uint32_t offset, unsigned size)
{
    gic_access access = {0};
    uint64_t value = 0;
    access.size = (uint8_t)size;
    (void)its_read(m->s, &access, offset, &value);
    empty_outbox(m);
    return value;
}

/* At rest: disabled means quiescent, enabled that the queue is empty, stalled or not to be read. */
static void settle(machine *m)
{
    unsigned n = 0;
    uint64_t cbaser;
    uint64_t creadr;
    uint64_t cwriter;
    while (tick(m))
        CHECK(n++ < SETTLE_MAX);
    cbaser = reg_read(m, GITS_CBASER, 8);
    creadr = reg_read(m, GITS_CREADR, 8);
    cwriter = reg_read(m, GITS_CWRITER, 8);
    CHECK(!its_is_full(m->s));
    if (!(reg_read(m, GITS_CTLR, 4) & 1u))
        CHECK(reg_read(m, GITS_CTLR, 4) >> 31 == 1);
    else
        CHECK(creadr == cwriter || (creadr & 1u) || !(cbaser & VALID) ||
              cwriter >= ((cbaser & 0xFFu) + 1u) * 4096u);
    CHECK((creadr & ~UINT64_C(0xFFFE1)) == 0);
}

/* ---- what a program can do ------------------------------------------------------------------- */

static void do_command(machine *m)
{
    unsigned bytes = 1u + (unsigned)fuzz_take(&m->in, 1) % 32u;
    unsigned i;
    for (i = 0; i < 32; i++)
        m->ram[QUEUE_AT + m->writer + i] = i < bytes ? (uint8_t)fuzz_take(&m->in, 1) : 0;
    m->writer = (m->writer + 32u) % 0x1000u;
    reg_write(m, GITS_CWRITER, 8, m->writer, 0);
}

/* A command whose fields are small, so that it is legal more often. */
static void do_likely_command(machine *m)
{
    uint64_t fields = fuzz_take(&m->in, 4);
    uint64_t opcode = fields & 0xFu;
    uint64_t device = fields >> 4 & 0xFu;
    uint64_t event = fields >> 8 & 0x1Fu;
    uint64_t icid = fields >> 13 & 7u;
    uint64_t pe = fields >> 16 & 3u;
    uint64_t valid = fields >> 18 & 1u;
    uint64_t word[4];
    word[0] = opcode | device << 32;
    word[1] = event | (8192u + (fields >> 19 & 0xFFu)) << 32;
    word[2] = icid | pe << 16 | valid << 63;
    word[3] = (pe + 1u) % PES << 16;
    if (opcode == 8) {
        word[1] = event & 7u;
        word[2] = (0x40000u + device * 0x1000u) | valid << 63;
    }
    memcpy(m->ram + QUEUE_AT + m->writer, word, sizeof(word));
    m->writer = (m->writer + 32u) % 0x1000u;
    reg_write(m, GITS_CWRITER, 8, m->writer, 0);
}

static void do_write(machine *m)
{
    static const uint32_t offsets[] = {0x00,  0x04,  0x08,  0x40,  0x44,   0x48,   0x4C,
                                       0x80,  0x84,  0x88,  0x8C,  0x90,   0x100,  0x104,
                                       0x108, 0x10C, 0x110, 0x138, 0xFFE8, 0x10040};
    unsigned choice = (unsigned)fuzz_take(&m->in, 1);
    uint32_t offset = choice < 200 ? offsets[choice % 20u] : (uint32_t)fuzz_take(&m->in, 3);
    unsigned size = 1u << (fuzz_take(&m->in, 1) & 3u);
    reg_write(m, offset, size, fuzz_take(&m->in, size), (uint32_t)fuzz_take(&m->in, 1));
}

static void do_msi(machine *m)
{
    uint32_t device = (uint32_t)fuzz_take(&m->in, 1);
    uint32_t event = (uint32_t)fuzz_take(&m->in, 1);
    if (device == 0xFF)
        device = (uint32_t)fuzz_take(&m->in, 4);
    if (event == 0xFF)
        event = (uint32_t)fuzz_take(&m->in, 4);
    (void)its_translate(m->s, device, event);
    empty_outbox(m);
}

static void do_edit(machine *m)
{
    uint64_t at = fuzz_take(&m->in, 3) % (RAM_BYTES - 8);
    uint64_t value = fuzz_take(&m->in, 8);
    memcpy(m->ram + at, &value, sizeof(value));
}

/* What the guest saves it can load. */
static void do_save(machine *m)
{
    size_t length = its_save_size(m->s);
    unsigned char *block = (unsigned char *)malloc(length);
    CHECK(block != NULL);
    CHECK(its_save(m->s, block) == length);
    if (m->in.left > 2 && (fuzz_take(&m->in, 1) & 1u))
        block[fuzz_take(&m->in, 2) % length] ^= 1u;
    else
        CHECK(its_load(m->s, block, length));
    (void)its_load(m->s, block, length);
    free(block);
    empty_outbox(m);
}

static void do_reset(machine *m)
{
    its_reset(m->s);
    m->opens = 0;
    m->letters = 0;
    memset(m->unanswered, 0, sizeof(m->unanswered));
    m->writer = 0;
    empty_outbox(m);
}

static void set_up(machine *m)
{
    reg_write(m, GITS_CTLR, 4, 0, 0);
    settle(m);
    reg_write(m, GITS_BASER0, 8, VALID | DEVICES_AT, 0);
    reg_write(m, GITS_BASER1, 8, VALID | COLLECTIONS_AT, 0);
    reg_write(m, GITS_CBASER, 8, VALID | QUEUE_AT, 0);
    m->writer = 0;
    reg_write(m, GITS_CWRITER, 8, 0, 0);
    reg_write(m, GITS_CTLR, 4, 0x101, 0);
}

static void step(machine *m)
{
    unsigned op = (unsigned)fuzz_take(&m->in, 1);
    switch (op & 15u) {
    case 0:
    case 1:
        do_command(m);
        break;
    case 2:
    case 3:
    case 4:
        do_likely_command(m);
        break;
    case 5:
        do_write(m);
        break;
    case 6:
        (void)reg_read(m, (uint32_t)fuzz_take(&m->in, 3), 1u << (op >> 4 & 3u));
        break;
    case 7:
    case 8:
        do_msi(m);
        break;
    case 9:
        do_edit(m);
        break;
    case 10:
        if (m->opens)
            answer_memory(m, (op >> 4) % m->opens, (op & 0x80u) == 0);
        break;
    case 11:
        if (m->letters)
            answer_letter(m, (op >> 4) % m->letters);
        break;
    case 12:
        settle(m);
        break;
    case 13:
        do_save(m);
        break;
    case 14:
        set_up(m);
        break;
    default:
        if (op == 0xFF)
            do_reset(m);
        else
            (void)tick(m);
        break;
    }
}

static gic_config configure(uint64_t choice)
{
    static const uint16_t geometry[4][2] = {{1, 1}, {4, 1}, {4, 4}, {16, 4}};
    gic_config config = gic_config_default();
    gic_cache_config cache = {0};
    const uint16_t *g = geometry[choice & 3u];
    cache.entries = g[0];
    cache.ways = g[1];
    cache.replacement = (uint8_t)((choice >> 2 & 3u) % 3u);
    config.pe_count = PES;
    config.lpi_bits = (uint8_t)(choice >> 4 & 1u ? 14 : 24);
    config.its_count = 1;
    config.its.device_cache = cache;
    config.its.itt_cache = cache;
    config.its.collection_cache = cache;
    config.its.stall = (choice >> 5 & 1u) != 0;
    config.its.pta = (choice >> 6 & 1u) != 0;
    config.its.hcc = choice >> 7 & 1u ? 3 : 0;
    config.its.walks = (uint8_t)(1u + (choice >> 8 & 3u));
    config.its.queue = (uint16_t)(1u + (choice >> 10 & 7u));
    config.its.device_bits = choice >> 13 & 1u ? 32 : 10;
    config.its.event_bits = choice >> 14 & 1u ? 32 : 8;
    config.work_limit = choice >> 15 & 1u ? 1 : 64;
    return config;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static const uint64_t bases[PES] = {0x10000, 0x20000, 0x30000};
    machine m;
    void *block;
    unsigned n;
    memset(&m, 0, sizeof(m));
    m.in.at = data;
    m.in.left = length;
    m.config = configure(fuzz_take(&m.in, 2));
    m.ram = (uint8_t *)calloc(1, RAM_BYTES);
    block = aligned_alloc(64, gic_align_up(its_footprint(&m.config), 64));
    CHECK(m.ram != NULL && block != NULL);
    m.s = its_init(block, its_footprint(&m.config), &m.config, 0, NULL);
    CHECK(m.s != NULL);
    its_set_targets(m.s, bases, PES);
    set_up(&m);
    for (n = 0; n < STEPS_MAX && m.in.left > 0; n++)
        step(&m);
    settle(&m);
    free(block);
    free(m.ram);
    return 0;
}
