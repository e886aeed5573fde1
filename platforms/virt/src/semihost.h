/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Semihosting for A64 (Arm "Semihosting for AArch32 and AArch64"): exit, console, clock, command
 * line, and files below the current directory. Guest memory is reached through two functions.
 */
#ifndef VIRT_SEMIHOST_H
#define VIRT_SEMIHOST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"
#include "gictime/bytes.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    SEMIHOST_FILES = 16, /**< Files open at once. */
    SEMIHOST_PATH = 256  /**< Bytes of a file's name, the end included. */
};

/** How semihosting reaches the guest. */
typedef struct semihost_guest {
    void *ctx;
    /** Copies guest memory at virtual `address`; false when it cannot be reached. */
    bool (*read)(void *ctx, uint64_t address, void *data, uint32_t length);
    bool (*write)(void *ctx, uint64_t address, const void *data, uint32_t length);
    /** Writes bytes to the guest's console. */
    void (*console)(void *ctx, const char *data, uint32_t length);
} semihost_guest;

/** State of the host side. */
typedef struct semihost {
    const char *command_line;   /**< SYS_GET_CMDLINE. */
    int last_error;             /**< SYS_ERRNO. */
    FILE *file[SEMIHOST_FILES]; /**< Handle n + 1; the console's are NULL with `console` set. */
    bool console[SEMIHOST_FILES];
    uint8_t mode[SEMIHOST_FILES]; /**< As SYS_OPEN got it. */
    char path[SEMIHOST_FILES][SEMIHOST_PATH];
} semihost;

/** Outcome of a call. */
typedef struct semihost_result {
    bool exit;      /**< The guest wants to end ... */
    int status;     /**< ... with this exit status. */
    uint64_t value; /**< x0. */
} semihost_result;

/** Prepares the host side. */
void semihost_init(semihost *s, const char *command_line);

/** Closes all files. */
void semihost_close(semihost *s);

/** Checkpoint: the handles; of each file its name, mode, position and length, not its content. */
void semihost_save(semihost *s, gictime_bytes *to);

/** Opens the files again where they stood. One that was opened for writing or appending is cut to
 *  the length that it had. @return false, with what is wrong in `error`, when that is not possible.
 */
bool semihost_load(semihost *s, gictime_cursor *from, vp_error *error);

/** One call: w0 is the operation, x1 its parameter. @param now_ps simulated time. */
void semihost_call(semihost *s, const semihost_guest *guest, uint32_t operation, uint64_t parameter,
                   uint64_t now_ps, semihost_result *result);

#ifdef __cplusplus
}
#endif

#endif
