/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU interface's own state and the seams between its files. */
#ifndef GIC_CPUIF_INTERNAL_H
#define GIC_CPUIF_INTERNAL_H

#include "gic/cpuif.h"
#include "gic/event.h"
#include "gic/fault.h"
#include "gic/fields.h"
#include "gic/mem.h"
#include "virtual.h"

enum {
#define GIC_FIELD GIC_FIELD_CONSTANTS
#include "regs/gicc_fields.def"
#include "regs/icc_fields.def"
#undef GIC_FIELD
    ICC_FIELDS_END
};

enum {
    CPUIF_AP_WORDS = 4,        /* ICC_AP0R<n> for 7 pre-emption bits */
    CPUIF_AP_WORD_BITS = 32,   /* priority levels in one of them */
    CPUIF_BPR_MAX = 7,         /* largest binary point: no group bits */
    CPUIF_OUTBOX_ENTRIES = 32, /* an activation leaves at most a dozen */
    CPUIF_SECURE_HALF = 0x80   /* priorities below it are the Secure half (DS=0) */
};

/* What decides whether an access is permitted, UNDEFINED or trapped. */
typedef enum cpuif_class {
    CPUIF_CLASS_NONE,    /* no such register here: UNDEFINED */
    CPUIF_CLASS_GROUP0,  /* HCR_EL2.FMO, SCR_EL3.FIQ */
    CPUIF_CLASS_GROUP1,  /* HCR_EL2.IMO, SCR_EL3.IRQ */
    CPUIF_CLASS_COMMON,  /* either of HCR_EL2.{IMO,FMO}, both of SCR_EL3.{IRQ,FIQ} */
    CPUIF_CLASS_DIR,     /* the same, and ICH_HCR_EL2.TDIR */
    CPUIF_CLASS_SGI,     /* as COMMON, but never virtual: trapped instead */
    CPUIF_CLASS_SRE_EL1, /* ICC_SRE_EL2.Enable, ICC_SRE_EL3.Enable */
    CPUIF_CLASS_SRE_EL2, /* ICC_SRE_EL3.Enable */
    CPUIF_CLASS_EL3,     /* EL3 only */
    CPUIF_CLASS_ICH,     /* EL2 and EL3 */
    /* Active priorities that exist in one of the two interfaces only: as GROUP0, GROUP1 there. */
    CPUIF_CLASS_GROUP0_PHYSICAL,
    CPUIF_CLASS_GROUP1_PHYSICAL,
    CPUIF_CLASS_GROUP0_VIRTUAL,
    CPUIF_CLASS_GROUP1_VIRTUAL,
    CPUIF_CLASS_COUNT
} cpuif_class;

/* A result beside those of gic_sysreg_result: the access is to the ICV_ register. */
enum { CPUIF_SYSREG_VIRTUAL = GIC_SYSREG_STALL + 1 };

/* The two copies of a banked register. Without EL3 there is one, CPUIF_BANK_NS. */
typedef enum cpuif_bank { CPUIF_BANK_S, CPUIF_BANK_NS, CPUIF_BANK_COUNT } cpuif_bank;

/* Who reads or writes: what the views of the registers depend on. */
typedef struct cpuif_view {
    bool el3;        /* at EL3 */
    bool secure;     /* at EL3 or in Secure state */
    bool shifted;    /* priorities seen as the Non-secure half, shifted (P-12, P-13) */
    bool irq_to_el3; /* SCR_EL3.IRQ counts */
    bool fiq_to_el3; /* SCR_EL3.FIQ counts */
    bool eoi_mode;   /* EOImode of the level that writes (P-18) */
    bool nmi_apart;  /* SCTLR_ELx.NMI of the level that reads: ICC_IAR1 does not take NMIs (N-01) */
    uint8_t bank;    /* cpuif_bank */
    /* gic_group_set that the registers of Group 0 and of Group 1 acknowledge and end */
    uint8_t visible[2];
    uint8_t ends; /* gic_group_set that a write of ICC_EOIR may deactivate */
} cpuif_view;

/* The interrupt that the Redistributor presents. */
typedef struct cpuif_held {
    uint32_t intid;
    uint8_t valid;
    uint8_t priority;
    uint8_t group; /* gic_group */
    uint8_t nmi;   /* 0 or 1 */
} cpuif_held;

/* Architectural state and what is unanswered on the link: saved as it is, no pointers. */
typedef struct cpuif_state {
    gic_pe_state pe;
    cpuif_held held;
    uint32_t ap[GIC_GROUP_COUNT][CPUIF_AP_WORDS]; /* ICC_AP0R, ICC_AP1R of both banks */
    uint32_t ctlr;                                /* writable bits, laid out as ICC_CTLR_EL3 */
    uint32_t signalled_intid;                     /* what `lines` are for */
    uint8_t bpr[GIC_GROUP_COUNT];
    uint8_t pmr;
    uint8_t igrpen;         /* gic_group_set */
    uint8_t sre_enable_el2; /* ICC_SRE_EL2.Enable */
    uint8_t sre_enable_el3; /* ICC_SRE_EL3.Enable */
    uint8_t ds;             /* GICD_CTLR.DS as last told */
    uint8_t quiesced;       /* between Quiesce and DownstreamControl */
    uint8_t lines;          /* bit = gic_line, as last driven */
    uint8_t open_activate;  /* messages without an answer */
    uint8_t open_deactivate;
    uint8_t open_sgi;
    uint8_t open_upstream;
    uint8_t sent_groups; /* UpstreamControl as last sent */
    uint8_t sent_hint;
    uint32_t gicc;  /* GICv2: what of GICC_CTLR is not above (gicc.c) */
    uint8_t ap_nmi; /* gic_group_set: ICC_AP1R0_EL1.NMI of both banks */
    uint8_t legacy; /* GICv2: legacy inputs, bit = gic_line */
    uint8_t passed; /* ... and the lines that they drive by interrupt bypass */
    uint8_t zero[5];
    cpuif_virtual v;
} cpuif_state;

GIC_STATIC_ASSERT(sizeof(cpuif_virtual) == 176, "no hidden padding in the saved state");
GIC_STATIC_ASSERT(sizeof(cpuif_state) == 104 + sizeof(cpuif_virtual), "nor here");

/* What follows from the state of the PE, for an Exception level that it has been at since anything
   else that decides it changed. */
typedef struct cpuif_level {
    cpuif_view view;
    uint8_t result[CPUIF_CLASS_COUNT];
    uint8_t line_of[GIC_GROUP_COUNT];
} cpuif_level;

/* Everything here follows from the state and the configuration: rebuilt, never saved. */
typedef struct cpuif_derived {
    cpuif_view view;                     /* of the PE as it is now */
    uint8_t result[CPUIF_CLASS_COUNT];   /* gic_sysreg_result of an access now */
    uint8_t group_mask[GIC_GROUP_COUNT]; /* group priority bits by the binary points */
    uint8_t running;                     /* running priority, GIC_PRIORITY_IDLE when none */
    uint8_t running_group;               /* its gic_group, GIC_GROUP_COUNT when none */
    uint8_t running_nmi;                 /* 1: what runs is an NMI */
    uint8_t level_shift;                 /* priority bits below one level of the AP registers */
    uint8_t ap_words;                    /* ICC_AP0R<n> implemented */
    uint8_t line_of[GIC_GROUP_COUNT];    /* gic_line by P-22, of the PE as it is now */
    uint8_t class_of[GIC_SYSREG_COUNT];  /* cpuif_class */
    uint8_t known_levels;                /* bit = Exception level with an entry in `level` */
    cpuif_level level[4];
    cpuif_virtual_derived v;
} cpuif_derived;

struct cpuif {
    /* What messages and accesses touch comes first, and together. */
    gic_outbox outbox;
    cpuif_state s;
    uint16_t pe;
    cpuif_derived d;
    gic_config config; /* `affinity` is not kept */
    gic_out entries[CPUIF_OUTBOX_ENTRIES];
    gic_frame gicc, gich, gicv; /* GICv2 */
    uint8_t gicc_index[GICC_FRAME_SIZE / GIC_FRAME_GRANULE];
    uint8_t gich_index[GICH_FRAME_SIZE / GIC_FRAME_GRANULE];
    uint8_t gicv_index[GICV_FRAME_SIZE / GIC_FRAME_GRANULE];
};

/* ---- registers (access.c: dispatch) ------------------------------------------------------- */

enum { CPUIF_ONLY = 0 }; /* the index of a register that there is once: nobody looks at it */

typedef uint64_t cpuif_value_fn(const cpuif *c, const cpuif_view *v, unsigned index);
typedef void cpuif_effect_fn(cpuif *c, unsigned index, uint64_t value);
/* false: no credit, nothing done. */
typedef bool cpuif_write_fn(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value);

cpuif_value_fn cpuif_iar_value, cpuif_nmiar_value, cpuif_hppir_value;
cpuif_effect_fn cpuif_iar_acknowledge;
cpuif_write_fn cpuif_eoir_write, cpuif_dir_write;
cpuif_value_fn cpuif_bpr0_value, cpuif_bpr1_value, cpuif_ap0r_value, cpuif_ap1r_value;
cpuif_value_fn cpuif_pmr_value, cpuif_rpr_value;
cpuif_write_fn cpuif_bpr0_write, cpuif_bpr1_write, cpuif_ap0r_write, cpuif_ap1r_write;
cpuif_write_fn cpuif_pmr_write;
cpuif_value_fn cpuif_ctlr_el1_value, cpuif_ctlr_el3_value, cpuif_sre_el1_value, cpuif_sre_value;
cpuif_value_fn cpuif_igrpen0_value, cpuif_igrpen1_value, cpuif_igrpen1_el3_value;
cpuif_write_fn cpuif_ctlr_el1_write, cpuif_ctlr_el3_write, cpuif_sre_el1_write, cpuif_sre_write;
cpuif_write_fn cpuif_igrpen0_write, cpuif_igrpen1_write, cpuif_igrpen1_el3_write;
cpuif_write_fn cpuif_sgi_write;

cpuif_value_fn cpuif_ich_hcr_value, cpuif_ich_vtr_value, cpuif_ich_vmcr_value;
cpuif_value_fn cpuif_ich_misr_value, cpuif_ich_eisr_value, cpuif_ich_elrsr_value;
cpuif_value_fn cpuif_ich_ap0r_value, cpuif_ich_ap1r_value, cpuif_ich_lr_value;
cpuif_write_fn cpuif_ich_hcr_write, cpuif_ich_vmcr_write;
cpuif_write_fn cpuif_ich_ap0r_write, cpuif_ich_ap1r_write, cpuif_ich_lr_write;
cpuif_value_fn cpuif_icv_iar_value, cpuif_icv_nmiar_value, cpuif_icv_hppir_value;
cpuif_effect_fn cpuif_icv_iar_acknowledge, cpuif_icv_nmiar_acknowledge;
cpuif_write_fn cpuif_icv_eoir_write, cpuif_icv_dir_write;
cpuif_value_fn cpuif_icv_bpr0_value, cpuif_icv_bpr1_value, cpuif_icv_pmr_value;
cpuif_value_fn cpuif_icv_rpr_value, cpuif_icv_ctlr_value, cpuif_icv_igrpen_value;
cpuif_write_fn cpuif_icv_bpr0_write, cpuif_icv_bpr1_write, cpuif_icv_pmr_write;
cpuif_write_fn cpuif_icv_ctlr_write, cpuif_icv_igrpen_write;

/* Which classes of register the configuration leaves: once, at init. */
void cpuif_derive_classes(cpuif *c);
/* View, permissions and routing of the PE as it is now. */
void cpuif_derive_pe(cpuif *c);
/* The same after a change of the Exception level alone: at once where the level is known. */
void cpuif_derive_level(cpuif *c);

/* ---- priorities (priority.c) --------------------------------------------------------------- */

/* The Group 1 whose registers a bank holds. */
static inline gic_group cpuif_group1_of(unsigned bank)
{
    return bank == CPUIF_BANK_S ? GIC_GROUP_1S : GIC_GROUP_1NS;
}

/* Active priority registers for so many pre-emption bits: 1, 2 or 4 (P-26). */
unsigned cpuif_ap_count(unsigned preemption_bits);
/* What exists of a 32-bit register of active priorities. */
uint32_t cpuif_ap_bits(unsigned preemption_bits);
/* Group priority bits for a binary point as ICC_BPR0 counts: 0 leaves [7:1], 7 leaves none. */
static inline uint8_t cpuif_group_bits(unsigned bpr0)
{
    return (uint8_t)(0xFFu << (bpr0 + 1u));
}
/* What is implemented of a priority. */
static inline uint8_t cpuif_implemented_priority(unsigned priority_bits, uint64_t value)
{
    return (uint8_t)(value & 0xFFu << (8 - priority_bits) & 0xFFu);
}
/* An interrupt that @p intid can name here: as acknowledged, or linked to by a list register. */
bool cpuif_is_implemented(const cpuif *c, uint32_t intid);
/* IDbits of ICC_CTLR and of what repeats it (ID-P15). */
unsigned cpuif_id_bits(const gic_config *config);
/* Smallest ICC_BPR of a group (P-08). */
uint8_t cpuif_minimum_bpr(const gic_config *config, gic_group group);
/* Group masks and running priority from the registers. */
void cpuif_derive_priorities(cpuif *c);
/* Acknowledge and end: one bit of the group's bank (P-10, P-11). */
void cpuif_raise_running(cpuif *c, gic_group group, uint8_t priority);
void cpuif_drop_running(cpuif *c, gic_group group);
/* Acknowledge an NMI (N-07). */
void cpuif_raise_nmi(cpuif *c, gic_group group);

/* ---- signalling (signal.c) ------------------------------------------------------------------ */

/* What the central decision looks at. */
typedef struct cpuif_candidate {
    uint8_t priority;   /* of the pending interrupt */
    uint8_t pmr;        /* ICC_PMR_EL1, whole range */
    uint8_t running;    /* running priority, GIC_PRIORITY_IDLE when nothing is active */
    uint8_t group_mask; /* group priority bits by the binary point of its group */
} cpuif_candidate;

/* The central decision: may the pending interrupt be signalled, pre-empting what runs? Pure. */
static inline bool cpuif_can_signal(cpuif_candidate candidate)
{
    uint8_t mask = candidate.group_mask;
    if (GIC_FAULT("P-05") && candidate.priority == candidate.pmr)
        return true;
    if (GIC_FAULT("P-07"))
        mask = 0xFF;
    /* P-05: PMR compares the whole priority. */
    if (candidate.priority >= candidate.pmr)
        return false;
    if (candidate.running == GIC_PRIORITY_IDLE)
        return true;
    /* P-07: pre-emption compares group priorities. */
    return (candidate.priority & mask) < (candidate.running & mask);
}
/* The line for a group of interrupts, by the state of the PE (P-22). Pure. */
static inline gic_line cpuif_line_of(gic_group group, const gic_pe_state *pe, bool one_state)
{
    bool secure = gic_pe_secure(pe);
    if (group == GIC_GROUP_0)
        return GIC_LINE_FIQ;
    if (one_state)
        return GIC_LINE_IRQ;
    if (group == GIC_GROUP_1NS)
        return secure ? GIC_LINE_FIQ : GIC_LINE_IRQ;
    return !secure || (pe->el == 3 && !pe->aarch32) ? GIC_LINE_FIQ : GIC_LINE_IRQ;
}

/* Whether the Redistributor presents something of an enabled group. */
static inline bool cpuif_presented(const cpuif *c)
{
    return c->s.held.valid && (c->s.igrpen & gic_group_bit((gic_group)c->s.held.group)) != 0;
}

/* Whether what is presented is signalled: between activations a line is up exactly then. */
static inline bool cpuif_signals(const cpuif *c)
{
    return c->s.lines != 0;
}

/* Whether the NMI that is held passes the mask, and pre-empts what runs (N-06). */
bool cpuif_nmi_passes(const cpuif *c);
bool cpuif_nmi_preempts(const cpuif *c);

/* Whether what is presented can be signalled now. */
static inline bool cpuif_signals_now(const cpuif *c)
{
    cpuif_candidate candidate;
    if (!cpuif_presented(c))
        return false;
    if (c->s.held.nmi)
        return cpuif_nmi_passes(c) && cpuif_nmi_preempts(c) &&
               c->s.open_activate < GIC_CREDIT_ACTIVATE;
    candidate.priority = c->s.held.priority;
    candidate.pmr = c->s.pmr;
    candidate.running = c->d.running;
    candidate.group_mask = c->d.group_mask[c->s.held.group];
    /* Without a credit for its Activate it could not be acknowledged: it waits (ID-P02). */
    return cpuif_can_signal(candidate) && c->s.open_activate < GIC_CREDIT_ACTIVATE;
}

/* The lines that have to be up, as a set: empty, or IRQ or FIQ, and NMI beside IRQ when that is
   what it asserts. An NMI of the other Security state is an FIQ as any other (N-01). */
static inline unsigned cpuif_wanted_lines(const cpuif *c)
{
    gic_line line;
    if (!cpuif_signals_now(c))
        return 0;
    line = (gic_line)c->d.line_of[c->s.held.group];
    if (c->s.held.nmi && (line == GIC_LINE_IRQ || GIC_FAULT("N-01c")))
        return 1u << line | 1u << GIC_LINE_NMI;
    return 1u << line;
}

/* Whether IRQ, FIQ and NMI are driven as @p wanted, for what is held. */
static inline bool cpuif_lines_are(const cpuif *c, unsigned wanted)
{
    return c->s.lines == wanted &&
           c->s.signalled_intid == (wanted != 0 ? c->s.held.intid : (uint32_t)GIC_INTID_SPURIOUS);
}

/* Drive IRQ, FIQ and NMI as @p wanted. */
void cpuif_drive_lines(cpuif *c, unsigned wanted);

/* Drive them by the state as it is now. */
static inline void cpuif_update_lines(cpuif *c)
{
    unsigned wanted = cpuif_wanted_lines(c);
    if (!cpuif_lines_are(c, wanted))
        cpuif_drive_lines(c, wanted);
}

/* ---- the link to the Redistributor (link.c) ------------------------------------------------- */

/* Tell upstream what changed, give back what may not be held, drive the lines. */
void cpuif_settle(cpuif *c);
/* Report that a message waits for credit; always false, the answer of a write that did nothing. */
bool cpuif_stall(cpuif *c, gic_msg_kind kind, uint32_t intid);

/* Send a message with its INTID; other members are the caller's to set. */
static inline gic_msg *cpuif_send(cpuif *c, gic_msg_kind kind, uint32_t intid)
{
    return gic_send_kind(&c->outbox, GIC_PORT_GICR, c->pe, kind, intid);
}

static inline void cpuif_send_activate(cpuif *c, uint32_t intid)
{
    c->s.open_activate++;
    (void)cpuif_send(c, GIC_MSG_ACTIVATE, intid);
}

static inline void cpuif_send_deactivate(cpuif *c, uint32_t intid, gic_group_set groups)
{
    c->s.open_deactivate++;
    cpuif_send(c, GIC_MSG_DEACTIVATE, intid)->group = groups;
}

static inline void cpuif_send_sgi(cpuif *c, uint32_t intid, gic_sgi sgi)
{
    c->s.open_sgi++;
    cpuif_send(c, GIC_MSG_GENERATE_SGI, intid)->arg = gic_sgi_pack(sgi);
}

/* ---- GICv2 (gicc.c) -------------------------------------------------------------------------- */

void gicc_init(cpuif *c);
void gich_init(cpuif *c);
/* Frames: rows of 32 bits, one for each register of a .def file. */
#define CPUIF_FRAME_ROW(frame, name, offset, span, element, flags, read, write, reset, mask) \
    {                                                                                        \
#name, (offset), (span), 0, 0, (element), GIC_W32, (flags), frame##_read_##read,     \
            frame##_write_##write, (reset), (mask)                                           \
    }
void cpuif_init_frame(gic_frame *frame, uint8_t *index, const gic_reg_row *row, unsigned count,
                      uint32_t size);
static inline gic_status cpuif_frame_answer(uint64_t *value, uint64_t is)
{
    *value = is;
    return GIC_OK;
}
/* What a write did: no message waits for credit in a GICv2, whose links settle at once. */
static inline gic_status cpuif_frame_done(bool accepted)
{
    GIC_ASSERT(accepted);
    (void)accepted;
    return GIC_OK;
}
/* GICC_IIDR and GICV_IIDR. */
uint64_t gicc_iidr(const cpuif *c);
/* The line for a group of interrupts. */
gic_line gicc_line_of(const cpuif *c, gic_group group);
/* Bits of GICC_CTLR that cpuif_state.gicc may have. */
uint64_t gicc_kept_bits(void);
/* bypass.c: lines that legacy inputs have to drive now, as a set. */
unsigned gicc_wanted_bypass(const cpuif *c);
/* Lower those that may not be driven any more: before the GIC itself drives them. */
void gicc_close_bypass(cpuif *c);
/* Drive them as they have to be: after the GIC itself does no more. */
void gicc_open_bypass(cpuif *c);

/* ---- virtual interrupts ---------------------------------------------------------------------- */

/* A special virtual INTID, whatever CPUID a GICv2 has beside it. */
static inline bool cpuif_is_special(const cpuif *c, uint32_t intid)
{
    return gic_is_special(c->config.gicv2 ? (uint32_t)GIC_GET(GICC_IAR, INTID, intid) : intid);
}

/* virtual_lr.c: list registers. */

/* Masks and urgency of all list registers, from the registers. */
void cpuif_derive_list_registers(cpuif *c);
/* The most urgent candidate, anew: the groups that are enabled changed. */
void cpuif_find_urgent(cpuif *c);
/* Put @p lr into list register @p n. */
void cpuif_set_lr(cpuif *c, unsigned n, uint64_t lr);
/* Writable bits of every list register. */
uint64_t cpuif_lr_mask(const gic_config *config);
/* The first list register that holds @p intid Active, or CPUIF_LR_NONE. */
unsigned cpuif_active_lr(const cpuif *c, uint32_t intid);
/* Whether deactivating list register @p n has to wait for a credit upstream. */
bool cpuif_lr_waits(const cpuif *c, unsigned n);
/* Deactivate list register @p n, and what it is linked to (V-05). */
void cpuif_deactivate_lr(cpuif *c, const cpuif_view *v, unsigned n);

/* virtual_priority.c: ICH_VMCR_EL2 and active priorities, by both names. */

/* ICH_VMCR_EL2 as it would be after a write of @p value, seen from bank @p bank. */
uint32_t cpuif_clean_vmcr(const gic_config *config, uint64_t value, unsigned bank);
/* Group masks and running priority from the registers. */
void cpuif_derive_virtual_priorities(cpuif *c);
/* The level of active priority of a list register's interrupt. */
uint8_t cpuif_lr_running(const cpuif *c, uint64_t lr);
void cpuif_raise_virtual(cpuif *c, unsigned group, uint8_t running);
/* Acknowledge a virtual NMI. */
void cpuif_raise_virtual_nmi(cpuif *c);
/* Drop the virtual running priority; there is one. */
void cpuif_drop_virtual(cpuif *c);

/* maintenance.c: ICH_HCR_EL2, what it reports, and the lines. */

/* Writable bits of ICH_HCR_EL2. */
uint32_t cpuif_hcr_mask(void);
/* ICH_HCR_EL2.EOIcount goes one up, and wraps (V-04). */
void cpuif_count_eoi(cpuif *c);
/* vIRQ, vFIQ and the maintenance interrupt as they have to be, as a set of gic_line. */
unsigned cpuif_wanted_virtual_lines(const cpuif *c);
/* Drive them so. */
void cpuif_update_virtual(cpuif *c);

/* Whether virtual group @p group is enabled: ICV_IGRPEN<n>. */
static inline bool cpuif_virtual_group_enabled(const cpuif *c, unsigned group)
{
    if (GIC_FAULT("peer-QEMU-11") && c->config.gicv2) /* GICC_CTLR's */
        return (c->s.igrpen >> (group == 0 ? GIC_GROUP_0 : GIC_GROUP_1NS) & 1u) != 0;
    return GIC_GET(ICH_VMCR_EL2, VENG0, c->s.v.vmcr >> group) != 0;
}

/* Whether a virtual NMI pre-empts what runs; nothing masks it (N-08). */
bool cpuif_virtual_nmi_preempts(const cpuif *c);

/* Whether the most urgent candidate is signalled, or would be but for what masks it (V-02, V-17).
 */
static inline bool cpuif_virtual_signals(const cpuif *c)
{
    const cpuif_virtual_derived *d = &c->d.v;
    cpuif_candidate candidate;
    unsigned n = cpuif_virtual_best(d);
    if (d->urgency == CPUIF_URGENCY_NONE || GIC_GET(ICH_HCR_EL2, En, c->s.v.hcr) == 0)
        return false;
    if (cpuif_virtual_best_is_nmi(d))
        return cpuif_virtual_nmi_preempts(c);
    candidate.priority = (uint8_t)GIC_GET(ICH_LR, Priority, c->s.v.lr[n]);
    candidate.pmr = (uint8_t)GIC_GET(ICH_VMCR_EL2, VPMR, c->s.v.vmcr);
    candidate.running = d->running;
    candidate.group_mask = d->group_mask[d->group1 >> n & 1u];
    return cpuif_can_signal(candidate);
}

#endif
