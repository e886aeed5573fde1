/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random instruction streams: loads and stores. The address of each is chosen first and its base
 * register set to it, so that no access is half in one page that allows it and half in one that
 * does not where the architecture leaves open what then is written.
 */
#include "stream.h"

/** An access: what it needs to know of its address. */
typedef struct access {
    unsigned bytes;   /**< All that it touches. */
    unsigned element; /**< Its natural alignment. */
    bool tear;        /**< May lie across the end of a window (QEMU does up to 8 bytes at once). */
} access;

static uint64_t any_window(stream *s)
{
    static const uint8_t often[] = {STREAM_RW,     STREAM_RW,    STREAM_RW,       STREAM_RW,
                                    STREAM_RW,     STREAM_ALIAS, STREAM_ALIAS,    STREAM_ALIAS,
                                    STREAM_RO,     STREAM_RO,    STREAM_EL1_RW,   STREAM_EL1_RW,
                                    STREAM_EL1_RW, STREAM_NO_AF, STREAM_CHANGING, STREAM_EL1_RO};
    return STREAM_WINDOWS + (uint64_t)often[stream_below(s, sizeof often)] * STREAM_WINDOW_SIZE;
}

static uint64_t address_for(stream *s, const access *a)
{
    unsigned room = STREAM_PAGES * STREAM_PAGE;
    uint64_t offset = stream_below(s, room - a->bytes + 1u);
    if (stream_once_in(s, 4)) /* at the edge of a page inside the window */
        offset =
            STREAM_PAGE * (1u + stream_below(s, STREAM_PAGES - 1u)) - stream_below(s, a->bytes);
    else if (a->tear && stream_once_in(s, 12))
        offset = room - stream_below(s, a->bytes);
    if (!stream_once_in(s, 3))
        offset &= ~(uint64_t)(a->element - 1u);
    if (offset > room - a->bytes && !a->tear)
        offset = room - a->bytes;
    if (stream_once_in(s, 40))
        return stream_random(s);
    return any_window(s) + offset + (stream_once_in(s, 4) ? STREAM_HIGH : 0);
}

/** Sets a base register, which may be SP, to @p value. @return its number. */
static unsigned set_base(stream *s, unsigned reg, uint64_t value)
{
    if (!stream_once_in(s, 6)) {
        stream_constant(s, reg, value);
        return reg;
    }
    stream_constant(s, STREAM_HELPER, value);
    stream_emit(s, 0x9100001fu | STREAM_HELPER << 5); /* ADD SP, X26, #0 */
    return 31;
}

static unsigned any_vector(stream *s)
{
    return stream_below(s, 32);
}

/* ------------------------------------------------------------------ single registers */

/** Size and direction of a load or store of one register: the bits of an instruction. */
static uint32_t single_kind(stream *s, bool vector, unsigned *size)
{
    unsigned opc;
    *size = stream_below(s, vector ? 5 : 4);
    if (vector) {
        opc = stream_below(s, 2) | (*size == 4u ? 2u : 0);
        return (*size & 3u) << 30 | opc << 22 | 1u << 26;
    }
    opc = stream_below(s, *size == 3u ? 2 : *size == 2u ? 3 : 4);
    return *size << 30 | opc << 22;
}

static void single(stream *s)
{
    bool vector = stream_once_in(s, 2);
    unsigned size, base = stream_register(s);
    uint32_t kind = single_kind(s, vector, &size);
    unsigned rt = vector                  ? any_vector(s)
                  : stream_once_in(s, 12) ? 31u
                                          : stream_other(s, base, base);
    access a = {1u << size, 1u << size, size < 4u};
    uint64_t target = address_for(s, &a);
    unsigned sub = stream_below(s, 4), imm;
    if (stream_once_in(s, 3)) { /* unsigned offset */
        imm = stream_below(s, 512);
        base = set_base(s, base, target - ((uint64_t)imm << size));
        stream_emit(s, 0x39000000u | kind | imm << 10 | base << 5 | rt);
        return;
    }
    if (vector && sub == 2u) /* no unprivileged form */
        sub = 0;
    imm = stream_below(s, 512);
    if (sub != 1u) /* post-index goes to the base itself */
        target -= imm < 256u ? imm : imm - UINT64_C(512);
    base = set_base(s, base, target);
    stream_emit(s, 0x38000000u | kind | imm << 12 | sub << 10 | base << 5 | rt);
}

static void register_offset(stream *s)
{
    static const uint8_t options[4] = {2, 3, 6, 7};
    bool vector = stream_once_in(s, 3), scaled = stream_once_in(s, 2);
    unsigned size, base = stream_register(s), index = stream_other(s, base, base);
    uint32_t kind = single_kind(s, vector, &size);
    unsigned rt = vector ? any_vector(s) : stream_register(s);
    unsigned option = options[stream_below(s, 4)];
    access a = {1u << size, 1u << size, size < 4u};
    uint64_t target = address_for(s, &a), offset = stream_below(s, 4096);
    if (option >= 6u && stream_once_in(s, 2))
        offset = 0 - offset;
    stream_constant(s, index, option & 1u ? offset : (uint32_t)offset | stream_random(s) << 32);
    base = set_base(s, base, target - (offset << (scaled ? size : 0)));
    stream_emit(s, 0x38200800u | kind | index << 16 | option << 13 | (uint32_t)scaled << 12 |
                       base << 5 | rt);
}

static void literal(stream *s)
{
    unsigned opc = stream_below(s, 3), vector = stream_below(s, 2);
    unsigned rt = vector ? any_vector(s) : stream_register(s);
    int32_t back = (int32_t)stream_below(s, s->words + 1u);
    stream_emit(s, 0x18000000u | opc << 30 | vector << 26 | ((uint32_t)-back & 0x7ffffu) << 5 | rt);
}

/* ------------------------------------------------------------------ pairs, structures */

static void pair(stream *s)
{
    unsigned vector = stream_below(s, 2), load = stream_below(s, 2), mode = stream_below(s, 4);
    unsigned opc = vector ? stream_below(s, 3) : stream_below(s, 2) * 2u;
    if (!vector && load && mode && stream_once_in(s, 4))
        opc = 1; /* LDPSW */
    unsigned size = vector ? 2u + opc : opc == 2u ? 3u : 2u;
    unsigned base = stream_register(s), rt = stream_other(s, base, base);
    unsigned rt2 = stream_other(s, base, rt), imm = stream_below(s, 128);
    access a = {2u << size, 1u << size, false};
    uint64_t target = address_for(s, &a);
    int64_t offset = (imm < 64u ? (int64_t)imm : (int64_t)imm - 128) * (1 << size);
    base = set_base(s, base, mode == 1u ? target : target - (uint64_t)offset);
    stream_emit(s, 0x28000000u | opc << 30 | vector << 26 | mode << 23 | load << 22 | imm << 15 |
                       rt2 << 10 | base << 5 | rt);
}

/** Base, post-index or not, of a structure access of @p a; completes @p word. */
static void structure(stream *s, uint32_t word, const access *a)
{
    unsigned base = stream_register(s), post = stream_below(s, 3);
    if (stream_once_in(s, 2))
        word |= 1u << 22;
    if (post)
        word |= 1u << 23 | (post == 1u ? 31u : stream_register(s)) << 16;
    base = set_base(s, base, address_for(s, a));
    stream_emit(s, word | base << 5 | any_vector(s));
}

static void structures(stream *s)
{
    static const uint8_t opcodes[7] = {0, 2, 4, 6, 7, 8, 10}, registers[7] = {4, 4, 3, 3, 1, 2, 2};
    unsigned form = stream_below(s, 7), q = stream_below(s, 2), size = stream_below(s, 4);
    access a = {registers[form] * (q ? 16u : 8u), 1u << size, false};
    structure(s, 0x0c000000u | q << 30 | (uint32_t)opcodes[form] << 12 | size << 10, &a);
}

static void single_structure(stream *s)
{
    unsigned count = stream_below(s, 4), size = stream_below(s, 4), lane = stream_below(s, 16);
    uint32_t word = 0x0d000000u | (count & 1u) << 21 | count >> 1 << 13;
    access a = {(count + 1u) << size, 1u << size, false};
    if (stream_once_in(s, 4)) { /* to all lanes */
        structure(s, word | 0x0040c000u | size << 10 | (lane & 1u) << 30, &a);
        return;
    }
    lane = lane << size & 15u; /* Q:S:size, as far as the element leaves bits */
    word |= (size == 3u ? 2u : size) << 14 | (size == 3u ? 1u << 10 : 0);
    structure(s, word | lane >> 3 << 30 | (lane >> 2 & 1u) << 12 | (lane & 3u) << 10, &a);
}

/* ------------------------------------------------------------------ exclusive, ordered */

/**
 * Whether a store exclusive that fails looks at its address is open: here all are good ones. Stage
 * 2 may make any of them a bad one, so that there are loads only.
 */
static uint64_t exclusive_address(stream *s, unsigned bytes)
{
    uint64_t offset = stream_below(s, STREAM_PAGES * STREAM_PAGE) & ~(bytes - 1u);
    unsigned window = stream_once_in(s, 3) ? STREAM_ALIAS : STREAM_RW;
    return STREAM_WINDOWS + (uint64_t)window * STREAM_WINDOW_SIZE + offset;
}

static void exclusive(stream *s)
{
    unsigned size = stream_below(s, 4), base = stream_register(s);
    unsigned rt = stream_other(s, base, base), rs = stream_other(s, base, rt), rt2;
    bool two = size >= 2u && stream_once_in(s, 3);
    access a = {(two ? 2u : 1u) << size, (two ? 2u : 1u) << size, false};
    uint32_t order = stream_below(s, 2) << 15, word = 0x08000000u | size << 30 | order;
    do
        rt2 = stream_other(s, base, rt);
    while (rt2 == rs);
    word |= two ? 1u << 21 | rt2 << 10 : 31u << 10;
    base = set_base(s, base, exclusive_address(s, a.bytes));
    if (stream_once_in(s, 4))
        stream_emit(s, 0xd503305fu | stream_below(s, 16) << 8); /* CLREX: what follows fails */
    else
        stream_emit(s, word | 1u << 22 | 31u << 16 | base << 5 | rt);
    if (!s->header.stage2)
        stream_emit(s, word | rs << 16 | base << 5 | rt);
    stream_emit(s, 0xd5033f5fu);
}

static void ordered(stream *s)
{
    unsigned size = stream_below(s, 4), base = stream_register(s);
    unsigned rt = stream_other(s, base, base), load = stream_below(s, 2);
    access a = {1u << size, 1u << size, false};
    base = set_base(s, base, address_for(s, &a));
    stream_emit(s, 0x089ffc00u | size << 30 | load << 22 | base << 5 | rt);
}

void stream_memory(stream *s)
{
    switch (stream_below(s, 12)) {
    case 0:
        structures(s);
        break;
    case 1:
        single_structure(s);
        break;
    case 2:
    case 3:
        pair(s);
        break;
    case 4:
    case 5:
        register_offset(s);
        break;
    case 6:
        literal(s);
        break;
    case 7:
        exclusive(s);
        break;
    case 8:
        ordered(s);
        break;
    default:
        single(s);
        break;
    }
}
