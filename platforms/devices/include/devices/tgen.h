/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tgen.h
 * @brief Traffic generator: a PCI Express endpoint that sends MSIs by programmed arrivals.
 *
 * Up to 2048 MSI-X vectors and 32 streams. A stream is an arrival process over a range of vectors:
 * periodic, Poisson, bursts at fixed or Poisson intervals, or the replay of a trace that the host
 * loaded. It counts every arrival, and keeps for each vector the exact time at which its last
 * message was sent, for handlers and studies to subtract.
 *
 * With neither MSI-X nor MSI enabled an arrival sets the stream's bit in INT_STATUS and the
 * function drives INTA until software has cleared all of them.
 *
 * BAR 0 (128 KiB, 32-bit): the registers below. BAR 2 (64 KiB, 64-bit, prefetchable): the MSI-X
 * table at 0, pending bits at 0x8000. Registers are little-endian; 32-bit registers take 32-bit
 * accesses, 64-bit registers 64-bit ones or 32-bit halves.
 * The plain macros can be included by A64 firmware: define DEVICES_TGEN_REGS_ONLY first.
 *
 * Typical use: enable MSI-X, fill the table, then
 *   CTRL = TGEN_KIND_POISSON; FIRST = 0; VECTORS = 64; PERIOD_NS = 2000; COUNT = 1000; GO = 1;
 *   handler of vector v: IAR, t = TGEN_LAST_CYCLES(v), EOIR.
 */
#ifndef DEVICES_TGEN_H
#define DEVICES_TGEN_H

/* Global registers. */
#define TGEN_ID         0x000 /**< RO 32. Reads TGEN_ID_VALUE. */
#define TGEN_STREAMS    0x004 /**< RO 32. Number of streams (32). */
#define TGEN_VECTORS    0x008 /**< RO 32. MSI-X vectors of this function. */
#define TGEN_TRACE_SIZE 0x00c /**< RO 32. Entries of the trace that the host loaded. */
#define TGEN_NOW_PS     0x010 /**< RO 64. Simulated time, ps. */
#define TGEN_NOW_CYCLES 0x018 /**< RO 64. Simulated time, CPU cycles, rounded down. */
#define TGEN_NOW_TICKS  0x020 /**< RO 64. Simulated time, ticks of the system counter. */
#define TGEN_ARRIVALS   0x028 /**< RO 64. Arrivals of all streams since reset. */
#define TGEN_SENT       0x030 /**< RO 64. Messages sent. */
#define TGEN_HELD       0x038 /**< RO 64. Arrivals that made a masked vector pending. */
#define TGEN_MERGED     0x040 /**< RO 64. Arrivals that found their vector pending already. */
#define TGEN_START      0x048 /**< WO 32. Bit n starts stream n, all at the same instant. */
#define TGEN_STOP       0x04c /**< WO 32. Bit n stops stream n. */
#define TGEN_RUNNING    0x050 /**< RO 32. Bit n: stream n has arrivals to come. */
#define TGEN_INT_STATUS 0x054 /**< RW1C 32. Bit n: stream n wants INTx. */

#define TGEN_ID_VALUE 0x4e454754 /**< "TGEN" in memory order. */

/** Offset of register `reg` (TGEN_S_*) of stream `n` (0..31). */
#define TGEN_STREAM(n, reg) (0x1000 + (n)*0x80 + (reg))

/* Stream registers; program registers keep their value while the stream runs. */
#define TGEN_S_CTRL        0x00 /**< RW 32. TGEN_KIND_* and TGEN_CTRL_* bits. */
#define TGEN_S_COUNT       0x04 /**< RW 32. Arrivals per start; 0: until stopped. Reset 1. */
#define TGEN_S_FIRST       0x08 /**< RW 32. First vector of the range. */
#define TGEN_S_VECTORS     0x0c /**< RW 32. Vectors in the range. Reset 1. */
#define TGEN_S_BURST       0x10 /**< RW 32. Arrivals of a burst, 1 to 4096. Reset 1. */
#define TGEN_S_TRACE_FIRST 0x14 /**< RW 32. First entry of the trace to replay. */
#define TGEN_S_TRACE_COUNT 0x18 /**< RW 32. Entries to replay; 0: to the end. */
#define TGEN_S_DELAY_NS    0x20 /**< RW 64. From the start to the first interval, ns. */
#define TGEN_S_PHASE_PS    0x28 /**< RW 64. Added to DELAY_NS, ps. */
#define TGEN_S_PERIOD_NS                                                                       \
    0x30                    /**< RW 64. Between arrivals, or between the first arrivals of two \
                                 bursts; the mean of them for Poisson. Not 0 unless a trace. */
#define TGEN_S_GAP_NS  0x38 /**< RW 64. Between the arrivals of a burst; 0: in one instant. */
#define TGEN_S_SEED    0x40 /**< RW 64. Seed of intervals and vectors, taken at the start. */
#define TGEN_S_GO      0x48 /**< WO 32. 1 starts, 0 stops. */
#define TGEN_S_STATUS  0x4c /**< RO 32. TGEN_STATUS_* bits. */
#define TGEN_S_FIRED   0x50 /**< RO 64. Arrivals since the start. */
#define TGEN_S_NEXT_PS 0x58 /**< RO 64. Time of the next arrival; all ones: none to come. */
#define TGEN_S_LAST_PS 0x60 /**< RO 64. Time of the last arrival. */

/* CTRL */
#define TGEN_KIND_PERIODIC      0x0 /**< First arrival at DELAY, then each PERIOD. */
#define TGEN_KIND_POISSON       0x1 /**< Exponential intervals of mean PERIOD, also the first. */
#define TGEN_KIND_BURST         0x2 /**< BURST arrivals GAP apart, each PERIOD. */
#define TGEN_KIND_BURST_POISSON 0x3 /**< The same with exponential intervals. */
#define TGEN_KIND_TRACE         0x4 /**< Times and vectors of the trace. */
#define TGEN_KIND_MASK          0x7
#define TGEN_CTRL_RANDOM_VECTOR 0x100 /**< Vectors of the range at random; 0: in turn. */
#define TGEN_CTRL_ABS           0x200 /**< DELAY_NS + PHASE_PS is a time since reset. */

/* STATUS */
#define TGEN_STATUS_RUNNING 0x1 /**< An arrival is to come. */
#define TGEN_STATUS_ERROR   0x2 /**< The last start was refused: its program makes no sense. */

/* Per vector `v`. */
#define TGEN_LAST_PS(v)     (0x8000 + (v)*8)  /**< RO 64. When its last message was sent, ps. */
#define TGEN_COUNTS(v)      (0xc000 + (v)*8)  /**< RO 64. Sent in bits 31:0, arrivals above. */
#define TGEN_LAST_CYCLES(v) (0x10000 + (v)*8) /**< RO 64. LAST_PS in CPU cycles, rounded down. */
#define TGEN_LAST_TICKS(v)  (0x14000 + (v)*8) /**< RO 64. In ticks of the system counter. */

#define TGEN_BAR0_SIZE 0x20000
#define TGEN_BAR2_SIZE 0x10000
#define TGEN_PBA       0x8000 /**< Pending bits in BAR 2. */

#ifndef DEVICES_TGEN_REGS_ONLY

#include "devices/clock.h"
#include "devices/pcie.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TGEN_MAX_VECTORS = 2048,
    TGEN_NUM_STREAMS = 32,
    TGEN_MAX_BURST = 4096,
    TGEN_WORK = 1024 /**< Arrivals of one call of advance(); the rest stay due. */
};

/** One arrival of a trace: times since the stream's start, not descending. */
typedef struct tgen_arrival {
    uint64_t time_ps;
    uint32_t vector; /**< Counted from the stream's FIRST. */
    uint32_t zero;   /**< Not used, 0. */
} tgen_arrival;

/** What the platform decides. */
typedef struct tgen_config {
    uint64_t cpu_period_ps; /**< Period of the CPU clock, ps, above 0. */
    uint64_t counter_hz;    /**< Frequency of the system counter (CNTFRQ), above 0. */
    uint16_t vectors;       /**< MSI-X vectors, 1 to 2048. */
    uint16_t vendor;        /**< PCI vendor ID. */
} tgen_config;

/** What a stream is to do; the registers of the same names. */
typedef struct tgen_program {
    uint32_t ctrl, count, first, vectors, burst, trace_first, trace_count, zero;
    uint64_t delay_ns, phase_ps, period_ns, gap_ns, seed;
} tgen_program;

/** One stream. `due_ps` is DEV_NEVER when nothing is to come. */
typedef struct tgen_stream {
    tgen_program program;
    uint64_t start_ps, burst_ps; /**< Time zero, and the first arrival of the burst under way. */
    uint64_t due_ps, last_ps, fired, random;
    uint32_t turn;     /**< Next vector of the range, or next entry of the trace. */
    uint32_t in_burst; /**< Arrivals of the burst that have been. */
    uint32_t status;   /**< TGEN_STATUS_*. */
    uint32_t zero;
} tgen_stream;

/** Saved state. */
typedef struct tgen_state {
    pcie_function_state function;
    pcie_msix_entry table[TGEN_MAX_VECTORS];
    uint64_t pba[PCIE_PBA_WORDS(TGEN_MAX_VECTORS)];
    tgen_stream stream[TGEN_NUM_STREAMS];
    uint64_t last_ps[TGEN_MAX_VECTORS];
    uint32_t sent_of[TGEN_MAX_VECTORS], arrivals_of[TGEN_MAX_VECTORS];
    uint64_t arrivals, sent, held, merged;
    uint32_t int_status, zero;
} tgen_state;

/** The generator. The trace is the platform's, and is to be the same after a restore. */
typedef struct tgen {
    tgen_config config;
    dev_clock cpu_clock, counter;
    pcie_function function;
    const tgen_arrival *trace;
    uint32_t trace_size;
    tgen_state state;
} tgen;

/** Operations of the function; `ops.device` saves, restores, resets. */
extern const pcie_function_ops tgen_ops;

/** Prepares and resets the generator; attach `function` to a host next. `t` stays where it is.
 *  @return false when the configuration is out of range. */
bool tgen_init(tgen *t, const tgen_config *config);

/** Gives the generator a trace, which outlives it. @return false, and no trace, when times descend;
 *  `*bad` is then the entry. Running replays end. */
bool tgen_load_trace(tgen *t, const tgen_arrival *trace, uint32_t size, uint32_t *bad);

/** Reads a trace: lines "TIME_NS VECTOR", '#' starts a comment, times with up to three decimals.
 *  @param most room in `out`. @return number of entries; -1 when line `*line` is wrong (or one too
 *  many), which `*why` explains in a few words. */
long tgen_parse_trace(const char *text, size_t length, tgen_arrival *out, size_t most,
                      unsigned *line, const char **why);

/** A checksum of the loaded trace: a restored state needs the trace that it was saved with. */
uint64_t tgen_trace_checksum(const tgen *t);

/** The program of a stream that does nothing yet: one arrival of vector 0. */
tgen_program tgen_program_default(void);

/** Programs stream `n` and starts it at `now_ps`, as firmware would; a running one restarts.
 *  @return false when the program makes no sense (STATUS.ERROR). */
bool tgen_start(tgen *t, unsigned n, const tgen_program *program, uint64_t now_ps);

/** Stops stream `n`. */
void tgen_stop(tgen *t, unsigned n);

#ifdef __cplusplus
}
#endif

#endif /* DEVICES_TGEN_REGS_ONLY */
#endif /* DEVICES_TGEN_H */
