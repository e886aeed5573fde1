/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* ioctl and mmap with their Linux flags under -std=c11 */
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fw/board.h"
#include "fw/its.h"
#include "fw/kvm_device.h"

enum { SPI_FIRST = 32, NR_IRQS = 128 };

/* The eventfds' rows of the routing table. */
enum { GSI_EDGE, GSI_LEVEL, GSI_MSI, GSI_COUNT };

void vm_fail(const char *what)
{
    (void)fprintf(stderr, "kvmrun: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* An ioctl that must not fail. @return its value. */
static int control(int fd, unsigned long request, const void *argument, const char *what)
{
    const int value = ioctl(fd, request, argument);

    if (value < 0)
        vm_fail(what);
    return value;
}

static bool offers(const vm *m, long capability)
{
    return ioctl(m->fd, KVM_CHECK_EXTENSION, capability) > 0;
}

/* ---- interrupt controller -------------------------------------------------------------------- */

static int create_device(const vm *m, uint32_t type, const char *what)
{
    struct kvm_create_device device = {.type = type};

    control(m->fd, KVM_CREATE_DEVICE, &device, what);
    return (int)device.fd;
}

/* Whether the kernel has such devices. */
static bool knows_device(const vm *m, uint32_t type)
{
    struct kvm_create_device device = {.type = type, .flags = KVM_CREATE_DEVICE_TEST};

    return ioctl(m->fd, KVM_CREATE_DEVICE, &device) == 0;
}

static void set_attribute(int device, uint32_t group, uint64_t attribute, const void *value,
                          const char *what)
{
    const struct kvm_device_attr attr = {
        .group = group, .attr = attribute, .addr = (uint64_t)(uintptr_t)value};

    control(device, KVM_SET_DEVICE_ATTR, &attr, what);
}

static void set_address(int device, uint64_t type, uint64_t address, const char *what)
{
    set_attribute(device, KVM_DEV_ARM_VGIC_GRP_ADDR, type, &address, what);
}

static void create_gic(vm *m)
{
    const uint32_t irqs = NR_IRQS;

    if (m->gic_version == 3) {
        m->gic = create_device(m, KVM_DEV_TYPE_ARM_VGIC_V3, "no GICv3 for guests");
        set_address(m->gic, KVM_VGIC_V3_ADDR_TYPE_DIST, BOARD_GICD_BASE, "GICD");
        set_address(m->gic, KVM_VGIC_V3_ADDR_TYPE_REDIST, BOARD_GICR_BASE, "GICR");
    } else {
        m->gic = create_device(m, KVM_DEV_TYPE_ARM_VGIC_V2, "no GICv2 for guests");
        set_address(m->gic, KVM_VGIC_V2_ADDR_TYPE_DIST, BOARD_GICD_BASE, "GICD");
        set_address(m->gic, KVM_VGIC_V2_ADDR_TYPE_CPU, BOARD_GICC_BASE, "GICC");
    }
    set_attribute(m->gic, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &irqs, "number of INTIDs");
    set_attribute(m->gic, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL, "GIC");
}

static void create_its(vm *m)
{
    m->its = -1;
    if (!m->has_its)
        return;
    m->its = create_device(m, KVM_DEV_TYPE_ARM_VGIC_ITS, "no ITS for guests");
    set_address(m->its, KVM_VGIC_ITS_ADDR_TYPE, BOARD_ITS_BASE, "ITS");
    set_attribute(m->its, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL, "ITS");
}

/* ---- eventfds -------------------------------------------------------------------------------- */

static struct kvm_irq_routing_entry line_route(uint32_t gsi, uint32_t intid)
{
    struct kvm_irq_routing_entry entry = {.gsi = gsi, .type = KVM_IRQ_ROUTING_IRQCHIP};

    entry.u.irqchip.pin = intid - SPI_FIRST;
    return entry;
}

static struct kvm_irq_routing_entry msi_route(void)
{
    struct kvm_irq_routing_entry entry = {
        .gsi = GSI_MSI, .type = KVM_IRQ_ROUTING_MSI, .flags = KVM_MSI_VALID_DEVID};

    entry.u.msi.address_lo = BOARD_ITS_BASE + GITS_TRANSLATER;
    entry.u.msi.data = KVM_EVENT_FD;
    entry.u.msi.devid = KVM_DEVICE_ID;
    return entry;
}

static void route(const vm *m)
{
    struct {
        struct kvm_irq_routing head;
        struct kvm_irq_routing_entry entries[GSI_COUNT];
    } table;

    memset(&table, 0, sizeof table);
    table.head.nr = m->has_its ? GSI_COUNT : GSI_MSI;
    table.entries[GSI_EDGE] = line_route(GSI_EDGE, KVM_INTID_EDGE);
    table.entries[GSI_LEVEL] = line_route(GSI_LEVEL, KVM_INTID_LEVEL);
    table.entries[GSI_MSI] = msi_route();
    control(m->fd, KVM_SET_GSI_ROUTING, &table, "interrupt routing");
}

static void attach(const vm *m, vm_fd which, uint32_t gsi, int resample)
{
    struct kvm_irqfd irqfd = {.fd = (uint32_t)m->event[which], .gsi = gsi};

    if (resample >= 0) {
        irqfd.flags = KVM_IRQFD_FLAG_RESAMPLE;
        irqfd.resamplefd = (uint32_t)resample;
    }
    control(m->fd, KVM_IRQFD, &irqfd, "irqfd");
}

static void create_events(vm *m)
{
    for (unsigned n = 0; n < VM_FD_COUNT; n++)
        m->event[n] = eventfd(0, EFD_CLOEXEC);
    m->resample = eventfd(0, EFD_CLOEXEC);
    route(m);
    attach(m, VM_FD_EDGE, GSI_EDGE, -1);
    attach(m, VM_FD_LEVEL, GSI_LEVEL, m->resample);
    if (m->has_its)
        attach(m, VM_FD_MSI, GSI_MSI, -1);
}

/* ---- virtual CPUs ---------------------------------------------------------------------------- */

static void create_vcpu(vm *m, unsigned n)
{
    const size_t size =
        (size_t)control(m->kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "KVM_GET_VCPU_MMAP_SIZE");
    struct kvm_vcpu_init init;

    m->vcpu[n] = ioctl(m->fd, KVM_CREATE_VCPU, (unsigned long)n);
    if (m->vcpu[n] < 0)
        vm_fail("KVM_CREATE_VCPU");
    memset(&init, 0, sizeof init);
    control(m->fd, KVM_ARM_PREFERRED_TARGET, &init, "KVM_ARM_PREFERRED_TARGET");
    init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
    if (m->has_pmu)
        init.features[0] |= 1u << KVM_ARM_VCPU_PMU_V3;
    if (n > 0)
        init.features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
    control(m->vcpu[n], KVM_ARM_VCPU_INIT, &init, "KVM_ARM_VCPU_INIT");
    m->run[n] =
        (struct kvm_run *)mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, m->vcpu[n], 0);
    if (m->run[n] == MAP_FAILED)
        vm_fail("memory of a virtual CPU");
}

/* The PMU needs the GIC to be there. */
static void start_pmu(const vm *m)
{
    const int irq = INTID_PMU;

    for (unsigned n = 0; m->has_pmu && n < m->vcpus; n++) {
        set_attribute(m->vcpu[n], KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, &irq, "PMU");
        set_attribute(m->vcpu[n], KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_INIT, NULL, "PMU");
    }
}

void vm_start_at(vm *m, uint64_t entry)
{
    const struct kvm_one_reg pc = {.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
                                         KVM_REG_ARM_CORE_REG(regs.pc),
                                   .addr = (uint64_t)(uintptr_t)&entry};

    control(m->vcpu[0], KVM_SET_ONE_REG, &pc, "program counter");
}

/* ---- the machine ----------------------------------------------------------------------------- */

static void create_memory(vm *m)
{
    struct kvm_userspace_memory_region region = {.guest_phys_addr = BOARD_RAM_BASE,
                                                 .memory_size = VM_RAM_BYTES};

    m->ram = (uint8_t *)mmap(NULL, VM_RAM_BYTES, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (m->ram == MAP_FAILED)
        vm_fail("memory of the guest");
    region.userspace_addr = (uint64_t)(uintptr_t)m->ram;
    control(m->fd, KVM_SET_USER_MEMORY_REGION, &region, "memory of the guest");
}

void vm_create(vm *m, unsigned vcpus, unsigned gic_version)
{
    memset(m, 0, sizeof *m);
    m->vcpus = vcpus;
    m->gic_version = gic_version;
    m->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (m->kvm < 0)
        vm_fail("/dev/kvm");
    m->fd = ioctl(m->kvm, KVM_CREATE_VM, 0UL);
    if (m->fd < 0)
        vm_fail("KVM_CREATE_VM");
    m->has_its = gic_version == 3 && knows_device(m, KVM_DEV_TYPE_ARM_VGIC_ITS);
    m->has_pmu = offers(m, KVM_CAP_ARM_PMU_V3);
    create_memory(m);
    for (unsigned n = 0; n < vcpus; n++)
        create_vcpu(m, n);
    create_gic(m);
    create_its(m);
    start_pmu(m);
    create_events(m);
}

/* ---- interrupts ------------------------------------------------------------------------------ */

void vm_line(const vm *m, uint32_t intid, bool high)
{
    const struct kvm_irq_level level = {
        .irq = (uint32_t)KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | intid, .level = high};

    control(m->fd, KVM_IRQ_LINE, &level, "KVM_IRQ_LINE");
}

void vm_msi(const vm *m, uint32_t event)
{
    const struct kvm_msi msi = {.address_lo = BOARD_ITS_BASE + GITS_TRANSLATER,
                                .data = event,
                                .devid = KVM_DEVICE_ID,
                                .flags = KVM_MSI_VALID_DEVID};

    control(m->fd, KVM_SIGNAL_MSI, &msi, "KVM_SIGNAL_MSI");
}

void vm_signal(const vm *m, vm_fd which)
{
    const uint64_t one = 1;

    if (write(m->event[which], &one, sizeof one) != (ssize_t)sizeof one)
        vm_fail("eventfd");
}
