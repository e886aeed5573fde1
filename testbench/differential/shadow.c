/* SPDX-License-Identifier: Apache-2.0 */
#include "shadow.h"

#include "rows.h"
#include "sysreg_ids.h"

#include <string.h>

#define CTLR_DS      (1u << 6)
#define WAKER_SLEEP  (1u << 1)
#define PROP_ID_BITS 0x1Fu
#define ALL_ID_BITS  15u

/* Fields of ICC_SGIxR (IHI 0069, 12.2). */
#define SGI_AFFINITIES (UINT64_C(0xFF) << 48 | UINT64_C(0xFF) << 32 | UINT64_C(0xFF) << 16)
#define SGI_RS         (UINT64_C(0xF) << 44)
#define SGI_IRM        (UINT64_C(1) << 40)
#define SGI_INTID      24
#define SGI_LIST       0xFFFFu

void shadow_reset(diff_shadow *s, const diff_program *program)
{
    memset(s, 0, sizeof *s);
    s->ds = !program->secure;
    s->asleep = (1u << DIFF_MAX_PES) - 1;
    s->narrow = s->asleep;
}

bool step_is_secure(const diff_program *program, const diff_step *step)
{
    return program->secure && ((step->world & DIFF_LEVEL) == 3 || !(step->world & DIFF_NS));
}

static uint32_t with_bit(uint32_t set, unsigned bit, bool on)
{
    return (set & ~(1u << bit)) | (on ? 1u << bit : 0u);
}

bool step_is_virtual(const diff_program *program, const diff_step *step, unsigned group)
{
    bool guest = program->el2 && (step->world & (DIFF_LEVEL | DIFF_NS)) == (1 | DIFF_NS);
    return guest && (step->world & (group == 0 ? DIFF_FMO : DIFF_IMO));
}

bool step_is_guest(const diff_program *program, const diff_step *step)
{
    return step_is_virtual(program, step, 0) || step_is_virtual(program, step, 1);
}

unsigned register_groups(uint64_t number)
{
    static const char *const common[] = {"ICC_PMR", "ICC_RPR", "ICC_CTLR_EL1", "ICC_DIR"};
    static const char *const grouped[] = {"ICC_IAR", "ICC_EOIR", "ICC_HPPIR",
                                          "ICC_BPR", "ICC_AP",   "ICC_IGRPEN"};
    const char *name = sysreg_name(number);
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        if (strncmp(name, common[i], strlen(common[i])) == 0)
            return 3;
    }
    for (size_t i = 0; i < sizeof grouped / sizeof grouped[0]; i++) {
        size_t length = strlen(grouped[i]);
        if (strncmp(name, grouped[i], length) == 0 && !strstr(name, "EL3"))
            return 1u << (name[length] - '0');
    }
    return 0;
}

bool register_is_virtual(const diff_program *program, const diff_step *step, uint64_t number)
{
    unsigned groups = register_groups(number);
    return ((groups & 1) && step_is_virtual(program, step, 0)) ||
           ((groups & 2) && step_is_virtual(program, step, 1));
}

bool shadow_moves_alike(const diff_shadow *s, const diff_program *program)
{
    uint32_t all = (1u << program->pes) - 1;
    return (s->lpis & all) == all && (s->narrow & all) == 0;
}

/** Interfaces' fields of a GICv2 that two Security states have banks of. */
#define GICC_CTLR_NS_GROUP   (1u << 1)
#define GICC_CTLR_NS_EOIMODE (1u << 10)

/** GICC_CTLR in the Secure view after a write of @p value. */
static uint32_t interface_control(uint32_t before, uint32_t value, bool secure)
{
    const uint32_t banked = GICC_CTLR_NS_GROUP | GICC_CTLR_NS_EOIMODE;
    return secure ? value : (before & ~banked) | (value << 1 & banked);
}

static void shadow_targets(diff_shadow *s, const diff_step *step, uint32_t intid)
{
    for (unsigned i = 0; i < step->width && intid + i < sizeof s->v2.targets; i++)
        s->v2.targets[intid + i] = (uint8_t)(step->value >> 8 * i);
}

/** The Non-secure view of priorities: the less urgent half, of Group 1 alone. */
static void shadow_priorities(diff_shadow *s, const diff_step *step, uint32_t intid, bool secure)
{
    for (unsigned i = 0; i < step->width && intid + i < sizeof s->v2.priority; i++) {
        uint8_t value = (uint8_t)(step->value >> 8 * i);
        uint8_t *priority =
            intid + i < 32 ? &s->v2.own_priority[step->pe][intid + i] : &s->v2.priority[intid + i];
        if (secure)
            *priority = value;
        else if (shadow_group(s, step->pe, intid + i) != DIFF_GROUP_0)
            *priority = (uint8_t)(0x80 | value >> 1);
    }
}

static void shadow_pmr(diff_shadow *s, const diff_step *step, bool secure)
{
    uint8_t *pmr = &s->v2.pmr[step->pe], value = (uint8_t)step->value;
    if (secure)
        *pmr = value;
    else if (*pmr & 0x80)
        *pmr = (uint8_t)(0x80 | value >> 1);
}

uint8_t shadow_priority(const diff_shadow *s, unsigned pe, unsigned intid)
{
    return intid < 32                      ? s->v2.own_priority[pe][intid]
           : intid < sizeof s->v2.priority ? s->v2.priority[intid]
                                           : 0;
}

/** GICC_BPR is Group 1's to Non-secure software. */
static void shadow_points(diff_shadow *s, const diff_step *step, bool secure, bool aliased)
{
    uint8_t point = (uint8_t)(step->value & 7);
    if (aliased && !secure)
        return;
    if (aliased || !secure) {
        s->v2.aliased_point[step->pe] = point;
        return;
    }
    s->v2.point[step->pe] = point;
    if (point > s->bpr[step->pe])
        s->bpr[step->pe] = point;
}

/** Binary points of the virtual interface: GICV_ABPR counts one more. */
static void note_guest_points(diff_shadow *s, const diff_step *step, unsigned point,
                              unsigned aliased)
{
    if (aliased > 0 && aliased - 1 > point)
        point = aliased - 1;
    if (point > s->vbpr[step->pe])
        s->vbpr[step->pe] = (uint8_t)point;
}

/** Registers of a GICv2: INTIDs 0 to 31 are those of the PE that writes. */
static void shadow_write_gicv2(diff_shadow *s, const diff_program *program, const diff_step *step)
{
    diff_place place = row_find(program, step->address);
    uint32_t value = (uint32_t)step->value, *ctlr = &s->v2.gicc_ctlr[step->pe];
    bool secure = s->ds || step_is_secure(program, step);
    uint32_t own = secure ? ~0u : s->igroupr0[step->pe];
    bool word = step->width == 4, byte = word || step->width == 1;
    if (place.row == ROW2_GICD_ITARGETSR && byte && program->pes > 1)
        shadow_targets(s, step, 32 + place.offset);
    else if (place.row == ROW2_GICD_IPRIORITYR && byte)
        shadow_priorities(s, step, 32 + place.offset, secure);
    else if (place.row == ROW2_GICD_IPRIORITYR0 && byte)
        shadow_priorities(s, step, place.offset, secure);
    if (!word)
        return;
    if (place.row == ROW2_GICD_CTLR)
        s->v2.gicd_ctlr = secure ? value & 3 : (uint8_t)((s->v2.gicd_ctlr & 1) | (value & 1) << 1);
    else if (place.row == ROW2_GICC_CTLR)
        *ctlr = interface_control(*ctlr, value, secure);
    else if (place.row == ROW2_GICH_VMCR)
        note_guest_points(s, step, value >> 21 & 7, value >> 18 & 7);
    else if (place.row == ROW2_GICV_BPR)
        note_guest_points(s, step, value & 7, 0);
    else if (place.row == ROW2_GICV_ABPR)
        note_guest_points(s, step, 0, value & 7);
    else if (place.row == ROW2_GICC_PMR)
        shadow_pmr(s, step, secure);
    else if (place.row == ROW2_GICD_ISENABLER0)
        s->v2.enabled[step->pe] |= value & own;
    else if (place.row == ROW2_GICD_ICENABLER0)
        s->v2.enabled[step->pe] &= ~(value & own);
    else if (place.row == ROW2_GICC_BPR || place.row == ROW2_GICC_ABPR)
        shadow_points(s, step, secure, place.row == ROW2_GICC_ABPR);
    else if (place.row == ROW2_GICD_IGROUPR0 && secure)
        s->igroupr0[step->pe] = value;
    else if (place.row == ROW2_GICD_IGROUPR && secure && place.offset / 4 + 1 < DIFF_WORDS)
        s->igroupr[place.offset / 4 + 1] = value;
}

static void shadow_write(diff_shadow *s, const diff_program *program, const diff_step *step)
{
    diff_place place = row_find(program, step->address);
    uint32_t value = (uint32_t)step->value;
    if (place.row == ROW_GICR_PROPBASER && place.pe < DIFF_MAX_PES && place.offset == 0)
        s->narrow = with_bit(s->narrow, place.pe, (value & PROP_ID_BITS) < ALL_ID_BITS);
    bool spi_word = place.row == ROW_GICD_IGROUPR || place.row == ROW_GICD_IGRPMODR;
    if (step->width != 4 || place.pe >= DIFF_MAX_PES ||
        place.offset >= (spi_word ? 4 * DIFF_WORDS : 4))
        return;
    if (place.row == ROW_GICR_CTLR)
        s->lpis = with_bit(s->lpis, place.pe, value & 1);
    if (!s->ds && !step_is_secure(program, step))
        return;
    if (place.row == ROW_GICR_WAKER)
        s->asleep = with_bit(s->asleep, place.pe, value & WAKER_SLEEP);
    if (place.row == ROW_GICD_CTLR)
        s->ds |= (value & CTLR_DS) != 0;
    else if (place.row == ROW_GICR_IGROUPR0)
        s->igroupr0[place.pe] = value;
    else if (place.row == ROW_GICR_IGRPMODR0 && !s->ds)
        s->igrpmodr0[place.pe] = value;
    else if (place.row == ROW_GICR_NSACR && !s->ds)
        s->nsacr[place.pe] = value;
    else if (place.row == ROW_GICD_IGROUPR)
        s->igroupr[place.offset / 4] = value;
    else if (place.row == ROW_GICD_IGRPMODR && !s->ds)
        s->igrpmodr[place.offset / 4] = value;
}

static uint8_t with_group(uint8_t enables, diff_group group, bool on)
{
    return (uint8_t)((enables & ~(1u << group)) | (on ? 1u << group : 0u));
}

/** Group 1 of the register's bank: with one Security state Group 1 is one. */
static diff_group own_group_1(const diff_shadow *s, const diff_program *program,
                              const diff_step *step)
{
    bool secure_bank = program->secure && !s->ds && !(step->world & DIFF_NS);
    return secure_bank ? DIFF_GROUP_1S : DIFF_GROUP_1NS;
}

/** The largest split of virtual priorities so far: Group 1 counts one more. */
static void note_virtual_point(diff_shadow *s, const diff_step *step, uint64_t point)
{
    if (point > s->vbpr[step->pe])
        s->vbpr[step->pe] = (uint8_t)point;
}

/** ICH_VMCR_EL2, or what a guest writes of it. @return whether it is the virtual interface's. */
static bool shadow_virtual(diff_shadow *s, const diff_program *program, const diff_step *step)
{
    const unsigned vbpr0 = 21, vbpr1 = 18;
    uint64_t point = step->value & 7;
    bool points = step->address == DIFF_ICC_BPR0_EL1
                      ? step_is_virtual(program, step, 0)
                      : step->address == DIFF_ICC_BPR1_EL1 && step_is_virtual(program, step, 1);
    if (step->address == DIFF_ICH_VMCR_EL2 || (points && step->value > 7))
        s->wide = with_bit(s->wide, step->pe, points);
    switch (step->address) {
    case DIFF_ICH_HCR_EL2:
        return true;
    case DIFF_ICH_VMCR_EL2:
        note_virtual_point(s, step, step->value >> vbpr0 & 7);
        note_virtual_point(s, step, (step->value >> vbpr1 & 7) - ((step->value >> vbpr1 & 7) > 0));
        return true;
    case DIFF_ICC_BPR0_EL1:
        if (step_is_virtual(program, step, 0))
            note_virtual_point(s, step, point);
        return step_is_virtual(program, step, 0);
    case DIFF_ICC_BPR1_EL1:
        if (step_is_virtual(program, step, 1))
            note_virtual_point(s, step, point - (point > 0));
        return step_is_virtual(program, step, 1);
    case DIFF_ICC_IGRPEN0_EL1:
        return step_is_virtual(program, step, 0);
    case DIFF_ICC_IGRPEN1_EL1:
        return step_is_virtual(program, step, 1);
    default:
        return false;
    }
}

static void shadow_msr(diff_shadow *s, const diff_program *program, const diff_step *step)
{
    uint8_t *enables = &s->igrpen[step->pe];
    if (shadow_virtual(s, program, step))
        return;
    switch (step->address) {
    case DIFF_ICC_IGRPEN0_EL1:
        *enables = with_group(*enables, DIFF_GROUP_0, step->value & 1);
        break;
    case DIFF_ICC_IGRPEN1_EL1:
        *enables = with_group(*enables, own_group_1(s, program, step), step->value & 1);
        break;
    case DIFF_ICC_IGRPEN1_EL3:
        *enables = with_group(*enables, DIFF_GROUP_1NS, step->value & 1);
        *enables = with_group(*enables, DIFF_GROUP_1S, step->value & 2);
        break;
    case DIFF_ICC_BPR0_EL1:
        if ((step->value & 7) > s->bpr[step->pe])
            s->bpr[step->pe] = step->value & 7;
        break;
    default:
        break;
    }
}

void shadow_step(diff_shadow *s, const diff_program *program, const diff_step *step)
{
    if (step->op == DIFF_WRITE && program->gicv2 && step->pe < DIFF_MAX_PES)
        shadow_write_gicv2(s, program, step);
    else if (step->op == DIFF_WRITE && !program->gicv2)
        shadow_write(s, program, step);
    else if (step->op == DIFF_MSR && step->pe < DIFF_MAX_PES)
        shadow_msr(s, program, step);
}

void shadow_replay(diff_shadow *s, const diff_program *program, uint32_t number)
{
    shadow_reset(s, program);
    for (uint32_t i = 0; i < number && i < program->steps; i++)
        shadow_step(s, program, &program->step[i]);
}

diff_group shadow_group(const diff_shadow *s, unsigned pe, unsigned intid)
{
    if (intid >= 32 * DIFF_WORDS)
        return DIFF_GROUP_1NS;
    uint32_t igroupr = intid < 32 ? s->igroupr0[pe] : s->igroupr[intid / 32];
    uint32_t igrpmodr = intid < 32 ? s->igrpmodr0[pe] : s->igrpmodr[intid / 32];
    if (igroupr >> intid % 32 & 1)
        return DIFF_GROUP_1NS;
    return !s->ds && (igrpmodr >> intid % 32 & 1) ? DIFF_GROUP_1S : DIFF_GROUP_0;
}

sgi_request sgi_decode(const diff_program *program, const diff_step *step)
{
    sgi_request request = {(unsigned)(step->value >> SGI_INTID & 15), 0, false};
    uint32_t all = (1u << program->pes) - 1;
    if (step->value & SGI_IRM)
        request.targets = all & ~(1u << step->pe);
    else if ((step->value & SGI_AFFINITIES) == 0)
        request.targets = (uint32_t)(step->value & SGI_LIST) & all;
    request.range = !(step->value & SGI_IRM) && (step->value & SGI_RS);
    return request;
}

/** Whether QEMU forwards where the model does not, or the other way round, for a target's group. */
static bool forwarding_differs(const diff_shadow *s, uint64_t number, bool secure, diff_group group,
                               unsigned nsacr)
{
    if (number == DIFF_ICC_SGI0R_EL1)
        return false;
    if (s->ds) /* S-06 */
        return number == DIFF_ICC_ASGI1R_EL1 ? secure : (group == DIFF_GROUP_0) != secure;
    if (number == DIFF_ICC_ASGI1R_EL1)
        return false;
    if (secure) /* ID-R05 */
        return group == DIFF_GROUP_0;
    return (group == DIFF_GROUP_0 && nsacr >= 1) || (group == DIFF_GROUP_1S && nsacr >= 2);
}

static bool is_sgi(const diff_step *step)
{
    return step->op == DIFF_MSR &&
           (step->address == DIFF_ICC_SGI0R_EL1 || step->address == DIFF_ICC_SGI1R_EL1 ||
            step->address == DIFF_ICC_ASGI1R_EL1);
}

uint32_t sgi_differs_by_group(const diff_shadow *s, const diff_program *program,
                              const diff_step *step)
{
    uint32_t differs = 0;
    sgi_request request = sgi_decode(program, step);
    for (unsigned pe = 0; is_sgi(step) && pe < program->pes; pe++) {
        unsigned nsacr = s->nsacr[pe] >> 2 * request.intid & 3;
        if ((request.targets >> pe & 1) &&
            forwarding_differs(s, step->address, step_is_secure(program, step),
                               shadow_group(s, pe, request.intid), nsacr))
            differs |= 1u << pe;
    }
    return differs;
}

uint32_t sgi_differs(const diff_shadow *s, const diff_program *program, const diff_step *step)
{
    sgi_request request = sgi_decode(program, step);
    if (is_sgi(step) && request.range)
        return request.targets;
    return sgi_differs_by_group(s, program, step);
}
