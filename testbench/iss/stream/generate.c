/* SPDX-License-Identifier: Apache-2.0 */
/* Random instruction streams: random numbers, integer instructions, branches, and the whole. */
#include <string.h>

#include "stream.h"

/* ------------------------------------------------------------------ random numbers */

uint64_t stream_random(stream *s)
{
    uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

unsigned stream_below(stream *s, unsigned n)
{
    return (unsigned)((stream_random(s) >> 32) * n >> 32);
}

bool stream_once_in(stream *s, unsigned n)
{
    return stream_below(s, n) == 0;
}

uint64_t stream_value(stream *s)
{
    uint64_t v = stream_random(s);
    unsigned by = stream_below(s, 64);
    switch (stream_below(s, 8)) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX;
    case 2:
        return UINT64_C(1) << by;
    case 3:
        return (UINT64_C(1) << by) - 1u;
    case 4:
        return (uint64_t)(int64_t)(int32_t)v;
    case 5: /* a double near one */
        return (v & UINT64_C(0x800fffffffffffff)) | (uint64_t)(0x3f0u + by % 32u) << 52;
    default:
        return v;
    }
}

unsigned stream_register(stream *s)
{
    return stream_below(s, STREAM_FREE);
}

unsigned stream_other(stream *s, unsigned a, unsigned b)
{
    unsigned r;
    do
        r = stream_register(s);
    while (r == a || r == b);
    return r;
}

/* ------------------------------------------------------------------ instructions */

void stream_emit(stream *s, uint32_t word)
{
    if (s->words < STREAM_MAX_WORDS)
        s->word[s->words++] = word;
}

void stream_constant(stream *s, unsigned reg, uint64_t value)
{
    for (unsigned i = 0; i < 4u; i++) { /* MOVZ, then MOVK */
        uint32_t base = i ? 0xf2800000u : 0xd2800000u;
        stream_emit(s, base | i << 21 | (uint32_t)(value >> (16u * i) & 0xffffu) << 5 | reg);
    }
}

/** Fields of an instruction that name general registers. */
enum { D = 1, N = 2, M = 4, A = 8 };

typedef struct pattern {
    uint32_t value, mask;
    uint8_t fields, weight;
} pattern;

/* Unallocated members of these classes are UNDEFINED: exceptions like any other. */
static const pattern integer_patterns[] = {
    {0x11000000, 0x1f000000, D | N, 4},         /* add, subtract: immediate */
    {0x12000000, 0x1f800000, D | N, 3},         /* logic: immediate */
    {0x12800000, 0x1f800000, D, 2},             /* move wide */
    {0x10000000, 0x1f000000, D, 1},             /* address of PC */
    {0x13000000, 0x1f800000, D | N, 4},         /* bit fields */
    {0x13800000, 0x1f800000, D | N | M, 2},     /* extract */
    {0x0a000000, 0x1f000000, D | N | M, 4},     /* logic: shifted */
    {0x0b000000, 0x1f200000, D | N | M, 4},     /* add, subtract: shifted */
    {0x0b200000, 0x1f200000, D | N | M, 3},     /* extended */
    {0x1a000000, 0x1fe0fc00, D | N | M, 2},     /* with carry */
    {0x1a400000, 0x1fe00410, N, 2},             /* conditional compare: immediate or register */
    {0x1a800000, 0x1fe00800, D | N | M, 3},     /* conditional select */
    {0x1b000000, 0x7fe00000, D | N | M | A, 3}, /* multiply-add */
    {0x9b200000, 0xff600000, D | N | M | A, 2}, /* of 32 bits to 64 */
    {0x9b407c00, 0xff60fc00, D | N | M, 2},     /* upper half of a product */
    {0x1b000000, 0x1f000000, D | N | M | A, 1}, /* three sources, whatever they are */
    {0x1ac00000, 0x5fe00000, D | N | M, 1},     /* two sources, whatever they are */
    {0x1ac04000, 0x7fe0f000, D | N | M, 2},     /* CRC32 */
    {0x1ac02000, 0x7fe0f000, D | N | M, 2},     /* shifts */
    {0x1ac00800, 0x7fe0f800, D | N | M, 2},     /* divisions */
    {0x5ac00000, 0x7fffe000, D | N, 4},         /* one source */
};

static const pattern *pick(stream *s, const pattern *table, unsigned count)
{
    unsigned total = 0, n;
    for (unsigned i = 0; i < count; i++)
        total += table[i].weight;
    n = stream_below(s, total);
    while (n >= table->weight)
        n -= (table++)->weight;
    return table;
}

/** A register at @p shift: free, or now and then 31. */
static uint32_t with_register(stream *s, uint32_t word, unsigned shift)
{
    uint32_t r = stream_once_in(s, 16) ? (uint32_t)STREAM_ZR : stream_register(s);
    return (word & ~(31u << shift)) | r << shift;
}

void stream_integer(stream *s)
{
    const pattern *p = pick(s, integer_patterns, COUNT(integer_patterns));
    uint32_t word = ((uint32_t)stream_random(s) & ~p->mask) | p->value;
    if (p->fields & D)
        word = with_register(s, word, 0);
    if (p->fields & N)
        word = with_register(s, word, 5);
    if (p->fields & M)
        word = with_register(s, word, 16);
    if (p->fields & A)
        word = with_register(s, word, 10);
    stream_emit(s, word);
}

/* ------------------------------------------------------------------ branches */

/** ADR of the word @p ahead words after this one. */
static void emit_adr(stream *s, unsigned reg, unsigned ahead)
{
    stream_emit(s, 0x10000000u | ahead << 5 | reg);
}

/** Some instructions that a branch may jump over or a loop repeats. */
static unsigned emit_some(stream *s)
{
    unsigned n = stream_below(s, 5), first = s->words;
    for (unsigned i = 0; i < n; i++) {
        if (stream_once_in(s, 3))
            stream_vector(s);
        else
            stream_integer(s);
    }
    return s->words - first;
}

/** A branch forward over what follows; its kind decides whether it is taken. */
static void forward_branch(stream *s)
{
    unsigned at = s->words, over, reg = stream_register(s);
    stream_emit(s, 0);
    over = emit_some(s) + 1u;
    switch (stream_below(s, 5)) {
    case 0: /* B, BL */
        s->word[at] = (stream_once_in(s, 2) ? 0x14000000u : 0x94000000u) | over;
        break;
    case 1: /* B.cond */
        s->word[at] = 0x54000000u | over << 5 | stream_below(s, 16);
        break;
    case 2: /* CBZ, CBNZ */
        s->word[at] =
            0x34000000u | stream_below(s, 2) << 31 | stream_below(s, 2) << 24 | over << 5 | reg;
        break;
    default: /* TBZ, TBNZ */
        s->word[at] = 0x36000000u | stream_below(s, 2) << 31 | stream_below(s, 2) << 24 |
                      stream_below(s, 32) << 19 | over << 5 | reg;
        break;
    }
}

/** BR, BLR or RET over what follows. */
static void register_branch(stream *s)
{
    static const uint32_t kinds[3] = {0xd61f0000u, 0xd63f0000u, 0xd65f0000u};
    unsigned reg = stream_register(s), adr = s->words;
    stream_emit(s, 0);
    stream_emit(s, kinds[stream_below(s, 3)] | reg << 5);
    unsigned over = emit_some(s);
    s->word[adr] = 0x10000000u | (over + 2u) << 5 | reg;
}

/**
 * A jump to where nothing can be executed; the handler goes on at x29. Unaligned targets are where
 * there is code: of an unmapped one QEMU reports that and not the alignment, which comes first.
 */
static void bad_branch(stream *s)
{
    unsigned reg = stream_register(s);
    uint64_t target = STREAM_WINDOWS +
                      (uint64_t)stream_below(s, STREAM_WINDOW_COUNT) * STREAM_WINDOW_SIZE +
                      stream_below(s, 4096) * 4u;
    if (stream_once_in(s, 3))
        target = STREAM_CODE + 1u + stream_below(s, 3);
    else if (stream_once_in(s, 3))
        target = stream_random(s) & ~UINT64_C(3);
    stream_constant(s, reg, target);
    emit_adr(s, STREAM_RESUME, 2);
    stream_emit(s, (stream_once_in(s, 2) ? 0xd61f0000u : 0xd63f0000u) | reg << 5);
}

static void loop(stream *s)
{
    unsigned first, length;
    stream_emit(s, 0xd2800000u | (1u + stream_below(s, 6)) << 5 | STREAM_COUNTER);
    first = s->words;
    (void)emit_some(s);
    stream_emit(s, 0xd1000400u | STREAM_COUNTER << 5 | STREAM_COUNTER);
    length = s->words - first;
    stream_emit(s, 0xb5000000u | ((0u - length) & 0x7ffffu) << 5 | STREAM_COUNTER);
}

static void stream_branch(stream *s)
{
    switch (stream_below(s, 8)) {
    case 0:
        bad_branch(s);
        break;
    case 1:
        register_branch(s);
        break;
    case 2:
        loop(s);
        break;
    default:
        forward_branch(s);
        break;
    }
}

/* ------------------------------------------------------------------ the whole */

bool stream_is_host(const stream *s)
{
    return s->header.vhe && !s->header.stage2;
}

uint64_t stream_mode(const stream *s, unsigned level)
{
    return level == 0 ? 0 : stream_is_host(s) ? 8 : 4;
}

static void make_header(stream *s)
{
    /* SCTLR_EL1: A, C, UMA, I, DZE, UCT, nTWI, UCI. Not SA, SA0: QEMU never checks SP. */
    static const uint8_t bits[] = {1, 2, 9, 12, 14, 15, 16, 26};
    stream_header *h = &s->header;
    for (unsigned i = 0; i < COUNT(bits); i++)
        if (stream_once_in(s, bits[i] == 1u ? 4 : 2))
            h->sctlr |= UINT64_C(1) << bits[i];
    h->seed = stream_random(s);
    for (unsigned i = 0; i < 31u; i++)
        h->x[i] = stream_value(s);
    h->sp = STREAM_WINDOWS + stream_below(s, 4096);
    for (unsigned i = 0; i < 64u; i++)
        h->v[i] = stream_value(s);
    h->fpcr = stream_random(s) & 0x07c00000u;
    h->spsr = (stream_random(s) & 0xf0000000u) | 0x3c0u | stream_mode(s, s->level);
}

static void one_item(stream *s)
{
    unsigned kind = stream_below(s, 20);
    if (kind < 6u)
        stream_integer(s);
    else if (kind < 11u)
        stream_vector(s);
    else if (kind < 16u)
        stream_memory(s);
    else if (kind < 18u)
        stream_branch(s);
    else
        stream_system(s);
}

void stream_generate(stream *s, const stream_kind *kind)
{
    unsigned items = kind->items;
    memset(s, 0, sizeof *s);
    s->random = kind->seed;
    s->header.stage2 = kind->stage2;
    s->header.vhe = kind->vhe;
    s->level = stream_below(s, 2);
    make_header(s);
    while (s->items < items && s->items < STREAM_MAX_ITEMS && s->words + 128u < STREAM_MAX_WORDS) {
        s->item[s->items++] = s->words;
        one_item(s);
        stream_emit(s, 0xd4000001u | STREAM_SVC_CHECKPOINT << 5);
    }
    s->item[s->items] = s->words;
    stream_emit(s, 0xd4000001u | STREAM_SVC_END << 5);
}
