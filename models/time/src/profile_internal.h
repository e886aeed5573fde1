/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the profile code share. */
#ifndef GICTIME_PROFILE_INTERNAL_H
#define GICTIME_PROFILE_INTERNAL_H

#include "gictime/profile.h"

/** Words of `mode`, by value. */
enum { GICTIME_MODE_LOOSE, GICTIME_MODE_TIMED };

/** A profile that is part of the library. */
typedef struct gictime_builtin {
    const char *name;
    const unsigned char *text;
    size_t length;
} gictime_builtin;

/** Profiles of the library but `loosely-timed`; ends with a NULL name (generated). */
extern const gictime_builtin gictime_builtins[];

/** Parse @p text as a value of @p key; false with what is wrong and right, without a place. */
bool gictime_value_parse(gictime_key key, const char *text, gictime_value *value,
                         gictime_error *error);

/** Write the line that says what is wrong. @return false. */
bool gictime_fail(gictime_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Letters as a profile has them, whatever the locale. */

static inline bool gictime_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool gictime_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool gictime_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/** A value as it would stand in a file. */
void gictime_value_text(gictime_key key, const gictime_value *value, char *text, size_t size);

#endif
