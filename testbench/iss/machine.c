/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool in_ram(const machine *m, uint64_t pa, uint64_t size)
{
    const machine_config *c = &m->config;
    return pa >= c->ram_base && pa - c->ram_base + size <= c->ram_size;
}

static iss_status env_bus(const iss_bus_access *a, void *data, uint64_t *time_ps, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    machine *m = pe->machine;
    if (in_ram(m, a->pa, a->size)) {
        m->bus_accesses++;
        if (a->write) {
            memcpy(machine_ram(m, a->pa), data, a->size);
            iss_domain_stored(m->domain, pe->index, a->pa, a->size, a->secure);
        } else {
            memcpy(data, machine_ram(m, a->pa), a->size);
        }
        return ISS_OK;
    }
    if (m->config.bus)
        return m->config.bus(a, data, time_ps, pe->index, m->config.user);
    return ISS_BUS_ERROR;
}

static bool env_direct(uint64_t pa, bool secure, uint32_t rights, iss_direct *out, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    machine *m = pe->machine;
    (void)rights;
    if (m->config.no_direct || !in_ram(m, pa, 1))
        return false;
    *out = (iss_direct){.pa = m->config.ram_base,
                        .length = m->config.ram_size,
                        .host = m->ram,
                        .rights = ISS_RIGHT_READ | ISS_RIGHT_WRITE | ISS_RIGHT_EXEC};
    iss_domain_filter(m->domain, pe->index, pa, secure, out);
    return true;
}

static void env_pe_state(const gic_pe_state *state, uint64_t time_ps, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    (void)time_ps;
    pe->state = *state;
    pe->pushes++;
}

static gic_sysreg_result env_cpuif(iss_sysreg_access *a, uint64_t *time_ps, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    const machine_config *c = &pe->machine->config;
    return c->cpuif ? c->cpuif(a, time_ps, pe->index, c->user) : GIC_SYSREG_UNDEFINED;
}

static gic_sysreg_result env_timer(iss_sysreg_access *a, uint64_t *time_ps, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    const machine_config *c = &pe->machine->config;
    if (c->timer)
        return c->timer(a, time_ps, pe->index, c->user);
    if (a->reg == ISS_CNTPCT_EL0 || a->reg == ISS_CNTVCT_EL0)
        a->value = *time_ps / 16000u;
    else if (a->reg == ISS_CNTFRQ_EL0)
        a->value = 62500000u;
    else
        a->value = 0;
    return GIC_SYSREG_OK;
}

static iss_status env_dsb(uint64_t *time_ps, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    const machine_config *c = &pe->machine->config;
    return c->dsb ? c->dsb(time_ps, pe->index, c->user) : ISS_OK;
}

static void env_broadcast(const iss_dvm *op, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    iss_domain_broadcast(pe->machine->domain, pe->index, op);
}

static void env_arm(uint64_t pa, uint32_t size, bool secure, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    iss_domain_arm(pe->machine->domain, pe->index, pa, size, secure);
}

static bool env_claim(uint64_t pa, uint32_t size, bool secure, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    return iss_domain_claim(pe->machine->domain, pe->index, pa, size, secure);
}

static void env_clear(void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    iss_domain_clear(pe->machine->domain, pe->index);
}

static void env_stored(uint64_t pa, uint32_t size, bool secure, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    iss_domain_stored(pe->machine->domain, pe->index, pa, size, secure);
}

static void env_code(uint64_t pa, uint64_t length, bool secure, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    iss_domain_code(pe->machine->domain, pa, length, secure);
}

static void env_line_out(iss_line_out line, bool level, uint64_t time_ps, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    (void)line, (void)time_ps;
    pe->pmu_irq = level;
}

static void env_event(const iss_event *event, void *ctx)
{
    machine_pe *pe = (machine_pe *)ctx;
    if (pe->event_count < MACHINE_EVENTS)
        pe->events[pe->event_count++] = *event;
}

void machine_default(machine_config *config, const iss_ops *ops)
{
    memset(config, 0, sizeof *config);
    config->ops = ops;
    config->pes = 1;
    config->ram_base = 0x40000000u;
    config->ram_size = 16u << 20;
    config->iss.version = ISS_PORT_VERSION;
    config->iss.cpu = "max";
    config->iss.period_ps = 1000;
    config->iss.rvbar = config->ram_base;
    config->iss.has_el2 = true;
    config->iss.has_el3 = true;
    config->iss.gic_sysregs = 1;
    iss_cpi_default(&config->iss.cpi);
}

static bool create_pe(machine *m, uint32_t index)
{
    machine_pe *pe = &m->pe[index];
    char error[160];
    iss_env env = {.version = ISS_PORT_VERSION,
                   .ctx = pe,
                   .bus = env_bus,
                   .direct = env_direct,
                   .pe_state = env_pe_state,
                   .cpuif = env_cpuif,
                   .timer = env_timer,
                   .dsb = env_dsb,
                   .broadcast = env_broadcast,
                   .exclusive_arm = env_arm,
                   .exclusive_claim = env_claim,
                   .exclusive_clear = env_clear,
                   .store_notify = env_stored,
                   .code_cached = env_code,
                   .line_out = env_line_out,
                   .event = env_event};
    pe->machine = m;
    pe->index = index;
    m->config.iss.mpidr = index;
    pe->instance = m->config.ops->create(&m->config.iss, &env, error, sizeof error);
    if (!pe->instance) {
        (void)fprintf(stderr, "%s\n", error);
        return false;
    }
    iss_domain_attach(m->domain, index, m->config.ops, pe->instance);
    return true;
}

machine *machine_create(const machine_config *config)
{
    machine *m = (machine *)calloc(1, sizeof *m);
    if (!m || config->pes > MACHINE_MAX_PES) {
        free(m);
        return NULL;
    }
    m->config = *config;
    m->ram = (uint8_t *)calloc(1, config->ram_size);
    m->domain = iss_domain_create(config->pes);
    for (uint32_t i = 0; i < config->pes; i++)
        if (!m->ram || !m->domain || !create_pe(m, i)) {
            machine_destroy(m);
            return NULL;
        }
    return m;
}

void machine_destroy(machine *m)
{
    for (uint32_t i = 0; m && i < m->config.pes; i++)
        if (m->pe[i].instance)
            m->config.ops->destroy(m->pe[i].instance);
    if (m) {
        iss_domain_destroy(m->domain);
        free(m->ram);
    }
    free(m);
}

void *machine_ram(machine *m, uint64_t pa)
{
    return m->ram + (pa - m->config.ram_base);
}

void machine_store(machine *m, uint64_t pa, const void *data, size_t size)
{
    memcpy(machine_ram(m, pa), data, size);
    iss_domain_stored(m->domain, ISS_DOMAIN_NO_PE, pa, size, false);
}

iss_result machine_run(machine *m, uint32_t pe, uint64_t insns)
{
    iss_until until = {.time_ps = ISS_TIME_NEVER, .insns = insns};
    iss_result result;
    m->config.ops->run(m->pe[pe].instance, &until, &result);
    return result;
}
