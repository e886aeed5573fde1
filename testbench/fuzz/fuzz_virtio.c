/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: virtio devices driven by a hostile guest. The input is the guest's program: its
 * memory, writes and reads of the registers of four devices behind virtio-mmio, and of one that is
 * a PCIe function, between which it may change its memory.
 *
 * What is checked: the devices touch no memory but the guest's, storage is asked only for what it
 * has, and the work of one call is bounded.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "devices/pcie_host.h"
#include "devices/virtio_blk.h"
#include "devices/virtio_console.h"
#include "devices/virtio_mmio.h"
#include "devices/virtio_net.h"
#include "devices/virtio_pci.h"
#include "devices/virtio_rng.h"

enum {
    RAM = 1 << 14,
    SECTORS = 8,
    STEPS_MAX = 2000,
    CALLS_MAX = 64,
    /* Chains of a call, each of a full table whose pieces are a few KiB. */
    ACCESSES_MAX = 1 << 22
};

static const uint64_t ram_base = 0x40000000;

typedef struct world {
    uint8_t ram[RAM];
    uint8_t disk[SECTORS * VIRTIO_BLK_SECTOR];
    uint64_t accesses;
    uint64_t now_ps;
    virtio_mmio bus;
    virtio_blk blk;
    virtio_net net;
    virtio_console console;
    virtio_rng rng;
    virtio_blk far;
    virtio_pci function;
    pcie_host host;
    pcie_window window;
} world;

/* ---------------------------------------------------------------- what is around the devices */

static uint8_t *reach(world *w, uint64_t address, uint32_t length)
{
    CHECK(++w->accesses < ACCESSES_MAX);
    if (address < ram_base || address - ram_base > RAM || length > RAM - (address - ram_base))
        return NULL;
    return w->ram + (address - ram_base);
}

static bool dma_read(void *ctx, uint64_t address, void *data, uint32_t length)
{
    const uint8_t *at = reach((world *)ctx, address, length);
    if (at != NULL && length != 0)
        memcpy(data, at, length);
    return at != NULL;
}

static bool dma_write(void *ctx, uint64_t address, const void *data, uint32_t length)
{
    uint8_t *at = reach((world *)ctx, address, length);
    if (at != NULL && length != 0)
        memcpy(at, data, length);
    return at != NULL;
}

static uint8_t *sector_at(void *ctx, uint64_t offset, uint64_t length)
{
    world *w = (world *)ctx;
    CHECK(offset <= sizeof(w->disk) && length <= sizeof(w->disk) - offset);
    return w->disk + offset;
}

static bool disk_read(void *ctx, uint64_t offset, void *data, uint32_t length)
{
    memcpy(data, sector_at(ctx, offset, length), length);
    return true;
}

static bool disk_write(void *ctx, uint64_t offset, const void *data, uint32_t length)
{
    memcpy(sector_at(ctx, offset, length), data, length);
    return true;
}

static bool disk_zero(void *ctx, uint64_t offset, uint64_t length)
{
    memset(sector_at(ctx, offset, length), 0, (size_t)length);
    return true;
}

static bool disk_flush(void *ctx)
{
    (void)ctx;
    return true;
}

static void put_bytes(void *ctx, const uint8_t *bytes, uint32_t length)
{
    (void)ctx;
    CHECK(bytes != NULL && length != 0);
}

/* ---------------------------------------------------------------- the machine */

static void make_disk(world *w, virtio_blk *b, const virtio_setup *setup, unsigned queues)
{
    virtio_blk_config config;
    memset(&config, 0, sizeof(config));
    config.storage.ctx = w;
    config.storage.read = disk_read;
    config.storage.write = disk_write;
    config.storage.zero = disk_zero;
    config.storage.flush = disk_flush;
    config.sectors = SECTORS;
    config.queues = queues;
    CHECK(virtio_blk_init(b, &config, setup));
}

static void make_machine(world *w, uint64_t latency_ps)
{
    const virtio_setup setup = {{w, dma_read, dma_write}, latency_ps};
    const virtio_console_sink sink = {w, put_bytes};
    const virtio_net_listener loop = {&w->net, virtio_net_hear};
    const uint8_t mac[VIRTIO_NET_MAC] = {2, 0, 0, 0, 0, 1};
    const pcie_host_config config = pcie_host_config_default();
    memset(w, 0, sizeof(*w));
    make_disk(w, &w->blk, &setup, 1);
    make_disk(w, &w->far, &setup, 3);
    virtio_net_init(&w->net, mac, &setup);
    virtio_net_listen(&w->net, &loop);
    virtio_console_init(&w->console, &sink, &setup);
    virtio_rng_init(&w->rng, 1, &setup);
    virtio_mmio_init(&w->bus);
    CHECK(virtio_mmio_attach(&w->bus, 0, &w->blk.base));
    CHECK(virtio_mmio_attach(&w->bus, 1, &w->net.base));
    CHECK(virtio_mmio_attach(&w->bus, 2, &w->console.base));
    CHECK(virtio_mmio_attach(&w->bus, 3, &w->rng.base));
    CHECK(pcie_host_init(&w->host, &config));
    CHECK(virtio_pci_init(&w->function, &w->far.base));
    CHECK(pcie_attach(&w->host, &w->function.function, 1, 0));
    w->window.host = &w->host;
    w->window.base = 0x10000000;
    w->window.size = 0x100000;
}

static void drain(world *w)
{
    while (pcie_msi_head(&w->host) != NULL) {
        pcie_msi_begin(&w->host);
        pcie_msi_done(&w->host, w->now_ps);
    }
}

static void advance(world *w, const dev_ops *ops, void *self)
{
    unsigned n;
    for (n = 0; n < CALLS_MAX && ops->deadline(self) != DEV_NEVER; n++) {
        if (w->now_ps < ops->deadline(self))
            w->now_ps = ops->deadline(self);
        w->accesses = 0;
        ops->advance(self, w->now_ps);
        drain(w);
    }
}

/* The devices as a driver has brought them up, if the program wants to begin there. */
static void bring_up(virtio *v, uint32_t features)
{
    unsigned n;
    (void)virtio_set_status(v, 3, 0);
    (void)virtio_accept_features(v, 0, features & virtio_device_features(v, 0));
    (void)virtio_accept_features(v, 1, 1);
    (void)virtio_set_status(v, 11, 0);
    for (n = 0; n < v->queues && n < 2; n++) {
        v->state->queue_select = n;
        (void)virtio_set_queue_size(v, 8);
        virtio_selected(v)->desc = ram_base + n * 0x1000u;
        virtio_selected(v)->driver = ram_base + n * 0x1000u + 0x100u;
        virtio_selected(v)->device = ram_base + n * 0x1000u + 0x200u;
        (void)virtio_set_queue_ready(v, true, 0);
    }
    (void)virtio_set_status(v, 15, 0);
}

/* A descriptor, and the ring's entry that makes it available. */
static void offer(world *w, fuzz_input *in)
{
    uint8_t *at = w->ram + (fuzz_take(in, 1) % 2) * 0x1000u;
    uint8_t *desc = at + (fuzz_take(in, 1) % 8) * 16u;
    const uint64_t address = ram_base + fuzz_take(in, 2) % (RAM + 256);
    const uint32_t piece = (uint32_t)fuzz_take(in, 2) % 4096;
    const uint32_t length = piece == 4095 ? UINT32_MAX : piece;
    const uint16_t flags = (uint16_t)fuzz_take(in, 1);
    const uint16_t next = (uint16_t)fuzz_take(in, 1);
    uint16_t index;
    memcpy(desc, &address, 8);
    memcpy(desc + 8, &length, 4);
    memcpy(desc + 12, &flags, 2);
    memcpy(desc + 14, &next, 2);
    memcpy(&index, at + 0x102, 2);
    at[0x104 + (index % 8) * 2] = (uint8_t)fuzz_take(in, 1);
    index++;
    memcpy(at + 0x102, &index, 2);
}

static void poke(world *w, fuzz_input *in)
{
    const size_t at = (size_t)(fuzz_take(in, 2) % RAM);
    size_t length = (size_t)fuzz_take(in, 1);
    for (; length > 0 && at + length <= RAM && in->left > 0; length--)
        w->ram[at + length - 1] = (uint8_t)fuzz_take(in, 1);
}

static void access_to(world *w, fuzz_input *in, const dev_ops *ops, void *self, uint64_t offset)
{
    static const unsigned sizes[] = {1, 2, 4, 8};
    const unsigned how = (unsigned)fuzz_take(in, 1);
    const unsigned size = sizes[how % 4];
    uint64_t value = 0;
    w->accesses = 0;
    if ((how & 0x80) != 0)
        (void)ops->read(self, offset, size, w->now_ps, &value);
    else
        (void)ops->write(self, offset, size, w->now_ps, fuzz_take(in, size));
    CHECK(w->accesses == 0);
    drain(w);
}

static void step(world *w, fuzz_input *in)
{
    const unsigned what = (unsigned)fuzz_take(in, 1);
    switch (what % 8) {
    case 0:
        access_to(w, in, &virtio_mmio_ops, &w->bus, fuzz_take(in, 2) % virtio_mmio_ops.span);
        break;
    case 1:
        access_to(w, in, &pcie_ecam_ops, &w->host, PCI_ECAM_OFFSET(8u, fuzz_take(in, 1)));
        break;
    case 2:
        access_to(w, in, &pcie_window_ops, &w->window, fuzz_take(in, 3) % w->window.size);
        break;
    case 3:
        offer(w, in);
        break;
    case 4:
        poke(w, in);
        break;
    case 5:
        (void)virtio_notify(w->bus.slot[what / 8 % 4], (uint32_t)fuzz_take(in, 1) % 2, w->now_ps);
        break;
    case 6:
        (void)virtio_notify(&w->far.base, (uint32_t)fuzz_take(in, 1) % 4, w->now_ps);
        break;
    default:
        virtio_console_receive(&w->console, (uint8_t)fuzz_take(in, 1), w->now_ps);
        break;
    }
    advance(w, &virtio_mmio_ops, &w->bus);
    advance(w, &pcie_ecam_ops, &w->host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static world w;
    fuzz_input in = {data, length};
    const unsigned how = (unsigned)fuzz_take(&in, 1);
    unsigned n;
    make_machine(&w, (how & 1) != 0 ? 1000 : 0);
    if ((how & 2) != 0) {
        const uint32_t features = (how & 4) != 0 ? UINT32_MAX : 0;
        for (n = 0; n < 4; n++)
            bring_up(w.bus.slot[n], features);
        bring_up(&w.far.base, features);
        (void)pcie_config_write(&w.function.function, PCI_COMMAND, 2, 0,
                                PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
        (void)pcie_config_write(&w.function.function, PCI_BAR(1), 4, 0, 0x10010000);
        (void)pcie_config_write(&w.function.function, PCI_BAR(4), 4, 0, 0x10020000);
    }
    for (n = 0; n < STEPS_MAX && in.left > 0; n++)
        step(&w, &in);
    return 0;
}
