/* SPDX-License-Identifier: Apache-2.0 */
/* The joiner's entries for the ITSs: register frames, MSIs, and where the Redistributors stand. */
#include "internal.h"

void init_itss(gic_assembly *a, unsigned char *memory, size_t bytes)
{
    for (uint8_t i = 0; i < its_present(a); i++) {
        its_seat *s = &a->itss[i];
        s->kernel = its_init(memory + i * bytes, bytes, &a->config, i, NULL);
        s->box = its_outbox(s->kernel);
    }
}

void reset_itss(gic_assembly *a, uint64_t now_ps)
{
    for (unsigned i = 0; i < its_present(a); i++) {
        a->itss[i].msis_on_the_way = 0;
        a->itss[i].working = false;
        its_reset(a->itss[i].kernel);
        collect(a, a->itss[i].box, now_ps);
    }
}

void gic_assembly_set_gicr_bases(gic_assembly *a, const uint64_t *base)
{
    for (unsigned i = 0; i < its_present(a); i++)
        its_set_targets(a->itss[i].kernel, base, a->config.pe_count);
}

static bool has_its(const gic_assembly *a, unsigned index)
{
    return index < its_present(a);
}

gic_status gic_assembly_its_read(gic_assembly *a, uint64_t now_ps, unsigned index,
                                 const gic_access *access, uint32_t offset, uint64_t *value)
{
    gic_status status;
    if (!has_its(a, index))
        return GIC_ADDRESS;
    if (access->debug)
        return its_read(a->itss[index].kernel, access, offset, value);
    enter(a, GIC_PORT_ITS, (uint16_t)index, now_ps);
    status = its_read(a->itss[index].kernel, access, offset, value);
    leave(a, a->itss[index].box, now_ps);
    return status;
}

gic_status gic_assembly_its_write(gic_assembly *a, uint64_t now_ps, unsigned index,
                                  const gic_access *access, uint32_t offset, uint64_t value)
{
    gic_status status;
    if (!has_its(a, index))
        return GIC_ADDRESS;
    enter(a, GIC_PORT_ITS, (uint16_t)index, now_ps);
    status = its_write(a->itss[index].kernel, access, offset, value);
    leave(a, a->itss[index].box, now_ps);
    return status;
}

bool gic_assembly_msi_has_room(const gic_assembly *a, unsigned index)
{
    return !has_its(a, index) || its_room(a->itss[index].kernel) > a->itss[index].msis_on_the_way;
}

void gic_assembly_msi_waits(gic_assembly *a, unsigned index)
{
    if (has_its(a, index))
        its_note_wait(a->itss[index].kernel);
}

static void report_msi(gic_assembly *a, uint32_t device_id, uint32_t event_id, uint64_t now_ps)
{
    gic_event event;
    event.time_ps = now_ps;
    event.arg = (uint64_t)device_id << 32 | event_id;
    event.intid = GIC_INTID_SPURIOUS;
    event.pe = GIC_PE_NONE;
    event.id = GIC_EV_MSI;
    event.port = GIC_PORT_ITS;
    emit_event(a, &event);
}

bool gic_assembly_msi(gic_assembly *a, uint64_t now_ps, unsigned index, uint32_t device_id,
                      uint32_t event_id)
{
    const uint64_t delay = a->timing.timed ? a->timing.hop_ps[GIC_HOP_MSI] : 0;
    its_seat *s;
    gic_out out = {0};
    if (!has_its(a, index))
        return true;
    s = &a->itss[index];
    enter(a, GIC_PORT_ITS, (uint16_t)index, now_ps);
    if (!gic_assembly_msi_has_room(a, index)) {
        leave(a, NULL, now_ps);
        return false;
    }
    report_msi(a, device_id, event_id, now_ps);
    out.port = out.from = GIC_PORT_ITS;
    out.to = out.from_pe = (uint16_t)index;
    out.msg.kind = GIC_MSG_LINE;
    out.msg.intid = device_id;
    out.msg.arg = event_id;
    s->msis_on_the_way++;
    if (delay == 0 || !lanes_push(a, its_lane_of(a, index, LANE_ITS_MSI), &out, now_ps + delay))
        leave(a, hand_msi(a, &out), now_ps);
    else
        leave(a, NULL, now_ps);
    return true;
}

const gic_frame *gic_assembly_its_frame(const gic_assembly *a)
{
    return has_its(a, 0) ? its_frame(a->itss[0].kernel) : NULL;
}

const its_stats *gic_assembly_its_stats(const gic_assembly *a, unsigned index)
{
    return has_its(a, index) ? its_get_stats(a->itss[index].kernel) : NULL;
}
