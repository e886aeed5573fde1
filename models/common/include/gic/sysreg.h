/* SPDX-License-Identifier: Apache-2.0 */
/* Identities of the CPU interface's system registers. */
#ifndef GIC_SYSREG_H
#define GIC_SYSREG_H

#include "gic/defs.h"

GIC_BEGIN_DECLS

/** Each system register that a CPU interface decides, by identity (rows: gic/sysreg.def). */
typedef enum gic_sysreg {
#define GIC_SYSREG(name, readable, writable) GIC_##name,
#include "gic/sysreg.def"
#undef GIC_SYSREG
    GIC_SYSREG_COUNT
} gic_sysreg;

/** The architecture's name of @p reg, or "?" for a number that names none. */
const char *gic_sysreg_name(gic_sysreg reg);

/** Whether the architecture defines a read of @p reg; a read of the others is UNDEFINED. */
bool gic_sysreg_readable(gic_sysreg reg);

/** Whether the architecture defines a write of @p reg. */
bool gic_sysreg_writable(gic_sysreg reg);

GIC_END_DECLS

#endif
