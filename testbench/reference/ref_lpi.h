/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LPIs of one Redistributor the slow and obvious way: one byte for each INTID says whether it is
 * pending, another what its configuration is, and every question is answered by looking at all of
 * them. Written from rules, and from nothing else.
 */
#ifndef REF_LPI_H
#define REF_LPI_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** INTID of nothing. */
#define REF_LPI_NONE UINT32_C(1023)

typedef struct ref_lpi {
    uint8_t *pending;      /**< By INTID, `limit` of them: 0 or 1. */
    const uint8_t *config; /**< By INTID - 8192: the bytes of the property table that count. */
    uint32_t limit;        /**< INTIDs from here on do not exist. */
    uint8_t implemented;   /**< Mask of the implemented priority bits. */
    bool two_states;       /**< GICD_CTLR.DS = 0. */
} ref_lpi;

/** Whether the INTID is an LPI that exists. */
bool ref_lpi_exists(const ref_lpi *ref, uint32_t intid);
/** Priority as the CPU interface compares it. */
uint8_t ref_lpi_priority(const ref_lpi *ref, uint32_t intid);
/** Whether its configuration enables it. */
bool ref_lpi_enabled(const ref_lpi *ref, uint32_t intid);
/** Make it pending; false when it was, or does not exist. */
bool ref_lpi_set(ref_lpi *ref, uint32_t intid);
/** Make it not pending; false when it was not. */
bool ref_lpi_clear(ref_lpi *ref, uint32_t intid);
/** The pending and enabled one of the best priority, the lowest INTID of equals, or REF_LPI_NONE.
 */
uint32_t ref_lpi_best(const ref_lpi *ref);
/** How many are pending. */
uint32_t ref_lpi_count(const ref_lpi *ref);
/** Give all that is pending to @p to (T-13). */
void ref_lpi_move_all(ref_lpi *ref, ref_lpi *to);

#ifdef __cplusplus
}
#endif

#endif
