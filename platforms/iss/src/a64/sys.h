/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions, translation, system registers, performance monitors: what slow paths call. */
#ifndef A64_SYS_H
#define A64_SYS_H

#include "exec.h"

/* ------------------------------------------------------------------ exceptions */

/** Exception classes (ESR_ELx.EC). */
enum {
    A64_EC_UNKNOWN = 0x00,
    A64_EC_WFX = 0x01,
    A64_EC_FP = 0x07,
    A64_EC_ILLEGAL = 0x0e,
    A64_EC_SVC = 0x15,
    A64_EC_HVC = 0x16,
    A64_EC_SMC = 0x17,
    A64_EC_SYSREG = 0x18,
    A64_EC_IABT_LOWER = 0x20,
    A64_EC_IABT_SAME = 0x21,
    A64_EC_PC_ALIGN = 0x22,
    A64_EC_DABT_LOWER = 0x24,
    A64_EC_DABT_SAME = 0x25,
    A64_EC_SP_ALIGN = 0x26,
    A64_EC_SERROR = 0x2f,
    A64_EC_STEP_LOWER = 0x32,
    A64_EC_STEP_SAME = 0x33,
    A64_EC_BRK = 0x3c
};

/** Fault status codes without their level (DFSC, IFSC). */
enum {
    A64_FSC_ADDRESS_SIZE = 0x00,
    A64_FSC_TRANSLATION = 0x04,
    A64_FSC_ACCESS_FLAG = 0x08,
    A64_FSC_PERMISSION = 0x0c,
    A64_FSC_EXTERNAL = 0x10,
    A64_FSC_EXTERNAL_WALK = 0x14,
    A64_FSC_ALIGNMENT = 0x21,
    A64_FSC_UNSUPPORTED = 0x35,
    A64_FSC_RETRY = 0xff /**< No fault: the run stops, a bus answered ISS_RETRY. */
};

/* ISS of a data abort. */
enum {
    A64_ISS_WNR = 1u << 6,
    A64_ISS_S1PTW = 1u << 7,
    A64_ISS_CM = 1u << 8,
    A64_ISS_AR_SHIFT = 14,
    A64_ISS_SF_SHIFT = 15,
    A64_ISS_SRT_SHIFT = 16,
    A64_ISS_SSE_SHIFT = 21,
    A64_ISS_SAS_SHIFT = 22,
    A64_ISS_ISV = 1u << 24
};

/** A syndrome: class, IL and ISS. */
static inline uint64_t a64_esr(unsigned ec, bool il, uint32_t iss_bits)
{
    return (uint64_t)ec << 26 | (uint64_t)il << 25 | iss_bits;
}

/** Exception level that a synchronous exception of the current one goes to by default. */
unsigned a64_sync_target(const a64_cpu *c);

/** The same of a debug exception: MDCR_EL2.TDE has a say. */
unsigned a64_debug_target(const a64_cpu *c);

/** Takes a synchronous exception to @p el; @p elr is the preferred return address. */
void a64_take_sync(a64_cpu *c, unsigned el, uint64_t esr, uint64_t elr);

/** The same, setting FAR_ELx. */
void a64_take_fault(a64_cpu *c, unsigned el, uint64_t esr, uint64_t far, uint64_t elr);

/** Why an address could not be translated or accessed: see a64_xlat. */
typedef struct a64_xlat a64_xlat;

/**
 * The abort of an instruction fetch or of a data access at @p va, to the level that it belongs to.
 * @p bits: WnR and CM, and the syndrome of the instruction as far as stage 2 reports one.
 */
void a64_take_abort(a64_cpu *c, const a64_xlat *x, uint64_t va, uint32_t bits, bool fetch);

/** UNDEFINED at the current instruction. */
void a64_take_undefined(a64_cpu *c);

/** Takes the SError, FIQ or IRQ that can be taken now; false when there is none. */
bool a64_take_pending(a64_cpu *c);

/** Superpriority of IRQ, FIQ and the virtual ones, where they are asserted; false without FEAT_NMI.
 */
bool a64_super_irq(const a64_cpu *c);
bool a64_super_fiq(const a64_cpu *c);
bool a64_super_virq(const a64_cpu *c);
bool a64_super_vfiq(const a64_cpu *c);

/** A64_ATTN_LINE after a change of lines, masks or routing: a64_take_pending() decides, once. */
void a64_update_lines(a64_cpu *c);

/** True when an interrupt would end WFI (whatever PSTATE masks) or WFE (only what is unmasked). */
bool a64_wakeup(const a64_cpu *c, bool wfe);

/** PSTATE in SPSR form. */
uint64_t a64_pstate(const a64_cpu *c);

/** Exception return to SPSR and ELR of the current level. */
void a64_eret(a64_cpu *c);

/** Changes level and stack pointer, buffers of the context included. */
void a64_set_el(a64_cpu *c, unsigned el, unsigned sp_sel);

/** Selects the stack pointer of PSTATE.SP. */
void a64_set_spsel(a64_cpu *c, unsigned sp_sel);

/** Recomputes `fp_trap` after a change of level or of a register that decides it. */
void a64_update_fp_trap(a64_cpu *c);

/** The trap of a SIMD or floating-point instruction at `a.pc`. */
void a64_take_fp_trap(a64_cpu *c);

/** After a write that moves the context: buffers, stack check, PE state, lines. */
void a64_context_changed(a64_cpu *c);

/** Reports an event, if somebody listens. */
void a64_report(a64_cpu *c, iss_event_kind kind, unsigned line, unsigned from_el, uint64_t pc,
                uint64_t esr);

/** Number of implemented Exception levels' highest. */
unsigned a64_highest_el(const a64_cpu *c);

/* ------------------------------------------------------------------ translation */

/** Why an access is made. */
typedef enum a64_intent { A64_READ, A64_WRITE, A64_EXEC } a64_intent;

/** Result of a translation. */
struct a64_xlat {
    uint64_t pa;
    uint64_t ipa; /**< On failure by stage 2: the address that it was asked for. */
    bool secure;
    bool device;  /**< Device memory, stage 1 off included. */
    bool stage2;  /**< On failure: by stage 2. With `device`: Device memory by stage 2 alone. */
    bool s1ptw;   /**< On failure by stage 2: for a table of stage 1. */
    uint8_t attr; /**< MAIR byte. */
    uint8_t sh;   /**< Shareability, as in a descriptor. */
    uint8_t fsc;  /**< On failure: complete fault status code. */
};

/** Translates @p va in context @p ctx, all stages; false with `fsc` and its kin set. */
bool a64_translate(a64_cpu *c, uint64_t va, a64_ctx ctx, a64_intent intent, a64_xlat *x);

/** Stage 1 alone, for AT: `pa` is the intermediate physical address. Tables go through stage 2. */
bool a64_translate_stage1(a64_cpu *c, uint64_t va, a64_ctx ctx, a64_intent intent, a64_xlat *x);

/** The context of the current state, or that of EL0 for unprivileged accesses. */
a64_ctx a64_context(const a64_cpu *c);

/** EL0's context of EL1&0 in the Security state below EL3. */
static inline a64_ctx a64_ctx_el0(const a64_cpu *c)
{
    return a64_secure_below3(c) ? A64_CTX_S_EL0 : A64_CTX_NS_EL0;
}

/** The context in which PSTATE.PAN does not apply: cache maintenance, AT, debuggers. */
static inline a64_ctx a64_ctx_plain(const a64_cpu *c)
{
    return (a64_ctx)(c->ctx < A64_CTX_EL2 && c->ctx % 3u == 2u ? c->ctx - 1u : c->ctx);
}

/** The context of LDTR and STTR. */
static inline a64_ctx a64_ctx_unprivileged(const a64_cpu *c)
{
    bool as_el0 = c->a.el == 1u || (c->a.el == 2u && a64_is_host(a64_hcr(c)));
    return (a64_ctx)(as_el0 ? c->ctx - c->ctx % 3u : c->ctx);
}

/** Sets PSTATE.PAN (of a core that has it) and what depends on it. */
void a64_set_pan(a64_cpu *c, bool pan);

/** The first of the contexts of a regime, and how many there are. */
a64_ctx a64_regime_ctx(a64_regime regime, unsigned *count);
a64_regime a64_ctx_regime(unsigned ctx);

/** SCTLR of a regime. */
uint64_t a64_sctlr(const a64_cpu *c, unsigned regime);

/** The SCTLR whose controls over EL0 are in force. */
static inline uint64_t a64_sctlr_el0(const a64_cpu *c)
{
    return c->a.sys[a64_is_host(a64_hcr(c)) ? S_SCTLR_EL2 : S_SCTLR_EL1];
}

/** Removes the tag of an address as a branch does. */
uint64_t a64_canonical(const a64_cpu *c, uint64_t va);

/** The current ASID of a regime; 0 where there are none. */
uint16_t a64_asid(const a64_cpu *c, unsigned regime);

/** The current VMID. */
uint16_t a64_vmid(const a64_cpu *c);

/** What entries of a regime are tagged with now. */
uint32_t a64_tlb_key(const a64_cpu *c, unsigned regime);

/** TLB: look up, insert, invalidate; drop the derived buffers. */
const a64_tlbe *a64_tlb_find(const a64_cpu *c, uint64_t va, unsigned regime);
void a64_tlb_insert(a64_cpu *c, uint64_t va, const a64_tlbe *e);
/** Notes where a block lies: for a TLB whose entries were restored. */
void a64_tlb_note_block(a64_tlb *t, const a64_tlbe *e);
void a64_tlb_invalidate(a64_cpu *c, const iss_dvm *op);
void a64_flush_buffers(a64_cpu *c);
void a64_flush_context(a64_cpu *c, unsigned ctx);
/** The contexts of one regime. */
void a64_flush_regime(a64_cpu *c, a64_regime regime);
/** Data tags that need one of these rights (ISS_RIGHT_*), in every context. */
void a64_flush_data(a64_cpu *c, uint32_t rights);

/**
 * AT: translates for PAR_EL1, by stage 1 alone or by @p both stages. False when an exception has
 * been taken or the run stops.
 */
bool a64_address_translate(a64_cpu *c, uint64_t va, a64_ctx ctx, a64_intent intent, bool both);

/* ------------------------------------------------------------------ code */

/** Decoded pages, shared by PEs that are given the same one. */
a64_code *a64_code_create(const iss_config *config, const a64_model *model);
/** One more or one less PE uses it; the last one frees it. */
a64_code *a64_code_share(a64_code *code);
void a64_code_release(a64_code *code);
/** Around `run`: pages are forgotten, when there are too many, only while no PE is inside. */
void a64_code_enter(a64_code *code);
void a64_code_leave(a64_code *code);
/** Grows whenever pages were forgotten: buffers derived before are stale. */
uint64_t a64_code_generation(const a64_code *code);
/** Slots of the page at @p pa whose bytes are at @p host; made when there are none. */
const a64_op *a64_code_page(a64_cpu *c, uint64_t pa, bool secure, const uint8_t *host);
/** Decodes anew what lies in [pa, pa + length). */
void a64_code_invalidate(a64_code *code, uint64_t pa, uint64_t length);
/** Forgets the pages in [pa, pa + length): host pointers to them were taken back. */
void a64_code_forget(a64_code *code, uint64_t pa, uint64_t length);

/** Slot of the instruction at `a.pc`; NULL when an exception was taken or the run stops. */
const a64_op *a64_fetch(a64_cpu *c);

/* ------------------------------------------------------------------ system registers */

/** Executes MRS/MSR (register) and SYS. */
void a64_op_sysreg(a64_cpu *c, const a64_op *o, int64_t acc);
/** The same of a register of the CPU interface: `imm` is its gic_sysreg. */
void a64_op_gic(a64_cpu *c, const a64_op *o, int64_t acc);
void a64_op_sys(a64_cpu *c, const a64_op *o, int64_t acc);

/**
 * What an encoding (op0:op1:CRn:CRm:op2) is: row index + 1 in the lower half, 0 for none; of what
 * E2H redirects at EL2 the other row's in the upper half; A64_SYSREG_ALIAS for an _EL12 or _EL02
 * form, which exists at EL2 with E2H.
 */
uint64_t a64_sysreg_row(uint32_t encoding);

/** Whether a64_sysreg_row() found a register of the CPU interface: @p reg is its gic_sysreg. */
bool a64_sysreg_is_gic(uint64_t which, uint64_t *reg);
#define A64_SYSREG_ALIAS A64_BIT(32)

/** Row index + 1 of a SYS operation (op1:CRn:CRm:op2), 0 for none. */
unsigned a64_sysop_row(uint32_t encoding);

/** Reset values of every stored register. */
void a64_sysregs_reset(a64_cpu *c);

/** Debugger's read. */
bool a64_sysreg_peek(a64_cpu *c, uint32_t encoding, uint64_t *value);

/** Bits of register class traps: takes the trap that a row asks for, true when it did. */
bool a64_trap_sysreg(a64_cpu *c, unsigned el, uint32_t raw);

/* ------------------------------------------------------------------ performance monitors */

void a64_pmu_reset(a64_cpu *c);
/** Brings the counters up to now; called before anything they depend on changes. */
void a64_pmu_sync(a64_cpu *c);
/** After a change of enables, overflow flags or interrupt enables. */
void a64_pmu_update(a64_cpu *c);
/** Cycles until the next overflow that raises the line, at the earliest; UINT64_MAX: never. */
uint64_t a64_pmu_next_overflow(const a64_cpu *c);
/** Whether a counter that counts could raise the line. */
static inline bool a64_pmu_interrupts(const a64_cpu *c)
{
    return (c->a.sys[S_PMINTENSET_EL1] & c->a.sys[S_PMCNTENSET_EL0]) != 0;
}
static inline uint64_t a64_pmu_deadline(const a64_cpu *c)
{
    return A64_LIKELY(!a64_pmu_interrupts(c)) ? UINT64_MAX : a64_pmu_next_overflow(c);
}
uint64_t a64_pmu_read(a64_cpu *c, unsigned counter);
void a64_pmu_write(a64_cpu *c, unsigned counter, uint64_t value);
void a64_pmu_write_control(a64_cpu *c, uint64_t value);
void a64_pmu_increment(a64_cpu *c, uint32_t counters);
/** Event counters that the current level may see: MDCR_EL2.HPMN below EL2. */
unsigned a64_pmu_visible(const a64_cpu *c);
/** PMCEID0_EL0: the events that are counted. */
uint64_t a64_pmu_events(void);

#endif
