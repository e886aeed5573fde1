/* SPDX-License-Identifier: Apache-2.0 */
#include "plug_reader.h"

#include <string.h>

#include "options.h"

bool plug_next_key(plug_reader *r, const char *last)
{
    if (r->key == NULL && r->bare) {
        r->key = r->text;
    } else {
        const char *end =
            r->key != NULL ? r->value + r->value_length : r->text + strcspn(r->text, ",");

        if (*end == '\0')
            return false;
        r->key = end + 1;
    }
    r->key_length = strcspn(r->key, "=,");
    r->value = r->key + r->key_length + (r->key[r->key_length] == '=' ? 1 : 0);
    r->value_length =
        last != NULL && plug_key_is(r, last) ? strlen(r->value) : strcspn(r->value, ",");
    return true;
}

bool plug_key_is(const plug_reader *r, const char *key)
{
    return strlen(key) == r->key_length && strncmp(key, r->key, r->key_length) == 0;
}

bool plug_value_is(const plug_reader *r, const char *value)
{
    return strlen(value) == r->value_length && strncmp(value, r->value, r->value_length) == 0;
}

bool plug_read_number(const plug_reader *r, uint64_t least, uint64_t most, uint64_t *number,
                      vp_error *error)
{
    char text[24];

    if (r->value_length != 0 && r->value_length < sizeof text) {
        memcpy(text, r->value, r->value_length);
        text[r->value_length] = '\0';
        if (vp_parse_number(text, number) && *number >= least && *number <= most)
            return true;
    }
    return vp_fail(error, "%s %s: %.*s is out of range; give %llu to %llu", r->option, r->text,
                   (int)r->key_length, r->key, (unsigned long long)least, (unsigned long long)most);
}

bool plug_name_is(const char *text, const char *name)
{
    const size_t length = strcspn(text, ",");

    return length == strlen(name) && strncmp(text, name, length) == 0;
}
