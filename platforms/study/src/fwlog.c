/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what the firmware wrote to its UART; the records are described in its latency.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "study.h"

static void complain(study_log *log, const char *what, const char *line)
{
    if (log->complaint[0] == '\0')
        snprintf(log->complaint, sizeof log->complaint, "%s: %.100s", what, line);
}

static uint64_t config_value(const char *line, const char *key)
{
    const char *p = strstr(line, key);

    return p == NULL ? 0 : strtoull(p + strlen(key), NULL, 10);
}

static bool read_config(study_log *log, const char *line)
{
    log->pes = (unsigned)config_value(line, "pes=");
    log->counter_hz = config_value(line, "counter_hz=");
    log->stimulator = config_value(line, "stimulator=") != 0;
    return log->pes >= 1 && log->pes <= STUDY_MAX_PES && log->counter_hz > 0;
}

static bool read_clock(study_log *log, const char *line)
{
    study_clock_read r;

    if (sscanf(line, "K %x %" SCNx64 " %" SCNx64 " %" SCNx64, &r.pe, &r.ticks, &r.cycles,
               &r.cost) != 4 ||
        r.pe >= STUDY_MAX_PES)
        return false;
    log->reads = (study_clock_read *)study_grow(log->reads, log->num_reads, sizeof r);
    log->reads[log->num_reads++] = r;
    return true;
}

static bool read_name(study_log *log, const char *line)
{
    unsigned number;
    char name[STUDY_NAME];

    if (sscanf(line, "W %u %31s", &number, name) != 2 || number != log->num_names ||
        number >= STUDY_MAX_NAMES)
        return false;
    snprintf(log->name[log->num_names++], STUDY_NAME, "%s", name);
    return true;
}

static bool read_sample(study_log *log, const char *line)
{
    study_sample s;
    unsigned loaded, disturbed;

    if (sscanf(line,
               "S %x %x %x %x %c %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64
               " %" SCNx64 " %x %x",
               &s.workload, &loaded, &s.pe, &s.intid, &s.unit, &s.t0, &s.monitor, &s.exception,
               &s.acknowledge, &s.end, &s.back, &s.depth, &disturbed) != 13 ||
        s.pe >= STUDY_MAX_PES || s.workload >= log->num_names)
        return false;
    s.loaded = loaded != 0;
    s.disturbed = disturbed != 0;
    log->samples = (study_sample *)study_grow(log->samples, log->num_samples, sizeof s);
    log->samples[log->num_samples++] = s;
    return true;
}

static bool read_storm(study_log *log, const char *line)
{
    study_storm_log *s = &log->storm;

    s->arrivals = config_value(line, "arrivals=");
    s->sent = config_value(line, "sent=");
    s->taken = config_value(line, "taken=");
    s->in_time = config_value(line, "in_time=");
    s->start_ps = config_value(line, "start_ps=");
    s->end_ps = config_value(line, "end_ps=");
    return s->end_ps > s->start_ps;
}

static bool read_virt(study_log *log, const char *line)
{
    unsigned number;
    study_virt_log v;

    if (sscanf(line, "V %u %" SCNu64 " %" SCNu64, &number, &v.maintenance, &v.traps) != 3 ||
        number >= log->num_names)
        return false;
    log->virt[number] = v;
    return true;
}

static bool read_line(study_log *log, const char *line)
{
    switch (line[0]) {
    case 'N':
        return read_storm(log, line);
    case 'V':
        return read_virt(log, line);
    case 'C':
        return read_config(log, line);
    case 'K':
        return read_clock(log, line);
    case 'W':
        return read_name(log, line);
    case 'S':
        return read_sample(log, line);
    case 'D':
    case '\0':
        return true;
    case 'E':
        log->ended = true;
        return true;
    case 'X':
        complain(log, "the firmware says", line + 2);
        return true;
    default:
        return false;
    }
}

bool study_log_read(study_log *log, const char *path)
{
    char *text = study_read_file(path);

    memset(log, 0, sizeof *log);
    if (text == NULL)
        return false;
    for (char *line = text, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        line[strcspn(line, "\r")] = '\0';
        if (!read_line(log, line))
            complain(log, "unreadable line", line);
    }
    free(text);
    if (log->complaint[0] != '\0')
        return study_fail("%s: %s", path, log->complaint);
    if (!log->ended || log->pes == 0)
        return study_fail("%s: the firmware did not come to its end", path);
    return true;
}

void study_log_free(study_log *log)
{
    free(log->reads);
    free(log->samples);
    memset(log, 0, sizeof *log);
}
