/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands: the table of regs/its_commands.def, and its decoders. A decoder takes the fields
 * out of the four doublewords and checks their ranges; the steps do the rest.
 */
#include "its_state.h"

/* --- fields ----------------------------------------------------------------------------------- */

static its_error its_check_device(const its *s, const its_row *row)
{
    return its_device_in_range(s, row->device) ? ITS_OK : ITS_DEVICE_OOR;
}

static its_error its_check_collection(const its *s, uint32_t icid)
{
    return its_collection_in_range(s, icid) ? ITS_OK : ITS_COLLECTION_OOR;
}

static its_error its_decode_event(its *s, its_row *row, const uint64_t *word)
{
    row->device = (uint32_t)GIC_GET(ITS_CMD0, DeviceID, word[0]);
    row->event = (uint32_t)GIC_GET(ITS_CMD1, EventID, word[1]);
    return its_check_device(s, row);
}

/* V=0 ignores the size and the address (T-09). */
static its_error its_decode_mapd(its *s, its_row *row, const uint64_t *word)
{
    uint64_t size = GIC_GET(ITS_CMD1, Size, word[1]);
    row->device = (uint32_t)GIC_GET(ITS_CMD0, DeviceID, word[0]);
    row->valid = GIC_GET(ITS_CMD2, Valid, word[2]) != 0;
    row->dte = (word[2] & GIC_FIELD_MASK(ITS_CMD2, ITT_addr)) | GIC_MAKE(ITS_DTE, Valid, 1);
    row->dte = GIC_PUT(ITS_DTE, Size, row->dte, size);
    if (its_check_device(s, row) != ITS_OK)
        return ITS_DEVICE_OOR;
    if (GIC_FAULT("peer-QEMU-6") && size >= s->config.its.event_bits)
        return ITS_ITTSIZE_OOR;
    return row->valid && size >= s->config.its.event_bits ? ITS_ITTSIZE_OOR : ITS_OK;
}

/* V=0 ignores RDbase (T-11). */
static its_error its_decode_mapc(its *s, its_row *row, const uint64_t *word)
{
    row->icid = (uint16_t)GIC_GET(ITS_CMD2, ICID, word[2]);
    row->valid = GIC_GET(ITS_CMD2, Valid, word[2]) != 0;
    if ((row->valid || GIC_FAULT("T-11")) &&
        !its_find_target(s, GIC_GET(ITS_CMD2, RDbase, word[2]), &row->pe))
        return ITS_PROCNUM_OOR;
    return its_check_collection(s, row->icid);
}

static its_error its_check_mapping(its *s, its_row *row, uint64_t intid)
{
    its_error error = its_check_device(s, row);
    if (error == ITS_OK)
        error = its_check_collection(s, row->icid);
    if (error == ITS_OK &&
        (intid >= s->intid_end || (intid < GIC_INTID_LPI_FIRST && !GIC_FAULT("T-10"))))
        error = ITS_PHYSICALID_OOR;
    row->intid = (uint32_t)intid;
    if (GIC_FAULT("peer-gem5-17"))
        row->intid &= 0x3FFFu;
    return error;
}

static its_error its_decode_mapti(its *s, its_row *row, const uint64_t *word)
{
    (void)its_decode_event(s, row, word);
    row->icid = (uint16_t)GIC_GET(ITS_CMD2, ICID, word[2]);
    return its_check_mapping(s, row, GIC_GET(ITS_CMD1, pINTID, word[1]));
}

static its_error its_decode_mapi(its *s, its_row *row, const uint64_t *word)
{
    (void)its_decode_event(s, row, word);
    row->icid = (uint16_t)GIC_GET(ITS_CMD2, ICID, word[2]);
    return its_check_mapping(s, row, row->event);
}

static its_error its_decode_movi(its *s, its_row *row, const uint64_t *word)
{
    row->icid_to = (uint16_t)GIC_GET(ITS_CMD2, ICID, word[2]);
    if (its_decode_event(s, row, word) != ITS_OK)
        return ITS_DEVICE_OOR;
    return its_check_collection(s, row->icid_to);
}

static its_error its_decode_invall(its *s, its_row *row, const uint64_t *word)
{
    row->icid = (uint16_t)GIC_GET(ITS_CMD2, ICID, word[2]);
    return its_check_collection(s, row->icid);
}

static its_error its_decode_moveall(its *s, its_row *row, const uint64_t *word)
{
    if (!its_find_target(s, GIC_GET(ITS_CMD2, RDbase, word[2]), &row->pe) ||
        !its_find_target(s, GIC_GET(ITS_CMD3, RDbase2, word[3]), &row->target))
        return ITS_MOVALL_PROCNUM_OOR;
    if (GIC_FAULT("T-13"))
        row->target = row->pe;
    return ITS_OK;
}

static its_error its_decode_sync(its *s, its_row *row, const uint64_t *word)
{
    bool there = its_find_target(s, GIC_GET(ITS_CMD2, RDbase, word[2]), &row->pe);
    return there ? ITS_OK : ITS_PROCNUM_OOR;
}

/* --- the table -------------------------------------------------------------------------------- */

#define its_decode_none NULL
#define ITS_COMMAND(opcode, name, error, hazard, decode, ...) \
    [opcode] = {error, ITS_HAZARD_##hazard, #name, its_decode_##decode, {__VA_ARGS__}},

static const its_command its_commands[] = {
#include "its_commands.def"
};

const its_command *its_plan(unsigned opcode)
{
    if (opcode >= GIC_COUNT_OF(its_commands) || !its_commands[opcode].name)
        return GIC_FAULT("T-07") ? &its_commands[0x03] : NULL;
    return &its_commands[opcode];
}

const char *its_command_name(unsigned opcode)
{
    const its_command *command = its_plan(opcode);
    return opcode != ITS_PLAN_MSI && command ? command->name : "?";
}
