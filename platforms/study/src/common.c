/* SPDX-License-Identifier: Apache-2.0 */
/* What every study does with its runs. */
#include <stdlib.h>

#include "study.h"

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
