/* SPDX-License-Identifier: Apache-2.0 */
/* The report: one HTML file, the frame of all reports with each {{part}} replaced. */
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
    {"css", put_css},
    {"uplot", put_uplot},
    {"js", put_js},
    {"data", put_data},
};

/* What a study says of itself, from the file of its page; nothing, where it has nothing to say. */
static void put_piece(const page *p, const char *name, FILE *out)
{
    static const char *const pages[STUDY_KINDS] = {study_asset_latency_page, study_asset_lpi_page,
                                                   study_asset_storm_page, study_asset_virt_page};
    char mark[40];
    const char *text, *end;

    snprintf(mark, sizeof mark, "\n@%s\n", name);
    text = strstr(pages[p->kind], mark);
    if (text == NULL)
        return;
    text += strlen(mark);
    end = strstr(text, "\n@");
    fwrite(text, 1, end != NULL ? (size_t)(end - text) : strlen(text) - 1, out);
}

static void put_part(const page *p, const char *name, FILE *out)
{
    for (size_t n = 0; n < sizeof parts / sizeof parts[0]; n++)
        if (strcmp(name, parts[n].name) == 0) {
            parts[n].put(p, out);
            return;
        }
    put_piece(p, name, out);
}

bool study_write_page(study_kind kind, const char *dir, study_data_fn *data, const void *ctx)
{
    const page made = {kind, data, ctx};
    FILE *out = study_create(dir, "report.html");
    const char *rest = study_asset_frame_html, *brace;

    if (out == NULL)
        return false;
    while ((brace = strstr(rest, "{{")) != NULL) {
        char name[32] = "";

        fwrite(rest, 1, (size_t)(brace - rest), out);
        sscanf(brace, "{{%31[a-z]", name);
        put_part(&made, name, out);
        rest = brace + strlen("{{}}") + strlen(name);
    }
    fputs(rest, out);
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
