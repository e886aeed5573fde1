/* SPDX-License-Identifier: Apache-2.0 */
/* EL2: takes physical interrupts, gives them to the guest, serves its calls and its traps. */
#include "vif.h"

#define HCR_VI  (1ULL << 7)
#define HCR_IMO (1ULL << 4)

#define ESR_EC_HVC64 0x16

struct hyp_notes hyp_notes;
static enum virt_mode mode;
/** Emulation: the interrupt that the guest has pending, and the one that it handles; 0: none. */
static uint32_t emulated_pending;

static void virtual_line(bool high)
{
    uint64_t hcr = read_sysreg(hcr_el2);
    write_sysreg(hcr_el2, high ? hcr | HCR_VI : hcr & ~HCR_VI);
}

static void give_to_guest(uint32_t intid)
{
    if (mode == VIRT_EMULATED) {
        emulated_pending = intid;
        virtual_line(true);
    } else {
        lists_add(intid, intid, mode == VIRT_HARD);
    }
}

void hyp_irq(struct hyp_frame *frame)
{
    uint32_t acknowledged = physical_acknowledge();
    uint32_t intid = physical_intid(acknowledged);
    if (intid >= GIC_MAX_SPI) {
        return;
    }
    if (intid == INTID_MAINTENANCE) {
        hyp_notes.maintenance++;
        lists_maintain();
    } else {
        hyp_notes.vector = frame->stamp;
        give_to_guest(intid);
    }
    physical_drop(acknowledged);
    if (intid == INTID_MAINTENANCE) {
        physical_deactivate(intid);
    }
    isb();
}

/* ---- trap and emulate */

#ifdef VIRT_GICV2
/* A load or store that stage 2 does not let through: valid, its register, its direction. */
#define ESR_EC_TRAP    0x24
#define ISS_VALID(iss) (((iss) >> 24) & 1)
#define ISS_RT(iss)    (((iss) >> 16) & 0x1f)
#define ISS_READ(iss)  (!(((iss) >> 6) & 1))
#define IS_IAR(iss)    (stage2_faulted() == BOARD_GICC_BASE + GICC_IAR)
#define IS_EOIR(iss)   (stage2_faulted() == BOARD_GICC_BASE + GICC_EOIR)
#else
/* A system register: which, Rt, and whether it was read. */
#define ESR_EC_TRAP    0x18
#define ISS_VALID(iss) 1
#define ISS_READ(iss)  ((iss)&1)
#define ISS_RT(iss)    (((iss) >> 5) & 0x1f)
#define ISS_REGISTER   0x3ffc1e
#define ISS_OF(op1, n, m, op2) \
    ((3u << 20) | ((op2) << 17) | ((op1) << 14) | ((n) << 10) | ((m) << 1))
#define IS_IAR(iss)  (((iss)&ISS_REGISTER) == ISS_OF(0u, 12u, 12u, 0u))
#define IS_EOIR(iss) (((iss)&ISS_REGISTER) == ISS_OF(0u, 12u, 12u, 1u))
#endif

static void emulate(struct hyp_frame *frame, uint32_t iss)
{
    uint64_t *rt = ISS_RT(iss) < 31 ? &frame->x[ISS_RT(iss)] : NULL;
    hyp_notes.traps++;
    if (ISS_VALID(iss) && ISS_READ(iss) && IS_IAR(iss)) {
        if (rt != NULL) {
            *rt = emulated_pending != 0 ? emulated_pending : INTID_SPURIOUS;
        }
        emulated_pending = 0;
        virtual_line(false);
    } else if (ISS_VALID(iss) && !ISS_READ(iss) && IS_EOIR(iss)) {
        physical_deactivate(rt != NULL ? *rt : 0);
    } else {
        panic("trapped access that nobody emulates", iss);
    }
    frame->elr += 4;
    isb();
}

/* ---- calls */

static void set_mode(enum virt_mode wanted)
{
    uint64_t hcr = read_sysreg(hcr_el2) & ~(HCR_IMO | HCR_VI);
    bool virtual = wanted != VIRT_DIRECT;
    if (!(read_sysreg(sctlr_el2) & SCTLR_M)) {
        mmu_on_el2(); /* the guest has built the tables by now */
    }
    mode = wanted;
    hyp_notes.lists = lists_count();
    lists_reset();
    write_sysreg(hcr_el2, virtual ? hcr | HCR_IMO : hcr);
    physical_split(virtual);
    vif_set_vmcr(VIF_VMCR_OPEN);
#ifdef VIRT_GICV2
    stage2_set(wanted == VIRT_EMULATED);
#else
    if (wanted == VIRT_EMULATED) {
        vif_set_hcr(VIF_HCR_TALL1);
    }
#endif
    if (virtual && wanted != VIRT_EMULATED) {
        vif_set_hcr(VIF_HCR_EN);
    }
    hyp_notes.maintenance = hyp_notes.traps = 0;
    isb();
}

void hyp_sync(struct hyp_frame *frame)
{
    uint32_t esr = (uint32_t)read_sysreg(esr_el2);
    if (ESR_EC(esr) == ESR_EC_TRAP) {
        emulate(frame, esr);
        return;
    }
    if (ESR_EC(esr) != ESR_EC_HVC64) {
        trap_unexpected(8, esr, frame->elr, read_sysreg(far_el2));
    }
    switch ((enum virt_call)frame->x[0]) {
    case VIRT_CALL_NOTHING:
        break;
    case VIRT_CALL_MODE:
        set_mode((enum virt_mode)frame->x[1]);
        break;
    case VIRT_CALL_BURST:
        for (uint32_t n = 0; n < frame->x[1]; n++) {
            lists_add(VIRT_BURST + n, 0, false);
        }
        break;
    case VIRT_CALL_SWITCH:
        switch_measure((enum switch_order)frame->x[1], (unsigned)frame->x[2], &hyp_notes.switched);
        break;
    }
}
