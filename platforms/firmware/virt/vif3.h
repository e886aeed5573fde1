/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vif3.h
 * @brief GICv3: ICC_* and ICH_*; each access is an instruction of its own.
 */
#ifndef VIRT_VIF3_H
#define VIRT_VIF3_H

#include "virt.h"

#define VIRT_GIC_VERSION 3

#define VIF_HCR_EN    (1ULL << 0)
#define VIF_HCR_UIE   (1ULL << 1)
#define VIF_HCR_TALL1 (1ULL << 12)
#define VIF_MISR_EOI  (1ULL << 0)
/** VMCR: mask open, the guest's group enabled. */
#define VIF_VMCR_OPEN ((0xffULL << 24) | (1ULL << 1))

/** List register `number`, which has to be a constant. */
#define VIF_LIST(number)            read_sysreg(ich_lr##number##_el2)
#define VIF_SET_LIST(number, value) write_sysreg(ich_lr##number##_el2, value)
#define VIF_LIST_VALUE(vintid, prio) \
    ((1ULL << 62) | (1ULL << 60) | ((uint64_t)(prio) << 48) | (uint64_t)(vintid))
#define VIF_LIST_HW(physical) ((1ULL << 61) | ((uint64_t)(physical) << 32))
#define VIF_LIST_EOI          (1ULL << 41)
#define VIF_LIST_VINTID(list) ((uint32_t)(list))

#define vif_count()         ((unsigned)(read_sysreg(ich_vtr_el2) & 0x1f) + 1)
#define vif_hcr()           read_sysreg(ich_hcr_el2)
#define vif_set_hcr(value)  write_sysreg(ich_hcr_el2, value)
#define vif_vmcr()          read_sysreg(ich_vmcr_el2)
#define vif_set_vmcr(value) write_sysreg(ich_vmcr_el2, value)
#define vif_empty()         read_sysreg(ich_elrsr_el2)
#define vif_ended()         read_sysreg(ich_eisr_el2)
#define vif_status()        read_sysreg(ich_misr_el2)

/** Active priorities: those of both groups. */
struct vif_priorities {
    uint64_t group0, group1;
};
static inline void vif_save_priorities(struct vif_priorities *p)
{
    p->group0 = read_sysreg(ich_ap0r0_el2);
    p->group1 = read_sysreg(ich_ap1r0_el2);
}
static inline void vif_load_priorities(const struct vif_priorities *p)
{
    write_sysreg(ich_ap0r0_el2, p->group0);
    write_sysreg(ich_ap1r0_el2, p->group1);
}

/* The physical CPU interface. */
#define physical_acknowledge()     ((uint32_t)read_sysreg(icc_iar1_el1))
#define physical_intid(iar)        ((iar)&0xffffff)
#define physical_drop(iar)         write_sysreg(icc_eoir1_el1, iar)
#define physical_deactivate(intid) write_sysreg(icc_dir_el1, intid)
#define PHYSICAL_EOIMODE           (1ULL << 1)
static inline void physical_split(bool on)
{
    uint64_t ctlr = read_sysreg(icc_ctlr_el1) & ~PHYSICAL_EOIMODE;
    write_sysreg(icc_ctlr_el1, on ? ctlr | PHYSICAL_EOIMODE : ctlr);
}

#endif
