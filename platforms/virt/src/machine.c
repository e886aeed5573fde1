/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include <string.h>

#include "board.h"
#include "iss/a64.h"

/* Firmware of the guest's own starts at EL3 when there is one; a kernel needs us to be firmware. */
static vp_conduit choose_conduit(const vp_options *o)
{
    const bool guest_firmware = o->bios != NULL || o->elf != NULL;

    if (o->secure)
        return guest_firmware ? VP_CONDUIT_NONE : VP_CONDUIT_SMC;
    return o->virtualization ? VP_CONDUIT_SMC : VP_CONDUIT_HVC;
}

void vp_machine_make(vp_machine *machine, const vp_options *options)
{
    memset(machine, 0, sizeof *machine);
    machine->cpu = options->cpu;
    machine->cpus = options->cpus;
    machine->ram_size = options->ram;
    machine->gicv2 = options->gicv2;
    machine->has_el3 = options->secure;
    machine->has_el2 = options->virtualization;
    machine->has_vhe = machine->has_el2 && a64_cpu_has_vhe(machine->cpu);
    machine->conduit = choose_conduit(options);
    machine->bootargs = options->append;
    machine->guest_bootargs = options->guest_append;
}

uint64_t vp_machine_mpidr(uint32_t pe)
{
    return (uint64_t)(pe / VP_CPUS_PER_CLUSTER) << 8 | pe % VP_CPUS_PER_CLUSTER;
}

uint32_t vp_machine_first_region(uint32_t cpus)
{
    const uint32_t room = (uint32_t)(VP_GICR_SIZE / VP_GICR_FRAME);

    return cpus < room ? cpus : room;
}

uint64_t vp_machine_its_base(uint32_t n)
{
    return n == 0 ? VP_ITS_BASE : VP_ITS_MORE_BASE + (n - 1u) * VP_ITS_SIZE;
}
