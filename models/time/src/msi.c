/* SPDX-License-Identifier: Apache-2.0 */
#include "msi.h"

#include <string.h>

#include "memory.h"

static uint32_t chain_of(uint64_t event)
{
    event *= UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(event >> 40) % GICTIME_MSIS;
}

bool gictime_msi_init(gictime_msi_log *log)
{
    memset(log, 0, sizeof(*log));
    log->msi = GICTIME_NEW(gictime_msi, GICTIME_MSIS);
    log->first = GICTIME_NEW(uint16_t, GICTIME_MSIS);
    log->last = GICTIME_NEW(uint16_t, GICTIME_MSIS);
    return log->msi && log->first && log->last;
}

void gictime_msi_free(gictime_msi_log *log)
{
    free(log->msi);
    free(log->first);
    free(log->last);
    memset(log, 0, sizeof(*log));
}

/* Takes MSI @p index, which follows @p before (index + 1; 0: it is the first), out of its chain. */
static void forget(gictime_msi_log *log, uint32_t index, uint16_t before)
{
    gictime_msi *m = &log->msi[index];
    uint32_t chain = chain_of(m->event);
    if (before)
        log->msi[before - 1u].next = m->next;
    else
        log->first[chain] = m->next;
    if (log->last[chain] == index + 1u)
        log->last[chain] = before;
    m->used = false;
    log->used--;
}

void gictime_msi_written(gictime_msi_log *log, uint64_t event, uint64_t time_ps)
{
    uint32_t chain = chain_of(event), index = log->at;
    gictime_msi *m = &log->msi[index];
    if (m->used) /* The oldest of all, so the first of its chain. */
        forget(log, index, 0);
    m->time_ps = time_ps;
    m->event = event;
    m->next = 0;
    m->used = true;
    if (log->last[chain])
        log->msi[log->last[chain] - 1u].next = (uint16_t)(index + 1u);
    else
        log->first[chain] = (uint16_t)(index + 1u);
    log->last[chain] = (uint16_t)(index + 1u);
    log->at = (index + 1u) % GICTIME_MSIS;
    log->used++;
}

uint64_t gictime_msi_match(gictime_msi_log *log, uint64_t event, uint64_t oldest_ps)
{
    uint16_t before = 0, at = log->used ? log->first[chain_of(event)] : 0;
    while (at) {
        gictime_msi *m = &log->msi[at - 1u];
        uint16_t next = m->next;
        if (m->event != event) {
            before = at;
        } else {
            forget(log, at - 1u, before);
            if (m->time_ps >= oldest_ps)
                return m->time_ps;
        }
        at = next;
    }
    return UINT64_MAX;
}
