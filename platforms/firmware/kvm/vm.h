/* SPDX-License-Identifier: Apache-2.0 */
/* A virtual machine of KVM with the kernel's own GIC: memory, interrupt controller, virtual CPUs.
 */
#ifndef KVM_VM_H
#define KVM_VM_H

#include <stdbool.h>
#include <stdint.h>

enum { VM_MAX_VCPUS = 8, VM_RAM_BYTES = 64 << 20 };

/** An eventfd that the kernel turns into an interrupt. */
typedef enum vm_fd { VM_FD_EDGE, VM_FD_LEVEL, VM_FD_MSI, VM_FD_COUNT } vm_fd;

typedef struct vm {
    int kvm, fd;
    unsigned vcpus;
    unsigned gic_version; /**< 2 or 3. */
    bool has_its, has_pmu;
    int gic, its; /**< Devices of the kernel; its: -1 for none. */
    uint8_t *ram; /**< VM_RAM_BYTES from BOARD_RAM_BASE. */
    int vcpu[VM_MAX_VCPUS];
    struct kvm_run *run[VM_MAX_VCPUS];
    int event[VM_FD_COUNT];
    int resample; /**< The kernel tells the end of the level-sensitive interrupt here. */
} vm;

/** Ends the program with status 1 and "kvmrun: WHAT: " and the reason of errno. */
_Noreturn void vm_fail(const char *what);

/** Makes the machine: all of it but the guest's program. */
void vm_create(vm *m, unsigned vcpus, unsigned gic_version);

/** Where every virtual CPU starts: the first one running, the others when it calls PSCI. */
void vm_start_at(vm *m, uint64_t entry);

/** The line of SPI @p intid, by KVM_IRQ_LINE. */
void vm_line(const vm *m, uint32_t intid, bool high);

/** An MSI of KVM_DEVICE_ID. */
void vm_msi(const vm *m, uint32_t event);

/** Writes to an eventfd: the kernel makes the interrupt. */
void vm_signal(const vm *m, vm_fd which);

#endif
