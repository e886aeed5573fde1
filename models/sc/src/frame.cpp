// SPDX-License-Identifier: Apache-2.0
// The base protocol of register frames.
#include "gictlm/frame.h"

#include <cstring>

#include "gic/fault.h"
#include "gic/fields.h"
#include "gic/gicd.h"
#include "gic/gicr.h"
#include "gictlm/assembly.h"

namespace gictlm
{

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "register frames are little-endian: this host needs byte swapping in load and store");

namespace
{

/// The registers with a busy bit that software polls, and those bits (IHI 0069, 12.9, 12.11).
enum : uint32_t { gicd_ctlr = 0x0000, gicr_ctlr = 0x0000, gicr_waker = 0x0014, last_busy = 0x0014 };
enum {
    GICD_CTLR_RWP_HIGH = 31,
    GICD_CTLR_RWP_LOW = 31,
    GICR_CTLR_UWP_HIGH = 31,
    GICR_CTLR_UWP_LOW = 31,
    GICR_CTLR_RWP_HIGH = 3,
    GICR_CTLR_RWP_LOW = 3,
    GICR_WAKER_ChildrenAsleep_HIGH = 2,
    GICR_WAKER_ChildrenAsleep_LOW = 2,
    GICR_WAKER_ProcessorSleep_HIGH = 1,
    GICR_WAKER_ProcessorSleep_LOW = 1
};

constexpr bool is_access_size(unsigned length)
{
    return length == 1 || length == 2 || length == 4 || length == 8;
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

frame_target::frame_target(const char *name, assembly &owner, frame_kind kind, unsigned first_pe,
                           unsigned pe_count)
    : simple_target_socket_optional(name), owner_(owner),
      attributes_of_(owner.config_.attributes_of), first_pe_(static_cast<uint16_t>(first_pe)),
      kind_(kind), timed_(owner.timed_)
{
    const bool dist = kind == frame_kind::gicd;
    const uint32_t stride = dist ? uint32_t(GICD_FRAME_SIZE) : owner.config_.gicr_stride;
    frame_bytes_ = dist ? uint32_t(GICD_FRAME_SIZE) : uint32_t(GICR_FRAME_SIZE);
    size_ = uint64_t(stride) * (dist ? 1 : pe_count);
    stride_mask_ = stride - 1u;
    stride_shift_ = static_cast<uint8_t>(log2_of(stride));
    defaults_ = dist ? owner.config_.gicd_defaults : owner.config_.gicr_defaults;
    read_cost_ps_ =
        gic_assembly_access_ps(owner.a_, dist ? GIC_COST_GICD_READ : GIC_COST_GICR_READ);
    write_cost_ps_ =
        gic_assembly_access_ps(owner.a_, dist ? GIC_COST_GICD_WRITE : GIC_COST_GICR_WRITE);
    register_b_transport(this, &frame_target::b_transport);
    register_transport_dbg(this, &frame_target::transport_dbg);
    register_get_direct_mem_ptr(this, &frame_target::get_direct_mem_ptr);
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

inline gic_status frame_target::read(uint64_t now_ps, const gic_access &access, uint64_t address,
                                     uint64_t &value)
{
    const uint32_t offset = static_cast<uint32_t>(address) & stride_mask_;
    if (kind_ == frame_kind::gicd)
        return gic_assembly_gicd_read(owner_.a_, now_ps, &access, offset, &value);
    const auto pe = static_cast<uint16_t>(first_pe_ + (address >> stride_shift_));
    return gic_assembly_gicr_read(owner_.a_, now_ps, pe, &access, offset, &value);
}

gic_status frame_target::write(uint64_t now_ps, const gic_access &access, uint64_t address,
                               uint64_t value)
{
    const uint32_t offset = static_cast<uint32_t>(address) & stride_mask_;
    if (kind_ == frame_kind::gicd)
        return gic_assembly_gicd_write(owner_.a_, now_ps, &access, offset, value);
    const auto pe = static_cast<uint16_t>(first_pe_ + (address >> stride_shift_));
    return gic_assembly_gicr_write(owner_.a_, now_ps, pe, &access, offset, value);
}

/// Whether a 32-bit read of @p value at @p address tells of work in progress.
bool frame_target::busy(uint64_t address, uint64_t value) const
{
    const uint32_t offset = static_cast<uint32_t>(address) & stride_mask_;
    if (kind_ == frame_kind::gicd)
        return offset == gicd_ctlr && GIC_GET(GICD_CTLR, RWP, value);
    if (offset == gicr_ctlr)
        return GIC_GET(GICR_CTLR, RWP, value) || GIC_GET(GICR_CTLR, UWP, value);
    return offset == gicr_waker &&
           GIC_GET(GICR_WAKER, ChildrenAsleep, value) != GIC_GET(GICR_WAKER, ProcessorSleep, value);
}

/// A poll of a busy bit: let the caller's time come, then look again (B-01).
void frame_target::sync_busy(const gic_access &access, uint64_t address, uint64_t &value,
                             sc_core::sc_time &delay)
{
    if (!owner_.config_.busy_sync || !owner_.in_thread() || GIC_FAULT("B-01"))
        return;
    stats_.busy_syncs++;
    owner_.synchronise(delay);
    (void)read(owner_.now_ps(delay), access, address, value);
    owner_.settle();
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
        status = read(owner_.now_ps(delay), access, what.address, value);
        owner_.settle();
        if ((what.address & stride_mask_) <= last_busy && what.size == 4 &&
            busy(what.address, value))
            sync_busy(access, what.address, value, delay);
        if (status == GIC_OK)
            store(data, what.size, value);
        if (timed_)
            delay += owner_.from_ps(read_cost_ps_);
    } else {
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
    event.port = kind_ == frame_kind::gicd ? GIC_PORT_GICD : GIC_PORT_GICR;
    event.arg = (what.address & stride_mask_) << 32 | what.size;
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

/// Everything that is not a plain access of a register's size.
tlm::tlm_response_status frame_target::unusual(const tlm::tlm_generic_payload &payload,
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

void frame_target::b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
    const uint64_t address = payload.get_address();
    const unsigned length = payload.get_data_length();
    tlm::tlm_response_status status;
    if (payload.get_command() != tlm::TLM_IGNORE_COMMAND &&
        (payload.is_read() || payload.is_write()) && is_access_size(length) &&
        !payload.get_byte_enable_ptr() && payload.get_streaming_width() >= length &&
        payload.get_data_ptr() && inside(address, length))
        status = perform(payload, {address, 0, length}, delay);
    else
        status = unusual(payload, delay);
    count(status);
    if (GIC_FAULT("B-02"))
        payload.set_streaming_width(payload.get_data_length() + 1);
    payload.set_dmi_allowed(GIC_FAULT("B-08"));
    payload.set_response_status(status);
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

/// In the largest naturally aligned pieces, each written once as the guest would.
unsigned frame_target::dbg_write(gic_access access, uint64_t address, const unsigned char *data,
                                 unsigned length)
{
    unsigned done = 0;
    const unsigned widest = length == 8 && address % 8 == 0 ? 8 : 4;
    while (done < length && inside(address + done, 1)) {
        const uint64_t at = address + done;
        unsigned size = widest;
        while (size > length - done || at % size != 0)
            size /= 2;
        access.size = static_cast<uint8_t>(size);
        if (write(owner_.now_ps(sc_core::SC_ZERO_TIME), access, at, load(data + done, size)) !=
            GIC_OK)
            break;
        done += size;
    }
    owner_.settle();
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

} // namespace gictlm
