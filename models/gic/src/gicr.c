/* SPDX-License-Identifier: Apache-2.0 */
/* The Redistributor: memory, reset, messages, wires, explanation, saving. */
#include "gic/mem.h"
#include "gic/save.h"
#include "gicr_state.h"

enum { GICR_SAVE_MAGIC = 0x52434947, GICR_SAVE_VERSION = 3 }; /* "GICR" */

/* --- small things ---------------------------------------------------------------------------- */

static void gicr_zero(void *memory, size_t length)
{
    unsigned char *byte = (unsigned char *)memory;
    while (length-- > 0)
        *byte++ = 0;
}

void gicr_remove(gicr_entries *entries, const gicr_entry *entry)
{
    static const gicr_entry none = {0, 0, 0, 0, 0};
    if (entry == &entries->entry[0])
        entries->entry[0] = entries->entry[1];
    entries->entry[1] = none;
    entries->count--;
}

/* The conditions say when a step has nothing to do; nearly always, while the PE is awake. */
void gicr_update(gicr *r)
{
    if (r->arch.phase != (r->arch.processor_sleep ? GICR_ASLEEP : GICR_AWAKE))
        gicr_sleep_step(r);
    if (r->arch.offers.count > 0)
        gicr_sort_offers(r);
    if (r->face->work)
        gicr_lpi_work(r);
    if (gicr_may_present(r))
        gicr_present(r);
    if (gicr_routing_stale(r))
        gicr_tell_routing(r);
    if (gicr_flags(&r->arch.offers) & GICR_RETURN)
        gicr_return_offers(r);
    if (r->arch.announced)
        gicr_answer_announcement(r);
    if (r->arch.processor_sleep || r->arch.wake)
        gicr_drive_wake(r);
    r->outbox.more = r->face->work;
}

/* --- building -------------------------------------------------------------------------------- */

size_t gicr_footprint(const gic_config *config)
{
    return gic_align_up(sizeof(gicr), 64) + gicr_lpi_footprint(config);
}

static gic_config_error gicr_check(const void *memory, size_t length, const gic_config *config,
                                   uint16_t pe)
{
    gic_config_error error = gic_config_check(config);
    if (error != GIC_CONFIG_OK)
        return error;
    if (pe >= config->pe_count)
        return GIC_CONFIG_PE_COUNT;
    if (!memory || (uintptr_t)memory % 64 != 0 || length < gicr_footprint(config))
        return GIC_CONFIG_MEMORY;
    return GIC_CONFIG_OK;
}

gicr *gicr_init(void *memory, size_t length, const gic_config *config, uint16_t pe,
                gic_config_error *error)
{
    gic_config_error reason = gicr_check(memory, length, config, pe);
    gicr *r = (gicr *)memory;
    unsigned rows;

    if (error)
        *error = reason;
    if (reason != GIC_CONFIG_OK)
        return NULL;
    gicr_zero(memory, gicr_footprint(config));
    r->config = *config;
    r->config.affinity = NULL;
    r->affinity = gic_config_affinity(config, pe);
    r->pe = pe;
    r->v2 = config->gicv2;
    r->intid_mask = r->v2 ? (uint32_t)GIC_INTID_SPURIOUS : UINT32_MAX;
    r->words = (uint8_t)(1u + config->eppi_count / 32u);
    r->lpi = gicr_lpi_init((unsigned char *)memory + gic_align_up(sizeof(gicr), 64), config);
    r->face = r->lpi ? gicr_lpi_get_face(r->lpi) : &r->no_face;
    gic_outbox_init(&r->outbox, r->entries, GICR_OUTBOX, GIC_PORT_GICR, pe);
    r->frame.row = gicr_rows(r, &rows);
    r->frame.row_count = (uint16_t)rows;
    r->frame.size = r->v2 ? (uint32_t)GICR2_FRAME_SIZE : (uint32_t)GICR_FRAME_SIZE;
    r->frame.index = r->frame_index;
    gic_frame_index(r->frame_index, r->frame.row, rows, r->frame.size);
    gicr_reset(r);
    return r;
}

void gicr_set_last(gicr *r, bool last)
{
    r->arch.last = last;
}

void gicr_set_cpu_active(gicr *r, bool active)
{
    if (r->arch.inactive == !active)
        return;
    r->arch.inactive = !active;
    gicr_update(r);
}

static gicr_shape gicr_make_shape(const gicr *r)
{
    gicr_shape shape;
    shape.pe = r->pe;
    shape.pe_count = r->config.pe_count;
    shape.eppi_count = r->config.eppi_count;
    shape.priority_bits = r->config.priority_bits;
    shape.security =
        (uint8_t)(r->config.two_security_states | (unsigned)r->config.ds_writable << 1 |
                  (unsigned)r->v2 << 2 | (unsigned)r->config.nmi << 3);
    shape.dpg = r->config.dpg;
    shape.lpi_bits = r->config.lpi_bits;
    shape.its_count = r->config.its_count;
    shape.lpi_cache = r->lpi ? r->config.lpi_cache : 0;
    shape.lpi_property_cache = r->lpi ? r->config.lpi_property_cache : 0;
    return shape;
}

/* What the Distributor starts from. */
static uint64_t gicr_initial_routing(const gicr *r)
{
    gic_pe_routing routing = {0, 0, GIC_PRIORITY_IDLE, r->v2};
    return gic_pe_routing_pack(routing);
}

/* Registers that reset to UNKNOWN values reset to zero here (ID-D02). Wires keep their level. */
void gicr_reset(gicr *r)
{
    uint32_t level[GICR_WORDS_MAX];
    bool last = r->arch.last;
    bool inactive = r->arch.inactive;
    unsigned w;

    for (w = 0; w < GICR_WORDS_MAX; w++)
        level[w] = r->arch.word[w].level;
    gicr_zero(&r->arch, sizeof(r->arch)); /* GICR_ASLEEP */
    for (w = 0; w < GICR_WORDS_MAX; w++)
        r->arch.word[w].level = level[w];
    r->arch.word[0].edge = GICR_SGIS;
    r->arch.shape = gicr_make_shape(r);
    r->arch.last = last;
    r->arch.inactive = inactive;
    r->arch.ds = !r->config.two_security_states;
    r->arch.mask_hint = GIC_PRIORITY_IDLE;
    r->arch.processor_sleep = !r->v2; /* a GICv2 knows no sleep */
    r->arch.phase = r->v2 ? (uint8_t)GICR_AWAKE : (uint8_t)GICR_ASLEEP;
    r->arch.routing_sent = gicr_initial_routing(r);
    gic_outbox_clear(&r->outbox);
    r->outbox.more = false;
    if (r->lpi)
        gicr_lpi_reset(r->lpi);
    for (w = 0; w < r->words; w++)
        gicr_pending_changed(r, w, 0);
}

gic_outbox *gicr_outbox(gicr *r)
{
    return &r->outbox;
}

const gic_frame *gicr_frame(const gicr *r)
{
    return &r->frame;
}

/* --- wires ----------------------------------------------------------------------------------- */

void gicr_set_line(gicr *r, uint32_t intid, bool level)
{
    unsigned slot = gicr_slot_of(r, intid);
    uint32_t bit = gic_bit(intid);
    gicr_word *word;
    uint32_t before;

    if (slot == GICR_NO_SLOT || intid <= GIC_INTID_SGI_LAST) {
        gic_report(&r->outbox, GIC_EV_BAD_LINE, r->pe, intid, level);
        return;
    }
    word = &r->arch.word[slot / 32];
    if (((word->level & bit) != 0) == level)
        return;
    before = gicr_pending(word);
    word->level ^= bit;
    if (level && (word->edge & bit))
        gicr_latch(r, slot / 32, bit, true);
    else
        gicr_pending_changed(r, slot / 32, before);
    gicr_update(r);
}

/* --- messages -------------------------------------------------------------------------------- */

/* Private: here. Shared: the Distributor's, whose answer is passed on, so that a DSB means done. */
static void gicr_receive_deactivate(gicr *r, const gic_msg *msg)
{
    unsigned slot = gicr_slot_of(r, msg->intid);
    if (slot == GICR_NO_SLOT) {
        r->arch.upstream++;
        gicr_to_gicd(r, GIC_MSG_DEACTIVATE_SPI, msg->intid)->group = msg->group;
        return;
    }
    if (msg->group & gic_group_bit(gicr_group(r, slot)))
        gicr_deactivate(r, slot / 32, gic_bit(slot));
    gicr_to_cpuif(r, GIC_MSG_DEACTIVATE_ACK, msg->intid);
    gicr_update(r);
}

static void gicr_receive_generate_sgi(gicr *r, const gic_msg *msg)
{
    r->arch.upstream++;
    gicr_to_gicd(r, GIC_MSG_SGI_REQUEST, msg->intid)->arg = msg->arg;
}

static void gicr_receive_upstream_control(gicr *r, const gic_msg *msg)
{
    r->arch.cpu_groups = msg->group;
    r->arch.mask_hint = msg->priority;
    gicr_to_cpuif(r, GIC_MSG_UPSTREAM_CONTROL_ACK, 0);
}

static void gicr_receive_clear_ack(gicr *r, const gic_msg *msg)
{
    (void)msg;
    r->arch.clear_open = false;
}

static void gicr_receive_quiesce_ack(gicr *r, const gic_msg *msg)
{
    (void)msg;
    r->arch.quiesced = true;
}

static void gicr_receive_control_ack(gicr *r, const gic_msg *msg)
{
    (void)msg;
    r->arch.control_open = false;
    if (r->arch.control_again)
        gicr_send_control(r);
}

static void gicr_pass_on(gicr *r, gic_msg_kind kind, uint32_t intid)
{
    r->arch.upstream--;
    gicr_to_cpuif(r, kind, intid);
}

static void gicr_receive_taken_ack(gicr *r, const gic_msg *msg)
{
    gicr_pass_on(r, GIC_MSG_ACTIVATE_ACK, msg->intid);
}

static void gicr_receive_deactivate_ack(gicr *r, const gic_msg *msg)
{
    gicr_pass_on(r, GIC_MSG_DEACTIVATE_ACK, msg->intid);
}

static void gicr_receive_sgi_request_ack(gicr *r, const gic_msg *msg)
{
    gicr_pass_on(r, GIC_MSG_GENERATE_SGI_ACK, msg->intid);
}

/* Who handles a message, and whether it is only passed on and changes nothing here. */
typedef struct gicr_receiver {
    void (*handle)(gicr *r, const gic_msg *msg);
    bool passes;
} gicr_receiver;

void gicr_receive(gicr *r, gic_port from, const gic_msg *msg)
{
    static const gicr_receiver receiver[GIC_MSG_KIND_COUNT] = {
        [GIC_MSG_OFFER] = {gicr_receive_offer, false},
        [GIC_MSG_RECALL] = {gicr_receive_recall, false},
        [GIC_MSG_SGI] = {gicr_receive_sgi, false},
        [GIC_MSG_GROUP_ENABLES] = {gicr_receive_group_enables, false},
        [GIC_MSG_TAKEN_ACK] = {gicr_receive_taken_ack, true},
        [GIC_MSG_DEACTIVATE_SPI_ACK] = {gicr_receive_deactivate_ack, true},
        [GIC_MSG_SGI_REQUEST_ACK] = {gicr_receive_sgi_request_ack, true},
        [GIC_MSG_PE_STATE_ACK] = {gicr_receive_pe_state_ack, false},
        [GIC_MSG_ACTIVATE] = {gicr_receive_activate, false},
        [GIC_MSG_RELEASE] = {gicr_receive_release, false},
        [GIC_MSG_DEACTIVATE] = {gicr_receive_deactivate, true},
        [GIC_MSG_GENERATE_SGI] = {gicr_receive_generate_sgi, true},
        [GIC_MSG_UPSTREAM_CONTROL] = {gicr_receive_upstream_control, false},
        [GIC_MSG_CLEAR_ACK] = {gicr_receive_clear_ack, false},
        [GIC_MSG_QUIESCE_ACK] = {gicr_receive_quiesce_ack, false},
        [GIC_MSG_DOWNSTREAM_CONTROL_ACK] = {gicr_receive_control_ack, false},
        [GIC_MSG_LPI_SET] = {gicr_receive_lpi_set, false},
        [GIC_MSG_LPI_CLEAR] = {gicr_receive_lpi_clear, false},
        [GIC_MSG_LPI_INV] = {gicr_receive_lpi_inv, false},
        [GIC_MSG_LPI_INVALL] = {gicr_receive_lpi_invall, false},
        [GIC_MSG_LPI_MOVE] = {gicr_receive_lpi_move, false},
        [GIC_MSG_LPI_MOVEALL] = {gicr_receive_lpi_moveall, false},
        [GIC_MSG_LPI_MOVED] = {gicr_receive_lpi_moved, false},
        [GIC_MSG_LPI_MOVED_ACK] = {gicr_receive_lpi_moved_ack, false},
    };
    const gicr_receiver *to = &receiver[msg->kind < GIC_MSG_KIND_COUNT ? msg->kind : 0u];
    (void)from;
    GIC_ASSERT(to->handle);
    if (to->passes) {
        to->handle(r, msg);
        return;
    }
    if (!to->handle)
        return;
    to->handle(r, msg);
    gicr_update(r);
}

/* --- explaining ------------------------------------------------------------------------------ */

static void gicr_explain_private(const gicr *r, unsigned slot, gic_explanation *e)
{
    const gicr_word *word = &r->arch.word[slot / 32];
    uint32_t bit = gic_bit(slot);
    gic_group group = gicr_group(r, slot);
    bool level = (word->level & bit) != 0;
    bool latch = (word->latch & bit) != 0;

    gic_gate_set(e, GIC_GATE_PENDING, (gicr_pending(word) & bit) != 0,
                 (uint64_t)level | (uint64_t)latch << 1);
    gic_gate_set(e, GIC_GATE_ENABLED, (word->enable & bit) != 0, (word->enable & bit) != 0);
    gic_gate_set(e, GIC_GATE_NOT_ACTIVE, !(word->active & bit), (word->active & bit) != 0);
    gic_gate_set(e, GIC_GATE_GROUP_ENABLED, (r->arch.gicd_groups & gic_group_bit(group)) != 0,
                 group);
    gic_gate_set(e, GIC_GATE_ROUTED, true, r->affinity);
    gic_gate_set(e, GIC_GATE_OWNER, true, r->pe);
}

void gicr_explain(const gicr *r, gic_explanation *explanation)
{
    unsigned slot = gicr_slot_of(r, explanation->intid);
    bool asleep = r->arch.phase == GICR_ASLEEP || r->arch.phase == GICR_WAKING;

    if (explanation->pe != r->pe)
        return;
    gic_gate_set(explanation, GIC_GATE_AWAKE, r->arch.phase == GICR_AWAKE,
                 (uint64_t)r->arch.processor_sleep | (uint64_t)asleep << 1);
    if (explanation->intid >= GIC_INTID_LPI_FIRST)
        gicr_lpi_explain(r, explanation);
    if (!gic_is_private(explanation->intid))
        return;
    gic_gate_set(explanation, GIC_GATE_IMPLEMENTED, slot != GICR_NO_SLOT, slot != GICR_NO_SLOT);
    if (slot != GICR_NO_SLOT)
        gicr_explain_private(r, slot, explanation);
}

/* --- saving ---------------------------------------------------------------------------------- */

size_t gicr_save_size(const gicr *r)
{
    return sizeof(gic_save_header) + sizeof(r->arch) + gicr_lpi_save_size(r);
}

size_t gicr_save(const gicr *r, void *out)
{
    size_t at = gic_save_block(out, GICR_SAVE_MAGIC, GICR_SAVE_VERSION, &r->arch, sizeof(r->arch));
    return at + gicr_lpi_save(r, (unsigned char *)out + at);
}

/* Places of no entry are zero (gicr_flags()). */
static bool gicr_entries_sane(const gicr_entries *entries, unsigned flags)
{
    static const gicr_entry none = {0, 0, 0, 0, 0};
    unsigned i;
    if (entries->count > GIC_COUNT_OF(entries->entry))
        return false;
    for (i = 0; i < GIC_COUNT_OF(entries->entry); i++) {
        const gicr_entry *entry = &entries->entry[i];
        if (i >= entries->count && memcmp(entry, &none, sizeof(none)) != 0)
            return false;
        if (entry->group >= GIC_GROUP_COUNT || (entry->flags & ~flags) != 0 ||
            entry->nmi > (entry->group != GIC_GROUP_0 && entry->intid < GIC_INTID_LPI_FIRST))
            return false;
    }
    return true;
}

/* A byte of a file is no bool before it has been looked at. */
static bool gicr_bools_sane(const gicr_arch *arch)
{
    static const size_t place[] = {
        offsetof(gicr_arch, ds),           offsetof(gicr_arch, processor_sleep),
        offsetof(gicr_arch, quiesced),     offsetof(gicr_arch, clear_open),
        offsetof(gicr_arch, control_open), offsetof(gicr_arch, control_again),
        offsetof(gicr_arch, routing_open), offsetof(gicr_arch, routing_rwp),
        offsetof(gicr_arch, announced),    offsetof(gicr_arch, wake),
        offsetof(gicr_arch, last),         offsetof(gicr_arch, inactive)};
    const unsigned char *byte = (const unsigned char *)arch;
    unsigned i;
    for (i = 0; i < GIC_COUNT_OF(place); i++)
        if (byte[place[i]] > 1)
            return false;
    return true;
}

static bool gicr_groups_sane(const gicr_arch *arch)
{
    return ((arch->gicd_groups | arch->cpu_groups | arch->dpg) & ~GIC_GROUPS_ALL) == 0;
}

/* Sources are PEs, and there are some exactly where the latch says so; a GICv3 has none. */
static bool gicr_sources_sane(const gicr *r, const gicr_arch *arch)
{
    unsigned n;
    for (n = 0; n < GIC_COUNT_OF(arch->sgi_source); n++) {
        bool latched = (arch->word[0].latch & gic_bit(n)) != 0;
        if (r->v2 ? latched != (arch->sgi_source[n] != 0) ||
                        arch->sgi_source[n] >> r->config.pe_count != 0
                  : arch->sgi_source[n] != 0)
            return false;
    }
    return !r->v2 || (arch->phase == GICR_AWAKE && !arch->processor_sleep);
}

/* INMIR of what is implemented, and entries that are NMIs, where there are any. */
static bool gicr_nmis_sane(const gicr *r, const gicr_arch *arch)
{
    uint32_t there = 0;
    unsigned i;
    for (i = 0; i < GICR_WORDS_MAX; i++)
        there |= i < r->words ? 0 : arch->inmir[i];
    if (r->config.nmi)
        return there == 0;
    for (i = 0; i < r->words; i++)
        there |= arch->inmir[i];
    for (i = 0; i < 2; i++)
        there |= (uint32_t)arch->presented.entry[i].nmi | arch->offers.entry[i].nmi;
    return there == 0;
}

static bool gicr_sane(const gicr *r, const gicr_arch *arch)
{
    const gicr_shape *a = &arch->shape;
    const gicr_shape *b = &r->arch.shape;
    return memcmp(a, b, sizeof(*a)) == 0 && gicr_sources_sane(r, arch) && gicr_nmis_sane(r, arch) &&
           arch->phase <= GICR_FALLING && gicr_bools_sane(arch) && gicr_groups_sane(arch) &&
           gicr_entries_sane(&arch->presented, GICR_CLEARING | GICR_RWP) &&
           gicr_entries_sane(&arch->offers, GICR_RWP | GICR_RETURN | GICR_1OFN);
}

bool gicr_load(gicr *r, const void *in, size_t length)
{
    const size_t own = sizeof(gic_save_header) + sizeof(r->arch);
    gicr_arch arch;
    if (!gic_load_block(in, length, GICR_SAVE_MAGIC, GICR_SAVE_VERSION, &arch, sizeof(arch)) ||
        !gicr_sane(r, &arch) ||
        !gicr_lpi_can_load(r, (const unsigned char *)in + own, length - own, &arch))
        return false;
    r->arch = arch;
    gic_outbox_clear(&r->outbox);
    gicr_lpi_load(r, (const unsigned char *)in + own);
    return true;
}
