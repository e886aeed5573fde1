/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON writer: append-only, streaming to a FILE, no memory beyond the nesting depth, numbers as
 * integers or fixed-point (no locale). Commas, newlines and escapes are its business.
 *
 *     gictime_json_open(&j, file, 2);
 *     gictime_json_object(&j, NULL);
 *     gictime_json_u64(&j, "count", 3);
 *     gictime_json_array(&j, "values");  ...  gictime_json_end(&j);
 *     gictime_json_end(&j);
 *
 * Inside an object every value has a key; inside an array, and for the outermost, key is NULL.
 */
#ifndef GICTIME_JSON_H
#define GICTIME_JSON_H

#include <stdio.h>

#include "gic/defs.h"

GIC_BEGIN_DECLS

enum { GICTIME_JSON_DEPTH = 32 };

/** State of one document. */
typedef struct gictime_json {
    FILE *out;
    unsigned pretty; /**< Nesting levels that get a line per value; deeper ones stand in a row. */
    unsigned depth;
    bool used[GICTIME_JSON_DEPTH + 1];  /**< Something stands at this level already. */
    bool array[GICTIME_JSON_DEPTH + 1]; /**< The level is an array, not an object. */
} gictime_json;

/** Begin a document on @p out; values down to nesting level @p pretty stand on their own line. */
void gictime_json_open(gictime_json *json, FILE *out, unsigned pretty);
/** Begin an object; @p key NULL in arrays and at the top. At most GICTIME_JSON_DEPTH deep. */
void gictime_json_object(gictime_json *json, const char *key);
/** Begin an array. */
void gictime_json_array(gictime_json *json, const char *key);
/** End the innermost object or array; the outermost ends the document with a newline. */
void gictime_json_end(gictime_json *json);
/** A string; bytes below 0x20, quotes and backslashes are escaped; NULL writes null. */
void gictime_json_string(gictime_json *json, const char *key, const char *value);
void gictime_json_u64(gictime_json *json, const char *key, uint64_t value);
void gictime_json_bool(gictime_json *json, const char *key, bool value);
void gictime_json_null(gictime_json *json, const char *key);
/** @p thousandths / 1000 with three decimals, e.g. picoseconds as nanoseconds. */
void gictime_json_milli(gictime_json *json, const char *key, uint64_t thousandths);
/** @p millionths / 10^6 with six decimals, e.g. picoseconds as microseconds. */
void gictime_json_micro(gictime_json *json, const char *key, uint64_t millionths);

GIC_END_DECLS

#endif
