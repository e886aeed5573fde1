/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gictime/profile.h"
#include "study.h"

/* Creates the directory and those above it. */
static bool make_directory(const char *path)
{
    char text[4096];

    if (strlen(path) >= sizeof text)
        return study_fail("--out %s: the path is too long", path);
    snprintf(text, sizeof text, "%s", path);
    for (char *p = text + 1; *p != '\0'; p++)
        if (*p == '/') {
            *p = '\0';
            mkdir(text, 0777);
            *p = '/';
        }
    if (mkdir(text, 0777) != 0 && errno != EEXIST)
        return study_fail("--out %s: %s; give a directory that can be made", path, strerror(errno));
    return true;
}

/* The profile as gicvp will have it: its clock, and its text for the report. */
static bool load_profile(study_result *result, const study_options *o)
{
    gictime_profile profile;
    gictime_error error;
    size_t size;
    FILE *text;
    bool ok = gictime_profile_load(&profile, o->profile, &error);

    for (unsigned n = 0; ok && n < o->num_sets; n++)
        ok = gictime_profile_set(&profile, o->set[n], &error);
    if (!ok || !gictime_profile_check(&profile, &error))
        return study_fail("%s", error.text);
    result->period_ps = gictime_profile_period_ps(&profile, GICTIME_DOMAIN_CPU);
    result->mmio_ps = gictime_profile_ps(&profile, GICTIME_KEY_INTERCONNECT_MMIO);
    snprintf(result->profile_name, sizeof result->profile_name, "%s", profile.name);
    text = open_memstream(&result->profile_text, &size);
    if (text == NULL)
        return study_fail("out of memory");
    gictime_profile_print(&profile, text);
    return study_close(text, "profile");
}

static void free_result(study_result *result)
{
    for (size_t n = 0; n < result->num_sets; n++)
        free(result->sets[n].ecdf);
    free(result->sets);
    free(result->points);
    free(result->profile_text);
}

static int (*const studies[STUDY_KINDS])(study_result *result) = {
    [STUDY_LATENCY] = study_latency,
    [STUDY_LPI] = study_lpi,
    [STUDY_STORM] = study_storm,
    [STUDY_VIRT] = study_virt,
};

int main(int argc, char **argv)
{
    study_options options;
    study_result result = {.options = &options};
    int status = study_parse_options(&options, argc, argv);

    if (status != 0)
        return status < 0 ? 0 : status;
    if (options.gicvp == NULL || options.firmware == NULL) {
        study_fail("%s is missing; scripts/study gives it",
                   options.gicvp == NULL ? "--gicvp" : "--firmware");
        return 2;
    }
    status = load_profile(&result, &options) && make_directory(options.out) ? 0 : 2;
    if (status == 0)
        status = studies[options.study](&result);
    free_result(&result);
    return status;
}
