/* SPDX-License-Identifier: Apache-2.0 */
/* Options of the form "name,key=value,key,...", read key by key. */
#ifndef VIRT_PLUG_READER_H
#define VIRT_PLUG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The option at hand: its whole text, and the key=value that is read. */
typedef struct plug_reader {
    const char *option; /**< "--device" and so on, for messages. */
    const char *text;
    bool bare; /**< The text begins with a key and not with a name. */
    const char *key;
    size_t key_length;
    const char *value;
    size_t value_length;
} plug_reader;

/** Whether an option begins with the name `name`. */
bool plug_name_is(const char *text, const char *name);

/** Moves to the next key; `last`= takes the rest of the text as its value (NULL: none does).
 *  @return false at the end. */
bool plug_next_key(plug_reader *r, const char *last);

/** Whether the key at hand is `key`. */
bool plug_key_is(const plug_reader *r, const char *key);

/** Whether the value at hand is `value`. */
bool plug_value_is(const plug_reader *r, const char *value);

/** The number of the key at hand, least to most. */
bool plug_read_number(const plug_reader *r, uint64_t least, uint64_t most, uint64_t *number,
                      vp_error *error);

#ifdef __cplusplus
}
#endif

#endif
