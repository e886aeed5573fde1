/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a profile: from text and back. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "profile_internal.h"

/* Words of a CHOICE by value; ends with NULL. */
static const char *const mode_words[] = {"loosely-timed", "timed", NULL};
static const char *const replacement_words[] = {"lru", "fifo", "random", NULL};
static const char *const slice_words[] = {"auto", NULL};

static const char *const *words_of(gictime_key key)
{
    if (gictime_key_info(key)->kind == GICTIME_KIND_SLICE)
        return slice_words;
    return key == GICTIME_KEY_MODE ? mode_words : replacement_words;
}

/* A decimal number with its fraction: mantissa / 10^decimals. */
typedef struct decimal {
    uint64_t mantissa;
    unsigned decimals;
} decimal;

/* Units that are a multiple of a base unit. */
typedef struct scale {
    const char *name;
    uint64_t factor;
} scale;

static const scale clock_units[] = {
    {"Hz", 1}, {"kHz", 1000}, {"MHz", 1000000}, {"GHz", 1000000000}};
static const scale time_units[] = {{"ps", 1}, {"ns", 1000}, {"us", 1000000}};

bool gictime_fail(gictime_error *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return false;
}

/* At most 15 digits in all, so that no later product with a unit overflows unnoticed. */
static bool parse_number(const char **text, decimal *n)
{
    const char *c = *text;
    unsigned digits = 0;
    bool fraction = false;
    n->mantissa = 0;
    n->decimals = 0;
    for (; gictime_is_digit(*c) || (*c == '.' && !fraction && digits); c++) {
        if (*c == '.') {
            fraction = true;
            continue;
        }
        n->mantissa = n->mantissa * 10u + (unsigned)(*c - '0');
        n->decimals += fraction;
        if (++digits > 15)
            return false;
    }
    if (digits == 0 || c[-1] == '.')
        return false;
    *text = c;
    return true;
}

/* mantissa * factor / 10^decimals; false when that is no whole number or too large. */
static bool scaled(decimal n, uint64_t factor, uint64_t *out)
{
    uint64_t value;
    while (n.decimals && n.mantissa % 10u == 0) {
        n.mantissa /= 10u;
        n.decimals--;
    }
    for (; n.decimals; n.decimals--) {
        if (factor % 10u)
            return false;
        factor /= 10u;
    }
    value = n.mantissa * factor;
    if (factor && value / factor != n.mantissa)
        return false;
    *out = value;
    return true;
}

static const scale *find_scale(const scale *units, size_t count, const char *name)
{
    size_t i;
    for (i = 0; i < count; i++) {
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    }
    return NULL;
}

/* What a person should write for a key of this kind. */
static const char *expected(gictime_key key)
{
    switch (gictime_key_info(key)->kind) {
    case GICTIME_KIND_CHOICE:
        return key == GICTIME_KEY_MODE ? "loosely-timed or timed" : "lru, fifo or random";
    case GICTIME_KIND_COUNT:
        return "a whole number without a unit";
    case GICTIME_KIND_CLOCK:
        return "a frequency such as 600 MHz";
    case GICTIME_KIND_CYCLES:
        return "cycles of the PE such as 4 cpu";
    case GICTIME_KIND_SLICE:
        return "auto, cycles such as 40 cpu, or a time such as 100 ns";
    case GICTIME_KIND_COST:
        break;
    }
    return "cycles of a domain such as 4 gic, 4 cpu, 4 interconnect or 4 memory, or a time such "
           "as 4 ns";
}

static bool bad_value(gictime_key key, const char *text, const char *why, gictime_error *error)
{
    const gictime_key_row *row = gictime_key_info(key);
    return gictime_fail(error, "'%s = %.48s' %s; write %s", row->key, text, why, expected(key));
}

static bool out_of_range(gictime_key key, const char *text, const char *unit, gictime_error *error)
{
    const gictime_key_row *row = gictime_key_info(key);
    return gictime_fail(
        error, "'%s = %.48s' is out of range; %" PRIu64 " to %" PRIu64 "%s%s would be right",
        row->key, text, row->min, row->max, *unit ? " " : "", unit);
}

static bool in_range(const gictime_key_row *row, uint64_t count)
{
    return count >= row->min && count <= row->max;
}

static bool clock_value(gictime_key key, const char *text, decimal n, const char *unit,
                        gictime_value *value, gictime_error *error)
{
    const scale *s = find_scale(clock_units, GIC_COUNT_OF(clock_units), unit);
    if (!s)
        return bad_value(key, text, *unit ? "has a unit that is no frequency" : "has no unit",
                         error);
    if (!scaled(n, s->factor, &value->count) || !in_range(gictime_key_info(key), value->count))
        return out_of_range(key, text, "Hz", error);
    value->unit = GICTIME_UNIT_HZ;
    return true;
}

static bool time_value(gictime_key key, const char *text, decimal n, const scale *s,
                       gictime_value *value, gictime_error *error)
{
    if (!scaled(n, s->factor, &value->count))
        return bad_value(key, text, "is no whole number of ps", error);
    if (!in_range(gictime_key_info(key), value->count))
        return out_of_range(key, text, "ps", error);
    value->unit = GICTIME_UNIT_PS;
    return true;
}

static gictime_domain find_domain(const char *name)
{
    unsigned d;
    for (d = 0; d < GICTIME_DOMAIN_COUNT; d++) {
        if (strcmp(gictime_domain_name((gictime_domain)d), name) == 0)
            return (gictime_domain)d;
    }
    return GICTIME_DOMAIN_NONE;
}

/* Cycles of a domain. What they come to in ps is gictime_profile_check()'s business. */
static bool cycles_value(gictime_key key, const char *text, decimal n, gictime_domain domain,
                         gictime_value *value, gictime_error *error)
{
    const gictime_key_row *row = gictime_key_info(key);
    enum { MOST_CYCLES = 1000000 };
    if (!scaled(n, 1, &value->count))
        return bad_value(key, text, "is no whole number of cycles", error);
    if (row->kind == GICTIME_KIND_CYCLES && domain != row->domain)
        return bad_value(key, text, "is in the wrong domain", error);
    if (row->kind == GICTIME_KIND_CYCLES && !in_range(row, value->count))
        return out_of_range(key, text, "cycles", error);
    if (value->count > MOST_CYCLES)
        return gictime_fail(error, "'%s = %.48s' is out of range; at most %d cycles would be right",
                            row->key, text, MOST_CYCLES);
    if (row->kind == GICTIME_KIND_SLICE && value->count == 0)
        return out_of_range(key, text, "ps", error);
    value->unit = (uint8_t)domain;
    return true;
}

static bool word_value(gictime_key key, const char *text, gictime_value *value)
{
    const char *const *words = words_of(key);
    value->unit = GICTIME_UNIT_WORD;
    for (value->count = 0; words[value->count]; value->count++)
        if (strcmp(text, words[value->count]) == 0)
            return true;
    return false;
}

static bool count_value(gictime_key key, const char *text, decimal n, const char *unit,
                        gictime_value *value, gictime_error *error)
{
    if (*unit)
        return bad_value(key, text, "has a unit", error);
    if (!scaled(n, 1, &value->count))
        return bad_value(key, text, "is no whole number", error);
    if (!in_range(gictime_key_info(key), value->count))
        return out_of_range(key, text, "", error);
    value->unit = GICTIME_UNIT_NONE;
    return true;
}

/* The unit behind a number, "cycles" after a domain left out; false when more follows. */
static bool parse_unit(const char *text, char *unit, size_t size)
{
    size_t n = 0;
    while (gictime_is_space(*text))
        text++;
    while (gictime_is_letter(*text) && n + 1u < size)
        unit[n++] = *text++;
    unit[n] = '\0';
    while (gictime_is_space(*text))
        text++;
    return *text == '\0' || (n && (strcmp(text, "cycles") == 0 || strcmp(text, "cycle") == 0));
}

static bool number_value(gictime_key key, const char *text, gictime_value *value,
                         gictime_error *error)
{
    const gictime_key_row *row = gictime_key_info(key);
    const char *rest = text;
    const scale *s;
    char unit[16];
    decimal n;
    gictime_domain domain;
    if (!parse_number(&rest, &n) || !parse_unit(rest, unit, sizeof(unit)))
        return bad_value(key, text, "is no number with a unit", error);
    if (row->kind == GICTIME_KIND_CLOCK)
        return clock_value(key, text, n, unit, value, error);
    if (row->kind == GICTIME_KIND_COUNT)
        return count_value(key, text, n, unit, value, error);
    s = find_scale(time_units, GIC_COUNT_OF(time_units), unit);
    if (s && row->kind != GICTIME_KIND_CYCLES)
        return time_value(key, text, n, s, value, error);
    domain = find_domain(unit);
    if (!*unit && n.mantissa == 0)
        domain = row->domain; /* Nothing is nothing in any unit. */
    else if (domain == GICTIME_DOMAIN_NONE)
        return bad_value(key, text, *unit ? "has an unknown unit" : "has no unit", error);
    return cycles_value(key, text, n, domain, value, error);
}

bool gictime_value_parse(gictime_key key, const char *text, gictime_value *value,
                         gictime_error *error)
{
    gictime_kind kind = gictime_key_info(key)->kind;
    gictime_value parsed = {0, 0, 0, false};
    if ((kind == GICTIME_KIND_CHOICE || kind == GICTIME_KIND_SLICE) &&
        word_value(key, text, &parsed)) {
        *value = parsed;
        return true;
    }
    if (kind == GICTIME_KIND_CHOICE)
        return bad_value(key, text, "is none of its words", error);
    if (!number_value(key, text, &parsed, error))
        return false;
    *value = parsed;
    return true;
}

static void clock_text(uint64_t hz, char *text, size_t size)
{
    unsigned u = GIC_COUNT_OF(clock_units) - 1u;
    while (hz % clock_units[u].factor)
        u--;
    snprintf(text, size, "%" PRIu64 " %s", hz / clock_units[u].factor, clock_units[u].name);
}

void gictime_value_text(gictime_key key, const gictime_value *value, char *text, size_t size)
{
    if (value->unit == GICTIME_UNIT_WORD)
        snprintf(text, size, "%s", words_of(key)[value->count]);
    else if (value->unit == GICTIME_UNIT_NONE)
        snprintf(text, size, "%" PRIu64, value->count);
    else if (value->unit == GICTIME_UNIT_HZ)
        clock_text(value->count, text, size);
    else if (value->unit == GICTIME_UNIT_PS)
        snprintf(text, size, "%" PRIu64 " ps", value->count);
    else
        snprintf(text, size, "%" PRIu64 " %s", value->count,
                 gictime_domain_name((gictime_domain)value->unit));
}
