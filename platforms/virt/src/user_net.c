/* SPDX-License-Identifier: Apache-2.0 */
#include "user_net.h"

#include <arpa/inet.h>
#include <libslirp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { SOCKETS = 256 };

struct vp_user_net {
    vp_user_net_ops ops;
    Slirp *slirp;
    struct pollfd fd[SOCKETS];
    unsigned fds;
};

bool vp_user_net_is_there(void)
{
    return true;
}

/* ---------------------------------------------------------------- what libslirp calls */

static ssize_t send_packet(const void *bytes, size_t length, void *ctx)
{
    const vp_user_net *net = (const vp_user_net *)ctx;

    net->ops.frame(net->ops.ctx, (const uint8_t *)bytes, (uint32_t)length);
    return (ssize_t)length;
}

static void guest_error(const char *message, void *ctx)
{
    (void)message;
    (void)ctx;
}

static int64_t clock_get_ns(void *ctx)
{
    const vp_user_net *net = (const vp_user_net *)ctx;

    return (int64_t)net->ops.now_ns(net->ops.ctx);
}

/* Its only timer is that of router advertisements, which IPv4 has not. */
static void *timer_new(SlirpTimerCb call, void *call_ctx, void *ctx)
{
    (void)call;
    (void)call_ctx;
    return ctx;
}

static void timer_free(void *timer, void *ctx)
{
    (void)timer;
    (void)ctx;
}

static void timer_mod(void *timer, int64_t time_ms, void *ctx)
{
    (void)timer;
    (void)time_ms;
    (void)ctx;
}

/* Sockets are told again at each poll. */
static void no_poll_fd(int fd, void *ctx)
{
    (void)fd;
    (void)ctx;
}

static void no_notify(void *ctx)
{
    (void)ctx;
}

static const SlirpCb callbacks = {
    .send_packet = send_packet,
    .guest_error = guest_error,
    .clock_get_ns = clock_get_ns,
    .timer_new = timer_new,
    .timer_free = timer_free,
    .timer_mod = timer_mod,
    .register_poll_fd = no_poll_fd,
    .unregister_poll_fd = no_poll_fd,
    .notify = no_notify,
};

/* ---------------------------------------------------------------- sockets of the host */

static const struct {
    int slirp;
    short host;
} poll_bits[] = {
    {SLIRP_POLL_IN, POLLIN},   {SLIRP_POLL_OUT, POLLOUT}, {SLIRP_POLL_PRI, POLLPRI},
    {SLIRP_POLL_ERR, POLLERR}, {SLIRP_POLL_HUP, POLLHUP},
};

enum { POLL_BITS = sizeof poll_bits / sizeof poll_bits[0] };

static int add_poll(int fd, int events, void *ctx)
{
    vp_user_net *net = (vp_user_net *)ctx;
    struct pollfd *at = &net->fd[net->fds];

    if (net->fds == SOCKETS)
        return -1;
    at->fd = fd;
    at->events = 0;
    at->revents = 0;
    for (unsigned n = 0; n < POLL_BITS; n++)
        if ((events & poll_bits[n].slirp) != 0)
            at->events = (short)(at->events | poll_bits[n].host);
    return (int)net->fds++;
}

static int get_revents(int index, void *ctx)
{
    const vp_user_net *net = (const vp_user_net *)ctx;
    int events = 0;

    if (index < 0 || (unsigned)index >= net->fds)
        return 0;
    for (unsigned n = 0; n < POLL_BITS; n++)
        if ((net->fd[index].revents & poll_bits[n].host) != 0)
            events |= poll_bits[n].slirp;
    return events;
}

void vp_user_net_poll(vp_user_net *net, unsigned wait_ms)
{
    uint32_t timeout = wait_ms;
    int got = 0;

    net->fds = 0;
    slirp_pollfds_fill(net->slirp, &timeout, add_poll, net);
    if (net->fds != 0)
        got = poll(net->fd, net->fds, (int)wait_ms);
    slirp_pollfds_poll(net->slirp, got < 0, get_revents, net);
}

/* What the router answers at once may wait for its knowledge of the guest's address: the poll sends
 * it when this frame has brought that. */
void vp_user_net_send(vp_user_net *net, const uint8_t *bytes, uint32_t length)
{
    slirp_input(net->slirp, bytes, (int)length);
    vp_user_net_poll(net, 0);
}

/* ---------------------------------------------------------------- creation */

static struct in_addr address(uint32_t host_order)
{
    const struct in_addr a = {htonl(host_order)};

    return a;
}

vp_user_net *vp_user_net_create(const vp_user_net_ops *ops, bool isolated, vp_error *error)
{
    const uint32_t network = 0x0a000200; /* 10.0.2.0 */
    vp_user_net *net = (vp_user_net *)calloc(1, sizeof *net);
    SlirpConfig config;

    memset(&config, 0, sizeof config);
    config.version = 3;
    config.restricted = isolated;
    config.in_enabled = true;
    config.vnetwork = address(network);
    config.vnetmask = address(0xffffff00);
    config.vhost = address(network + 2);
    config.vnameserver = address(network + 3);
    config.vdhcp_start = address(network + 15);
    config.disable_dns = isolated;
    if (net != NULL) {
        net->ops = *ops;
        net->slirp = slirp_new(&config, &callbacks, net);
    }
    if (net == NULL || net->slirp == NULL) {
        free(net);
        (void)vp_fail(error, "--net user: libslirp does not start");
        return NULL;
    }
    return net;
}

void vp_user_net_destroy(vp_user_net *net)
{
    if (net == NULL)
        return;
    slirp_cleanup(net->slirp);
    free(net);
}
