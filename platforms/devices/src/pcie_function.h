/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a PCIe function share. */
#ifndef DEVICES_PCIE_FUNCTION_H
#define DEVICES_PCIE_FUNCTION_H

#include "devices/pcie_host.h"

/** In D0: BARs answer and interrupts are sent. */
bool pcie_function_awake(const pcie_function *f);

#endif
