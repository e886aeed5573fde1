/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tgen.h
 * @brief Driver of the traffic generator; its registers are devices/tgen.h's.
 */
#ifndef FW_TGEN_H
#define FW_TGEN_H

#define DEVICES_TGEN_REGS_ONLY
#include "devices/tgen.h"
#include "fw/io.h"
#include "fw/pci.h"

/** What a stream is to do; fields as the registers TGEN_S_*. */
struct tgen_stream {
    uint32_t ctrl, count, first, vectors, burst;
    uint64_t delay_ns, period_ns, gap_ns, seed;
};

/** Whether a function is a traffic generator. */
bool tgen_is(const struct pci_function *f);

/** Programs stream `n`; tgen_start() starts it. */
void tgen_program(const struct pci_function *f, unsigned n, const struct tgen_stream *stream);

/** Starts the streams whose bits are set, at one instant. @return false: one was refused. */
bool tgen_start(const struct pci_function *f, uint32_t streams);

/** Stops the streams whose bits are set. */
void tgen_stop(const struct pci_function *f, uint32_t streams);

/** Streams with arrivals to come. */
static inline uint32_t tgen_running(const struct pci_function *f)
{
    return read32(f->bar[0] + TGEN_RUNNING);
}

/** A 64-bit register of the generator, such as TGEN_SENT or TGEN_LAST_CYCLES(vector). */
static inline uint64_t tgen_read(const struct pci_function *f, uint32_t offset)
{
    return read64(f->bar[0] + offset);
}

/** Acknowledges INTx of the streams whose bits are set. */
static inline void tgen_intx_clear(const struct pci_function *f, uint32_t streams)
{
    write32(f->bar[0] + TGEN_INT_STATUS, streams);
}

#endif
