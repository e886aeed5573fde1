/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the traffic generator share. */
#ifndef DEVICES_TGEN_INTERNAL_H
#define DEVICES_TGEN_INTERNAL_H

#include "devices/pcie_host.h"
#include "devices/tgen.h"

/** Starts stream `n` by its registers. @return false when they make no sense. */
bool tgen_go(tgen *t, unsigned n, uint64_t now_ps);

/** Accesses to BAR 0, as pcie_function_ops has them. */
dev_status tgen_read(void *self, unsigned bar, uint64_t offset, unsigned size, uint64_t now_ps,
                     uint64_t *value);
dev_status tgen_peek(const void *self, unsigned bar, uint64_t offset, unsigned size,
                     uint64_t now_ps, uint64_t *value);
dev_status tgen_write(void *self, unsigned bar, uint64_t offset, unsigned size, uint64_t now_ps,
                      uint64_t value);

#endif
