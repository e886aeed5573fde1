/* SPDX-License-Identifier: Apache-2.0 */
/* Looks values up in a JSON text by path; reads no more of it than that. */
#include <stdlib.h>
#include <string.h>

#include "study.h"

enum { MAX_DEPTH = 64 };

static const char *skip_space(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
        p++;
    return p;
}

/* Behind the string that begins at p; NULL when it does not end. */
static const char *skip_string(const char *p)
{
    for (p++; *p != '\0'; p++) {
        if (*p == '\\' && p[1] != '\0')
            p++;
        else if (*p == '"')
            return p + 1;
    }
    return NULL;
}

/* Behind the value that begins at p. Brackets are counted, strings are stepped over. */
static const char *skip_value(const char *p)
{
    unsigned depth = 0;

    while (p != NULL && *p != '\0') {
        if (*p == '"') {
            p = skip_string(p);
        } else if (*p == '{' || *p == '[') {
            depth++;
            p++;
        } else if (*p == '}' || *p == ']') {
            if (depth == 0)
                return p;
            depth--;
            p++;
        } else if (depth == 0 && *p == ',') {
            return p;
        } else {
            p++;
        }
        if (depth > MAX_DEPTH)
            return NULL;
    }
    return p;
}

static bool key_is(const char *quoted, const char *key, size_t length)
{
    return strncmp(quoted + 1, key, length) == 0 && quoted[1 + length] == '"';
}

static const char *member(const char *object, const char *key, size_t length)
{
    const char *p = skip_space(object + 1);

    while (p != NULL && *p == '"') {
        const char *behind = skip_string(p);
        const char *value;

        if (behind == NULL)
            return NULL;
        value = skip_space(skip_space(behind) + 1);
        if (key_is(p, key, length))
            return value;
        p = skip_value(value);
        if (p != NULL && *p == ',')
            p = skip_space(p + 1);
    }
    return NULL;
}

static const char *element(const char *array, unsigned long index)
{
    const char *p = skip_space(array + 1);

    for (; p != NULL && *p != ']' && *p != '\0'; index--) {
        if (index == 0)
            return p;
        p = skip_value(p);
        if (p != NULL && *p == ',')
            p = skip_space(p + 1);
    }
    return NULL;
}

const char *study_json_find(const char *text, const char *path)
{
    const char *value = skip_space(text);

    while (value != NULL && *path != '\0') {
        size_t length = strcspn(path, "/");

        if (*value == '{')
            value = member(value, path, length);
        else if (*value == '[')
            value = element(value, strtoul(path, NULL, 10));
        else
            value = NULL;
        path += length;
        if (*path == '/')
            path++;
    }
    return value;
}

uint64_t study_json_number(const char *text, const char *path, uint64_t otherwise)
{
    const char *value = study_json_find(text, path);

    if (value == NULL || *value < '0' || *value > '9')
        return otherwise;
    return strtoull(value, NULL, 10);
}

bool study_json_string(const char *text, const char *path, char *out, size_t size)
{
    const char *p = study_json_find(text, path);
    size_t n = 0;

    if (p == NULL || *p != '"')
        return false;
    for (p++; *p != '"' && *p != '\0' && n + 1 < size; p++) {
        if (*p == '\\' && p[1] != '\0') {
            p++;
            out[n++] = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p;
        } else {
            out[n++] = *p;
        }
    }
    out[n] = '\0';
    return true;
}
