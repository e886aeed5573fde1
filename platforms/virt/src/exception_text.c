/* SPDX-License-Identifier: Apache-2.0 */
#include "exception_text.h"

#include <stddef.h>

enum { EC_LSB = 26, EC_MASK = 0x3f };

/* What a class means; a hole has no name. */
typedef struct class_row {
    const char *name;
    bool fault, far;
} class_row;

static const class_row classes[EC_MASK + 1] = {
    [0x00] = {"undefined instruction", true, false},
    [0x01] = {"trapped WFI or WFE", false, false},
    [0x07] = {"trapped SIMD or floating-point instruction", true, false},
    [0x0e] = {"illegal execution state", true, false},
    [0x15] = {"SVC", false, false},
    [0x16] = {"HVC", false, false},
    [0x17] = {"SMC", false, false},
    [0x18] = {"trapped system register", true, false},
    [0x20] = {"instruction abort from a lower level", true, true},
    [0x21] = {"instruction abort", true, true},
    [0x22] = {"PC alignment fault", true, true},
    [0x24] = {"data abort from a lower level", true, true},
    [0x25] = {"data abort", true, true},
    [0x26] = {"SP alignment fault", true, false},
    [0x2c] = {"floating-point exception", true, false},
    [0x2f] = {"SError", true, false},
    [0x30] = {"breakpoint from a lower level", false, false},
    [0x31] = {"breakpoint", false, false},
    [0x32] = {"software step from a lower level", false, false},
    [0x33] = {"software step", false, false},
    [0x34] = {"watchpoint from a lower level", false, true},
    [0x35] = {"watchpoint", false, true},
    [0x3c] = {"BRK", false, false},
};

unsigned vp_exception_class(uint64_t esr)
{
    return (unsigned)(esr >> EC_LSB) & EC_MASK;
}

const char *vp_exception_name(uint64_t esr)
{
    const char *name = classes[vp_exception_class(esr)].name;

    return name != NULL ? name : "exception";
}

bool vp_exception_is_fault(uint64_t esr)
{
    return classes[vp_exception_class(esr)].fault;
}

bool vp_exception_has_far(uint64_t esr)
{
    return classes[vp_exception_class(esr)].far;
}
