/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/virtio_blk.h"

#include <stddef.h>
#include <string.h>

#include "virtio_bytes.h"

enum {
    PIECE = 16384, /* Bytes that are copied at once; whole sectors. */
    RANGE_BYTES = 16,
    RANGE_UNMAP = 1 /* Flag of a range. */
};

/* Offsets in the device configuration. */
enum {
    CONFIG_CAPACITY = 0,
    CONFIG_SEG_MAX = 12,
    CONFIG_BLK_SIZE = 20,
    CONFIG_NUM_QUEUES = 34,
    CONFIG_MAX_DISCARD_SECTORS = 36,
    CONFIG_MAX_DISCARD_SEG = 40,
    CONFIG_DISCARD_ALIGNMENT = 44,
    CONFIG_MAX_WRITE_ZEROES_SECTORS = 48,
    CONFIG_MAX_WRITE_ZEROES_SEG = 52,
    CONFIG_MAY_UNMAP = 56,
    CONFIG_SIZE = 60
};

/* A request, its header taken apart. */
typedef struct request {
    const virtq_chain *chain;
    uint32_t type;
    uint64_t sector;
    uint32_t out_bytes, in_bytes; /* Of data, without header and status. */
    uint32_t written;             /* Of the data. */
    bool gone;                    /* A buffer is not in memory. */
} request;

/* Whether [sector, sector + count) is on the disk. */
static bool on_disk(const virtio_blk *b, uint64_t sector, uint64_t count)
{
    return sector <= b->config.sectors && count <= b->config.sectors - sector;
}

static unsigned transfer_in(virtio_blk *b, request *r)
{
    const virtio_blk_storage *disk = &b->config.storage;
    uint8_t data[PIECE];

    if (r->in_bytes % VIRTIO_BLK_SECTOR != 0 ||
        !on_disk(b, r->sector, r->in_bytes / VIRTIO_BLK_SECTOR))
        return VIRTIO_BLK_S_IOERR;
    for (uint32_t done = 0; done < r->in_bytes;) {
        const uint32_t now = r->in_bytes - done < PIECE ? r->in_bytes - done : PIECE;

        if (!disk->read(disk->ctx, r->sector * VIRTIO_BLK_SECTOR + done, data, now))
            return VIRTIO_BLK_S_IOERR;
        if (!virtio_write(&b->base, r->chain, done, data, now)) {
            r->gone = true;
            return VIRTIO_BLK_S_IOERR;
        }
        done += now;
        r->written = done;
    }
    return VIRTIO_BLK_S_OK;
}

static unsigned transfer_out(virtio_blk *b, request *r)
{
    const virtio_blk_storage *disk = &b->config.storage;
    uint8_t data[PIECE];

    if (b->config.read_only || r->out_bytes % VIRTIO_BLK_SECTOR != 0 ||
        !on_disk(b, r->sector, r->out_bytes / VIRTIO_BLK_SECTOR))
        return VIRTIO_BLK_S_IOERR;
    for (uint32_t done = 0; done < r->out_bytes;) {
        const uint32_t now = r->out_bytes - done < PIECE ? r->out_bytes - done : PIECE;

        if (!virtio_read(&b->base, r->chain, VIRTIO_BLK_HEADER + done, data, now)) {
            r->gone = true;
            return VIRTIO_BLK_S_IOERR;
        }
        if (!disk->write(disk->ctx, r->sector * VIRTIO_BLK_SECTOR + done, data, now))
            return VIRTIO_BLK_S_IOERR;
        done += now;
    }
    return VIRTIO_BLK_S_OK;
}

static unsigned get_id(virtio_blk *b, request *r)
{
    char id[VIRTIO_BLK_ID] = {0};
    const uint32_t length = r->in_bytes < VIRTIO_BLK_ID ? r->in_bytes : VIRTIO_BLK_ID;

    memcpy(id, b->config.serial, strlen(b->config.serial));
    r->gone = !virtio_write(&b->base, r->chain, 0, id, length);
    r->written = length;
    return VIRTIO_BLK_S_OK;
}

/* One range of a discard or write-zeroes request (5.2.6.2). */
static unsigned clear_range(const virtio_blk *b, const request *r, const uint8_t *at)
{
    const virtio_blk_storage *disk = &b->config.storage;
    const uint64_t sector = virtio_get_le(at, 8);
    const uint32_t count = (uint32_t)virtio_get_le(at + 8, 4);
    const uint32_t flags = (uint32_t)virtio_get_le(at + 12, 4);

    if ((flags & ~(uint32_t)RANGE_UNMAP) != 0 ||
        (r->type == VIRTIO_BLK_T_DISCARD && (flags & RANGE_UNMAP) != 0))
        return VIRTIO_BLK_S_UNSUPP;
    if (count > VIRTIO_BLK_RANGE_MOST || !on_disk(b, sector, count) ||
        !disk->zero(disk->ctx, sector * VIRTIO_BLK_SECTOR, (uint64_t)count * VIRTIO_BLK_SECTOR))
        return VIRTIO_BLK_S_IOERR;
    return VIRTIO_BLK_S_OK;
}

static unsigned clear(virtio_blk *b, request *r)
{
    uint8_t ranges[VIRTIO_BLK_RANGES * RANGE_BYTES];
    unsigned status = VIRTIO_BLK_S_OK;

    if (b->config.read_only || r->out_bytes == 0 || r->out_bytes % RANGE_BYTES != 0 ||
        r->out_bytes > sizeof ranges)
        return VIRTIO_BLK_S_IOERR;
    if (!virtio_read(&b->base, r->chain, VIRTIO_BLK_HEADER, ranges, r->out_bytes)) {
        r->gone = true;
        return VIRTIO_BLK_S_IOERR;
    }
    for (uint32_t at = 0; at < r->out_bytes && status == VIRTIO_BLK_S_OK; at += RANGE_BYTES)
        status = clear_range(b, r, ranges + at);
    return status;
}

static unsigned perform(virtio_blk *b, request *r)
{
    const virtio_blk_storage *disk = &b->config.storage;

    switch (r->type) {
    case VIRTIO_BLK_T_IN:
        return transfer_in(b, r);
    case VIRTIO_BLK_T_OUT:
        return transfer_out(b, r);
    case VIRTIO_BLK_T_FLUSH:
        return disk->flush(disk->ctx) ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR;
    case VIRTIO_BLK_T_GET_ID:
        return get_id(b, r);
    case VIRTIO_BLK_T_DISCARD:
    case VIRTIO_BLK_T_WRITE_ZEROES:
        return clear(b, r);
    default:
        return VIRTIO_BLK_S_UNSUPP;
    }
}

/* The header is in what the device reads, the status is the last byte that it writes; how both are
 * cut into descriptors is the driver's matter. */
static bool blk_serve(void *self, unsigned queue, const virtq_chain *chain, uint64_t now_ps,
                      uint32_t *written)
{
    virtio_blk *b = (virtio_blk *)self;
    uint8_t header[VIRTIO_BLK_HEADER];
    request r = {.chain = chain};
    uint8_t status;

    (void)queue;
    (void)now_ps;
    if (chain->out_bytes < VIRTIO_BLK_HEADER || chain->in_bytes == 0 ||
        !virtio_read(&b->base, chain, 0, header, sizeof header))
        return false;
    r.type = (uint32_t)virtio_get_le(header, 4);
    r.sector = virtio_get_le(header + 8, 8);
    r.out_bytes = chain->out_bytes - VIRTIO_BLK_HEADER;
    r.in_bytes = chain->in_bytes - 1;
    status = (uint8_t)perform(b, &r);
    /* Without all of the data no more than it counts as written, the status is written anyway. */
    *written = r.written == r.in_bytes ? r.written + 1 : r.written;
    return !r.gone && virtio_write(&b->base, chain, r.in_bytes, &status, sizeof status);
}

static void blk_reset(void *self)
{
    virtio_blk *b = (virtio_blk *)self;

    b->state.sectors = b->config.sectors;
}

const virtio_kind virtio_blk_kind = {
    .device = {.name = "virtio-blk",
               .version = 1,
               .state_offset = offsetof(virtio_blk, state),
               .state_size = sizeof(virtio_blk_state)},
    .id = VIRTIO_ID_BLOCK,
    .class_code = 0x010000, /* mass storage, SCSI: what there is for it */
    .reset = blk_reset,
    .restart = NULL,
    .ready = NULL,
    .serve = blk_serve,
};

static void fill_config(virtio_blk *b)
{
    uint8_t *c = b->base.config;

    b->base.config_size = CONFIG_SIZE;
    virtio_put_le(c + CONFIG_CAPACITY, 8, b->config.sectors);
    /* A chain also has a header and a status. */
    virtio_put_le(c + CONFIG_SEG_MAX, 4, VIRTQ_SIZE_MAX - 2);
    virtio_put_le(c + CONFIG_BLK_SIZE, 4, VIRTIO_BLK_SECTOR);
    virtio_put_le(c + CONFIG_NUM_QUEUES, 2, b->config.queues);
    if (b->config.read_only)
        return;
    virtio_put_le(c + CONFIG_MAX_DISCARD_SECTORS, 4, VIRTIO_BLK_RANGE_MOST);
    virtio_put_le(c + CONFIG_MAX_DISCARD_SEG, 4, VIRTIO_BLK_RANGES);
    virtio_put_le(c + CONFIG_DISCARD_ALIGNMENT, 4, 1);
    virtio_put_le(c + CONFIG_MAX_WRITE_ZEROES_SECTORS, 4, VIRTIO_BLK_RANGE_MOST);
    virtio_put_le(c + CONFIG_MAX_WRITE_ZEROES_SEG, 4, VIRTIO_BLK_RANGES);
    virtio_put_le(c + CONFIG_MAY_UNMAP, 1, 1);
}

bool virtio_blk_init(virtio_blk *b, const virtio_blk_config *config, const virtio_setup *setup)
{
    uint64_t features = UINT64_C(1) << VIRTIO_BLK_F_SEG_MAX | UINT64_C(1) << VIRTIO_BLK_F_BLK_SIZE |
                        UINT64_C(1) << VIRTIO_BLK_F_FLUSH;

    memset(b, 0, sizeof *b);
    b->config = *config;
    if (config->sectors == 0 || config->sectors > UINT64_MAX / VIRTIO_BLK_SECTOR ||
        config->queues == 0 || config->queues > VIRTIO_QUEUES_MAX ||
        memchr(config->serial, '\0', sizeof config->serial) == NULL)
        return false;
    if (config->read_only)
        features |= UINT64_C(1) << VIRTIO_BLK_F_RO;
    else
        features |= UINT64_C(1) << VIRTIO_BLK_F_DISCARD | UINT64_C(1) << VIRTIO_BLK_F_WRITE_ZEROES;
    if (config->queues > 1)
        features |= UINT64_C(1) << VIRTIO_BLK_F_MQ;
    virtio_init(&b->base, &virtio_blk_kind, b, &b->state.common, setup, config->queues, features);
    fill_config(b);
    return true;
}
