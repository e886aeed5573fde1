/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of the system registers of sysregs.def, in its order: DIFF_<name>. */
#ifndef DIFF_SYSREG_IDS_H
#define DIFF_SYSREG_IDS_H

/** Number of a system register, `address` of DIFF_MRS and DIFF_MSR. */
enum {
#define A64_SYSREG_EXT(name, ...) DIFF_##name,
#include "sysregs.def"
#undef A64_SYSREG_EXT
    DIFF_SYSREGS
};

#endif
