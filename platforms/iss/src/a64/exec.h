/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How handlers of decoded operations continue.
 *
 * A fast handler ends in A64_NEXT or A64_GOTO: it charges its cost and calls the next handler as a
 * tail call. A slow handler may call anything; it stores `acc` first (A64_SLOW_BEGIN) and ends in
 * A64_SLOW_END, which goes through the dispatch loop, where lines, stops and look-aside changes are
 * seen: so whatever an access did to the PE takes effect at the very next instruction (P-30).
 */
#ifndef A64_EXEC_H
#define A64_EXEC_H

#include "cpu.h"

/*
 * Tail calls need an optimising compiler. Without them (debug and sanitizer builds) each handler
 * returns to the dispatch loop instead, by way of `next`.
 */
#if defined(A64_TAILCALLS) && A64_TAILCALLS
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpedantic" /* musttail wants `return` with a void call */
#define A64_TAIL(f, c, o, acc) __attribute__((musttail)) return (f)((c), (o), (acc))
#else
#define A64_TAIL(f, c, o, acc) \
    do {                       \
        (f)((c), (o), (acc));  \
        return;                \
    } while (0)
#endif
#define A64_DISPATCH(c, o, acc) A64_TAIL((o)->fn, c, o, acc)
#else
#define A64_TAIL(f, c, o, acc) \
    do {                       \
        (f)((c), (o), (acc));  \
        return;                \
    } while (0)
#define A64_DISPATCH(c, o, acc) \
    do {                        \
        (c)->next = (o);        \
        (c)->acc = (acc);       \
        return;                 \
    } while (0)
#endif

/** Head of a handler. */
#define A64_HANDLER(name) static void name(a64_cpu *c, const a64_op *o, int64_t acc)

/** Charge this operation and go on at slot @p to of the same page. */
#define A64_GOTO(to)                          \
    do {                                      \
        const a64_op *to_ = (to);             \
        acc -= o->cost;                       \
        if (A64_UNLIKELY(acc < 0))            \
            A64_TAIL(a64_leave, c, to_, acc); \
        A64_DISPATCH(c, to_, acc);            \
    } while (0)

/** Charge this operation and go on with the one after it. */
#define A64_NEXT() A64_GOTO(o + 1)

/** Charge this operation and go on at virtual address @p target. */
#define A64_JUMP(target)                                                        \
    do {                                                                        \
        uint64_t pc_ = (target);                                                \
        const a64_itlb *e_ = &c->itlb[(pc_ >> A64_PAGE_BITS) % A64_ITLB_SIZE];  \
        const a64_op *to_;                                                      \
        acc -= o->cost;                                                         \
        if (A64_UNLIKELY(e_->tag != (pc_ & (A64_PAGE_MASK | 3u)) || acc < 0)) { \
            c->a.pc = pc_;                                                      \
            c->acc = acc;                                                       \
            return;                                                             \
        }                                                                       \
        c->ops = e_->ops;                                                       \
        c->page_va = e_->tag;                                                   \
        to_ = c->ops + ((pc_ >> 2) % A64_PAGE_OPS);                             \
        A64_DISPATCH(c, to_, acc);                                              \
    } while (0)

/** Head of a slow handler's body: others may now look at the PE. */
#define A64_SLOW_BEGIN() (c->acc = acc, c->a.pc = a64_pc_of(c, o))

/** Tail of a slow handler that completed: charge it and go on after it, by the dispatch loop. */
#define A64_SLOW_END()     \
    do {                   \
        c->acc -= o->cost; \
        c->a.pc += 4;      \
        c->next = o + 1;   \
        return;            \
    } while (0)

/** Tail of a slow handler after which the next instruction is looked up anew (at `a.pc`). */
#define A64_SLOW_LEAVE()   \
    do {                   \
        c->acc -= o->cost; \
        return;            \
    } while (0)

/** Leaves the dispatch loop; the next operation is @p o. */
void a64_leave(a64_cpu *c, const a64_op *o, int64_t acc);

/* ------------------------------------------------------------------ decode (one per group) */

/** What decoding one instruction fills in: an operation and its class for the CPI table. */
typedef struct a64_decoded {
    a64_op op;
    uint8_t cls;  /**< iss_cpi_class. */
    int32_t slot; /**< Index in its page: a branch within the page becomes a slot distance. */
    const a64_model *model;
} a64_decoded;

/** Each returns false for an unallocated encoding. */
bool a64_decode_dp_imm(a64_decoded *d, uint32_t raw);
bool a64_decode_dp_reg(a64_decoded *d, uint32_t raw);
bool a64_decode_branch(a64_decoded *d, uint32_t raw);
bool a64_decode_system(a64_decoded *d, uint32_t raw);
bool a64_decode_ldst(a64_decoded *d, uint32_t raw);
bool a64_decode_simd(a64_decoded *d, uint32_t raw);
bool a64_decode_simd_ldst(a64_decoded *d, uint32_t raw);

/** A slot from which no branch target is in the same page: code outside pages. */
#define A64_SLOT_NOWHERE (-(1 << 28))

/** Decodes @p raw into @p op; an unallocated encoding becomes the UNDEFINED operation. */
void a64_decode(const iss_config *config, const a64_model *model, uint32_t raw, int32_t slot,
                a64_op *op);

/** Fills in the members that most operations use. */
static inline void a64_set(a64_decoded *d, a64_fn *fn, uint8_t rd, uint8_t rn, uint8_t rm,
                           uint64_t imm)
{
    d->op.fn = fn;
    d->op.rd = rd;
    d->op.rn = rn;
    d->op.rm = rm;
    d->op.imm = imm;
}

/** Value of a bitmask immediate (N:immr:imms); false for a reserved one. */
bool a64_bitmask(unsigned n, unsigned immr, unsigned imms, bool is64, uint64_t *mask);

/** The handler of everything UNDEFINED. */
void a64_op_undefined(a64_cpu *c, const a64_op *o, int64_t acc);

/** Takes the trap of a SIMD or floating-point instruction. */
void a64_op_fp_trap(a64_cpu *c, const a64_op *o, int64_t acc);

/** The handler of SIMD and floating-point operations that have a body. */
void a64_op_body(a64_cpu *c, const a64_op *o, int64_t acc);

#endif
