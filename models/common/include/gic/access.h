/* SPDX-License-Identifier: Apache-2.0 */
/* Register accesses: who asks, and how it ended. */
#ifndef GIC_ACCESS_H
#define GIC_ACCESS_H

#include "gic/defs.h"

/** Attributes of one access to a register frame. */
typedef struct gic_access {
    uint32_t device_id; /**< DeviceID of the requester (GITS_TRANSLATER). */
    uint16_t pe;        /**< Processor number of the requester. */
    uint8_t size;       /**< Bytes: 1, 2, 4 or 8. */
    bool secure;        /**< Secure access. */
    bool debug;         /**< Debugger: reads have no effect, writes act as the guest's. */
} gic_access;

/** How a register access ended. Leaf handlers are honest; one outer place applies the policy. */
typedef enum gic_status {
    GIC_OK,
    GIC_RESERVED, /**< No register there, or none for this requester: RAZ/WI and an event. */
    GIC_BAD_SIZE, /**< The register does not have this width or alignment: by gic_bad_size. */
    GIC_ADDRESS   /**< Outside the frame. */
} gic_status;

#endif
