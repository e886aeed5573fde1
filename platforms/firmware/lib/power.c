/* SPDX-License-Identifier: Apache-2.0 */
/* The end of the program: semihosting, else PSCI, else sleep. */
#include "fw/io.h"
#include "fw/psci.h"

#define SEMIHOST_SYS_EXIT            0x18
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

/** A semihosting call; returns when nobody serves it and HLT is skipped by the handler. */
static uint64_t semihost(uint64_t operation, const void *block)
{
    register uint64_t x0 __asm__("x0") = operation;
    register const void *x1 __asm__("x1") = block;
    __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    return x0;
}

void power_off(unsigned code)
{
    /* Without semihosting HLT is an exception, whose handler ends here again. Under a hypervisor
     * nobody serves it: the boot argument semihosting=0 says so. */
    static volatile bool tried;
    uint64_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, code};
    if (!tried && bootarg_number("semihosting", 1) != 0) {
        tried = true;
        semihost(SEMIHOST_SYS_EXIT, block);
    }
    if (psci_available()) {
        psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
    }
    for (;;) {
        wfi();
    }
}
