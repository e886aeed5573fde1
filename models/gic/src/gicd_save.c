/* SPDX-License-Identifier: Apache-2.0 */
/* Saving and loading a Distributor: the architectural block, checked before it is taken. */
#include "gic/save.h"
#include "gicd_state.h"

enum { GICD_SAVE_MAGIC = 0x44434947, GICD_SAVE_VERSION = 2 }; /* "GICD" */

size_t gicd_save_size(const gicd *d)
{
    return sizeof(gic_save_header) + d->saved_bytes;
}

size_t gicd_save(const gicd *d, void *out)
{
    return gic_save_block(out, GICD_SAVE_MAGIC, GICD_SAVE_VERSION, d->arch, d->saved_bytes);
}

static void gicd_copy(void *to, const unsigned char *from, size_t length)
{
    unsigned char *byte = (unsigned char *)to;
    while (length-- > 0)
        *byte++ = *from++;
}

/* Whether the bytes at these places of a saved structure are 0 or 1, as a bool's have to be. */
static bool gicd_bools_sane(const unsigned char *at, const uint8_t *offset, unsigned count)
{
    while (count-- > 0)
        if (at[*offset++] > 1)
            return false;
    return true;
}

static bool gicd_same_shape(const gicd *d, const unsigned char *payload)
{
    gicd_shape shape;
    gicd_copy(&shape, payload, sizeof(shape));
    return shape.pe_count == d->arch->shape.pe_count &&
           shape.spi_count == d->arch->shape.spi_count &&
           shape.espi_count == d->arch->shape.espi_count &&
           shape.priority_bits == d->arch->shape.priority_bits &&
           shape.security == d->arch->shape.security;
}

static bool gicd_offer_sane(const gicd *d, const gicd_offer *offer)
{
    if (gic_urgency_is_nmi(offer->urgency) && (!d->config.nmi || offer->group == GIC_GROUP_0))
        return false;
    return offer->slot < d->words * 32u && offer->group < GIC_GROUP_COUNT &&
           (d->derived.view[offer->slot / 32].implemented & gic_bit(offer->slot));
}

/* Every index in the state has to lead inside it, whatever the checksum says. */
static bool gicd_pes_sane(const gicd *d, const unsigned char *payload)
{
    static const uint8_t awake[] = {offsetof(gicd_pe, awake)};
    const unsigned char *at =
        payload + ((const unsigned char *)d->pe - (const unsigned char *)d->arch);
    unsigned pe;
    for (pe = 0; pe < d->pool; pe++, at += sizeof(gicd_pe)) {
        gicd_pe p;
        unsigned i;
        if (!gicd_bools_sane(at, awake, GIC_COUNT_OF(awake)))
            return false;
        gicd_copy(&p, at, sizeof(p));
        if (p.offers > GIC_CREDIT_OFFER)
            return false;
        for (i = 0; i < p.offers; i++)
            if (!gicd_offer_sane(d, &p.offer[i]))
                return false;
        if (d->claims && p.offers > 1 && p.offer[0].slot == p.offer[1].slot)
            return false;
    }
    return true;
}

static bool gicd_marks_sane(const gicd *d, const unsigned char *payload)
{
    static const uint8_t bools[] = {
        offsetof(gicd_arch, ds),       offsetof(gicd_arch, e1nwf),
        offsetof(gicd_arch, announce), offsetof(gicd_arch, announce_rwp),
        offsetof(gicd_arch, rwp),      offsetof(gicd_arch, pool_dirty),
    };
    gicd_arch arch;
    unsigned pe;
    if (!gicd_bools_sane(payload, bools, GIC_COUNT_OF(bools)))
        return false;
    gicd_copy(&arch, payload, sizeof(arch));
    if ((arch.recall_words | arch.rwp_words) >> d->words != 0 || arch.acks > d->pool)
        return false;
    for (pe = d->pool; pe < GIC_MAX_PES; pe++)
        if (arch.dirty[pe / 64] >> (pe % 64) & 1u)
            return false;
    for (pe = 0; pe < GICD_PE_WORDS; pe++)
        if ((arch.dirty[pe] != 0) != (arch.dirty_words >> pe & 1u))
            return false;
    return true;
}

/* How many PEs have the offer of @p slot. */
static unsigned gicd_owners(const gicd *d, const unsigned char *payload, unsigned slot)
{
    const unsigned char *at =
        payload + ((const unsigned char *)d->pe - (const unsigned char *)d->arch);
    unsigned owners = 0;
    unsigned pe;
    for (pe = 0; pe < d->pool; pe++, at += sizeof(gicd_pe)) {
        gicd_pe p;
        gicd_copy(&p, at, sizeof(p));
        owners += p.offers > 0 && p.offer[0].slot == slot;
        owners += p.offers > 1 && p.offer[1].slot == slot;
    }
    return owners;
}

/* Whether each of the slots that are offered has one owner, and the others none. */
static bool gicd_offers_owned(const gicd *d, const unsigned char *payload, unsigned first,
                              uint32_t offered)
{
    unsigned i;
    for (i = 0; i < 32 && !d->claims; i++)
        if (gicd_owners(d, payload, first + i) != (offered >> i & 1u))
            return false;
    return true;
}

/* Only implemented interrupts are NMIs, where there are any. */
static bool gicd_nmis_sane(const gicd *d, const unsigned char *payload)
{
    const unsigned char *at =
        payload + ((const unsigned char *)d->inmir - (const unsigned char *)d->arch);
    unsigned w;
    for (w = 0; w < d->words; w++, at += sizeof(uint32_t)) {
        uint32_t bits;
        gicd_copy(&bits, at, sizeof(bits));
        if (bits & ~(d->config.nmi ? d->derived.view[w].implemented : 0))
            return false;
    }
    return true;
}

/* Only implemented interrupts have state, and recalls are of what is offered. */
static bool gicd_words_sane(const gicd *d, const unsigned char *payload)
{
    const unsigned char *at =
        payload + ((const unsigned char *)d->word - (const unsigned char *)d->arch);
    gicd_arch arch;
    unsigned w;
    gicd_copy(&arch, payload, sizeof(arch));
    for (w = 0; w < d->words; w++, at += sizeof(gicd_word)) {
        gicd_word word;
        uint32_t any;
        gicd_copy(&word, at, sizeof(word));
        any = word.group | word.grpmod | word.enable | word.latch | word.level | word.message |
              word.active | word.edge | word.one_of_n | word.offered | word.instance;
        if ((any & ~d->derived.view[w].implemented) || (d->claims && word.offered) ||
            ((word.recalled | word.recall_wanted | word.rwp) & ~word.offered) ||
            ((arch.recall_words >> w & 1u) != 0) != (word.recall_wanted != 0) ||
            ((arch.rwp_words >> w & 1u) != 0) != (word.rwp != 0) ||
            !gicd_offers_owned(d, payload, w * 32u, word.offered))
            return false;
    }
    return true;
}

/* Target lists of a GICv2 name PEs that are there; of one PE, that one. */
static bool gicd_targets_sane(const gicd *d, const unsigned char *payload)
{
    const unsigned char *at =
        payload + ((const unsigned char *)d->irouter - (const unsigned char *)d->arch);
    unsigned slot;
    for (slot = 0; d->claims && slot < d->words * 32u; slot++, at += sizeof(uint32_t)) {
        uint32_t targets;
        gicd_copy(&targets, at, sizeof(targets));
        if (targets >> d->pool != 0 || (d->pool == 1 && targets != 1))
            return false;
    }
    return true;
}

bool gicd_load(gicd *d, const void *in, size_t length)
{
    const unsigned char *payload = (const unsigned char *)in + sizeof(gic_save_header);
    if (length < gicd_save_size(d) || !gicd_same_shape(d, payload) ||
        !gicd_marks_sane(d, payload) || !gicd_pes_sane(d, payload) ||
        !gicd_words_sane(d, payload) || !gicd_targets_sane(d, payload) ||
        !gicd_nmis_sane(d, payload))
        return false;
    if (!gic_load_block(in, length, GICD_SAVE_MAGIC, GICD_SAVE_VERSION, d->arch, d->saved_bytes))
        return false;
    gic_outbox_clear(&d->outbox);
    gicd_rebuild(d);
    return true;
}
