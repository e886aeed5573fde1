/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file pcie_host.h
 * @brief A PCI Express host: ECAM, memory windows, INTx, and the way of MSIs.
 *
 * One bus, its functions integrated in the root complex; function 00:00.0 is the host bridge. The
 * platform wraps the host several times: once as the ECAM window (pcie_ecam_ops, which also has the
 * four INTx lines, the deadline and the saved state), and once for each window of memory or I/O
 * addresses (pcie_window_ops). After any call it takes the messages that were sent with
 * pcie_msi_head(), pcie_msi_begin() and pcie_msi_done().
 *
 * The requester ID becomes a DeviceID by the rows of the configuration, in the terms of the device
 * tree's msi-map: (rid & mask) in [rid_base, rid_base + length) gives device_base + the distance.
 *
 * PCI addresses are CPU addresses. An access that no BAR takes reads all ones and writes nothing.
 * Where BARs overlap, the function with the lowest requester ID has it, then its lowest BAR.
 */
#ifndef DEVICES_PCIE_HOST_H
#define DEVICES_PCIE_HOST_H

#include "devices/pcie.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PCIE_FUNCTIONS = 256,    /**< On the one bus: 32 slots of 8 functions. */
    PCIE_MSI_QUEUE = 256,    /**< Messages that wait for the platform to take them. */
    PCIE_MAPS = 4,           /**< Rows of the DeviceID map. */
    PCIE_ECAM_SIZE = 1 << 28 /**< 256 buses. */
};

/** Vendor ID of our own devices unless the platform says otherwise: nobody's. */
#define PCIE_VENDOR_DEFAULT 0xa64c
#define PCIE_DEVICE_BRIDGE  0x0001 /**< Device ID of the host bridge. */
#define PCIE_DEVICE_TGEN    0x0010 /**< Device ID of the traffic generator. */

/** A row of the DeviceID map. */
typedef struct pcie_map {
    uint32_t rid_base;    /**< First requester ID, 0 to 0xffff. */
    uint32_t length;      /**< Number of requester IDs, 1 to 0x10000. */
    uint32_t device_base; /**< DeviceID of the first. */
} pcie_map;

/** What the platform decides. */
typedef struct pcie_host_config {
    uint16_t vendor;   /**< Vendor ID of the host bridge. */
    uint16_t rid_mask; /**< msi-map-mask. */
    unsigned maps;     /**< Rows in use, at most PCIE_MAPS. */
    pcie_map map[PCIE_MAPS];
} pcie_host_config;

/** Saved state of the host, the bridge included; functions have their own. */
typedef struct pcie_host_state {
    pcie_function_state bridge;
    pcie_msi queue[PCIE_MSI_QUEUE]; /**< By time, then in order of sending. */
    uint32_t head, count;
    uint32_t sending, zero; /**< The first message is being delivered: nothing goes before it. */
    uint64_t sent;          /**< Messages that went into the queue. */
    uint64_t unmapped;      /**< Messages whose requester ID has no DeviceID: dropped. */
    uint64_t unclaimed;     /**< Accesses to a window that no BAR took. */
} pcie_host_state;

/** The host. */
typedef struct pcie_host {
    pcie_host_config config;
    pcie_function bridge;
    pcie_function *function[PCIE_FUNCTIONS]; /**< By device and function; NULL: none. */
    pcie_function *list[PCIE_FUNCTIONS];     /**< The same without gaps, ascending. */
    unsigned functions;
    pcie_host_state state;
} pcie_host;

/** A window of CPU addresses. */
typedef struct pcie_window {
    pcie_host *host;
    uint64_t base; /**< Address of its first byte, for the CPU and on the bus. */
    uint64_t size;
    bool io; /**< I/O space: no function has any. */
} pcie_window;

/** The ECAM window: `self` is the host. Lines 0..3 are INTA..INTD of the root. */
extern const dev_ops pcie_ecam_ops;

/** A window: `self` is a pcie_window. The platform may copy it to set `span` to the size. */
extern const dev_ops pcie_window_ops;

/** Identity: DeviceID = requester ID. */
pcie_host_config pcie_host_config_default(void);

/** Prepares a host with its bridge. @return false when the map has rows that overlap, are empty
 *  or reach beyond 16 bits of requester ID or 32 bits of DeviceID. */
bool pcie_host_init(pcie_host *host, const pcie_host_config *config);

/** Puts a function at `device`.`function`. @return false when that place is taken or does not
 *  exist. A function other than 0 is found by software only where there is a function 0. */
bool pcie_attach(pcie_host *host, pcie_function *f, unsigned device, unsigned function);

/** DeviceID of a requester. @return false when the map has no row for it. */
bool pcie_device_id(const pcie_host *host, uint16_t rid, uint32_t *device_id);

/** The message that is to be sent next; NULL when there is none. */
const pcie_msi *pcie_msi_head(const pcie_host *host);

/** Its delivery begins, which may take time: until pcie_msi_done() it stays the first. */
void pcie_msi_begin(pcie_host *host);

/** It has been delivered: takes it away. Functions that found the queue full send at `now_ps`.
 *  Nothing happens when a reset has come in between. */
void pcie_msi_done(pcie_host *host, uint64_t now_ps);

/** For functions: sends a message. @return false when the queue is full. */
bool pcie_host_send(pcie_host *host, const pcie_function *f, const pcie_msi *message);

#ifdef __cplusplus
}
#endif

#endif
