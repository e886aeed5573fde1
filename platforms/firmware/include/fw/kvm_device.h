/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file kvm_device.h
 * @brief The device by which a guest of kvmrun asks its launcher for interrupts.
 *
 * Registers are 32 bits wide, relative to BOARD_STIMULUS_BASE. A request is carried out before the
 * write returns, or by another thread after KVM_DEVICE_DELAY: then the guest may be asleep.
 * This header is included by the bare-metal guest and by the launcher: plain macros only.
 */
#ifndef FW_KVM_DEVICE_H
#define FW_KVM_DEVICE_H

#define KVM_DEVICE_DELAY    0x00 /**< RW: microseconds before the next requests; 0: at once. */
#define KVM_DEVICE_RAISE    0x04 /**< W: SPI by INTID, its line high (KVM_IRQ_LINE). */
#define KVM_DEVICE_LOWER    0x08 /**< W: SPI by INTID, its line low; at once. */
#define KVM_DEVICE_EDGE     0x0c /**< W: KVM_INTID_EDGE pulsed, by its irqfd. */
#define KVM_DEVICE_LEVEL    0x10 /**< W: KVM_INTID_LEVEL high, by its irqfd, until its end. */
#define KVM_DEVICE_MSI      0x14 /**< W: an MSI of KVM_DEVICE_ID with this EventID, by an ioctl. */
#define KVM_DEVICE_MSI_FD   0x18 /**< W: the MSI of KVM_EVENT_FD, by its irqfd. */
#define KVM_DEVICE_REQUESTS 0x1c /**< R: requests carried out so far. */
#define KVM_DEVICE_RESAMPLE 0x20 /**< R: how often the end of KVM_INTID_LEVEL has been told. */
#define KVM_DEVICE_VCPUS    0x24 /**< R: virtual CPUs. */
#define KVM_DEVICE_EXIT     0x28 /**< W: exit status of kvmrun, once the guest has powered off. */
#define KVM_DEVICE_SIZE     0x1000

/** INTIDs and events that have an irqfd. */
#define KVM_INTID_EDGE  40
#define KVM_INTID_LEVEL 41
/** SPI without one. */
#define KVM_INTID_LINE 42
#define KVM_DEVICE_ID  5
#define KVM_EVENT_FD   7

#endif
