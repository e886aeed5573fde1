/* SPDX-License-Identifier: Apache-2.0 */
/* The debugger server: GDB's remote protocol for A64, one thread a PE (thread n + 1 is PE n). */
#ifndef VIRT_GDB_H
#define VIRT_GDB_H

#include <stdbool.h>
#include <stdint.h>

#include "gdb_link.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Registers as GDB numbers them. */
enum {
    GDB_REG_X0 = 0,
    GDB_REG_SP = 31,
    GDB_REG_PC = 32,
    GDB_REG_CPSR = 33,
    GDB_REG_V0 = 34, /**< 128 bits each. */
    GDB_REG_FPSR = 66,
    GDB_REG_FPCR = 67,
    GDB_REGS = 68
};

/** How the server reaches the machine. PEs are numbered from 0. */
typedef struct gdb_target {
    void *ctx;
    unsigned pes;
    /** 64 bits of a register; `half` 1 is the upper half of a vector register, else 0. */
    uint64_t (*get_reg)(void *ctx, unsigned pe, unsigned reg, unsigned half);
    void (*set_reg)(void *ctx, unsigned pe, unsigned reg, unsigned half, uint64_t value);
    /** Memory as the PE sees it; how many bytes could be reached. */
    uint32_t (*read)(void *ctx, unsigned pe, uint64_t address, void *data, uint32_t length);
    uint32_t (*write)(void *ctx, unsigned pe, uint64_t address, const void *data, uint32_t length);
    /** Breakpoint on every PE. */
    bool (*breakpoint)(void *ctx, uint64_t address, bool add);
    /** Watchpoint on every PE, on reads and/or writes. */
    bool (*watchpoint)(void *ctx, uint64_t address, uint64_t length, bool reads, bool writes,
                       bool add);
    /** One line about a PE, for `info threads`. */
    void (*describe)(void *ctx, unsigned pe, char *text, uint32_t size);
    /** A `monitor` command; its answer goes to `text`. */
    void (*monitor)(void *ctx, unsigned pe, const char *command, char *text, uint32_t size);
} gdb_target;

/** What the debugger wants after a stop. */
typedef enum gdb_resume {
    GDB_RESUME_CONTINUE,
    GDB_RESUME_STEP,   /**< PE `step_pe` executes one instruction. */
    GDB_RESUME_DETACH, /**< Run on without a debugger. */
    GDB_RESUME_KILL    /**< End the simulation. */
} gdb_resume;

/** State of the server. */
typedef struct gdb_server {
    gdb_link link;
    gdb_target target;
    unsigned pe; /**< PE that register and memory packets are about. */
    unsigned step_pe;
    bool step_alone; /**< The other PEs stand still during the step. */
    char stop[64];   /**< Last stop reply. */
} gdb_server;

/** Listens on 127.0.0.1:port. */
bool gdb_open(gdb_server *g, const gdb_target *target, uint16_t port, vp_error *error);

/** Ends the connection. @param status exit status for the debugger. */
void gdb_close(gdb_server *g, int status);

/** The guest runs: does the debugger (or a new one) want it to stop? Does not wait. */
bool gdb_wants_stop(gdb_server *g);

/** Waits for a debugger or its next byte. */
void gdb_wait(gdb_server *g);

/** The guest stands still at PE `pe`: talks with the debugger until it resumes.
 *  @param report tell the debugger that the guest stopped (it has not asked for the state).
 *  @param watch address of a watchpoint that was hit, when `watched`. */
gdb_resume gdb_session(gdb_server *g, unsigned pe, bool report, bool watched, uint64_t watch);

#ifdef __cplusplus
}
#endif

#endif
