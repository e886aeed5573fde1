/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/json.h"

#include <inttypes.h>
#include <string.h>

void gictime_json_open(gictime_json *json, FILE *out, unsigned pretty)
{
    memset(json, 0, sizeof(*json));
    json->out = out;
    json->pretty = pretty;
}

static void new_line(gictime_json *json)
{
    unsigned n;
    fputc('\n', json->out);
    for (n = 0; n < json->depth; n++)
        fputs("  ", json->out);
}

static void write_escaped(FILE *out, const char *text)
{
    const unsigned char *c;
    fputc('"', out);
    for (c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c < 0x20)
            fprintf(out, "\\u%04x", (unsigned)*c);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}

/* What stands before every value: comma, place, key. */
static void before_value(gictime_json *json, const char *key)
{
    if (json->depth > 0) {
        GIC_ASSERT((key == NULL) == json->array[json->depth]);
        if (json->used[json->depth])
            fputc(',', json->out);
        if (json->depth <= json->pretty)
            new_line(json);
        else if (json->used[json->depth])
            fputc(' ', json->out);
    }
    json->used[json->depth] = true;
    if (key) {
        write_escaped(json->out, key);
        fputs(": ", json->out);
    }
}

static void begin_level(gictime_json *json, const char *key, bool array)
{
    before_value(json, key);
    fputc(array ? '[' : '{', json->out);
    GIC_ASSERT(json->depth < GICTIME_JSON_DEPTH);
    json->depth++;
    json->used[json->depth] = false;
    json->array[json->depth] = array;
}

void gictime_json_object(gictime_json *json, const char *key)
{
    begin_level(json, key, false);
}

void gictime_json_array(gictime_json *json, const char *key)
{
    begin_level(json, key, true);
}

void gictime_json_end(gictime_json *json)
{
    bool array = json->array[json->depth];
    bool used = json->used[json->depth];
    unsigned inner = json->depth;
    GIC_ASSERT(json->depth > 0);
    json->depth--;
    if (used && inner <= json->pretty)
        new_line(json);
    fputc(array ? ']' : '}', json->out);
    if (json->depth == 0)
        fputc('\n', json->out);
}

void gictime_json_string(gictime_json *json, const char *key, const char *value)
{
    if (!value) {
        gictime_json_null(json, key);
        return;
    }
    before_value(json, key);
    write_escaped(json->out, value);
}

void gictime_json_u64(gictime_json *json, const char *key, uint64_t value)
{
    before_value(json, key);
    fprintf(json->out, "%" PRIu64, value);
}

void gictime_json_bool(gictime_json *json, const char *key, bool value)
{
    before_value(json, key);
    fputs(value ? "true" : "false", json->out);
}

void gictime_json_null(gictime_json *json, const char *key)
{
    before_value(json, key);
    fputs("null", json->out);
}

void gictime_json_milli(gictime_json *json, const char *key, uint64_t thousandths)
{
    before_value(json, key);
    fprintf(json->out, "%" PRIu64 ".%03u", thousandths / 1000, (unsigned)(thousandths % 1000));
}

void gictime_json_micro(gictime_json *json, const char *key, uint64_t millionths)
{
    before_value(json, key);
    fprintf(json->out, "%" PRIu64 ".%06u", millionths / 1000000, (unsigned)(millionths % 1000000));
}
