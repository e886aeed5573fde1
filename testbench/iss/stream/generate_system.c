/* SPDX-License-Identifier: Apache-2.0 */
/* Random instruction streams: exceptions, system registers, maintenance, changes of level. */
#include "stream.h"

/* Instructions, without their registers. */
#define MSR    0xd5000000u
#define MRS    0xd5200000u
#define DSB_SY 0xd5033f9fu
#define ISB    0xd5033fdfu
#define ERET   0xd69f03e0u

/** A system register where MRS and MSR name it; op0 is 3. */
#define SYSREG(op1, crn, crm, op2) (3 << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)

enum {
    MIDR_EL1 = SYSREG(0, 0, 0, 0),
    ID_AA64PFR0_EL1 = SYSREG(0, 0, 4, 0),
    SCTLR_EL1 = SYSREG(0, 1, 0, 0),
    CPACR_EL1 = SYSREG(0, 1, 0, 2),
    TTBR0_EL1 = SYSREG(0, 2, 0, 0),
    TCR_EL1 = SYSREG(0, 2, 0, 2),
    SPSR_EL1 = SYSREG(0, 4, 0, 0),
    ELR_EL1 = SYSREG(0, 4, 0, 1),
    SPSEL = SYSREG(0, 4, 2, 0),
    CURRENT_EL = SYSREG(0, 4, 2, 2),
    PAR_EL1 = SYSREG(0, 7, 4, 0),
    VBAR_EL1 = SYSREG(0, 12, 0, 0),
    TPIDR_EL1 = SYSREG(0, 13, 0, 4),
    CTR_EL0 = SYSREG(3, 0, 0, 1),
    DCZID_EL0 = SYSREG(3, 0, 0, 7),
    NZCV = SYSREG(3, 4, 2, 0),
    DAIF = SYSREG(3, 4, 2, 1),
    FPCR = SYSREG(3, 4, 4, 0),
    FPSR = SYSREG(3, 4, 4, 1),
    TPIDR_EL0 = SYSREG(3, 13, 0, 2),
    TPIDRRO_EL0 = SYSREG(3, 13, 0, 3)
};

static void emit_register(stream *s, uint32_t word)
{
    stream_emit(s, word | stream_register(s));
}

/* ------------------------------------------------------------------ exceptions */

static void exception(stream *s)
{
    static const uint32_t calls[3] = {0xd4000001u, 0xd4200000u, 0xd4400000u}; /* SVC, BRK, HLT */
    switch (stream_below(s, 6)) {
    case 0: /* UDF */
        stream_emit(s, stream_below(s, 0x10000));
        break;
    case 1: /* the space of SVE, which is not there */
        stream_emit(s, 0x04000000u | ((uint32_t)stream_random(s) & 0xe1ffffffu));
        break;
    default:
        stream_emit(s, calls[stream_below(s, 3)] | (0x100u + stream_below(s, 0xff00)) << 5);
        break;
    }
}

static void change_level(stream *s)
{
    stream_emit(s, 0xd4000001u | STREAM_SVC_LEVEL << 5);
    s->level ^= 1u;
}

/** ERET, at EL1 to a level and flags of its own choice, now and then illegally. */
static void exception_return(stream *s)
{
    unsigned elr = stream_register(s), spsr = stream_other(s, elr, elr);
    static const uint8_t illegal[] = {1, 9, 1, 9}, illegal_of_host[] = {1, 4, 5, 13};
    unsigned target = stream_once_in(s, 2) ? 1u : 0u;
    uint64_t state = (stream_random(s) & 0xf00003c0u) | stream_mode(s, target);
    if (s->level == 0u) {
        stream_emit(s, ERET); /* UNDEFINED */
        return;
    }
    if (stream_once_in(s,
                       4)) { /* a higher one, EL1 of a host, EL0 with a stack pointer of its own */
        const uint8_t *modes = stream_is_host(s) ? illegal_of_host : illegal;
        state = (state & ~UINT64_C(15)) | modes[stream_below(s, 4)];
        target = 1;
    } else if (stream_once_in(s, 6)) {
        state |= UINT64_C(1) << 20; /* IL */
    }
    stream_constant(s, spsr, state);
    stream_emit(s, MSR | SPSR_EL1 | spsr);
    stream_emit(s, 0x10000000u | 4u << 5 | elr); /* ADR past the ERET */
    stream_emit(s, 0x10000000u | 3u << 5 | STREAM_RESUME);
    stream_emit(s, MSR | ELR_EL1 | elr);
    stream_emit(s, ERET);
    s->level = target;
}

/** WFI where it is trapped; WFE that finds its event. */
static void wait(stream *s)
{
    bool traps = s->level == 0u && !(s->header.sctlr >> 16 & 1u);
    if (traps && !stream_is_host(s) && stream_once_in(s, 2)) {
        stream_emit(s, 0xd503207fu);
        return;
    }
    stream_emit(s, 0xd50320bfu); /* SEVL */
    stream_emit(s, 0xd503201fu | (stream_below(s, 2) ? 4u : 1u) << 5);
}

/* ------------------------------------------------------------------ registers */

/** Registers that hold what is written, and such as only read the same everywhere. */
static void system_register(stream *s)
{
    static const uint32_t held[] = {TPIDR_EL0, TPIDRRO_EL0, TPIDR_EL1, NZCV, DAIF};
    static const uint32_t read[] = {SPSEL,   CURRENT_EL, SCTLR_EL1, CPACR_EL1,
                                    TCR_EL1, VBAR_EL1,   DCZID_EL0, MIDR_EL1};
    static const uint32_t dropped[] = {CTR_EL0, ID_AA64PFR0_EL1, FPSR};
    unsigned which = stream_below(s, 4), reads = COUNT(read) - (s->header.vhe ? 1u : 0u);
    if (which == 0u)
        stream_emit(s, MRS | dropped[stream_below(s, COUNT(dropped))] | STREAM_ZR);
    else if (which == 1u)
        emit_register(s, MRS | read[stream_below(s, reads)]); /* not MIDR_EL1 of two others */
    else
        emit_register(s, (which == 2u ? MRS : MSR) | held[stream_below(s, COUNT(held))]);
}

/** FPCR with bits that exist, FPSR with flags that exist. */
static void floating_control(stream *s)
{
    unsigned reg = stream_register(s);
    bool status = stream_once_in(s, 3);
    uint32_t which = status ? FPSR : FPCR;
    stream_constant(s, reg, stream_random(s) & (status ? 0x0800009fu : 0x07c00000u));
    stream_emit(s, MSR | which | reg);
    reg = stream_register(s);
    stream_emit(s, MRS | which | reg);
}

/** Floating point switched off for a while. */
static void floating_trap(stream *s)
{
    unsigned reg = stream_register(s);
    stream_constant(s, reg, (uint64_t)stream_below(s, 4) << 20);
    stream_emit(s, MSR | CPACR_EL1 | reg);
    stream_emit(s, ISB);
    for (unsigned i = 0; i < 3u; i++)
        stream_vector(s);
    stream_constant(s, reg, 3u << 20);
    stream_emit(s, MSR | CPACR_EL1 | reg);
    stream_emit(s, ISB);
}

/** Not where SCTLR_EL1.UMA traps it: QEMU swaps op1 and op2 in that syndrome. */
static void mask_interrupts(stream *s)
{
    if (s->level == 0u && !(s->header.sctlr >> 9 & 1u))
        return;
    stream_emit(s, (stream_once_in(s, 2) ? 0xd50340dfu : 0xd50340ffu) | stream_below(s, 16) << 8);
}

/* ------------------------------------------------------------------ maintenance */

static uint64_t window_address(stream *s, unsigned window)
{
    return STREAM_WINDOWS + (uint64_t)window * STREAM_WINDOW_SIZE +
           stream_below(s, STREAM_PAGES * STREAM_PAGE);
}

/** DC ZVA anywhere; maintenance by address where it does not fault. */
static void cache(stream *s)
{
    static const uint32_t by_address[] = {0xd50b7a20u, 0xd50b7b20u, 0xd50b7e20u, 0xd50b7520u};
    unsigned reg = stream_register(s);
    if (stream_once_in(s, 2)) {
        stream_constant(s, reg, window_address(s, stream_below(s, STREAM_SELF)));
        stream_emit(s, 0xd50b7420u | reg);
        return;
    }
    if (s->header.stage2) /* QEMU does not look at the address */
        return;
    stream_constant(s, reg, window_address(s, STREAM_RW));
    stream_emit(s, by_address[stream_below(s, COUNT(by_address))] | reg);
}

static void translation(stream *s)
{
    static const uint32_t invalidate[] = {0xd508871fu, 0xd5088720u, 0xd5088740u, 0xd5088760u};
    unsigned reg = stream_register(s), by = stream_below(s, COUNT(invalidate));
    if (stream_once_in(s, 2)) {
        stream_emit(s, invalidate[by] | (by ? reg : 0u));
        stream_emit(s, DSB_SY);
        return;
    }
    /* AT S1E1R, S1E1W, S1E0R, S1E0W; then PAR_EL1. */
    stream_constant(s, reg, window_address(s, stream_below(s, STREAM_SELF)));
    stream_emit(s, 0xd5087800u | stream_below(s, 4) << 5 | reg);
    stream_emit(s, ISB);
    emit_register(s, MRS | PAR_EL1);
}

/** Where stage 1 leads the windows. */
static uint64_t data_of(const stream *s)
{
    return s->header.stage2 ? STREAM_IPA : STREAM_DATA;
}

/** New descriptors for a whole window, and away with what was derived from the old ones. */
static void change_window(stream *s)
{
    static const uint64_t rights[] = {
        0,
        STREAM_PAGE_BITS | STREAM_AF | STREAM_AP_EL0,
        STREAM_PAGE_BITS | STREAM_AF | STREAM_AP_EL0 | STREAM_NG,
        STREAM_PAGE_BITS | STREAM_AF | STREAM_AP_EL0 | STREAM_AP_RO,
        STREAM_PAGE_BITS | STREAM_AF,
        STREAM_PAGE_BITS | STREAM_AP_EL0,
    };
    static const uint32_t invalidate[] = {0xd508871fu, 0xd508831fu, 0xd5088760u, 0xd50887e0u};
    uint64_t entry = STREAM_TABLES + 2u * STREAM_PAGE +
                     8u * STREAM_CHANGING * (STREAM_WINDOW_SIZE / STREAM_PAGE);
    uint64_t right = rights[stream_below(s, COUNT(rights))];
    unsigned at = stream_register(s), value = stream_other(s, at, at);
    unsigned by = stream_below(s, COUNT(invalidate));
    stream_constant(s, at, entry);
    for (unsigned i = 0; i < STREAM_PAGES; i++) {
        stream_constant(s, value, right ? right | (data_of(s) + (4u + i) * STREAM_PAGE) : 0);
        stream_emit(s, 0xf9000000u | i << 10 | at << 5 | value);
    }
    stream_emit(s, DSB_SY);
    if (by < 2u)
        stream_emit(s, invalidate[by]);
    for (unsigned i = 0; i < STREAM_PAGES && by >= 2u; i++) {
        uint64_t page = (STREAM_WINDOWS + (uint64_t)STREAM_CHANGING * STREAM_WINDOW_SIZE) >> 12;
        stream_constant(s, value, page + i);
        stream_emit(s, invalidate[by] | value);
        stream_constant(s, value, ((page + i) | STREAM_HIGH >> 12) & ((UINT64_C(1) << 44) - 1u));
        stream_emit(s, invalidate[by] | value);
    }
    stream_emit(s, DSB_SY);
    stream_emit(s, ISB);
}

/** The same for a block of 2 MiB, by any page of it; then an access to another page of it. */
static void change_block(stream *s)
{
    static const uint64_t rights[] = {STREAM_AF | STREAM_AP_EL0, STREAM_AF, STREAM_AP_EL0,
                                      STREAM_AF | STREAM_AP_EL0 | STREAM_AP_RO,
                                      STREAM_AF | STREAM_AP_EL0 | STREAM_NG};
    uint64_t right = rights[stream_below(s, COUNT(rights))];
    unsigned at = stream_register(s), value = stream_other(s, at, at);
    uint64_t high = stream_once_in(s, 3) ? STREAM_HIGH : 0;
    stream_constant(s, at, STREAM_TABLES + STREAM_PAGE + 8u * ((STREAM_BLOCK & 0x3fffffff) >> 21));
    stream_constant(s, value, ((STREAM_PAGE_BITS | data_of(s)) & ~UINT64_C(2)) | right);
    stream_emit(s, 0xf9000000u | at << 5 | value);
    stream_emit(s, DSB_SY);
    for (unsigned half = 0; half < 2u; half++) {
        uint64_t page = (STREAM_BLOCK | (half ? STREAM_HIGH : 0)) >> 12 | stream_below(s, 512);
        stream_constant(s, value, page & ((UINT64_C(1) << 44) - 1u));
        stream_emit(s, (stream_once_in(s, 2) ? 0xd5088760u : 0xd50887e0u) | value);
    }
    stream_emit(s, DSB_SY);
    stream_emit(s, ISB);
    for (unsigned i = 0; i < 3u; i++) {
        stream_constant(s, at, (STREAM_BLOCK | high) + 8u * stream_below(s, 0x2000));
        stream_emit(s, (stream_once_in(s, 2) ? 0xf9400000u : 0xf9000000u) | at << 5 | value);
    }
}

/** Another ASID. */
static void change_asid(stream *s)
{
    unsigned reg = stream_register(s), asid = stream_other(s, reg, reg);
    stream_emit(s, MRS | TTBR0_EL1 | reg);
    stream_constant(s, asid, stream_below(s, 4));
    stream_emit(s, 0xb3503c00u | asid << 5 | reg); /* BFI reg, asid, #48, #16 */
    stream_emit(s, MSR | TTBR0_EL1 | reg);
    stream_emit(s, ISB);
}

/** At EL1: an instruction is written, made visible to fetches and called. */
static void self_modifying(stream *s)
{
    unsigned at = stream_register(s), code = stream_other(s, at, at);
    uint64_t address =
        STREAM_WINDOWS + (uint64_t)STREAM_SELF * STREAM_WINDOW_SIZE + 8u * stream_below(s, 6);
    uint32_t word;
    if (s->level == 0u)
        return;
    if (stream_once_in(s, 2))
        stream_integer(s);
    else
        stream_vector(s);
    word = s->word[--s->words];
    stream_constant(s, code, UINT64_C(0xd65f03c0) << 32 | word);
    stream_constant(s, at, address);
    stream_emit(s, 0xf9000000u | at << 5 | code);
    if (!s->header.stage2) { /* of which QEMU would not look at the address, and needs neither */
        stream_emit(s, 0xd50b7b20u | at); /* DC CVAU */
        stream_emit(s, DSB_SY);
        stream_emit(s, 0xd50b7520u | at); /* IC IVAU */
    }
    stream_emit(s, DSB_SY);
    stream_emit(s, ISB);
    stream_emit(s, 0x10000000u | 2u << 5 | STREAM_RESUME); /* ADR past the call */
    stream_emit(s, 0xd63f0000u | at << 5);
}

static void barrier(stream *s)
{
    static const uint32_t barriers[] = {DSB_SY, 0xd5033fbfu, ISB, 0xd503201fu};
    stream_emit(s, barriers[stream_below(s, COUNT(barriers))]);
}

/** HVC: other rights of stage 2, the other guest, AT by EL2. */
static void hypervisor(stream *s)
{
    /* Code that the stream writes is written or not executed. */
    static const uint8_t code_rights[] = {0, 3, 5, 6, 7};
    const unsigned code = 4, group = stream_below(s, STREAM_GROUPS);
    unsigned reg = stream_register(s), call;
    switch (stream_below(s, s->header.vhe ? 11 : 8)) {
    case 8:
    case 9:
    case 10:
        call = STREAM_HVC_EL12 | reg;
        break;
    case 0:
        call = STREAM_HVC_SWITCH;
        break;
    case 1:
    case 2:
        stream_constant(s, reg, window_address(s, stream_below(s, STREAM_WINDOW_COUNT)));
        call = STREAM_HVC_AT | stream_below(s, STREAM_ATS) << 8 | reg;
        break;
    default:
        call = STREAM_HVC_RIGHTS | stream_below(s, STREAM_HOWS) << 8 | group << 4 |
               (group == code ? code_rights[stream_below(s, COUNT(code_rights))]
                              : stream_below(s, STREAM_RIGHTS));
        break;
    }
    if (s->level == 0u) /* from EL0 there is no HVC */
        stream_emit(s, 0xd4000001u | STREAM_SVC_LEVEL << 5);
    stream_emit(s, 0xd4000002u | call << 5);
    if (s->level == 0u)
        stream_emit(s, 0xd4000001u | STREAM_SVC_LEVEL << 5);
}

void stream_system(stream *s)
{
    static void (*const kinds[])(stream *) = {
        exception,       exception,       change_level,     exception_return, wait,
        system_register, system_register, floating_control, floating_control, floating_trap,
        mask_interrupts, cache,           translation,      barrier,          change_window,
        change_block,    change_asid,     self_modifying,   self_modifying};
    if (s->header.stage2 && stream_once_in(s, 3))
        hypervisor(s);
    else if (s->header.vhe && stream_once_in(s, 3))
        stream_vhe(s);
    else
        kinds[stream_below(s, COUNT(kinds))](s);
}
