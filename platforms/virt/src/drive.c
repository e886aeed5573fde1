/* SPDX-License-Identifier: Apache-2.0 */
#include "drive.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 65536 /* Bytes of zeroes that are written at once. */ };

static bool refuse(vp_drive *drive, vp_error *error, const char *option, const char *path,
                   const char *why)
{
    vp_drive_close(drive);
    return vp_fail(error, "%s file=%s: %s", option, path, why);
}

static const char *reason(int number, bool read_only)
{
    if (!read_only && (number == EACCES || number == EROFS || number == EPERM))
        return "it cannot be written; add ,ro or make it writable";
    if (number == ENOENT)
        return "there is no such file; give one that exists";
    if (number == EISDIR)
        return "it is a directory; give a disk image";
    return strerror(number);
}

bool vp_drive_open(vp_drive *drive, const char *option, const char *path, bool read_only,
                   vp_error *error)
{
    struct stat st;
    off_t size;

    drive->read_only = read_only;
    /* Without waiting: it may be a pipe. */
    drive->fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK);
    if (drive->fd < 0)
        return refuse(drive, error, option, path, reason(errno, read_only));
    if (fstat(drive->fd, &st) != 0)
        return refuse(drive, error, option, path, strerror(errno));
    if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
        return refuse(drive, error, option, path, "it is no regular file; give a disk image");
    size = lseek(drive->fd, 0, SEEK_END);
    if (size <= 0 || size % VP_DRIVE_SECTOR != 0)
        return refuse(drive, error, option, path,
                      "its size is no multiple of 512 bytes; give an image of whole sectors");
    drive->size = (uint64_t)size;
    return true;
}

void vp_drive_close(vp_drive *drive)
{
    if (drive->fd >= 0)
        (void)close(drive->fd);
    drive->fd = -1;
}

bool vp_drive_read(void *ctx, uint64_t offset, void *data, uint32_t length)
{
    const vp_drive *drive = (const vp_drive *)ctx;
    uint8_t *at = (uint8_t *)data;

    while (length != 0) {
        const ssize_t got = pread(drive->fd, at, length, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        offset += (uint64_t)got;
        length -= (uint32_t)got;
    }
    return true;
}

bool vp_drive_write(void *ctx, uint64_t offset, const void *data, uint32_t length)
{
    const vp_drive *drive = (const vp_drive *)ctx;
    const uint8_t *at = (const uint8_t *)data;

    while (length != 0) {
        const ssize_t put = pwrite(drive->fd, at, length, (off_t)offset);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        at += put;
        offset += (uint64_t)put;
        length -= (uint32_t)put;
    }
    return true;
}

bool vp_drive_zero(void *ctx, uint64_t offset, uint64_t length)
{
    static const uint8_t zeroes[PIECE] = {0};

    while (length != 0) {
        const uint32_t now = length < PIECE ? (uint32_t)length : PIECE;

        if (!vp_drive_write(ctx, offset, zeroes, now))
            return false;
        offset += now;
        length -= now;
    }
    return true;
}

bool vp_drive_flush(void *ctx)
{
    return fsync(((const vp_drive *)ctx)->fd) == 0;
}
