/* SPDX-License-Identifier: Apache-2.0 */
#include "plug_virtio.h"

#include <stdio.h>
#include <string.h>

#include "board.h"
#include "devices/virtio.h"
#include "devices/virtio_mmio.h"
#include "plug.h"

/* A place for one more. @return NULL with the message in `error`. */
static vp_plug_virtio *add(vp_plug_virtios *all, const plug_reader *r, vp_virtio_kind kind,
                           bool mmio, vp_error *error)
{
    const unsigned most = mmio ? (unsigned)VIRTIO_SLOTS : (unsigned)VP_PCIE_SLOTS;
    unsigned *used = mmio ? &all->on_mmio : &all->on_pci;
    vp_plug_virtio *d = &all->device[all->count];

    if (all->count == VP_MAX_VIRTIO || *used == most) {
        (void)vp_fail(error, "%s %s: the board has room for %d virtio devices, %u of them %s",
                      r->option, r->text, VP_MAX_VIRTIO, most, mmio ? "if=mmio" : "if=pci");
        return NULL;
    }
    memset(d, 0, sizeof *d);
    d->kind = kind;
    d->mmio = mmio;
    d->drive.fd = -1;
    d->place = (uint8_t)(*used + (mmio ? 0U : 1U));
    for (unsigned n = 0; n < all->count; n++)
        d->number = (uint8_t)(d->number + (all->device[n].kind == kind ? 1 : 0));
    ++*used;
    all->count++;
    return d;
}

static bool read_if(const plug_reader *r, bool *mmio, vp_error *error)
{
    *mmio = plug_value_is(r, "mmio");
    return *mmio || plug_value_is(r, "pci") ||
           vp_fail(error, "%s %s: no such interface; give if=pci or if=mmio", r->option, r->text);
}

/* ---------------------------------------------------------------- drives */

/* What --drive says. */
typedef struct drive_words {
    char path[4096];
    bool read_only, mmio;
    uint64_t queues;
} drive_words;

static bool read_path(const plug_reader *r, drive_words *w, vp_error *error)
{
    if (r->value_length == 0 || r->value_length >= sizeof w->path)
        return vp_fail(error, "%s: file is no path of up to %u bytes; give file=PATH", r->option,
                       (unsigned)(sizeof w->path - 1));
    memcpy(w->path, r->value, r->value_length);
    w->path[r->value_length] = '\0';
    return true;
}

static bool read_drive_word(const plug_reader *r, drive_words *w, vp_error *error)
{
    if (plug_key_is(r, "file"))
        return read_path(r, w, error);
    if (plug_key_is(r, "if"))
        return read_if(r, &w->mmio, error);
    if (plug_key_is(r, "queues"))
        return plug_read_number(r, 1, VIRTIO_QUEUES_MAX, &w->queues, error);
    if (plug_key_is(r, "ro") && r->value_length == 0) {
        w->read_only = true;
        return true;
    }
    return vp_fail(error, "%s %s: no such key; give file, ro, if or queues", r->option, r->text);
}

bool vp_plug_drive(vp_plug_virtios *all, const char *text, vp_error *error)
{
    plug_reader r = {.option = "--drive", .text = text, .bare = true};
    drive_words w = {.queues = 1};
    vp_plug_virtio *d;

    while (plug_next_key(&r, NULL))
        if (!read_drive_word(&r, &w, error))
            return false;
    if (w.path[0] == '\0')
        return vp_fail(error, "--drive %s: no file; give file=PATH", text);
    d = add(all, &r, VP_VIRTIO_DRIVE, w.mmio, error);
    if (d == NULL)
        return false;
    d->queues = (uint8_t)w.queues;
    return vp_drive_open(&d->drive, r.option, w.path, w.read_only, error);
}

/* ---------------------------------------------------------------- networks */

/* What --net says behind its first word. */
typedef struct net_words {
    bool mmio;
    bool user, isolated;
    uint8_t mac[VP_MAC_BYTES];
} net_words;

/* Six bytes in hexadecimal with colons, of one station. */
static bool read_mac(const plug_reader *r, uint8_t mac[VP_MAC_BYTES], vp_error *error)
{
    static const char digits[] = "0123456789abcdef";
    bool good = r->value_length == 3U * VP_MAC_BYTES - 1U;

    for (unsigned n = 0; good && n < r->value_length; n++) {
        const char c = r->value[n];
        const char *digit = strchr(digits, c | 0x20);

        if (n % 3 == 2)
            good = c == ':';
        else if (c == '\0' || digit == NULL)
            good = false;
        else
            mac[n / 3] = (uint8_t)(mac[n / 3] << 4 | (digit - digits));
    }
    return (good && (mac[0] & 1) == 0) ||
           vp_fail(error, "%s %s: mac is no address of a station; give mac=52:54:00:12:34:56",
                   r->option, r->text);
}

static bool read_net_words(plug_reader *r, net_words *w, vp_error *error)
{
    while (plug_next_key(r, NULL)) {
        bool good;

        if (plug_key_is(r, "if"))
            good = read_if(r, &w->mmio, error);
        else if (w->user && plug_key_is(r, "isolated") && r->value_length == 0)
            good = w->isolated = true;
        else if (plug_key_is(r, "mac"))
            good = read_mac(r, w->mac, error);
        else
            good = vp_fail(error, "%s %s: no such key; give mac%s or if", r->option, r->text,
                           w->user ? ", isolated" : "");
        if (!good)
            return false;
    }
    return true;
}

static vp_plug_virtio *add_net(vp_plug_virtios *all, const plug_reader *r, const net_words *w,
                               vp_error *error)
{
    vp_plug_virtio *d = add(all, r, VP_VIRTIO_NET, w->mmio, error);

    if (d == NULL)
        return NULL;
    memcpy(d->mac, w->mac, sizeof d->mac);
    d->user = w->user;
    d->isolated = w->isolated;
    d->peer = (uint8_t)(all->count - 1);
    return d;
}

bool vp_plug_net(vp_plug_virtios *all, const char *text, vp_error *error)
{
    plug_reader r = {.option = "--net", .text = text};
    const bool pair = plug_name_is(text, "pair"), user = plug_name_is(text, "user");
    net_words w = {.user = user};
    vp_plug_virtio *one, *other;

    if (!pair && !user && !plug_name_is(text, "loopback"))
        return vp_fail(error, "--net %s: no such network; give loopback, pair or user", text);
    if (!read_net_words(&r, &w, error))
        return false;
    if (memcmp(w.mac, (const uint8_t[VP_MAC_BYTES]){0}, sizeof w.mac) == 0) {
        const uint8_t own[VP_MAC_BYTES] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

        memcpy(w.mac, own, sizeof own);
        w.mac[VP_MAC_BYTES - 1] = (uint8_t)(own[VP_MAC_BYTES - 1] + all->count);
    }
    one = add_net(all, &r, &w, error);
    if (one == NULL || !pair)
        return one != NULL;
    w.mac[VP_MAC_BYTES - 1]++;
    other = add_net(all, &r, &w, error);
    if (other == NULL)
        return false;
    other->peer = (uint8_t)(all->count - 2);
    one->peer = (uint8_t)(all->count - 1);
    return true;
}

/* ---------------------------------------------------------------- console and entropy */

bool vp_plug_console(vp_plug_virtios *all, plug_reader *r, vp_error *error)
{
    vp_uart_option to = {.kind = VP_UART_NULL};
    bool mmio = false;
    vp_plug_virtio *d;

    while (plug_next_key(r, "to")) {
        bool good;

        if (plug_key_is(r, "if"))
            good = read_if(r, &mmio, error);
        else if (plug_key_is(r, "to"))
            good = vp_parse_uart(&to, "--device console,to", r->value, error);
        else
            good = vp_fail(error, "%s %s: no such key; give if or to", r->option, r->text);
        if (!good)
            return false;
    }
    d = add(all, r, VP_VIRTIO_CONSOLE, mmio, error);
    if (d != NULL)
        d->to = to;
    return d != NULL;
}

bool vp_plug_rng(vp_plug_virtios *all, plug_reader *r, vp_error *error)
{
    uint64_t seed = 0;
    bool mmio = false;
    vp_plug_virtio *d;

    while (plug_next_key(r, NULL)) {
        bool good;

        if (plug_key_is(r, "if"))
            good = read_if(r, &mmio, error);
        else if (plug_key_is(r, "seed"))
            good = plug_read_number(r, 0, UINT64_MAX, &seed, error);
        else
            good = vp_fail(error, "%s %s: no such key; give if or seed", r->option, r->text);
        if (!good)
            return false;
    }
    d = add(all, r, VP_VIRTIO_RNG, mmio, error);
    if (d != NULL)
        d->seed = seed;
    return d != NULL;
}

bool vp_plug_virtio_check(const vp_plug_virtios *all, uint32_t spis, vp_error *error)
{
    if (all->on_mmio == 0 || VP_SPI_VIRTIO + all->on_mmio <= spis)
        return true;
    return vp_fail(error,
                   "if=mmio: %u devices need SPIs up to %u, the GIC has %u; give --set gic.spis=64 "
                   "or if=pci",
                   all->on_mmio, VP_SPI_VIRTIO + all->on_mmio - 1, spis);
}

void vp_plug_virtio_free(vp_plug_virtios *all)
{
    for (unsigned n = 0; n < all->count; n++)
        vp_drive_close(&all->device[n].drive);
    memset(all, 0, sizeof *all);
}
