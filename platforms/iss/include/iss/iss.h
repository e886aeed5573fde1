/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ISS port: what a platform and an instruction set simulator of one PE owe each other.
 *
 * An ISS implements `iss_ops`; a platform supplies `iss_env`. Neither knows anything else of the
 * other. Nothing here is particular to the built-in A64 interpreter (iss/a64.h); the scripted PE
 * (iss/scripted.h) implements the same port with a table of steps.
 *
 * Conventions
 * - Time is the PE's local time in picoseconds (`time_ps`), always a whole number of cycles of the
 *   PE's clock. Callbacks that can cost time receive a pointer and may only move it forward; the
 *   ISS rounds up to its next clock edge.
 * - An ISS is single-threaded by contract: one call at a time per ISS, except that the operations
 *   marked "reentrant" may be called from inside one of its own environment callbacks.
 * - ISS_RETRY from a callback means "nothing has happened, this access must be made at exact time
 *   or cannot be made yet": the ISS leaves the instruction unexecuted, returns ISS_STOP_SYNC from
 *   `run`, and executes the same instruction again in the next `run`. A callback that answers
 *   ISS_RETRY has had no side effect.
 * - Every structure starts with a version and grows at its end only.
 */
#ifndef ISS_ISS_H
#define ISS_ISS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gic/pe.h"
#include "gic/sysreg.h"
#include "iss/cpi.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this port; `iss_ops.version` and `iss_env.version` carry it. */
#define ISS_PORT_VERSION 1u

/** "No limit" and "no deadline" for times in picoseconds. */
#define ISS_TIME_NEVER UINT64_MAX

/** "No limit" for instruction counts. */
#define ISS_INSNS_UNLIMITED UINT64_MAX

/** An ISS instance; each implementation defines its own. */
typedef struct iss iss;

/* ------------------------------------------------------------------ lines and stop reasons */

/** Lines into a PE. Levels; each takes effect at the next instruction boundary. */
typedef enum iss_line {
    ISS_LINE_IRQ,
    ISS_LINE_FIQ,
    ISS_LINE_VIRQ,
    ISS_LINE_VFIQ,
    ISS_LINE_NMI,    /**< Superpriority of the asserted IRQ (FEAT_NMI); ignored without it. */
    ISS_LINE_SERROR, /**< A pulse pends one SError: the rising edge counts. */
    ISS_LINE_RESET,  /**< While high `run` returns ISS_STOP_HALTED; the falling edge resets. */
    ISS_LINE_VNMI,   /**< Superpriority of the asserted virtual IRQ, likewise. */
    ISS_LINE_FNMI,   /**< Superpriority of the asserted FIQ, likewise. No GIC has it (IHI
                        0069, 4.6.3). */
    ISS_LINE_COUNT
} iss_line;

/** Lines out of a PE, reported by `iss_env.line_out`. */
typedef enum iss_line_out {
    ISS_OUT_PMUIRQ, /**< PMU overflow interrupt, level (PPI 23 on the virt board). */
    ISS_OUT_COUNT
} iss_line_out;

/** Why `run` returned. */
typedef enum iss_stop {
    ISS_STOP_LIMIT,      /**< The time limit or the instruction limit was reached exactly. */
    ISS_STOP_REQUEST,    /**< `request_stop` was called. */
    ISS_STOP_WFI,        /**< Asleep in WFI; run again when a line rises (or it returns at once). */
    ISS_STOP_WFE,        /**< Asleep in WFE; run again after a line, an event or a wake-up event. */
    ISS_STOP_CONDUIT,    /**< HVC/SMC that the platform serves (PSCI); x0..x7 hold the call. */
    ISS_STOP_SEMIHOST,   /**< Semihosting call: w0 operation, x1 parameter, answer in x0. */
    ISS_STOP_BREAKPOINT, /**< A debugger's breakpoint is at PC; the instruction has not executed. */
    ISS_STOP_WATCHPOINT, /**< The instruction before PC touched a watched range. */
    ISS_STOP_STEP,       /**< `step` executed its one instruction (or took its one exception). */
    ISS_STOP_SYNC,   /**< A callback answered ISS_RETRY; the instruction at PC will be redone. */
    ISS_STOP_RESET,  /**< The PE asked for a warm reset (RMR_ELx). */
    ISS_STOP_HALTED, /**< Held in reset, or no program left (scripted PE). */
    ISS_STOP_COUNT
} iss_stop;

/** Limits of one `run`. The slice ends at whichever comes first. */
typedef struct iss_until {
    uint64_t time_ps; /**< Stop at the first instruction boundary at or after this local time. */
    uint64_t insns;   /**< Stop after exactly this many instructions of this call. */
} iss_until;

/** What `run` did. */
typedef struct iss_result {
    iss_stop reason;
    uint64_t time_ps;       /**< Local time at the stop. */
    uint64_t insns;         /**< Instructions retired by this call. */
    uint64_t conduit_imm;   /**< CONDUIT: the 16-bit immediate. */
    bool conduit_smc;       /**< CONDUIT: SMC, else HVC. */
    uint64_t watch_address; /**< WATCHPOINT: the virtual address touched. */
} iss_result;

/** Totals since creation; kept over reset. Both are exact at an instruction boundary. */
typedef struct iss_counters {
    uint64_t insns;  /**< Instructions retired. */
    uint64_t cycles; /**< Cycles of local time: time_ps / period_ps. Sleep is included. */
    uint64_t exceptions;
    uint64_t irqs; /**< IRQ and FIQ exceptions taken, virtual ones included. */
} iss_counters;

/* ------------------------------------------------------------------ environment: accesses */

/** How an environment access ended. */
typedef enum iss_status {
    ISS_OK,
    ISS_BUS_ERROR, /**< External abort (slave or decode error). */
    ISS_RETRY      /**< Nothing happened; see the conventions above. */
} iss_status;

/** What kind of physical access it is. */
typedef enum iss_kind {
    ISS_KIND_DATA,
    ISS_KIND_FETCH,
    ISS_KIND_WALK,      /**< Translation table walk. */
    ISS_KIND_EXCLUSIVE, /**< The access of a load or store exclusive. */
    ISS_KIND_ATOMIC,    /**< One half of an atomic read-modify-write. */
    ISS_KIND_DEBUG      /**< Debugger: no side effects, no time. */
} iss_kind;

/** One physical access. `data` is the memory image in bytes, lowest address first. */
typedef struct iss_bus_access {
    uint64_t pa;
    uint32_t size; /**< Bytes: 1, 2, 4, 8 (up to 64 for ISS_KIND_DEBUG). Never crosses a page. */
    bool write;
    bool secure; /**< Physical address space: Secure or Non-secure. */
    bool privileged;
    uint8_t kind; /**< iss_kind. */
} iss_bus_access;

/** Rights of a direct pointer. */
enum {
    ISS_RIGHT_READ = 1u << 0,
    ISS_RIGHT_WRITE = 1u << 1,
    ISS_RIGHT_EXEC = 1u << 2,
    /** Writes are allowed through the pointer if `store_notify` follows each of them. */
    ISS_RIGHT_WRITE_NOTIFY = 1u << 3
};

/** A direct pointer: [pa, pa + length) is at `host`, valid until invalidate_direct takes it back.
 */
typedef struct iss_direct {
    uint64_t pa;
    uint64_t length;
    uint8_t *host;
    uint32_t rights; /**< ISS_RIGHT_* granted; may be fewer than asked for. */
} iss_direct;

/** Generic timer registers, by identity (rows: iss/timer.def). */
typedef enum iss_timer_reg {
#define ISS_TIMER_REG(name) ISS_##name,
#include "iss/timer.def"
#undef ISS_TIMER_REG
    ISS_TIMER_REG_COUNT
} iss_timer_reg;

/** The architecture's name of @p reg, or "?" for a number that names none. */
const char *iss_timer_reg_name(iss_timer_reg reg);

/** One system register access that is decided outside the ISS. */
typedef struct iss_sysreg_access {
    uint32_t reg; /**< gic_sysreg or iss_timer_reg, by the callback that carries it. */
    bool write;
    uint64_t value;         /**< Written, or to be filled in. */
    const gic_pe_state *pe; /**< The state last pushed; decides traps and views. */
} iss_sysreg_access;

/** Broadcast maintenance. */
typedef enum iss_dvm_kind {
    ISS_DVM_TLBI,   /**< TLB maintenance, inner or outer shareable. */
    ISS_DVM_IC_ALL, /**< IC IALLUIS. */
    ISS_DVM_IC_VA,  /**< IC IVAU: `address` is physical. */
    ISS_DVM_SEV     /**< SEV: set the event register of every other PE. */
} iss_dvm_kind;

/** Scope of a TLB invalidation: which translation regime's entries. */
typedef enum iss_tlbi_regime {
    ISS_REGIME_EL10,
    ISS_REGIME_EL2,
    ISS_REGIME_EL3,
    ISS_REGIME_EL20 /**< EL2&0, of a PE with HCR_EL2.E2H. */
} iss_tlbi_regime;

/** What a TLB invalidation matches within its regime. */
typedef enum iss_tlbi_match {
    ISS_TLBI_ALL,     /**< Everything of the regime (ALLEn, VMALLE1, VMALLS12E1). */
    ISS_TLBI_ASID,    /**< All non-global entries of `asid`. */
    ISS_TLBI_VA_ASID, /**< `address`, `asid` or global. */
    ISS_TLBI_VA,      /**< `address` in any ASID (also regimes without ASIDs). */
    ISS_TLBI_IPA      /**< Stage 2 entries of the intermediate physical `address`. */
} iss_tlbi_match;

/** A broadcast maintenance operation, from one PE to every other. */
typedef struct iss_dvm {
    uint8_t kind;   /**< iss_dvm_kind. */
    uint8_t regime; /**< iss_tlbi_regime. */
    uint8_t match;  /**< iss_tlbi_match. */
    bool secure;    /**< Security state whose entries are meant. */
    bool last_level;
    bool any_vmid; /**< Not limited to `vmid` (ALLE1). */
    uint16_t asid;
    uint16_t vmid;
    uint64_t address; /**< Virtual (TLBI by VA), intermediate physical, or physical (IC_VA). */
    uint64_t length;  /**< Bytes of the range; 0 = the page that holds `address`. */
} iss_dvm;

/* ------------------------------------------------------------------ environment: events */

/** Something that happened in the PE, for stamps and traces. */
typedef enum iss_event_kind {
    ISS_EVENT_EXCEPTION, /**< An exception was recognised. `line` says whether by a line. */
    ISS_EVENT_HANDLER,   /**< The first instruction of its handler begins (same fields). */
    ISS_EVENT_ERET,      /**< An exception return; `el` is the level returned to. */
    ISS_EVENT_SLEEP,     /**< WFI or WFE put the PE to sleep. */
    ISS_EVENT_WAKE,      /**< It woke. */
    ISS_EVENT_COUNT
} iss_event_kind;

/** An event with its exact local time. */
typedef struct iss_event {
    uint8_t kind; /**< iss_event_kind. */
    uint8_t line; /**< iss_line that caused the exception, or ISS_LINE_COUNT. */
    uint8_t el;   /**< Exception level that is entered. */
    uint8_t from_el;
    uint64_t time_ps;
    uint64_t pc;  /**< Preferred return address; HANDLER: the vector; ERET: the target. */
    uint64_t esr; /**< Syndrome of a synchronous exception or SError. */
} iss_event;

/* ------------------------------------------------------------------ the environment */

/**
 * What the platform supplies. Every callback gets the `ctx` of `iss_env` as its last argument.
 * Optional callbacks may be NULL where the comment says so.
 */
typedef struct iss_env {
    uint32_t version; /**< ISS_PORT_VERSION. */
    void *ctx;

    /** One access on the bus. @p data holds or receives `access->size` bytes. */
    iss_status (*bus)(const iss_bus_access *access, void *data, uint64_t *time_ps, void *ctx);

    /**
     * A direct pointer to the memory around @p pa, if there is any: true and @p out filled in with
     * at least the 4 KiB page of @p pa, or false when the page must be accessed by `bus`.
     */
    bool (*direct)(uint64_t pa, bool secure, uint32_t rights, iss_direct *out, void *ctx);

    /** The PE state changed; pushed before the next access that could depend on it. */
    void (*pe_state)(const gic_pe_state *state, uint64_t time_ps, void *ctx);

    /** An ICC_, ICV_ or ICH_ register access (`access->reg` is a gic_sysreg). */
    gic_sysreg_result (*cpuif)(iss_sysreg_access *access, uint64_t *time_ps, void *ctx);

    /** A generic timer register access (`access->reg` is an iss_timer_reg), traps included. */
    gic_sysreg_result (*timer)(iss_sysreg_access *access, uint64_t *time_ps, void *ctx);

    /** DSB: ISS_OK when the CPU interface has no unacknowledged upstream message, else ISS_RETRY.
     */
    iss_status (*dsb)(uint64_t *time_ps, void *ctx);

    /** Broadcast to every other PE of the Inner Shareable domain. NULL: there is none. */
    void (*broadcast)(const iss_dvm *op, void *ctx);

    /* The global exclusive monitor (iss/domain.h implements these five for any platform). */

    /**
     * This PE's monitor is armed on [pa, pa + size). An ISS may keep that to itself as long as
     * nobody else can run: it calls this before any other callback and before `run` returns.
     */
    void (*exclusive_arm)(uint64_t pa, uint32_t size, bool secure, void *ctx);
    /** A store exclusive: true when this PE's monitor covers it; disarms in either case. */
    bool (*exclusive_claim)(uint64_t pa, uint32_t size, bool secure, void *ctx);
    /** CLREX, exception return, reset: disarm this PE's monitor, without an event. */
    void (*exclusive_clear)(void *ctx);
    /** A store by direct pointer to a page with ISS_RIGHT_WRITE_NOTIFY has been made. */
    void (*store_notify)(uint64_t pa, uint32_t size, bool secure, void *ctx);
    /**
     * This ISS keeps something derived from the content of [pa, pa + length) (decoded code). From
     * now on every store to it, by whomever, is followed by `iss_ops.invalidate`.
     */
    void (*code_cached)(uint64_t pa, uint64_t length, bool secure, void *ctx);

    /** A line out of the PE changed. NULL: not connected. */
    void (*line_out)(iss_line_out line, bool level, uint64_t time_ps, void *ctx);

    /** Stamps and traces. NULL: nobody listens. Must not call back into the ISS. */
    void (*event)(const iss_event *event, void *ctx);
    /** Events that `event` need not be called for: bit = iss_event_kind. */
    uint32_t unwanted_events;
} iss_env;

/* ------------------------------------------------------------------ configuration */

/** Which instruction a platform that serves PSCI itself wants to see. */
typedef enum iss_conduit { ISS_CONDUIT_NONE, ISS_CONDUIT_HVC, ISS_CONDUIT_SMC } iss_conduit;

/** Configuration of one PE; implementation specific options come by their own create function. */
typedef struct iss_config {
    uint32_t version;   /**< ISS_PORT_VERSION. */
    const char *cpu;    /**< "cortex-a53", "cortex-a57", "cortex-a72" or "max". */
    uint64_t mpidr;     /**< Affinity fields of MPIDR_EL1; bit 31 and U are the ISS's. */
    uint64_t period_ps; /**< Clock period, 1 to 1000000 ps. */
    uint64_t rvbar;     /**< Reset vector. */
    bool has_el2;
    bool has_el3;
    bool secure_only; /**< Without EL3: the PE is in Secure state. */
    bool semihosting; /**< HLT #0xF000 is a semihosting call, else UNDEFINED. */
    iss_conduit conduit;
    uint8_t gic_sysregs;     /**< ID_AA64PFR0_EL1.GIC: 0 none, 1 GICv3/4.0, 3 GICv4.1. */
    iss_cpi cpi;             /**< Cycles per instruction class; see iss/cpi.h. */
    struct a64_share *share; /**< What PEs of one kind may share (iss/a64.h), or NULL. */
    bool nmi;                /**< "max" only: FEAT_NMI, PSTATE.ALLINT and ISS_LINE_NMI. */
} iss_config;

/** Where a PE starts after reset. */
typedef struct iss_start {
    uint64_t pc;      /**< First instruction; config.rvbar for a hardware reset. */
    uint8_t el;       /**< Exception level, at its own stack pointer (ELxh); 0 = highest. */
    bool nonsecure;   /**< Below EL3 with EL3 implemented: start with SCR_EL3.NS = 1 ... */
    uint64_t x[4];    /**< x0 to x3 (device tree, PSCI context id). */
    uint64_t scr_el3; /**< ... and these further bits of SCR_EL3 (HCE, RW ... as firmware sets). */
} iss_start;

/** Registers that a debugger or loader reads and writes. */
typedef enum iss_reg {
    ISS_REG_X0 = 0,
    ISS_REG_X30 = 30,
    ISS_REG_SP, /**< The current stack pointer. */
    ISS_REG_PC,
    ISS_REG_PSTATE, /**< As SPSR would hold it. */
    ISS_REG_SP_EL0,
    ISS_REG_SP_EL1,
    ISS_REG_SP_EL2,
    ISS_REG_SP_EL3,
    ISS_REG_FPCR,
    ISS_REG_FPSR,
    ISS_REG_V0, /**< Lower half of V0; V0 + 2n and V0 + 2n + 1 are the halves of Vn. */
    ISS_REG_V31_HIGH = ISS_REG_V0 + 63,
    ISS_REG_COUNT
} iss_reg;

/** A debugger's access through the PE's current translation. */
typedef struct iss_debug_access {
    uint64_t address;
    uint32_t size; /**< Any number of bytes. */
    bool write;
    bool physical; /**< `address` is physical, in the current Security state. */
} iss_debug_access;

/* ------------------------------------------------------------------ the operations */

/** What an ISS implements. */
typedef struct iss_ops {
    uint32_t version; /**< ISS_PORT_VERSION. */
    const char *name; /**< "a64", "scripted", ... */

    /**
     * Creates a PE in reset state; it may call `pe_state` and `exclusive_clear` before it returns.
     * NULL with a reason of one line in @p error (at least 160 bytes).
     */
    iss *(*create)(const iss_config *config, const iss_env *env, char *error, size_t error_size);
    void (*destroy)(iss *pe);

    /** Resets the PE and places it at @p start. Time goes on. Reentrant: at the next boundary. */
    void (*reset)(iss *pe, const iss_start *start);

    /** Executes until a limit or a reason to stop. */
    void (*run)(iss *pe, const iss_until *until, iss_result *result);
    /** Executes one instruction, or takes one exception; breakpoints at PC are ignored. */
    void (*step)(iss *pe, iss_result *result);
    /** The current `run` ends after the current instruction. Reentrant. */
    void (*request_stop)(iss *pe);

    /** A line's level. Reentrant: seen at the next instruction boundary. */
    void (*set_line)(iss *pe, iss_line line, bool level);
    /** Sets the event register (SEV of another PE, event stream, monitor cleared). Reentrant. */
    void (*set_event)(iss *pe);
    /** True when a sleeping PE would wake, or a running one is not asleep at all. */
    bool (*runnable)(const iss *pe);

    /** Local time. */
    uint64_t (*time)(const iss *pe);
    /** Moves local time forward to the first clock edge at or after @p time_ps; never back. */
    void (*advance)(iss *pe, uint64_t time_ps);
    /** Next own deadline (PMU overflow) in local time, or ISS_TIME_NEVER. */
    uint64_t (*deadline)(const iss *pe);
    void (*counters)(const iss *pe, iss_counters *out);

    /** Direct pointers to [pa, pa + length) lose @p rights (ISS_RIGHT_*). Reentrant. */
    void (*invalidate_direct)(iss *pe, uint64_t pa, uint64_t length, uint32_t rights);
    /** The content of [pa, pa + length) was written by someone else. Reentrant. */
    void (*invalidate)(iss *pe, uint64_t pa, uint64_t length);
    /** Maintenance broadcast by another PE. Reentrant. */
    void (*dvm)(iss *pe, const iss_dvm *op);

    uint64_t (*get_reg)(const iss *pe, iss_reg reg);
    void (*set_reg)(iss *pe, iss_reg reg, uint64_t value);
    /**
     * A system register by its MRS encoding (op0:op1:CRn:CRm:op2 as bits [15:0], op0 in [15:14]);
     * false when there is none. For debuggers: no traps, no side effects.
     */
    bool (*get_sysreg)(iss *pe, uint32_t encoding, uint64_t *value);
    /** Debugger's memory access; the number of bytes done before the first that cannot be. */
    uint32_t (*memory)(iss *pe, const iss_debug_access *access, void *data);
    /** Adds or removes a breakpoint at a virtual address; false when there is no room. */
    bool (*breakpoint)(iss *pe, uint64_t address, bool add);
    /** Adds or removes a watchpoint on [address, address + length), on reads and/or writes. */
    bool (*watchpoint)(iss *pe, uint64_t address, uint64_t length, uint32_t rights, bool add);

    /** Checkpoint: bytes needed, save, load (false when the image is not of this ISS). */
    size_t (*save_size)(const iss *pe);
    void (*save)(const iss *pe, void *image);
    bool (*load)(iss *pe, const void *image, size_t size);
} iss_ops;

/** Name of a stop reason, for messages. */
const char *iss_stop_name(iss_stop reason);

#ifdef __cplusplus
}
#endif

#endif
