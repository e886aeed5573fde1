/* SPDX-License-Identifier: Apache-2.0 */
/* The file behind a drive. */
#ifndef VIRT_DRIVE_H
#define VIRT_DRIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { VP_DRIVE_SECTOR = 512 /**< A drive has whole ones of so many bytes. */ };

/** An open drive. */
typedef struct vp_drive {
    int fd; /**< -1: not open. */
    bool read_only;
    uint64_t size; /**< Bytes. */
} vp_drive;

/** Opens the file. @param option names it in messages. @return false with the message in `error`
 *  when it cannot be opened as asked for, or is no image of whole sectors. */
bool vp_drive_open(vp_drive *drive, const char *option, const char *path, bool read_only,
                   vp_error *error);

/** Closes it. */
void vp_drive_close(vp_drive *drive);

/** Operations of a virtio_blk_storage; `ctx` is the drive. */
bool vp_drive_read(void *ctx, uint64_t offset, void *data, uint32_t length);
bool vp_drive_write(void *ctx, uint64_t offset, const void *data, uint32_t length);
bool vp_drive_zero(void *ctx, uint64_t offset, uint64_t length);
bool vp_drive_flush(void *ctx);

#ifdef __cplusplus
}
#endif

#endif
