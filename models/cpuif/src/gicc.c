/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICC: the frame of a GICv2's CPU interface. The same state, decisions and messages as behind the
 * system registers; the Security of the access takes the place of the PE's state (L-09), and
 * interrupts are named as GICC_IAR names them, an SGI with its source.
 */
#include "gic/regs.h"

#include "internal.h"

/* ---- views ----------------------------------------------------------------------------------- */

enum { IAR_FORM, ALIASED_FORM }; /* GICC_IAR and its kin, GICC_AIAR and its */

/* With one Security state every access is as a Secure one to a GIC with two. */
static bool is_secure(const cpuif *c, const gic_access *access)
{
    return access->secure || c->s.ds;
}

static cpuif_view view_of(const cpuif *c, const gic_access *access)
{
    gic_group_set group0 = gic_group_bit(GIC_GROUP_0);
    gic_group_set group1 = gic_group_bit(GIC_GROUP_1NS);
    bool secure = is_secure(c, access);
    bool both = GIC_GET(GICC_CTLR, AckCtl, c->s.gicc) != 0;
    cpuif_view v = {0};
    v.secure = secure;
    v.shifted = !secure && !GIC_FAULT("L-09b");
    v.bank = CPUIF_BANK_NS;
    v.visible[IAR_FORM] = secure ? (both ? group0 | group1 : group0) : group1;
    v.visible[ALIASED_FORM] = group1;
    v.ends = secure ? GIC_GROUPS_ALL : group1;
    v.eoi_mode = secure ? GIC_GET(ICC_CTLR_EL3, EOImode_EL1S, c->s.ctlr) != 0
                        : GIC_GET(ICC_CTLR_EL3, EOImode_EL1NS, c->s.ctlr) != 0;
    return v;
}

/* ---- acknowledge ----------------------------------------------------------------------------- */

/* What GICC_HPPIR or GICC_AHPPIR returns (L-09, L-10). */
static uint32_t gicc_identify(const cpuif *c, const gic_access *access, unsigned form)
{
    cpuif_view v = view_of(c, access);
    gic_group group = (gic_group)c->s.held.group;
    if (!cpuif_presented(c))
        return GIC_INTID_SPURIOUS;
    if ((v.visible[form] & gic_group_bit(group)) != 0 || GIC_FAULT("L-10"))
        return c->s.held.intid;
    /* Of Group 1, and yet not seen: by a Secure access that should read GICC_AIAR, 1022. */
    return group != GIC_GROUP_0 && !GIC_FAULT("L-09") ? GIC_INTID_NMI : GIC_INTID_SPURIOUS;
}

static gic_status acknowledge(cpuif *c, const gic_access *access, unsigned form, uint64_t *value)
{
    *value = cpuif_signals_now(c) ? gicc_identify(c, access, form) : (uint32_t)GIC_INTID_SPURIOUS;
    if (!access->debug)
        cpuif_iar_acknowledge(c, form, *value);
    return GIC_OK;
}

static gic_status gicc_read_iar(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    return acknowledge((cpuif *)kernel, a->access, IAR_FORM, value);
}

static gic_status gicc_read_aiar(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    return acknowledge((cpuif *)kernel, a->access, ALIASED_FORM, value);
}

static gic_status gicc_read_hppir(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    return cpuif_frame_answer(value, gicc_identify((const cpuif *)kernel, a->access, IAR_FORM));
}

static gic_status gicc_read_ahppir(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    return cpuif_frame_answer(value, gicc_identify((const cpuif *)kernel, a->access, ALIASED_FORM));
}

/* ---- end of interrupt ------------------------------------------------------------------------ */

/* The CPUID of an SGI is not looked at: active is per INTID (L-08, ID-L04). */
static uint64_t ended(uint64_t value)
{
    return GIC_FAULT("L-08") ? value : GIC_GET(GICC_IAR, INTID, value);
}

static gic_status gicc_write_eoir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    cpuif_view v = view_of(c, a->access);
    return cpuif_frame_done(cpuif_eoir_write(c, &v, IAR_FORM, ended(value)));
}

static gic_status gicc_write_aeoir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    cpuif_view v = view_of(c, a->access);
    return cpuif_frame_done(cpuif_eoir_write(c, &v, ALIASED_FORM, ended(value)));
}

static gic_status gicc_write_dir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    cpuif_view v = view_of(c, a->access);
    if (GIC_FAULT("L-11"))
        v.eoi_mode = true;
    return cpuif_frame_done(cpuif_dir_write(c, &v, IAR_FORM, ended(value)));
}

/* ---- priorities ------------------------------------------------------------------------------ */

static gic_status gicc_read_pmr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    cpuif_view v = view_of(c, a->access);
    return cpuif_frame_answer(value, cpuif_pmr_value(c, &v, CPUIF_ONLY));
}

static gic_status gicc_write_pmr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    cpuif_view v = view_of(c, a->access);
    return cpuif_frame_done(cpuif_pmr_write(c, &v, CPUIF_ONLY, value));
}

static gic_status gicc_read_rpr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    cpuif_view v = view_of(c, a->access);
    return cpuif_frame_answer(value, cpuif_rpr_value(c, &v, CPUIF_ONLY));
}

/* Non-secure it is Group 1's, with CBPR what follows from Group 0's (P-09). */
static gic_status gicc_read_bpr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    cpuif_view v = view_of(c, a->access);
    return cpuif_frame_answer(value, v.secure ? cpuif_bpr0_value(c, &v, CPUIF_ONLY)
                                              : cpuif_bpr1_value(c, &v, CPUIF_ONLY));
}

static gic_status gicc_write_bpr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    cpuif_view v = view_of(c, a->access);
    return cpuif_frame_done(v.secure ? cpuif_bpr0_write(c, &v, CPUIF_ONLY, value)
                                     : cpuif_bpr1_write(c, &v, CPUIF_ONLY, value));
}

/* GICC_ABPR is Group 1's register itself, whatever CBPR says, as EL3 sees it with a GICv3. */
static cpuif_view alias_view(const cpuif *c, const gic_access *access)
{
    cpuif_view v = view_of(c, access);
    v.el3 = true;
    return v;
}

static gic_status gicc_read_abpr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    cpuif_view v = alias_view(c, a->access);
    return cpuif_frame_answer(value, cpuif_bpr1_value(c, &v, CPUIF_ONLY));
}

static gic_status gicc_write_abpr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    cpuif_view v = alias_view(c, a->access);
    return cpuif_frame_done(cpuif_bpr1_write(c, &v, CPUIF_ONLY, value));
}

/* ---- active priorities ----------------------------------------------------------------------- */

/*
 * Where in the registers of Group 1 the Non-secure GICC_APR<n> is: the Non-secure half of the
 * levels, seen from its start (ID-L05).
 */
typedef struct half {
    unsigned word;
    unsigned shift;
    uint32_t mask; /* of the levels in the Non-secure view; 0: not implemented */
} half;

static half nonsecure_half(const cpuif *c, unsigned n)
{
    unsigned first = 1u << (c->config.preemption_bits - 1u); /* levels of either half */
    half h;
    h.word = n + first / CPUIF_AP_WORD_BITS;
    h.shift = first % CPUIF_AP_WORD_BITS;
    h.mask = h.shift ? (UINT32_C(1) << h.shift) - 1u : UINT32_MAX;
    if (h.word >= c->d.ap_words)
        h.mask = 0;
    return h;
}

static gic_status gicc_read_apr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    unsigned n = a->offset / 4u;
    half h = nonsecure_half(c, n);
    if (is_secure(c, a->access))
        *value = c->s.ap[GIC_GROUP_0][n]; /* zero where there is none */
    else
        *value = h.mask ? c->s.ap[GIC_GROUP_1NS][h.word] >> h.shift & h.mask : 0;
    return GIC_OK;
}

static gic_status gicc_write_apr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    cpuif_view v = view_of(c, a->access);
    unsigned n = a->offset / 4u;
    half h = nonsecure_half(c, n);
    uint32_t kept;
    if (v.secure)
        return n < c->d.ap_words ? cpuif_frame_done(cpuif_ap0r_write(c, &v, n, value)) : GIC_OK;
    if (h.mask == 0)
        return GIC_OK;
    kept = c->s.ap[GIC_GROUP_1NS][h.word] & ~(h.mask << h.shift);
    return cpuif_frame_done(
        cpuif_ap1r_write(c, &v, h.word, kept | ((uint32_t)value & h.mask) << h.shift));
}

static gic_status gicc_read_nsapr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    unsigned n = a->offset / 4u;
    return cpuif_frame_answer(value, c->s.ap[GIC_GROUP_1NS][n]);
}

static gic_status gicc_write_nsapr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    cpuif_view v = view_of(c, a->access);
    unsigned n = a->offset / 4u;
    return n < c->d.ap_words ? cpuif_frame_done(cpuif_ap1r_write(c, &v, n, value)) : GIC_OK;
}

/* ---- GICC_CTLR, GICC_IIDR -------------------------------------------------------------------- */

/* Bits of the Secure view that are kept as they are; the others are state that a GICv3 has too. */
uint64_t gicc_kept_bits(void)
{
    return GIC_FIELD_MASK(GICC_CTLR, AckCtl) | GIC_FIELD_MASK(GICC_CTLR, FIQEn) |
           GIC_FIELD_MASK(GICC_CTLR, FIQBypDisGrp0) | GIC_FIELD_MASK(GICC_CTLR, IRQBypDisGrp0) |
           GIC_FIELD_MASK(GICC_CTLR, FIQBypDisGrp1) | GIC_FIELD_MASK(GICC_CTLR, IRQBypDisGrp1);
}

/* The register as Secure software sees it; with one Security state bit 10 is RES0. */
static uint64_t ctlr_value(const cpuif *c)
{
    uint64_t v = c->s.gicc;
    v = GIC_PUT(GICC_CTLR, EnableGrp0, v, c->s.igrpen >> GIC_GROUP_0 & 1u);
    v = GIC_PUT(GICC_CTLR, EnableGrp1, v, c->s.igrpen >> GIC_GROUP_1NS & 1u);
    v = GIC_PUT(GICC_CTLR, CBPR, v, GIC_GET(ICC_CTLR_EL3, CBPR_EL1NS, c->s.ctlr));
    v = GIC_PUT(GICC_CTLR, EOImodeS, v, GIC_GET(ICC_CTLR_EL3, EOImode_EL1S, c->s.ctlr));
    return GIC_PUT(GICC_CTLR, EOImodeNS, v, GIC_GET(ICC_CTLR_EL3, EOImode_EL1NS, c->s.ctlr));
}

static gic_status gicc_read_ctlr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    uint64_t all = ctlr_value(c);
    if (is_secure(c, a->access)) {
        *value = all;
        return GIC_OK;
    }
    *value = GIC_MAKE(GICC_CTLR_NS, EnableGrp1, GIC_GET(GICC_CTLR, EnableGrp1, all)) |
             GIC_MAKE(GICC_CTLR_NS, FIQBypDisGrp1, GIC_GET(GICC_CTLR, FIQBypDisGrp1, all)) |
             GIC_MAKE(GICC_CTLR_NS, IRQBypDisGrp1, GIC_GET(GICC_CTLR, IRQBypDisGrp1, all)) |
             GIC_MAKE(GICC_CTLR_NS, EOImodeNS, GIC_GET(GICC_CTLR, EOImodeNS, all));
    return GIC_OK;
}

/* Groups, binary point, EOI modes and lines follow from the Secure form @p all. */
static void gicc_set_ctlr(cpuif *c, uint64_t all)
{
    uint64_t ctlr = c->s.ctlr;
    gic_group_set groups = 0;
    ctlr = GIC_PUT(ICC_CTLR_EL3, CBPR_EL1NS, ctlr, GIC_GET(GICC_CTLR, CBPR, all));
    ctlr = GIC_PUT(ICC_CTLR_EL3, EOImode_EL1S, ctlr, GIC_GET(GICC_CTLR, EOImodeS, all));
    ctlr = GIC_PUT(ICC_CTLR_EL3, EOImode_EL1NS, ctlr,
                   c->s.ds ? 0 : GIC_GET(GICC_CTLR, EOImodeNS, all));
    if (GIC_GET(GICC_CTLR, EnableGrp0, all))
        groups |= gic_group_bit(GIC_GROUP_0);
    if (GIC_GET(GICC_CTLR, EnableGrp1, all))
        groups |= gic_group_bit(GIC_GROUP_1NS);
    c->s.ctlr = (uint32_t)ctlr;
    c->s.gicc = (uint32_t)(all & gicc_kept_bits());
    c->s.igrpen = groups;
    gicc_close_bypass(c);
    cpuif_derive_pe(c);
    cpuif_derive_priorities(c);
    cpuif_settle(c);
    gicc_open_bypass(c);
}

static gic_status gicc_write_ctlr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    uint64_t all = value;
    if (!is_secure(c, a->access)) {
        all = ctlr_value(c);
        all = GIC_PUT(GICC_CTLR, EnableGrp1, all, GIC_GET(GICC_CTLR_NS, EnableGrp1, value));
        all = GIC_PUT(GICC_CTLR, FIQBypDisGrp1, all, GIC_GET(GICC_CTLR_NS, FIQBypDisGrp1, value));
        all = GIC_PUT(GICC_CTLR, IRQBypDisGrp1, all, GIC_GET(GICC_CTLR_NS, IRQBypDisGrp1, value));
        all = GIC_PUT(GICC_CTLR, EOImodeNS, all, GIC_GET(GICC_CTLR_NS, EOImodeNS, value));
    }
    gicc_set_ctlr(c, all);
    return GIC_OK;
}

/* Group 0 is signalled by FIQ if FIQEn says so; the PE's state has no say (L-10). */
gic_line gicc_line_of(const cpuif *c, gic_group group)
{
    bool fiq = group == GIC_GROUP_0 && GIC_GET(GICC_CTLR, FIQEn, c->s.gicc) != 0;
    if (GIC_FAULT("L-10b"))
        fiq = group == GIC_GROUP_0;
    return fiq ? GIC_LINE_FIQ : GIC_LINE_IRQ;
}

/* The designer, product and revision of GICD_IIDR; the architecture version is 2. */
uint64_t gicc_iidr(const cpuif *c)
{
    uint64_t same = GIC_FIELD_MASK(GICC_IIDR, ProductID) | GIC_FIELD_MASK(GICC_IIDR, Revision) |
                    GIC_FIELD_MASK(GICC_IIDR, Implementer);
    return (c->config.iidr & same) | GIC_MAKE(GICC_IIDR, ArchVersion, 2);
}

static gic_status gicc_read_iidr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    (void)a;
    return cpuif_frame_answer(value, gicc_iidr((const cpuif *)kernel));
}

/* ---- the frame ------------------------------------------------------------------------------- */

#define gicc_read_none  NULL
#define gicc_write_none NULL

static const gic_reg_row gicc_rows[] = {
#define GICC_REG(...) CPUIF_FRAME_ROW(gicc, __VA_ARGS__),
#include "regs/gicc.def"
#undef GICC_REG
};

void cpuif_init_frame(gic_frame *frame, uint8_t *index, const gic_reg_row *row, unsigned count,
                      uint32_t size)
{
    frame->row = row;
    frame->row_count = (uint16_t)count;
    frame->size = size;
    frame->index = index;
    gic_frame_index(index, row, count, size);
}

void gicc_init(cpuif *c)
{
    cpuif_init_frame(&c->gicc, c->gicc_index, gicc_rows, GIC_COUNT_OF(gicc_rows), GICC_FRAME_SIZE);
    gich_init(c);
}

const gic_frame *cpuif_frame(const cpuif *c, cpuif_frame_kind kind)
{
    if (!c->config.gicv2 || (kind != CPUIF_GICC && c->d.v.count == 0))
        return NULL;
    return kind == CPUIF_GICC ? &c->gicc : kind == CPUIF_GICH ? &c->gich : &c->gicv;
}

static gic_frame_policy policy_of(cpuif *c)
{
    gic_frame_policy policy;
    policy.outbox = &c->outbox;
    policy.pe = c->pe;
    policy.secure_rows_closed = !c->s.ds;
    policy.bad_size = c->config.bad_size;
    return policy;
}

gic_status cpuif_frame_read(cpuif *c, cpuif_frame_kind kind, const gic_access *access,
                            uint32_t offset, uint64_t *value)
{
    const gic_frame *frame = cpuif_frame(c, kind);
    gic_frame_policy policy = policy_of(c);
    return frame ? gic_frame_read(frame, &policy, c, access, offset, value) : GIC_ADDRESS;
}

gic_status cpuif_frame_write(cpuif *c, cpuif_frame_kind kind, const gic_access *access,
                             uint32_t offset, uint64_t value)
{
    const gic_frame *frame = cpuif_frame(c, kind);
    gic_frame_policy policy = policy_of(c);
    return frame ? gic_frame_write(frame, &policy, c, access, offset, value) : GIC_ADDRESS;
}
