/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latency study: runs the firmware on gicvp for each number of PEs, joins what the firmware
 * measured with what the model stamped, and writes tables and the report. See docs/study.md.
 *
 * Times are picoseconds of simulated time, unless a name says cycles.
 */
#ifndef STUDY_H
#define STUDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "gictime/json.h"
#include "gictime/recorder.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    STUDY_MAX_RUNS = 16,  /**< Numbers of PEs in --pes. */
    STUDY_MAX_PES = 8,    /**< What the firmware runs on. */
    STUDY_MAX_SETS = 64,  /**< --set options. */
    STUDY_MAX_NAMES = 32, /**< Workloads of the firmware. */
    STUDY_NAME = 32,
    STUDY_MAX_RATES = 32, /**< Loads of a storm. */
    STUDY_MAX_LISTS = 16, /**< Numbers of list registers in --lists, and the most of one. */
    STUDY_JOB_SETS = 4,   /**< Profile keys that a run sets of its own. */
    STUDY_NO_INSTANCE = -1
};

/** The studies. */
typedef enum study_kind {
    STUDY_LATENCY,
    STUDY_LPI,
    STUDY_STORM,
    STUDY_VIRT,
    STUDY_KINDS
} study_kind;

/** A time that was not measured. */
#define STUDY_NONE INT64_MIN

/** What the command line asks for; strings point into argv. */
typedef struct study_options {
    study_kind study;
    unsigned pes[STUDY_MAX_RUNS];
    unsigned num_runs;
    unsigned samples;
    uint64_t seed;
    const char *profile;
    const char *set[STUDY_MAX_SETS];
    unsigned num_sets;
    const char *out;
    const char *gicvp;
    const char *firmware;
    const char *workloads;           /**< NULL: all. */
    const char *sweeps;              /**< LPI study; NULL: all. */
    unsigned rates[STUDY_MAX_RATES]; /**< Storm: thousand MSIs a second. */
    unsigned num_rates;
    unsigned vectors, service, duration_us; /**< Storm. */
    unsigned lists[STUDY_MAX_LISTS];        /**< Virt: list registers. */
    unsigned num_lists;
    unsigned burst, live; /**< Virt. */
    bool gicv2;           /**< Latency, virt: of a GICv2. */
    const char *max_time;
    bool json; /**< The table as JSON on standard output. */
} study_options;

/** One S record of the firmware, as written: cycles of `pe` except t0. */
typedef struct study_sample {
    unsigned workload;
    bool loaded;
    unsigned pe;
    uint32_t intid;
    char unit;
    uint64_t t0, monitor, exception, acknowledge, end, back;
    uint32_t depth;
    bool disturbed; /**< EL3 came between the exception and the vector's first instruction. */
} study_sample;

/** One K record: the two counters of a PE, read one after the other. */
typedef struct study_clock_read {
    unsigned pe;
    uint64_t ticks, cycles, cost;
} study_clock_read;

/** One run of gicvp. */
typedef struct study_job {
    unsigned pes;
    unsigned number; /**< Of its files. */
    bool secure;     /**< Two Security states. */
    bool hypervisor; /**< PEs with EL2. */
    bool gicv2;
    const char *append;
    const char *device; /**< NULL: none. */
    const char *set[STUDY_JOB_SETS];
    unsigned num_sets;
} study_job;

/** The N record: a storm as its firmware saw it. */
typedef struct study_storm_log {
    uint64_t arrivals, sent, taken, in_time, start_ps, end_ps;
} study_storm_log;

/** A V record: what a hypervisor had to do in a workload. */
typedef struct study_virt_log {
    uint64_t maintenance, traps;
} study_virt_log;

/** Everything the firmware wrote in one run. */
typedef struct study_log {
    unsigned pes;
    uint64_t counter_hz;
    bool stimulator, ended;
    char name[STUDY_MAX_NAMES][STUDY_NAME];
    unsigned num_names;
    study_clock_read *reads;
    size_t num_reads;
    study_sample *samples;
    size_t num_samples;
    study_storm_log storm;
    study_virt_log virt[STUDY_MAX_NAMES];
    char complaint[160]; /**< First X record or unreadable line; empty when none. */
} study_log;

/** The model's instances of one run. */
typedef struct study_instances {
    gictime_instance *list;
    size_t count;
} study_instances;

/** How a PE's cycle counter relates to simulated time. */
typedef struct study_clock {
    uint64_t period_ps;
    int64_t offset[STUDY_MAX_PES]; /**< Cycles to add to PMCCNTR_EL0. */
    uint64_t cost[STUDY_MAX_PES];  /**< Cycles of one read of a counter. */
    int64_t doubt;                 /**< Cycles by which the worst offset may be wrong. */
    uint64_t tick_ps;
    uint64_t sgi_way_ps; /**< A write of an SGI register until the GIC: a GICv2's is in memory. */
} study_clock;

/** One measured interrupt with both views of it. Times since it was asserted, or STUDY_NONE. */
typedef struct study_point {
    unsigned set; /**< Index of its set. */
    unsigned pe;
    uint32_t intid;
    int64_t fw_monitor, fw_vector, fw_acknowledge, fw_end, fw_back;
    int64_t model_vector, model_total;
    bool comparable;    /**< Both views mean the same instant: entry not disturbed, not late. */
    ptrdiff_t instance; /**< Index in the run's instances, or STUDY_NO_INSTANCE. */
    uint64_t asserted_ps;
    gictime_instance stamps; /**< A copy; valid when instance is not STUDY_NO_INSTANCE. */
} study_point;

/** Order statistics of a list of times. */
typedef struct study_stat {
    size_t count;
    int64_t min, p50, p90, p99, max, mean;
} study_stat;

/** All points of one workload, load and number of PEs. */
typedef struct study_set {
    char workload[STUDY_NAME];
    bool loaded;
    unsigned pes;
    study_stat fw, model, total;
    study_stat to_monitor, to_vector, to_acknowledge, to_end, to_back; /**< Firmware's segments. */
    study_stat hop[GICTIME_STAMP_COUNT];
    int64_t hop_mean[GICTIME_STAMP_COUNT]; /**< Over all points: these add up. */
    int64_t *ecdf;                         /**< fw latencies, ascending. */
    size_t num_ecdf;
    size_t compared, disagree; /**< Points with both views; of these, more than a cycle apart. */
    int64_t worst_difference;
} study_set;

/** The whole result. */
typedef struct study_result {
    const study_options *options;
    study_set *sets;
    size_t num_sets;
    study_point *points;
    size_t num_points;
    uint64_t period_ps;
    uint64_t mmio_ps;   /**< The profile's interconnect.mmio. */
    char *profile_text; /**< The effective profile as printed by gicvp. */
    char profile_name[128];
    uint64_t causality;      /**< Violations in all runs. */
    uint64_t causality_skew; /**< Largest, ps. */
    uint64_t unmatched;      /**< Samples without an instance of the model. */
    uint64_t incomparable;   /**< Samples that are not compared, see study_point.comparable. */
    int64_t clock_doubt;
} study_result;

/** What a workload is, for people. */
typedef struct study_workload_text {
    const char *name, *title, *text;
    bool cost; /**< A cost of software: there is no interrupt. */
} study_workload_text;

/* ---- text.c */
/** Description of the n-th workload, in the order of the report; NULL beyond the last. */
const study_workload_text *study_workload_number(unsigned number);

/* ---- options.c */
/** Parses the command line. @return 0, or the exit status after a message. */
int study_parse_options(study_options *options, int argc, char **argv);

/* ---- util.c */
/** One line on standard error: "study: ...". @return false. */
bool study_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Grows an array by doubling; ends the program without memory. */
void *study_grow(void *list, size_t count, size_t size);
void *study_alloc(size_t count, size_t size);
/** Reads a whole file, zero-terminated; NULL after a message. */
char *study_read_file(const char *path);
/** Opens DIR/NAME for writing; NULL after a message. */
FILE *study_create(const char *dir, const char *name);
/** Closes it; false after a message when not everything could be written. */
bool study_close(FILE *file, const char *name);
/** Joins directory and file name, and for a positive `number` "-number" before the suffix. */
void study_path(char *out, size_t size, const char *dir, const char *stem, int number,
                const char *suffix);

/* ---- json_read.c */
/** Place of the value at "a/b/c" of a JSON object, or NULL. Array elements: "a/0". */
const char *study_json_find(const char *text, const char *path);
/** The number there, or `otherwise`; decimals are dropped. */
uint64_t study_json_number(const char *text, const char *path, uint64_t otherwise);
/** Copies the string there without escapes; false when there is none. */
bool study_json_string(const char *text, const char *path, char *out, size_t size);

/* ---- run.c */
/** Runs gicvp; its files are DIR/uart-N.log, stats-N.json, stamps-N.csv.
 *  @return false after a message. */
bool study_run(const study_options *options, const study_job *job);

/* ---- fwlog.c */
/** Reads the firmware's log. @return false after a message. */
bool study_log_read(study_log *log, const char *path);
void study_log_free(study_log *log);

/* ---- stamps.c */
/** Reads the model's CSV of instances. @return false after a message. */
bool study_instances_read(study_instances *instances, const char *path);
void study_instances_free(study_instances *instances);

/* ---- clock.c */
/** Works out the clocks from the K records. @return false after a message. */
bool study_clock_make(study_clock *clock, const study_log *log, uint64_t period_ps);
/** PMCCNTR_EL0 value of a PE as simulated time. */
uint64_t study_clock_ps(const study_clock *clock, unsigned pe, uint64_t cycles);

/* ---- join.c */
/** Adds the samples of one run to the result, joined with the model's instances. */
void study_join(study_result *result, const study_log *log, study_instances *instances,
                const study_clock *clock);
/** Sorts for study_find_instance(). */
void study_sort_instances(study_instances *instances);
/** The model's instance of a sample that was acknowledged, or STUDY_NO_INSTANCE. */
ptrdiff_t study_find_instance(const study_instances *instances, const study_sample *sample,
                              const study_clock *clock);
/** When the sample was asserted, by the firmware. */
uint64_t study_asserted_ps(const study_sample *sample, const study_clock *clock);

/* ---- latency.c, lpi.c, storm.c, virt.c: run the study and write its results. @return exit status.
 */
int study_latency(study_result *result);
int study_lpi(study_result *result);
int study_storm(study_result *result);
int study_virt(study_result *result);

/* ---- common.c */
/** Adds the causality violations that DIR/stats-N.json tells to the result, and gives its text,
 *  which the caller frees. NULL after a message. */
char *study_read_stats(study_result *result, unsigned number);
/** Whether firmware and model agree, and times are exact. @return false after a message. */
bool study_check(const study_result *result, uint64_t compared, uint64_t disagree);

/* ---- sets.c */
/** Index of the set, made when new. */
unsigned study_set_index(study_result *result, const char *workload, bool loaded, unsigned pes);
/** Fills in the statistics of all sets from the points. */
void study_sets_finish(study_result *result);
/** Order statistics; sorts the list. */
study_stat study_stat_of(int64_t *list, size_t count);

/* ---- output */
void study_print_table(const study_result *result, FILE *out);
void study_print_breakdown(const study_result *result, FILE *out);
/** DIR/latency.csv (a line a set) and DIR/samples.csv (a line a sample). */
bool study_write_csv(const study_result *result, const char *dir);
/** The result as one JSON object. */
void study_write_json(const study_result *result, FILE *out);
/** DIR/report.html. */
bool study_write_html(const study_result *result, const char *dir);
/** The members "configuration" and "checks" that every study's JSON has. */
void study_json_configuration(gictime_json *json, const study_result *result);
void study_json_checks(gictime_json *json, const study_result *result, uint64_t compared,
                       uint64_t disagree);
/** Order statistics as an object, null when there are none. */
void study_json_stat(gictime_json *json, const char *key, const study_stat *stat);
/** A time; negative ones become 0. */
void study_json_time(gictime_json *json, const char *key, int64_t ps);

/** Writes what a report shows as JSON. */
typedef void study_data_fn(const void *ctx, FILE *out);
/** DIR/report.html: the page of the study with `data` in it. */
bool study_write_page(study_kind kind, const char *dir, study_data_fn *data, const void *ctx);
/** What a study leaves behind, made from its results `ctx`. */
typedef struct study_output {
    study_kind kind;
    const char *name;     /**< "virt": DIR/virt.json and DIR/virt.csv */
    study_data_fn *json;  /**< One JSON object. */
    study_data_fn *csv;   /**< A table for programs, */
    study_data_fn *table; /**< and for people. */
} study_output;
/** Writes the files and the page; prints the tables, or with --json the object.
 *  @return false after a message. */
bool study_publish(const study_result *result, const study_output *output, const void *ctx);
/** Whether any interrupt of the study reached this stamp, so that the hop deserves a column. */
bool study_hop_is_shown(const study_result *result, unsigned stamp);

#ifdef __cplusplus
}
#endif

#endif
