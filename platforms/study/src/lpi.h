/* SPDX-License-Identifier: Apache-2.0 */
/* What the studies of LPIs share: runs of lpi.elf, joined with the model's stamps. */
#ifndef STUDY_LPI_H
#define STUDY_LPI_H

#include "study.h"

/** Quantities of an LPI. LPI_HOP + n is the hop that ends at stamp n. */
enum {
    LPI_FW,    /**< Firmware: sent by the device, or shown to the ITS, until the vector. */
    LPI_MODEL, /**< The same by the model's stamp of the vector. */
    LPI_TOTAL, /**< Until priority drop. */
    LPI_LINK,  /**< From the device to GITS_TRANSLATER. */
    LPI_HOP,
    LPI_QUANTITIES = LPI_HOP + GICTIME_STAMP_COUNT
};

/** Counters of the ITS and the Redistributors. */
enum {
    LPI_DEVICE_HITS,
    LPI_DEVICE_MISSES,
    LPI_ITT_HITS,
    LPI_ITT_MISSES,
    LPI_COLLECTION_HITS,
    LPI_COLLECTION_MISSES,
    LPI_MEMORY_READS,
    LPI_MEMORY_WRITES,
    LPI_QUEUE_FULL,
    LPI_SPILLED,
    LPI_REFILLED,
    LPI_COUNTERS
};

/** One point of a study. */
typedef struct lpi_point {
    size_t samples; /**< Joined with an instance. */
    study_stat stat[LPI_QUANTITIES];
    int64_t share[LPI_QUANTITIES]; /**< Mean over all samples: hops add up. */
    size_t compared, disagree;
    int64_t worst_difference;
    uint64_t counter[LPI_COUNTERS]; /**< During the measurement. */
} lpi_point;

/** Everything that one run gave. */
typedef struct lpi_run {
    study_log log;
    study_instances instances;
    study_clock clock;
    uint64_t counter[LPI_COUNTERS];
    uint64_t completed, merged; /**< LPIs in the model's stats. */
} lpi_run;

/** Runs a job of lpi.elf and reads its files. @return false after a message; lpi_run_free() either
 *  way. */
bool lpi_run_job(study_result *result, const study_job *job, lpi_run *run);
void lpi_run_free(lpi_run *run);

/** Joins the samples of a run and fills in the point, without its counters. */
void lpi_point_make(study_result *result, lpi_run *run, lpi_point *point);

/** Name of a counter: "itt_misses". */
const char *lpi_counter_name(unsigned counter);

/** The members of a point that both studies write. */
void lpi_json_point(gictime_json *json, const lpi_point *point);
/** The same as columns: names, and values, each behind a comma. */
void lpi_csv_header(FILE *out);
void lpi_csv_point(const lpi_point *point, FILE *out);
/** "link" and the hops that an LPI can have, as the member "stamps". */
void lpi_json_stamps(gictime_json *json);
/** Whether an LPI has this hop. */
bool lpi_has_hop(unsigned stamp);

/** Profile, CPU period and so on, before a table. */
void lpi_print_head(const study_result *result, FILE *out);

#endif
