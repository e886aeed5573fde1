/* SPDX-License-Identifier: Apache-2.0 */
/* The reference GIC: what is pending, and which PE it may go to. */
#include "ref_gic.h"

#include <string.h>

/* ---- build and reset ------------------------------------------------------------------------ */

static void reset_irq(ref_irq *irq)
{
    ref_irq old = *irq;
    memset(irq, 0, sizeof *irq);
    irq->exists = old.exists;
    irq->shared = old.shared;
    irq->intid = old.intid;
    irq->wire = old.wire;
}

void ref_gic_reset_pe(ref_gic *g, int pe)
{
    ref_pe *p = &g->pe[pe];
    gic_pe_state state = p->cpu.pe;
    bool one_state = p->cpu.one_state;
    ref_cpuif_reset(&p->cpu, &g->config);
    p->cpu.pe = state;
    p->cpu.one_state = one_state;
    p->pmhe = false;
    p->sre_el2_enable = false;
    p->sre_el3_enable = false;
    ref_virtual_reset(&p->v, &g->config);
    ref_gic_maintain(g, pe);
}

static void reset_redistributor(ref_gic *g, int pe)
{
    ref_pe *p = &g->pe[pe];
    p->sleeping = true;
    memset(p->dpg, 0, sizeof p->dpg);
    for (uint32_t intid = 0; intid < REF_PRIVATE; intid++) {
        reset_irq(&p->irq[intid]);
        p->irq[intid].edge = intid < 16; /* S-05 */
    }
    p->lpis_on = false;
    p->propbaser = 0;
    p->pendbaser = 0;
    p->ptz = false;
    memset(p->lpi_pending, 0, sizeof p->lpi_pending);
}

void ref_gic_reset(ref_gic *g)
{
    g->ds = !g->config.two_security_states;
    memset(g->group_enabled, 0, sizeof g->group_enabled);
    g->e1nwf = false;
    for (uint32_t intid = 0; intid < REF_SHARED; intid++)
        reset_irq(&g->spi[intid]);
    for (int pe = 0; pe < g->config.pe_count; pe++) {
        reset_redistributor(g, pe);
        ref_gic_reset_pe(g, pe);
        g->pe[pe].cpu.one_state = g->ds;
    }
}

static void init_pe(ref_gic *g, int pe)
{
    ref_pe *p = &g->pe[pe];
    for (uint32_t intid = 0; intid < REF_PRIVATE; intid++) {
        p->irq[intid].exists = gic_config_has_private(&g->config, intid);
        p->irq[intid].intid = intid;
    }
    p->affinity = gic_config_affinity(&g->config, (unsigned)pe);
    p->cpu_active = true;
    p->last = pe == g->config.pe_count - 1;
    p->cpu.pe.el = 1;
    p->cpu.pe.scr_ns = true;
}

void ref_gic_init(ref_gic *g, const gic_config *config)
{
    memset(g, 0, sizeof *g);
    g->config = *config;
    for (uint32_t intid = 0; intid < REF_SHARED; intid++) {
        g->spi[intid].exists = gic_config_has_shared(config, intid);
        g->spi[intid].shared = true;
        g->spi[intid].intid = intid;
        if (g->spi[intid].exists || gic_config_has_private(config, intid))
            g->intid[g->intids++] = intid;
    }
    for (int pe = 0; pe < config->pe_count; pe++)
        init_pe(g, pe);
    ref_gic_reset(g);
}

/* ---- one interrupt -------------------------------------------------------------------------- */

ref_irq *ref_gic_find(ref_gic *g, int pe, uint32_t intid)
{
    if (intid < REF_PRIVATE && g->pe[pe].irq[intid].exists)
        return &g->pe[pe].irq[intid];
    if (intid < REF_SHARED && g->spi[intid].exists)
        return &g->spi[intid];
    return NULL;
}

/* D-21 */
gic_group ref_gic_group(const ref_gic *g, const ref_irq *irq)
{
    if (irq->igroup)
        return GIC_GROUP_1NS;
    return irq->igrpmod && !g->ds ? GIC_GROUP_1S : GIC_GROUP_0;
}

/* N-08 */
bool ref_gic_nmi(const ref_gic *g, const ref_irq *irq)
{
    return irq->inmir && ref_gic_group(g, irq) != GIC_GROUP_0;
}

/* N-06 */
int ref_gic_priority(const ref_gic *g, const ref_irq *irq)
{
    if (!ref_gic_nmi(g, irq))
        return irq->priority;
    return ref_gic_group(g, irq) == GIC_GROUP_1NS && !g->ds ? 128 : 0;
}

/* D-05, D-13 */
bool ref_gic_pending(const ref_irq *irq)
{
    return irq->latch || (!irq->edge && (irq->wire || irq->message));
}

/* D-08: a rising edge is remembered. */
static void move_wire(ref_irq *irq, bool level)
{
    if (irq->edge && level && !irq->wire)
        irq->latch = true;
    irq->wire = level;
}

void ref_gic_maintain(ref_gic *g, int pe)
{
    ref_pe *p = &g->pe[pe];
    p->v.secure = g->config.has_el3 && !p->cpu.pe.scr_ns;
    move_wire(&p->irq[25], p->maintenance_input || ref_virtual_maintenance(&p->v));
}

void ref_gic_wire(ref_gic *g, int pe, uint32_t intid, bool level)
{
    ref_irq *irq = ref_gic_find(g, pe, intid);
    if (irq == NULL || intid < 16)
        return;
    if (intid == 25) {
        g->pe[pe].maintenance_input = level;
        ref_gic_maintain(g, pe);
    } else {
        move_wire(irq, level);
    }
}

void ref_gic_use_lpi(ref_gic *g, uint32_t intid)
{
    g->lpi[g->lpis++] = intid;
}

/* GICR_PROPBASER.IDbits and GICD_TYPER.IDbits, the smaller of the two. */
static bool lpi_exists(const ref_gic *g, int pe, uint32_t intid)
{
    uint32_t bits = (uint32_t)(g->pe[pe].propbaser & 0x1F) + 1;
    if (bits > g->config.lpi_bits)
        bits = g->config.lpi_bits;
    return intid >= REF_LPI_FIRST && intid < REF_LPI_END && intid < UINT32_C(1) << bits;
}

void ref_gic_lpi(ref_gic *g, int pe, uint32_t intid, bool pending)
{
    if (g->pe[pe].lpis_on && lpi_exists(g, pe, intid))
        g->pe[pe].lpi_pending[intid - REF_LPI_FIRST] = pending;
}

/* Every gate but those of the CPU interface: P-19, D-09. */
static bool deliverable(const ref_gic *g, const ref_irq *irq)
{
    return irq->exists && ref_gic_pending(irq) && irq->enabled && !irq->active &&
           g->group_enabled[ref_gic_group(g, irq)];
}

/* ---- one LPI -------------------------------------------------------------------------------- */

/* */
static gic_group lpi_group(void)
{
    return GIC_GROUP_1NS;
}

static int lpi_priority(const ref_gic *g, uint32_t intid)
{
    int priority = g->lpi_config[intid - REF_LPI_FIRST] / 4 * 4;
    if (!g->ds)
        priority = 128 + priority / 2;
    while (priority % (256 >> g->config.priority_bits) != 0)
        priority--;
    return priority;
}

static bool lpi_deliverable(const ref_gic *g, int pe, uint32_t intid)
{
    return g->pe[pe].lpis_on && lpi_exists(g, pe, intid) &&
           g->pe[pe].lpi_pending[intid - REF_LPI_FIRST] &&
           g->lpi_config[intid - REF_LPI_FIRST] % 2 == 1 && g->group_enabled[lpi_group()];
}

/* ---- routing -------------------------------------------------------------------------------- */

static bool one_of_n(const ref_irq *irq)
{
    return irq->shared && (irq->route >> 31 & 1) != 0;
}

/* Aff3 in [39:32], Aff2.Aff1.Aff0 in [23:0]. */
static bool routed_to(const ref_gic *g, const ref_irq *irq, int pe)
{
    uint32_t affinity = (uint32_t)(irq->route >> 32 & 0xFF) << 24 | (irq->route & 0xFFFFFF);
    return !irq->shared || (!one_of_n(irq) && affinity == g->pe[pe].affinity);
}

static bool igrpen(const ref_pe *p, gic_group group)
{
    if (group == GIC_GROUP_0)
        return p->cpu.enable_0;
    return group == GIC_GROUP_1S ? p->cpu.enable_1s : p->cpu.enable_1ns;
}

/* D-12, R-13, ID-S05: takes part in the distribution of 1-of-N interrupts. */
static bool participates(const ref_pe *p, gic_group group)
{
    return !p->sleeping && igrpen(p, group) && !p->dpg[group] && p->cpu_active;
}

/* ID-P16, ID-D06: its mask hint hides it; N-06: an NMI only in the half below it. */
static bool hidden(const ref_gic *g, const ref_pe *p, const ref_irq *irq)
{
    int priority = ref_gic_priority(g, irq);
    return p->pmhe && (ref_gic_nmi(g, irq) ? p->cpu.pmr < priority : p->cpu.pmr <= priority);
}

static int participants(const ref_gic *g, gic_group group)
{
    int count = 0;
    for (int pe = 0; pe < g->config.pe_count; pe++)
        count += participates(&g->pe[pe], group) ? 1 : 0;
    return count;
}

/* ---- what a PE is presented with ------------------------------------------------------------ */

/* Priority and group of something presented, and whether it is an NMI; false when it is no
 * interrupt of this PE. */
static bool look_up(ref_gic *g, int pe, uint32_t intid, int *priority, gic_group *group, bool *nmi)
{
    const ref_irq *irq;
    *nmi = false;
    if (intid >= REF_LPI_FIRST && intid < REF_LPI_END) {
        *priority = lpi_priority(g, intid);
        *group = lpi_group();
        return true;
    }
    irq = ref_gic_find(g, pe, intid);
    if (irq == NULL)
        return false;
    *priority = ref_gic_priority(g, irq);
    *group = ref_gic_group(g, irq);
    *nmi = ref_gic_nmi(g, irq);
    return true;
}

/* N-01: how urgent it is, an NMI before what is none; 512: it is not there. */
static int rank(ref_gic *g, int pe, uint32_t intid)
{
    int priority = 0;
    gic_group group;
    bool nmi;
    if (!look_up(g, pe, intid, &priority, &group, &nmi))
        return 512;
    return nmi ? 2 * priority : 2 * priority + 1;
}

/* P-20: lower priority value, then lower INTID. */
static bool better(ref_gic *g, int pe, uint32_t a, uint32_t b)
{
    if (a == REF_NONE || b == REF_NONE)
        return b == REF_NONE && a != REF_NONE;
    return rank(g, pe, a) < rank(g, pe, b) || (rank(g, pe, a) == rank(g, pe, b) && a < b);
}

static bool is_for(ref_gic *g, int pe, uint32_t intid)
{
    const ref_irq *irq = ref_gic_find(g, pe, intid);
    return irq != NULL && deliverable(g, irq) && routed_to(g, irq, pe);
}

uint32_t ref_gic_directed(ref_gic *g, int pe)
{
    const ref_pe *p = &g->pe[pe];
    uint32_t best = REF_NONE;
    if (p->sleeping)
        return best;
    for (int i = 0; i < g->intids; i++)
        if (is_for(g, pe, g->intid[i]) &&
            igrpen(p, ref_gic_group(g, ref_gic_find(g, pe, g->intid[i]))) &&
            better(g, pe, g->intid[i], best))
            best = g->intid[i];
    for (int i = 0; i < g->lpis; i++)
        if (lpi_deliverable(g, pe, g->lpi[i]) && igrpen(p, lpi_group()) &&
            better(g, pe, g->lpi[i], best))
            best = g->lpi[i];
    return best;
}

static bool may_take_1ofn(ref_gic *g, int pe, uint32_t intid)
{
    const ref_irq *irq = intid < REF_SHARED ? &g->spi[intid] : NULL;
    return irq != NULL && one_of_n(irq) && deliverable(g, irq) &&
           participates(&g->pe[pe], ref_gic_group(g, irq));
}

static bool as_urgent(ref_gic *g, int pe, uint32_t a, uint32_t b)
{
    return rank(g, pe, a) <= rank(g, pe, b);
}

/* A deliverable 1-of-N interrupt that nobody is presented with waits behind what is as urgent: it
 * displaces only what is less so (ID-D06). */
static bool waits_rightly(ref_gic *g, uint32_t intid, const uint32_t *presented)
{
    gic_group group = ref_gic_group(g, &g->spi[intid]);
    bool wanted = false;
    for (int pe = 0; pe < g->config.pe_count; pe++) {
        if (!participates(&g->pe[pe], group) || hidden(g, &g->pe[pe], &g->spi[intid]))
            continue;
        wanted = true;
        if (as_urgent(g, pe, presented[pe], intid))
            return true;
    }
    return !wanted;
}

static int count_presented(const ref_gic *g, uint32_t intid, const uint32_t *presented)
{
    int count = 0;
    for (int pe = 0; pe < g->config.pe_count; pe++)
        count += presented[pe] == intid ? 1 : 0;
    return count;
}

static const char *check_1ofn(ref_gic *g, const uint32_t *presented)
{
    for (int i = 0; i < g->intids; i++) {
        uint32_t intid = g->intid[i];
        const ref_irq *irq = &g->spi[intid];
        int count = irq->exists ? count_presented(g, intid, presented) : 0;
        if (count > 1)
            return "an SPI is presented to two PEs";
        if (count == 0 && one_of_n(irq) && deliverable(g, irq) &&
            !waits_rightly(g, intid, presented))
            return "a 1-of-N interrupt is presented to nobody, though a PE could take it";
    }
    return NULL;
}

static const char *check_presented(ref_gic *g, int pe, uint32_t intid)
{
    uint32_t directed = ref_gic_directed(g, pe);
    if (intid == directed)
        return NULL;
    if (intid == REF_NONE)
        return "a PE is presented with nothing, though something is pending for it";
    if (!may_take_1ofn(g, pe, intid))
        return "a PE is presented with what is not for it, or not with the most urgent";
    if (better(g, pe, directed, intid))
        return "a PE is presented with a 1-of-N interrupt before a more urgent one of its own";
    return NULL;
}

const char *ref_gic_present(ref_gic *g, const uint32_t *presented)
{
    for (int pe = 0; pe < g->config.pe_count; pe++) {
        ref_cpuif *cpu = &g->pe[pe].cpu;
        const char *wrong = check_presented(g, pe, presented[pe]);
        if (wrong != NULL)
            return wrong;
        cpu->pending = presented[pe] != REF_NONE;
        cpu->pending_intid = (int)presented[pe];
        if (cpu->pending)
            look_up(g, pe, presented[pe], &cpu->pending_priority, &cpu->pending_group,
                    &cpu->pending_nmi);
    }
    return check_1ofn(g, presented);
}

/* ---- wake request --------------------------------------------------------------------------- */

/* ID-R01: ICC_IGRPEN does not count. */
static bool has_something(ref_gic *g, int pe)
{
    for (int i = 0; i < g->intids; i++)
        if (is_for(g, pe, g->intid[i]))
            return true;
    for (int i = 0; i < g->lpis; i++)
        if (lpi_deliverable(g, pe, g->lpi[i]))
            return true;
    return false;
}

/* D-12: with E1NWF a sleeping PE is woken for what no other may take. */
static bool wakes_for(const ref_gic *g, int pe, const ref_irq *irq)
{
    gic_group group = ref_gic_group(g, irq);
    const ref_pe *p = &g->pe[pe];
    return g->e1nwf && one_of_n(irq) && deliverable(g, irq) && participants(g, group) == 0 &&
           p->sleeping && !p->dpg[group] && p->cpu_active && !hidden(g, p, irq);
}

const char *ref_gic_check_wake(ref_gic *g, const bool *wake_request)
{
    for (int pe = 0; pe < g->config.pe_count; pe++) {
        bool must = g->pe[pe].sleeping && has_something(g, pe);
        bool may = must;
        for (int i = 0; i < g->intids; i++)
            may = may || wakes_for(g, pe, &g->spi[g->intid[i]]);
        if (must && !wake_request[pe])
            return "a sleeping PE has something pending and is not asked to wake";
        if (!may && wake_request[pe])
            return "a PE is asked to wake for nothing";
    }
    for (int i = 0; i < g->intids; i++) {
        bool wanted = false;
        bool asked = false;
        for (int pe = 0; pe < g->config.pe_count; pe++) {
            wanted = wanted || wakes_for(g, pe, &g->spi[g->intid[i]]);
            asked = asked || wake_request[pe];
        }
        if (wanted && !asked)
            return "no sleeping PE is asked to wake for a 1-of-N interrupt";
    }
    return NULL;
}
