/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of one GIC: what was chosen when it was built. Shared by all kernels. */
#ifndef GIC_CONFIG_H
#define GIC_CONFIG_H

#include "gic/intid.h"

GIC_BEGIN_DECLS

enum {
    GIC_MAX_PES = 512,
    GIC_MAX_GICV2_PES = 8,
    GIC_MAX_SPIS = 988,   /**< INTIDs 32 to 1019. */
    GIC_MAX_ESPIS = 1024, /**< INTIDs 4096 to 5119. */
    GIC_MAX_EPPIS = 64,   /**< INTIDs 1056 to 1119. */
    GIC_MAX_ITS = 16,
    GIC_MAX_LIST_REGISTERS = 16,
    GIC_MAX_CACHE = 4096, /**< Entries of one cache of an ITS or a Redistributor. */
    GIC_MAX_ITS_WALKS = 64,
    GIC_MAX_ITS_QUEUE = 1024
};

/** What a register frame does with a width or alignment that a register does not have (B-05). */
typedef enum gic_bad_size {
    GIC_BAD_SIZE_RAZ_WI, /**< The access is OK, reads zero, writes nothing; an event tells. */
    GIC_BAD_SIZE_ERROR   /**< The access gets an error response; an event tells. */
} gic_bad_size;

/** Which entry of a full set makes room. */
typedef enum gic_replacement {
    GIC_REPLACE_LRU,   /**< The one that was used longest ago. */
    GIC_REPLACE_FIFO,  /**< The one that was filled longest ago. */
    GIC_REPLACE_RANDOM /**< By a 16-bit LFSR: the same sequence in each run. */
} gic_replacement;

/** Geometry of one cache. */
typedef struct gic_cache_config {
    uint16_t entries;    /**< In all, 1 to GIC_MAX_CACHE, a power of two times `ways`. */
    uint16_t ways;       /**< 1 to entries. */
    uint8_t replacement; /**< gic_replacement */
} gic_cache_config;

/** Bits of gic_its_config.page_sizes. */
enum { GIC_PAGE_4K = 1, GIC_PAGE_16K = 2, GIC_PAGE_64K = 4 };

/** Build-time choices of an ITS; those of one GIC are alike. */
typedef struct gic_its_config {
    uint8_t device_bits;     /**< DeviceID bits, 1 to 32 (GITS_TYPER.Devbits + 1). */
    uint8_t event_bits;      /**< EventID bits, 1 to 32 (ID_bits + 1). */
    uint8_t collection_bits; /**< CollectionID bits, 1 to 16 (CIDbits + 1; below 16: CIL). */
    uint8_t hcc;             /**< Collections held without memory, 0 to 255 (HCC). */
    uint8_t page_sizes;      /**< GIC_PAGE_*: what GITS_BASER.Page_Size takes; not 0. */
    bool indirect;           /**< Two-level tables (BASER.Indirect): devices and collections. */
    bool pta;                /**< RDbase is a Redistributor's address; false: its number. */
    bool umsi;               /**< GITS_UMSIR, GITS_STATUSR.UMSI. */
    bool seis;               /**< System errors are reported, as events. */
    bool stall;              /**< A faulty command stalls the queue; false: it is passed over. */
    uint8_t walks;           /**< Translations at work at once, 1 to 64; commands run one by
                                  one, and the one that runs counts too. */
    uint16_t queue;          /**< MSIs that wait before GITS_TRANSLATER pushes back, 1 to 1024. */
    gic_cache_config device_cache;
    gic_cache_config itt_cache;
    gic_cache_config collection_cache;
} gic_its_config;

/**
 * Build-time choices of a GIC. Start from gic_config_default(), change, then check with
 * gic_config_check(). Kernels copy what they need; the structure need not outlive `*_init`,
 * except for `affinity`, which is copied as well.
 */
typedef struct gic_config {
    bool gicv2; /**< A GICv2 (IHI 0048B): GICD and GICC, target lists, no affinity routing. At most
                   8 PEs; what only a GICv3 has must be absent, or is not looked at. */
    uint16_t pe_count;   /**< 1 to GIC_MAX_PES. */
    uint16_t spi_count;  /**< SPIs, 0 to 988: 988 or a multiple of 32; INTIDs from 32. */
    uint16_t espi_count; /**< Extended SPIs, 0 to 1024, a multiple of 32; INTIDs from 4096. */
    uint8_t eppi_count;  /**< Extended PPIs, 0, 32 or 64; INTIDs from 1056. */

    bool two_security_states; /**< false: one state, GICD_CTLR.DS is RAO/WI. */
    bool ds_writable;         /**< two states: software may set GICD_CTLR.DS (once). */
    bool has_el2;             /**< the PEs have EL2. */
    bool has_el3;             /**< the PEs have EL3; implied by two_security_states. */

    uint8_t priority_bits;   /**< Implemented priority bits, 5 to 8 (4 with one Security state). */
    uint8_t preemption_bits; /**< Pre-emption bits, 5 to 7 (4 with one Security
                                  state) and at most priority_bits. */

    uint8_t list_registers; /**< ICH_LR<n>_EL2, 1 to 16; 0: no virtual CPU interface, ICH_* are
                                 UNDEFINED. Counts where the PEs have EL2. */
    uint8_t virtual_priority_bits;   /**< Of virtual priorities, 5 to 8; 5 of a GICv2. */
    uint8_t virtual_preemption_bits; /**< 5 to 7 and at most virtual_priority_bits. */

    bool nmi; /**< NMIs (GICD_TYPER.NMI, INMIR, ICC_NMIAR1_EL1): the PEs have FEAT_NMI. Needs
                   PIDR2.ArchRev 3 or later. */

    bool mbis;         /**< Message-based SPIs: GICD_SETSPI/CLRSPI registers. */
    bool one_of_n;     /**< 1-of-N SPIs: GICD_IROUTER.IRM is writable; false: TYPER.No1N=1. */
    bool range_select; /**< SGI range selector: Aff0 up to 255 (RSS); false: Aff0 up to 15. */
    bool aff3_valid;   /**< Aff3 may be non-zero (A3V). */
    bool dpg;          /**< GICR_CTLR.DPG bits exist (GICR_TYPER.DPGS). */

    uint8_t arch_rev; /**< PIDR2.ArchRev: 3 for GICv3. A GICv2 has 2. */
    uint32_t iidr;    /**< GICD_IIDR and GICR_IIDR: no Arm product by default. */
    gic_bad_size bad_size;
    uint16_t work_limit; /**< Units of work a kernel does in one activation, at least 1. */

    uint8_t lpi_bits;   /**< INTID bits with LPIs, 14 to 24; 0: no LPIs (GICD_TYPER.LPIS=0). */
    uint16_t lpi_cache; /**< Pending LPIs that a Redistributor holds, 4 to GIC_MAX_CACHE; the
                             others are in its pending table. */
    uint16_t lpi_property_cache; /**< Lines of 64 LPI configuration bytes that a Redistributor
                                      keeps, 1 to GIC_MAX_CACHE. */
    bool direct_lpi;             /**< GICR_SETLPIR, GICR_CLRLPIR (GICR_TYPER.DirectLPI). */
    bool lpi_inv_register;       /**< GICR_INVLPIR, INVALLR, SYNCR (GICR_CTLR.IR). */
    bool lpi_can_disable;        /**< GICR_CTLR.EnableLPIs may be cleared (GICR_CTLR.CES). */
    uint8_t its_count;           /**< ITSs, 0 to 16; needs LPIs. */
    gic_its_config its;

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
    GIC_CONFIG_LIST_REGISTERS,
    GIC_CONFIG_VIRTUAL_PRIORITY,
    GIC_CONFIG_NMI,      /**< NMIs before GICv3. */
    GIC_CONFIG_SECURITY, /**< Two Security states without EL3. */
    GIC_CONFIG_AFFINITY, /**< Doubled, or Aff0 > 15 without range_select, Aff3 without A3V. */
    GIC_CONFIG_WORK_LIMIT,
    GIC_CONFIG_LPI_BITS,
    GIC_CONFIG_LPI_CACHE,
    GIC_CONFIG_ITS_COUNT, /**< More than 16, or without LPIs. */
    GIC_CONFIG_ITS_BITS,  /**< Widths of DeviceID, EventID, CollectionID. */
    GIC_CONFIG_ITS_PAGES, /**< No page size. */
    GIC_CONFIG_ITS_DEPTH, /**< Walks or queue. */
    GIC_CONFIG_ITS_CACHE, /**< Geometry of a cache. */
    GIC_CONFIG_GICV2,     /**< More than a GICv2 has, or a part of one. */
    GIC_CONFIG_MEMORY     /**< The memory given to `*_init` is too small or misaligned. */
} gic_config_error;

/** A configuration of one PE, 32 SPIs, one Security state, 5 priority bits, everything else on. */
gic_config gic_config_default(void);

/** GIC_CONFIG_OK, or the first thing that is wrong with @p config. */
gic_config_error gic_config_check(const gic_config *config);

/** One line that names the key and its range, for people; a constant string. */
const char *gic_config_error_text(gic_config_error error);

/** Affinity of PE @p pe by @p config, Aff3.Aff2.Aff1.Aff0. */
uint32_t gic_config_affinity(const gic_config *config, unsigned pe);

/** List registers of each PE; 0: no virtual CPU interface, or no EL2 that it would serve. */
static inline uint8_t gic_config_list_registers(const gic_config *config)
{
    return config->has_el2 ? config->list_registers : 0;
}

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
