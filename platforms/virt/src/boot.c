/* SPDX-License-Identifier: Apache-2.0 */
#include "boot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "device_tree.h"

#define MIB       (UINT64_C(1) << 20)
#define DTB_ALIGN (2 * MIB)

static uint64_t round_up(uint64_t value, uint64_t align)
{
    return (value + align - 1) / align * align;
}

static uint64_t ram_end(const vp_machine *m)
{
    return VP_RAM_BASE + m->ram_size;
}

/* Reads an image once; a reset finds it read. */
static bool boot_need(vp_blob *blob, const char *option, const char *path, vp_error *error)
{
    return blob->data != NULL || vp_blob_read(blob, option, path, error);
}

/* The tree goes to `boot->dtb`, which the caller has chosen. */
static bool place_device_tree(vp_boot *boot, const vp_machine *m, vp_memory *memory,
                              vp_error *error)
{
    uint8_t *host = vp_memory_host(memory, boot->dtb, VP_DTB_SPACE);

    if (host == NULL)
        return vp_fail(error, "the device tree does not fit into RAM behind the images; give a "
                              "larger --ram");
    return vp_device_tree_make(m, host, VP_DTB_SPACE, &boot->dtb_size, error);
}

/* Raw firmware in flash bank 0; a kernel given with it is fw_cfg's. */
static bool boot_bios(vp_boot *boot, const vp_options *o, const vp_machine *m, vp_memory *memory,
                      vp_error *error)
{
    if (!boot_need(&boot->bios, "--bios", o->bios, error))
        return false;
    if (boot->bios.size > VP_FLASH0_SIZE)
        return vp_fail(error, "--bios %s: %" PRIu64 " bytes do not fit into the 64 MiB flash bank",
                       o->bios, boot->bios.size);
    memcpy(memory->region[VP_REGION_FLASH0].host, boot->bios.data, boot->bios.size);
    if (o->kernel != NULL && !boot_need(&boot->kernel, "--kernel", o->kernel, error))
        return false;
    if (o->initrd != NULL && !boot_need(&boot->initrd, "--initrd", o->initrd, error))
        return false;
    boot->entry = VP_FLASH0_BASE;
    boot->dtb = VP_RAM_BASE;
    return place_device_tree(boot, m, memory, error);
}

static bool boot_elf(vp_boot *boot, const vp_options *o, const vp_machine *m, vp_memory *memory,
                     vp_error *error)
{
    vp_program program;

    if (!boot_need(&boot->elf, "--elf", o->elf, error) ||
        !vp_elf_load(&boot->elf, memory, &program, error))
        return false;
    boot->entry = program.entry;
    /* At the start of RAM, where firmware looks for it, or behind a program that lies there. */
    boot->dtb = VP_RAM_BASE;
    if (program.low < VP_RAM_BASE + VP_DTB_SPACE && program.high > VP_RAM_BASE)
        boot->dtb = round_up(program.high, DTB_ALIGN);
    return place_device_tree(boot, m, memory, error);
}

static bool copy_to_ram(vp_memory *memory, uint64_t address, const vp_blob *blob, uint64_t room,
                        const char *option, vp_error *error)
{
    uint8_t *host = vp_memory_host(memory, address, room);

    if (host == NULL)
        return vp_fail(error,
                       "%s %s: its %" PRIu64 " MiB do not fit into RAM at 0x%" PRIx64
                       "; give a larger --ram",
                       option, blob->path, (room + MIB - 1) / MIB, address);
    memcpy(host, blob->data, blob->size);
    return true;
}

/* The initial RAM disk at half of RAM but not above 128 MiB, and not below the kernel's end. */
static uint64_t initrd_address(const vp_machine *m, uint64_t kernel_end)
{
    const uint64_t half = m->ram_size / 2 < 128 * MIB ? m->ram_size / 2 : 128 * MIB;
    const uint64_t wish = VP_RAM_BASE + half;

    return round_up(wish > kernel_end ? wish : kernel_end, DTB_ALIGN);
}

/* An image for a hypervisor's first guest, behind what lies there already. */
static bool place_module(vp_module *module, vp_blob *blob, const char *option, const char *path,
                         uint64_t *behind, vp_memory *memory, vp_error *error)
{
    if (path == NULL)
        return true;
    *behind = round_up(*behind, DTB_ALIGN);
    if (!boot_need(blob, option, path, error) ||
        !copy_to_ram(memory, *behind, blob, blob->size, option, error))
        return false;
    module->start = *behind;
    module->end = *behind = module->start + blob->size;
    return true;
}

static bool boot_kernel(vp_boot *boot, const vp_options *o, vp_machine *m, vp_memory *memory,
                        vp_error *error)
{
    vp_kernel kernel;
    uint64_t behind;

    if (!boot_need(&boot->kernel, "--kernel", o->kernel, error) ||
        !vp_kernel_check(&boot->kernel, &kernel, error))
        return false;
    boot->entry = VP_RAM_BASE + VP_KERNEL_OFFSET + kernel.text_offset;
    if (!copy_to_ram(memory, boot->entry, &boot->kernel, kernel.image_size, "--kernel", error))
        return false;
    behind = initrd_address(m, boot->entry + kernel.image_size);
    if (o->initrd != NULL) {
        if (!boot_need(&boot->initrd, "--initrd", o->initrd, error) ||
            !copy_to_ram(memory, behind, &boot->initrd, boot->initrd.size, "--initrd", error))
            return false;
        m->initrd_start = behind;
        m->initrd_end = behind + boot->initrd.size;
        behind = m->initrd_end;
    }
    if (!place_module(&m->guest_kernel, &boot->guest_kernel, "--guest-kernel", o->guest_kernel,
                      &behind, memory, error) ||
        !place_module(&m->guest_initrd, &boot->guest_initrd, "--guest-initrd", o->guest_initrd,
                      &behind, memory, error))
        return false;
    boot->dtb = round_up(behind, DTB_ALIGN);
    if (boot->dtb + VP_DTB_SPACE > ram_end(m))
        boot->dtb = VP_RAM_BASE; /* below the kernel, whose offset keeps 2 MiB free */
    return place_device_tree(boot, m, memory, error);
}

/* Without an image there is only the device tree to look at. */
static bool boot_nothing(vp_boot *boot, const vp_machine *m, vp_memory *memory, vp_error *error)
{
    boot->dtb = VP_RAM_BASE;
    return place_device_tree(boot, m, memory, error);
}

static bool dump_device_tree(const vp_boot *boot, const char *path, vp_memory *memory,
                             vp_error *error)
{
    const uint8_t *blob = vp_memory_host(memory, boot->dtb, boot->dtb_size);
    FILE *file = fopen(path, "wb");
    bool ok;

    if (file == NULL)
        return vp_fail(error, "--dump-dtb %s: %s; give a path that can be written", path,
                       strerror(errno));
    ok = fwrite(blob, 1, boot->dtb_size, file) == boot->dtb_size;
    ok = fclose(file) == 0 && ok;
    return ok || vp_fail(error, "--dump-dtb %s: cannot write; is the disk full?", path);
}

static bool lay_out(vp_boot *boot, const vp_options *o, vp_machine *machine, vp_memory *memory,
                    vp_error *error)
{
    if (o->bios != NULL)
        return boot_bios(boot, o, machine, memory, error);
    if (o->elf != NULL)
        return boot_elf(boot, o, machine, memory, error);
    if (o->kernel != NULL)
        return boot_kernel(boot, o, machine, memory, error);
    return boot_nothing(boot, machine, memory, error);
}

bool vp_boot_prepare(vp_boot *boot, const vp_options *options, vp_machine *machine,
                     vp_memory *memory, vp_error *error)
{
    const bool direct_kernel = options->kernel != NULL && options->bios == NULL;

    memset(boot, 0, sizeof *boot);
    if (!lay_out(boot, options, machine, memory, error))
        return false;
    boot->all_pes = machine->conduit == VP_CONDUIT_NONE;
    boot->nonsecure = machine->has_el3 && direct_kernel;
    if (direct_kernel)
        boot->el = machine->has_el2 ? 2 : 1;
    return options->dump_dtb == NULL || dump_device_tree(boot, options->dump_dtb, memory, error);
}

bool vp_boot_restore(vp_boot *boot, const vp_options *options, vp_machine *machine,
                     vp_memory *memory, vp_error *error)
{
    return lay_out(boot, options, machine, memory, error);
}

void vp_boot_free(vp_boot *boot)
{
    vp_blob_free(&boot->bios);
    vp_blob_free(&boot->kernel);
    vp_blob_free(&boot->initrd);
    vp_blob_free(&boot->elf);
    vp_blob_free(&boot->guest_kernel);
    vp_blob_free(&boot->guest_initrd);
}
