/* SPDX-License-Identifier: Apache-2.0 */
/* The report: one HTML file, the template with each {{part}} replaced. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "assets.h"
#include "study.h"

static void put_css(const study_result *r, FILE *out)
{
    (void)r;
    fputs(study_asset_uplot_css, out);
    fputs(study_asset_css, out);
}

static void put_uplot(const study_result *r, FILE *out)
{
    (void)r;
    fputs("/*\n", out);
    fputs(study_asset_uplot_licence, out);
    fputs("*/\n", out);
    fputs(study_asset_uplot_js, out);
}

static void put_js(const study_result *r, FILE *out)
{
    (void)r;
    fputs(study_asset_js, out);
}

/* JSON inside a script element: "<" would let a "</script>" of a name end it. */
static void put_data(const study_result *r, FILE *out)
{
    char *text = NULL;
    size_t size;
    FILE *memory = open_memstream(&text, &size);

    if (memory == NULL)
        return;
    study_write_json(r, memory);
    fclose(memory);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '<')
            fputs("\\u003c", out);
        else
            fputc(*p, out);
    }
    free(text);
}

typedef struct part {
    const char *name;
    void (*put)(const study_result *r, FILE *out);
} part;

static const part parts[] = {
    {"{{css}}", put_css},
    {"{{uplot}}", put_uplot},
    {"{{js}}", put_js},
    {"{{data}}", put_data},
};

static const part *part_at(const char *text)
{
    for (size_t n = 0; n < sizeof parts / sizeof parts[0]; n++)
        if (strncmp(text, parts[n].name, strlen(parts[n].name)) == 0)
            return &parts[n];
    return NULL;
}

bool study_write_html(const study_result *r, const char *dir)
{
    FILE *out = study_create(dir, "report.html");

    if (out == NULL)
        return false;
    for (const char *p = study_asset_html; *p != '\0';) {
        const part *found = *p == '{' ? part_at(p) : NULL;

        if (found == NULL) {
            fputc(*p++, out);
        } else {
            found->put(r, out);
            p += strlen(found->name);
        }
    }
    return study_close(out, "report.html");
}
