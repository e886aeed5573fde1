/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of the GDB remote serial protocol on a TCP connection of this machine. */
#ifndef VIRT_GDB_LINK_H
#define VIRT_GDB_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { GDB_PACKET = 16384 /**< Bytes of a packet's content at most. */ };

/** What gdb_link_receive() found. */
typedef enum gdb_event {
    GDB_PACKET_READY, /**< A packet is in `packet`, zero-terminated. */
    GDB_INTERRUPT,    /**< The debugger wants the guest to stop (0x03). */
    GDB_CLOSED        /**< The debugger has gone. */
} gdb_event;

/** The connection. */
typedef struct gdb_link {
    int listener; /**< Socket, or -1. */
    int peer;     /**< Connected debugger, or -1. */
    bool no_ack;  /**< QStartNoAckMode. */
    uint8_t in[4096];
    size_t in_at, in_end;
    char packet[GDB_PACKET + 1];
    size_t length;
} gdb_link;

/** Listens on 127.0.0.1:port. */
bool gdb_link_open(gdb_link *link, uint16_t port, vp_error *error);

/** Ends the connection; another debugger may come. */
void gdb_link_drop(gdb_link *link);

/** Closes everything. */
void gdb_link_close(gdb_link *link);

/** Accepts a debugger. @param wait until there is one. @return whether one is connected now. */
bool gdb_link_accept(gdb_link *link, bool wait);

/** Whether the debugger has sent something that is not yet read. */
bool gdb_link_pending(gdb_link *link);

/** Waits for the next packet or interrupt; checks and acknowledges it. */
gdb_event gdb_link_receive(gdb_link *link);

/** Sends a packet; escapes what must be. */
void gdb_link_send(gdb_link *link, const char *data, size_t length);

#ifdef __cplusplus
}
#endif

#endif
