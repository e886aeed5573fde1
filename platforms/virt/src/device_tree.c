/* SPDX-License-Identifier: Apache-2.0 */
#include "device_tree.h"

#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "board.h"

/* The tree under construction; the first libfdt error sticks. */
typedef struct dt_writer {
    void *blob;
    int status;
} dt_writer;

enum { PHANDLE_GIC = 1, PHANDLE_CLOCK, PHANDLE_GPIO, PHANDLE_ITS, PHANDLE_V2M };
enum { IRQ_SPI = 0, IRQ_PPI = 1, IRQ_EDGE = 1, IRQ_LEVEL = 4 };
enum { KEY_POWER = 116 };

static void dt_keep(dt_writer *w, int status)
{
    if (w->status == 0)
        w->status = status;
}

static void dt_begin(dt_writer *w, const char *name)
{
    dt_keep(w, fdt_begin_node(w->blob, name));
}

/* A node named `name`@`address`. */
static void dt_begin_at(dt_writer *w, const char *name, uint64_t address)
{
    char full[64];

    (void)snprintf(full, sizeof full, "%s@%" PRIx64, name, address);
    dt_begin(w, full);
}

static void dt_end(dt_writer *w)
{
    dt_keep(w, fdt_end_node(w->blob));
}

static void dt_flag(dt_writer *w, const char *name)
{
    dt_keep(w, fdt_property(w->blob, name, NULL, 0));
}

static void dt_text(dt_writer *w, const char *name, const char *value)
{
    dt_keep(w, fdt_property(w->blob, name, value, (int)strlen(value) + 1));
}

/* Several strings, separated by '\0' in `value`; the last one's end is counted in `size`. */
static void dt_texts(dt_writer *w, const char *name, const char *value, size_t size)
{
    dt_keep(w, fdt_property(w->blob, name, value, (int)size));
}

static void dt_cell(dt_writer *w, const char *name, uint32_t value)
{
    dt_keep(w, fdt_property_u32(w->blob, name, value));
}

static void dt_cells(dt_writer *w, const char *name, const uint32_t *values, unsigned count)
{
    void *at = NULL;

    if (w->status == 0)
        dt_keep(w, fdt_property_placeholder(w->blob, name, (int)(count * sizeof *values), &at));
    for (unsigned n = 0; w->status == 0 && n < count; n++) {
        const fdt32_t big = cpu_to_fdt32(values[n]);

        memcpy((uint8_t *)at + n * sizeof big, &big, sizeof big);
    }
}

static void dt_put64(uint32_t *at, uint64_t value)
{
    at[0] = (uint32_t)(value >> 32);
    at[1] = (uint32_t)value;
}

static void dt_reg(dt_writer *w, uint64_t base, uint64_t size)
{
    uint32_t values[4];

    dt_put64(values, base);
    dt_put64(values + 2, size);
    dt_cells(w, "reg", values, 4);
}

static void dt_interrupt(dt_writer *w, uint32_t type, uint32_t number, uint32_t trigger)
{
    const uint32_t values[] = {type, number, trigger};

    dt_cells(w, "interrupts", values, 3);
}

static void dt_size_cells(dt_writer *w, uint32_t address, uint32_t size)
{
    dt_cell(w, "#address-cells", address);
    dt_cell(w, "#size-cells", size);
}

/* For the Secure world alone. */
static void dt_secure_only(dt_writer *w)
{
    dt_text(w, "status", "disabled");
    dt_text(w, "secure-status", "okay");
}

/* ---------------------------------------------------------------- nodes */

/* As hypervisors take their first guest's images: the boot protocol "multiboot" of Xen. */
static void node_module(dt_writer *w, const vp_module *module, const char *kinds, size_t size,
                        const char *bootargs)
{
    if (module->end == module->start)
        return;
    dt_begin_at(w, "module", module->start);
    dt_texts(w, "compatible", kinds, size);
    dt_reg(w, module->start, module->end - module->start);
    if (bootargs != NULL)
        dt_text(w, "bootargs", bootargs);
    dt_end(w);
}

static void node_modules(dt_writer *w, const vp_machine *m)
{
    static const char kernel[] = "multiboot,kernel\0multiboot,module";
    static const char ramdisk[] = "multiboot,ramdisk\0multiboot,module";

    node_module(w, &m->guest_kernel, kernel, sizeof kernel, m->guest_bootargs);
    node_module(w, &m->guest_initrd, ramdisk, sizeof ramdisk, NULL);
}

static void node_chosen(dt_writer *w, const vp_machine *m)
{
    dt_begin(w, "chosen");
    dt_text(w, "stdout-path", "/pl011@9000000");
    if (m->guest_kernel.end != m->guest_kernel.start)
        dt_size_cells(w, 2, 2);
    if (m->bootargs != NULL)
        dt_text(w, "bootargs", m->bootargs);
    if (m->initrd_end != m->initrd_start) {
        dt_keep(w, fdt_property_u64(w->blob, "linux,initrd-start", m->initrd_start));
        dt_keep(w, fdt_property_u64(w->blob, "linux,initrd-end", m->initrd_end));
    }
    node_modules(w, m);
    dt_end(w);
}

static void node_memory(dt_writer *w, const vp_machine *m)
{
    dt_begin_at(w, "memory", VP_RAM_BASE);
    dt_text(w, "device_type", "memory");
    dt_reg(w, VP_RAM_BASE, m->ram_size);
    dt_end(w);
    if (!m->has_el3)
        return;
    dt_begin_at(w, "secram", VP_SECURE_RAM_BASE);
    dt_text(w, "device_type", "memory");
    dt_reg(w, VP_SECURE_RAM_BASE, VP_SECURE_RAM_SIZE);
    dt_secure_only(w);
    dt_end(w);
}

static void node_cpus(dt_writer *w, const vp_machine *m)
{
    char compatible[64];

    (void)snprintf(compatible, sizeof compatible, "arm,%s",
                   strcmp(m->cpu, "max") == 0 ? "armv8" : m->cpu);
    dt_begin(w, "cpus");
    dt_size_cells(w, 1, 0);
    for (uint32_t n = 0; n < m->cpus; n++) {
        const uint64_t mpidr = vp_machine_mpidr(n);

        dt_begin_at(w, "cpu", mpidr);
        dt_text(w, "device_type", "cpu");
        dt_text(w, "compatible", compatible);
        dt_cell(w, "reg", (uint32_t)mpidr);
        if (m->conduit != VP_CONDUIT_NONE)
            dt_text(w, "enable-method", "psci");
        dt_end(w);
    }
    dt_end(w);
}

static void node_psci(dt_writer *w, const vp_machine *m)
{
    static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2\0arm,psci";

    if (m->conduit == VP_CONDUIT_NONE)
        return;
    dt_begin(w, "psci");
    dt_texts(w, "compatible", compatible, sizeof compatible);
    dt_text(w, "method", m->conduit == VP_CONDUIT_HVC ? "hvc" : "smc");
    dt_cell(w, "cpu_suspend", 0xc4000001);
    dt_cell(w, "cpu_off", 0x84000002);
    dt_cell(w, "cpu_on", 0xc4000003);
    dt_cell(w, "migrate", 0xc4000005);
    dt_end(w);
}

/* Who takes MSIs: the ITS, or without one the GICv2m frame. */
static void node_msi(dt_writer *w, const vp_machine *m)
{
    for (uint32_t n = 0; n < m->its_count; n++) {
        const uint64_t base = vp_machine_its_base(n);

        dt_begin_at(w, "its", base);
        dt_text(w, "compatible", "arm,gic-v3-its");
        dt_flag(w, "msi-controller");
        dt_cell(w, "#msi-cells", 1);
        dt_reg(w, base, VP_ITS_SIZE);
        if (n == 0) /* PCI Express's */
            dt_cell(w, "phandle", PHANDLE_ITS);
        dt_end(w);
    }
    if (m->its_count == 0 && m->v2m_spis != 0) {
        dt_begin_at(w, "v2m", VP_V2M_BASE);
        dt_text(w, "compatible", "arm,gic-v2m-frame");
        dt_flag(w, "msi-controller");
        dt_reg(w, VP_V2M_BASE, VP_V2M_SIZE);
        dt_cell(w, "phandle", PHANDLE_V2M);
        dt_end(w);
    }
}

/* The CPUs of a PPI, as a GICv2's driver wants them. */
static uint32_t ppi_cpus(const vp_machine *m)
{
    return m->gicv2 ? ((UINT32_C(1) << m->cpus) - 1u) << 8 : 0;
}

static void dt_ppi(dt_writer *w, const vp_machine *m, uint32_t number)
{
    dt_interrupt(w, IRQ_PPI, number, ppi_cpus(m) | IRQ_LEVEL);
}

/* Frames as addresses and sizes: `reg` has the first of them. */
typedef struct gic_regs {
    const char *compatible;
    uint64_t frame[8];
    unsigned count;
} gic_regs;

static gic_regs gicv2_regs(const vp_machine *m)
{
    const gic_regs regs = {"arm,cortex-a15-gic",
                           {VP_GICD_BASE, VP_GICD_SIZE, VP_GICC_BASE, VP_GICC_SIZE, VP_GICH_BASE,
                            VP_GICH_SIZE, VP_GICV_BASE, VP_GICV_SIZE},
                           m->has_el2 ? 8 : 4};
    return regs;
}

static gic_regs gicv3_regs(bool second)
{
    const gic_regs regs = {"arm,gic-v3",
                           {VP_GICD_BASE, VP_GICD_SIZE, VP_GICR_BASE, VP_GICR_SIZE,
                            VP_GICR_HIGH_BASE, VP_GICR_HIGH_SIZE},
                           second ? 6 : 4};
    return regs;
}

static void node_gic(dt_writer *w, const vp_machine *m)
{
    const bool second = m->cpus > vp_machine_first_region(m->cpus);
    const gic_regs regs = m->gicv2 ? gicv2_regs(m) : gicv3_regs(second);
    uint32_t values[16];

    for (unsigned n = 0; n < regs.count; n++)
        dt_put64(values + 2 * n, regs.frame[n]);
    dt_begin_at(w, "intc", VP_GICD_BASE);
    dt_text(w, "compatible", regs.compatible);
    dt_cell(w, "#interrupt-cells", 3);
    dt_flag(w, "interrupt-controller");
    dt_size_cells(w, 2, 2);
    dt_flag(w, "ranges");
    if (!m->gicv2)
        dt_cell(w, "#redistributor-regions", second ? 2 : 1);
    dt_cells(w, "reg", values, 2 * regs.count);
    if (m->has_el2)
        dt_ppi(w, m, VP_PPI_MAINTENANCE);
    dt_cell(w, "phandle", PHANDLE_GIC);
    node_msi(w, m);
    dt_end(w);
}

static void node_timer(dt_writer *w, const vp_machine *m)
{
    static const char compatible[] = "arm,armv8-timer\0arm,armv7-timer";
    const uint32_t level = ppi_cpus(m) | IRQ_LEVEL;
    const uint32_t values[] = {IRQ_PPI,      VP_PPI_CNTPS, level,       IRQ_PPI,      VP_PPI_CNTP,
                               level,        IRQ_PPI,      VP_PPI_CNTV, level,        IRQ_PPI,
                               VP_PPI_CNTHP, level,        IRQ_PPI,     VP_PPI_CNTHV, level};

    dt_begin(w, "timer");
    dt_texts(w, "compatible", compatible, sizeof compatible);
    dt_flag(w, "always-on");
    dt_cells(w, "interrupts", values, m->has_vhe ? 15 : 12);
    dt_end(w);
    dt_begin(w, "pmu");
    dt_text(w, "compatible", "arm,armv8-pmuv3");
    dt_ppi(w, m, VP_PPI_PMU);
    dt_end(w);
}

static void node_clock(dt_writer *w)
{
    dt_begin(w, "apb-pclk");
    dt_text(w, "compatible", "fixed-clock");
    dt_cell(w, "#clock-cells", 0);
    dt_cell(w, "clock-frequency", VP_UARTCLK_HZ);
    dt_text(w, "clock-output-names", "clk24mhz");
    dt_cell(w, "phandle", PHANDLE_CLOCK);
    dt_end(w);
}

/* The properties that all PrimeCells share; `compatible` is "arm,plNNN". */
static void dt_begin_primecell(dt_writer *w, const char *node, uint64_t base, uint32_t spi)
{
    char compatible[64];
    const int length = snprintf(compatible, sizeof compatible, "arm,%s", node);

    dt_begin_at(w, node, base);
    (void)snprintf(compatible + length + 1, sizeof compatible - (size_t)length - 1,
                   "arm,primecell");
    dt_texts(w, "compatible", compatible, (size_t)length + 1 + sizeof "arm,primecell");
    dt_reg(w, base, 0x1000);
    dt_interrupt(w, IRQ_SPI, spi, IRQ_LEVEL);
}

static void dt_apb_clock(dt_writer *w)
{
    dt_cell(w, "clocks", PHANDLE_CLOCK);
    dt_text(w, "clock-names", "apb_pclk");
}

static void node_uart(dt_writer *w, uint64_t base, uint32_t spi, bool secure)
{
    static const char names[] = "uartclk\0apb_pclk";
    const uint32_t clocks[] = {PHANDLE_CLOCK, PHANDLE_CLOCK};

    dt_begin_primecell(w, "pl011", base, spi);
    dt_cells(w, "clocks", clocks, 2);
    dt_texts(w, "clock-names", names, sizeof names);
    if (secure)
        dt_secure_only(w);
    dt_end(w);
}

static void node_gpio(dt_writer *w)
{
    const uint32_t pin[] = {PHANDLE_GPIO, VP_POWER_KEY_PIN, 0};

    dt_begin_primecell(w, "pl061", VP_GPIO_BASE, VP_SPI_GPIO);
    dt_apb_clock(w);
    dt_flag(w, "gpio-controller");
    dt_cell(w, "#gpio-cells", 2);
    dt_cell(w, "phandle", PHANDLE_GPIO);
    dt_end(w);
    dt_begin(w, "gpio-keys");
    dt_text(w, "compatible", "gpio-keys");
    dt_begin(w, "poweroff");
    dt_text(w, "label", "GPIO Key Poweroff");
    dt_cell(w, "linux,code", KEY_POWER);
    dt_cells(w, "gpios", pin, 3);
    dt_end(w);
    dt_end(w);
}

static void node_primecells(dt_writer *w, const vp_machine *m)
{
    node_clock(w);
    node_uart(w, VP_UART0_BASE, VP_SPI_UART0, false);
    dt_begin_primecell(w, "pl031", VP_RTC_BASE, VP_SPI_RTC);
    dt_apb_clock(w);
    dt_end(w);
    node_gpio(w);
    if (m->has_el3)
        node_uart(w, VP_UART1_BASE, VP_SPI_UART1, true);
}

static void node_flash(dt_writer *w, const vp_machine *m)
{
    uint32_t values[8];

    dt_put64(values, VP_FLASH0_BASE);
    dt_put64(values + 2, VP_FLASH0_SIZE);
    dt_put64(values + 4, VP_FLASH1_BASE);
    dt_put64(values + 6, VP_FLASH1_SIZE);
    if (m->has_el3) {
        dt_begin_at(w, "secflash", VP_FLASH0_BASE);
        dt_text(w, "compatible", "cfi-flash");
        dt_cells(w, "reg", values, 4);
        dt_cell(w, "bank-width", 4);
        dt_secure_only(w);
        dt_end(w);
    }
    dt_begin_at(w, "flash", m->has_el3 ? VP_FLASH1_BASE : VP_FLASH0_BASE);
    dt_text(w, "compatible", "cfi-flash");
    if (m->has_el3)
        dt_cells(w, "reg", values + 4, 4);
    else
        dt_cells(w, "reg", values, 8);
    dt_cell(w, "bank-width", 4);
    dt_end(w);
}

static void node_fw_cfg(dt_writer *w)
{
    dt_begin_at(w, "fw-cfg", VP_FW_CFG_BASE);
    dt_text(w, "compatible", "qemu,fw-cfg-mmio");
    dt_reg(w, VP_FW_CFG_BASE, VP_FW_CFG_SIZE);
    dt_flag(w, "dma-coherent");
    dt_end(w);
}

static void node_virtio(dt_writer *w)
{
    const uint32_t span = 0x200;

    for (uint32_t n = 0; n < VP_VIRTIO_SIZE / span; n++) {
        dt_begin_at(w, "virtio_mmio", VP_VIRTIO_BASE + n * span);
        dt_text(w, "compatible", "virtio,mmio");
        dt_reg(w, VP_VIRTIO_BASE + n * span, span);
        dt_interrupt(w, IRQ_SPI, VP_SPI_VIRTIO + n, IRQ_EDGE);
        dt_flag(w, "dma-coherent");
        dt_end(w);
    }
}

static void node_stimulus(dt_writer *w)
{
    dt_begin_at(w, "stimulus", VP_STIMULUS_BASE);
    dt_text(w, "compatible", "gictlm,stimulus");
    dt_reg(w, VP_STIMULUS_BASE, VP_STIMULUS_SIZE);
    dt_end(w);
}

/* One window: flags, PCI address, CPU address (equal to it but for I/O), size. */
static void dt_pcie_range(uint32_t *at, uint32_t flags, uint64_t pci, uint64_t cpu, uint64_t size)
{
    at[0] = flags;
    dt_put64(at + 1, pci);
    dt_put64(at + 3, cpu);
    dt_put64(at + 5, size);
}

/* INTA..INTD of slots 0..3 swizzle over four SPIs. */
static void dt_pcie_interrupt_map(dt_writer *w)
{
    uint32_t map[16 * 10];
    const uint32_t mask[] = {0x1800, 0, 0, 7};

    for (uint32_t n = 0; n < 16; n++) {
        const uint32_t slot = n / 4, pin = n % 4;
        const uint32_t row[10] = {
            slot << 11, 0, 0, pin + 1, PHANDLE_GIC, 0, 0, IRQ_SPI, VP_SPI_PCIE + (slot + pin) % 4,
            IRQ_LEVEL};

        memcpy(map + n * 10, row, sizeof row);
    }
    dt_cells(w, "interrupt-map-mask", mask, 4);
    dt_cells(w, "interrupt-map", map, 160);
    dt_cell(w, "#interrupt-cells", 1);
}

/* Requester IDs become DeviceIDs; a GICv2m frame does not look at them. */
static void dt_pcie_msi_map(dt_writer *w, const vp_machine *m)
{
    const uint32_t map[] = {0, m->its_count != 0 ? PHANDLE_ITS : PHANDLE_V2M, m->msi_base, 0x10000};

    if (m->its_count == 0 && m->v2m_spis == 0)
        return;
    dt_cells(w, "msi-map", map, 4);
    if (m->msi_mask != UINT16_MAX)
        dt_cell(w, "msi-map-mask", m->msi_mask);
}

static void node_pcie(dt_writer *w, const vp_machine *m)
{
    const uint32_t buses[] = {0, 0xff};
    uint32_t ranges[21];

    dt_pcie_range(ranges, 0x01000000, 0, VP_PCIE_PIO_BASE, VP_PCIE_PIO_SIZE);
    dt_pcie_range(ranges + 7, 0x02000000, VP_PCIE_MMIO_BASE, VP_PCIE_MMIO_BASE, VP_PCIE_MMIO_SIZE);
    dt_pcie_range(ranges + 14, 0x03000000, VP_PCIE_MMIO_HIGH_BASE, VP_PCIE_MMIO_HIGH_BASE,
                  VP_PCIE_MMIO_HIGH_SIZE);
    dt_begin_at(w, "pcie", VP_PCIE_MMIO_BASE);
    dt_text(w, "compatible", "pci-host-ecam-generic");
    dt_text(w, "device_type", "pci");
    dt_size_cells(w, 3, 2);
    dt_cells(w, "bus-range", buses, 2);
    dt_cell(w, "linux,pci-domain", 0);
    dt_reg(w, VP_PCIE_ECAM_BASE, VP_PCIE_ECAM_SIZE);
    dt_cells(w, "ranges", ranges, 21);
    dt_flag(w, "dma-coherent");
    dt_pcie_interrupt_map(w);
    dt_pcie_msi_map(w, m);
    dt_end(w);
}

static void dt_build_tree(dt_writer *w, const vp_machine *m)
{
    dt_begin(w, "");
    dt_text(w, "model", "linux,dummy-virt");
    dt_text(w, "compatible", "linux,dummy-virt");
    dt_cell(w, "interrupt-parent", PHANDLE_GIC);
    dt_size_cells(w, 2, 2);
    node_chosen(w, m);
    node_memory(w, m);
    node_cpus(w, m);
    node_psci(w, m);
    node_gic(w, m);
    node_timer(w, m);
    node_primecells(w, m);
    node_flash(w, m);
    node_fw_cfg(w);
    node_virtio(w);
    node_stimulus(w);
    node_pcie(w, m);
    dt_end(w);
}

bool vp_device_tree_make(const vp_machine *machine, uint8_t *out, uint32_t space, uint32_t *size,
                         vp_error *error)
{
    dt_writer w = {out, fdt_create(out, (int)space)};

    dt_keep(&w, w.status == 0 ? fdt_finish_reservemap(out) : 0);
    dt_build_tree(&w, machine);
    dt_keep(&w, fdt_finish(out));
    if (w.status == -FDT_ERR_NOSPACE)
        return vp_fail(error,
                       "the device tree does not fit into its %u KiB; shorten --append "
                       "(%zu bytes)",
                       space / 1024, machine->bootargs != NULL ? strlen(machine->bootargs) : 0);
    if (w.status != 0)
        return vp_fail(error, "internal error: device tree: %s", fdt_strerror(w.status));
    *size = fdt_totalsize(out);
    return true;
}
