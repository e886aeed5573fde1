/* SPDX-License-Identifier: Apache-2.0 */
#include "sgi.h"

#include <string.h>

#include "memory.h"

bool gictime_sgi_init(gictime_sgi_log *log, const gic_config *config)
{
    uint16_t pe;
    memset(log, 0, sizeof(*log));
    log->pe_count = config->pe_count;
    log->matched = GICTIME_NEW(uint64_t, (size_t)config->pe_count * GICTIME_SGIS);
    log->affinity = GICTIME_NEW(uint32_t, config->pe_count);
    if (!log->matched || !log->affinity)
        return false;
    for (pe = 0; pe < config->pe_count; pe++)
        log->affinity[pe] = gic_config_affinity(config, pe);
    return true;
}

void gictime_sgi_free(gictime_sgi_log *log)
{
    free(log->matched);
    free(log->affinity);
    memset(log, 0, sizeof(*log));
}

void gictime_sgi_written(gictime_sgi_log *log, uint16_t sender, uint32_t intid, uint64_t arg,
                         uint64_t time_ps)
{
    gictime_sgi_write *w;
    if (intid >= GICTIME_SGIS)
        return;
    w = &log->write[intid][log->written[intid]++ % GICTIME_SGI_WRITES];
    w->time_ps = time_ps;
    w->sgi = gic_sgi_unpack(arg);
    w->sender = sender;
}

static bool names(const gictime_sgi_write *w, uint16_t pe, uint32_t affinity)
{
    unsigned aff0 = affinity & 0xFFu;
    if (w->sgi.all_but_self)
        return pe != w->sender;
    return w->sgi.cluster == affinity >> 8 && w->sgi.range == aff0 / 16u &&
           (w->sgi.target_list >> (aff0 % 16u) & 1u);
}

const gictime_sgi_write *gictime_sgi_match(gictime_sgi_log *log, uint16_t pe, uint32_t intid,
                                           uint64_t oldest_ps)
{
    uint64_t end, serial;
    uint64_t *matched;
    if (intid >= GICTIME_SGIS || pe >= log->pe_count)
        return NULL;
    matched = &log->matched[(size_t)pe * GICTIME_SGIS + intid];
    end = log->written[intid];
    serial = *matched;
    if (end - serial > GICTIME_SGI_WRITES)
        serial = end - GICTIME_SGI_WRITES;
    for (; serial < end; serial++) {
        const gictime_sgi_write *w = &log->write[intid][serial % GICTIME_SGI_WRITES];
        if (w->time_ps < oldest_ps || !names(w, pe, log->affinity[pe]))
            continue;
        *matched = serial + 1u;
        return w;
    }
    return NULL;
}
