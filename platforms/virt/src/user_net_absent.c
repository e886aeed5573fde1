/* SPDX-License-Identifier: Apache-2.0 */
/* In place of user_net.c in a program that is built without libslirp. */
#include <stddef.h>

#include "user_net.h"

bool vp_user_net_is_there(void)
{
    return false;
}

vp_user_net *vp_user_net_create(const vp_user_net_ops *ops, bool isolated, vp_error *error)
{
    (void)ops;
    (void)isolated;
    (void)vp_fail(error,
                  "--net user: this program was built without libslirp; install libslirp-dev "
                  "and build again, or use loopback or pair");
    return NULL;
}

void vp_user_net_destroy(vp_user_net *net)
{
    (void)net;
}

void vp_user_net_send(vp_user_net *net, const uint8_t *bytes, uint32_t length)
{
    (void)net;
    (void)bytes;
    (void)length;
}

void vp_user_net_poll(vp_user_net *net, unsigned wait_ms)
{
    (void)net;
    (void)wait_ms;
}
