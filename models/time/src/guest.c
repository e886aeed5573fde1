/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/guest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gic/msg.h"
#include "gic/outbox.h"
#include "gic/sysreg.h"

/* What the argument of an event is. */
typedef enum format {
    FORMAT_PLAIN,
    FORMAT_OFFSET_VALUE,
    FORMAT_OFFSET_SIZE,
    FORMAT_OFFSET,
    FORMAT_VALUE,
    FORMAT_AFFINITY,
    FORMAT_SGI,
    FORMAT_CHANGE,
    FORMAT_SYSREG
} format;

static const uint8_t formats[GIC_EV_COUNT] = {
    [GIC_EV_BAD_RESERVED] = FORMAT_OFFSET_VALUE,
    [GIC_EV_BAD_SIZE] = FORMAT_OFFSET_SIZE,
    [GIC_EV_BAD_READ_ONLY] = FORMAT_OFFSET_VALUE,
    [GIC_EV_BAD_WRITE_ONLY] = FORMAT_OFFSET,
    [GIC_EV_BAD_SECURE_ONLY] = FORMAT_OFFSET_VALUE,
    [GIC_EV_BAD_INTID] = FORMAT_OFFSET_VALUE,
    [GIC_EV_BAD_EOIR] = FORMAT_VALUE,
    [GIC_EV_BAD_DIR] = FORMAT_VALUE,
    [GIC_EV_BAD_AP_WRITE] = FORMAT_VALUE,
    [GIC_EV_BAD_CTLR_CHANGE] = FORMAT_OFFSET_VALUE,
    [GIC_EV_BAD_ICFGR] = FORMAT_VALUE,
    [GIC_EV_BAD_ROUTE] = FORMAT_AFFINITY,
    [GIC_EV_BAD_SGI_TARGET] = FORMAT_SGI,
    [GIC_EV_BAD_SGI_RANGE] = FORMAT_VALUE,
    [GIC_EV_BAD_WAKER] = FORMAT_CHANGE,
    [GIC_EV_BAD_ASLEEP] = FORMAT_SYSREG,
    [GIC_EV_BAD_SYSREG] = FORMAT_SYSREG,
};

/* A piece of text at the end of what is there; what does not fit is cut. */
#define APPEND(...)                                                          \
    do {                                                                     \
        if (used < size)                                                     \
            used += (size_t)snprintf(text + used, size - used, __VA_ARGS__); \
    } while (0)

static size_t describe_offset(const gictime_guest *guest, const gic_event *event, char *text,
                              size_t size)
{
    uint32_t offset = (uint32_t)(event->arg >> 32);
    bool cpu = guest->gicc && event->port == GIC_PORT_CPUIF;
    const gic_frame *frame = cpu                            ? guest->gicc
                             : event->port == GIC_PORT_GICD ? guest->gicd
                                                            : guest->gicr;
    const char *block = cpu                                           ? "GICC"
                        : event->port == GIC_PORT_GICD || guest->gicc ? "GICD"
                                                                      : "GICR";
    const gic_reg_row *row = frame && offset < frame->size ? gic_frame_find(frame, offset) : NULL;
    size_t used = 0;
    APPEND("%s+0x%05" PRIx32, block, offset);
    if (row && row->span > row->element)
        APPEND(" (%s<%" PRIu32 ">)", row->name, (offset - row->offset) / row->element);
    else if (row)
        APPEND(" (%s)", row->name);
    return used;
}

static size_t describe_sgi(uint64_t arg, char *text, size_t size)
{
    gic_sgi sgi = gic_sgi_unpack(arg);
    size_t used = 0;
    APPEND("affinity %u.%u.%u, range %u, target list 0x%04x", (unsigned)(sgi.cluster >> 16),
           (unsigned)(sgi.cluster >> 8 & 0xFFu), (unsigned)(sgi.cluster & 0xFFu),
           (unsigned)sgi.range, (unsigned)sgi.target_list);
    return used;
}

static size_t describe_arg(const gictime_guest *guest, const gic_event *event, char *text,
                           size_t size)
{
    uint32_t low = (uint32_t)event->arg, high = (uint32_t)(event->arg >> 32);
    size_t used = 0;
    switch ((format)formats[event->id]) {
    case FORMAT_OFFSET_VALUE:
        used = describe_offset(guest, event, text, size);
        APPEND(", value 0x%" PRIx32, low);
        break;
    case FORMAT_OFFSET_SIZE:
        used = describe_offset(guest, event, text, size);
        APPEND(", %" PRIu32 " bytes", low);
        break;
    case FORMAT_OFFSET:
        return describe_offset(guest, event, text, size);
    case FORMAT_VALUE:
        APPEND("value 0x%" PRIx64, event->arg);
        break;
    case FORMAT_AFFINITY:
        APPEND("affinity %u.%u.%u.%u", (unsigned)(low >> 24), (unsigned)(low >> 16 & 0xFFu),
               (unsigned)(low >> 8 & 0xFFu), (unsigned)(low & 0xFFu));
        break;
    case FORMAT_SGI:
        return describe_sgi(event->arg, text, size);
    case FORMAT_CHANGE:
        APPEND("0x%" PRIx32 " to 0x%" PRIx32, high, low);
        break;
    case FORMAT_SYSREG:
        APPEND("%s", gic_sysreg_name((gic_sysreg)low));
        break;
    case FORMAT_PLAIN:
        break;
    }
    return used;
}

/* Events about the system registers and the frames carry no INTID of their own. */
static bool has_intid(const gic_event *event)
{
    switch ((format)formats[event->id]) {
    case FORMAT_OFFSET_VALUE:
    case FORMAT_OFFSET_SIZE:
    case FORMAT_OFFSET:
    case FORMAT_CHANGE:
    case FORMAT_SYSREG:
        return false;
    default:
        return !gic_is_special(event->intid);
    }
}

/* The text of an event without what it says of its argument, which stands before it. */
static int meaning_length(unsigned id)
{
    const char *text = gic_event_text(id);
    const char *arg = strstr(text, "; arg");
    return (int)(arg ? arg - text : (ptrdiff_t)strlen(text));
}

void gictime_guest_describe(const gictime_guest *guest, const gic_event *event, char *text,
                            size_t size)
{
    size_t used = 0;
    char arg[160] = "";
    APPEND("%" PRIu64 ".%03u ns", event->time_ps / 1000u, (unsigned)(event->time_ps % 1000u));
    if (event->pe < GIC_MAX_PES)
        APPEND(", PE %u", (unsigned)event->pe);
    if (event->id >= GIC_EV_COUNT) {
        APPEND(": event %u", (unsigned)event->id);
        return;
    }
    if (has_intid(event))
        APPEND(", INTID %" PRIu32, event->intid);
    describe_arg(guest, event, arg, sizeof(arg));
    APPEND(": %s: %s%s%.*s", gic_event_name(event->id), arg, *arg ? ": " : "",
           meaning_length(event->id), gic_event_text(event->id));
}

/* The first few, then the 10th, 100th, 1000th ... */
static bool worth_a_line(uint64_t count, uint32_t verbatim)
{
    if (count <= verbatim)
        return true;
    while (count % 10u == 0)
        count /= 10u;
    return count == 1u;
}

void gictime_guest_event(gictime_guest *guest, const gic_event *event)
{
    char text[320];
    uint64_t count;
    size_t used = 0, size = sizeof(text);
    if (event->id >= GIC_EV_COUNT || gic_event_class_of(event->id) != GIC_EVENT_GUEST)
        return;
    count = ++guest->count[event->id];
    if (!guest->line || !worth_a_line(count, guest->verbatim))
        return;
    gictime_guest_describe(guest, event, text, size);
    if (count > guest->verbatim) {
        while (text[used])
            used++;
        APPEND(" (%" PRIu64 " times so far)", count);
    } else if (count == guest->verbatim) {
        while (text[used])
            used++;
        APPEND(" (more of these: every power of ten)");
    }
    guest->line(guest->ctx, text);
}

uint64_t gictime_guest_total(const gictime_guest *guest)
{
    uint64_t total = 0;
    unsigned id;
    for (id = 0; id < GIC_EV_COUNT; id++)
        total += guest->count[id];
    return total;
}

void gictime_guest_json(const gictime_guest *guest, gictime_json *json, const char *key)
{
    unsigned id;
    gictime_json_object(json, key);
    for (id = 0; id < GIC_EV_COUNT; id++) {
        if (guest->count[id])
            gictime_json_u64(json, gic_event_name(id), guest->count[id]);
    }
    gictime_json_end(json);
}
