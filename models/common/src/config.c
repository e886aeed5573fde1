/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration of a GIC: defaults, checks, affinities. */
#include "gic/config.h"

/* JEP106 code 0 names nobody: drivers choose errata by IIDR, and we have none (design.md 7). */
enum { GIC_IIDR_NOBODY = 0 };

static gic_its_config default_its(void)
{
    static const gic_cache_config cache = {256, 4, GIC_REPLACE_LRU};
    gic_its_config its = {0};
    its.device_bits = 32;
    its.event_bits = 16;
    its.collection_bits = 16;
    its.page_sizes = GIC_PAGE_4K | GIC_PAGE_16K | GIC_PAGE_64K;
    its.indirect = true;
    its.umsi = true;
    its.seis = true;
    its.walks = 8;
    its.queue = 16;
    its.device_cache = cache;
    its.itt_cache = cache;
    its.collection_cache = cache;
    return its;
}

gic_config gic_config_default(void)
{
    gic_config c = {0};
    c.pe_count = 1;
    c.spi_count = 32;
    c.has_el2 = true;
    c.has_el3 = true;
    c.priority_bits = 5;
    c.preemption_bits = 5;
    c.list_registers = 4;
    c.virtual_priority_bits = 5;
    c.virtual_preemption_bits = 5;
    c.mbis = true;
    c.one_of_n = true;
    c.range_select = true;
    c.aff3_valid = true;
    c.dpg = true;
    c.arch_rev = 3;
    c.iidr = GIC_IIDR_NOBODY;
    c.bad_size = GIC_BAD_SIZE_RAZ_WI;
    c.work_limit = 64;
    c.lpi_cache = 64;
    c.lpi_property_cache = 64;
    c.direct_lpi = true;
    c.lpi_inv_register = true;
    c.lpi_can_disable = true;
    c.its = default_its();
    return c;
}

uint32_t gic_config_affinity(const gic_config *config, unsigned pe)
{
    if (config->affinity)
        return config->affinity[pe];
    return (uint32_t)((pe / 16u) << 8 | (pe % 16u));
}

static gic_config_error check_counts(const gic_config *c)
{
    if (c->pe_count < 1 || c->pe_count > GIC_MAX_PES)
        return GIC_CONFIG_PE_COUNT;
    if (c->spi_count > GIC_MAX_SPIS || (c->spi_count != GIC_MAX_SPIS && c->spi_count % 32u != 0))
        return GIC_CONFIG_SPI_COUNT;
    if (c->espi_count > GIC_MAX_ESPIS || c->espi_count % 32u != 0)
        return GIC_CONFIG_ESPI_COUNT;
    if (c->eppi_count > GIC_MAX_EPPIS || c->eppi_count % 32u != 0)
        return GIC_CONFIG_EPPI_COUNT;
    if (c->work_limit < 1)
        return GIC_CONFIG_WORK_LIMIT;
    return GIC_CONFIG_OK;
}

static gic_config_error check_priorities(const gic_config *c)
{
    /* At least 32 levels with two Security states, 16 with one (P-06). */
    unsigned least = c->two_security_states ? 5u : 4u;
    if (c->priority_bits < least || c->priority_bits > 8)
        return GIC_CONFIG_PRIORITY_BITS;
    if (c->preemption_bits < least || c->preemption_bits > 7 ||
        c->preemption_bits > c->priority_bits)
        return GIC_CONFIG_PREEMPTION_BITS;
    return GIC_CONFIG_OK;
}

static gic_config_error check_virtual(const gic_config *c)
{
    if (c->list_registers > GIC_MAX_LIST_REGISTERS)
        return GIC_CONFIG_LIST_REGISTERS;
    if (c->virtual_priority_bits < 5 || c->virtual_priority_bits > 8 ||
        c->virtual_preemption_bits < 5 || c->virtual_preemption_bits > 7 ||
        c->virtual_preemption_bits > c->virtual_priority_bits)
        return GIC_CONFIG_VIRTUAL_PRIORITY;
    return GIC_CONFIG_OK;
}

/* FEAT_GICv3_NMI came with GICv3.3. */
static bool nmi_fits(const gic_config *c)
{
    return !c->nmi || (c->arch_rev >= 3 && !c->gicv2);
}

static bool affinity_fits(const gic_config *c, uint32_t affinity)
{
    return (c->range_select || (affinity & 0xFFu) < 16u) &&
           (c->aff3_valid || (affinity >> 24) == 0);
}

static gic_config_error check_affinities(const gic_config *c)
{
    for (unsigned i = 0; i < c->pe_count; i++) {
        uint32_t affinity = gic_config_affinity(c, i);
        if (!affinity_fits(c, affinity))
            return GIC_CONFIG_AFFINITY;
        for (unsigned j = 0; c->affinity && j < i; j++)
            if (c->affinity[j] == affinity)
                return GIC_CONFIG_AFFINITY;
    }
    return GIC_CONFIG_OK;
}

static bool cache_fits(const gic_cache_config *cache)
{
    unsigned sets;
    if (cache->entries < 1 || cache->entries > GIC_MAX_CACHE || cache->ways < 1 ||
        cache->entries % cache->ways != 0 || cache->replacement > GIC_REPLACE_RANDOM)
        return false;
    sets = cache->entries / cache->ways;
    return (sets & (sets - 1u)) == 0;
}

static bool in_range(unsigned value, unsigned low, unsigned high)
{
    return value >= low && value <= high;
}

static gic_config_error check_its(const gic_its_config *its)
{
    if (!in_range(its->device_bits, 1, 32) || !in_range(its->event_bits, 1, 32) ||
        !in_range(its->collection_bits, 1, 16))
        return GIC_CONFIG_ITS_BITS;
    if (!in_range(its->page_sizes, 1, GIC_PAGE_4K | GIC_PAGE_16K | GIC_PAGE_64K))
        return GIC_CONFIG_ITS_PAGES;
    if (!in_range(its->walks, 1, GIC_MAX_ITS_WALKS) || !in_range(its->queue, 1, GIC_MAX_ITS_QUEUE))
        return GIC_CONFIG_ITS_DEPTH;
    if (!cache_fits(&its->device_cache) || !cache_fits(&its->itt_cache) ||
        !cache_fits(&its->collection_cache))
        return GIC_CONFIG_ITS_CACHE;
    return GIC_CONFIG_OK;
}

/* What is not there is not looked at: the defaults stand for it. */
static gic_config_error check_lpis(const gic_config *c)
{
    if (c->its_count > (c->lpi_bits ? GIC_MAX_ITS : 0))
        return GIC_CONFIG_ITS_COUNT;
    if (c->lpi_bits == 0)
        return GIC_CONFIG_OK;
    if (!in_range(c->lpi_bits, 14, 24))
        return GIC_CONFIG_LPI_BITS;
    if (!in_range(c->lpi_cache, 4, GIC_MAX_CACHE) ||
        !in_range(c->lpi_property_cache, 1, GIC_MAX_CACHE))
        return GIC_CONFIG_LPI_CACHE;
    return c->its_count ? check_its(&c->its) : GIC_CONFIG_OK;
}

/* Eight targets in a byte of GICD_ITARGETSR, INTIDs of ten bits, one frame of either kind; GICH_LR
   has five bits of priority. */
static gic_config_error check_gicv2(const gic_config *c)
{
    bool wide = gic_config_list_registers(c) > 0 && c->virtual_priority_bits != 5;
    bool more = c->espi_count || c->eppi_count || c->lpi_bits || c->its_count || c->ds_writable;
    return c->pe_count > GIC_MAX_GICV2_PES || more || wide ? GIC_CONFIG_GICV2 : GIC_CONFIG_OK;
}

gic_config_error gic_config_check(const gic_config *config)
{
    gic_config_error error = check_counts(config);
    if (error == GIC_CONFIG_OK)
        error = check_priorities(config);
    if (error == GIC_CONFIG_OK)
        error = check_virtual(config);
    if (error == GIC_CONFIG_OK && config->two_security_states && !config->has_el3)
        error = GIC_CONFIG_SECURITY;
    if (error == GIC_CONFIG_OK && !nmi_fits(config))
        error = GIC_CONFIG_NMI;
    if (error == GIC_CONFIG_OK)
        error = check_lpis(config);
    if (error == GIC_CONFIG_OK && config->gicv2)
        error = check_gicv2(config);
    if (error == GIC_CONFIG_OK)
        error = check_affinities(config);
    return error;
}

const char *gic_config_error_text(gic_config_error error)
{
    static const char *const text[] = {
        [GIC_CONFIG_OK] = "the configuration is valid",
        [GIC_CONFIG_PE_COUNT] = "pe_count: 1 to 512 PEs",
        [GIC_CONFIG_SPI_COUNT] = "spi_count: a multiple of 32 up to 960, or 988",
        [GIC_CONFIG_ESPI_COUNT] = "espi_count: a multiple of 32 up to 1024",
        [GIC_CONFIG_EPPI_COUNT] = "eppi_count: 0, 32 or 64",
        [GIC_CONFIG_PRIORITY_BITS] = "priority_bits: 5 to 8, or 4 to 8 with one Security state",
        [GIC_CONFIG_PREEMPTION_BITS] =
            "preemption_bits: 5 to 7 (4 with one Security state) and at most priority_bits",
        [GIC_CONFIG_LIST_REGISTERS] = "list_registers: 1 to 16, or 0 for no virtual CPU interface",
        [GIC_CONFIG_VIRTUAL_PRIORITY] =
            "virtual_priority_bits: 5 to 8, with 5 to 7 virtual_preemption_bits, no more of them",
        [GIC_CONFIG_SECURITY] = "two_security_states: needs PEs with EL3 (has_el3)",
        [GIC_CONFIG_NMI] = "nmi: NMIs need GICv3 (arch_rev 3 or later)",
        [GIC_CONFIG_AFFINITY] =
            "affinity: all different; Aff0 up to 15 unless range_select, Aff3 0 unless aff3_valid",
        [GIC_CONFIG_WORK_LIMIT] = "work_limit: at least 1",
        [GIC_CONFIG_LPI_BITS] = "lpi_bits: 14 to 24, or 0 for no LPIs",
        [GIC_CONFIG_LPI_CACHE] = "lpi_cache: 4 to 4096; lpi_property_cache: 1 to 4096",
        [GIC_CONFIG_ITS_COUNT] = "its_count: 0 to 16; an ITS needs LPIs (lpi_bits)",
        [GIC_CONFIG_ITS_BITS] = "its: device_bits and event_bits 1 to 32, collection_bits 1 to 16",
        [GIC_CONFIG_ITS_PAGES] = "its.page_sizes: one or more of 4, 16 and 64 KiB",
        [GIC_CONFIG_ITS_DEPTH] = "its.walks: 1 to 64; its.queue: 1 to 1024",
        [GIC_CONFIG_ITS_CACHE] = "its caches: 1 to 4096 entries, a power of two sets of `ways`",
        [GIC_CONFIG_GICV2] =
            "gicv2: 1 to 8 PEs, whole, virtual_priority_bits 5; no extended INTIDs, LPIs, ITSs, DS",
        [GIC_CONFIG_MEMORY] = "memory: smaller than the footprint, or not aligned to 64",
    };
    if ((size_t)error >= GIC_COUNT_OF(text))
        return "unknown configuration error";
    return text[error];
}
