/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/names.h"

#include <stdio.h>
#include <string.h>

#include "gic/intid.h"
#include "memory.h"

enum { SLOTS = 2 * GICTIME_NAMES_MAX, SLOT_BITS = 13 };
GIC_STATIC_ASSERT(SLOTS == 1 << SLOT_BITS, "the hash has as many bits as the table");

/* The name of one INTID. */
typedef struct name_slot {
    uint32_t intid;
    bool used;
    bool learnt;    /* From a translation: of this event. */
    uint64_t event; /* DeviceID << 32 | EventID */
    char text[GICTIME_NAME_MAX];
} name_slot;

struct gictime_names {
    gictime_source_fn *source;
    void *ctx;
    uint32_t count;
    name_slot slot[SLOTS]; /* Linear probing; never full. */
};

gictime_names *gictime_names_create(gictime_source_fn *source, void *ctx)
{
    gictime_names *names = GICTIME_NEW(gictime_names, 1);
    if (!names)
        return NULL;
    names->source = source;
    names->ctx = ctx;
    return names;
}

void gictime_names_destroy(gictime_names *names)
{
    free(names);
}

static uint32_t place_of(const gictime_names *names, uint32_t intid)
{
    uint32_t s = intid * UINT32_C(2654435761) >> (32 - SLOT_BITS);
    while (names->slot[s].used && names->slot[s].intid != intid)
        s = (s + 1u) % SLOTS;
    return s;
}

/* The slot of an INTID, made when there is room; NULL when there is none. */
static name_slot *name_slot_of(gictime_names *names, uint32_t intid)
{
    name_slot *slot = &names->slot[place_of(names, intid)];
    if (slot->used)
        return slot;
    if (names->count == GICTIME_NAMES_MAX)
        return NULL;
    names->count++;
    slot->used = true;
    slot->intid = intid;
    return slot;
}

void gictime_names_wire(gictime_names *names, uint32_t intid, const char *text)
{
    name_slot *slot = name_slot_of(names, intid);
    if (slot)
        snprintf(slot->text, sizeof(slot->text), "%s", text);
}

void gictime_names_event(gictime_names *names, const gic_event *event)
{
    uint32_t device = (uint32_t)(event->arg >> 32), id = (uint32_t)event->arg;
    name_slot *slot;
    if (event->id != GIC_EV_TRANSLATED)
        return;
    slot = name_slot_of(names, event->intid);
    if (!slot || (slot->learnt && slot->event == event->arg))
        return;
    slot->learnt = true;
    slot->event = event->arg;
    slot->text[0] = '\0';
    if (names->source)
        names->source(names->ctx, device, id, slot->text, sizeof(slot->text));
    if (!slot->text[0])
        snprintf(slot->text, sizeof(slot->text), "DeviceID 0x%x event %u", (unsigned)device,
                 (unsigned)id);
}

const char *gictime_name_of(const gictime_names *names, uint32_t intid)
{
    return names ? names->slot[place_of(names, intid)].text : "";
}

/* ------------------------------------------------------------------ checkpoint */

void gictime_names_save(const gictime_names *names, gictime_bytes *bytes)
{
    uint32_t n, learnt = 0;
    for (n = 0; n < SLOTS; n++)
        learnt += names->slot[n].learnt;
    gictime_bytes_u32(bytes, learnt);
    for (n = 0; n < SLOTS; n++) {
        const name_slot *slot = &names->slot[n];
        if (!slot->learnt)
            continue;
        gictime_bytes_u32(bytes, slot->intid);
        gictime_bytes_u64(bytes, slot->event);
        gictime_bytes_put(bytes, slot->text, sizeof(slot->text));
    }
}

void gictime_names_load(gictime_names *names, gictime_cursor *cursor)
{
    uint32_t n, learnt = gictime_cursor_count(cursor, GICTIME_NAMES_MAX);
    for (n = 0; n < learnt && !cursor->bad; n++) {
        name_slot *slot = name_slot_of(names, gictime_cursor_u32(cursor));
        if (!slot) {
            cursor->bad = true;
            return;
        }
        slot->learnt = true;
        slot->event = gictime_cursor_u64(cursor);
        gictime_cursor_get(cursor, slot->text, sizeof(slot->text));
        slot->text[sizeof(slot->text) - 1u] = '\0';
    }
}
