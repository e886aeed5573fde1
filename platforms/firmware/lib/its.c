/* SPDX-License-Identifier: Apache-2.0 */
#include "fw/its.h"

#include "fw/gic.h"
#include "fw/io.h"
#include "fw/pe.h"

#define PAGE_64K       0x10000u
#define QUEUE_SIZE     PAGE_64K
#define COMMAND_SIZE   32u
#define COMMAND_WORDS  4
#define ITT_ALIGN      256u
#define COLLECTIONS    256u
#define LPI_BITS_LEAST 14
#define LPI_BITS_MOST  24
#define WAIT_LIMIT     1000000u

/* GITS_TYPER */
#define TYPER_ITT_ENTRY_SIZE(typer) ((((typer) >> 4) & 0xf) + 1)
#define TYPER_EVENT_BITS(typer)     ((((typer) >> 8) & 0x1f) + 1)
#define TYPER_DEVICE_BITS(typer)    ((((typer) >> 13) & 0x1f) + 1)
#define TYPER_PTA                   (1ULL << 19)

/* Tables: Normal, inner write-back, inner shareable. */
#define BASER_VALID         (1ULL << 63)
#define BASER_INNER_WB      (7ULL << 59)
#define BASER_SHAREABLE     (1ULL << 10)
#define BASER_PAGE_64K      (2ULL << 8)
#define BASER_TYPE(baser)   (((baser) >> 56) & 7)
#define BASER_ENTRY(baser)  ((((baser) >> 48) & 0x1f) + 1)
#define BASER_SIZE_MOST     256u
#define BASER_TYPE_DEVICE   1
#define BASER_TYPE_COLLECT  4
#define GICR_BASE_INNER_WB  (7ULL << 7)
#define GICR_BASE_SHAREABLE (1ULL << 10)

/* Commands */
enum its_opcode {
    ITS_MOVI = 0x01,
    ITS_INT = 0x03,
    ITS_CLEAR = 0x04,
    ITS_SYNC = 0x05,
    ITS_MAPD = 0x08,
    ITS_MAPC = 0x09,
    ITS_MAPTI = 0x0a,
    ITS_MAPI = 0x0b,
    ITS_INV = 0x0c,
    ITS_INVALL = 0x0d,
    ITS_MOVALL = 0x0e,
    ITS_DISCARD = 0x0f
};
#define HIGH_WORD(value)  ((uint64_t)(value) << 32)
#define COMMAND_VALID     (1ULL << 63)
#define RDBASE_NUMBER_LSB 16

/* LPI configuration byte */
#define LPI_ENABLED       0x01
#define LPI_RES1          0x02
#define LPI_PRIORITY_MASK 0xfc

static bool fail(struct its *its, const char *what)
{
    its->error = what;
    return false;
}

const char *its_error(const struct its *its)
{
    return its->error != NULL ? its->error : "nothing";
}

/* ------------------------------------------------------------------ memory */

static size_t align_to(size_t size, size_t align)
{
    return (size + align - 1) & ~(align - 1);
}

/** Bytes of the pending table: a bit for each INTID. */
static size_t pending_size(unsigned lpi_bits)
{
    return align_to((1u << lpi_bits) / 8, PAGE_64K);
}

static size_t property_size(unsigned lpi_bits)
{
    return align_to((1u << lpi_bits) - LPI_FIRST, PAGE_64K);
}

size_t its_memory_size(const struct its_config *config)
{
    /* Entries of a flat table are 32 bytes at most. */
    return QUEUE_SIZE + align_to((size_t)32 << config->device_bits, PAGE_64K) +
           align_to(32 * COLLECTIONS, PAGE_64K) + property_size(config->lpi_bits) +
           config->pes * pending_size(config->lpi_bits);
}

/** Zeroed memory; NULL when there is none left. */
static void *take(struct its *its, size_t size, size_t align)
{
    uint8_t *at = (uint8_t *)align_to((uintptr_t)its->next, align);
    if (at > its->end || size > (size_t)(its->end - at)) {
        return NULL;
    }
    its->next = at + size;
    memset(at, 0, size);
    return at;
}

/* ------------------------------------------------------------------ tables */

static bool set_table(struct its *its, unsigned n, uint64_t entries)
{
    uintptr_t reg = its->base + GITS_BASER(n);
    size_t size = align_to((size_t)(entries * BASER_ENTRY(read64(reg))), PAGE_64K);
    void *table;
    if (size / PAGE_64K > BASER_SIZE_MOST) {
        return fail(its, "a flat table of so many entries does not exist");
    }
    table = take(its, size, PAGE_64K);
    if (table == NULL) {
        return fail(its, "the memory for a table is too small");
    }
    write64(reg, BASER_VALID | BASER_INNER_WB | BASER_SHAREABLE | BASER_PAGE_64K | (uint64_t)table |
                     (size / PAGE_64K - 1));
    if ((read64(reg) & BASER_VALID) == 0 || ((read64(reg) >> 8) & 3) != BASER_PAGE_64K >> 8) {
        return fail(its, "GITS_BASER does not take 64 KiB pages");
    }
    return true;
}

static bool set_tables(struct its *its)
{
    for (unsigned n = 0; n < GITS_BASERS; n++) {
        uint64_t type = BASER_TYPE(read64(its->base + GITS_BASER(n)));
        if (type == BASER_TYPE_DEVICE && !set_table(its, n, 1ULL << its->device_bits)) {
            return false;
        }
        if (type == BASER_TYPE_COLLECT && !set_table(its, n, COLLECTIONS)) {
            return false;
        }
    }
    return true;
}

static bool set_queue(struct its *its)
{
    its->queue = take(its, QUEUE_SIZE, PAGE_64K);
    if (its->queue == NULL) {
        return fail(its, "the memory for the queue is too small");
    }
    its->write = 0;
    write64(its->base + GITS_CBASER, BASER_VALID | BASER_INNER_WB | BASER_SHAREABLE |
                                         (uint64_t)its->queue | (QUEUE_SIZE / 4096 - 1));
    write64(its->base + GITS_CWRITER, 0);
    return true;
}

static bool wait_bits(struct its *its, uintptr_t reg, uint32_t mask, uint32_t value,
                      const char *what)
{
    for (unsigned i = 0; i < WAIT_LIMIT; i++) {
        if ((read32(reg) & mask) == value) {
            return true;
        }
    }
    its->timeouts++;
    return fail(its, what);
}

bool its_init(struct its *its, const struct its_config *config)
{
    memset(its, 0, sizeof *its);
    its->base = config->base;
    its->next = config->memory;
    its->end = its->next + config->size;
    its->lpi_bits = config->lpi_bits;
    its->typer = read64(config->base + GITS_TYPER);
    its->device_bits = config->device_bits;
    if (config->lpi_bits < LPI_BITS_LEAST || config->lpi_bits > LPI_BITS_MOST) {
        return fail(its, "LPIs need 14 to 24 INTID bits");
    }
    if (its->device_bits > TYPER_DEVICE_BITS(its->typer)) {
        its->device_bits = (unsigned)TYPER_DEVICE_BITS(its->typer);
    }
    write32(its->base + GITS_CTLR, 0);
    if (!wait_bits(its, its->base + GITS_CTLR, GITS_CTLR_QUIESCENT, GITS_CTLR_QUIESCENT,
                   "GITS_CTLR.Quiescent stays 0")) {
        return false;
    }
    its->property = take(its, property_size(its->lpi_bits), PAGE_64K);
    if (its->property == NULL) {
        return fail(its, "the memory for the configuration table is too small");
    }
    if (!set_tables(its) || !set_queue(its)) {
        return false;
    }
    dsb_sy();
    write32(its->base + GITS_CTLR, GITS_CTLR_ENABLED);
    return true;
}

/* ------------------------------------------------------------------ LPIs */

bool its_lpi_start(struct its *its, unsigned slot)
{
    uintptr_t rd = pes[slot].gicr;
    void *pending = take(its, pending_size(its->lpi_bits), PAGE_64K);
    if (pending == NULL) {
        return fail(its, "the memory for a pending table is too small");
    }
    write64(rd + GICR_PROPBASER, (uint64_t)its->property | GICR_BASE_INNER_WB |
                                     GICR_BASE_SHAREABLE | (its->lpi_bits - 1));
    write64(rd + GICR_PENDBASER,
            (uint64_t)pending | GICR_BASE_INNER_WB | GICR_BASE_SHAREABLE | GICR_PENDBASER_PTZ);
    dsb_sy();
    write32(rd + GICR_CTLR, read32(rd + GICR_CTLR) | GICR_CTLR_ENABLE_LPIS);
    if ((read32(rd + GICR_CTLR) & GICR_CTLR_ENABLE_LPIS) == 0) {
        return fail(its, "GICR_CTLR.EnableLPIs stays 0");
    }
    return true;
}

bool its_lpi_stop(struct its *its, unsigned slot)
{
    uintptr_t ctlr = pes[slot].gicr + GICR_CTLR;
    write32(ctlr, read32(ctlr) & ~GICR_CTLR_ENABLE_LPIS);
    return wait_bits(its, ctlr, GICR_CTLR_ENABLE_LPIS | GICR_CTLR_RWP, 0,
                     "GICR_CTLR.EnableLPIs or RWP stays 1");
}

void its_lpi_configure(struct its *its, uint32_t intid, uint8_t priority, bool enable)
{
    volatile uint8_t *byte = &its->property[intid - LPI_FIRST];
    *byte = (uint8_t)((priority & LPI_PRIORITY_MASK) | LPI_RES1 | (enable ? LPI_ENABLED : 0));
    dsb_sy();
}

/* ------------------------------------------------------------------ queue */

bool its_stalled(const struct its *its)
{
    return (read64(its->base + GITS_CREADR) & GITS_CREADR_STALLED) != 0;
}

void its_retry(struct its *its)
{
    write64(its->base + GITS_CWRITER, its->write | GITS_CWRITER_RETRY);
}

/** Waits until CREADR is not, or is, at an offset. */
static bool wait_read_pointer(struct its *its, uint32_t offset, bool reached)
{
    for (unsigned i = 0; i < WAIT_LIMIT; i++) {
        uint64_t creadr = read64(its->base + GITS_CREADR);
        if (((creadr & (QUEUE_SIZE - COMMAND_SIZE)) == offset) == reached) {
            return true;
        }
        if (creadr & GITS_CREADR_STALLED) {
            return fail(its, "the command queue has stalled");
        }
    }
    its->timeouts++;
    return fail(its, "the command queue does not advance");
}

bool its_command(struct its *its, const uint64_t words[4])
{
    volatile uint64_t *at = its->queue + its->write / sizeof *its->queue;
    uint32_t next = (its->write + COMMAND_SIZE) % QUEUE_SIZE;
    if (!wait_read_pointer(its, next, false)) {
        return false;
    }
    for (unsigned i = 0; i < COMMAND_WORDS; i++) {
        at[i] = words[i];
    }
    dsb_sy();
    its->write = next;
    write64(its->base + GITS_CWRITER, next);
    return true;
}

bool its_wait(struct its *its)
{
    return wait_read_pointer(its, its->write, true);
}

/* ------------------------------------------------------------------ commands */

static bool post(struct its *its, enum its_opcode opcode, uint32_t device, uint64_t w1, uint64_t w2,
                 uint64_t w3)
{
    const uint64_t words[COMMAND_WORDS] = {HIGH_WORD(device) | opcode, w1, w2, w3};
    return its_command(its, words);
}

/** A Redistributor as commands name it: its address, or its number. */
static uint64_t rdbase(const struct its *its, unsigned slot)
{
    if (its->typer & TYPER_PTA) {
        return pes[slot].gicr;
    }
    return (uint64_t)pes[slot].number << RDBASE_NUMBER_LSB;
}

bool its_mapd(struct its *its, uint32_t device, unsigned event_bits)
{
    uint64_t size = TYPER_ITT_ENTRY_SIZE(its->typer) << event_bits;
    void *itt;
    if (event_bits == 0 || event_bits > TYPER_EVENT_BITS(its->typer)) {
        return fail(its, "the ITS has no such number of EventID bits");
    }
    itt = take(its, align_to((size_t)size, ITT_ALIGN), ITT_ALIGN);
    if (itt == NULL) {
        return fail(its, "the memory for an ITT is too small");
    }
    return post(its, ITS_MAPD, device, event_bits - 1, (uint64_t)itt | COMMAND_VALID, 0);
}

bool its_unmapd(struct its *its, uint32_t device)
{
    return post(its, ITS_MAPD, device, 0, 0, 0);
}

bool its_mapc(struct its *its, uint32_t collection, unsigned slot, bool valid)
{
    return post(its, ITS_MAPC, 0, 0, collection | rdbase(its, slot) | (valid ? COMMAND_VALID : 0),
                0);
}

bool its_mapti(struct its *its, uint32_t device, uint32_t event, uint32_t intid,
               uint32_t collection)
{
    return post(its, ITS_MAPTI, device, event | HIGH_WORD(intid), collection, 0);
}

bool its_mapi(struct its *its, uint32_t device, uint32_t event, uint32_t collection)
{
    return post(its, ITS_MAPI, device, event, collection, 0);
}

bool its_movi(struct its *its, uint32_t device, uint32_t event, uint32_t collection)
{
    return post(its, ITS_MOVI, device, event, collection, 0);
}

bool its_movall(struct its *its, unsigned from_slot, unsigned to_slot)
{
    return post(its, ITS_MOVALL, 0, 0, rdbase(its, from_slot), rdbase(its, to_slot));
}

bool its_discard(struct its *its, uint32_t device, uint32_t event)
{
    return post(its, ITS_DISCARD, device, event, 0, 0);
}

bool its_int(struct its *its, uint32_t device, uint32_t event)
{
    return post(its, ITS_INT, device, event, 0, 0);
}

bool its_clear(struct its *its, uint32_t device, uint32_t event)
{
    return post(its, ITS_CLEAR, device, event, 0, 0);
}

bool its_inv(struct its *its, uint32_t device, uint32_t event)
{
    return post(its, ITS_INV, device, event, 0, 0);
}

bool its_invall(struct its *its, uint32_t collection)
{
    return post(its, ITS_INVALL, 0, 0, collection, 0);
}

bool its_sync(struct its *its, unsigned slot)
{
    return post(its, ITS_SYNC, 0, 0, rdbase(its, slot), 0) && its_wait(its);
}

bool its_skip(struct its *its, unsigned slot)
{
    uint64_t creadr = read64(its->base + GITS_CREADR);
    const uint64_t words[COMMAND_WORDS] = {ITS_SYNC, 0, rdbase(its, slot), 0};
    volatile uint64_t *at = its->queue + (creadr & (QUEUE_SIZE - COMMAND_SIZE)) / sizeof(uint64_t);
    if ((creadr & GITS_CREADR_STALLED) == 0) {
        return false;
    }
    for (unsigned i = 0; i < COMMAND_WORDS; i++) {
        at[i] = words[i];
    }
    dsb_sy();
    its_retry(its);
    return true;
}
