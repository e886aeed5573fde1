/* SPDX-License-Identifier: Apache-2.0 */
/* The key table, and what the values of a profile come to. */
#include "gictime/profile.h"

#include <stdio.h>
#include <string.h>

#include "profile_internal.h"

#define GICTIME_KEY(id, key, kind, domain, def, min, max, doc) \
    {key, doc, def, UINT64_C(min), UINT64_C(max), GICTIME_KIND_##kind, GICTIME_DOMAIN_##domain},
static const gictime_key_row rows[GICTIME_KEY_COUNT] = {
#include "gictime/profile.def"
};
#undef GICTIME_KEY

static const char *const domain_names[GICTIME_DOMAIN_COUNT] = {"gic", "cpu", "interconnect",
                                                               "memory"};

enum { PS_PER_US = 1000000, LOOSE_QUANTUM_PS = 10 * PS_PER_US };

const gictime_key_row *gictime_key_info(gictime_key key)
{
    return &rows[key];
}

gictime_key gictime_key_find(const char *name)
{
    unsigned key;
    for (key = 0; key < GICTIME_KEY_COUNT; key++) {
        if (strcmp(rows[key].key, name) == 0)
            return (gictime_key)key;
    }
    return GICTIME_KEY_COUNT;
}

const char *gictime_domain_name(gictime_domain domain)
{
    return domain < GICTIME_DOMAIN_COUNT ? domain_names[domain] : "";
}

void gictime_profile_default(gictime_profile *profile)
{
    unsigned key;
    memset(profile, 0, sizeof(*profile));
    snprintf(profile->name, sizeof(profile->name), "loosely-timed");
    for (key = 0; key < GICTIME_KEY_COUNT; key++) {
        gictime_error error;
        bool ok =
            gictime_value_parse((gictime_key)key, rows[key].def, &profile->value[key], &error);
        GIC_ASSERT(ok);
        (void)ok;
    }
}

bool gictime_profile_timed(const gictime_profile *profile)
{
    return profile->value[GICTIME_KEY_MODE].count == GICTIME_MODE_TIMED;
}

static gictime_key clock_key(gictime_domain domain)
{
    return (gictime_key)((unsigned)GICTIME_KEY_CLOCK_GIC + (unsigned)domain);
}

uint64_t gictime_profile_period_ps(const gictime_profile *profile, gictime_domain domain)
{
    uint64_t hz = profile->value[clock_key(domain)].count;
    return (UINT64_C(1000000000000) + hz / 2u) / hz;
}

uint64_t gictime_profile_ps(const gictime_profile *profile, gictime_key key)
{
    const gictime_value *value = &profile->value[key];
    if (value->unit < GICTIME_DOMAIN_COUNT)
        return value->count * gictime_profile_period_ps(profile, (gictime_domain)value->unit);
    return value->unit == GICTIME_UNIT_PS ? value->count : 0;
}

uint64_t gictime_profile_cycles(const gictime_profile *profile, gictime_key key)
{
    return profile->value[key].count;
}

/*
 * The shortest way from one PE's access to another PE's line is a write to the other's GICR frame
 * (all others, an SGI among them, pass the same two hops and more).
 */
static uint64_t auto_quantum_ps(const gictime_profile *profile)
{
    if (!gictime_profile_timed(profile))
        return LOOSE_QUANTUM_PS;
    return gictime_profile_ps(profile, GICTIME_KEY_HOP_GICR_CPUIF) +
           gictime_profile_ps(profile, GICTIME_KEY_HOP_CPUIF_PE);
}

uint64_t gictime_profile_quantum_ps(const gictime_profile *profile)
{
    uint64_t cycle = gictime_profile_period_ps(profile, GICTIME_DOMAIN_CPU);
    uint64_t quantum = profile->value[GICTIME_KEY_QUANTUM].unit == GICTIME_UNIT_WORD
                           ? auto_quantum_ps(profile)
                           : gictime_profile_ps(profile, GICTIME_KEY_QUANTUM);
    return quantum < cycle ? cycle : quantum;
}

bool gictime_profile_quantum_coarse(const gictime_profile *profile)
{
    uint64_t cycle = gictime_profile_period_ps(profile, GICTIME_DOMAIN_CPU);
    uint64_t exact = auto_quantum_ps(profile);
    return gictime_profile_quantum_ps(profile) > (exact < cycle ? cycle : exact);
}

void gictime_profile_timing(const gictime_profile *profile, gic_timing *timing)
{
#define GICTIME_HOP_PS(name, key, meaning) \
    timing->hop_ps[GIC_HOP_##name] = gictime_profile_ps(profile, GICTIME_KEY_HOP_##name);
#define GICTIME_STATION_PS(name, key, meaning) \
    timing->occupancy_ps[GIC_STATION_##name] = \
        gictime_profile_ps(profile, GICTIME_KEY_STATION_##name);
#define GICTIME_ACCESS_PS(name, key, meaning) \
    timing->access_ps[GIC_COST_##name] = gictime_profile_ps(profile, GICTIME_KEY_ACCESS_##name);
    memset(timing, 0, sizeof(*timing));
    timing->timed = gictime_profile_timed(profile);
    GIC_HOPS(GICTIME_HOP_PS)
    GIC_STATIONS(GICTIME_STATION_PS)
    GIC_ACCESS_COSTS(GICTIME_ACCESS_PS)
#undef GICTIME_HOP_PS
#undef GICTIME_STATION_PS
#undef GICTIME_ACCESS_PS
}

void gictime_profile_geometry(const gictime_profile *profile, gic_config *config)
{
#define GICTIME_CACHE(cache, NAME)                                                \
    cache.entries = (uint16_t)profile->value[GICTIME_KEY_##NAME##_ENTRIES].count; \
    cache.ways = (uint16_t)profile->value[GICTIME_KEY_##NAME##_WAYS].count;       \
    cache.replacement = (uint8_t)profile->value[GICTIME_KEY_##NAME##_REPLACEMENT].count
    GICTIME_CACHE(config->its.device_cache, ITS_DEVICE_CACHE);
    GICTIME_CACHE(config->its.itt_cache, ITS_ITT_CACHE);
    GICTIME_CACHE(config->its.collection_cache, ITS_COLLECTION_CACHE);
#undef GICTIME_CACHE
    config->its.walks = (uint8_t)profile->value[GICTIME_KEY_ITS_WALKS].count;
    config->its.queue = (uint16_t)profile->value[GICTIME_KEY_ITS_QUEUE].count;
    config->lpi_cache = (uint16_t)profile->value[GICTIME_KEY_LPI_PENDING_CACHE].count;
    config->lpi_property_cache = (uint16_t)profile->value[GICTIME_KEY_LPI_PROPERTY_LINES].count;
}

bool gictime_profile_cpi(const gictime_profile *profile, unsigned index, const char **name,
                         uint64_t *cycles)
{
    static const char prefix[] = "cpi.";
    unsigned key;
    for (key = 0; key < GICTIME_KEY_COUNT; key++) {
        if (rows[key].kind != GICTIME_KIND_CYCLES || index-- != 0)
            continue;
        *name = rows[key].key + sizeof(prefix) - 1u;
        *cycles = profile->value[key].count;
        return true;
    }
    return false;
}

/* Whether a key is about the GIC's own time, which loosely timed there is none of. */
static bool costs_the_gic(unsigned key)
{
    return (key >= GICTIME_KEY_HOP_SPI_LINE && key < GICTIME_KEY_MEMORY_READ);
}

static bool fail_at(const gictime_profile *profile, unsigned key, gictime_error *error,
                    const char *text)
{
    const gictime_value *value = &profile->value[key];
    if (value->overridden)
        snprintf(error->text, sizeof(error->text), "--set %s: %s", rows[key].key, text);
    else
        snprintf(error->text, sizeof(error->text), "%s:%u: '%s': %s", profile->name,
                 (unsigned)value->line, rows[key].key, text);
    return false;
}

/* Sets of a cache are a power of two. */
static bool cache_fits(const gictime_profile *profile, gictime_key entries)
{
    uint64_t count = profile->value[entries].count, ways = profile->value[entries + 1].count;
    uint64_t sets = count / ways;
    return count % ways == 0 && (sets & (sets - 1u)) == 0;
}

static bool check_caches(const gictime_profile *profile, gictime_error *error)
{
    static const gictime_key caches[] = {GICTIME_KEY_ITS_DEVICE_CACHE_ENTRIES,
                                         GICTIME_KEY_ITS_ITT_CACHE_ENTRIES,
                                         GICTIME_KEY_ITS_COLLECTION_CACHE_ENTRIES};
    unsigned i;
    for (i = 0; i < GIC_COUNT_OF(caches); i++)
        if (!cache_fits(profile, caches[i]))
            return fail_at(profile, caches[i], error,
                           "is no power of two times the ways; e.g. 256 entries of 4 ways");
    return true;
}

bool gictime_profile_check(const gictime_profile *profile, gictime_error *error)
{
    unsigned key;
    for (key = 0; key < GICTIME_KEY_COUNT; key++) {
        const gictime_value *value = &profile->value[key];
        uint64_t ps = gictime_profile_ps(profile, (gictime_key)key);
        char text[96];
        if (rows[key].kind == GICTIME_KIND_COST && ps > rows[key].max) {
            snprintf(text, sizeof(text), "comes to %llu ps; at most %llu ps would be right",
                     (unsigned long long)ps, (unsigned long long)rows[key].max);
            return fail_at(profile, key, error, text);
        }
        if (!gictime_profile_timed(profile) && costs_the_gic(key) && value->count)
            return fail_at(profile, key, error,
                           "has no effect while mode is loosely-timed; set mode = timed as well");
    }
    return check_caches(profile, error);
}
