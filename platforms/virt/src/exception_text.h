/* SPDX-License-Identifier: Apache-2.0 */
/* What a syndrome says, in words. */
#ifndef VIRT_EXCEPTION_TEXT_H
#define VIRT_EXCEPTION_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Exception class of a syndrome: ESR_ELx.EC. */
unsigned vp_exception_class(uint64_t esr);

/** "data abort", "SVC", ...; "exception" for a class that has no words here. */
const char *vp_exception_name(uint64_t esr);

/** Whether it is a fault, which its handler has to put right: aborts, misalignment, instructions
 *  that are undefined or not permitted; not calls and breakpoints. */
bool vp_exception_is_fault(uint64_t esr);

/** Whether FAR_ELx has the address of the fault. */
bool vp_exception_has_far(uint64_t esr);

#ifdef __cplusplus
}
#endif

#endif
