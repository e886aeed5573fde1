/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file its.h
 * @brief LPIs and the Interrupt Translation Service (Arm IHI 0069, chapters 5 and 6).
 *
 * Flat device and collection tables, one command queue of 64 KiB, one configuration table and a
 * pending table for each PE, all from memory that the program gives. Every wait is bounded; what
 * goes wrong is a false result, and its_error() says what.
 *
 *   its_init(&its, &config);  its_lpi_start(&its, 0);  its_mapc(&its, 0, 0, true);
 *   its_lpi_configure(&its, 8192, 0xa0, true);
 *   its_mapd(&its, device, 5);  its_mapti(&its, device, event, 8192, 0);  its_sync(&its, 0);
 *
 * Calls on one ITS must not overlap: programs with several PEs take a lock.
 */
#ifndef FW_ITS_H
#define FW_ITS_H

#include "fw/arch.h"
#include "fw/board.h"

#define LPI_FIRST 8192 /**< First INTID of an LPI. */

/* Control frame */
#define GITS_CTLR           0x0000
#define GITS_IIDR           0x0004
#define GITS_TYPER          0x0008
#define GITS_CBASER         0x0080
#define GITS_CWRITER        0x0088
#define GITS_CREADR         0x0090
#define GITS_BASER(n)       (0x0100 + 8 * (n))
#define GITS_BASERS         8
#define GITS_TRANSLATER     0x10040
#define GITS_CTLR_ENABLED   (1u << 0)
#define GITS_CTLR_QUIESCENT (1u << 31)
#define GITS_CREADR_STALLED (1ULL << 0)
#define GITS_CWRITER_RETRY  (1ULL << 0)

/* Redistributor */
#define GICR_PROPBASER        0x0070
#define GICR_PENDBASER        0x0078
#define GICR_CTLR_ENABLE_LPIS (1u << 0)
#define GICR_PENDBASER_PTZ    (1ULL << 62)

/** What the program decides. */
struct its_config {
    uintptr_t base;       /**< GITS_BASE. */
    void *memory;         /**< Aligned to 64 KiB; zeroed here. */
    size_t size;          /**< Bytes; its_memory_size() says how many are enough. */
    unsigned device_bits; /**< DeviceIDs 0 to 2^n - 1, 1 to 20. */
    unsigned lpi_bits;    /**< INTIDs up to 2^n - 1, 14 to 24. */
    unsigned pes;         /**< Redistributors that will take LPIs, 1 to FW_MAX_PES. */
};

/** An ITS. */
struct its {
    uintptr_t base;
    uint64_t typer;
    uint8_t *next, *end; /**< Memory that is left. */
    uint64_t *queue;
    uint32_t write;    /**< Offset of the next command. */
    uint8_t *property; /**< Configuration bytes, the first is INTID 8192's. */
    unsigned lpi_bits;
    unsigned device_bits;
    unsigned timeouts; /**< Waits that did not end. */
    const char *error; /**< What failed last; NULL: nothing. */
};

/** Bytes that the tables of `config` take, without ITTs; each its_mapd() takes up to
 *  16 bytes an event more, at least 256. */
size_t its_memory_size(const struct its_config *config);

/** Sets up tables and queue and enables the ITS. */
bool its_init(struct its *its, const struct its_config *config);

/** Gives PE `slot` the configuration table and a pending table of its own, and enables its LPIs.
 *  Works from any PE. */
bool its_lpi_start(struct its *its, unsigned slot);

/** Stops LPIs of PE `slot` and waits until its pending state is in memory. */
bool its_lpi_stop(struct its *its, unsigned slot);

/** Writes the configuration byte; takes effect for certain after its_inv() or its_invall(). */
void its_lpi_configure(struct its *its, uint32_t intid, uint8_t priority, bool enable);

/* Commands, by their names in the architecture. A command is queued and not waited for; when the
 * queue is full, room is waited for. Slots are PEs of the firmware. */
/** Maps a device to a table of 2^event_bits events (taken from the memory). */
bool its_mapd(struct its *its, uint32_t device, unsigned event_bits);
bool its_unmapd(struct its *its, uint32_t device);
bool its_mapc(struct its *its, uint32_t collection, unsigned slot, bool valid);
bool its_mapti(struct its *its, uint32_t device, uint32_t event, uint32_t intid,
               uint32_t collection);
bool its_mapi(struct its *its, uint32_t device, uint32_t event, uint32_t collection);
bool its_movi(struct its *its, uint32_t device, uint32_t event, uint32_t collection);
bool its_movall(struct its *its, unsigned from_slot, unsigned to_slot);
bool its_discard(struct its *its, uint32_t device, uint32_t event);
bool its_int(struct its *its, uint32_t device, uint32_t event);
bool its_clear(struct its *its, uint32_t device, uint32_t event);
bool its_inv(struct its *its, uint32_t device, uint32_t event);
bool its_invall(struct its *its, uint32_t collection);

/** SYNC for PE `slot`, and waits until everything queued has been done. */
bool its_sync(struct its *its, unsigned slot);

/** Waits until everything queued has been done. @return false: the queue stalled, or took longer
 *  than any queue does. */
bool its_wait(struct its *its);

/** Whether the queue has stalled at a faulty command. */
bool its_stalled(const struct its *its);

/** Lets a stalled queue try its command again. */
void its_retry(struct its *its);

/** Puts a SYNC for PE `slot` in the place of the command at which the queue has stalled, and lets
 * it go on. @return false: it has not stalled. */
bool its_skip(struct its *its, unsigned slot);

/** Queues any 32 bytes, for tests of faulty commands. */
bool its_command(struct its *its, const uint64_t words[4]);

/** What failed last, as text. */
const char *its_error(const struct its *its);

/** Where a device writes its MSIs. */
static inline uint64_t its_translater(const struct its *its)
{
    return its->base + GITS_TRANSLATER;
}

#endif
