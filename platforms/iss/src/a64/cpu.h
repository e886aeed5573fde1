/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State of the built-in A64 PE and what its parts share.
 *
 * Two structures: `a64_arch` is architectural state, saved in checkpoints; the rest of `struct iss`
 * is derived (decoded code, look-aside buffers) or belongs to the call in progress.
 */
#ifndef A64_CPU_H
#define A64_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control.h"
#include "iss/a64.h"

#define A64_LIKELY(x)   __builtin_expect(!!(x), 1)
#define A64_UNLIKELY(x) __builtin_expect(!!(x), 0)

#define A64_PAGE_BITS 12u
#define A64_PAGE_SIZE (1u << A64_PAGE_BITS)
#define A64_PAGE_MASK (~(uint64_t)(A64_PAGE_SIZE - 1u))
#define A64_PAGE_OPS  (A64_PAGE_SIZE / 4u)

typedef struct iss a64_cpu;
typedef struct a64_op a64_op;

/*
 * Executes one decoded operation. `acc` is the slice's accumulator: cycles left less one in its
 * upper half (negative: the slice is over), instructions executed in its lower half.
 */
typedef void a64_fn(a64_cpu *c, const a64_op *o, int64_t acc);

/** The work of an operation that needs neither `acc` nor to choose what comes next. */
typedef void a64_body(a64_cpu *c, const a64_op *o);

/** A decoded instruction. Slots of a page lie in address order, so that fall-through is `o + 1`. */
struct a64_op {
    a64_fn *fn;
    int64_t cost; /**< What `acc` loses: cycles << 32, less 1. */
    union {
        uint64_t imm;
        a64_body *body; /**< Of an operation whose handler is a64_op_body. */
    };
    uint32_t raw; /**< The instruction. */
    uint8_t rd, rn, rm, ra;
};

/** Bytes of decoded code per byte of guest code: 32 / 4, as a shift. */
#define A64_OP_SHIFT 3u

/* ------------------------------------------------------------------ registers */

/** Slots of `x` beyond the general ones: decode maps register 31 to one of these. */
enum {
    A64_SP = 31,   /**< The current stack pointer. */
    A64_ZR = 32,   /**< Reads as zero; never written. */
    A64_SINK = 33, /**< Takes what is written to the zero register. */
    A64_X_COUNT = 34
};

/**
 * Exception level and Security state that address translation depends on. Regimes with EL0 come
 * first and have three each: EL0, the higher level, and that with PSTATE.PAN, where what EL0 may
 * access faults.
 */
typedef enum a64_ctx {
    A64_CTX_NS_EL0,
    A64_CTX_NS_EL1,
    A64_CTX_NS_EL1_PAN,
    A64_CTX_S_EL0,
    A64_CTX_S_EL1,
    A64_CTX_S_EL1_PAN,
    A64_CTX_HOST_EL0, /**< EL2&0: HCR_EL2.E2H, for EL0 with TGE. */
    A64_CTX_HOST_EL2,
    A64_CTX_HOST_EL2_PAN,
    A64_CTX_EL2,
    A64_CTX_EL3,
    A64_CTX_COUNT
} a64_ctx;

/** PSTATE.DAIF as bits of `daif`, in the order of the architecture's field. */
enum { A64_F = 1u << 0, A64_I = 1u << 1, A64_A = 1u << 2, A64_D = 1u << 3 };

/** Reasons to leave the dispatch loop at the next boundary (`attn`). */
enum {
    A64_ATTN_LINE = 1u << 0,   /**< An interrupt or SError is pending: see if it can be taken. */
    A64_ATTN_STOP = 1u << 1,   /**< `request_stop` was called. */
    A64_ATTN_END = 1u << 2,    /**< `stop` says why the run ends. */
    A64_ATTN_REFETCH = 1u << 3 /**< Look the next instruction up anew. */
};

/** System register storage, one slot per row of sysregs.def that stores. */
typedef enum a64_sys {
#define A64_SYSREG(name, op0, op1, crn, crm, op2, access, trap, read, write, reset, mask) S_##name,
#define A64_SYSREG_EXT(name, op0, op1, crn, crm, op2, kind, id)
#include "sysregs.def"
#undef A64_SYSREG_EXT
#undef A64_SYSREG
    S_COUNT
} a64_sys;

/** Performance monitors: 6 event counters and the cycle counter (index 31 in the registers). */
#define A64_PMU_COUNTERS 6u
#define A64_PMU_CYCLE    31u

/** What event counters can count; `total` of each only ever grows. */
typedef enum a64_pmu_source {
    A64_PMU_NONE,
    A64_PMU_INSNS,
    A64_PMU_CYCLES,
    A64_PMU_EXCEPTIONS,
    A64_PMU_RETURNS,
    A64_PMU_SOURCES
} a64_pmu_source;

/** Bits of FPCR (AHP, DN, FZ, RMode) and of FPSR (QC and the cumulative flags). */
#define A64_FPCR_MASK UINT32_C(0x07c00000)
#define A64_FPSR_MASK UINT32_C(0x0800009f)

/** A SIMD and floating-point register. */
typedef union a64_vec {
    uint8_t b[16];
    uint16_t h[8];
    uint32_t s[4];
    uint64_t d[2];
} a64_vec;

typedef struct a64_pmu {
    uint64_t value[A64_PMU_COUNTERS + 1u]; /**< Counter values as of `base`; last: PMCCNTR. */
    uint64_t base[A64_PMU_SOURCES];        /**< Totals up to which the values count. */
} a64_pmu;

/** Architectural state. No pointers; saved as it is. */
typedef struct a64_arch {
    uint64_t x[A64_X_COUNT];
    uint64_t pc;
    uint64_t nf;       /**< N is bit 63. */
    uint64_t zf;       /**< Z is set when this is zero. */
    uint64_t cf;       /**< C: 0 or 1. */
    uint64_t vf;       /**< V is bit 63. */
    uint64_t sp_el[4]; /**< Banked stack pointers; the current one lives in x[A64_SP]. */
    uint64_t sys[S_COUNT];
    uint64_t cycles; /**< Local time in cycles, as of the start of the slice. */
    uint64_t insns;  /**< Likewise. */
    uint64_t exceptions;
    uint64_t returns;
    uint64_t irqs;
    a64_pmu pmu;
    uint8_t el;
    uint8_t sp_sel;
    uint8_t daif;
    uint8_t il;     /**< PSTATE.IL. */
    uint8_t pan;    /**< PSTATE.PAN; 0 in a core without. */
    uint8_t ss;     /**< PSTATE.SS. */
    uint8_t allint; /**< PSTATE.ALLINT; 0 in a core without. */
    uint8_t event;  /**< Event register. */
    uint8_t sleep;  /**< 0, or ISS_STOP_WFI / ISS_STOP_WFE. */
    uint8_t halted;
    uint8_t serror;         /**< A physical SError is pending. */
    uint8_t pmu_irq;        /**< Level of the PMU's line. */
    uint8_t excl;           /**< The monitor is armed. */
    uint8_t excl_published; /**< ... and the environment knows. */
    uint8_t excl_secure;
    uint8_t excl_size;
    uint32_t lines;   /**< Bit per iss_line. */
    uint64_t excl_pa; /**< What the monitor is armed on. */
    uint32_t fpcr;
    uint32_t fpsr;
    a64_vec v[32];
} a64_arch;

/* ------------------------------------------------------------------ translation */

#define A64_DTLB_BITS 8u
#define A64_DTLB_SIZE (1u << A64_DTLB_BITS)
#define A64_ITLB_BITS 7u
#define A64_ITLB_SIZE (1u << A64_ITLB_BITS)

/** A tag that no address matches: bit 11 is never set in a masked address. */
#define A64_TAG_NONE UINT64_C(0x800)

/** Data side: naturally aligned accesses whose masked address equals a tag go to `va + addend`. */
typedef struct a64_dtlb {
    uint64_t rtag;
    uint64_t wtag;
    uintptr_t addend;
    bool loose; /**< Unaligned accesses are made like aligned ones. */
} a64_dtlb;

#define A64_BUS_PAGES 16u

/** A page of Device memory without a direct pointer: translated, and permitted as the tags say. */
typedef struct a64_bus_page {
    uint64_t rtag;
    uint64_t wtag;
    uint64_t pa;
    bool secure;
} a64_bus_page;

/** Instruction side: decoded slots of the page at `tag`. */
typedef struct a64_itlb {
    uint64_t tag;
    const a64_op *ops;
} a64_itlb;

/** Look-aside buffers of one context; a flush empties all. What they hold the TLB holds too. */
typedef struct a64_bank {
    a64_itlb i[A64_ITLB_SIZE];
    a64_dtlb d[A64_DTLB_SIZE];
    a64_bus_page bus[A64_BUS_PAGES];
    bool used;
} a64_bank;

/** Translation regimes that own TLB entries; those before EL2 have two privileges and ASIDs. */
typedef enum a64_regime {
    A64_R_NS10,
    A64_R_S10,
    A64_R_EL20, /**< EL2&0, with HCR_EL2.E2H. */
    A64_R_EL2,
    A64_R_EL3,
    A64_R_STAGE2, /**< Intermediate physical addresses of Non-secure EL1&0. */
    A64_R_COUNT
} a64_regime;

/**
 * A leaf translation. Of Non-secure EL1&0 with stage 2 it is that of both stages, as large as the
 * smaller of the two; of A64_R_STAGE2 it is that of an intermediate physical address.
 */
typedef struct a64_tlbe {
    uint64_t va; /**< First address of the block or page, canonical. */
    uint64_t pa;
    uint64_t page; /**< Address for which it was entered. */
    uint64_t ipa;  /**< Both stages: what stage 1 makes of `va`. */
    uint32_t key;  /**< VMID, and A64_KEY_*. */
    uint16_t asid;
    uint8_t shift; /**< log2 of its size. */
    uint8_t span;  /**< log2 of the size of the leaf of stage 1 that it is part of. */
    uint8_t level;
    uint8_t regime;
    uint8_t ap;     /**< AP[2:1], tables' APTable applied; stage 2: S2AP. */
    uint8_t attr;   /**< MAIR byte. */
    uint8_t sh;     /**< Shareability, as in a descriptor. */
    uint8_t ap2;    /**< Both stages: S2AP ... */
    uint8_t level2; /**< ... and level of stage 2. */
    bool valid, global, uxn, pxn, secure;
    bool xn2;     /**< Both stages: XN of stage 2. */
    bool device2; /**< Both stages: Device memory by stage 2 alone. */
} a64_tlbe;

/** What a translation of Non-secure EL1&0 depends on besides its VMID. */
enum { A64_KEY_VM = 1u << 16, A64_KEY_DC = 1u << 17, A64_KEY_VMID = 0xffffu };

#define A64_TLB_SETS   256u
#define A64_TLB_WAYS   4u
#define A64_BLOCK_MAP  4096u
#define A64_BLOCK_BITS 21u

typedef struct a64_tlb {
    a64_tlbe entry[A64_TLB_SETS][A64_TLB_WAYS];
    uint8_t victim[A64_TLB_SETS];
    /** Where entries of more than 4 KiB may lie: a bit for the 2 MiB regions of each hash value,
        and whether one is larger than that. Bits stay when entries go. */
    uint64_t block_at[A64_BLOCK_MAP / 64u];
    bool huge;
} a64_tlb;

/* ------------------------------------------------------------------ code */

typedef struct a64_page a64_page;
typedef struct a64_code a64_code;

/* ------------------------------------------------------------------ the PE */

#define A64_BREAKPOINTS 32u
#define A64_WATCHPOINTS 16u

typedef struct a64_watch {
    uint64_t address, length;
    uint32_t rights;
} a64_watch;

/** What a core is: fixed by its name and configuration. */
typedef struct a64_model {
    const char *name;
    uint64_t midr;
    uint64_t clidr;
    uint64_t ccsidr[3]; /**< L1 data, L1 instruction, L2. */
    uint8_t pa_range;   /**< ID_AA64MMFR0_EL1.PARange. */
    bool lse, crc32, gran16, pan;
    bool vhe; /**< Virtualization Host Extensions, and VMIDs of 16 bits. */
    bool csv; /**< Says that it does not speculate: ID_AA64PFR0_EL1.CSV2, CSV3. */
} a64_model;

struct iss {
    /* Hot: what the fast handlers touch. */
    a64_arch a;
    const a64_op *ops; /**< Slots of the page being executed. */
    uint64_t page_va;  /**< Its virtual address. */
    a64_dtlb *dtlb;    /**< Buffers of the current context. */
    a64_itlb *itlb;
    const a64_op *next; /**< Where the dispatch loop goes on; NULL: leave, `a.pc` is the next. */
    int64_t acc;        /**< The accumulator while no fast handler holds it. */
    int64_t budget;     /**< Cycles of this slice. */
    uint32_t attn;      /**< A64_ATTN_*. */

    iss_stop stop;
    iss_result *result;
    bool running;
    bool single;        /**< A debugger looks: at most one instruction or one exception a slice. */
    bool reset_pending; /**< A reset was asked for while running. */
    bool pmu_on;        /**< Some counter is enabled. */
    bool fp_trap;       /**< SIMD and floating-point instructions trap in this state. */
    bool sp_check;      /**< SCTLR says to check the stack pointer at this EL. */
    uint8_t ctx;        /**< a64_ctx of the current state. */
    uint8_t watches;
    uint8_t breaks;

    iss_env env;
    iss_config config;
    const a64_model *model;
    gic_pe_state pe; /**< As last pushed. */
    iss_start start;

    a64_code *code;
    uint64_t code_generation; /**< Of the pages that the buffers point to. */
    unsigned least_cost;      /**< Cycles of the cheapest instruction class. */
    a64_tlb *tlb;
    a64_bank *bank; /**< A64_CTX_COUNT of them. */
    uint64_t breakpoint[A64_BREAKPOINTS];
    a64_watch watchpoint[A64_WATCHPOINTS];
    uint64_t skip_break; /**< The breakpoint at this PC has been reported. */
    bool skip_armed;
    uint64_t guest_vttbr; /**< VTTBR_EL2 and ... */
    uint64_t guest_hcr;   /**< ... HCR_EL2 that Non-secure EL1&0's buffers were filled by. */
    const struct a64_mem *loading; /**< The load or store in execution, for its syndrome. */
    a64_op *scratch; /**< Two slots, for code that is not in memory with direct pointers. */
};

/* ------------------------------------------------------------------ small helpers */

__extension__ typedef unsigned __int128 a64_u128;
__extension__ typedef __int128 a64_i128;

/** Bits [hi:lo] of an instruction or register. */
static inline uint32_t a64_bits(uint32_t v, unsigned hi, unsigned lo)
{
    return (v >> lo) & (uint32_t)((UINT64_C(1) << (hi - lo + 1u)) - 1u);
}

/** Bit @p n. */
static inline uint32_t a64_bit(uint32_t v, unsigned n)
{
    return (v >> n) & 1u;
}

/** Bits [hi:lo] of a 64-bit value. */
static inline uint64_t a64_field(uint64_t v, unsigned hi, unsigned lo)
{
    return (v >> lo) & ((UINT64_C(2) << (hi - lo)) - 1u);
}

/** Sign extension of the low @p bits bits. */
static inline int64_t a64_sext(uint64_t v, unsigned bits)
{
    unsigned s = 64u - bits;
    return (int64_t)(v << s) >> s;
}

/** Register number as a source or destination where 31 is the zero register. */
static inline uint8_t a64_zr_src(uint32_t r)
{
    return (uint8_t)(r == 31u ? A64_ZR : r);
}

static inline uint8_t a64_zr_dst(uint32_t r)
{
    return (uint8_t)(r == 31u ? A64_SINK : r);
}

/** Address of the instruction in slot @p o. */
static inline uint64_t a64_pc_of(const a64_cpu *c, const a64_op *o)
{
    return c->page_va + ((uint64_t)((const char *)o - (const char *)c->ops) >> A64_OP_SHIFT);
}

/** Cycles and instructions up to the operation whose handler stored `acc`. */
static inline uint64_t a64_now_cycles(const a64_cpu *c)
{
    return c->a.cycles + (uint64_t)(c->budget - 1 - (c->acc >> 32));
}

static inline uint64_t a64_now_insns(const a64_cpu *c)
{
    return c->a.insns + (uint32_t)c->acc;
}

static inline uint64_t a64_now_ps(const a64_cpu *c)
{
    return a64_now_cycles(c) * c->config.period_ps;
}

/** NZCV in bits [31:28]. */
static inline uint32_t a64_nzcv(const a64_arch *a)
{
    return (uint32_t)(a->nf >> 63) << 31 | (uint32_t)(a->zf == 0) << 30 | (uint32_t)a->cf << 29 |
           (uint32_t)(a->vf >> 63) << 28;
}

static inline void a64_set_nzcv(a64_arch *a, uint32_t v)
{
    a->nf = (uint64_t)(v >> 31) << 63;
    a->zf = !((v >> 30) & 1u);
    a->cf = (v >> 29) & 1u;
    a->vf = (uint64_t)((v >> 28) & 1u) << 63;
}

/** Whether the condition @p cond (0 to 15) holds. */
static inline bool a64_cond(const a64_arch *a, unsigned cond)
{
    /* Bit NZCV of each row: EQ CS MI VS HI GE GT AL; odd conditions are their inverses. */
    static const uint16_t holds[8] = {0xf0f0, 0xcccc, 0xff00, 0xaaaa,
                                      0x0c0c, 0xaa55, 0x0a05, 0xffff};
    unsigned flags = a64_nzcv(a) >> 28;
    bool base = (holds[cond >> 1] >> flags) & 1u;
    return (cond & 1u) && cond != 15u ? !base : base;
}

/** Secure state of the PE below EL3. */
static inline bool a64_secure_below3(const a64_cpu *c)
{
    return c->config.has_el3 ? !(c->a.sys[S_SCR_EL3] & 1u) : c->config.secure_only;
}

static inline bool a64_secure(const a64_cpu *c)
{
    return c->a.el == 3 || a64_secure_below3(c);
}

/** EL2 exists and is enabled in the current Security state (no Secure EL2 here). */
static inline bool a64_el2_enabled(const a64_cpu *c)
{
    return c->config.has_el2 && !a64_secure_below3(c);
}

/** HCR_EL2 as far as it is in force. */
static inline uint64_t a64_hcr(const a64_cpu *c)
{
    uint64_t hcr = a64_el2_enabled(c) ? c->a.sys[S_HCR_EL2] : 0;
    if (A64_LIKELY(!(hcr & HCR_TGE)))
        return hcr;
    hcr &= ~HCR_OFF_WITH_TGE;
    return (hcr & HCR_E2H) ? hcr & ~HCR_OFF_IN_HOST : hcr | HCR_FMO | HCR_IMO | HCR_AMO;
}

/** HCRX_EL2 as it counts: nothing without EL2 in this Security state, or while SCR_EL3.HXEn is 0.
 */
static inline uint64_t a64_hcrx(const a64_cpu *c)
{
    const bool off = c->config.has_el3 && !(c->a.sys[S_SCR_EL3] & SCR_HXEN);
    return a64_el2_enabled(c) && !off ? c->a.sys[S_HCRX_EL2] : 0;
}

/** Whether HCR_EL2 @p hcr makes EL0 the application level of a host at EL2. */
static inline bool a64_is_host(uint64_t hcr)
{
    return (hcr & (HCR_E2H | HCR_TGE)) == (HCR_E2H | HCR_TGE);
}

#endif
