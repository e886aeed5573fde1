/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Coherence domain: what the PEs of a platform share, whoever made them.
 *
 * - One global exclusive monitor, an armed granule per PE, broken by every store of another PE, of
 *   a DMA master or of a debugger; a monitor that is broken sets its PE's event register. What a PE
 *   does itself to its monitor (store exclusive, CLREX, exception return) is no event.
 * - The record of which memory somebody derived code from; a store there invalidates it everywhere.
 * - Broadcast of TLB and instruction cache maintenance and of SEV.
 *
 * Records are by physical address: the Secure and the Non-secure address space are taken to show
 * the same memory, which is never wrong, since the only cost is a store that is looked at in vain.
 *
 * It works with direct pointers because a page in which a foreign monitor is armed, or from which
 * code was cached, is never granted ISS_RIGHT_WRITE, only ISS_RIGHT_WRITE_NOTIFY; rights granted
 * before are taken back. A platform calls `iss_domain_filter` on each direct pointer that it grants
 * and `iss_domain_stored` for each write to memory that comes from no PE (DMA, debugger, loader) or
 * that a PE made on the bus.
 */
#ifndef ISS_DOMAIN_H
#define ISS_DOMAIN_H

#include "iss/iss.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Writers that are no PE. */
#define ISS_DOMAIN_NO_PE UINT32_MAX

/** Bytes of an exclusive reservation granule (CTR_EL0.ERG of the built-in ISS says the same). */
#define ISS_DOMAIN_GRANULE 64u

/** Bytes of the unit in which rights are granted and taken back. */
#define ISS_DOMAIN_PAGE 4096u

typedef struct iss_domain iss_domain;

/** Creates a domain for up to @p max_pes PEs; NULL when out of memory. */
iss_domain *iss_domain_create(uint32_t max_pes);
void iss_domain_destroy(iss_domain *domain);

/** A store of @p writer (a PE index or ISS_DOMAIN_NO_PE) broke the monitor of @p pe and set its
 * event register: a PE that sleeps in WFE is to be woken. */
typedef void iss_domain_broken(void *ctx, uint32_t pe, uint32_t writer);

/** Who is told of that. */
void iss_domain_on_broken(iss_domain *domain, iss_domain_broken *function, void *ctx);

/** Adds a PE under its index (0 to max_pes - 1). */
void iss_domain_attach(iss_domain *domain, uint32_t pe, const iss_ops *ops, iss *instance);

/**
 * Cuts a pointer that the platform is about to grant to @p pe down to what the domain allows: its
 * length to the page of @p pa when a page within is watched, and its rights there.
 */
void iss_domain_filter(iss_domain *domain, uint32_t pe, uint64_t pa, bool secure, iss_direct *out);

/** Memory at [pa, pa + size) was written by @p writer (a PE index or ISS_DOMAIN_NO_PE). */
void iss_domain_stored(iss_domain *domain, uint32_t writer, uint64_t pa, uint64_t size,
                       bool secure);

/** The exclusive monitor's three operations and the code record; see iss_env for their meaning. */
void iss_domain_arm(iss_domain *domain, uint32_t pe, uint64_t pa, uint32_t size, bool secure);
bool iss_domain_claim(iss_domain *domain, uint32_t pe, uint64_t pa, uint32_t size, bool secure);
void iss_domain_clear(iss_domain *domain, uint32_t pe);
void iss_domain_code(iss_domain *domain, uint64_t pa, uint64_t length, bool secure);

/** Sends a maintenance operation or SEV to every PE but @p from. */
void iss_domain_broadcast(iss_domain *domain, uint32_t from, const iss_dvm *op);

/** True while @p pe's monitor is armed (debuggers, tests). */
bool iss_domain_armed(const iss_domain *domain, uint32_t pe);

/** Checkpoint of the monitors; the code record is derived and rebuilt. */
size_t iss_domain_save_size(const iss_domain *domain);
void iss_domain_save(const iss_domain *domain, void *image);
bool iss_domain_load(iss_domain *domain, const void *image, size_t size);

#ifdef __cplusplus
}
#endif

#endif
