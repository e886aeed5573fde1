/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/vcd.h"

#include <inttypes.h>
#include <string.h>

#include "memory.h"

enum { HEAP_SIZE = 8192, PPIS = GIC_INTID_PPI_LAST - GIC_INTID_PPI_FIRST + 1, NO_VARIABLE = -1 };

static const char *const line_names[] = {"irq", "fiq",          "virq",        "vfiq",
                                         "nmi", "wake_request", "maintenance", "vnmi"};
GIC_STATIC_ASSERT(GIC_COUNT_OF(line_names) == GIC_LINE_COUNT, "a name per line");

/* A change that waits for its turn. */
typedef struct change {
    uint64_t time_ps;
    uint64_t order; /* Of arrival: equal times keep it. */
    uint32_t variable;
    bool level;
} change;

/*
 * Variables: per PE the outputs, the PPIs, the extended PPIs; then SPIs, then extended SPIs.
 */
struct gictime_vcd {
    FILE *out;
    uint32_t pe_count, eppi_count, spi_count, espi_count;
    uint8_t *level; /* Per variable, as last written. */
    change *heap;   /* Earliest first. */
    size_t count;
    uint64_t next_order;
    uint64_t reached_ps; /* Time last written. */
    uint64_t late;
};

static uint32_t per_pe(const gictime_vcd *v)
{
    return GIC_LINE_COUNT + PPIS + v->eppi_count;
}

static uint32_t variables(const gictime_vcd *v)
{
    return v->pe_count * per_pe(v) + v->spi_count + v->espi_count;
}

/* Identifier of a variable: its number in base 94, from '!'. */
static void write_id(uint32_t variable, FILE *out)
{
    do {
        fputc((int)('!' + variable % 94u), out);
        variable /= 94u;
    } while (variable);
}

static void declare(uint32_t variable, const char *prefix, uint32_t number, FILE *out)
{
    fputs("$var wire 1 ", out);
    write_id(variable, out);
    if (number == UINT32_MAX)
        fprintf(out, " %s $end\n", prefix);
    else
        fprintf(out, " %s%" PRIu32 " $end\n", prefix, number);
}

static void declare_pe(const gictime_vcd *v, uint32_t pe)
{
    uint32_t variable = pe * per_pe(v), n;
    fprintf(v->out, "$scope module pe%" PRIu32 " $end\n", pe);
    for (n = 0; n < GIC_LINE_COUNT; n++)
        declare(variable++, line_names[n], UINT32_MAX, v->out);
    for (n = 0; n < PPIS; n++)
        declare(variable++, "ppi", GIC_INTID_PPI_FIRST + n, v->out);
    for (n = 0; n < v->eppi_count; n++)
        declare(variable++, "ppi", GIC_INTID_EPPI_FIRST + n, v->out);
    fputs("$upscope $end\n", v->out);
}

static void write_header(const gictime_vcd *v)
{
    uint32_t variable = v->pe_count * per_pe(v), n;
    fputs("$version gictlm $end\n$timescale 1 ps $end\n$scope module gic $end\n", v->out);
    for (n = 0; n < v->pe_count; n++)
        declare_pe(v, n);
    for (n = 0; n < v->spi_count; n++)
        declare(variable++, "spi", GIC_INTID_SPI_FIRST + n, v->out);
    for (n = 0; n < v->espi_count; n++)
        declare(variable++, "spi", GIC_INTID_ESPI_FIRST + n, v->out);
    fputs("$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n", v->out);
    for (n = 0; n < variables(v); n++) {
        fputc('0', v->out);
        write_id(n, v->out);
        fputc('\n', v->out);
    }
    fputs("$end\n", v->out);
}

gictime_vcd *gictime_vcd_create(FILE *out, const gic_config *gic)
{
    gictime_vcd *v = GICTIME_NEW(gictime_vcd, 1);
    if (!v)
        return NULL;
    v->out = out;
    v->pe_count = gic->pe_count;
    v->eppi_count = gic->eppi_count;
    v->spi_count = gic->spi_count;
    v->espi_count = gic->espi_count;
    v->level = GICTIME_NEW(uint8_t, variables(v));
    v->heap = GICTIME_NEW(change, HEAP_SIZE);
    if (!v->level || !v->heap) {
        free(v->level);
        free(v->heap);
        free(v);
        return NULL;
    }
    write_header(v);
    return v;
}

/* ------------------------------------------------------------------ order */

static bool earlier(const change *a, const change *b)
{
    return a->time_ps < b->time_ps || (a->time_ps == b->time_ps && a->order < b->order);
}

static void push(gictime_vcd *v, change c)
{
    size_t at = v->count++;
    while (at && earlier(&c, &v->heap[(at - 1u) / 2u])) {
        v->heap[at] = v->heap[(at - 1u) / 2u];
        at = (at - 1u) / 2u;
    }
    v->heap[at] = c;
}

static change pop(gictime_vcd *v)
{
    change first = v->heap[0], last = v->heap[--v->count];
    size_t at = 0, child;
    for (child = 1; child < v->count; child = 2u * at + 1u) {
        if (child + 1u < v->count && earlier(&v->heap[child + 1u], &v->heap[child]))
            child++;
        if (!earlier(&v->heap[child], &last))
            break;
        v->heap[at] = v->heap[child];
        at = child;
    }
    v->heap[at] = last;
    return first;
}

static void write_time(gictime_vcd *v, uint64_t time_ps)
{
    if (time_ps > v->reached_ps) {
        fprintf(v->out, "#%" PRIu64 "\n", time_ps);
        v->reached_ps = time_ps;
    }
}

static void write_earliest(gictime_vcd *v)
{
    change c = pop(v);
    if (v->level[c.variable] == c.level)
        return;
    v->level[c.variable] = c.level;
    v->late += c.time_ps < v->reached_ps;
    write_time(v, c.time_ps);
    fputc(c.level ? '1' : '0', v->out);
    write_id(c.variable, v->out);
    fputc('\n', v->out);
}

static void add(gictime_vcd *v, uint32_t variable, bool level, uint64_t time_ps)
{
    change c;
    c.time_ps = time_ps;
    c.order = v->next_order++;
    c.variable = variable;
    c.level = level;
    if (v->count == HEAP_SIZE)
        write_earliest(v);
    push(v, c);
}

/* ------------------------------------------------------------------ changes */

void gictime_vcd_line(gictime_vcd *v, uint16_t pe, gic_line line, bool level, uint64_t time_ps)
{
    if (pe < v->pe_count && (unsigned)line < GIC_LINE_COUNT)
        add(v, pe * per_pe(v) + (uint32_t)line, level, time_ps);
}

/* Variable of an input; NO_VARIABLE for an INTID that has no line. */
static int64_t input_variable(const gictime_vcd *v, uint16_t pe, uint32_t intid)
{
    uint32_t own = pe * per_pe(v) + GIC_LINE_COUNT;
    uint32_t shared = v->pe_count * per_pe(v);
    switch (gic_classify(intid)) {
    case GIC_CLASS_PPI:
        return pe < v->pe_count ? (int64_t)own + intid - GIC_INTID_PPI_FIRST : NO_VARIABLE;
    case GIC_CLASS_EPPI:
        if (pe >= v->pe_count || intid - GIC_INTID_EPPI_FIRST >= v->eppi_count)
            return NO_VARIABLE;
        return (int64_t)own + PPIS + (intid - GIC_INTID_EPPI_FIRST);
    case GIC_CLASS_SPI:
        if (intid - GIC_INTID_SPI_FIRST >= v->spi_count)
            return NO_VARIABLE;
        return (int64_t)shared + (intid - GIC_INTID_SPI_FIRST);
    case GIC_CLASS_ESPI:
        if (intid - GIC_INTID_ESPI_FIRST >= v->espi_count)
            return NO_VARIABLE;
        return (int64_t)shared + v->spi_count + (intid - GIC_INTID_ESPI_FIRST);
    default:
        return NO_VARIABLE;
    }
}

void gictime_vcd_input(gictime_vcd *v, uint16_t pe, uint32_t intid, bool level, uint64_t time_ps)
{
    int64_t variable = input_variable(v, pe, intid);
    if (variable != NO_VARIABLE)
        add(v, (uint32_t)variable, level, time_ps);
}

void gictime_vcd_advance(gictime_vcd *v, uint64_t time_ps)
{
    while (v->count && v->heap[0].time_ps < time_ps)
        write_earliest(v);
}

uint64_t gictime_vcd_late(const gictime_vcd *v)
{
    return v->late;
}

/* ------------------------------------------------------------------ checkpoint */

void gictime_vcd_save(const gictime_vcd *v, gictime_bytes *bytes)
{
    size_t n;
    gictime_bytes_u64(bytes, v->reached_ps);
    gictime_bytes_u64(bytes, v->next_order);
    gictime_bytes_u64(bytes, v->late);
    gictime_bytes_put(bytes, v->level, variables(v));
    gictime_bytes_u32(bytes, (uint32_t)v->count);
    for (n = 0; n < v->count; n++) {
        gictime_bytes_u64(bytes, v->heap[n].time_ps);
        gictime_bytes_u64(bytes, v->heap[n].order);
        gictime_bytes_u32(bytes, v->heap[n].variable);
        gictime_bytes_u8(bytes, v->heap[n].level);
    }
}

static void load_heap(gictime_vcd *v, gictime_cursor *cursor)
{
    uint32_t count = gictime_cursor_count(cursor, HEAP_SIZE), n;
    for (n = 0; n < count && !cursor->bad; n++) {
        change c;
        memset(&c, 0, sizeof(c));
        c.time_ps = gictime_cursor_u64(cursor);
        c.order = gictime_cursor_u64(cursor);
        c.variable = gictime_cursor_count(cursor, variables(v) - 1u);
        c.level = gictime_cursor_bool(cursor);
        push(v, c);
    }
}

void gictime_vcd_load(gictime_vcd *v, gictime_cursor *cursor)
{
    uint32_t n;
    write_time(v, gictime_cursor_u64(cursor));
    v->next_order = gictime_cursor_u64(cursor);
    v->late = gictime_cursor_u64(cursor);
    gictime_cursor_get(cursor, v->level, variables(v));
    for (n = 0; n < variables(v); n++) {
        if (!v->level[n])
            continue;
        fputc('1', v->out);
        write_id(n, v->out);
        fputc('\n', v->out);
    }
    load_heap(v, cursor);
}

bool gictime_vcd_finish(gictime_vcd *v, uint64_t end_ps)
{
    bool ok;
    while (v->count)
        write_earliest(v);
    write_time(v, end_ps);
    ok = fflush(v->out) == 0 && !ferror(v->out);
    free(v->level);
    free(v->heap);
    free(v);
    return ok;
}
