/* SPDX-License-Identifier: Apache-2.0 */
/* The report: one HTML file, the template with each {{part}} replaced. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "assets.h"
#include "study.h"

/* The page that is being written. */
typedef struct page {
    study_kind kind;
    study_data_fn *data;
    const void *ctx;
} page;

static void put_css(const page *p, FILE *out)
{
    (void)p;
    fputs(study_asset_uplot_css, out);
    fputs(study_asset_css, out);
}

static void put_uplot(const page *p, FILE *out)
{
    (void)p;
    fputs("/*\n", out);
    fputs(study_asset_uplot_licence, out);
    fputs("*/\n", out);
    fputs(study_asset_uplot_js, out);
}

static void put_js(const page *p, FILE *out)
{
    static const char *const scripts[STUDY_KINDS] = {study_asset_latency_js, study_asset_lpi_js,
                                                     study_asset_storm_js, study_asset_virt_js};

    fputs(study_asset_kit_js, out);
    fputs(scripts[p->kind], out);
}

/* JSON inside a script element: "<" would let a "</script>" of a name end it. */
static void put_data(const page *p, FILE *out)
{
    char *text = NULL;
    size_t size;
    FILE *memory = open_memstream(&text, &size);

    if (memory == NULL)
        return;
    p->data(p->ctx, memory);
    fclose(memory);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '<')
            fputs("\\u003c", out);
        else
            fputc(*c, out);
    }
    free(text);
}

typedef struct part {
    const char *name;
    void (*put)(const page *p, FILE *out);
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

bool study_write_page(study_kind kind, const char *dir, study_data_fn *data, const void *ctx)
{
    static const char *const templates[STUDY_KINDS] = {study_asset_latency_html,
                                                       study_asset_lpi_html, study_asset_storm_html,
                                                       study_asset_virt_html};
    const page made = {kind, data, ctx};
    FILE *out = study_create(dir, "report.html");

    if (out == NULL)
        return false;
    for (const char *p = templates[kind]; *p != '\0';) {
        const part *found = *p == '{' ? part_at(p) : NULL;

        if (found == NULL) {
            fputc(*p++, out);
        } else {
            found->put(&made, out);
            p += strlen(found->name);
        }
    }
    return study_close(out, "report.html");
}

static void latency_data(const void *result, FILE *out)
{
    study_write_json((const study_result *)result, out);
}

bool study_write_html(const study_result *r, const char *dir)
{
    return study_write_page(STUDY_LATENCY, dir, latency_data, r);
}
