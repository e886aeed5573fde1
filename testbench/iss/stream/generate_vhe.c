/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random instruction streams of a host with VHE, HCR_EL2.E2H: registers by all their names, TGE
 * both ways, invalidation by EL2's names. At EL0 and at EL1 all of these are exceptions.
 */
#include "stream.h"

#define MSR    0xd5000000u
#define MRS    0xd5200000u
#define DSB_SY 0xd5033f9fu
#define ISB    0xd5033fdfu

/** A system register where MRS and MSR name it; op0 is 3. */
#define SYSREG(op1, crn, crm, op2) (3 << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)

enum { HCR_EL2 = SYSREG(4, 1, 1, 0) };
#define HCR_TGE (UINT64_C(1) << 27)

/** One register of EL1's name, with that of EL2 (0: none), that of EL1 from EL2, and the bits that
 *  all machines keep. */
typedef struct vhe_name {
    uint32_t el1, el2, el12;
    uint64_t bits;
} vhe_name;

#define WORD   UINT64_C(0xffffffff)
#define DOUBLE UINT64_C(0xffffffffffffffff)

/* Nothing of these is needed between two exceptions, and no timer is enabled. */
static const vhe_name names[] = {
    {SYSREG(0, 5, 2, 0), SYSREG(4, 5, 2, 0), SYSREG(5, 5, 2, 0), WORD},       /* ESR */
    {SYSREG(0, 6, 0, 0), SYSREG(4, 6, 0, 0), SYSREG(5, 6, 0, 0), DOUBLE},     /* FAR */
    {SYSREG(0, 4, 0, 1), SYSREG(4, 4, 0, 1), SYSREG(5, 4, 0, 1), DOUBLE},     /* ELR */
    {SYSREG(0, 4, 0, 0), SYSREG(4, 4, 0, 0), SYSREG(5, 4, 0, 0), 0xf00003cf}, /* SPSR */
    {SYSREG(0, 13, 0, 1), SYSREG(4, 13, 0, 1), SYSREG(5, 13, 0, 1), WORD},    /* CONTEXTIDR */
    {SYSREG(3, 14, 2, 2), SYSREG(4, 14, 2, 2), SYSREG(5, 14, 2, 2), DOUBLE},  /* CNTP_CVAL */
    {SYSREG(3, 14, 3, 2), SYSREG(4, 14, 3, 2), SYSREG(5, 14, 3, 2), DOUBLE},  /* CNTV_CVAL */
    {SYSREG(3, 14, 2, 1), SYSREG(4, 14, 2, 1), SYSREG(5, 14, 2, 1), 2},       /* CNTP_CTL */
    {SYSREG(3, 14, 3, 1), SYSREG(4, 14, 3, 1), SYSREG(5, 14, 3, 1), 2},       /* CNTV_CTL */
};

/** What the host may do to EL1's registers as long as nothing runs there. */
static const vhe_name unused[] = {
    {0, 0, SYSREG(5, 12, 0, 0), DOUBLE & ~UINT64_C(0xffff0000000007ff)}, /* VBAR_EL12 */
    {0, 0, SYSREG(5, 10, 2, 0), DOUBLE},                                 /* MAIR_EL12 */
    {0, 0, SYSREG(5, 2, 0, 0), UINT64_C(0x00ff00fffffff000)},            /* TTBR0_EL12 */
    {0, 0, SYSREG(5, 2, 0, 1), UINT64_C(0x00ff00fffffff000)},            /* TTBR1_EL12 */
    {0, 0, SYSREG(5, 1, 0, 2), 3u << 20},                                /* CPACR_EL12 */
};

static void read_register(stream *s, uint32_t name)
{
    if (name)
        stream_emit(s, MRS | name | stream_register(s));
}

/** A value by one name, then what the others say. */
static void write_one(stream *s, const vhe_name *n, uint32_t name)
{
    unsigned reg = stream_register(s);
    stream_constant(s, reg, stream_random(s) & n->bits);
    stream_emit(s, MSR | name | reg);
    stream_emit(s, ISB);
    read_register(s, n->el1);
    read_register(s, n->el2);
    read_register(s, n->el12);
}

static void by_names(stream *s)
{
    const vhe_name *n = &names[stream_below(s, COUNT(names))];
    unsigned which = stream_below(s, 3);
    write_one(s, n, which == 0 ? n->el1 : which == 1 ? n->el2 : n->el12);
}

static void of_el1(stream *s)
{
    const vhe_name *n = &unused[stream_below(s, COUNT(unused))];
    if (stream_is_host(s))
        write_one(s, n, n->el12);
    else
        read_register(s, n->el12);
}

/** What translation and traps go by, by EL2's name and by EL1's. */
static void controls(stream *s)
{
    static const uint32_t read[] = {SYSREG(4, 1, 0, 0),
                                    SYSREG(0, 1, 0, 0),
                                    SYSREG(4, 2, 0, 0),
                                    SYSREG(0, 2, 0, 0),
                                    SYSREG(4, 2, 0, 1),
                                    SYSREG(0, 2, 0, 1),
                                    SYSREG(4, 2, 0, 2),
                                    SYSREG(0, 2, 0, 2),
                                    SYSREG(4, 10, 2, 0),
                                    SYSREG(4, 12, 0, 0),
                                    SYSREG(0, 12, 0, 0),
                                    SYSREG(0, 10, 2, 0),
                                    HCR_EL2};
    read_register(s, read[stream_below(s, COUNT(read))]);
}

/** Something with TGE=0, of a host at EL2, which goes on there: EL1's registers and translation. */
static void without_tge(stream *s)
{
    static const uint32_t at[] = {0xd5087800u, 0xd5087820u, 0xd5087840u, 0xd5087860u};
    static const uint32_t invalidate[] = {0xd508871fu, 0xd50c87dfu};
    unsigned hcr = stream_register(s), old = stream_other(s, hcr, hcr);
    if (s->level == 0 || !stream_is_host(s))
        return;
    stream_emit(s, MRS | HCR_EL2 | old);
    stream_constant(s, hcr, HCR_TGE);
    stream_emit(s, 0xca000000u | hcr << 16 | old << 5 | hcr); /* EOR */
    stream_emit(s, MSR | HCR_EL2 | hcr);
    stream_emit(s, ISB);
    if (stream_once_in(s, 2)) {
        stream_constant(s, hcr, STREAM_WINDOWS + stream_below(s, 0x10000));
        stream_emit(s, at[stream_below(s, 4)] | hcr);
        stream_emit(s, ISB);
        stream_emit(s, MRS | SYSREG(0, 7, 4, 0) | hcr); /* PAR_EL1 */
    } else {
        stream_emit(s, invalidate[stream_below(s, 2)]);
        stream_emit(s, DSB_SY);
    }
    stream_constant(s, hcr, STREAM_WINDOWS + (uint64_t)STREAM_WINDOW_SIZE * stream_below(s, 8));
    stream_emit(s, 0xf9400000u | hcr << 5 | hcr); /* EL2's own translation stays */
    stream_constant(s, hcr, HCR_TGE);
    stream_emit(s, MRS | HCR_EL2 | old);
    stream_emit(s, 0xaa000000u | hcr << 16 | old << 5 | old); /* ORR */
    stream_emit(s, MSR | HCR_EL2 | old);
    stream_emit(s, ISB);
}

/** TLBI by EL2's names, which with E2H know ASIDs. */
static void invalidate(stream *s)
{
    static const uint32_t by[] = {0xd50c871fu, 0xd50c8720u, 0xd50c87a0u, 0xd50c831fu, 0xd50c87dfu};
    unsigned which = stream_below(s, COUNT(by)), reg = stream_register(s);
    bool all = by[which] % 32 == 31;
    stream_constant(s, reg, (STREAM_WINDOWS >> 12) + stream_below(s, 128));
    stream_emit(s, all ? by[which] : by[which] | reg);
    stream_emit(s, DSB_SY);
    stream_emit(s, ISB);
}

void stream_vhe(stream *s)
{
    static void (*const kinds[])(stream *) = {by_names, by_names, by_names,    of_el1,
                                              controls, controls, without_tge, invalidate};
    kinds[stream_below(s, COUNT(kinds))](s);
}
