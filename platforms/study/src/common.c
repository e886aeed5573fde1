/* SPDX-License-Identifier: Apache-2.0 */
/* What every study does with its runs. */
#include <stdlib.h>

#include "lpi.h"

char *study_read_stats(study_result *result, unsigned number)
{
    char path[4096];
    char *text;
    uint64_t skew;

    study_path(path, sizeof path, result->options->out, "stats", (int)number, ".json");
    text = study_read_file(path);
    if (text == NULL)
        return NULL;
    result->causality += study_json_number(text, "causality/violations", 0);
    skew = study_json_number(text, "causality/largest_skew_ps", 0);
    if (skew > result->causality_skew)
        result->causality_skew = skew;
    return text;
}

static bool write_data(const study_result *r, const char *name, const char *suffix,
                       study_data_fn *data, const void *ctx)
{
    char file[64];
    FILE *out;

    snprintf(file, sizeof file, "%s.%s", name, suffix);
    out = study_create(r->options->out, file);
    if (out == NULL)
        return false;
    data(ctx, out);
    return study_close(out, file);
}

bool study_publish(const study_result *result, const study_output *output, const void *ctx)
{
    const char *dir = result->options->out;

    if (!write_data(result, output->name, "json", output->json, ctx) ||
        !write_data(result, output->name, "csv", output->csv, ctx) ||
        !study_write_page(output->kind, dir, output->json, ctx))
        return false;
    if (result->options->json) {
        output->json(ctx, stdout);
        return true;
    }
    lpi_print_head(result, stdout);
    output->table(ctx, stdout);
    printf("\n%s/report.html  pictures and tables\n%s/%s.csv, %s.json\n", dir, dir, output->name,
           output->name);
    return true;
}

bool study_check(const study_result *result, uint64_t compared, uint64_t disagree)
{
    if (result->causality != 0)
        return study_fail("%llu causality violations (largest skew %llu ps): the times are not "
                          "exact; use a smaller quantum",
                          (unsigned long long)result->causality,
                          (unsigned long long)result->causality_skew);
    if (result->unmatched != 0)
        return study_fail("%llu samples of the firmware have no interrupt in the model's stamps",
                          (unsigned long long)result->unmatched);
    if (disagree != 0)
        return study_fail("%llu of %llu samples: firmware and model are more than a cycle apart",
                          (unsigned long long)disagree, (unsigned long long)compared);
    return true;
}
