/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file stimulus.h
 * @brief Interrupt stimulator: lets firmware raise SPIs and PPIs at exact, known instants.
 *
 * A latency study needs a source whose moment of assertion is known to the picosecond and whose
 * phase against the PE's clock can be swept. The stimulator has 32 channels. Each drives one
 * interrupt line (an SPI, an extended SPI, or one PE's PPI), once, N times, or endlessly, and keeps
 * the exact time of its last assertion for the handler to read.
 *
 * On the virt board: base 0x0b000000, size 64 KiB, device tree node `stimulus@b000000`,
 * compatible "gictlm,stimulus". Registers are little-endian; 64-bit registers may be read and
 * written as one 64-bit access or as two 32-bit halves (the low half first for reads of a time:
 * reading the low half latches nothing; read the whole register with one 64-bit load).
 * The plain macros below can be included by A64 firmware and by assembly files: define
 * DEVICES_STIMULUS_REGS_ONLY before the #include to get only them.
 *
 * Time base: simulated time since reset of the platform, the same time that CNTPCT_EL0 and
 * PMCCNTR_EL0 are derived from. CYCLES registers hold the whole periods of the CPU clock in it.
 *
 * Typical use (level, once):
 *   INTID = 200; CTRL = 0; COUNT = 1; DELAY_NS = 5000; PHASE_PS = 137; GO = 1;
 *   WFI ... handler: IAR, t = ASSERT_CYCLES, ACK = 1, EOIR.
 */
#ifndef DEVICES_STIMULUS_H
#define DEVICES_STIMULUS_H

/* Global registers (offset from the base). */
#define STIMULUS_ID         0x000 /**< RO 32. Reads STIMULUS_ID_VALUE. */
#define STIMULUS_CHANNELS   0x004 /**< RO 32. Number of channels (32). */
#define STIMULUS_NOW_NS     0x008 /**< RO 64. Simulated time, ns, rounded down. */
#define STIMULUS_NOW_PS     0x010 /**< RO 64. Simulated time, ps. */
#define STIMULUS_NOW_CYCLES 0x018 /**< RO 64. Simulated time, CPU cycles, rounded down. */
#define STIMULUS_CPU_HZ     0x020 /**< RO 64. Frequency of the CPU clock, Hz (nearest to 1/period). */
#define STIMULUS_SEED       0x028 /**< RW 64. State of the random generator for SPAN_PS; reset 1. */
#define STIMULUS_STOP       0x030 /**< WO 32. Any write disarms all channels and lowers all lines. */
#define STIMULUS_ARMED      0x038 /**< RO 32. Bit n: channel n has an assertion to come. */
#define STIMULUS_LINES      0x03c /**< RO 32. Bit n: the line of channel n is high. */

#define STIMULUS_ID_VALUE 0x4d495453 /**< "STIM" in memory order. */

/** Offset of register `reg` (STIMULUS_CH_*) of channel `n` (0..31). */
#define STIMULUS_CH(n, reg) (0x1000 + (n)*0x80 + (reg))

/* Channel registers (offset from the start of the channel). */
#define STIMULUS_CH_CTRL     0x00 /**< RW 32. STIMULUS_CTRL_* bits. */
#define STIMULUS_CH_INTID    0x04 /**< RW 32. INTID of the line, see STIMULUS_CTRL_PPI. */
#define STIMULUS_CH_PE       0x08 /**< RW 32. PE (Processor_Number) whose PPI is driven. */
#define STIMULUS_CH_COUNT    0x0c /**< RW 32. Assertions per GO; 0 = until disarmed. Reset 1. */
#define STIMULUS_CH_DELAY_NS 0x10 /**< RW 64. From the write of GO to the first assertion, ns. */
#define STIMULUS_CH_PHASE_PS 0x18 /**< RW 64. Added to DELAY_NS, in ps: for sweeping the phase. */
#define STIMULUS_CH_PERIOD_NS                                               \
    0x20 /**< RW 64. From one assertion to the next, ns; 0 = restart of the \
              delay at ACK (level) or back to back at DELAY (edge). */
#define STIMULUS_CH_SPAN_PS                                            \
    0x28 /**< RW 64. If not 0, every delay or period grows by a random \
              whole number of ps in [0, SPAN_PS). */
#define STIMULUS_CH_GO                                                      \
    0x30 /**< WO 32. 1 arms the channel, counting starts; 0 disarms it (the \
              line stays as it is). */
#define STIMULUS_CH_ACK           0x34 /**< WO 32. Any write lowers the line. */
#define STIMULUS_CH_STATUS        0x38 /**< RO 32. STIMULUS_STATUS_* bits. */
#define STIMULUS_CH_FIRED         0x3c /**< RO 32. Assertions since the last GO. */
#define STIMULUS_CH_ASSERT_PS     0x40 /**< RO 64. Time of the last assertion, ps. */
#define STIMULUS_CH_ASSERT_NS     0x48 /**< RO 64. The same in ns, rounded down. */
#define STIMULUS_CH_ASSERT_CYCLES 0x50 /**< RO 64. The same in CPU cycles, rounded down. */
#define STIMULUS_CH_MERGED        0x58 /**< RO 32. Assertions since GO that found the line high. */
#define STIMULUS_CH_RELEASE_PS    0x60 /**< RO 64. Time of the last write of ACK, ps. */

/* CTRL */
#define STIMULUS_CTRL_EDGE                                                     \
    0x1 /**< 1: the line pulses (up and down in the same instant). 0: the line \
             goes up and stays up until ACK. */
#define STIMULUS_CTRL_PPI                                                    \
    0x2 /**< 1: INTID 16..31 or 1056..1119, line of PE. 0: INTID 32..1019 or \
             4096..5119. */
#define STIMULUS_CTRL_ABS                                                   \
    0x4 /**< 1: DELAY_NS + PHASE_PS is a time since reset instead of a time \
             since GO (a time gone by asserts at once). */

/* STATUS */
#define STIMULUS_STATUS_ARMED 0x1 /**< An assertion is to come. */
#define STIMULUS_STATUS_LINE  0x2 /**< The line is high. */
#define STIMULUS_STATUS_ERROR \
    0x4 /**< GO was refused: INTID or PE names no line of this platform. */

#ifndef DEVICES_STIMULUS_REGS_ONLY

#include "devices/clock.h"
#include "devices/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    STIMULUS_NUM_CHANNELS = 32, /**< Channels of the device. */
    STIMULUS_OUTBOX = 64        /**< Line changes that wait; a channel makes 2 at most at once. */
};

/** One change of a line, taken from the device by stimulus_pop(). */
typedef struct stimulus_change {
    uint64_t time_ps; /**< When the line changes. */
    uint32_t intid;   /**< INTID of the line. */
    uint32_t pe;      /**< PE of a PPI; 0 for an SPI. */
    bool ppi;         /**< The line is a PPI of `pe`. */
    bool level;       /**< New level. */
} stimulus_change;

/** What the platform tells the device. */
typedef struct stimulus_config {
    uint64_t cpu_period_ps; /**< Period of the CPU clock, ps, above 0. */
    uint32_t num_pes;       /**< PEs whose PPIs exist. */
    uint32_t num_spis;      /**< SPIs: INTIDs 32 .. 32 + num_spis - 1 are lines. */
    uint32_t num_espis;     /**< Extended SPIs: INTIDs 4096 .. 4096 + num_espis - 1. */
    uint32_t num_eppis;     /**< Extended PPIs per PE: INTIDs 1056 .. 1056 + num_eppis - 1. */
} stimulus_config;

/** One channel. `due_ps` is DEV_NEVER when nothing is to come. */
typedef struct stimulus_channel {
    uint32_t ctrl, intid, pe, count;
    uint64_t delay_ns, phase_ps, period_ns, span_ps;
    uint64_t due_ps, assert_ps, release_ps;
    uint32_t fired, merged;
    bool line;     /**< The line is high. */
    bool error;    /**< The last GO was refused. */
    bool wait_ack; /**< Level with PERIOD 0: the next delay starts at ACK. */
} stimulus_channel;

/** Saved state of the device. */
typedef struct stimulus_state {
    uint64_t seed;
    stimulus_channel ch[STIMULUS_NUM_CHANNELS];
    stimulus_change out[STIMULUS_OUTBOX];
    uint32_t out_head, out_count;
} stimulus_state;

/** The device. */
typedef struct stimulus {
    stimulus_config config;
    dev_clock cpu_clock;
    stimulus_state state;
} stimulus;

/** The device's operations; its lines are reported by stimulus_pop(), not by `line`. */
extern const dev_ops stimulus_ops;

/** Prepares the device and resets it. */
void stimulus_init(stimulus *s, const stimulus_config *config);

/** Takes the oldest line change. @return false when there is none.
 *  stimulus_ops.advance stops when the outbox is full: drain it and call again while
 *  stimulus_ops.deadline is due. */
bool stimulus_pop(stimulus *s, stimulus_change *change);

#ifdef __cplusplus
}
#endif

#endif /* DEVICES_STIMULUS_REGS_ONLY */
#endif /* DEVICES_STIMULUS_H */
