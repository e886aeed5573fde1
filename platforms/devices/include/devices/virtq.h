/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file virtq.h
 * @brief The device's side of a split virtqueue (virtio 1.1, 2.6), for any transport.
 *
 * Everything in a ring is the guest's and is believed only after it was looked at: an index beyond
 * its table, a chain that goes in a circle, more than VIRTQ_BYTES_MAX bytes, an
 * indirect table in an indirect table, or memory that is not there end the use of the queue with
 * an error, and never the simulator. A call reads and writes guest memory only through virtq_dma,
 * at most a table and the bytes that the chain names.
 *
 * The state is flat and part of its device's.
 */
#ifndef DEVICES_VIRTQ_H
#define DEVICES_VIRTQ_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VIRTQ_SIZE_MAX = 256,        /**< Largest queue, and longest chain. */
    VIRTQ_BYTES_MAX = 1 << 30,   /**< Most bytes of one chain. */
    VIRTQ_DESC_BYTES = 16,       /**< A descriptor. */
    VIRTQ_DESC_NEXT = 1,         /**< Flags of a descriptor. */
    VIRTQ_DESC_WRITE = 2,        /**< The device writes there. */
    VIRTQ_DESC_INDIRECT = 4,     /**< The buffer is a table of descriptors. */
    VIRTQ_AVAIL_NO_INTERRUPT = 1 /**< Flag of the available ring. */
};

/** How the device reaches memory. A call returns false when not all of it is there. */
typedef struct virtq_dma {
    void *ctx;
    bool (*read)(void *ctx, uint64_t address, void *data, uint32_t length);
    bool (*write)(void *ctx, uint64_t address, const void *data, uint32_t length);
} virtq_dma;

/** What was wrong with a queue. */
typedef enum virtq_error {
    VIRTQ_ERROR_NONE,
    VIRTQ_ERROR_MEMORY,    /**< A ring, a table or a buffer is not in memory. */
    VIRTQ_ERROR_AVAILABLE, /**< More buffers became available than the queue holds. */
    VIRTQ_ERROR_INDEX,     /**< A descriptor's number is beyond its table. */
    VIRTQ_ERROR_LOOP,      /**< A chain has more descriptors than its table: it goes in a circle. */
    VIRTQ_ERROR_LENGTH,    /**< A chain has more than VIRTQ_BYTES_MAX bytes. */
    VIRTQ_ERROR_INDIRECT,  /**< An indirect table where none may be, or of a wrong length. */
    VIRTQ_ERROR_ORDER,     /**< A buffer that is read stands behind one that is written. */
    VIRTQ_ERROR_SETUP,     /**< Size or addresses of the queue make no sense. */
    VIRTQ_ERROR_REQUEST,   /**< The buffers of a request are not what its device defines. */
    VIRTQ_ERRORS
} virtq_error;

/** A queue: registers of the transport, and how far the device has come. Flat, saved. */
typedef struct virtq {
    uint64_t desc, driver, device; /**< Descriptor area, available ring, used ring. */
    uint16_t size;                 /**< Descriptors, a power of two up to VIRTQ_SIZE_MAX. */
    uint16_t vector;               /**< MSI-X vector; of use to the PCI transport only. */
    uint16_t available;            /**< Index of the next entry of the available ring. */
    uint16_t used;                 /**< Index of the next entry of the used ring. */
    uint16_t told;                 /**< `used` when an interrupt was last decided on. */
    uint8_t ready;                 /**< In use. */
    uint8_t kicked;                /**< There may be buffers that the device has not seen. */
    uint8_t indirect, event_idx;   /**< Negotiated features. */
    uint8_t error;                 /**< virtq_error. */
    uint8_t zero[3];               /**< Not used, 0. */
} virtq;

/** A piece of memory of a chain. */
typedef struct virtq_segment {
    uint64_t address;
    uint32_t length;
    uint32_t zero; /**< Not used, 0. */
} virtq_segment;

/** A chain of descriptors: first what the device reads, then what it writes. */
typedef struct virtq_chain {
    uint16_t head;      /**< Number of its first descriptor. */
    uint16_t outs, ins; /**< Segments that the device reads, and writes. */
    uint32_t out_bytes, in_bytes;
    virtq_segment segment[VIRTQ_SIZE_MAX];
} virtq_chain;

/** How virtq_pop() ended. */
typedef enum virtq_popped {
    VIRTQ_GOT,   /**< A chain was taken. */
    VIRTQ_EMPTY, /**< The driver has no further buffers. */
    VIRTQ_BROKEN /**< The ring is wrong: `error` of the queue says how. */
} virtq_popped;

/** Whether size and addresses can be used; if not `error` is VIRTQ_ERROR_SETUP. */
bool virtq_check(virtq *q);

/** Takes the next chain. A chain that cannot be served yet is given back by virtq_unpop(). */
virtq_popped virtq_pop(virtq *q, const virtq_dma *dma, virtq_chain *chain);

/** The chain taken last is taken again by the next virtq_pop(). */
void virtq_unpop(virtq *q);

/** Returns a chain to the driver; `written` bytes of what the device writes are valid. */
bool virtq_push(virtq *q, const virtq_dma *dma, const virtq_chain *chain, uint32_t written);

/** Asks the driver to tell of further buffers. @param more whether there are some already.
 *  @return false: memory is not there. */
bool virtq_arm(virtq *q, const virtq_dma *dma, bool *more);

/** Whether the driver wants an interrupt for what was returned since the last call.
 *  @return false: memory is not there. */
bool virtq_wants_interrupt(virtq *q, const virtq_dma *dma, bool *wants);

/** Reads `length` bytes at `offset` of what the device reads; all of them, or false. */
bool virtq_out(const virtq_dma *dma, const virtq_chain *chain, uint32_t offset, void *data,
               uint32_t length);

/** Writes `length` bytes at `offset` of what the device writes; all of them, or false. */
bool virtq_in(const virtq_dma *dma, const virtq_chain *chain, uint32_t offset, const void *data,
              uint32_t length);

/** The error in a few words. */
const char *virtq_error_text(virtq_error error);

#ifdef __cplusplus
}
#endif

#endif
