/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of one GIC: what was chosen when it was built. Shared by all kernels. */
#ifndef GIC_CONFIG_H
#define GIC_CONFIG_H

#include "gic/intid.h"

GIC_BEGIN_DECLS

enum {
    GIC_MAX_PES = 512,
    GIC_MAX_SPIS = 988,   /**< INTIDs 32 to 1019. */
    GIC_MAX_ESPIS = 1024, /**< INTIDs 4096 to 5119. */
    GIC_MAX_EPPIS = 64    /**< INTIDs 1056 to 1119. */
};

/** What a register frame does with a width or alignment that a register does not have (B-05). */
typedef enum gic_bad_size {
    GIC_BAD_SIZE_RAZ_WI, /**< The access is OK, reads zero, writes nothing; an event tells. */
    GIC_BAD_SIZE_ERROR   /**< The access gets an error response; an event tells. */
} gic_bad_size;

/**
 * Build-time choices of a GIC. Start from gic_config_default(), change, then check with
 * gic_config_check(). Kernels copy what they need; the structure need not outlive `*_init`,
 * except for `affinity`, which is copied as well.
 */
typedef struct gic_config {
    uint16_t pe_count;   /**< 1 to GIC_MAX_PES. */
    uint16_t spi_count;  /**< SPIs, 0 to 988: 988 or a multiple of 32; INTIDs from 32. */
    uint16_t espi_count; /**< Extended SPIs, 0 to 1024, a multiple of 32; INTIDs from 4096. */
    uint8_t eppi_count;  /**< Extended PPIs, 0, 32 or 64; INTIDs from 1056. */

    bool two_security_states; /**< false: one state, GICD_CTLR.DS is RAO/WI. */
    bool ds_writable;         /**< two states: software may set GICD_CTLR.DS (once). */
    bool has_el2;             /**< the PEs have EL2. */
    bool has_el3;             /**< the PEs have EL3; implied by two_security_states. */

    uint8_t priority_bits;   /**< Implemented priority bits, 5 to 8 (4 with one Security state). */
    uint8_t preemption_bits; /**< Pre-emption bits, 5 to 7 and at most priority_bits. */

    bool mbis;         /**< Message-based SPIs: GICD_SETSPI/CLRSPI registers. */
    bool one_of_n;     /**< 1-of-N SPIs: GICD_IROUTER.IRM is writable; false: TYPER.No1N=1. */
    bool range_select; /**< SGI range selector: Aff0 up to 255 (RSS); false: Aff0 up to 15. */
    bool aff3_valid;   /**< Aff3 may be non-zero (A3V). */
    bool dpg;          /**< GICR_CTLR.DPG bits exist (GICR_TYPER.DPGS). */

    uint8_t arch_rev; /**< PIDR2.ArchRev: 3 for GICv3. */
    uint32_t iidr;    /**< GICD_IIDR and GICR_IIDR: no Arm product by default. */
    gic_bad_size bad_size;
    uint16_t work_limit; /**< Units of work a kernel does in one activation, at least 1. */

    /**
     * Affinity of each PE, Aff3.Aff2.Aff1.Aff0 in bits [31:0]; pe_count entries, all different.
     * NULL: 16 PEs a cluster (Aff0 = n % 16, Aff1 = n / 16).
     */
    const uint32_t *affinity;
} gic_config;

/** Why a configuration is refused. */
typedef enum gic_config_error {
    GIC_CONFIG_OK,
    GIC_CONFIG_PE_COUNT,
    GIC_CONFIG_SPI_COUNT,
    GIC_CONFIG_ESPI_COUNT,
    GIC_CONFIG_EPPI_COUNT,
    GIC_CONFIG_PRIORITY_BITS,
    GIC_CONFIG_PREEMPTION_BITS,
    GIC_CONFIG_SECURITY, /**< Two Security states without EL3. */
    GIC_CONFIG_AFFINITY, /**< Doubled, or Aff0 > 15 without range_select, Aff3 without A3V. */
    GIC_CONFIG_WORK_LIMIT,
    GIC_CONFIG_MEMORY /**< The memory given to `*_init` is too small or misaligned. */
} gic_config_error;

/** A configuration of one PE, 32 SPIs, one Security state, 5 priority bits, everything else on. */
gic_config gic_config_default(void);

/** GIC_CONFIG_OK, or the first thing that is wrong with @p config. */
gic_config_error gic_config_check(const gic_config *config);

/** One line that names the key and its range, for people; a constant string. */
const char *gic_config_error_text(gic_config_error error);

/** Affinity of PE @p pe by @p config, Aff3.Aff2.Aff1.Aff0. */
uint32_t gic_config_affinity(const gic_config *config, unsigned pe);

/** Whether @p intid, an SPI or extended SPI, is implemented. */
static inline bool gic_config_has_shared(const gic_config *config, uint32_t intid)
{
    return (intid >= GIC_INTID_SPI_FIRST && intid <= GIC_INTID_SPI_LAST &&
            intid - GIC_INTID_SPI_FIRST < config->spi_count) ||
           (intid >= GIC_INTID_ESPI_FIRST && intid - GIC_INTID_ESPI_FIRST < config->espi_count);
}

/** Whether @p intid, an SGI, PPI or extended PPI, is implemented. */
static inline bool gic_config_has_private(const gic_config *config, uint32_t intid)
{
    return intid < GIC_INTID_SPI_FIRST ||
           (intid >= GIC_INTID_EPPI_FIRST && intid - GIC_INTID_EPPI_FIRST < config->eppi_count);
}

GIC_END_DECLS

#endif
