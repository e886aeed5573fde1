/* SPDX-License-Identifier: Apache-2.0 */
/* Names and texts of system registers, events, messages and gates. */
#include "gic/event.h"
#include "gic/explain.h"
#include "gic/msg.h"
#include "gic/sysreg.h"

typedef struct sysreg_row {
    const char *name;
    bool readable;
    bool writable;
} sysreg_row;

static const sysreg_row sysregs[] = {
#define GIC_SYSREG(name, readable, writable) {#name, (readable) != 0, (writable) != 0},
#include "gic/sysreg.def"
#undef GIC_SYSREG
};

const char *gic_sysreg_name(gic_sysreg reg)
{
    return (size_t)reg < GIC_COUNT_OF(sysregs) ? sysregs[reg].name : "?";
}

bool gic_sysreg_readable(gic_sysreg reg)
{
    return (size_t)reg < GIC_COUNT_OF(sysregs) && sysregs[reg].readable;
}

bool gic_sysreg_writable(gic_sysreg reg)
{
    return (size_t)reg < GIC_COUNT_OF(sysregs) && sysregs[reg].writable;
}

typedef struct event_row {
    const char *name;
    const char *text;
    gic_event_class class_of;
} event_row;

static const event_row events[] = {
#define GIC_EVENT(name, class_name, meaning) {#name, meaning, GIC_EVENT_##class_name},
#include "gic/event.def"
#undef GIC_EVENT
};

const char *gic_event_name(unsigned id)
{
    return id < GIC_COUNT_OF(events) ? events[id].name : "?";
}

gic_event_class gic_event_class_of(unsigned id)
{
    return id < GIC_COUNT_OF(events) ? events[id].class_of : GIC_EVENT_STATE;
}

void gic_event_set_add_class(gic_event_set *set, gic_event_class class_of)
{
    for (unsigned id = 0; id < GIC_COUNT_OF(events); id++)
        if (events[id].class_of == class_of)
            gic_event_set_add(set, id);
}

gic_event_set gic_event_set_all(void)
{
    gic_event_set set = {{0}};
    for (unsigned id = 0; id < GIC_COUNT_OF(events); id++)
        gic_event_set_add(&set, id);
    return set;
}

const char *gic_event_text(unsigned id)
{
    return id < GIC_COUNT_OF(events) ? events[id].text : "?";
}

const char *gic_msg_name(unsigned kind)
{
    static const char *const names[GIC_MSG_KIND_COUNT] = {
        [GIC_MSG_NONE] = "None",
        [GIC_MSG_OFFER] = "Offer",
        [GIC_MSG_RECALL] = "Recall",
        [GIC_MSG_SGI] = "SGI",
        [GIC_MSG_GROUP_ENABLES] = "GroupEnables",
        [GIC_MSG_TAKEN_ACK] = "TakenAck",
        [GIC_MSG_DEACTIVATE_SPI_ACK] = "DeactivateSPIAck",
        [GIC_MSG_SGI_REQUEST_ACK] = "SGIRequestAck",
        [GIC_MSG_PE_STATE_ACK] = "PEStateAck",
        [GIC_MSG_TAKEN] = "Taken",
        [GIC_MSG_RETURNED] = "Returned",
        [GIC_MSG_DEACTIVATE_SPI] = "DeactivateSPI",
        [GIC_MSG_SGI_REQUEST] = "SGIRequest",
        [GIC_MSG_PE_STATE] = "PEState",
        [GIC_MSG_GROUP_ENABLES_ACK] = "GroupEnablesAck",
        [GIC_MSG_SET] = "Set",
        [GIC_MSG_CLEAR] = "Clear",
        [GIC_MSG_QUIESCE] = "Quiesce",
        [GIC_MSG_DOWNSTREAM_CONTROL] = "DownstreamControl",
        [GIC_MSG_ACTIVATE_ACK] = "ActivateAck",
        [GIC_MSG_DEACTIVATE_ACK] = "DeactivateAck",
        [GIC_MSG_GENERATE_SGI_ACK] = "GenerateSGIAck",
        [GIC_MSG_UPSTREAM_CONTROL_ACK] = "UpstreamControlAck",
        [GIC_MSG_ACTIVATE] = "Activate",
        [GIC_MSG_RELEASE] = "Release",
        [GIC_MSG_DEACTIVATE] = "Deactivate",
        [GIC_MSG_GENERATE_SGI] = "GenerateSGI",
        [GIC_MSG_UPSTREAM_CONTROL] = "UpstreamControl",
        [GIC_MSG_CLEAR_ACK] = "ClearAck",
        [GIC_MSG_QUIESCE_ACK] = "QuiesceAck",
        [GIC_MSG_DOWNSTREAM_CONTROL_ACK] = "DownstreamControlAck",
        [GIC_MSG_LPI_SET] = "LPISet",
        [GIC_MSG_LPI_CLEAR] = "LPIClear",
        [GIC_MSG_LPI_INV] = "LPIInv",
        [GIC_MSG_LPI_INVALL] = "LPIInvAll",
        [GIC_MSG_LPI_MOVE] = "LPIMove",
        [GIC_MSG_LPI_MOVEALL] = "LPIMoveAll",
        [GIC_MSG_LPI_DONE] = "LPIDone",
        [GIC_MSG_LPI_MOVED] = "LPIMoved",
        [GIC_MSG_LPI_MOVED_ACK] = "LPIMovedAck",
        [GIC_MSG_LINE] = "Line",
    };
    return kind < GIC_MSG_KIND_COUNT ? names[kind] : "?";
}

const char *gic_gate_name(gic_gate_id id)
{
    static const char *const names[GIC_GATE_COUNT] = {
        [GIC_GATE_IMPLEMENTED] = "INTID implemented",
        [GIC_GATE_PENDING] = "pending (line level or latch)",
        [GIC_GATE_ENABLED] = "ISENABLER",
        [GIC_GATE_NOT_ACTIVE] = "not active",
        [GIC_GATE_GROUP_ENABLED] = "GICD_CTLR group enable",
        [GIC_GATE_ROUTED] = "GICD_IROUTER, GICD_ITARGETSR",
        [GIC_GATE_AWAKE] = "GICR_WAKER",
        [GIC_GATE_OWNER] = "not held elsewhere",
        [GIC_GATE_IGRPEN] = "ICC_IGRPEN, GICC_CTLR",
        [GIC_GATE_BEST] = "most urgent at the CPU interface",
        [GIC_GATE_PMR] = "ICC_PMR",
        [GIC_GATE_RUNNING] = "running priority",
        [GIC_GATE_LINE] = "IRQ or FIQ asserted",
        [GIC_GATE_PSTATE] = "PSTATE mask",
        [GIC_GATE_VIRTUAL_LISTED] = "in a list register",
        [GIC_GATE_VIRTUAL_PENDING] = "ICH_LR.State",
        [GIC_GATE_VIRTUAL_ENABLED] = "ICH_HCR_EL2.En",
        [GIC_GATE_VIRTUAL_GROUP] = "ICH_VMCR_EL2.VENG",
        [GIC_GATE_VIRTUAL_BEST] = "most urgent list register",
        [GIC_GATE_VIRTUAL_PMR] = "ICV_PMR",
        [GIC_GATE_VIRTUAL_RUNNING] = "virtual running priority",
        [GIC_GATE_VIRTUAL_LINE] = "vIRQ or vFIQ asserted",
        [GIC_GATE_VIRTUAL_ROUTED] = "HCR_EL2.IMO or FMO",
        [GIC_GATE_VIRTUAL_PSTATE] = "PSTATE mask of the guest",
    };
    return (size_t)id < GIC_COUNT_OF(names) ? names[id] : "?";
}

gic_gate_id gic_first_closed_gate(const gic_explanation *e)
{
    for (unsigned i = 0; i < GIC_GATE_COUNT; i++)
        if (e->gate[i].known && !e->gate[i].open)
            return (gic_gate_id)i;
    return GIC_GATE_COUNT;
}
