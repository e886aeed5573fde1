/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Value change dump of the interrupt lines (IEEE 1364, 18): inputs spi<INTID>, pe<n>.ppi<INTID>;
 * outputs pe<n>.irq, fiq, virq, vfiq, nmi, wake_request. Time unit 1 ps.
 *
 * Changes may come with the local times of several PEs: they wait in a bounded heap until
 * gictime_vcd_advance() says that nothing earlier can come. A change that comes too late for the
 * file is written at the time already reached and counted.
 */
#ifndef GICTIME_VCD_H
#define GICTIME_VCD_H

#include <stdio.h>

#include "gic/config.h"
#include "gic/pe.h"
#include "gictime/bytes.h"

GIC_BEGIN_DECLS

typedef struct gictime_vcd gictime_vcd;

/** Begin a dump on @p out, which stays the caller's; all lines are low at time 0. NULL: memory. */
gictime_vcd *gictime_vcd_create(FILE *out, const gic_config *gic);
/** Output @p line of @p pe has @p level from @p time_ps on. */
void gictime_vcd_line(gictime_vcd *vcd, uint16_t pe, gic_line line, bool level, uint64_t time_ps);
/** Input line of @p intid: an SPI (@p pe is not looked at) or a PPI of @p pe. */
void gictime_vcd_input(gictime_vcd *vcd, uint16_t pe, uint32_t intid, bool level, uint64_t time_ps);
/** Nothing before @p time_ps will come any more: write what waits up to there. */
void gictime_vcd_advance(gictime_vcd *vcd, uint64_t time_ps);
/** Changes that came too late for their place in the file. */
uint64_t gictime_vcd_late(const gictime_vcd *vcd);
/** Checkpoint: levels, and the changes that wait for their turn. */
void gictime_vcd_save(const gictime_vcd *vcd, gictime_bytes *bytes);
/**
 * Go on, in a file of its own, where gictime_vcd_save() stood: the levels at that time, then what
 * changes. What is wrong makes @p cursor bad.
 */
void gictime_vcd_load(gictime_vcd *vcd, gictime_cursor *cursor);
/** Write everything, mark @p end_ps as the end, free. False when the stream has failed. */
bool gictime_vcd_finish(gictime_vcd *vcd, uint64_t end_ps);

GIC_END_DECLS

#endif
