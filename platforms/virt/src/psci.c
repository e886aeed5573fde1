/* SPDX-License-Identifier: Apache-2.0 */
#include "psci.h"

#include <stddef.h>
#include <string.h>

#include "board.h"
#include "machine.h"

/* Function identifiers; those with a 64-bit form have bit 30 set in it. */
enum {
    FN_VERSION = 0x00,
    FN_CPU_SUSPEND = 0x01,
    FN_CPU_OFF = 0x02,
    FN_CPU_ON = 0x03,
    FN_AFFINITY_INFO = 0x04,
    FN_MIGRATE = 0x05,
    FN_MIGRATE_INFO_TYPE = 0x06,
    FN_MIGRATE_INFO_UP_CPU = 0x07,
    FN_SYSTEM_OFF = 0x08,
    FN_SYSTEM_RESET = 0x09,
    FN_FEATURES = 0x0a
};

#define SMCCC_VERSION_CALL 0x80000000u
#define PSCI_BASE32        0x84000000u
#define PSCI_BASE64        0xc4000000u
#define PSCI_CALL_MASK     0xffffffe0u
#define SMCCC_VERSION_1_1  0x10001
#define PSCI_VERSION_1_1   0x10001

enum {
    PSCI_SUCCESS = 0,
    PSCI_NOT_SUPPORTED = -1,
    PSCI_INVALID_PARAMETERS = -2,
    PSCI_ALREADY_ON = -4,
    PSCI_IS_ON_PENDING = -5,
    PSCI_INVALID_ADDRESS = -9,
    AFFINITY_ON = 0,
    AFFINITY_OFF = 1,
    AFFINITY_ON_PENDING = 2,
    TRUSTED_OS_ABSENT = 2
};

#define POWER_STATE_TYPE (UINT64_C(1) << 16) /* power-down instead of standby */
#define MPIDR_MASK       UINT64_C(0xff00ffffff)

void psci_init(psci *p, uint32_t pes)
{
    memset(p, 0, sizeof *p);
    p->pes = pes;
    p->power[0] = PSCI_ON;
}

void psci_started(psci *p, uint32_t pe)
{
    p->power[pe] = PSCI_ON;
}

/* The PE of an MPIDR; false when there is none. */
static bool psci_find(const psci *p, uint64_t mpidr, uint32_t *pe)
{
    const uint64_t cluster = (mpidr >> 8) & 0xffffff;
    const uint64_t core = mpidr & 0xff;

    if ((mpidr & ~MPIDR_MASK) != 0 || mpidr >> 32 != 0 || core >= VP_CPUS_PER_CLUSTER ||
        cluster * VP_CPUS_PER_CLUSTER + core >= p->pes)
        return false;
    *pe = (uint32_t)(cluster * VP_CPUS_PER_CLUSTER + core);
    return true;
}

static int64_t psci_cpu_on(psci *p, const uint64_t x[4], psci_result *result)
{
    uint32_t pe;

    if (!psci_find(p, x[1], &pe))
        return PSCI_INVALID_PARAMETERS;
    if (p->power[pe] == PSCI_ON)
        return PSCI_ALREADY_ON;
    if (p->power[pe] == PSCI_ON_PENDING)
        return PSCI_IS_ON_PENDING;
    if (x[2] % 4 != 0)
        return PSCI_INVALID_ADDRESS;
    p->power[pe] = PSCI_ON_PENDING;
    result->action = PSCI_ACTION_CPU_ON;
    result->target = pe;
    result->entry = x[2];
    result->context = x[3];
    return PSCI_SUCCESS;
}

static int64_t psci_affinity_info(const psci *p, const uint64_t x[4])
{
    uint32_t pe;

    if (x[2] != 0 || !psci_find(p, x[1], &pe))
        return PSCI_INVALID_PARAMETERS;
    switch (p->power[pe]) {
    case PSCI_ON:
        return AFFINITY_ON;
    case PSCI_ON_PENDING:
        return AFFINITY_ON_PENDING;
    default:
        return AFFINITY_OFF;
    }
}

/* Standby: no state is lost, so that the call returns as a WFI does. */
static int64_t psci_suspend(const uint64_t x[4], psci_result *result)
{
    if ((x[1] & POWER_STATE_TYPE) != 0)
        return PSCI_INVALID_PARAMETERS; /* no power-down states */
    result->action = PSCI_ACTION_SUSPEND;
    return PSCI_SUCCESS;
}

static bool psci_has_64bit_form(uint32_t function)
{
    return function == FN_CPU_SUSPEND || function == FN_CPU_ON || function == FN_AFFINITY_INFO;
}

static int64_t psci_features(uint64_t id)
{
    const uint32_t call = (uint32_t)id;
    const uint32_t function = call & ~PSCI_CALL_MASK;

    if (call == SMCCC_VERSION_CALL)
        return PSCI_SUCCESS;
    if ((call & PSCI_CALL_MASK) == PSCI_BASE64)
        return psci_has_64bit_form(function) ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
    if ((call & PSCI_CALL_MASK) != PSCI_BASE32 || function > FN_FEATURES ||
        function == FN_MIGRATE || function == FN_MIGRATE_INFO_UP_CPU)
        return PSCI_NOT_SUPPORTED;
    return PSCI_SUCCESS;
}

static int64_t psci_off(psci *p, uint32_t caller, psci_result *result)
{
    p->power[caller] = PSCI_OFF;
    result->action = PSCI_ACTION_CPU_OFF;
    return PSCI_SUCCESS;
}

static int64_t psci_dispatch(psci *p, uint32_t caller, const uint64_t x[4], psci_result *result)
{
    switch ((uint32_t)x[0] & ~PSCI_CALL_MASK) {
    case FN_VERSION:
        return PSCI_VERSION_1_1;
    case FN_CPU_SUSPEND:
        return psci_suspend(x, result);
    case FN_CPU_OFF:
        return psci_off(p, caller, result);
    case FN_CPU_ON:
        return psci_cpu_on(p, x, result);
    case FN_AFFINITY_INFO:
        return psci_affinity_info(p, x);
    case FN_MIGRATE_INFO_TYPE:
        return TRUSTED_OS_ABSENT;
    case FN_SYSTEM_OFF:
        result->action = PSCI_ACTION_SYSTEM_OFF;
        return PSCI_SUCCESS;
    case FN_SYSTEM_RESET:
        result->action = PSCI_ACTION_SYSTEM_RESET;
        return PSCI_SUCCESS;
    case FN_FEATURES:
        return psci_features(x[1]);
    default:
        return PSCI_NOT_SUPPORTED;
    }
}

void psci_call(psci *p, uint32_t caller, const uint64_t x[4], psci_result *result)
{
    const uint32_t call = (uint32_t)x[0];
    const uint32_t family = call & PSCI_CALL_MASK;
    uint64_t args[4];

    memset(result, 0, sizeof *result);
    result->action = PSCI_ACTION_NONE;
    result->value = PSCI_NOT_SUPPORTED;
    memcpy(args, x, sizeof args);
    if (family == PSCI_BASE32) /* 32-bit calls carry 32-bit arguments */
        for (unsigned n = 1; n < 4; n++)
            args[n] = (uint32_t)args[n];
    if (call == SMCCC_VERSION_CALL)
        result->value = SMCCC_VERSION_1_1;
    else if (family == PSCI_BASE32 ||
             (family == PSCI_BASE64 && psci_has_64bit_form(call & ~PSCI_CALL_MASK)))
        result->value = psci_dispatch(p, caller, args, result);
}
