/* SPDX-License-Identifier: Apache-2.0 */
/* Control registers: ICC_CTLR, ICC_SRE, ICC_IGRPEN, and the aliases among them. */
#include "internal.h"

/* ---- ICC_CTLR_EL1, ICC_CTLR_EL3 -------------------------------------------------------------- */

enum { ID_BITS_16 = 0, ID_BITS_24 = 1, EXTENDED_RANGE = 1 };

unsigned cpuif_id_bits(const gic_config *config)
{
    return config->lpi_bits > 16 ? ID_BITS_24 : ID_BITS_16;
}

uint64_t cpuif_ctlr_el3_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    uint64_t value = c->s.ctlr;
    (void)v;
    (void)index;
    if (GIC_FAULT("peer-QEMU-2")) {
        value =
            GIC_PUT(ICC_CTLR_EL3, EOImode_EL1S, value, GIC_GET(ICC_CTLR_EL3, EOImode_EL1NS, value));
        value = GIC_PUT(ICC_CTLR_EL3, CBPR_EL1S, value, GIC_GET(ICC_CTLR_EL3, CBPR_EL1NS, value));
    }
    value = GIC_PUT(ICC_CTLR_EL3, PRIbits, value, c->config.priority_bits - 1);
    value = GIC_PUT(ICC_CTLR_EL3, IDbits, value, cpuif_id_bits(&c->config));
    value = GIC_PUT(ICC_CTLR_EL3, A3V, value, c->config.aff3_valid);
    value = GIC_PUT(ICC_CTLR_EL3, RSS, value, c->config.range_select);
    /* INTIDs 1024 to 8191 are taken like any other (M-03, ID-P15). */
    return GIC_PUT(ICC_CTLR_EL3, ExtRange, value, GIC_FAULT("M-03") ? 0 : EXTENDED_RANGE);
}

uint64_t cpuif_ctlr_el1_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    uint64_t all = cpuif_ctlr_el3_value(c, v, index);
    bool secure = v->bank == CPUIF_BANK_S;
    uint64_t value = GIC_MAKE(ICC_CTLR_EL1, CBPR,
                              secure ? GIC_GET(ICC_CTLR_EL3, CBPR_EL1S, all)
                                     : GIC_GET(ICC_CTLR_EL3, CBPR_EL1NS, all));
    value = GIC_PUT(ICC_CTLR_EL1, EOImode, value,
                    secure ? GIC_GET(ICC_CTLR_EL3, EOImode_EL1S, all)
                           : GIC_GET(ICC_CTLR_EL3, EOImode_EL1NS, all));
    value = GIC_PUT(ICC_CTLR_EL1, PMHE, value, GIC_GET(ICC_CTLR_EL3, PMHE, all));
    value = GIC_PUT(ICC_CTLR_EL1, PRIbits, value, GIC_GET(ICC_CTLR_EL3, PRIbits, all));
    value = GIC_PUT(ICC_CTLR_EL1, IDbits, value, GIC_GET(ICC_CTLR_EL3, IDbits, all));
    value = GIC_PUT(ICC_CTLR_EL1, A3V, value, GIC_GET(ICC_CTLR_EL3, A3V, all));
    value = GIC_PUT(ICC_CTLR_EL1, RSS, value, GIC_GET(ICC_CTLR_EL3, RSS, all));
    return GIC_PUT(ICC_CTLR_EL1, ExtRange, value, GIC_GET(ICC_CTLR_EL3, ExtRange, all));
}

/* Binary points, EOI modes and the mask hint follow. */
static void set_ctlr(cpuif *c, uint64_t ctlr)
{
    c->s.ctlr = (uint32_t)ctlr;
    cpuif_derive_pe(c);
    cpuif_derive_priorities(c);
    cpuif_settle(c);
}

bool cpuif_ctlr_el3_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    /* RM is RES0, since ICC_SRE_EL1(S).SRE is RAO/WI (P-02). */
    uint64_t writable =
        GIC_FIELD_MASK(ICC_CTLR_EL3, CBPR_EL1S) | GIC_FIELD_MASK(ICC_CTLR_EL3, CBPR_EL1NS) |
        GIC_FIELD_MASK(ICC_CTLR_EL3, EOImode_EL3) | GIC_FIELD_MASK(ICC_CTLR_EL3, EOImode_EL1S) |
        GIC_FIELD_MASK(ICC_CTLR_EL3, EOImode_EL1NS) | GIC_FIELD_MASK(ICC_CTLR_EL3, PMHE);
    (void)v;
    (void)index;
    set_ctlr(c, value & writable);
    return true;
}

bool cpuif_ctlr_el1_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    bool secure = v->bank == CPUIF_BANK_S;
    uint64_t mode = GIC_GET(ICC_CTLR_EL1, EOImode, value);
    uint64_t common = GIC_GET(ICC_CTLR_EL1, CBPR, value);
    uint64_t ctlr = c->s.ctlr;
    (void)index;
    ctlr = secure ? GIC_PUT(ICC_CTLR_EL3, EOImode_EL1S, ctlr, mode)
                  : GIC_PUT(ICC_CTLR_EL3, EOImode_EL1NS, ctlr, mode);
    /* P-28: with EL3 and two Security states CBPR and PMHE are EL3's, by ICC_CTLR_EL3. */
    if (!c->config.has_el3 || c->s.ds || GIC_FAULT("P-28")) {
        ctlr = secure ? GIC_PUT(ICC_CTLR_EL3, CBPR_EL1S, ctlr, common)
                      : GIC_PUT(ICC_CTLR_EL3, CBPR_EL1NS, ctlr, common);
        ctlr = GIC_PUT(ICC_CTLR_EL3, PMHE, ctlr, GIC_GET(ICC_CTLR_EL1, PMHE, value));
    }
    set_ctlr(c, ctlr);
    return true;
}

/* ---- ICC_SRE_EL1, ICC_SRE_EL2, ICC_SRE_EL3
 * ------------------------------------------------------- */

/* System registers only, no bypass: SRE, DFB and DIB are RAO/WI in all three (ID-P11). */
static uint64_t sre_fixed_bits(void)
{
    return GIC_FIELD_MASK(ICC_SRE, SRE) | GIC_FIELD_MASK(ICC_SRE, DFB) |
           GIC_FIELD_MASK(ICC_SRE, DIB);
}

uint64_t cpuif_sre_el1_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)c;
    (void)v;
    (void)index;
    return sre_fixed_bits();
}

bool cpuif_sre_el1_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    (void)c;
    (void)v;
    (void)index;
    (void)value;
    return true;
}

uint64_t cpuif_sre_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    uint8_t enable = index == 2 ? c->s.sre_enable_el2 : c->s.sre_enable_el3;
    (void)v;
    return sre_fixed_bits() | GIC_MAKE(ICC_SRE, Enable, enable);
}

bool cpuif_sre_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    uint8_t enable = (uint8_t)GIC_GET(ICC_SRE, Enable, value);
    (void)v;
    if (index == 2)
        c->s.sre_enable_el2 = enable;
    else
        c->s.sre_enable_el3 = enable;
    cpuif_derive_pe(c);
    return true;
}

/* ---- ICC_IGRPEN0_EL1, ICC_IGRPEN1_EL1, ICC_IGRPEN1_EL3
 * -------------------------------------------- */

static uint64_t group_enabled(const cpuif *c, gic_group group)
{
    return c->s.igrpen >> (unsigned)group & 1u;
}

static void enable_group(cpuif *c, gic_group group, uint64_t enable)
{
    gic_group_set bit = gic_group_bit(group);
    c->s.igrpen = (uint8_t)(enable != 0 ? c->s.igrpen | bit : c->s.igrpen & ~bit);
}

uint64_t cpuif_igrpen0_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    (void)index;
    return GIC_MAKE(ICC_IGRPEN0_EL1, Enable, group_enabled(c, GIC_GROUP_0));
}

bool cpuif_igrpen0_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    (void)v;
    (void)index;
    enable_group(c, GIC_GROUP_0, GIC_GET(ICC_IGRPEN0_EL1, Enable, value));
    cpuif_settle(c);
    return true;
}

uint64_t cpuif_igrpen1_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)index;
    return GIC_MAKE(ICC_IGRPEN1_EL1, Enable, group_enabled(c, cpuif_group1_of(v->bank)));
}

bool cpuif_igrpen1_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    (void)index;
    enable_group(c, cpuif_group1_of(v->bank), GIC_GET(ICC_IGRPEN1_EL1, Enable, value));
    cpuif_settle(c);
    return true;
}

uint64_t cpuif_igrpen1_el3_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    uint64_t value = GIC_MAKE(ICC_IGRPEN1_EL3, EnableGrp1NS, group_enabled(c, GIC_GROUP_1NS));
    (void)v;
    (void)index;
    return GIC_PUT(ICC_IGRPEN1_EL3, EnableGrp1S, value, group_enabled(c, GIC_GROUP_1S));
}

bool cpuif_igrpen1_el3_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    (void)v;
    (void)index;
    enable_group(c, GIC_GROUP_1NS, GIC_GET(ICC_IGRPEN1_EL3, EnableGrp1NS, value));
    enable_group(c, GIC_GROUP_1S, GIC_GET(ICC_IGRPEN1_EL3, EnableGrp1S, value));
    cpuif_settle(c);
    return true;
}
