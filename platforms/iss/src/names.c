/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the port's enumerations, and the CPI table. */
#include <string.h>

#include "iss/iss.h"

const char *iss_stop_name(iss_stop reason)
{
    static const char *const names[ISS_STOP_COUNT] = {
        "limit",      "request",    "wfi",  "wfe",  "conduit", "semihosting",
        "breakpoint", "watchpoint", "step", "sync", "reset",   "halted"};
    return reason < ISS_STOP_COUNT ? names[reason] : "?";
}

const char *iss_timer_reg_name(iss_timer_reg reg)
{
    static const char *const names[ISS_TIMER_REG_COUNT] = {
#define ISS_TIMER_REG(name) #name,
#include "iss/timer.def"
#undef ISS_TIMER_REG
    };
    return reg < ISS_TIMER_REG_COUNT ? names[reg] : "?";
}

/** A row of the CPI table. */
typedef struct cpi_row {
    const char *name;
    uint16_t cycles;
    const char *meaning;
} cpi_row;

static const cpi_row cpi_rows[ISS_CPI_COUNT] = {
#define ISS_CPI(name, cycles, meaning) {#name, cycles, meaning},
#include "iss/cpi.def"
#undef ISS_CPI
};

void iss_cpi_default(iss_cpi *cpi)
{
    for (unsigned i = 0; i < ISS_CPI_COUNT; i++)
        cpi->cycles[i] = cpi_rows[i].cycles;
}

const char *iss_cpi_name(unsigned cls)
{
    return cls < ISS_CPI_COUNT ? cpi_rows[cls].name : NULL;
}

const char *iss_cpi_meaning(unsigned cls)
{
    return cls < ISS_CPI_COUNT ? cpi_rows[cls].meaning : NULL;
}

unsigned iss_cpi_min(unsigned cls)
{
    return cls == ISS_CPI_entry || cls == ISS_CPI_wake ? 0u : 1u;
}

bool iss_cpi_set(iss_cpi *cpi, const char *name, uint64_t cycles)
{
    for (unsigned i = 0; i < ISS_CPI_COUNT; i++) {
        if (strcmp(cpi_rows[i].name, name) != 0)
            continue;
        if (cycles < iss_cpi_min(i) || cycles > UINT16_MAX)
            return false;
        cpi->cycles[i] = (uint16_t)cycles;
        return true;
    }
    return false;
}
