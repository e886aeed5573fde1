/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timing profiles: a text file of named cycle counts in named clock domains.
 *
 *     # comment
 *     mode = timed
 *     domain.gic = 600 MHz
 *     hop.gicd_gicr = 4 gic          # cycles of the domain `gic`; or ns, us, ps
 *
 * Each key is a row of gictime/profile.def. What is wrong with a file is said in one line,
 * "FILE:LINE: what is wrong, what would be right", and the caller exits with status 2. A function
 * that fails leaves the profile as it was.
 *
 * A clock's period is a whole number of picoseconds, the nearest to the frequency asked for, and
 * every count of cycles is that many periods: a PE's cycle counter and the stamps of the model
 * count the same cycles. gictime_profile_print() shows the frequency that results.
 */
#ifndef GICTIME_PROFILE_H
#define GICTIME_PROFILE_H

#include <stdio.h>

#include "gic/config.h"
#include "gic/timing.h"
#include "gictime/json.h"

GIC_BEGIN_DECLS

/** Clock domains. */
typedef enum gictime_domain {
    GICTIME_DOMAIN_GIC,
    GICTIME_DOMAIN_CPU,
    GICTIME_DOMAIN_INTERCONNECT,
    GICTIME_DOMAIN_MEMORY,
    GICTIME_DOMAIN_NONE,
    GICTIME_DOMAIN_COUNT = GICTIME_DOMAIN_NONE
} gictime_domain;

/** Every key, GICTIME_KEY_MODE, GICTIME_KEY_HOP_SPI_LINE ... (rows: gictime/profile.def). */
typedef enum gictime_key {
#define GICTIME_KEY(id, key, kind, domain, def, min, max, doc) GICTIME_KEY_##id,
#include "gictime/profile.def"
#undef GICTIME_KEY
    GICTIME_KEY_COUNT
} gictime_key;

/** What a key's value is; see gictime/profile.def. */
typedef enum gictime_kind {
    GICTIME_KIND_CHOICE,
    GICTIME_KIND_CLOCK,
    GICTIME_KIND_COST,
    GICTIME_KIND_CYCLES,
    GICTIME_KIND_SLICE,
    GICTIME_KIND_COUNT
} gictime_kind;

/** One row of the key table, for lists of parameters. */
typedef struct gictime_key_row {
    const char *key;
    const char *doc;
    const char *def; /**< Default as it would stand in a file. */
    uint64_t min;    /**< Hz, ps, cycles or a number, by kind. */
    uint64_t max;
    gictime_kind kind;
    gictime_domain domain; /**< Domain the value is usually given in. */
} gictime_key_row;

/** Unit of a value: cycles of a domain (the gictime_domain), or one of these. */
enum {
    GICTIME_UNIT_PS = GICTIME_DOMAIN_COUNT,
    GICTIME_UNIT_HZ,
    GICTIME_UNIT_WORD, /**< `count` is the index of a word: mode 0/1, quantum auto 0. */
    GICTIME_UNIT_NONE  /**< A number of things. */
};

/** One value, as given: it becomes picoseconds only when it is asked for. */
typedef struct gictime_value {
    uint64_t count;  /**< Cycles, ps, Hz or a number. */
    uint32_t line;   /**< Line of the file that set it; 0: default, or --set. */
    uint8_t unit;    /**< gictime_domain or GICTIME_UNIT_*. */
    bool overridden; /**< Set by gictime_profile_set(). */
} gictime_value;

/** A profile. Plain data: may be copied. */
typedef struct gictime_profile {
    char name[128]; /**< Name of a profile of the library, or the path of the file. */
    gictime_value value[GICTIME_KEY_COUNT];
} gictime_profile;

enum { GICTIME_ERROR_SIZE = 256 };

/** One line of text for people: what is wrong, what would be right. */
typedef struct gictime_error {
    char text[GICTIME_ERROR_SIZE];
} gictime_error;

/** Row of @p key. */
const gictime_key_row *gictime_key_info(gictime_key key);
/** Key called @p name, or GICTIME_KEY_COUNT. */
gictime_key gictime_key_find(const char *name);
/** "gic", "cpu", "interconnect", "memory", "" . */
const char *gictime_domain_name(gictime_domain domain);
/** Name of the @p index-th profile that is part of the library, or NULL beyond the last. */
const char *gictime_profile_builtin(unsigned index);

/** Fill @p profile with the defaults: the profile `loosely-timed`. */
void gictime_profile_default(gictime_profile *profile);
/**
 * Load a profile of the library by name (`loosely-timed`, `gic600`, `a53-gic400`), or a file: what
 * has a '/' in it or ends in ".profile". Keys that it does not name keep their default.
 * @return false with the reason in @p error.
 */
bool gictime_profile_load(gictime_profile *profile, const char *name_or_path, gictime_error *error);
/** The same from @p length bytes of text; @p name stands for the file in errors. */
bool gictime_profile_parse(gictime_profile *profile, const char *name, const char *text,
                           size_t length, gictime_error *error);
/** Override one key: @p assignment is "key=value" as in a file. For --set. */
bool gictime_profile_set(gictime_profile *profile, const char *assignment, gictime_error *error);
/** What no line alone can show: e.g. a cost given while mode is loosely-timed. Call when done. */
bool gictime_profile_check(const gictime_profile *profile, gictime_error *error);

/** Whether GIC messages take time. */
bool gictime_profile_timed(const gictime_profile *profile);
/** Period of a clock domain, picoseconds. */
uint64_t gictime_profile_period_ps(const gictime_profile *profile, gictime_domain domain);
/** A COST or CYCLES key in picoseconds. */
uint64_t gictime_profile_ps(const gictime_profile *profile, gictime_key key);
/** A CYCLES key in cycles of its domain. */
uint64_t gictime_profile_cycles(const gictime_profile *profile, gictime_key key);
/** Longest slice of a PE, picoseconds, `auto` resolved; never less than a CPU cycle. */
uint64_t gictime_profile_quantum_ps(const gictime_profile *profile);
/** True when `quantum` is larger than what `auto` gives: delivery times are then not exact. */
bool gictime_profile_quantum_coarse(const gictime_profile *profile);
/** What the joiner needs. */
void gictime_profile_timing(const gictime_profile *profile, gic_timing *timing);
/** What a profile says of caches and queues, into @p config. What gic_config_check() refuses then
 *  (ways that do not divide the entries) is gictime_profile_check()'s to refuse. */
void gictime_profile_geometry(const gictime_profile *profile, gic_config *config);
/**
 * The @p index-th class of the CPI table: its name as in iss/cpi.def and its cycles; false beyond
 * the last. The platform hands each to iss_cpi_set().
 */
bool gictime_profile_cpi(const gictime_profile *profile, unsigned index, const char **name,
                         uint64_t *cycles);

/** The whole effective profile as text that gictime_profile_parse() reads back. */
void gictime_profile_print(const gictime_profile *profile, FILE *out);
/** The same as a JSON object: per key its text, ps or Hz, and where it came from. */
void gictime_profile_json(const gictime_profile *profile, gictime_json *json);

GIC_END_DECLS

#endif
