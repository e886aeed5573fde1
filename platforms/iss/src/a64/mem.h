/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores: the parsed instruction, and data accesses that may fault or leave memory. */
#ifndef A64_MEM_H
#define A64_MEM_H

#include "exec.h"

/** What a load/store instruction does. */
typedef enum a64_mem_kind {
    A64_MEM_SINGLE,
    A64_MEM_PAIR,
    A64_MEM_PREFETCH,
    A64_MEM_EXCLUSIVE,
    A64_MEM_EXCLUSIVE_PAIR,
    A64_MEM_ORDERED, /**< LDAR, STLR. */
    A64_MEM_ATOMIC,  /**< LD<op>, SWP. */
    A64_MEM_CAS,
    A64_MEM_CASP
} a64_mem_kind;

/** How its address is made. */
typedef enum a64_mem_mode {
    A64_MODE_OFFSET,
    A64_MODE_PRE,
    A64_MODE_POST,
    A64_MODE_REGISTER,
    A64_MODE_LITERAL
} a64_mem_mode;

/** A load/store instruction taken apart. Register numbers are as in the instruction. */
typedef struct a64_mem {
    uint8_t kind, mode;
    uint8_t size; /**< log2 of the bytes of one element. */
    bool load;
    bool sign;   /**< Sign-extend what is loaded ... */
    bool to64;   /**< ... to 64 bits, else to 32. */
    bool unpriv; /**< LDTR, STTR. */
    uint8_t rt, rt2, rs, rn;
    uint8_t rm, option, shift; /**< Register offset. */
    uint8_t op;                /**< Atomic operation, 8: swap. */
    int64_t offset;
} a64_mem;

/** The mode that bits [11:10] of a single register's access or [24:23] of a pair's name. */
static inline uint8_t a64_mem_mode_of(unsigned field)
{
    static const uint8_t modes[4] = {A64_MODE_OFFSET, A64_MODE_POST, A64_MODE_OFFSET, A64_MODE_PRE};
    return modes[field];
}

/** Takes @p raw apart; false when unallocated. Not for SIMD and floating-point registers. */
bool a64_mem_parse(uint32_t raw, bool lse, a64_mem *m);

/** Base register; false when an exception was taken because SP is misaligned. */
bool a64_mem_base(a64_cpu *c, const a64_mem *m, uint64_t *base);

/** The address that an address mode makes of @p base, and what it leaves in the base register. */
uint64_t a64_mem_address(const a64_cpu *c, const a64_mem *m, uint64_t base);
void a64_mem_write_back(a64_cpu *c, const a64_mem *m, uint64_t base);

/** The complete, slow execution of any load or store. */
void a64_op_mem(a64_cpu *c, const a64_op *o, int64_t acc);

/** Flags of a data access. */
enum {
    A64_ACC_WRITE = 1u << 0,
    A64_ACC_UNPRIV = 1u << 1,    /**< As from EL0. */
    A64_ACC_ALIGNED = 1u << 2,   /**< Must be aligned whatever SCTLR.A says. */
    A64_ACC_EXCLUSIVE = 1u << 3, /**< Bus kind ISS_KIND_EXCLUSIVE. */
    A64_ACC_ATOMIC = 1u << 4     /**< Bus kind ISS_KIND_ATOMIC; not possible on Device memory. */
};

/**
 * Reads or writes @p size bytes (1 to 64, the alignment being @p align) at @p va. False: an
 * exception has been taken, or the run stops here; the instruction must have no other effect.
 */
bool a64_access(a64_cpu *c, uint64_t va, unsigned size, unsigned align, unsigned flags, void *data);

/** A physical access by direct pointer or bus. */
iss_status a64_physical(a64_cpu *c, uint64_t pa, unsigned size, bool secure, bool write,
                        iss_kind kind, void *data);

/** Adds @p ps picoseconds to the slice, rounded up to cycles. */
void a64_spend(a64_cpu *c, uint64_t ps);

/** Adds the time that an environment call took to the slice: up to @p time_ps, if that is later. */
static inline void a64_spend_until(a64_cpu *c, uint64_t time_ps)
{
    uint64_t now = a64_now_ps(c);
    if (time_ps > now)
        a64_spend(c, time_ps - now);
}

/**
 * Before others may run: tells the environment of an armed monitor. Between a load exclusive and
 * its store exclusive nobody else stores unless this PE calls out or its run ends.
 */
static inline void a64_publish_monitor(a64_cpu *c)
{
    a64_arch *a = &c->a;
    if (A64_LIKELY(a->excl == a->excl_published))
        return;
    if (a->excl)
        c->env.exclusive_arm(a->excl_pa, a->excl_size, a->excl_secure, c->env.ctx);
    a->excl_published = a->excl;
}

/** Disarms the monitor. */
void a64_clear_monitor(a64_cpu *c);

/** Stops the run so that the current instruction is done again (ISS_STOP_SYNC). */
void a64_retry(a64_cpu *c);

#endif
