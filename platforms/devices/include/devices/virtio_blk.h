/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file virtio_blk.h
 * @brief The virtio block device (virtio 1.1, 5.2) over storage of the platform.
 *
 * Requests: in, out, flush, get ID, discard, write zeroes. Discarded sectors read as zeroes. One to
 * VIRTIO_QUEUES_MAX request queues. A request that the storage refuses, beyond its end, of part of
 * a sector or of unknown type ends with its status; buffers that are no request are a mistake of
 * the driver (virtio.h).
 */
#ifndef DEVICES_VIRTIO_BLK_H
#define DEVICES_VIRTIO_BLK_H

#include "devices/virtio.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VIRTIO_BLK_SECTOR = 512,      /**< Bytes. */
    VIRTIO_BLK_ID = 20,           /**< Bytes of the answer to get ID. */
    VIRTIO_BLK_HEADER = 16,       /**< Bytes of a request before its data. */
    VIRTIO_BLK_RANGES = 16,       /**< Ranges of one discard or write-zeroes request. */
    VIRTIO_BLK_RANGE_MOST = 65536 /**< Sectors of one of them. */
};

/** Feature bits. */
enum {
    VIRTIO_BLK_F_SEG_MAX = 2,
    VIRTIO_BLK_F_RO = 5,
    VIRTIO_BLK_F_BLK_SIZE = 6,
    VIRTIO_BLK_F_FLUSH = 9,
    VIRTIO_BLK_F_MQ = 12,
    VIRTIO_BLK_F_DISCARD = 13,
    VIRTIO_BLK_F_WRITE_ZEROES = 14
};

/** Request types, and how a request ended. */
enum {
    VIRTIO_BLK_T_IN = 0,
    VIRTIO_BLK_T_OUT = 1,
    VIRTIO_BLK_T_FLUSH = 4,
    VIRTIO_BLK_T_GET_ID = 8,
    VIRTIO_BLK_T_DISCARD = 11,
    VIRTIO_BLK_T_WRITE_ZEROES = 13,
    VIRTIO_BLK_S_OK = 0,
    VIRTIO_BLK_S_IOERR = 1,
    VIRTIO_BLK_S_UNSUPP = 2
};

/** Where the sectors are. Offsets and lengths are inside of what it has. */
typedef struct virtio_blk_storage {
    void *ctx;
    bool (*read)(void *ctx, uint64_t offset, void *data, uint32_t length);
    bool (*write)(void *ctx, uint64_t offset, const void *data, uint32_t length);
    bool (*zero)(void *ctx, uint64_t offset, uint64_t length);
    bool (*flush)(void *ctx);
} virtio_blk_storage;

/** What the platform decides. */
typedef struct virtio_blk_config {
    virtio_blk_storage storage;
    uint64_t sectors;
    bool read_only;
    unsigned queues;                /**< 1 to VIRTIO_QUEUES_MAX. */
    char serial[VIRTIO_BLK_ID + 1]; /**< Answer to get ID. */
} virtio_blk_config;

/** Saved state: nothing is the kind's own. */
typedef struct virtio_blk_state {
    virtio_state common;
    uint64_t sectors; /**< Of the storage; a checkpoint with another one does not fit. */
} virtio_blk_state;

/** The device. */
typedef struct virtio_blk {
    virtio base;
    virtio_blk_config config;
    virtio_blk_state state;
} virtio_blk;

/** Its kind; `device` saves and restores. */
extern const virtio_kind virtio_blk_kind;

/** Prepares the device. @return false when the configuration is out of range. */
bool virtio_blk_init(virtio_blk *b, const virtio_blk_config *config, const virtio_setup *setup);

#ifdef __cplusplus
}
#endif

#endif
