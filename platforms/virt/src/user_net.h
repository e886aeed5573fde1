/* SPDX-License-Identifier: Apache-2.0 */
/* The network of --net user: a router, DHCP and name server in the program, by libslirp. */
#ifndef VIRT_USER_NET_H
#define VIRT_USER_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What the network needs. */
typedef struct vp_user_net_ops {
    void *ctx;
    /** A frame for the guest. */
    void (*frame)(void *ctx, const uint8_t *bytes, uint32_t length);
    /** Simulated time, ns. */
    uint64_t (*now_ns)(void *ctx);
} vp_user_net_ops;

/** A network 10.0.2.0/24 with the router at 10.0.2.2, DHCP from 10.0.2.15, names at 10.0.2.3. */
typedef struct vp_user_net vp_user_net;

/** Whether this program was built with libslirp; without it there is no `--net user`. */
bool vp_user_net_is_there(void);

/**
 * Creates a network.
 * @param isolated nothing leaves the program: the router answers ARP, ping and DHCP by itself, and
 * the same in every run.
 * @return NULL with the message in `error`.
 */
vp_user_net *vp_user_net_create(const vp_user_net_ops *ops, bool isolated, vp_error *error);

/** Ends it; NULL is fine. */
void vp_user_net_destroy(vp_user_net *net);

/** A frame of the guest. */
void vp_user_net_send(vp_user_net *net, const uint8_t *bytes, uint32_t length);

/** Looks at the host's sockets. @param wait_ms waits so long in the host's time for one of them, if
 *  there are any. */
void vp_user_net_poll(vp_user_net *net, unsigned wait_ms);

#ifdef __cplusplus
}
#endif

#endif
