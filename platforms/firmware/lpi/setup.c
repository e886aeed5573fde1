/* SPDX-License-Identifier: Apache-2.0 */
/* Tables, mappings, and the traffic generator. */
#include "lpi.h"

#define PRIORITY        0xa0
#define LPI_BITS        14
#define DEVICE_BITS     12
#define FIRST_DEVICE    0x100 /* those that send commands only; PCI functions are below */
#define FUNCTIONS       4
#define ITS_MEMORY_SIZE 0x400000

struct its its;
const struct pci_function *generator;
static struct pci_function functions[FUNCTIONS];
static uint8_t memory[ITS_MEMORY_SIZE] __attribute__((aligned(0x10000), section(".stacks.its")));

bool complain(const char *why)
{
    print("X %s\n", why);
    return false;
}

static bool of_its(bool good)
{
    return good || complain(its_error(&its));
}

uint32_t device_id(const struct options *o, unsigned n)
{
    return o->commands ? FIRST_DEVICE + n : generator->rid;
}

static bool find_generator(unsigned vectors)
{
    unsigned found = pci_scan(functions, FUNCTIONS);
    for (unsigned n = 0; n < found; n++) {
        if (tgen_is(&functions[n]) && functions[n].vectors >= vectors) {
            generator = &functions[n];
            return true;
        }
    }
    return complain("no traffic generator with so many vectors: gicvp --device tgen,vectors=N");
}

static void program_generator(unsigned vectors)
{
    for (unsigned v = 0; v < vectors; v++) {
        pci_msix_message(generator, v, its_translater(&its), v);
        pci_msix_mask(generator, v, false);
    }
    pci_msix_enable(generator, false);
}

static unsigned bits_for(unsigned events)
{
    unsigned bits = 1;
    while ((1u << bits) < events) {
        bits++;
    }
    return bits;
}

static bool map_device(const struct options *o, unsigned n, unsigned events)
{
    uint32_t intid = LPI_FIRST + n * events;
    bool good = its_mapd(&its, device_id(o, n), bits_for(events));
    for (unsigned e = 0; good && e < events; e++, intid++) {
        its_lpi_configure(&its, intid, PRIORITY, true);
        good = its_mapti(&its, device_id(o, n), e, intid, intid % o->pes);
    }
    return of_its(good);
}

static bool start_pes(const struct options *o)
{
    for (unsigned slot = 0; slot < o->pes; slot++) {
        if (!of_its(its_lpi_start(&its, slot) && its_mapc(&its, slot, slot, true))) {
            return false;
        }
    }
    return true;
}

bool set_up(const struct options *o)
{
    unsigned events = o->storm ? o->vectors : o->events;
    const struct its_config config = {.base = BOARD_ITS_BASE,
                                      .memory = memory,
                                      .size = sizeof memory,
                                      .device_bits = DEVICE_BITS,
                                      .lpi_bits = LPI_BITS,
                                      .pes = o->pes};
    if (fdt_find_compatible("arm,gic-v3-its") == 0) {
        return complain("the machine has no ITS");
    }
    if (!o->commands && !find_generator(events)) {
        return false;
    }
    if (!of_its(its_init(&its, &config)) || !start_pes(o)) {
        return false;
    }
    for (unsigned n = 0; n < o->devices; n++) {
        if (!map_device(o, n, events)) {
            return false;
        }
    }
    if (!o->commands) {
        program_generator(events);
    }
    for (unsigned slot = 0; slot < o->pes; slot++) {
        if (!of_its(its_invall(&its, slot) && its_sync(&its, slot))) {
            return false;
        }
    }
    return true;
}
