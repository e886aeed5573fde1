/* SPDX-License-Identifier: Apache-2.0 */
/* Identification registers of all frames. */
#include "gic/identity.h"

#include "gic/fields.h"

enum {
#define GIC_FIELD GIC_FIELD_CONSTANTS
#include "gic/identity_fields.def"
#undef GIC_FIELD
    GIC_IDENTITY_FIELDS_END
};

enum {
    ID_PIDR4 = 0xFFD0, /* PIDR4 to PIDR7, PIDR0 to PIDR3, CIDR0 to CIDR3 */
    ID_PIDR0 = 0xFFE0,
    ID_PIDR1 = 0xFFE4,
    ID_PIDR2 = 0xFFE8,
    ID_PIDR3 = 0xFFEC,
    ID_CIDR0 = 0xFFF0
};

static uint32_t identity_pidr2(const gic_config *config, uint32_t implementer)
{
    uint64_t value = GIC_MAKE(PIDR2, ArchRev, config->gicv2 ? 2 : config->arch_rev);
    value = GIC_PUT(PIDR2, JEDEC, value, implementer != 0);
    return (uint32_t)GIC_PUT(PIDR2, DES_1, value, GIC_GET(IIDR, Identity, implementer) >> 4);
}

/* The designer's JEP106 code, the product and the revision are those of IIDR (ID-D01). */
uint32_t gic_identity(const gic_config *config, uint32_t offset)
{
    static const uint8_t component[] = {0x0D, 0xF0, 0x05, 0xB1};
    uint32_t implementer = (uint32_t)GIC_GET(IIDR, Implementer, config->iidr);
    uint64_t product = GIC_GET(IIDR, ProductID, config->iidr);

    if (offset >= ID_CIDR0)
        return component[(offset - ID_CIDR0) / 4 & 3];
    if (offset == ID_PIDR0)
        return (uint32_t)GIC_MAKE(PIDR0, PART_0, product);
    if (offset == ID_PIDR1)
        return (uint32_t)GIC_MAKE(PIDR1, DES_0, GIC_GET(IIDR, Identity, implementer));
    if (offset == ID_PIDR2)
        return identity_pidr2(config, implementer);
    if (offset == ID_PIDR3)
        return (uint32_t)GIC_MAKE(PIDR3, REVAND, GIC_GET(IIDR, Revision, config->iidr));
    if (offset == ID_PIDR4)
        return (uint32_t)(GIC_MAKE(PIDR4, DES_2, GIC_GET(IIDR, Continuation, implementer)) |
                          GIC_MAKE(PIDR4, SIZE, 4));
    return 0;
}
