/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vif2.h
 * @brief GICv2: GICC and GICH, one load or store an access.
 */
#ifndef VIRT_VIF2_H
#define VIRT_VIF2_H

#include "fw/gic2.h"
#include "virt.h"

#define VIRT_GIC_VERSION 2

#define GICH_HCR   0x00
#define GICH_VTR   0x04
#define GICH_VMCR  0x08
#define GICH_MISR  0x10
#define GICH_EISR  0x20
#define GICH_ELRSR 0x30
#define GICH_APR   0xf0
#define GICH_LR    0x100
#define GICC_CTLR  0x0000
#define GICC_IAR   0x000c
#define GICC_EOIR  0x0010
#define GICC_DIR   0x1000

#define VIF_HCR_EN   (1u << 0)
#define VIF_HCR_UIE  (1u << 1)
#define VIF_MISR_EOI (1u << 0)
/** VMCR: mask open, the guest's group enabled. */
#define VIF_VMCR_OPEN ((0x1fu << 27) | (1u << 0))

#define VIF_LIST(number) read32(BOARD_GICH_BASE + GICH_LR + 4 * (number))
#define VIF_SET_LIST(number, value) \
    write32(BOARD_GICH_BASE + GICH_LR + 4 * (number), (uint32_t)(value))
#define VIF_LIST_VALUE(vintid, prio) ((1u << 28) | ((uint32_t)(prio) >> 3 << 23) | (vintid))
#define VIF_LIST_HW(physical)        ((1u << 31) | ((physical) << 10))
#define VIF_LIST_EOI                 (1u << 19)
#define VIF_LIST_VINTID(list)        ((uint32_t)(list)&0x3ff)

#define vif_count()         ((read32(BOARD_GICH_BASE + GICH_VTR) & 0x3f) + 1)
#define vif_hcr()           read32(BOARD_GICH_BASE + GICH_HCR)
#define vif_set_hcr(value)  write32(BOARD_GICH_BASE + GICH_HCR, (uint32_t)(value))
#define vif_vmcr()          read32(BOARD_GICH_BASE + GICH_VMCR)
#define vif_set_vmcr(value) write32(BOARD_GICH_BASE + GICH_VMCR, (uint32_t)(value))
#define vif_empty()         read32(BOARD_GICH_BASE + GICH_ELRSR)
#define vif_ended()         read32(BOARD_GICH_BASE + GICH_EISR)
#define vif_status()        read32(BOARD_GICH_BASE + GICH_MISR)

/** Active priorities. */
struct vif_priorities {
    uint32_t all;
};
static inline void vif_save_priorities(struct vif_priorities *p)
{
    p->all = read32(BOARD_GICH_BASE + GICH_APR);
}
static inline void vif_load_priorities(const struct vif_priorities *p)
{
    write32(BOARD_GICH_BASE + GICH_APR, p->all);
}

/* The physical CPU interface. */
#define physical_acknowledge()     gic2_acknowledge_at(BOARD_GICC_BASE)
#define physical_intid(iar)        GIC2_INTID(iar)
#define physical_drop(iar)         gic2_end_at(BOARD_GICC_BASE, iar)
#define physical_deactivate(intid) write32(BOARD_GICC_BASE + GICC_DIR, (uint32_t)(intid))
#define PHYSICAL_EOIMODE           (1u << 9)
static inline void physical_split(bool on)
{
    uint32_t ctlr = read32(BOARD_GICC_BASE + GICC_CTLR) & ~PHYSICAL_EOIMODE;
    write32(BOARD_GICC_BASE + GICC_CTLR, on ? ctlr | PHYSICAL_EOIMODE : ctlr);
}

#endif
