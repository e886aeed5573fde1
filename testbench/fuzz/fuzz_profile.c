/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: timing profiles and --set. The input is a file; what begins with "--set " in it is
 * given to gictime_profile_set() line by line instead.
 *
 * What is checked: an error is one line; a profile that is taken gives a configuration and a timing
 * that the kernels take, and prints as text that reads back as the same profile.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gic/config.h"
#include "gictime/profile.h"

static void check_error(const gictime_error *error)
{
    fuzz_check_error(error->text, sizeof(error->text));
}

static char *print(const gictime_profile *profile, size_t *length)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, length);
    CHECK(out != NULL);
    gictime_profile_print(profile, out);
    CHECK(fclose(out) == 0);
    return text;
}

static void check_same_when_read_back(const gictime_profile *profile)
{
    gictime_profile again;
    gictime_error error = {""};
    size_t length;
    char *text = print(profile, &length);
    unsigned key;
    gictime_profile_default(&again);
    CHECK(gictime_profile_parse(&again, "printed", text, length, &error));
    for (key = 0; key < GICTIME_KEY_COUNT; key++)
        CHECK(again.value[key].count == profile->value[key].count &&
              again.value[key].unit == profile->value[key].unit);
    free(text);
}

static void use(const gictime_profile *profile)
{
    gic_config config = gic_config_default();
    gic_timing timing;
    gictime_error error = {""};
    if (!gictime_profile_check(profile, &error)) {
        check_error(&error);
        return;
    }
    gictime_profile_timing(profile, &timing);
    gictime_profile_geometry(profile, &config);
    CHECK(gic_config_check(&config) == GIC_CONFIG_OK);
    CHECK(gictime_profile_quantum_ps(profile) > 0);
    check_same_when_read_back(profile);
}

/* The lines that begin with "--set " are assignments, the text before the first one the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    gictime_profile profile;
    gictime_error error = {""};
    char *text = (char *)calloc(1, length + 1);
    char *set;
    char *line;
    bool ok;
    CHECK(text != NULL);
    memcpy(text, data, length);
    set = strstr(text, "--set ");
    gictime_profile_default(&profile);
    ok = gictime_profile_parse(&profile, "fuzz", text, set ? (size_t)(set - text) : length, &error);
    if (!ok)
        check_error(&error);
    for (line = set; ok && line; line = strstr(line + 1, "--set ")) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        memset(&error, 0, sizeof(error));
        if (!gictime_profile_set(&profile, line + strlen("--set "), &error))
            check_error(&error);
        if (!end)
            break;
        line = end;
    }
    if (ok)
        use(&profile);
    free(text);
    return 0;
}
