/* SPDX-License-Identifier: Apache-2.0 */
/* Random instruction streams: SIMD and floating-point data processing. */
#include "stream.h"

typedef struct group {
    uint32_t value, random; /**< Fixed bits; bits at random. */
    uint8_t general;        /**< The instruction names general registers. */
    uint8_t weight;
} group;

static const group groups[] = {
    {0x0e200400, 0x60dfffff, 0, 6},                                 /* three same */
    {0x5e200400, 0x20dfffff, 0, 2}, {0x0e200000, 0x60dff3ff, 0, 3}, /* three different */
    {0x5e200000, 0x20dff3ff, 0, 1}, {0x0e200800, 0x60c1f3ff, 0, 4}, /* two-register miscellaneous */
    {0x5e200800, 0x20c1f3ff, 0, 2}, {0x0e300800, 0x60c1f3ff, 0, 2}, /* across lanes */
    {0x5e300800, 0x20c1f3ff, 0, 1},                                 /* scalar pairs */
    {0x0e000400, 0x601f7bff, 1, 4},                                 /* copies */
    {0x5e000400, 0x001f03ff, 0, 1}, {0x0e000800, 0x40df73ff, 0, 2}, /* permutations */
    {0x0e000000, 0x401f73ff, 0, 1},                                 /* tables */
    {0x2e000000, 0x401f7bff, 0, 1},                                 /* extraction */
    {0x0f000400, 0x6007f3ff, 0, 3},                                 /* immediates */
    {0x0f000400, 0x607ffbff, 0, 4},                                 /* shifts */
    {0x5f000400, 0x207ffbff, 0, 2}, {0x0f000000, 0x60fffbff, 0, 3}, /* by element */
    {0x5f000000, 0x20fffbff, 0, 1}, {0x1e020000, 0x8041ffff, 1, 2}, /* fixed point */
    {0x1e180000, 0x8041ffff, 1, 2}, {0x1e200000, 0x805f03ff, 1, 4}, /* integers */
    {0x1e204000, 0x00c783ff, 0, 5},                                 /* one operand */
    {0x1e202000, 0x005f03f8, 0, 2},                                 /* comparisons */
    {0x1e201000, 0x005fe01f, 0, 1},                                 /* immediates */
    {0x1e200400, 0x005ff3ff, 0, 1},                                 /* conditional comparisons */
    {0x1e200800, 0x005fb3ff, 0, 6},                                 /* two operands */
    {0x1e200c00, 0x005ff3ff, 0, 1},                                 /* selection */
    {0x1f000000, 0x0060ffff, 0, 4},                                 /* three operands */
};

/** The Crypto extension, which QEMU's Cortex-A57 has. */
static bool is_crypto(uint32_t w)
{
    return (w & 0xff3e0c00u) == 0x4e280800u || (w & 0xffe08c00u) == 0x5e000000u ||
           (w & 0xff3e0c00u) == 0x5e280800u ||
           ((w & 0xbf20fc00u) == 0x0e20e000u && (w >> 22 & 3u) == 3u);
}

static const group *pick(stream *s)
{
    const group *g = groups;
    unsigned total = 0, n;
    for (unsigned i = 0; i < sizeof groups / sizeof groups[0]; i++)
        total += groups[i].weight;
    n = stream_below(s, total);
    while (n >= g->weight)
        n -= (g++)->weight;
    return g;
}

void stream_simd(stream *s)
{
    const group *g = pick(s);
    uint32_t word;
    do
        word = g->value | ((uint32_t)stream_random(s) & g->random);
    while (is_crypto(word));
    if (g->general) { /* either field may name one, or a vector */
        word = (word & ~31u) | stream_register(s);
        word = (word & ~(31u << 5)) | stream_register(s) << 5;
    }
    stream_emit(s, word);
}

void stream_vector(stream *s)
{
    /* FADD, FMUL, FNEG, ADD, EOR, MUL, ZIP1 of vectors; FMOV both ways, FCVTZS, SCVTF. */
    static const uint32_t vectors[] = {0x1e602800u, 0x1e600800u, 0x1e614000u, 0x4e208400u,
                                       0x6e201c00u, 0x4e609c00u, 0x4ec03800u};
    static const uint32_t general[] = {0x9e670000u, 0x9e660000u, 0x9e780000u, 0x9e620000u};
    unsigned d = stream_register(s), n = stream_register(s);
    if (!s->header.vhe)
        stream_simd(s);
    else if (stream_once_in(s, 2))
        stream_emit(s, general[stream_below(s, COUNT(general))] | n << 5 | d);
    else
        stream_emit(s, vectors[stream_below(s, COUNT(vectors))] | n << 5 | d);
}
