/* SPDX-License-Identifier: Apache-2.0 */
/* Who raises which interrupt: wires as the device tree has them, MSIs by what is plugged in. */
#ifndef VIRT_IRQ_NAMES_H
#define VIRT_IRQ_NAMES_H

#include "gictime/names.h"
#include "machine.h"
#include "plug.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Names the wires: the nodes of the device tree @p blob that have interrupts, with what is in a
 * virtio-mmio slot; the wires of PCI Express; the SPIs of the GICv2m frame.
 */
void vp_irq_names(gictime_names *names, const void *blob, const vp_machine *machine,
                  const vp_plug *plug);

/** Name of the PCIe function with requester ID @p rid, "virtio-blk-pci 00:01.0"; "": none. */
void vp_function_name(const vp_plug *plug, uint16_t rid, char *text, size_t size);

/**
 * The requester ID of the function that a DeviceID belongs to. With a mask that several functions
 * share, it is the first of them. @return false when there is none.
 */
bool vp_function_of(const vp_machine *machine, const vp_plug *plug, uint32_t device_id,
                    uint16_t *rid);

#ifdef __cplusplus
}
#endif

#endif
