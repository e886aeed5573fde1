/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the guest's instructions are: samples of PE, Exception level and PC, counted by symbol.
 * Without a symbol they are counted by page. Nothing here is of the host: same run, same bytes.
 */
#ifndef VIRT_GUEST_PROFILE_H
#define VIRT_GUEST_PROFILE_H

#include <stdio.h>

#include "symbols.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VP_PROFILE_PLACES = 1 << 18, /**< PE, level and symbol: so many are told apart, ... */
    VP_PROFILE_PAGE = 4096       /**< ... and without a symbol so many bytes are one. */
};

/** One PE at one level in one symbol. */
typedef struct vp_profile_place {
    uint64_t address; /**< Of the symbol or page. */
    uint64_t samples; /**< 0: free. */
    uint32_t pe;
    uint8_t el;
    bool named; /**< It is a symbol. */
} vp_profile_place;

/** A profile. Zero-initialised it is empty. */
typedef struct vp_profile {
    const vp_symbols *symbols;
    vp_profile_place *place; /**< Hash, linear probing. */
    size_t room, count;
    uint64_t samples;
    uint64_t lost; /**< Of places beyond VP_PROFILE_PLACES, or for want of memory. */
} vp_profile;

/** Counts one sample. */
void vp_profile_add(vp_profile *profile, unsigned pe, unsigned el, uint64_t pc);

/** A table for people: by Exception level, the symbols with the most samples first. */
void vp_profile_table(const vp_profile *profile, uint64_t insns, FILE *out);
/** Lines "pe,el,address,symbol,samples" under that header. */
void vp_profile_csv(const vp_profile *profile, FILE *out);
/** Lines "PE 0;EL1;symbol SAMPLES", as flame graphs are made from. */
void vp_profile_folded(const vp_profile *profile, FILE *out);

/** Prints what the name of the file asks for: *.csv, *.folded, else the table. @p insns is the
 *  distance of samples. */
void vp_profile_print(const vp_profile *profile, uint64_t insns, const char *path, FILE *out);

void vp_profile_free(vp_profile *profile);

#ifdef __cplusplus
}
#endif

#endif
