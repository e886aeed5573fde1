/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the model's CSV of instances (gicvp --stamps); columns are found by name. */
#include <stdlib.h>
#include <string.h>

#include "study.h"

enum { MAX_COLUMNS = 64 };

/* Columns of the file that matter. */
typedef struct columns {
    int pe, intid, outcome, merged;
    int stamp[GICTIME_STAMP_COUNT];
    int count;
} columns;

/* Splits a line in place at commas. @return number of fields. */
static int split(char *line, char **field)
{
    int n = 0;

    while (n < MAX_COLUMNS) {
        char *comma = strchr(line, ',');

        field[n++] = line;
        if (comma == NULL)
            break;
        *comma = '\0';
        line = comma + 1;
    }
    return n;
}

static int find_column(char *const *field, int count, const char *name)
{
    size_t length = strlen(name);

    for (int n = 0; n < count; n++)
        if (strncmp(field[n], name, length) == 0 &&
            (field[n][length] == '\0' || strcmp(field[n] + length, "_ps") == 0))
            return n;
    return -1;
}

static bool read_header(columns *c, char *line)
{
    char *field[MAX_COLUMNS];

    c->count = split(line, field);
    c->pe = find_column(field, c->count, "pe");
    c->intid = find_column(field, c->count, "intid");
    c->outcome = find_column(field, c->count, "outcome");
    c->merged = find_column(field, c->count, "merged");
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        c->stamp[s] = find_column(field, c->count, gictime_stamp_name(s));
    return c->pe >= 0 && c->intid >= 0 && c->stamp[GICTIME_STAMP_ACKNOWLEDGED] >= 0;
}

static uint64_t stamp_of(char *const *field, int column)
{
    if (column < 0 || field[column][0] == '\0')
        return GICTIME_NO_STAMP;
    return strtoull(field[column], NULL, 10);
}

/* @return false for a line of another shape. */
static bool read_instance(gictime_instance *instance, const columns *c, char *line)
{
    char *field[MAX_COLUMNS];

    if (split(line, field) != c->count)
        return false;
    memset(instance, 0, sizeof *instance);
    instance->pe = (uint16_t)strtoul(field[c->pe], NULL, 10);
    instance->intid = (uint32_t)strtoul(field[c->intid], NULL, 10);
    if (c->merged >= 0)
        instance->merged = (uint32_t)strtoul(field[c->merged], NULL, 10);
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        instance->stamp[s] = stamp_of(field, c->stamp[s]);
    return true;
}

bool study_instances_read(study_instances *list, const char *path)
{
    char *text = study_read_file(path);
    columns c;
    bool ok = true;
    char *line;

    memset(list, 0, sizeof *list);
    if (text == NULL)
        return false;
    line = strchr(text, '\n');
    if (line != NULL)
        *line++ = '\0';
    ok = read_header(&c, text) ||
         study_fail("%s: the columns pe, intid and stamps are missing", path);
    while (ok && line != NULL && *line != '\0') {
        char *next = strchr(line, '\n');
        gictime_instance instance = {0};

        if (next != NULL)
            *next++ = '\0';
        ok = read_instance(&instance, &c, line) || study_fail("%s: unreadable line", path);
        if (ok && instance.stamp[GICTIME_STAMP_ACKNOWLEDGED] != GICTIME_NO_STAMP) {
            list->list = (gictime_instance *)study_grow(list->list, list->count, sizeof instance);
            list->list[list->count++] = instance;
        }
        line = next;
    }
    free(text);
    return ok;
}

void study_instances_free(study_instances *list)
{
    free(list->list);
    memset(list, 0, sizeof *list);
}
