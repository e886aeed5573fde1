/* SPDX-License-Identifier: Apache-2.0 */
/* The tool of scripts/mutate: lists mutants of C sources, draws some by a seed, and makes one. */
#include "mutants.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: mutator list FILE...               all mutants, one a line\n"
    "       mutator sample COUNT SEED FILE...  some of them: a line of the sources is as likely "
    "as\n"
    "                                          any other, however many mutants it has\n"
    "       mutator apply FILE OFFSET LENGTH TEXT   the file with one change, on stdout\n"
    "A line is: file, line, offset, length, kind, text, function, source lines before, and after,\n"
    "separated by tabs.\n";

/* ---- output ---------------------------------------------------------------------------------- */

/* Bytes of the source with every run of blanks as one; @p started: something was printed before. */
static void print_squeezed(const char *text, size_t length, bool *started, bool *blank)
{
    for (; length > 0; length--, text++) {
        if (*text == ' ' || *text == '\n' || *text == '\t') {
            *blank = true;
            continue;
        }
        if (*blank && *started)
            putchar(' ');
        *blank = false;
        *started = true;
        putchar(*text);
    }
}

/* The source lines that a change touches, with @p text in its place. */
static void print_lines(const mutant *m, const char *text, size_t text_length)
{
    const char *all = m->in->text;
    size_t first = m->offset;
    size_t after = m->offset + m->length;
    size_t last = after;
    bool started = false;
    bool blank = false;
    while (first > 0 && all[first - 1] != '\n')
        first--;
    while (last < m->in->length && all[last] != '\n')
        last++;
    print_squeezed(all + first, m->offset - first, &started, &blank);
    print_squeezed(text, text_length, &started, &blank);
    print_squeezed(all + after, last - after, &started, &blank);
}

static void print_mutant(const mutant *m)
{
    const token *name = &m->in->tokens[m->function];
    bool started = false;
    bool blank = false;
    printf("%s\t%u\t%zu\t%zu\t%s\t", m->in->path, m->line, m->offset, m->length, m->kind);
    if (m->text[0] == ' ')
        putchar(' '); /* a column that is empty would be lost by the shell */
    print_squeezed(m->text, strlen(m->text), &started, &blank);
    printf("\t%.*s\t", m->function ? (int)name->length : 1,
           m->function ? m->in->text + name->offset : "-");
    print_lines(m, m->in->text + m->offset, m->length);
    putchar('\t');
    print_lines(m, m->text, strlen(m->text));
    putchar('\n');
}

/* ---- drawing --------------------------------------------------------------------------------- */

typedef struct ticket {
    const mutant *m;
    size_t round; /* each line has one ticket in each round, as long as it has mutants */
    uint64_t order;
} ticket;

/* SplitMix64: every seed gives another sequence. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static int by_order(const void *left, const void *right)
{
    const ticket *a = (const ticket *)left;
    const ticket *b = (const ticket *)right;
    if (a->round != b->round)
        return a->round < b->round ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static bool same_line(const mutant *a, const mutant *b)
{
    return a->in == b->in && a->line == b->line;
}

/* Give the mutants of each line their rounds, in random order. */
static void number_rounds(ticket *tickets, size_t count, uint64_t *state)
{
    size_t i;
    size_t j;
    for (i = 0; i < count; i = j) {
        for (j = i; j < count && same_line(tickets[i].m, tickets[j].m); j++) {
            size_t other = i + (size_t)(next_random(state) % (j - i + 1));
            tickets[j].round = j - i;
            tickets[j].order = next_random(state);
            if (other != j) {
                tickets[j].round = tickets[other].round;
                tickets[other].round = j - i;
            }
        }
    }
}

static int by_place(const void *left, const void *right)
{
    const ticket *a = (const ticket *)left;
    const ticket *b = (const ticket *)right;
    int path = strcmp(a->m->in->path, b->m->in->path);
    if (path != 0)
        return path;
    if (a->m->line != b->m->line)
        return a->m->line < b->m->line ? -1 : 1;
    return a->m < b->m ? -1 : a->m > b->m;
}

static int sample(const mutant_list *list, size_t wanted, uint64_t seed)
{
    ticket *tickets = (ticket *)calloc(list->count + 1, sizeof(*tickets));
    size_t i;
    if (!tickets)
        return 1;
    for (i = 0; i < list->count; i++)
        tickets[i].m = &list->items[i];
    qsort(tickets, list->count, sizeof(*tickets), by_place);
    number_rounds(tickets, list->count, &seed);
    qsort(tickets, list->count, sizeof(*tickets), by_order);
    for (i = 0; i < list->count && i < wanted; i++)
        print_mutant(tickets[i].m);
    free(tickets);
    return 0;
}

/* ---- commands -------------------------------------------------------------------------------- */

static int apply(const char *path, const char *offset_text, const char *length_text,
                 const char *text)
{
    source s = {NULL, NULL, 0, NULL, 0};
    size_t offset = (size_t)strtoull(offset_text, NULL, 10);
    size_t length = (size_t)strtoull(length_text, NULL, 10);
    size_t i;
    if (!source_open(&s, path) || offset > s.length || length > s.length - offset) {
        fprintf(stderr, "mutator: cannot change %s at %s\n", path, offset_text);
        return 2;
    }
    fwrite(s.text, 1, offset, stdout);
    fputs(text, stdout);
    for (i = offset; i < offset + length; i++) {
        if (s.text[i] == '\n')
            putchar('\n'); /* lines keep their numbers */
    }
    fwrite(s.text + offset + length, 1, s.length - offset - length, stdout);
    source_close(&s);
    return 0;
}

static int with_files(int count, char **paths, bool all, size_t wanted, uint64_t seed)
{
    source *sources = (source *)calloc((size_t)count + 1, sizeof(*sources));
    mutant_list list = {NULL, 0, 0, false};
    int status = 0;
    int i;
    size_t n;
    for (i = 0; i < count && sources && status == 0; i++) {
        if (source_open(&sources[i], paths[i])) {
            mutants_of(&sources[i], &list);
        } else {
            fprintf(stderr, "mutator: cannot read %s\n", paths[i]);
            status = 2;
        }
    }
    if (!sources || list.failed)
        status = 1;
    for (n = 0; all && status == 0 && n < list.count; n++)
        print_mutant(&list.items[n]);
    if (!all && status == 0)
        status = sample(&list, wanted, seed);
    for (i = 0; i < count && sources; i++)
        source_close(&sources[i]);
    free(sources);
    free(list.items);
    return status;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    if (strcmp(command, "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (strcmp(command, "list") == 0 && argc > 2)
        return with_files(argc - 2, argv + 2, true, 0, 0);
    if (strcmp(command, "sample") == 0 && argc > 4)
        return with_files(argc - 4, argv + 4, false, (size_t)strtoull(argv[2], NULL, 10),
                          strtoull(argv[3], NULL, 10));
    if (strcmp(command, "apply") == 0 && argc == 6)
        return apply(argv[2], argv[3], argv[4], argv[5]);
    fputs(usage, stderr);
    return 2;
}
