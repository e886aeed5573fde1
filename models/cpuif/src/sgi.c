/* SPDX-License-Identifier: Apache-2.0 */
/* Generation of SGIs: ICC_SGI0R_EL1, ICC_SGI1R_EL1, ICC_ASGI1R_EL1. */
#include "internal.h"

static gic_sgi decode(const cpuif_view *v, unsigned source, uint64_t value)
{
    gic_sgi sgi;
    sgi.cluster = (uint32_t)(GIC_GET(ICC_SGIR, Aff3, value) << 16 |
                             GIC_GET(ICC_SGIR, Aff2, value) << 8 | GIC_GET(ICC_SGIR, Aff1, value));
    sgi.target_list = (uint16_t)GIC_GET(ICC_SGIR, TargetList, value);
    sgi.range = (uint8_t)GIC_GET(ICC_SGIR, RS, value);
    sgi.source = (uint8_t)source;
    sgi.nonsecure = !v->secure;
    sgi.all_but_self = GIC_GET(ICC_SGIR, IRM, value) != 0;
    return sgi;
}

/* S-01: a range or an Aff3 that is not supported: the write is ignored (ID-P12). */
static bool is_addressable(const cpuif *c, uint64_t value)
{
    return (c->config.range_select || GIC_GET(ICC_SGIR, RS, value) == 0) &&
           (c->config.aff3_valid || GIC_GET(ICC_SGIR, Aff3, value) == 0);
}

bool cpuif_sgi_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    uint32_t intid = (uint32_t)GIC_GET(ICC_SGIR, INTID, value);
    gic_sgi sgi = decode(v, index, value);
    if (!sgi.all_but_self && !is_addressable(c, value)) {
        gic_report(&c->outbox, GIC_EV_BAD_SGI_RANGE, c->pe, intid, value);
        return true;
    }
    if (!sgi.all_but_self && sgi.target_list == 0)
        return true;
    if (c->s.open_sgi == GIC_CREDIT_GENERATE_SGI)
        return cpuif_stall(c, GIC_MSG_GENERATE_SGI, intid);
    cpuif_send_sgi(c, intid, sgi);
    gic_report(&c->outbox, GIC_EV_SGI_GENERATED, c->pe, intid, gic_sgi_pack(sgi));
    return true;
}
