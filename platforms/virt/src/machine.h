/* SPDX-License-Identifier: Apache-2.0 */
/* The machine that the options describe: what the device tree, the boot and the platform agree on.
 */
#ifndef VIRT_MACHINE_H
#define VIRT_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Who serves PSCI, by which instruction. */
typedef enum vp_conduit { VP_CONDUIT_NONE, VP_CONDUIT_HVC, VP_CONDUIT_SMC } vp_conduit;

/** An image for a hypervisor's first guest. */
typedef struct vp_module {
    uint64_t start, end; /**< Equal: none. */
} vp_module;

/** The machine. */
typedef struct vp_machine {
    const char *cpu; /**< Core, as in iss_config. */
    uint32_t cpus;
    uint64_t ram_size;
    bool gicv2;   /**< GICD and GICC, no Redistributors, no ITS. */
    bool has_el3; /**< PEs have EL3, the GIC has two Security states. */
    bool has_el2;
    bool has_vhe;         /**< EL2 is that of a host: it has the virtual timer CNTHV. */
    vp_conduit conduit;   /**< NONE: firmware owns EL3. */
    const char *bootargs; /**< NULL: none. */
    uint64_t initrd_start, initrd_end; /**< Equal: none. */
    vp_module guest_kernel, guest_initrd;
    const char *guest_bootargs;   /**< NULL: none. */
    uint32_t its_count;           /**< ITSs of the GIC. */
    uint16_t v2m_first, v2m_spis; /**< GICv2m frame; 0 SPIs: none. */
    uint32_t msi_base;            /**< DeviceID = msi_base + (requester ID & msi_mask). */
    uint16_t msi_mask;
} vp_machine;

/** Derives the machine from the options. */
void vp_machine_make(vp_machine *machine, const vp_options *options);

/** Affinity of PE n: 16 PEs in Aff0, then Aff1. */
uint64_t vp_machine_mpidr(uint32_t pe);

/** Where ITS @p n stands: the first where the board has it, the others in an area of ours. */
uint64_t vp_machine_its_base(uint32_t n);

/** Number of Redistributors in the first region; the rest is in the second. */
uint32_t vp_machine_first_region(uint32_t cpus);

#ifdef __cplusplus
}
#endif

#endif
