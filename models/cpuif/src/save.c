/* SPDX-License-Identifier: Apache-2.0 */
/* Save and load of the state. What is loaded is checked: a file is untrusted input. */
#include "gic/save.h"

#include "internal.h"

enum {
    SAVE_MAGIC = 0x46495043, /* "CPIF" */
    SAVE_VERSION = 3
};

/* What of the configuration has to be equal, and the state. */
typedef struct saved {
    uint16_t pe;
    uint8_t priority_bits;
    uint8_t preemption_bits;
    uint8_t two_security_states;
    uint8_t has_el2;
    uint8_t has_el3;
    uint8_t list_registers;
    uint8_t virtual_priority_bits;
    uint8_t virtual_preemption_bits;
    uint8_t id_bits;
    uint8_t gicv2;
    uint8_t nmi;
    uint8_t zero[3];
    cpuif_state state;
} saved;

GIC_STATIC_ASSERT(sizeof(saved) == 16 + sizeof(cpuif_state), "no hidden padding");
GIC_STATIC_ASSERT(sizeof(gic_pe_state) == 12, "every member of gic_pe_state is one byte");

static void fill(const cpuif *c, saved *s)
{
    memset(s, 0, sizeof *s);
    s->pe = c->pe;
    s->priority_bits = c->config.priority_bits;
    s->preemption_bits = c->config.preemption_bits;
    s->two_security_states = c->config.two_security_states;
    s->has_el2 = c->config.has_el2;
    s->has_el3 = c->config.has_el3;
    s->gicv2 = c->config.gicv2;
    s->list_registers = c->d.v.count;
    s->virtual_priority_bits = c->config.virtual_priority_bits;
    s->virtual_preemption_bits = c->config.virtual_preemption_bits;
    s->id_bits = (uint8_t)cpuif_id_bits(&c->config);
    s->nmi = c->config.nmi;
    s->state = c->s;
    if (GIC_FAULT("N-02c"))
        memset(s->state.ap, 0, sizeof s->state.ap);
    if (GIC_FAULT("N-07e"))
        s->state.ap_nmi = 0;
    if (GIC_FAULT("N-02d"))
        s->state.v.ap[1][0] = 0;
}

/* The PE state as raw bytes: a bool that is neither 0 nor 1 must not be looked at as a bool. */
static bool pe_state_is_valid(const unsigned char *raw)
{
    if (raw[offsetof(gic_pe_state, el)] > 3)
        return false;
    for (size_t i = offsetof(gic_pe_state, scr_ns); i < offsetof(gic_pe_state, sctlr_nmi); i++)
        if (raw[i] > 1)
            return false;
    return true;
}

static bool priorities_are_valid(const cpuif *c, const cpuif_state *s)
{
    unsigned words = cpuif_ap_count(c->config.preemption_bits);
    for (unsigned g = 0; g < GIC_GROUP_COUNT; g++) {
        if (s->bpr[g] > CPUIF_BPR_MAX || s->bpr[g] < cpuif_minimum_bpr(&c->config, (gic_group)g))
            return false;
        for (unsigned n = words; n < CPUIF_AP_WORDS; n++)
            if (s->ap[g][n] != 0)
                return false;
    }
    return true;
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Of the virtual CPU interface: nothing is set that software cannot set. */
static bool virtual_is_valid(const cpuif *c, const cpuif_virtual *v)
{
    const unsigned words = cpuif_ap_count(c->config.virtual_preemption_bits);
    for (unsigned n = 0; n < CPUIF_LR_MOST; n++)
        if ((v->lr[n] & ~(n < c->d.v.count ? cpuif_lr_mask(&c->config) : 0)) != 0)
            return false;
    for (unsigned n = 0; n < CPUIF_AP_WORDS; n++) {
        const uint32_t mask = n < words ? cpuif_ap_bits(c->config.virtual_preemption_bits) : 0;
        if (((v->ap[0][n] | v->ap[1][n]) & ~mask) != 0)
            return false;
    }
    /* The lowest binary points are those of Secure state. */
    return (v->hcr & ~cpuif_hcr_mask()) == 0 &&
           v->vmcr == cpuif_clean_vmcr(&c->config, v->vmcr, CPUIF_BANK_S) &&
           v->ap_nmi <= c->config.nmi && is_zero(v->zero, sizeof v->zero);
}

static bool flags_are_valid(const cpuif *c, const cpuif_state *s)
{
    const uint64_t gicc = c->config.gicv2 ? gicc_kept_bits() : 0;
    const unsigned legacy = c->config.gicv2 ? 1u << GIC_LINE_IRQ | 1u << GIC_LINE_FIQ : 0;
    const unsigned lines = 1u << GIC_LINE_IRQ | 1u << GIC_LINE_FIQ | 1u << GIC_LINE_NMI;
    return (s->held.valid | s->sre_enable_el2 | s->sre_enable_el3 | s->ds | s->quiesced) <= 1 &&
           s->held.group < GIC_GROUP_COUNT && s->igrpen <= GIC_GROUPS_ALL &&
           s->sent_groups <= GIC_GROUPS_ALL && (s->lines & ~lines) == 0 && (s->gicc & ~gicc) == 0 &&
           (s->legacy & ~legacy) == 0;
}

/* N-08: NMIs are of Group 1, with the priority of their group, and only where there are any. */
static bool nmis_are_valid(const cpuif *c, const cpuif_state *s)
{
    const gic_group_set group1 = gic_group_bit(GIC_GROUP_1S) | gic_group_bit(GIC_GROUP_1NS);
    if (!c->config.nmi)
        return (s->held.nmi | s->ap_nmi) == 0;
    return s->held.nmi <= (s->held.group != GIC_GROUP_0) && (s->ap_nmi & ~group1) == 0;
}

static bool credits_are_valid(const cpuif_state *s)
{
    return s->open_activate <= GIC_CREDIT_ACTIVATE && s->open_deactivate <= GIC_CREDIT_DEACTIVATE &&
           s->open_sgi <= GIC_CREDIT_GENERATE_SGI &&
           s->open_upstream <= GIC_CREDIT_UPSTREAM_CONTROL;
}

static void adopt(cpuif *c, const cpuif_state *s)
{
    c->s = *s;
    cpuif_derive_pe(c);
    cpuif_derive_priorities(c);
    cpuif_derive_virtual_priorities(c);
    cpuif_derive_list_registers(c);
}

size_t cpuif_save_size(const cpuif *c)
{
    (void)c;
    return sizeof(gic_save_header) + sizeof(saved);
}

size_t cpuif_save(const cpuif *c, void *out)
{
    saved s;
    fill(c, &s);
    return gic_save_block(out, SAVE_MAGIC, SAVE_VERSION, &s, sizeof s);
}

bool cpuif_load(cpuif *c, const void *in, size_t length)
{
    saved now;
    saved loaded;
    cpuif_state before = c->s;
    unsigned char pe[sizeof(gic_pe_state)];
    fill(c, &now);
    if (!gic_load_block(in, length, SAVE_MAGIC, SAVE_VERSION, &loaded, sizeof loaded) ||
        memcmp(&now, &loaded, offsetof(saved, state)) != 0)
        return false;
    memcpy(pe, &loaded.state.pe, sizeof pe);
    if (!pe_state_is_valid(pe) || !priorities_are_valid(c, &loaded.state) ||
        !flags_are_valid(c, &loaded.state) || !credits_are_valid(&loaded.state) ||
        !nmis_are_valid(c, &loaded.state) || !virtual_is_valid(c, &loaded.state.v) ||
        !is_zero(loaded.state.zero, sizeof loaded.state.zero))
        return false;
    adopt(c, &loaded.state);
    if (cpuif_lines_are(c, cpuif_wanted_lines(c)) && c->s.passed == gicc_wanted_bypass(c) &&
        c->s.v.lines == cpuif_wanted_virtual_lines(c))
        return true;
    adopt(c, &before);
    return false;
}
