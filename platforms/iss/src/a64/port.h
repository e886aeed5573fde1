/* SPDX-License-Identifier: Apache-2.0 */
/* Operations of the port that live outside port.c. */
#ifndef A64_PORT_H
#define A64_PORT_H

#include "cpu.h"

struct a64_share {
    a64_code *code;
};

void a64_reset(iss *c, const iss_start *start);
bool a64_runnable(const iss *c);

uint64_t a64_get_reg(const iss *c, iss_reg reg);
void a64_set_reg(iss *c, iss_reg reg, uint64_t value);
uint32_t a64_memory(iss *c, const iss_debug_access *access, void *data);
bool a64_breakpoint(iss *c, uint64_t address, bool add);
bool a64_watchpoint(iss *c, uint64_t address, uint64_t length, uint32_t rights, bool add);

/** True when a breakpoint at the current instruction has not been reported yet. */
bool a64_at_breakpoint(a64_cpu *c);
/** The next instruction executes whatever breakpoint is on it. */
void a64_skip_breakpoint(a64_cpu *c);

size_t a64_save_size(const iss *c);
void a64_save(const iss *c, void *image);
bool a64_load(iss *c, const void *image, size_t size);

#endif
