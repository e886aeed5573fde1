/* SPDX-License-Identifier: Apache-2.0 */
/* The virtio devices that --drive, --net and --device plug into the board. */
#ifndef VIRT_PLUG_VIRTIO_H
#define VIRT_PLUG_VIRTIO_H

#include "drive.h"
#include "options.h"
#include "plug_reader.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VP_MAX_VIRTIO = 32, /**< virtio devices of a machine. */
    VP_MAC_BYTES = 6
};

/** Kinds of virtio device. */
typedef enum vp_virtio_kind {
    VP_VIRTIO_DRIVE,
    VP_VIRTIO_NET,
    VP_VIRTIO_CONSOLE,
    VP_VIRTIO_RNG
} vp_virtio_kind;

/** One device. */
typedef struct vp_plug_virtio {
    vp_virtio_kind kind;
    bool mmio;                 /**< Behind a virtio-mmio transport, else a PCIe function. */
    uint8_t place;             /**< Slot of that kind: 0 to 31, or 1 to 31. */
    uint8_t number;            /**< Among those of its kind: "drive0". */
    uint8_t queues;            /**< DRIVE: request queues. */
    vp_drive drive;            /**< DRIVE: owned. */
    uint8_t mac[VP_MAC_BYTES]; /**< NET. */
    uint8_t peer;              /**< NET: index of the device that hears it; itself: loopback. */
    bool user;                 /**< NET: in a network of its own (user_net.h) instead, ... */
    bool isolated;             /**< ... from which nothing leaves. */
    vp_uart_option to;         /**< CONSOLE: where its bytes go. */
    uint64_t seed;             /**< RNG. */
} vp_plug_virtio;

/** All of them. */
typedef struct vp_plug_virtios {
    vp_plug_virtio device[VP_MAX_VIRTIO];
    unsigned count;
    unsigned on_mmio, on_pci; /**< Places in use. */
} vp_plug_virtios;

/** `file=PATH[,ro][,queues=N][,if=pci|mmio]`. */
bool vp_plug_drive(vp_plug_virtios *all, const char *text, vp_error *error);

/** `loopback|pair|user[,mac=XX:XX:XX:XX:XX:XX][,if=pci|mmio]`, user also `,isolated`: one device
 * that hears itself, two that hear each other, or one in a network of its own. */
bool vp_plug_net(vp_plug_virtios *all, const char *text, vp_error *error);

/** `console[,if=pci|mmio][,to=stdio|null|file:PATH]` and `rng[,seed=N][,if=pci|mmio]`. */
bool vp_plug_console(vp_plug_virtios *all, plug_reader *r, vp_error *error);
bool vp_plug_rng(vp_plug_virtios *all, plug_reader *r, vp_error *error);

/** Whether a GIC with so many SPIs has those of the virtio-mmio transports in use. */
bool vp_plug_virtio_check(const vp_plug_virtios *all, uint32_t spis, vp_error *error);

/** Closes files. */
void vp_plug_virtio_free(vp_plug_virtios *all);

#ifdef __cplusplus
}
#endif

#endif
