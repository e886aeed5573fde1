/* SPDX-License-Identifier: Apache-2.0 */
/* A random instruction stream under construction, and the parts of its generator. */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"

#define STREAM_MAX_WORDS 32768u
#define STREAM_MAX_ITEMS 2000u

/** Elements of an array. */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Registers: x0 to x25 hold random values, x26 helps to set SP, x27 is not touched, x28 counts
 * loops, x29 is where the stream goes on after a jump to nowhere, x30 is written by calls.
 */
enum {
    STREAM_FREE = 26,
    STREAM_HELPER = 26,
    STREAM_COUNTER = 28,
    STREAM_RESUME = 29,
    STREAM_ZR = 31
};

/** The stream so far. */
typedef struct stream {
    uint64_t random; /**< State of the random numbers. */
    uint32_t word[STREAM_MAX_WORDS];
    unsigned words;
    unsigned item[STREAM_MAX_ITEMS + 1u]; /**< First word of each item; one checkpoint ends each. */
    unsigned items;
    unsigned level; /**< 0: EL0; 1: EL1, or EL2 of a host with VHE. */
    stream_header header;
} stream;

/** Random numbers. */
uint64_t stream_random(stream *s);
/** Below @p n. */
unsigned stream_below(stream *s, unsigned n);
/** True once in @p n. */
bool stream_once_in(stream *s, unsigned n);
/** 64 bits, often at the edge of something. */
uint64_t stream_value(stream *s);
/** A general register that the stream uses freely. */
unsigned stream_register(stream *s);
/** A free one that is none of @p a and @p b. */
unsigned stream_other(stream *s, unsigned a, unsigned b);

/** Appends an instruction. */
void stream_emit(stream *s, uint32_t word);
/** Loads a constant: four instructions. */
void stream_constant(stream *s, unsigned reg, uint64_t value);

/** One data-processing instruction on general, or on SIMD and floating-point registers. */
void stream_integer(stream *s);
void stream_simd(stream *s);
/** Of the latter, with VHE, one that every core with VHE has. */
void stream_vector(stream *s);
/** One access to memory, with what sets its address up. */
void stream_memory(stream *s);
/** Exceptions, system registers, barriers, changes of level. */
void stream_system(stream *s);

/** Registers of a host with VHE by all their names: generate_vhe.c. */
void stream_vhe(stream *s);

/** Whether the stream's own levels are EL2 and EL0 below it. */
bool stream_is_host(const stream *s);

/** SPSR.M of the level that the code runs at, with SP_EL0. */
uint64_t stream_mode(const stream *s, unsigned level);

/** What a stream is of: its seed, items, and its machine. */
typedef struct stream_kind {
    uint64_t seed;
    unsigned items;
    bool stage2, vhe;
} stream_kind;

/** The stream of that kind. */
void stream_generate(stream *s, const stream_kind *kind);

#endif
