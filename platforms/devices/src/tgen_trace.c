/* SPDX-License-Identifier: Apache-2.0 */
/* Text of a trace: one arrival a line, its time in ns and its vector. */
#include "devices/tgen.h"

enum { NS_DECIMALS = 3, PS_IN_NS = 1000, DECIMAL = 10 };

/* What is left of the text, and the line at hand. */
typedef struct trace_reader {
    const char *at, *end;
    unsigned line;
    const char *why;
} trace_reader;

static bool at_end(const trace_reader *r)
{
    return r->at == r->end;
}

static bool is_digit(const trace_reader *r)
{
    return !at_end(r) && *r->at >= '0' && *r->at <= '9';
}

static void skip_blanks(trace_reader *r)
{
    while (!at_end(r) && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r'))
        r->at++;
}

/* A comment and the end of the line. @return false when something else stands there. */
static bool skip_line_end(trace_reader *r)
{
    skip_blanks(r);
    if (!at_end(r) && *r->at == '#')
        while (!at_end(r) && *r->at != '\n')
            r->at++;
    if (at_end(r))
        return true;
    if (*r->at != '\n')
        return false;
    r->at++;
    r->line++;
    return true;
}

static bool fail(trace_reader *r, const char *why)
{
    r->why = why;
    return false;
}

/* A whole number up to `most`. */
static bool read_number(trace_reader *r, uint64_t most, uint64_t *value)
{
    *value = 0;
    if (!is_digit(r))
        return fail(r, "a number is missing; give TIME_NS VECTOR");
    for (; is_digit(r); r->at++) {
        const uint64_t digit = (uint64_t)(*r->at - '0');

        if (*value > (most - digit) / DECIMAL)
            return fail(r, "a number is too large");
        *value = *value * DECIMAL + digit;
    }
    return true;
}

/* Nanoseconds with up to three decimals, as ps. */
static bool read_time(trace_reader *r, uint64_t *ps)
{
    uint64_t scale = PS_IN_NS;

    if (!read_number(r, UINT64_MAX / PS_IN_NS - 1, ps))
        return false;
    *ps *= PS_IN_NS;
    if (at_end(r) || *r->at != '.')
        return true;
    r->at++;
    for (unsigned n = 0; n < NS_DECIMALS && is_digit(r); n++, r->at++) {
        scale /= DECIMAL;
        *ps += scale * (uint64_t)(*r->at - '0');
    }
    return !is_digit(r) || fail(r, "a time has more than three decimals: 1 ps is the least");
}

static bool read_entry(trace_reader *r, const tgen_arrival *before, tgen_arrival *entry)
{
    uint64_t vector;

    if (!read_time(r, &entry->time_ps))
        return false;
    skip_blanks(r);
    if (!read_number(r, TGEN_MAX_VECTORS - 1, &vector))
        return false;
    entry->vector = (uint32_t)vector;
    entry->zero = 0;
    if (before != NULL && before->time_ps > entry->time_ps)
        return fail(r, "its time is before the one of the line above");
    skip_blanks(r);
    return at_end(r) || *r->at == '#' || *r->at == '\n' ||
           fail(r, "more than two numbers; give TIME_NS VECTOR");
}

long tgen_parse_trace(const char *text, size_t length, tgen_arrival *out, size_t most,
                      unsigned *line, const char **why)
{
    trace_reader r = {text, text + length, 1, NULL};
    size_t count = 0;
    tgen_arrival entry;

    while (!at_end(&r)) {
        *line = r.line;
        if (skip_line_end(&r))
            continue;
        if (count == most)
            (void)fail(&r, "the trace has too many entries");
        else
            (void)read_entry(&r, count != 0 ? &out[count - 1] : NULL, &entry);
        if (r.why != NULL) {
            *why = r.why;
            return -1;
        }
        out[count++] = entry;
    }
    return (long)count;
}

/* FNV-1a over the words. */
uint64_t tgen_trace_checksum(const tgen *t)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (uint32_t n = 0; n < t->trace_size; n++) {
        hash = (hash ^ t->trace[n].time_ps) * UINT64_C(0x100000001b3);
        hash = (hash ^ t->trace[n].vector) * UINT64_C(0x100000001b3);
    }
    return hash;
}
