/* SPDX-License-Identifier: Apache-2.0 */
/* Identification registers that every register frame of the GIC ends with. */
#ifndef GIC_IDENTITY_H
#define GIC_IDENTITY_H

#include "gic/config.h"

GIC_BEGIN_DECLS

/** PIDR0-7 and CIDR0-3 from the identity in IIDR; @p offset is the register's in its frame. */
uint32_t gic_identity(const gic_config *config, uint32_t offset);

GIC_END_DECLS

#endif
