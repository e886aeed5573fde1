/* SPDX-License-Identifier: Apache-2.0 */
/* The EL3 monitor: Group 0 interrupts, world switches, services for the normal world. */
#include "fw/asm.h"
#include "fw/io.h"
#include "fw/irq.h"
#include "fw/pe.h"
#include "fw/world.h"

_Static_assert(offsetof(struct world_context, sp_el0) == CTX_SP_EL0, "CTX_SP_EL0");
_Static_assert(offsetof(struct world_context, elr) == CTX_ELR, "CTX_ELR");
_Static_assert(offsetof(struct world_context, scr) == CTX_SCR, "CTX_SCR");
_Static_assert(offsetof(struct world_context, sctlr) == CTX_SCTLR, "CTX_SCTLR");
_Static_assert(offsetof(struct world_context, cntkctl) == CTX_CNTKCTL, "CTX_CNTKCTL");
_Static_assert(sizeof(struct world_context) == CTX_SIZE, "CTX_SIZE");

/** The monitor's view of one PE. */
struct monitor {
    struct world_context ns, secure;
    uint64_t entry_stamp;
    uint32_t ns_in_call; /**< The normal world waits for an SMC_SECURE_CALL. */
    uint32_t group0, switches;
    uint32_t disturbed; /**< EL3 was entered from an interrupt vector of EL1. */
    uint32_t expected;  /**< The Secure world was entered for an interrupt, not taken yet. */
    uint32_t pad;
};

static struct monitor monitors[FW_MAX_PES] __attribute__((aligned(64)));

#define VECTORS_SIZE 0x800

extern char stacks_el3[], stacks_ns[], stacks_s[], vectors_el3[], vectors_ns[], vectors_s[];
extern void ns_entry(void);

static struct monitor *monitor_of_self(void)
{
    return &monitors[pe_self()];
}

#define SAVE(c, field, reg) (c)->field = read_sysreg(reg)
#define LOAD(c, field, reg) write_sysreg(reg, (c)->field)
/** EL1's registers: one bank in the PE, two worlds. */
#define WORLD_REGISTERS(DO, c)         \
    DO(c, sp_el1, sp_el1);             \
    DO(c, sctlr, sctlr_el1);           \
    DO(c, tcr, tcr_el1);               \
    DO(c, ttbr0, ttbr0_el1);           \
    DO(c, ttbr1, ttbr1_el1);           \
    DO(c, mair, mair_el1);             \
    DO(c, amair, amair_el1);           \
    DO(c, vbar, vbar_el1);             \
    DO(c, cpacr, cpacr_el1);           \
    DO(c, contextidr, contextidr_el1); \
    DO(c, elr_el1, elr_el1);           \
    DO(c, spsr_el1, spsr_el1);         \
    DO(c, esr_el1, esr_el1);           \
    DO(c, far_el1, far_el1);           \
    DO(c, tpidr_el0, tpidr_el0);       \
    DO(c, tpidrro_el0, tpidrro_el0);   \
    DO(c, tpidr_el1, tpidr_el1);       \
    DO(c, par, par_el1);               \
    DO(c, cntkctl, cntkctl_el1)

static void world_save(struct world_context *c)
{
    WORLD_REGISTERS(SAVE, c);
}

static void world_load(const struct world_context *c)
{
    WORLD_REGISTERS(LOAD, c);
    isb();
}

static struct world_context *switch_to(struct monitor *m, struct world_context *from,
                                       struct world_context *to)
{
    m->switches++;
    world_save(from);
    world_load(to);
    return to;
}

/** The Secure world takes over: its Group 1 interrupt, or a call. */
static struct world_context *enter_secure(struct monitor *m)
{
    return switch_to(m, &m->ns, &m->secure);
}

/** Back to the normal world; when it waits in a call, the call returns `result`. */
static struct world_context *enter_ns(struct monitor *m, uint64_t result)
{
    if (m->ns_in_call) {
        m->ns_in_call = 0;
        m->ns.x[0] = result;
    } else {
        m->ns.elr = idle_fix_pc(m->ns.elr);
    }
    return switch_to(m, &m->secure, &m->ns);
}

static void service_irq_setup(const struct irq_setup *s)
{
    gic_irq_disable(s->slot, s->intid);
    gic_irq_group(s->slot, s->intid, s->group);
    if (s->intid >= 16) {
        gic_irq_edge(s->slot, s->intid, s->edge);
    }
    if (s->intid >= 32) {
        gic_irq_route(s->intid, s->slot);
    }
    gic_irq_clear_pending(s->slot, s->intid);
    if (s->enable) {
        gic_irq_enable(s->slot, s->intid, s->priority);
    }
    dsb_sy();
}

/** Services that stay in EL3 and return to the caller at once. @return x0. */
static uint64_t service(const struct world_context *ns)
{
    switch (ns->x[0]) {
    case SMC_IRQ_SETUP:
        service_irq_setup((const struct irq_setup *)ns->x[1]);
        return SMC_DONE;
    case SMC_SGI0:
        write_sysreg(icc_sgi0r_el1, ns->x[1]);
        isb();
        return SMC_DONE;
    case SMC_PEND:
        gic_irq_set_pending((unsigned)ns->x[2], (uint32_t)ns->x[1]);
        return SMC_DONE;
    case SMC_NOTHING:
        return SMC_DONE;
    default:
        return SMC_UNKNOWN;
    }
}

static struct world_context *ns_smc(struct monitor *m)
{
    uint64_t function = m->ns.x[0];
    if (function == SMC_SECURE_CALL) {
        m->ns_in_call = 1;
        return enter_secure(m);
    }
    m->ns.x[0] = service(&m->ns);
    return &m->ns;
}

static struct world_context *secure_smc(struct monitor *m)
{
    uint64_t function = m->secure.x[0];
    if (function == SMC_SECURE_IRQ_DONE && m->ns_in_call) {
        return &m->secure; /* the interrupt came during a call: go on with it */
    }
    if (m->expected) {
        return &m->secure; /* this ends what the interrupt to come has found unfinished */
    }
    if (function == SMC_SECURE_IRQ_DONE || function == SMC_SECURE_IDLE) {
        return enter_ns(m, SMC_DONE);
    }
    m->secure.x[0] = SMC_UNKNOWN;
    return &m->secure;
}

struct world_context *monitor_smc(struct world_context *running, uint64_t esr)
{
    struct monitor *m = monitor_of_self();
    if (ESR_EC(esr) != ESR_EC_SMC64) {
        trap_unexpected(24, esr, running->elr, read_sysreg(far_el3));
    }
    return running == &m->ns ? ns_smc(m) : secure_smc(m);
}

static bool in_vectors(uint64_t pc, const char *vectors)
{
    return pc - (uint64_t)vectors < VECTORS_SIZE;
}

struct world_context *monitor_fiq(struct world_context *running, uint64_t stamp)
{
    struct monitor *m = monitor_of_self();
    uint32_t intid = (uint32_t)read_sysreg(icc_iar0_el1) & 0xffffff;
    uint64_t acknowledge = cycles();

    if (in_vectors(running->elr, vectors_ns) || in_vectors(running->elr, vectors_s)) {
        m->disturbed = 1;
    }
    if (intid == INTID_SECURE_PENDING && running == &m->ns) {
        m->entry_stamp = stamp;
        m->expected = 1;
        return enter_secure(m);
    }
    if (intid == INTID_NONSECURE_PENDING && running == &m->secure) {
        m->entry_stamp = stamp;
        return enter_ns(m, SMC_PREEMPTED);
    }
    if (intid < INTID_SECURE_PENDING) {
        m->group0++;
        irq_group0(pe_self(), intid, stamp, acknowledge);
    }
    if (running == &m->ns) {
        running->elr = idle_fix_pc(running->elr);
    }
    return running;
}

static void context_init(struct world_context *c, void (*entry)(void), unsigned slot, char *stacks,
                         uint64_t scr)
{
    c->x[0] = slot;
    c->x[1] = 3;
    c->elr = (uint64_t)entry;
    c->spsr = SPSR_EL1H | SPSR_DAIF;
    c->scr = scr | SCR_RES1 | SCR_RW | SCR_FIQ | SCR_ST;
    c->sctlr = SCTLR_EL1_RES1;
    c->sp_el1 = (uint64_t)stacks + FW_STACK_SIZE * (slot + 1);
}

/** Where the assembler stores the time of leaving EL3: the word above the monitor's stack. */
static uint64_t exit_slot(unsigned slot)
{
    return (uint64_t)stacks_el3 + FW_STACK_SIZE * (slot + 1) - 8;
}

void monitor_start(unsigned slot)
{
    struct monitor *m = &monitors[slot];
    write_sysreg(vbar_el3, (uint64_t)vectors_el3);
    context_init(&m->ns, ns_entry, slot, stacks_ns, SCR_NS);
    context_init(&m->secure, (void (*)(void))secure_main, slot, stacks_s, 0);
    world_load(&m->secure);
    monitor_enter(&m->secure, exit_slot(slot) - 8);
}

uint64_t monitor_take_entry_stamp(unsigned slot)
{
    uint64_t stamp = monitors[slot].entry_stamp;
    monitors[slot].entry_stamp = 0;
    return stamp;
}

bool monitor_interrupt_expected(unsigned slot)
{
    return __atomic_load_n(&monitors[slot].expected, __ATOMIC_RELAXED) != 0;
}

void monitor_interrupt_taken(unsigned slot)
{
    __atomic_store_n(&monitors[slot].expected, 0, __ATOMIC_RELAXED);
}

bool monitor_take_disturbed(unsigned slot)
{
    bool disturbed = monitors[slot].disturbed != 0;
    monitors[slot].disturbed = 0;
    return disturbed;
}

uint64_t monitor_exit_stamp(unsigned slot)
{
    return *(volatile uint64_t *)exit_slot(slot);
}

uint32_t monitor_group0_count(unsigned slot)
{
    return monitors[slot].group0;
}

uint32_t monitor_switch_count(unsigned slot)
{
    return monitors[slot].switches;
}
