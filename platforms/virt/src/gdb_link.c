/* SPDX-License-Identifier: Apache-2.0 */
#include "gdb_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hex.h"

#define GDB_BREAK 0x03

bool gdb_link_open(gdb_link *link, uint16_t port, vp_error *error)
{
    struct sockaddr_in address;
    const int on = 1;

    memset(link, 0, sizeof *link);
    link->peer = -1;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    link->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (link->listener < 0)
        return vp_fail(error, "--gdb %u: %s", port, strerror(errno));
    (void)setsockopt(link->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(link->listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(link->listener, 1) != 0)
        return vp_fail(error, "--gdb %u: %s; give a free TCP port", port, strerror(errno));
    return true;
}

void gdb_link_drop(gdb_link *link)
{
    if (link->peer >= 0)
        (void)close(link->peer);
    link->peer = -1;
    link->no_ack = false;
    link->in_at = 0;
    link->in_end = 0;
}

void gdb_link_close(gdb_link *link)
{
    gdb_link_drop(link);
    if (link->listener >= 0)
        (void)close(link->listener);
    link->listener = -1;
}

static bool link_readable(int fd, int milliseconds)
{
    struct pollfd entry = {fd, POLLIN, 0};

    return poll(&entry, 1, milliseconds) > 0;
}

bool gdb_link_accept(gdb_link *link, bool wait)
{
    const int on = 1;

    if (link->peer >= 0)
        return true;
    if (!link_readable(link->listener, wait ? -1 : 0))
        return false;
    link->peer = accept(link->listener, NULL, NULL);
    if (link->peer < 0)
        return false;
    (void)setsockopt(link->peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return true;
}

bool gdb_link_pending(gdb_link *link)
{
    return link->peer >= 0 && (link->in_at < link->in_end || link_readable(link->peer, 0));
}

/* The next byte, or -1 when the debugger has gone. */
static int link_byte(gdb_link *link)
{
    if (link->in_at == link->in_end) {
        ssize_t got;

        do
            got = read(link->peer, link->in, sizeof link->in);
        while (got < 0 && errno == EINTR);
        if (got <= 0)
            return -1;
        link->in_at = 0;
        link->in_end = (size_t)got;
    }
    return link->in[link->in_at++];
}

static void link_write(gdb_link *link, const char *data, size_t length)
{
    while (length != 0) {
        const ssize_t sent = send(link->peer, data, length, MSG_NOSIGNAL);

        if (sent <= 0) {
            if (sent < 0 && errno == EINTR)
                continue;
            return; /* the next read reports the end */
        }
        data += sent;
        length -= (size_t)sent;
    }
}

/* The content up to '#'. @return false when the debugger has gone. */
static bool link_content(gdb_link *link, uint8_t *sum)
{
    int c;

    link->length = 0;
    *sum = 0;
    while ((c = link_byte(link)) != '#') {
        if (c < 0)
            return false;
        *sum = (uint8_t)(*sum + c);
        if (c == '}') {
            c = link_byte(link);
            if (c < 0)
                return false;
            *sum = (uint8_t)(*sum + c);
            c ^= 0x20;
        }
        if (link->length < GDB_PACKET)
            link->packet[link->length++] = (char)c;
    }
    link->packet[link->length] = '\0';
    return true;
}

gdb_event gdb_link_receive(gdb_link *link)
{
    for (;;) {
        int c = link_byte(link);
        uint8_t sum;
        int high, low;

        if (c == GDB_BREAK)
            return GDB_INTERRUPT;
        if (c >= 0 && c != '$')
            continue; /* acknowledgements and noise */
        if (c < 0 || !link_content(link, &sum))
            break;
        high = vp_hex_digit(link_byte(link));
        low = vp_hex_digit(link_byte(link));
        if (link->no_ack)
            return GDB_PACKET_READY;
        if (high >= 0 && low >= 0 && high * 16 + low == sum) {
            link_write(link, "+", 1);
            return GDB_PACKET_READY;
        }
        link_write(link, "-", 1);
    }
    gdb_link_drop(link);
    return GDB_CLOSED;
}

void gdb_link_send(gdb_link *link, const char *data, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    char out[2 * GDB_PACKET + 4];
    size_t n = 0;
    uint8_t sum = 0;

    if (link->peer < 0)
        return;
    out[n++] = '$';
    for (size_t at = 0; at < length && n + 5 < sizeof out; at++) {
        const char c = data[at];

        if (c == '$' || c == '#' || c == '}' || c == '*') {
            out[n++] = '}';
            out[n++] = (char)(c ^ 0x20);
        } else {
            out[n++] = c;
        }
    }
    for (size_t at = 1; at < n; at++)
        sum = (uint8_t)(sum + (uint8_t)out[at]);
    out[n++] = '#';
    out[n++] = digits[sum >> 4];
    out[n++] = digits[sum & 15];
    link_write(link, out, n);
}
