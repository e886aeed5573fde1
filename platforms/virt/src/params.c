/* SPDX-License-Identifier: Apache-2.0 */
#include "params.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "iss/a64.h"

/* A parameter of the machine. */
typedef struct param_row {
    const char *key;
    const char *doc;
    size_t offset;
    size_t size;
    uint32_t def, min, max, step;
    bool flag;
} param_row;

enum { param_number = 0, param_flag = 1 };

static const param_row param_rows[] = {
#define VP_PARAM(key, member, type, def, min, max, step, doc) \
    {key,                                                     \
     doc,                                                     \
     offsetof(gic_config, member),                            \
     sizeof(((gic_config *)0)->member),                       \
     def,                                                     \
     min,                                                     \
     max,                                                     \
     step,                                                    \
     param_##type},
#include "params.def"
#undef VP_PARAM
};

/* A parameter of the platform that is a time. */
typedef struct time_row {
    const char *key;
    const char *doc;
    const char *def;
    size_t offset;
} time_row;

static const time_row time_rows[] = {
    {"virtio.latency",
     "one request of a virtio device, from notification or the one before to its interrupt (timed)",
     "10 us", offsetof(vp_params, virtio_latency_ps)},
};

enum { TIME_ROWS = sizeof time_rows / sizeof time_rows[0] };

#define TIME_MAX_PS UINT64_C(1000000000000) /* 1 s */

enum { PARAM_ROWS = sizeof param_rows / sizeof param_rows[0] };

static void param_store(gic_config *config, const param_row *row, uint32_t value)
{
    void *at = (uint8_t *)config + row->offset;
    const uint8_t byte = (uint8_t)value;
    const uint16_t half = (uint16_t)value;
    const bool truth = value != 0;

    if (row->flag)
        memcpy(at, &truth, sizeof truth);
    else if (row->size == 1)
        memcpy(at, &byte, sizeof byte);
    else
        memcpy(at, &half, sizeof half);
}

static bool param_set(gic_config *config, const param_row *row, const char *text, vp_error *error)
{
    uint64_t value;

    if (!vp_parse_number(text, &value) || value < row->min || value > row->max ||
        value % row->step != 0)
        return vp_fail(error, "--set %s=%s: out of range; give %u to %u%s", row->key, text,
                       row->min, row->max,
                       row->step > 1 ? " in its steps (see 'gicvp params')" : "");
    param_store(config, row, (uint32_t)value);
    return true;
}

/* A time as "10us" or "10 us"; 0 needs no unit. */
static bool time_set(vp_params *params, const time_row *row, const char *text, vp_error *error)
{
    const char *unit = strchr(text, ' ');
    uint64_t ps = 0;
    char word[32];

    if (strlen(text) >= sizeof word)
        return vp_fail(error, "--set %s=%s: not a time; give 0 to 1s", row->key, text);
    memcpy(word, text, strlen(text) + 1);
    if (unit != NULL)
        memcpy(word + (unit - text), unit + 1, strlen(unit));
    if (strcmp(word, "0") != 0 && (!vp_parse_time(word, &ps) || ps > TIME_MAX_PS))
        return vp_fail(error, "--set %s=%s: not a time; give 0 to 1s", row->key, text);
    memcpy((uint8_t *)params + row->offset, &ps, sizeof ps);
    return true;
}

static uint64_t time_fetch(const vp_params *params, const time_row *row)
{
    uint64_t ps;

    memcpy(&ps, (const uint8_t *)params + row->offset, sizeof ps);
    return ps;
}

static const time_row *time_find(const char *key, size_t length)
{
    for (unsigned n = 0; n < TIME_ROWS; n++)
        if (strlen(time_rows[n].key) == length && strncmp(time_rows[n].key, key, length) == 0)
            return &time_rows[n];
    return NULL;
}

/* "key=value": the machine's keys begin with "gic.", the platform's are known, all others are the
 * profile's. */
static bool param_assign(vp_params *params, const char *assignment, vp_error *error)
{
    const size_t length = strcspn(assignment, "=");
    const time_row *time = time_find(assignment, length);
    gictime_error reason;

    for (unsigned n = 0; n < PARAM_ROWS; n++)
        if (strlen(param_rows[n].key) == length &&
            strncmp(param_rows[n].key, assignment, length) == 0)
            return param_set(&params->gic, &param_rows[n], assignment + length + 1, error);
    if (time != NULL)
        return time_set(params, time, assignment + length + 1, error);
    if (strncmp(assignment, "gic.", 4) == 0)
        return vp_fail(error, "--set %s: no such parameter; see 'gicvp params gic'", assignment);
    if (!gictime_profile_set(&params->profile, assignment, &reason))
        return vp_fail(error, "%s", reason.text);
    return true;
}

static void param_defaults(vp_params *params, const vp_machine *machine)
{
    vp_error never;

    for (unsigned n = 0; n < TIME_ROWS; n++)
        (void)time_set(params, &time_rows[n], time_rows[n].def, &never);
    params->gic = gic_config_default();
    for (unsigned n = 0; n < PARAM_ROWS; n++)
        param_store(&params->gic, &param_rows[n], param_rows[n].def);
    params->gic.pe_count = (uint16_t)machine->cpus;
    if (machine->gicv2) { /* --set gic.* says again what it has, and is refused */
        params->gic.gicv2 = true;
        params->gic.lpi_bits = 0;
        params->gic.its_count = 0;
        params->gic.ds_writable = false;
    }
    params->gic.two_security_states = machine->has_el3;
    params->gic.has_el3 = machine->has_el3;
    params->gic.has_el2 = machine->has_el2;
    gictime_profile_default(&params->profile);
}

bool vp_params_make(vp_params *params, const vp_options *options, const vp_machine *machine,
                    vp_error *error)
{
    gictime_error reason;
    gic_config_error bad;

    param_defaults(params, machine);
    if (options->profile != NULL &&
        !gictime_profile_load(&params->profile, options->profile, &reason))
        return vp_fail(error, "%s", reason.text);
    for (unsigned n = 0; n < options->num_sets; n++)
        if (!param_assign(params, options->set[n], error))
            return false;
    if (!gictime_profile_check(&params->profile, &reason))
        return vp_fail(error, "%s", reason.text);
    gictime_profile_geometry(&params->profile, &params->gic);
    if (params->gic.nmi && !a64_cpu_has_nmi(machine->cpu))
        return vp_fail(error, "--set gic.nmi: core '%s' has no NMIs (FEAT_NMI); max has",
                       machine->cpu);
    bad = gic_config_check(&params->gic);
    return bad == GIC_CONFIG_OK || vp_fail(error, "--set gic: %s", gic_config_error_text(bad));
}

static uint32_t param_fetch(const gic_config *config, const param_row *row)
{
    const void *at = (const uint8_t *)config + row->offset;
    uint8_t byte;
    uint16_t half;

    if (row->size == 1) {
        memcpy(&byte, at, sizeof byte);
        return byte;
    }
    memcpy(&half, at, sizeof half);
    return half;
}

void vp_params_print(const vp_params *params, FILE *out)
{
    for (unsigned n = 0; n < PARAM_ROWS; n++)
        (void)fprintf(out, "%s = %u\n", param_rows[n].key,
                      param_fetch(&params->gic, &param_rows[n]));
    for (unsigned n = 0; n < TIME_ROWS; n++)
        (void)fprintf(out, "%s = %" PRIu64 " ps\n", time_rows[n].key,
                      time_fetch(params, &time_rows[n]));
}

static bool param_wanted(const char *key, const char *prefix)
{
    return prefix == NULL || strncmp(key, prefix, strlen(prefix)) == 0;
}

bool vp_params_list(const char *prefix, FILE *out, vp_error *error)
{
    unsigned listed = 0;

    for (unsigned n = 0; n < PARAM_ROWS; n++) {
        const param_row *row = &param_rows[n];

        if (!param_wanted(row->key, prefix))
            continue;
        (void)fprintf(out, "%-34s %-10u %u to %u: %s\n", row->key, row->def, row->min, row->max,
                      row->doc);
        listed++;
    }
    for (unsigned n = 0; n < TIME_ROWS; n++) {
        const time_row *row = &time_rows[n];

        if (!param_wanted(row->key, prefix))
            continue;
        (void)fprintf(out, "%-34s %-13s %s\n", row->key, row->def, row->doc);
        listed++;
    }
    for (unsigned n = 0; n < GICTIME_KEY_COUNT; n++) {
        const gictime_key_row *row = gictime_key_info((gictime_key)n);

        if (!param_wanted(row->key, prefix))
            continue;
        (void)fprintf(out, "%-34s %-13s %s\n", row->key, row->def, row->doc);
        listed++;
    }
    return listed != 0 ||
           vp_fail(error, "params %s: no parameter begins so; see 'gicvp params'", prefix);
}
