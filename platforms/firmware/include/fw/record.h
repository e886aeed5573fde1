/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file record.h
 * @brief What programs write for the study: samples of interrupts, and clocks to place them in
 * time.
 *
 * One line a record, numbers in hexadecimal. Samples are kept in memory and printed later.
 *
 * - `K pe ticks cycles cost` two counters of a PE read one after the other (CNTPCT_EL0, then
 *   PMCCNTR_EL0), and the cycles of one such read.
 * - `S w load pe intid unit t0 monitor exception acknowledge end back depth disturbed` a sample.
 * - `X text` something went wrong.
 *
 * In a sample, load is 0 idle, 1 loaded; the unit of t0, when the interrupt was asserted, is p = ps
 * since reset, t = ticks of the system counter, 0..7 = cycles of that PE; the other times are
 * cycles of `pe`, 0 = none:
 *
 * - monitor: first instruction of EL3's FIQ vector;
 * - exception: first instruction of the vector of the world that handles it;
 * - acknowledge: after the read of IAR;
 * - end: before the write of EOIR;
 * - back: EL3 left again.
 *
 * depth counts the handlers that it preempted; disturbed is 1 when EL3 came in at the vector, so
 * that its first instruction ran later than the exception.
 */
#ifndef FW_RECORD_H
#define FW_RECORD_H

#include "fw/arch.h"

/** One S record. */
struct sample {
    uint32_t intid, slot, depth;
    char unit;
    bool disturbed;
    uint64_t t0, monitor, exception, acknowledge, end, back;
};

/** Keeps a sample; what does not fit is counted. */
void record_sample(const struct sample *sample);

/** Prints the samples as of workload `w`, and forgets them. Interrupt-free: call it when nothing is
 *  being measured. */
void record_flush(unsigned w, bool loaded);

/** Prints K records of all PEs, from each of them, at drifting phases. Primary only. */
void record_clocks(void);

#endif
