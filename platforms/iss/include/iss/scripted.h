/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scripted PE: a second implementation of the ISS port, driven by a table of steps.
 *
 * Each step is one instruction: an access, a system register access, a wait, a change of state. It
 * takes interrupts as a PE does: between two steps, when unmasked, it calls the handler script and
 * returns to where it was. Values read go to a result log that the test inspects.
 */
#ifndef ISS_SCRIPTED_H
#define ISS_SCRIPTED_H

#include "iss/iss.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a step does. Numbers in brackets are the members of the step that it uses. */
typedef enum iss_script_op {
    ISS_SCRIPT_READ,     /**< Bus read [address, size] -> log. */
    ISS_SCRIPT_WRITE,    /**< Bus write [address, size, value]. */
    ISS_SCRIPT_POLL,     /**< Bus read until (data & mask) == value [address, size, value, mask]. */
    ISS_SCRIPT_GIC_READ, /**< CPU interface register read [reg] -> log. */
    ISS_SCRIPT_GIC_WRITE,   /**< CPU interface register write [reg, value]. */
    ISS_SCRIPT_GIC_EOI,     /**< Write the value last logged to a CPU interface register [reg]. */
    ISS_SCRIPT_TIMER_READ,  /**< Generic timer register read [reg] -> log. */
    ISS_SCRIPT_TIMER_WRITE, /**< Generic timer register write [reg, value]. */
    ISS_SCRIPT_DSB,
    ISS_SCRIPT_WFI,
    ISS_SCRIPT_WFE,
    ISS_SCRIPT_SEV,
    ISS_SCRIPT_MASK,    /**< PSTATE.I and F := bits 0 (I) and 1 (F) of value. */
    ISS_SCRIPT_STATE,   /**< Enter Exception level `value` (0 to 3), SCR_EL3 bits from `mask`. */
    ISS_SCRIPT_SPIN,    /**< Do nothing for `value` cycles. */
    ISS_SCRIPT_LDXR,    /**< Load exclusive [address, size] -> log. */
    ISS_SCRIPT_STXR,    /**< Store exclusive [address, size, value]; log 0 done, 1 failed. */
    ISS_SCRIPT_JUMP,    /**< Continue at step `value` of the same script. */
    ISS_SCRIPT_CONDUIT, /**< Stop with ISS_STOP_CONDUIT; x0 = value, x1 = address. */
    ISS_SCRIPT_RETURN,  /**< End of a handler: return to the interrupted step. */
    ISS_SCRIPT_HALT     /**< No program left. */
} iss_script_op;

/** One step. */
typedef struct iss_script_step {
    uint8_t op;   /**< iss_script_op. */
    uint8_t size; /**< Bytes of a bus access. */
    uint16_t reg; /**< gic_sysreg or iss_timer_reg. */
    uint64_t address;
    uint64_t value;
    uint64_t mask;
} iss_script_step;

/** SCR bits of ISS_SCRIPT_STATE's mask. */
enum { ISS_SCRIPT_SCR_NS = 1u << 0, ISS_SCRIPT_SCR_IRQ = 1u << 1, ISS_SCRIPT_SCR_FIQ = 1u << 2 };

/** One line of the log: what a step read, and when. */
typedef struct iss_script_log {
    uint32_t script; /**< 0 main, 1 IRQ handler, 2 FIQ handler. */
    uint32_t step;
    uint8_t status; /**< iss_status or gic_sysreg_result. */
    uint64_t value;
    uint64_t time_ps;
} iss_script_log;

/** The operations of the scripted PE. */
const iss_ops *iss_scripted_ops(void);

/**
 * Gives @p pe its three scripts (main, IRQ handler, FIQ handler; the handlers may be NULL when the
 * main script keeps interrupts masked) and the array that it logs to. The caller keeps them alive.
 */
void iss_scripted_program(iss *pe, const iss_script_step *main_script,
                          const iss_script_step *irq_handler, const iss_script_step *fiq_handler,
                          iss_script_log *log, size_t log_capacity);

/** Lines logged so far (never more than the capacity; the rest is counted but not kept). */
size_t iss_scripted_logged(const iss *pe);

#ifdef __cplusplus
}
#endif

#endif
