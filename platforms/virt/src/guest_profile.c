/* SPDX-License-Identifier: Apache-2.0 */
#include "guest_profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024, LEVELS = 4 };

void vp_profile_free(vp_profile *profile)
{
    free(profile->place);
    memset(profile, 0, sizeof *profile);
}

/* ---------------------------------------------------------------- counting */

static bool same_place(const vp_profile_place *a, const vp_profile_place *b)
{
    return a->address == b->address && a->pe == b->pe && a->el == b->el && a->named == b->named;
}

/* Where `what` is, or the free place where it belongs. */
static vp_profile_place *find(vp_profile_place *table, size_t room, const vp_profile_place *what)
{
    const uint64_t key = (what->address ^ (uint64_t)what->pe << 48 ^ (uint64_t)what->el << 60) *
                         UINT64_C(0x9e3779b97f4a7c15);
    size_t n = (size_t)(key >> 32) & (room - 1);

    while (table[n].samples != 0 && !same_place(&table[n], what))
        n = (n + 1) & (room - 1);
    return &table[n];
}

/* Twice the room when it is more than half full; false when there is none to be had. */
static bool make_room(vp_profile *p)
{
    const size_t room = p->room != 0 ? 2 * p->room : FIRST_ROOM;
    vp_profile_place *table;

    if (2 * (p->count + 1) <= p->room)
        return true;
    table = (vp_profile_place *)calloc(room, sizeof *table);
    if (table == NULL)
        return false;
    for (size_t n = 0; n < p->room; n++)
        if (p->place[n].samples != 0)
            *find(table, room, &p->place[n]) = p->place[n];
    free(p->place);
    p->place = table;
    p->room = room;
    return true;
}

void vp_profile_add(vp_profile *p, unsigned pe, unsigned el, uint64_t pc)
{
    const vp_symbol *symbol = p->symbols != NULL ? vp_symbols_find(p->symbols, pc) : NULL;
    const vp_profile_place what = {symbol != NULL ? symbol->address
                                                  : pc / VP_PROFILE_PAGE * VP_PROFILE_PAGE,
                                   0, pe, (uint8_t)(el < LEVELS ? el : 0), symbol != NULL};
    vp_profile_place *place;

    p->samples++;
    if (!make_room(p)) {
        p->lost++;
        return;
    }
    place = find(p->place, p->room, &what);
    if (place->samples == 0) {
        if (p->count == VP_PROFILE_PLACES) {
            p->lost++;
            return;
        }
        p->count++;
        *place = what;
    }
    place->samples++;
}

/* ---------------------------------------------------------------- in order */

static int by_place(const void *a, const void *b)
{
    const vp_profile_place *x = (const vp_profile_place *)a, *y = (const vp_profile_place *)b;

    if (x->pe != y->pe)
        return x->pe < y->pe ? -1 : 1;
    if (x->el != y->el)
        return x->el < y->el ? -1 : 1;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return (int)x->named - (int)y->named;
}

static int by_samples(const void *a, const void *b)
{
    const vp_profile_place *x = (const vp_profile_place *)a, *y = (const vp_profile_place *)b;

    if (x->el != y->el)
        return x->el < y->el ? -1 : 1;
    if (x->samples != y->samples)
        return x->samples > y->samples ? -1 : 1;
    return by_place(a, b);
}

/* The places in use, in the order of by_place(), for free(); NULL: none, or no memory. */
static vp_profile_place *places(const vp_profile *p, size_t *count)
{
    vp_profile_place *list =
        p->count != 0 ? (vp_profile_place *)malloc(p->count * sizeof *list) : NULL;

    *count = 0;
    for (size_t n = 0; list != NULL && n < p->room; n++)
        if (p->place[n].samples != 0)
            list[(*count)++] = p->place[n];
    if (*count != 0)
        qsort(list, *count, sizeof *list, by_place);
    return list;
}

/* One line for all PEs together; `list` is in the order of by_place() but for the PE. */
static size_t add_up_pes(vp_profile_place *list, size_t count)
{
    size_t kept = 0;

    for (size_t n = 0; n < count; n++)
        list[n].pe = 0;
    if (count != 0)
        qsort(list, count, sizeof *list, by_place);
    for (size_t n = 1; n < count; n++)
        if (same_place(&list[n], &list[kept]))
            list[kept].samples += list[n].samples;
        else
            list[++kept] = list[n];
    return count != 0 ? kept + 1 : 0;
}

/* ---------------------------------------------------------------- output */

static void print_name(const vp_profile *p, const vp_profile_place *place, FILE *out)
{
    const vp_symbol *s = place->named ? vp_symbols_find(p->symbols, place->address) : NULL;

    if (s != NULL)
        (void)fputs(vp_symbol_name(p->symbols, s), out);
    else
        (void)fprintf(out, "0x%" PRIx64, place->address);
}

static uint64_t sum_of_level(const vp_profile_place *list, size_t count, unsigned el)
{
    uint64_t sum = 0;

    for (size_t n = 0; n < count; n++)
        sum += list[n].el == el ? list[n].samples : 0;
    return sum;
}

/* With two decimals. */
static void print_percent(uint64_t part, uint64_t whole, FILE *out)
{
    const uint64_t hundredths = whole != 0 ? (part * 10000 + whole / 2) / whole : 0;

    (void)fprintf(out, "%6" PRIu64 ".%02" PRIu64 " %%", hundredths / 100, hundredths % 100);
}

void vp_profile_table(const vp_profile *p, uint64_t insns, FILE *out)
{
    size_t count;
    vp_profile_place *list = places(p, &count);
    unsigned el = LEVELS;

    count = add_up_pes(list, count);
    if (count != 0)
        qsort(list, count, sizeof *list, by_samples);
    (void)fprintf(out, "%" PRIu64 " samples, one every %" PRIu64 " instructions of a PE\n",
                  p->samples, insns);
    for (size_t n = 0; n < count; n++) {
        if (list[n].el != el) {
            const uint64_t sum = sum_of_level(list, count, list[n].el);

            el = list[n].el;
            (void)fprintf(out, "EL%u %11" PRIu64, el, sum);
            print_percent(sum, p->samples, out);
            (void)fputc('\n', out);
        }
        (void)fprintf(out, "%15" PRIu64, list[n].samples);
        print_percent(list[n].samples, p->samples, out);
        (void)fputs("  ", out);
        print_name(p, &list[n], out);
        (void)fputs(list[n].named ? "\n" : " (page without a symbol)\n", out);
    }
    if (p->lost != 0)
        (void)fprintf(out, "%" PRIu64 " samples had no room in this table\n", p->lost);
    free(list);
}

void vp_profile_csv(const vp_profile *p, FILE *out)
{
    size_t count;
    vp_profile_place *list = places(p, &count);

    (void)fputs("pe,el,address,symbol,samples\n", out);
    for (size_t n = 0; n < count; n++) {
        (void)fprintf(out, "%u,%u,0x%" PRIx64 ",", list[n].pe, list[n].el, list[n].address);
        if (list[n].named)
            print_name(p, &list[n], out);
        (void)fprintf(out, ",%" PRIu64 "\n", list[n].samples);
    }
    free(list);
}

void vp_profile_folded(const vp_profile *p, FILE *out)
{
    size_t count;
    vp_profile_place *list = places(p, &count);

    for (size_t n = 0; n < count; n++) {
        (void)fprintf(out, "PE %u;EL%u;", list[n].pe, list[n].el);
        print_name(p, &list[n], out);
        (void)fprintf(out, " %" PRIu64 "\n", list[n].samples);
    }
    free(list);
}

static bool ends_in(const char *path, const char *suffix)
{
    const size_t length = strlen(path), own = strlen(suffix);

    return length >= own && strcmp(path + length - own, suffix) == 0;
}

void vp_profile_print(const vp_profile *profile, uint64_t insns, const char *path, FILE *out)
{
    if (ends_in(path, ".csv"))
        vp_profile_csv(profile, out);
    else if (ends_in(path, ".folded"))
        vp_profile_folded(profile, out);
    else
        vp_profile_table(profile, insns, out);
}
