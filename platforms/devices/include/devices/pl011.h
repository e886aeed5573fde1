/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file pl011.h
 * @brief PL011 UART (Arm DDI 0183).
 *
 * Transmission takes no simulated time: a byte written to UARTDR is at once in the outbox for the
 * platform's back-end. Reception has the FIFO of 16, its trigger levels and the receive timeout of
 * 32 bit periods. Modem lines, IrDA and DMA requests do not exist; their registers read as idle.
 */
#ifndef DEVICES_PL011_H
#define DEVICES_PL011_H

#include "devices/clock.h"
#include "devices/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PL011_FIFO = 16,  /**< Depth of the receive FIFO. */
    PL011_OUTBOX = 64 /**< Bytes sent that wait for pl011_pop(); more are lost and counted. */
};

/** Saved state of the UART. */
typedef struct pl011_state {
    uint32_t ibrd, fbrd, lcr_h, cr, ifls, imsc, ris, dmacr, ilpr, rsr;
    uint16_t fifo[PL011_FIFO]; /**< Data in bits 7:0, error bits as UARTDR. */
    uint32_t fifo_head, fifo_count;
    uint8_t out[PL011_OUTBOX];
    uint32_t out_head, out_count;
    uint64_t timeout_ps; /**< When the receive timeout falls due; DEV_NEVER: not running. */
    uint64_t tx_lost;    /**< Bytes sent while the outbox was full. */
} pl011_state;

/** The UART. */
typedef struct pl011 {
    uint64_t clock_hz; /**< UARTCLK. */
    pl011_state state;
} pl011;

/** Operations of the device; line 0 is UARTINTR. */
extern const dev_ops pl011_ops;

/** Prepares and resets the UART. @param clock_hz UARTCLK in Hz, above 0. */
void pl011_init(pl011 *u, uint64_t clock_hz);

/** Whether a byte given now would find room. */
bool pl011_can_receive(const pl011 *u);

/** A byte arrives on the line at `now_ps`. @return false: receiver off, or an overrun (kept in
 *  the FIFO's last entry as the architecture says). */
bool pl011_receive(pl011 *u, uint8_t byte, uint64_t now_ps);

/** Takes the oldest byte sent. @return false when there is none. */
bool pl011_pop(pl011 *u, uint8_t *byte);

#ifdef __cplusplus
}
#endif

#endif
