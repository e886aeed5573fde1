// SPDX-License-Identifier: Apache-2.0
// The base protocol of register frames.
#include "gictlm/frame.h"

#include <cstring>
#include <string>

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "gic/cpuif.h"
#include "gic/fault.h"
#include "gic/fields.h"
#include "gic/gicd.h"
#include "gic/gicr.h"
#include "gic/its.h"
#include "gictlm/assembly.h"

namespace gictlm
{

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "register frames are little-endian: this host needs byte swapping in load and store");

namespace
{

/// Offsets and fields of the registers with a busy bit, from the rows of the kernels.
enum : uint32_t {
#define GICD_REG(name, offset, ...) name##_OFFSET = (offset),
#include "gicd.def"
#undef GICD_REG
#define GICR_REG(name, offset, ...) name##_OFFSET = (offset),
#include "gicr.def"
#undef GICR_REG
#define GITS_REG(name, offset, ...) name##_OFFSET = (offset),
#include "gits.def"
#undef GITS_REG
    last_busy_offset = GICR_SYNCR_OFFSET ///< Nothing behind it has a busy bit.
};
enum {
#define GIC_FIELD GIC_FIELD_CONSTANTS
#include "gicd_fields.def"
#include "gicr_fields.def"
#include "gits_fields.def"
#undef GIC_FIELD
    fields_end
};
static_assert(GICD_CTLR_OFFSET <= last_busy_offset && GICR_CTLR_OFFSET <= last_busy_offset &&
                  GICR_WAKER_OFFSET <= last_busy_offset && GITS_CTLR_OFFSET <= last_busy_offset &&
                  GITS_CREADR_OFFSET <= last_busy_offset,
              "the registers that software polls are the first of their frames");

/// Bit n: there are register accesses of n bytes.
constexpr unsigned access_sizes = 1u << 1 | 1u << 2 | 1u << 4 | 1u << 8;

constexpr bool is_access_size(unsigned length)
{
    return length <= 8 && (access_sizes >> length & 1u) != 0;
}

uint64_t load(const unsigned char *data, unsigned size)
{
    uint64_t value = 0;
    std::memcpy(&value, data, size);
    return value;
}

/// The sizes as constants: each copy is one instruction.
inline void store(unsigned char *data, unsigned size, uint64_t value)
{
    switch (size) {
    case 1:
        std::memcpy(data, &value, 1);
        break;
    case 2:
        std::memcpy(data, &value, 2);
        break;
    case 4:
        std::memcpy(data, &value, 4);
        break;
    default:
        std::memcpy(data, &value, 8);
        break;
    }
}

/// Widths of a row as a set of lengths: bit n for n bytes.
uint16_t lengths_of(unsigned widths)
{
    unsigned lengths = 0;
    for (unsigned size = GIC_W8; size <= GIC_W64; size *= 2)
        lengths |= widths & size ? 1u << size : 0u;
    return static_cast<uint16_t>(lengths);
}

unsigned log2_of(uint32_t power)
{
    return gic_lowest_bit(power);
}

} // namespace

/// One register access: which bytes of the payload it is.
struct frame_target::beat {
    uint64_t address;
    unsigned lane; ///< First byte in the data array.
    unsigned size; ///< Bytes; not always a legal size (bad_size).
};

/// What an initiator calls.
class frame_target::forward : public tlm::tlm_fw_transport_if<>
{
public:
    explicit forward(frame_target &frame) : frame_(frame) {}
    void b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay) override;
    unsigned transport_dbg(tlm::tlm_generic_payload &payload) override;
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi) override;
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &payload, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override;

private:
    frame_target &frame_;
};

/// The library's conversion of nb_transport: a simple_target_socket of which nothing else is used,
/// since a call through it costs as much as the register access.
class frame_target::converter : public sc_core::sc_module
{
public:
    converter(const sc_core::sc_module_name &name, frame_target &frame)
        : sc_module(name), out("out"), in_("in"), frame_(frame)
    {
        in_.register_b_transport(this, &converter::b_transport);
        out.register_nb_transport_bw(this, &converter::nb_transport_bw);
        out.bind(in_);
    }
    tlm_utils::simple_initiator_socket<converter> out;

private:
    void b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
    {
        frame_.transport(payload, delay);
    }
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &payload, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay)
    {
        return frame_->nb_transport_bw(payload, phase, delay);
    }

    tlm_utils::simple_target_socket<converter> in_;
    frame_target &frame_;
};

/// What the kinds of frames differ in.
struct frame_target::layout {
    const gic_frame *registers;
    attributes defaults;
    gic_cost read;
    gic_cost write;
    uint32_t stride;
    uint32_t bytes;
    uint32_t base;
};

frame_target::layout frame_target::lay_out() const
{
    const config &c = owner_.config_;
    const gic_assembly *a = owner_.a_;
    const uint32_t gicd_bytes = c.gic.gicv2 ? GICD2_FRAME_SIZE : GICD_FRAME_SIZE;
    switch (kind_) {
    case frame_kind::gicd:
        return {gic_assembly_gicd_frame(a),
                c.gicd_defaults,
                GIC_COST_GICD_READ,
                GIC_COST_GICD_WRITE,
                gicd_bytes,
                gicd_bytes,
                0};
    case frame_kind::gicc:
    case frame_kind::gich:
    case frame_kind::gicv: {
        const uint32_t bytes = kind_ == frame_kind::gich ? GICH_FRAME_SIZE : GICC_FRAME_SIZE;
        return {gic_assembly_cpu_frame(a, cpu_kind()),
                c.gicc_defaults,
                GIC_COST_GICC_READ,
                GIC_COST_GICC_WRITE,
                bytes,
                bytes,
                0};
    }
    case frame_kind::gicr:
        return {gic_assembly_gicr_frame(a),
                c.gicr_defaults,
                GIC_COST_GICR_READ,
                GIC_COST_GICR_WRITE,
                c.gicr_stride,
                GICR_FRAME_SIZE,
                0};
    case frame_kind::gits:
        return {gic_assembly_its_frame(a),
                c.gits_defaults,
                GIC_COST_ITS_READ,
                GIC_COST_ITS_WRITE,
                ITS_FRAME_SIZE,
                ITS_FRAME_SIZE,
                0};
    case frame_kind::translater:
        break;
    }
    return {gic_assembly_its_frame(a), c.gits_defaults,    GIC_COST_ITS_READ, GIC_COST_ITS_WRITE,
            ITS_FRAME_SIZE / 2,        ITS_FRAME_SIZE / 2, ITS_FRAME_SIZE / 2};
}

frame_target::frame_target(const char *name, assembly &owner, frame_kind kind, unsigned first,
                           unsigned count)
    : tlm_target_socket(name), owner_(owner), attributes_of_(owner.config_.attributes_of),
      first_(static_cast<uint16_t>(first)), kind_(kind), timed_(owner.timed_),
      clocked_(owner.clocked_)
{
    const layout l = lay_out();
    registers_ = l.registers;
    banked_ = owner.config_.gic.gicv2 && kind == frame_kind::gicd
                  ? gic_assembly_gicr_frame(owner.a_)
                  : nullptr;
    absent_ = registers_ == nullptr || (owner.config_.gic.gicv2 && kind == frame_kind::gicr);
    base_ = l.base;
    frame_bytes_ = l.bytes;
    size_ = uint64_t(l.stride) * (kind == frame_kind::gicr ? count : 1);
    stride_mask_ = l.stride - 1u;
    stride_shift_ = static_cast<uint8_t>(log2_of(l.stride));
    defaults_ = l.defaults;
    read_cost_ps_ = gic_assembly_access_ps(owner.a_, l.read);
    write_cost_ps_ = gic_assembly_access_ps(owner.a_, l.write);
    prepare_quick_reads(kind == frame_kind::gicr ? count : 1);
    converter_ = std::make_unique<converter>(
        sc_core::sc_gen_unique_name((std::string(name) + "_nb").c_str()), *this);
    forward_ = std::make_unique<forward>(*this);
    bind(*forward_);
}

frame_target::~frame_target() = default;

/// For the quick path of b_transport: rows by word, and which of their reads it may make. Timed,
/// every access has its time; with a function of the user's, its attributes are found by that; a
/// poll of a busy bit may have to wait; what is banked by PE is not one kernel's.
void frame_target::prepare_quick_reads(unsigned count)
{
    const gic_frame *frame = registers_;
    const gic_port port = kind_ == frame_kind::gicd ? GIC_PORT_GICD : GIC_PORT_GICR;
    const bool quick = !timed_ && !attributes_of_ && !owner_.config_.gic.gicv2 &&
                       (kind_ == frame_kind::gicd || kind_ == frame_kind::gicr);
    row_of_word_.assign((stride_mask_ + 1) / 4, no_row);
    for (uint32_t word = 0; quick && word < frame_bytes_ / 4; word++)
        if (const gic_reg_row *row = gic_frame_find(frame, 4 * word + base_))
            row_of_word_[word] = static_cast<uint8_t>(row - frame->row);
    quick_.assign(no_row + 1, quick_row());
    for (unsigned number = 0; quick && number < frame->row_count; number++)
        if (!clocked_ || frame->row[number].offset > last_busy_offset)
            quick_[number] = make_quick(frame->row[number]);
    for (unsigned number = 0; quick && number < count; number++)
        kernels_.push_back(
            gic_assembly_frame_kernel(owner_.a_, port, static_cast<uint16_t>(first_ + number)));
}

frame_target::quick_row frame_target::make_quick(const gic_reg_row &row)
{
    constexpr uint8_t no_intid = 31; // shifts every bit of a frame out
    quick_row q = quick_row();
    q.read = row.read;
    q.row = &row;
    q.offset = row.offset;
    q.intid_base = row.bits_per_intid ? row.intid_base : 0;
    q.shift = row.bits_per_intid ? static_cast<uint8_t>(log2_of(row.bits_per_intid)) : no_intid;
    q.lengths = gic_reg_quick(&row) ? lengths_of(row.widths) : uint16_t(0);
    return q;
}

inline bool frame_target::is_cpu() const
{
    return kind_ == frame_kind::gicc || kind_ == frame_kind::gich || kind_ == frame_kind::gicv;
}

inline cpuif_frame_kind frame_target::cpu_kind() const
{
    return kind_ == frame_kind::gich   ? CPUIF_GICH
           : kind_ == frame_kind::gicv ? CPUIF_GICV
                                       : CPUIF_GICC;
}

inline bool frame_target::inside(uint64_t address, uint64_t length) const
{
    return address < size_ && (address & stride_mask_) + length <= frame_bytes_;
}

inline gic_access frame_target::access_of(const tlm::tlm_generic_payload &payload, unsigned size,
                                          bool debug) const
{
    attributes found = defaults_;
    if (attributes_of_)
        attributes_of_(payload, found);
    else
        attributes_from_extension(payload, found);
    gic_access access;
    access.device_id = found.device_id;
    access.pe = found.pe;
    access.size = static_cast<uint8_t>(size);
    access.secure = found.secure;
    access.debug = debug;
    return access;
}

inline uint32_t frame_target::offset_of(uint64_t address) const
{
    return (static_cast<uint32_t>(address) & stride_mask_) + base_;
}

inline gic_status frame_target::read(uint64_t now_ps, const gic_access &access, uint64_t address,
                                     uint64_t &value)
{
    const uint32_t offset = offset_of(address);
    if (absent_)
        return GIC_ADDRESS;
    if (kind_ == frame_kind::gicd)
        return gic_assembly_gicd_read(owner_.a_, now_ps, &access, offset, &value);
    if (is_cpu())
        return gic_assembly_cpu_read(owner_.a_, now_ps, cpu_kind(), &access, offset, &value);
    if (kind_ != frame_kind::gicr)
        return gic_assembly_its_read(owner_.a_, now_ps, first_, &access, offset, &value);
    const auto pe = static_cast<uint16_t>(first_ + (address >> stride_shift_));
    return gic_assembly_gicr_read(owner_.a_, now_ps, pe, &access, offset, &value);
}

gic_status frame_target::write(uint64_t now_ps, const gic_access &access, uint64_t address,
                               uint64_t value)
{
    const uint32_t offset = offset_of(address);
    if (absent_)
        return GIC_ADDRESS;
    if (kind_ == frame_kind::gicd)
        return gic_assembly_gicd_write(owner_.a_, now_ps, &access, offset, value);
    if (is_cpu())
        return gic_assembly_cpu_write(owner_.a_, now_ps, cpu_kind(), &access, offset, value);
    if (kind_ != frame_kind::gicr)
        return gic_assembly_its_write(owner_.a_, now_ps, first_, &access, offset, value);
    const auto pe = static_cast<uint16_t>(first_ + (address >> stride_shift_));
    return gic_assembly_gicr_write(owner_.a_, now_ps, pe, &access, offset, value);
}

/// The ITS is busy while it is not quiescent after it was disabled, and while commands wait.
bool frame_target::its_busy(gic_access access, uint32_t offset, uint64_t value)
{
    uint64_t writer = 0;
    if (offset == GITS_CTLR_OFFSET)
        return !GIC_GET(GITS_CTLR, Enabled, value) && !GIC_GET(GITS_CTLR, Quiescent, value);
    if (offset != GITS_CREADR_OFFSET || GIC_GET(GITS_CREADR, Stalled, value))
        return false;
    access.size = 8;
    return gic_assembly_its_read(owner_.a_, 0, first_, &access, GITS_CWRITER_OFFSET, &writer) ==
               GIC_OK &&
           GIC_GET(GITS_CREADR, Offset, value) != GIC_GET(GITS_CWRITER, Offset, writer);
}

/// Whether a read of @p value at @p address tells of work in progress; @p access is a debugger's.
bool frame_target::busy(gic_access access, uint64_t address, uint64_t value)
{
    const uint32_t offset = offset_of(address);
    if (owner_.config_.gic.gicv2)
        return false; /* no register of it has a busy bit */
    if (kind_ == frame_kind::gicd)
        return offset == GICD_CTLR_OFFSET && GIC_GET(GICD_CTLR, RWP, value);
    if (kind_ != frame_kind::gicr)
        return its_busy(access, offset, value);
    if (offset == GICR_CTLR_OFFSET)
        return GIC_GET(GICR_CTLR, RWP, value) || GIC_GET(GICR_CTLR, UWP, value);
    if (offset == GICR_SYNCR_OFFSET)
        return GIC_GET(GICR_SYNCR, Busy, value);
    return offset == GICR_WAKER_OFFSET &&
           GIC_GET(GICR_WAKER, ChildrenAsleep, value) != GIC_GET(GICR_WAKER, ProcessorSleep, value);
}

/// A poll of a busy bit lets the caller's time come (B-01). Timed, a look without effect comes
/// first: a read at a local time ahead would take the component there before its messages.
void frame_target::sync_busy(gic_access access, uint64_t address, sc_core::sc_time &delay)
{
    uint64_t value = 0;
    access.debug = true;
    if (!owner_.config_.busy_sync || GIC_FAULT("B-01") ||
        read(owner_.now_ps(delay), access, address, value) != GIC_OK ||
        !busy(access, address, value) || !owner_.in_thread())
        return;
    stats_.busy_syncs++;
    owner_.synchronise(delay);
}

/// Whether it is a write of GITS_TRANSLATER by a width that this has; it is an MSI then.
inline bool frame_target::is_msi(const tlm::tlm_generic_payload &payload, const beat &what) const
{
    return (kind_ == frame_kind::gits || kind_ == frame_kind::translater) && payload.is_write() &&
           offset_of(what.address) == ITS_TRANSLATER && (what.size == 2 || what.size == 4);
}

/// An MSI. A full queue holds its writer up.
tlm::tlm_response_status frame_target::perform_msi(const tlm::tlm_generic_payload &payload,
                                                   const beat &what, sc_core::sc_time &delay)
{
    const gic_access access = access_of(payload, what.size, false);
    const auto event_id =
        static_cast<uint32_t>(load(payload.get_data_ptr() + what.lane, what.size));
    const bool waits = !gic_assembly_msi_has_room(owner_.a_, first_);
    if (waits) {
        stats_.msi_waits++;
        gic_assembly_msi_waits(owner_.a_, first_);
    }
    while (!gic_assembly_msi(owner_.a_, owner_.now_ps(delay), first_, access.device_id, event_id)) {
        owner_.settle();
        if (!owner_.in_thread())
            return tlm::TLM_GENERIC_ERROR_RESPONSE;
        owner_.synchronise(delay);
    }
    owner_.settle();
    if (timed_)
        delay += owner_.from_ps(write_cost_ps_);
    return waits && GIC_FAULT("B-01b") ? tlm::TLM_INCOMPLETE_RESPONSE : tlm::TLM_OK_RESPONSE;
}

/// A write at @p address of a Redistributor: of GICR_SETLPIR and GICR_CLRLPIR only as many wait as
/// there is room for, and the next one holds its writer up. False: that is no thread.
bool frame_target::wait_for_lpi_room(uint64_t address, sc_core::sc_time &delay)
{
    const auto pe = static_cast<uint16_t>(first_ + (address >> stride_shift_));
    const uint32_t offset = offset_of(address);
    if (offset < GICR_SETLPIR_OFFSET || offset >= GICR_CLRLPIR_OFFSET + 8 ||
        gic_assembly_lpi_has_room(owner_.a_, pe))
        return true;
    owner_.advance(owner_.now_ps(delay));
    owner_.settle();
    if (!gic_assembly_lpi_has_room(owner_.a_, pe))
        stats_.lpi_waits++;
    while (!gic_assembly_lpi_has_room(owner_.a_, pe)) {
        if (!owner_.in_thread())
            return false;
        owner_.synchronise(delay);
    }
    return true;
}

/// Perform one legal access. Both paths end with the joiner settled.
inline tlm::tlm_response_status frame_target::perform(const tlm::tlm_generic_payload &payload,
                                                      const beat &what, sc_core::sc_time &delay)
{
    const gic_access access = access_of(payload, what.size, false);
    unsigned char *data = payload.get_data_ptr() + what.lane;
    gic_status status;
    owner_.check_entry();
    if (payload.is_read()) {
        uint64_t value;
        if (clocked_ && offset_of(what.address) <= last_busy_offset && what.size >= 4 && !is_cpu())
            sync_busy(access, what.address, delay);
        status = read(owner_.now_ps(delay), access, what.address, value);
        owner_.settle();
        if (status == GIC_OK)
            store(data, what.size, value);
        if (timed_)
            delay += owner_.from_ps(read_cost_ps_);
    } else if (is_msi(payload, what)) {
        return perform_msi(payload, what, delay);
    } else {
        if (kind_ == frame_kind::gicr && !wait_for_lpi_room(what.address, delay))
            return tlm::TLM_GENERIC_ERROR_RESPONSE;
        status = write(owner_.now_ps(delay), access, what.address, load(data, what.size));
        owner_.settle();
        if (timed_)
            delay += owner_.from_ps(write_cost_ps_);
    }
    if (status == GIC_OK)
        return tlm::TLM_OK_RESPONSE;
    return status == GIC_BAD_SIZE ? tlm::TLM_BURST_ERROR_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE;
}

/// A length that no register has, and that is not one access: nothing happens (B-05).
tlm::tlm_response_status frame_target::bad_size(const tlm::tlm_generic_payload &payload,
                                                const beat &what, const sc_core::sc_time &delay)
{
    const gic_access access = access_of(payload, 0, false);
    gic_event event = gic_event();
    owner_.check_entry();
    event.time_ps = owner_.now_ps(delay);
    event.id = GIC_EV_BAD_SIZE;
    event.pe = access.pe;
    event.port = kind_ == frame_kind::gicd   ? GIC_PORT_GICD
                 : kind_ == frame_kind::gicr ? GIC_PORT_GICR
                 : is_cpu()                  ? GIC_PORT_CPUIF
                                             : GIC_PORT_ITS;
    event.arg = uint64_t(offset_of(what.address)) << 32 | what.size;
    owner_.tell(event);
    owner_.settle();
    stats_.bad_sizes++;
    if (owner_.config_.gic.bad_size == GIC_BAD_SIZE_ERROR)
        return tlm::TLM_BURST_ERROR_RESPONSE;
    if (payload.is_read())
        std::memset(payload.get_data_ptr() + what.lane, 0, what.size);
    return tlm::TLM_OK_RESPONSE;
}

/// Whether the enabled bytes of @p payload are one naturally aligned access; @p out says which.
bool frame_target::one_access(const tlm::tlm_generic_payload &payload, beat &out)
{
    const unsigned char *enable = payload.get_byte_enable_ptr();
    const unsigned period = payload.get_byte_enable_length();
    const unsigned length = payload.get_data_length();
    unsigned first = length;
    unsigned end = 0;
    unsigned enabled = 0;
    if (period == 0)
        return false;
    for (unsigned i = 0; i < length; i++) {
        const unsigned char byte = enable[i % period];
        if (byte == TLM_BYTE_DISABLED)
            continue;
        if (byte != TLM_BYTE_ENABLED)
            return false;
        first = first < i ? first : i;
        end = i + 1;
        enabled++;
    }
    out.lane = first;
    out.size = enabled;
    out.address = payload.get_address() + first;
    return is_access_size(enabled) && end - first == enabled && out.address % enabled == 0;
}

/// What is wrong with @p payload by the base protocol; @p out is the access it asks for.
tlm::tlm_response_status frame_target::check(const tlm::tlm_generic_payload &payload,
                                             beat &out) const
{
    const unsigned length = payload.get_data_length();
    if (!payload.is_read() && !payload.is_write())
        return tlm::TLM_COMMAND_ERROR_RESPONSE;
    if (length == 0 || payload.get_streaming_width() < length)
        return tlm::TLM_BURST_ERROR_RESPONSE;
    if (!payload.get_data_ptr())
        return tlm::TLM_GENERIC_ERROR_RESPONSE;
    if (!inside(payload.get_address(), length) && !GIC_FAULT("B-04"))
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    out.address = payload.get_address();
    out.lane = 0;
    out.size = length;
    if (payload.get_byte_enable_ptr() && !GIC_FAULT("B-06") && !one_access(payload, out))
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    return tlm::TLM_OK_RESPONSE;
}

void frame_target::count(tlm::tlm_response_status status)
{
    switch (status) {
    case tlm::TLM_OK_RESPONSE:
        stats_.ok++;
        break;
    case tlm::TLM_ADDRESS_ERROR_RESPONSE:
        stats_.address_errors++;
        break;
    case tlm::TLM_COMMAND_ERROR_RESPONSE:
        stats_.command_errors++;
        break;
    case tlm::TLM_BURST_ERROR_RESPONSE:
        stats_.burst_errors++;
        break;
    case tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE:
        stats_.byte_enable_errors++;
        break;
    default:
        stats_.generic_errors++;
        break;
    }
}

/// The answer to any transaction.
tlm::tlm_response_status frame_target::respond(const tlm::tlm_generic_payload &payload,
                                               sc_core::sc_time &delay)
{
    beat what = {};
    if (payload.get_command() == tlm::TLM_IGNORE_COMMAND && !GIC_FAULT("B-03"))
        return tlm::TLM_OK_RESPONSE;
    const tlm::tlm_response_status status = check(payload, what);
    if (status != tlm::TLM_OK_RESPONSE)
        return status;
    if (is_access_size(what.size))
        return perform(payload, what, delay);
    if (GIC_FAULT("B-05"))
        return perform(payload, {what.address, what.lane, 4}, delay);
    return bad_size(payload, what, delay);
}

void frame_target::transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
    const tlm::tlm_response_status status = respond(payload, delay);
    count(status);
    if (GIC_FAULT("B-02"))
        payload.set_streaming_width(payload.get_data_length() + 1);
    payload.set_dmi_allowed(GIC_FAULT("B-08"));
    payload.set_response_status(status);
}

/// Whether @p payload is a plain read of at most the widest register.
inline bool frame_target::is_plain_read(const tlm::tlm_generic_payload &payload) const
{
    const unsigned length = payload.get_data_length();
    return payload.get_command() == tlm::TLM_READ_COMMAND && length <= sizeof(uint64_t) &&
           !payload.get_byte_enable_ptr() && payload.get_streaming_width() >= length &&
           payload.get_data_ptr() && payload.get_address() < size_;
}

/// The usual transaction, a read that needs no decision, has a path of its own: it does what
/// transport() would do with it, at a fraction of the cost. Loosely timed a read moves nothing and
/// takes no time.
[[gnu::always_inline]] inline void frame_target::b_transport(tlm::tlm_generic_payload &payload,
                                                             sc_core::sc_time &delay)
{
    if (!is_plain_read(payload)) {
        transport(payload, delay);
        return;
    }
    const attributes *from = payload.get_extension<attributes_extension>();
    const unsigned size = payload.get_data_length();
    const uint32_t offset = static_cast<uint32_t>(payload.get_address()) & stride_mask_;
    const quick_row &row = quick_[row_of_word_[offset / 4]];
    if ((row.lengths >> size & 1u) == 0 || (offset & (size - 1)) != 0) {
        transport(payload, delay);
        return;
    }
    if (!from)
        from = &defaults_;
    const gic_access access = {from->device_id, from->pe, static_cast<uint8_t>(size), from->secure,
                               false};
    const uint32_t within = offset - row.offset;
    const gic_reg_access place = {&access, row.row, within,
                                  row.intid_base + (within * 8u >> row.shift)};
    uint64_t value = 0; // the handlers take it as that
    if (row.read(kernels_[payload.get_address() >> stride_shift_], &place, &value) != GIC_OK) {
        transport(payload, delay);
        return;
    }
    store(payload.get_data_ptr(), payload.get_data_length(), value);
    stats_.ok++;
    payload.set_dmi_allowed(GIC_FAULT("B-08"));
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

/// Word by word, whatever the registers' own sizes: reading has no side effect here.
unsigned frame_target::dbg_read(gic_access access, uint64_t address, unsigned char *data,
                                unsigned length)
{
    unsigned done = 0;
    access.size = 4;
    access.debug = !GIC_FAULT("B-07");
    while (done < length && inside(address + done, 1)) {
        const uint64_t at = address + done;
        const unsigned skip = at & 3u;
        unsigned part = 4u - skip;
        uint64_t word = 0;
        part = part < length - done ? part : length - done;
        if (read(owner_.now_ps(sc_core::SC_ZERO_TIME), access, at - skip, word) != GIC_OK)
            break;
        word >>= 8u * skip;
        std::memcpy(data + done, &word, part);
        done += part;
    }
    return done;
}

/// The largest naturally aligned piece of at most @p room bytes that the register at @p address
/// has; 0 where it has none.
unsigned frame_target::piece(uint64_t address, unsigned room) const
{
    const gic_reg_row *row = absent_ ? nullptr : gic_frame_find(registers_, offset_of(address));
    if (!row && banked_)
        row = gic_frame_find(banked_, offset_of(address));
    const unsigned widths = row ? row->widths : unsigned(GIC_W8);
    unsigned size = 8;
    while (size && (size > room || address % size != 0 || !(widths & size)))
        size /= 2;
    return size;
}

/// Each register once, as the guest would; bytes that are no access of their register end it.
unsigned frame_target::dbg_write(gic_access access, uint64_t address, const unsigned char *data,
                                 unsigned length)
{
    unsigned done = 0;
    while (done < length && inside(address + done, 1)) {
        const uint64_t at = address + done;
        const unsigned size = piece(at, length - done);
        access.size = static_cast<uint8_t>(size);
        if (size == 0 || write(owner_.now_ps(sc_core::SC_ZERO_TIME), access, at,
                               load(data + done, size)) != GIC_OK)
            break;
        owner_.settle();
        done += size;
    }
    return done;
}

unsigned frame_target::transport_dbg(tlm::tlm_generic_payload &payload)
{
    const gic_access access = access_of(payload, 4, true);
    const unsigned length = payload.get_data_length();
    unsigned done = 0;
    owner_.check_entry();
    if (!payload.get_data_ptr())
        return 0;
    if (payload.is_read())
        done = dbg_read(access, payload.get_address(), payload.get_data_ptr(), length);
    else if (payload.is_write())
        done = dbg_write(access, payload.get_address(), payload.get_data_ptr(), length);
    payload.set_response_status(done == length ? tlm::TLM_OK_RESPONSE
                                               : tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return done;
}

bool frame_target::get_direct_mem_ptr(tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi)
{
    payload.set_dmi_allowed(false);
    dmi.allow_none();
    dmi.set_start_address(0);
    dmi.set_end_address(~uint64_t(0));
    return false;
}

// ---- The forward interface ----------------------------------------------------------------------

void frame_target::forward::b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
    frame_.b_transport(payload, delay);
}

unsigned frame_target::forward::transport_dbg(tlm::tlm_generic_payload &payload)
{
    return frame_.transport_dbg(payload);
}

bool frame_target::forward::get_direct_mem_ptr(tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi)
{
    return frame_.get_direct_mem_ptr(payload, dmi);
}

tlm::tlm_sync_enum frame_target::forward::nb_transport_fw(tlm::tlm_generic_payload &payload,
                                                          tlm::tlm_phase &phase,
                                                          sc_core::sc_time &delay)
{
    return frame_.converter_->out->nb_transport_fw(payload, phase, delay);
}

} // namespace gictlm
