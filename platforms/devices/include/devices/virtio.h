/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file virtio.h
 * @brief What every virtio 1.x device has: status, features, queues, configuration, interrupts.
 *
 * Between a transport (devices/virtio_mmio.h, devices/virtio_pci.h), which gives software the
 * registers, and a kind of device (virtio_blk.h and others), which serves the requests. There is
 * no legacy interface: without VIRTIO_F_VERSION_1 there is no FEATURES_OK.
 *
 * Time: a device serves one request after the other. The first is finished `latency_ps` after the
 * driver's notification, each further one `latency_ps` after the one before. At 0 all that wait are
 * served at the instant of the notification. Memory is read and written at that instant, by
 * virtio_advance() and never by an access to a register.
 *
 * A mistake in a ring or request sets DEVICE_NEEDS_RESET, which interrupts the driver; until it has
 * reset the device no queue is served. The first mistake is kept for the platform to report.
 */
#ifndef DEVICES_VIRTIO_H
#define DEVICES_VIRTIO_H

#include "devices/pcie.h"
#include "devices/virtq.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VIRTIO_QUEUES_MAX = 16,                     /**< Queues of a device. */
    VIRTIO_VECTORS_MAX = VIRTIO_QUEUES_MAX + 1, /**< One each, one for the configuration. */
    VIRTIO_CONFIG_MAX = 64,                     /**< Bytes of device configuration. */
    VIRTIO_WORK = 4096,                         /**< Requests of one virtio_advance(). */
    VIRTIO_NO_VECTOR = 0xffff                   /**< MSI-X vector: none. */
};

/** Device status. */
enum {
    VIRTIO_STATUS_ACKNOWLEDGE = 0x01,
    VIRTIO_STATUS_DRIVER = 0x02,
    VIRTIO_STATUS_DRIVER_OK = 0x04,
    VIRTIO_STATUS_FEATURES_OK = 0x08,
    VIRTIO_STATUS_NEEDS_RESET = 0x40,
    VIRTIO_STATUS_FAILED = 0x80
};

/** Interrupt status. */
enum { VIRTIO_ISR_QUEUE = 1, VIRTIO_ISR_CONFIG = 2 };

/** Features that do not depend on the kind, bit numbers. */
enum { VIRTIO_F_INDIRECT_DESC = 28, VIRTIO_F_EVENT_IDX = 29, VIRTIO_F_VERSION_1 = 32 };

/** Device numbers. */
enum { VIRTIO_ID_NET = 1, VIRTIO_ID_BLOCK = 2, VIRTIO_ID_CONSOLE = 3, VIRTIO_ID_ENTROPY = 4 };

/** Event counts since reset of the machine. */
typedef struct virtio_counters {
    uint64_t notifications; /**< From the driver. */
    uint64_t requests;      /**< Chains that were served. */
    uint64_t interrupts;    /**< To the driver, configuration changes included. */
    uint64_t bytes_read;    /**< From the driver's buffers. */
    uint64_t bytes_written; /**< To them. */
    uint64_t errors;        /**< Mistakes of the driver. */
} virtio_counters;

/** Saved state of a device without its kind's. The first members are for the PCI transport. */
typedef struct virtio_state {
    pcie_function_state function;
    pcie_msix_entry table[VIRTIO_VECTORS_MAX];
    uint64_t pba[PCIE_PBA_WORDS(VIRTIO_VECTORS_MAX)];
    virtq queue[VIRTIO_QUEUES_MAX];
    uint64_t driver_features;
    uint64_t due_ps; /**< When the next request is served; DEV_NEVER: none is known. */
    virtio_counters counters;
    uint32_t status, isr;
    uint32_t device_select, driver_select, queue_select; /**< Selectors of the transport. */
    uint32_t config_vector;
    uint32_t turn;    /**< Queue that is looked at first. */
    uint32_t mistake; /**< virtq_error that waits to be reported. */
    uint32_t mistake_queue;
    uint32_t zero; /**< Not used, 0. */
} virtio_state;

/** A kind of device. `self` is the device. */
typedef struct virtio_kind {
    /** Name, state (state_offset, state_size, version); the functions are not used. The state
     *  begins with a virtio_state. */
    dev_ops device;
    uint16_t id;         /**< VIRTIO_ID_*. */
    uint32_t class_code; /**< PCI class. */
    /** Cold reset of the kind's own state (the virtio_state is done). NULL: it has none. */
    void (*reset)(void *self);
    /** The driver has reset the device: what is half done is forgotten. NULL: nothing is. */
    void (*restart)(void *self);
    /** Whether queue `queue` can be served now if it has a buffer; NULL: always. */
    bool (*ready)(const void *self, unsigned queue);
    /** Serves one chain of queue `queue`. @return false: it makes no sense, or its memory is not
     *  there. `*written`: bytes written to it. */
    bool (*serve)(void *self, unsigned queue, const virtq_chain *chain, uint64_t now_ps,
                  uint32_t *written);
} virtio_kind;

/** What the transport does for the device. */
typedef struct virtio_transport {
    void *ctx;
    /** Tells the driver: used buffers in queue `queue`, or, when that is VIRTIO_QUEUES_MAX, a
     *  change of the configuration. */
    void (*interrupt)(void *ctx, unsigned queue, uint64_t now_ps);
    /** Whether the device may reach memory now; NULL: always. */
    bool (*may_run)(const void *ctx);
} virtio_transport;

/** What the platform decides. */
typedef struct virtio_setup {
    virtq_dma dma;
    uint64_t latency_ps; /**< Of one request. */
} virtio_setup;

/** A device. */
typedef struct virtio {
    const virtio_kind *kind;
    void *self;
    virtio_state *state;
    virtio_setup setup;
    virtio_transport transport;
    uint64_t features; /**< That it offers. */
    unsigned queues;
    unsigned config_size;
    uint8_t config[VIRTIO_CONFIG_MAX]; /**< Read-only for the driver. */
} virtio;

/** Prepares a device; `features` are the kind's, the common ones are added. A transport comes
 *  next, then virtio_reset(). */
void virtio_init(virtio *v, const virtio_kind *kind, void *self, virtio_state *state,
                 const virtio_setup *setup, unsigned queues, uint64_t features);

/** Cold reset, counters and the kind's state included. */
void virtio_reset(virtio *v);

/** Whether feature `bit` was negotiated. */
bool virtio_has(const virtio *v, unsigned bit);

/** For kinds: something has changed that may let a queue be served. */
void virtio_wake(virtio *v, uint64_t now_ps);

/** For kinds: reads from a chain, counted. @return false when it is too short or not there. */
bool virtio_read(virtio *v, const virtq_chain *chain, uint32_t offset, void *data, uint32_t length);
/** For kinds: writes to a chain, counted. */
bool virtio_write(virtio *v, const virtq_chain *chain, uint32_t offset, const void *data,
                  uint32_t length);

/** When virtio_advance() has something to do. */
uint64_t virtio_deadline(const virtio *v);
/** Serves what is due. */
void virtio_advance(virtio *v, uint64_t now_ps);

/** Takes the mistake that waits to be reported. @return false: there is none. */
bool virtio_take_mistake(virtio *v, unsigned *queue, const char **text);

/* ---- registers, for transports; what is refused changes nothing ---- */

/** Half `select` (0: bits 31:0) of the features offered, and of those accepted. */
uint32_t virtio_device_features(const virtio *v, uint32_t select);
uint32_t virtio_driver_features(const virtio *v, uint32_t select);
dev_status virtio_accept_features(virtio *v, uint32_t select, uint32_t value);

/** Device status: 0 resets, other values can only add bits. */
dev_status virtio_set_status(virtio *v, uint32_t value, uint64_t now_ps);

/** The selected queue; NULL: there is none of this number. */
virtq *virtio_selected(const virtio *v);
/** Its size. */
dev_status virtio_set_queue_size(virtio *v, uint32_t size);
/** `size` (4 or 8) bytes at `offset` (0 or 4) of one of its addresses. */
dev_status virtio_set_queue_address(virtio *v, uint64_t *address, uint64_t offset, unsigned size,
                                    uint64_t value);
/** In use, or not. */
dev_status virtio_set_queue_ready(virtio *v, bool ready, uint64_t now_ps);
/** The driver notifies queue `queue`. */
dev_status virtio_notify(virtio *v, uint32_t queue, uint64_t now_ps);
/** Device configuration: size 1, 2, 4, or 8. */
dev_status virtio_config_read(const virtio *v, uint64_t offset, unsigned size, uint64_t *value);

#ifdef __cplusplus
}
#endif

#endif
