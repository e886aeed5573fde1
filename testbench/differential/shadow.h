/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file shadow.h
 * @brief What a program has written so far, as far as it decides where the machines are known to
 * differ: the groups of SGIs, the group enables of the CPU interfaces.
 *
 * The generator keeps one to put such places where they do no harm; the rows of known.def replay
 * the program into one to be exact.
 */
#ifndef DIFF_SHADOW_H
#define DIFF_SHADOW_H

#include "step.h"

/** Groups as the architecture numbers them here. */
typedef enum diff_group { DIFF_GROUP_0, DIFF_GROUP_1S, DIFF_GROUP_1NS } diff_group;

/** Words of INTIDs that the board has. */
#define DIFF_WORDS 9u

/** State written by the program. */
typedef struct diff_shadow {
    bool ds; /**< One Security state. */
    uint32_t igroupr0[DIFF_MAX_PES], igrpmodr0[DIFF_MAX_PES], nsacr[DIFF_MAX_PES];
    uint32_t igroupr[DIFF_WORDS], igrpmodr[DIFF_WORDS]; /**< Of SPIs: word 0 is not used. */
    uint8_t igrpen[DIFF_MAX_PES];                       /**< Bit per diff_group. */
    uint32_t asleep;            /**< PEs whose GICR_WAKER.ProcessorSleep is set. */
    uint32_t narrow;            /**< PEs whose GICR_PROPBASER has fewer than 16 INTID bits. */
    uint32_t lpis;              /**< PEs whose GICR_CTLR.EnableLPIs is set. */
    uint8_t bpr[DIFF_MAX_PES];  /**< Largest binary point written to ICC_BPR0 of the PE. */
    uint8_t vbpr[DIFF_MAX_PES]; /**< The same of the virtual interface, as VBPR0 counts. */
    uint32_t wide;              /**< PEs whose guest wrote more than seven to ICC_BPR. */
    /** Of a GICv2, besides igroupr0, igroupr, bpr and vbpr. */
    struct {
        uint8_t gicd_ctlr;                                        /**< In the Secure view. */
        uint32_t gicc_ctlr[DIFF_MAX_PES];                         /**< In the Secure view. */
        uint8_t pmr[DIFF_MAX_PES];                                /**< In the Secure view. */
        uint8_t point[DIFF_MAX_PES], aliased_point[DIFF_MAX_PES]; /**< GICC_BPR, GICC_ABPR. */
        uint32_t enabled[DIFF_MAX_PES];                           /**< SGIs and PPIs. */
        uint8_t targets[32 * DIFF_WORDS];                         /**< GICD_ITARGETSR of SPIs. */
        /** In the Secure view; those of INTIDs 0 to 31 are banked. */
        uint8_t own_priority[DIFF_MAX_PES][32], priority[32 * DIFF_WORDS];
    } v2;
} diff_shadow;

/** The state before the first step. */
void shadow_reset(diff_shadow *s, const diff_program *program);

/** One step more. */
void shadow_step(diff_shadow *s, const diff_program *program, const diff_step *step);

/** The state before step @p number. */
void shadow_replay(diff_shadow *s, const diff_program *program, uint32_t number);

/** Whether every PE can have every LPI: else MOVI and MOVALL differ (known.def, move_to_nowhere).
 */
bool shadow_moves_alike(const diff_shadow *s, const diff_program *program);

/** Whether the access of the step is Secure: all of EL3's are. */
bool step_is_secure(const diff_program *program, const diff_step *step);

/** Whether registers of the group (0 or 1) are those of the virtual interface in the step's world.
 */
bool step_is_virtual(const diff_program *program, const diff_step *step, unsigned group);

/** Whether those of either group are. */
bool step_is_guest(const diff_program *program, const diff_step *step);

/** Groups whose registers the one of this number belongs to: bit 0, bit 1; both for what is common
 *  to them, none for what has no virtual form. */
unsigned register_groups(uint64_t number);

/** Whether register @p number is that of the virtual interface in the step's world. */
bool register_is_virtual(const diff_program *program, const diff_step *step, uint64_t number);

/** Priority of interrupt @p intid of a GICv2, of SGIs and PPIs that of @p pe. */
uint8_t shadow_priority(const diff_shadow *s, unsigned pe, unsigned intid);

/** Group of interrupt @p intid, an LPI as well; of SGIs and PPIs that of @p pe. */
diff_group shadow_group(const diff_shadow *s, unsigned pe, unsigned intid);

/** What a write of an SGI register asks for. */
typedef struct sgi_request {
    unsigned intid;
    uint32_t targets; /**< PEs that it names, whatever their groups are. */
    bool range;       /**< RS is not zero: nobody here is meant. */
} sgi_request;

/** Takes a write of ICC_SGI0R, SGI1R or ASGI1R apart. */
sgi_request sgi_decode(const diff_program *program, const diff_step *step);

/** PEs for which the machines are known to forward this SGI differently by the group that it has
 *  there (S-04, S-06), whatever its range is. */
uint32_t sgi_differs_by_group(const diff_shadow *s, const diff_program *program,
                              const diff_step *step);

/** The same, and those that QEMU takes for its targets though its range names others (S-01). */
uint32_t sgi_differs(const diff_shadow *s, const diff_program *program, const diff_step *step);

#endif
