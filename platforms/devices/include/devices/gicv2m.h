/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gicv2m.h
 * @brief GICv2m frame (Arm SBSA, appendix "GICv2m"): MSIs become SPIs.
 *
 * A write of an SPI's INTID to MSI_SETSPI_NS raises that SPI once. The platform takes what was
 * raised from the outbox and makes an edge of it: a pulse on the SPI's line.
 */
#ifndef DEVICES_GICV2M_H
#define DEVICES_GICV2M_H

/* Registers. */
#define GICV2M_TYPER     0x008 /**< RO. Number of SPIs in bits 9:0, first INTID in bits 25:16. */
#define GICV2M_SETSPI_NS 0x040 /**< WO. The INTID to raise, 32 or 16 bits. */
#define GICV2M_IIDR      0xfcc /**< RO. */

#ifndef DEVICES_GICV2M_REGS_ONLY

#include "devices/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { GICV2M_OUTBOX = 64 /**< Raised SPIs that wait; the platform takes them at once. */ };

/** What the platform decides. */
typedef struct gicv2m_config {
    uint16_t first;  /**< First INTID, 32 to 1019. */
    uint16_t number; /**< SPIs, 1 to 988; the last INTID is 1019 at most. */
    uint32_t iidr;   /**< MSI_IIDR; 0 names nobody. */
} gicv2m_config;

/** An SPI that was raised. */
typedef struct gicv2m_pulse {
    uint64_t time_ps;
    uint32_t intid;
    uint32_t zero; /**< Not used, 0. */
} gicv2m_pulse;

/** Saved state. */
typedef struct gicv2m_state {
    gicv2m_pulse out[GICV2M_OUTBOX];
    uint32_t head, count;
    uint64_t raised;  /**< SPIs raised since reset. */
    uint64_t refused; /**< Writes that named no SPI of the frame. */
} gicv2m_state;

/** The frame. */
typedef struct gicv2m {
    gicv2m_config config;
    gicv2m_state state;
} gicv2m;

/** Operations of the device. */
extern const dev_ops gicv2m_ops;

/** Prepares and resets the frame. @return false when the range of SPIs is not one. */
bool gicv2m_init(gicv2m *m, const gicv2m_config *config);

/** Takes the oldest SPI that was raised. @return false when there is none. */
bool gicv2m_pop(gicv2m *m, gicv2m_pulse *pulse);

#ifdef __cplusplus
}
#endif

#endif /* DEVICES_GICV2M_REGS_ONLY */
#endif /* DEVICES_GICV2M_H */
