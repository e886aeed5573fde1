/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles as text: files, --set, and printing. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "memory.h"
#include "profile_internal.h"

enum { LINE_SIZE = 512, FILE_LIMIT = 1 << 20 };

static char *trim(char *text)
{
    size_t length;
    while (gictime_is_space(*text))
        text++;
    length = strlen(text);
    while (length && gictime_is_space(text[length - 1u]))
        length--;
    text[length] = '\0';
    return text;
}

/* Levenshtein distance of two short names. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[64];
    unsigned i, j;
    unsigned columns = (unsigned)strlen(b);
    if (columns >= GIC_COUNT_OF(row))
        return UINT32_MAX;
    for (j = 0; j <= columns; j++)
        row[j] = j;
    for (i = 0; a[i]; i++) {
        unsigned diagonal = row[0];
        row[0] = i + 1u;
        for (j = 0; j < columns; j++) {
            unsigned replace = diagonal + (a[i] != b[j]);
            unsigned best = gic_min_u32(row[j], row[j + 1u]) + 1u;
            diagonal = row[j + 1u];
            row[j + 1u] = gic_min_u32(best, replace);
        }
    }
    return row[columns];
}

static bool unknown_key(const char *name, gictime_error *error)
{
    unsigned key, best = 4;
    const char *nearest = NULL;
    for (key = 0; key < GICTIME_KEY_COUNT; key++) {
        const char *candidate = gictime_key_info((gictime_key)key)->key;
        unsigned d = distance(name, candidate);
        if (d < best) {
            best = d;
            nearest = candidate;
        }
    }
    if (nearest)
        return gictime_fail(error, "unknown key '%.64s'; did you mean '%s'?", name, nearest);
    return gictime_fail(error, "unknown key '%.64s'; 'gicvp params' lists the keys", name);
}

/* "key = value" into its row; the text is taken apart in place. */
static bool parse_assignment(char *line, gictime_key *key, gictime_value *value,
                             gictime_error *error)
{
    char *equals = strchr(line, '=');
    char *name, *text;
    if (!equals)
        return gictime_fail(error, "'%.64s' is no assignment; write key = value", line);
    *equals = '\0';
    name = trim(line);
    text = trim(equals + 1);
    *key = gictime_key_find(name);
    if (*key == GICTIME_KEY_COUNT)
        return unknown_key(name, error);
    if (!*text)
        return gictime_fail(error, "'%s' has no value; write e.g. %s = %s", name, name,
                            gictime_key_info(*key)->def);
    return gictime_value_parse(*key, text, value, error);
}

/* Puts the place in front of what is wrong. */
static bool place(gictime_error *error, const char *name, unsigned line)
{
    gictime_error inner = *error;
    return gictime_fail(error, "%.100s:%u: %.150s", name, line, inner.text);
}

static bool parse_line(gictime_profile *profile, char *line, unsigned number, gictime_error *error)
{
    char *comment = strchr(line, '#');
    char *text;
    gictime_key key = GICTIME_KEY_COUNT;
    gictime_value value = {0, 0, 0, false};
    if (comment)
        *comment = '\0';
    text = trim(line);
    if (!*text)
        return true;
    if (!parse_assignment(text, &key, &value, error))
        return false;
    if (profile->value[key].line)
        return gictime_fail(error, "'%s' was set in line %u already; keep one of them",
                            gictime_key_info(key)->key, (unsigned)profile->value[key].line);
    value.line = number;
    profile->value[key] = value;
    return true;
}

/* The next line of @p text as a string; false when it is too long or no text. */
static bool copy_line(const char *text, size_t length, char *line, gictime_error *error)
{
    size_t i;
    if (length >= LINE_SIZE)
        return gictime_fail(error, "line of %zu bytes; at most %d would be right", length,
                            LINE_SIZE - 1);
    for (i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 && !gictime_is_space(text[i]))
            return gictime_fail(error, "byte 0x%02x is no text; a profile is a text file", c);
        line[i] = text[i];
    }
    line[length] = '\0';
    return true;
}

bool gictime_profile_parse(gictime_profile *profile, const char *name, const char *text,
                           size_t length, gictime_error *error)
{
    gictime_profile parsed;
    unsigned number = 1;
    size_t at = 0;
    gictime_profile_default(&parsed);
    snprintf(parsed.name, sizeof(parsed.name), "%s", name);
    for (; at < length; number++) {
        const char *end = (const char *)memchr(text + at, '\n', length - at);
        size_t count = end ? (size_t)(end - (text + at)) : length - at;
        char line[LINE_SIZE] = "";
        if (!copy_line(text + at, count, line, error) || !parse_line(&parsed, line, number, error))
            return place(error, name, number);
        at += count + 1u;
    }
    *profile = parsed;
    return true;
}

bool gictime_profile_set(gictime_profile *profile, const char *assignment, gictime_error *error)
{
    char line[LINE_SIZE] = "";
    gictime_key key = GICTIME_KEY_COUNT;
    gictime_value value = {0, 0, 0, false};
    if (!copy_line(assignment, strlen(assignment), line, error) ||
        !parse_assignment(trim(line), &key, &value, error)) {
        gictime_error inner = *error;
        return gictime_fail(error, "--set: %.240s", inner.text);
    }
    value.overridden = true;
    profile->value[key] = value;
    return true;
}

static bool load_file(gictime_profile *profile, const char *path, gictime_error *error)
{
    FILE *file = fopen(path, "rb");
    char *text;
    size_t length;
    bool ok;
    if (!file)
        return gictime_fail(error, "%.128s: %s; a readable profile file would be right", path,
                            strerror(errno));
    text = GICTIME_NEW(char, FILE_LIMIT + 1u);
    length = text ? fread(text, 1, FILE_LIMIT + 1u, file) : 0;
    if (!text)
        ok = gictime_fail(error, "%.128s: no memory to read it", path);
    else if (ferror(file))
        ok = gictime_fail(error, "%.128s: %s; a readable profile file would be right", path,
                          strerror(errno));
    else if (length > FILE_LIMIT)
        ok = gictime_fail(error, "%.128s: larger than 1 MiB; a profile is a small text file", path);
    else
        ok = gictime_profile_parse(profile, path, text, length, error);
    free(text);
    fclose(file);
    return ok;
}

static bool names_a_file(const char *name)
{
    static const char suffix[] = ".profile";
    size_t length = strlen(name), tail = sizeof(suffix) - 1u;
    return strchr(name, '/') || (length > tail && strcmp(name + length - tail, suffix) == 0);
}

const char *gictime_profile_builtin(unsigned index)
{
    unsigned i;
    if (index == 0)
        return "loosely-timed";
    for (i = 0; gictime_builtins[i].name; i++) {
        if (i + 1u == index)
            return gictime_builtins[i].name;
    }
    return NULL;
}

static bool no_such_profile(const char *name, gictime_error *error)
{
    char list[128] = "";
    unsigned i;
    for (i = 0; gictime_profile_builtin(i); i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
                 gictime_profile_builtin(i));
    }
    return gictime_fail(error, "no profile '%.48s'; there are %s, or name a file (FILE.profile)",
                        name, list);
}

bool gictime_profile_load(gictime_profile *profile, const char *name_or_path, gictime_error *error)
{
    unsigned i;
    if (names_a_file(name_or_path))
        return load_file(profile, name_or_path, error);
    if (strcmp(name_or_path, gictime_profile_builtin(0)) == 0) {
        gictime_profile_default(profile);
        return true;
    }
    for (i = 0; gictime_builtins[i].name; i++) {
        const gictime_builtin *b = &gictime_builtins[i];
        if (strcmp(name_or_path, b->name) == 0)
            return gictime_profile_parse(profile, b->name, (const char *)b->text, b->length, error);
    }
    return no_such_profile(name_or_path, error);
}

/* Where a value came from, for people. */
static void origin_text(const gictime_value *value, char *text, size_t size)
{
    if (value->overridden)
        snprintf(text, size, "--set");
    else if (value->line)
        snprintf(text, size, "line %u", (unsigned)value->line);
    else
        snprintf(text, size, "default");
}

/* What a value comes to: picoseconds, or the period of a clock. */
static bool value_ps(const gictime_profile *profile, gictime_key key, uint64_t *ps)
{
    const gictime_key_row *row = gictime_key_info(key);
    if (row->kind == GICTIME_KIND_CHOICE || row->kind == GICTIME_KIND_COUNT)
        return false;
    if (row->kind == GICTIME_KIND_CLOCK)
        *ps = gictime_profile_period_ps(profile, row->domain);
    else if (row->kind == GICTIME_KIND_SLICE)
        *ps = gictime_profile_quantum_ps(profile);
    else
        *ps = gictime_profile_ps(profile, key);
    return true;
}

void gictime_profile_print(const gictime_profile *profile, FILE *out)
{
    unsigned k;
    fprintf(out, "# profile %s\n", profile->name);
    for (k = 0; k < GICTIME_KEY_COUNT; k++) {
        gictime_key key = (gictime_key)k;
        char text[64], assignment[128], origin[32];
        uint64_t ps;
        gictime_value_text(key, &profile->value[k], text, sizeof(text));
        origin_text(&profile->value[k], origin, sizeof(origin));
        snprintf(assignment, sizeof(assignment), "%s = %s", gictime_key_info(key)->key, text);
        fprintf(out, "%-36s # ", assignment);
        if (value_ps(profile, key, &ps))
            fprintf(out, "%" PRIu64 " ps, ", ps);
        fprintf(out, "%s\n", origin);
    }
}

void gictime_profile_json(const gictime_profile *profile, gictime_json *json)
{
    unsigned k;
    gictime_json_object(json, "profile");
    gictime_json_string(json, "name", profile->name);
    gictime_json_bool(json, "timed", gictime_profile_timed(profile));
    gictime_json_u64(json, "quantum_ps", gictime_profile_quantum_ps(profile));
    gictime_json_bool(json, "quantum_coarse", gictime_profile_quantum_coarse(profile));
    gictime_json_object(json, "keys");
    for (k = 0; k < GICTIME_KEY_COUNT; k++) {
        gictime_key key = (gictime_key)k;
        char text[64], origin[32];
        uint64_t ps;
        gictime_value_text(key, &profile->value[k], text, sizeof(text));
        origin_text(&profile->value[k], origin, sizeof(origin));
        gictime_json_object(json, gictime_key_info(key)->key);
        gictime_json_string(json, "value", text);
        if (value_ps(profile, key, &ps))
            gictime_json_u64(json, "ps", ps);
        gictime_json_string(json, "from", origin);
        gictime_json_end(json);
    }
    gictime_json_end(json);
    gictime_json_end(json);
}
