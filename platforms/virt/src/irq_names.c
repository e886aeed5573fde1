/* SPDX-License-Identifier: Apache-2.0 */
#include "irq_names.h"

#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "board.h"
#include "devices/pcie_regs.h"

enum { INTERRUPT_CELLS = 3, MAP_CELLS = 10, MAP_TYPE = 7, TYPE_SPI = 0, TYPE_PPI = 1 };

static uint32_t cell(const fdt32_t *at, unsigned n)
{
    return fdt32_to_cpu(at[n]);
}

/* INTID of type and number in the tree; 0, which no wire has, for anything else. */
static uint32_t intid_of(uint32_t type, uint32_t number)
{
    if (type == TYPE_SPI && number < 988)
        return VP_INTID_SPI + number;
    return type == TYPE_PPI && number < 16 ? VP_INTID_PPI + number : 0;
}

/* ---------------------------------------------------------------- the device tree */

/* The interrupts of arm,armv8-timer, in the order of its binding. */
static const char *timer_name(unsigned n)
{
    static const char *const names[] = {"secure physical", "physical", "virtual", "hypervisor",
                                        "hypervisor virtual"};

    return n < sizeof names / sizeof names[0] ? names[n] : "";
}

static void name_interrupts(gictime_names *names, const void *blob, int node)
{
    int length = 0;
    const fdt32_t *at = (const fdt32_t *)fdt_getprop(blob, node, "interrupts", &length);
    const char *name = fdt_get_name(blob, node, NULL);
    const bool timer = fdt_node_check_compatible(blob, node, "arm,armv8-timer") == 0;
    const int count = at != NULL ? length / (int)(INTERRUPT_CELLS * sizeof *at) : 0;

    for (int n = 0; n < count; n++) {
        const fdt32_t *own = at + n * INTERRUPT_CELLS;
        const uint32_t intid = intid_of(cell(own, 0), cell(own, 1));
        char text[GICTIME_NAME_MAX];

        if (intid == 0)
            continue;
        if (timer)
            (void)snprintf(text, sizeof text, "%s %s", name, timer_name((unsigned)n));
        else
            (void)snprintf(text, sizeof text, "%s", name);
        gictime_names_wire(names, intid, text);
    }
}

/* INTA to INTD of all slots: several functions are behind each wire. */
static void name_interrupt_map(gictime_names *names, const void *blob, int node)
{
    int length = 0;
    const fdt32_t *at = (const fdt32_t *)fdt_getprop(blob, node, "interrupt-map", &length);
    const int count = at != NULL ? length / (int)(MAP_CELLS * sizeof *at) : 0;

    for (int n = 0; n < count; n++) {
        const fdt32_t *own = at + n * MAP_CELLS;
        const uint32_t intid = intid_of(cell(own, MAP_TYPE), cell(own, MAP_TYPE + 1));
        char text[GICTIME_NAME_MAX];

        (void)snprintf(text, sizeof text, "%s INTx", fdt_get_name(blob, node, NULL));
        if (intid != 0)
            gictime_names_wire(names, intid, text);
    }
}

/* ---------------------------------------------------------------- what is plugged in */

static const char *kind_name(vp_virtio_kind kind)
{
    static const char *const names[] = {"blk", "net", "console", "rng"};

    return names[kind];
}

static void name_slots(gictime_names *names, const vp_plug *plug)
{
    for (unsigned n = 0; n < plug->virtio.count; n++) {
        const vp_plug_virtio *d = &plug->virtio.device[n];
        char text[GICTIME_NAME_MAX];

        if (!d->mmio)
            continue;
        (void)snprintf(text, sizeof text, "virtio-%s-mmio slot %u", kind_name(d->kind), d->place);
        gictime_names_wire(names, VP_INTID_SPI + VP_SPI_VIRTIO + d->place, text);
    }
}

void vp_irq_names(gictime_names *names, const void *blob, const vp_machine *machine,
                  const vp_plug *plug)
{
    for (int node = fdt_next_node(blob, -1, NULL); node >= 0;
         node = fdt_next_node(blob, node, NULL)) {
        name_interrupts(names, blob, node);
        name_interrupt_map(names, blob, node);
    }
    name_slots(names, plug);
    for (unsigned n = 0; machine->its_count == 0 && n < machine->v2m_spis; n++) {
        char text[GICTIME_NAME_MAX];

        (void)snprintf(text, sizeof text, "v2m@%x SPI %u", (unsigned)VP_V2M_BASE, n);
        gictime_names_wire(names, machine->v2m_first + n, text);
    }
}

/* ---------------------------------------------------------------- PCI Express */

/* The n-th function that is plugged in, virtio devices before generators. */
typedef struct plugged {
    uint16_t rid;
    char kind[24];
} plugged;

/* @return false behind the last one. */
static bool function_at(const vp_plug *plug, unsigned n, plugged *out)
{
    for (unsigned v = 0; v < plug->virtio.count; v++) {
        const vp_plug_virtio *d = &plug->virtio.device[v];

        if (d->mmio || n-- != 0)
            continue;
        out->rid = (uint16_t)PCI_RID(0, d->place, 0);
        (void)snprintf(out->kind, sizeof out->kind, "virtio-%s-pci", kind_name(d->kind));
        return true;
    }
    if (n >= plug->tgens)
        return false;
    out->rid = (uint16_t)PCI_RID(0, plug->tgen[n].device, plug->tgen[n].function);
    (void)snprintf(out->kind, sizeof out->kind, "tgen");
    return true;
}

void vp_function_name(const vp_plug *plug, uint16_t rid, char *text, size_t size)
{
    plugged f;

    text[0] = '\0';
    for (unsigned n = 0; function_at(plug, n, &f); n++)
        if (f.rid == rid) {
            (void)snprintf(text, size, "%s %02x:%02x.%u", f.kind, rid >> 8, rid >> 3 & 31u,
                           rid & 7u);
            return;
        }
}

bool vp_function_of(const vp_machine *machine, const vp_plug *plug, uint32_t device_id,
                    uint16_t *rid)
{
    plugged f;

    for (unsigned n = 0; function_at(plug, n, &f); n++)
        if (machine->msi_base + (uint32_t)(f.rid & machine->msi_mask) == device_id) {
            *rid = f.rid;
            return true;
        }
    return false;
}
