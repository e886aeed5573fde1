/* SPDX-License-Identifier: Apache-2.0 */
/* Register frames: finding the row, checking what the row says, and the one place of policy. */
#include "gic/regs.h"

#include "gic/event.h"
#include "gic/fields.h"

void gic_frame_index(uint8_t *index, const gic_reg_row *rows, unsigned row_count, uint32_t size)
{
    unsigned row = 0;
    for (uint32_t base = 0; base < size; base += GIC_FRAME_GRANULE) {
        while (row < row_count && rows[row].offset + rows[row].span <= base)
            row++;
        index[base / GIC_FRAME_GRANULE] = (uint8_t)row;
    }
}

const gic_reg_row *gic_frame_find(const gic_frame *frame, uint32_t offset)
{
    const gic_reg_row *row = frame->row + frame->index[offset / GIC_FRAME_GRANULE];
    const gic_reg_row *end = frame->row + frame->row_count;
    /* A granule holds at most GIC_FRAME_GRANULE / 4 registers: the loop is bounded. */
    while (row < end && row->offset + row->span <= offset)
        row++;
    return row < end && row->offset <= offset ? row : NULL;
}

static bool size_is_legal(const gic_reg_row *row, uint32_t offset, unsigned size)
{
    return (row->widths & size) != 0 && (offset & (size - 1u)) == 0 && offset + size <= row->span;
}

static bool is_open(const gic_frame_policy *policy, const gic_reg_row *row,
                    const gic_access *access)
{
    return !(row->flags & GIC_REG_SECURE) || access->secure || !policy->secure_rows_closed;
}

static void report(const gic_frame_policy *policy, const gic_access *access, unsigned event,
                   uint32_t offset, uint64_t low)
{
    if (!access->debug)
        gic_report(policy->outbox, event, policy->pe, 0,
                   (uint64_t)offset << 32 | (low & UINT32_MAX));
}

/* Find the row and check size and security; GIC_OK means that the handler may run. @p event, which
   names a reserved place, is changed where something else is wrong. */
static gic_status resolve(const gic_frame *frame, const gic_frame_policy *policy,
                          const gic_access *access, uint32_t offset, gic_reg_access *out,
                          unsigned *event)
{
    const gic_reg_row *row;
    if (offset >= frame->size || access->size > frame->size - offset)
        return GIC_ADDRESS;
    row = gic_frame_find(frame, offset);
    if (!row)
        return GIC_RESERVED;
    *out = gic_frame_place(row, access, offset);
    if (!size_is_legal(row, out->offset, access->size)) {
        *event = GIC_EV_BAD_SIZE;
        return GIC_BAD_SIZE;
    }
    if (!is_open(policy, row, access)) {
        *event = GIC_EV_BAD_SECURE_ONLY;
        return GIC_RESERVED;
    }
    return GIC_OK;
}

/* The architected answer to what a leaf said honestly. */
static gic_status answer(const gic_frame_policy *policy, gic_status status)
{
    if (status == GIC_RESERVED ||
        (status == GIC_BAD_SIZE && policy->bad_size == GIC_BAD_SIZE_RAZ_WI))
        return GIC_OK;
    return status;
}

gic_status gic_frame_read(const gic_frame *frame, const gic_frame_policy *policy, void *kernel,
                          const gic_access *access, uint32_t offset, uint64_t *value)
{
    gic_reg_access where;
    unsigned event = GIC_EV_BAD_RESERVED;
    gic_status status = resolve(frame, policy, access, offset, &where, &event);
    *value = 0;
    if (status == GIC_OK) {
        if (where.row->flags & GIC_REG_WO) {
            status = GIC_RESERVED;
            event = GIC_EV_BAD_WRITE_ONLY;
        } else if (where.row->read) {
            status = where.row->read(kernel, &where, value);
        }
    }
    if (status == GIC_OK || status == GIC_ADDRESS)
        return status;
    *value = 0;
    report(policy, access, event, offset, event == GIC_EV_BAD_SIZE ? access->size : 0);
    return answer(policy, status);
}

gic_status gic_frame_write(const gic_frame *frame, const gic_frame_policy *policy, void *kernel,
                           const gic_access *access, uint32_t offset, uint64_t value)
{
    gic_reg_access where;
    unsigned event = GIC_EV_BAD_RESERVED;
    gic_status status = resolve(frame, policy, access, offset, &where, &event);
    if (status == GIC_OK) {
        if (where.row->flags & GIC_REG_RO) {
            status = GIC_RESERVED;
            event = GIC_EV_BAD_READ_ONLY;
        } else if (where.row->write) {
            value &= gic_mask(access->size * 8u - 1u, 0);
            status = where.row->write(kernel, &where, value);
        }
    }
    if (status == GIC_OK || status == GIC_ADDRESS)
        return status;
    report(policy, access, event, offset, event == GIC_EV_BAD_SIZE ? access->size : value);
    return answer(policy, status);
}

uint64_t gic_reg_merge(const gic_reg_access *access, uint64_t old, uint64_t value)
{
    unsigned shift = gic_reg_shift(access);
    uint64_t mask = gic_mask(access->access->size * 8u - 1u, 0) << shift & access->row->write_mask;
    return (old & ~mask) | (value << shift & mask);
}
