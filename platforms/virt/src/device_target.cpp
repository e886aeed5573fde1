// SPDX-License-Identifier: Apache-2.0
#include "device_target.h"

#include <cstring>

#include "time_util.h"
#include "tlm_util.h"

namespace virt
{

device_target::device_target(sc_core::sc_module_name name, agenda &times, const dev_ops &ops,
                             void *self, uint64_t cost_ps)
    : sc_module(name), socket("socket"), times_(times), ops_(ops), self_(self),
      cost_(from_ps(cost_ps)), lines_(ops.num_lines, nullptr), levels_(ops.num_lines, false)
{
    socket.register_b_transport(this, &device_target::b_transport);
    socket.register_transport_dbg(this, &device_target::transport_dbg);
    socket.register_get_direct_mem_ptr(this, &device_target::get_direct_mem_ptr);
    if (ops_.deadline != nullptr)
        part_ = times_.add([this] { on_deadline(); });
}

void device_target::connect(unsigned index, line_mux &line)
{
    lines_[index] = &line;
}

void device_target::grant_reads(uint8_t *host, uint64_t size, std::function<bool()> allowed)
{
    host_ = host;
    host_size_ = size;
    readable_ = std::move(allowed);
}

// Looks at what a call may have changed: outbox, levels, deadline, the grant of direct reads.
void device_target::update(uint64_t time_ps)
{
    if (after_)
        after_(time_ps);
    for (unsigned n = 0; n < ops_.num_lines; n++) {
        const bool level = ops_.line(self_, n);

        if (level == levels_[n])
            continue;
        levels_[n] = level;
        if (lines_[n] != nullptr)
            lines_[n]->set(level, ahead(time_ps));
    }
    if (granted_ && !readable_()) {
        granted_ = false;
        socket->invalidate_direct_mem_ptr(0, host_size_ - 1);
    }
    schedule();
}

void device_target::schedule()
{
    if (ops_.deadline != nullptr)
        times_.set(part_, ops_.deadline(self_));
}

void device_target::on_deadline()
{
    ops_.advance(self_, now_ps());
    update(now_ps());
}

void device_target::reset()
{
    ops_.reset(self_, now_ps());
    levels_.assign(levels_.size(), false);
    schedule();
}

void device_target::save(gictime_bytes &to) const
{
    for (const bool level : levels_)
        gictime_bytes_u8(&to, level);
    if (ops_.state_size == 0)
        return;
    if (uint8_t *room = gictime_bytes_room(&to, dev_save_size(&ops_)))
        dev_save(&ops_, self_, room);
}

bool device_target::load(gictime_cursor &from)
{
    for (size_t n = 0; n < levels_.size(); n++)
        levels_[n] = gictime_cursor_bool(&from);
    if (ops_.state_size != 0) {
        const uint8_t *state = gictime_cursor_take(&from, dev_save_size(&ops_));

        if (state == nullptr || !dev_load(&ops_, self_, state, dev_save_size(&ops_)))
            return false;
    }
    schedule();
    return gictime_cursor_done(&from);
}

dev_status device_target::access(tlm::tlm_generic_payload &payload, uint64_t time_ps)
{
    const unsigned size = payload.get_data_length();
    uint64_t value = 0;

    if (payload.is_write()) {
        std::memcpy(&value, payload.get_data_ptr(), size);
        return ops_.write(self_, payload.get_address(), size, time_ps, value);
    }
    const dev_status status = ops_.read(self_, payload.get_address(), size, time_ps, &value);

    std::memcpy(payload.get_data_ptr(), &value, size);
    return status;
}

// What the guest does wrong reads as zero and writes nothing; the access itself is fine.
void device_target::b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
    if (!check_payload(payload, ops_.span, 8))
        return;
    const uint64_t time = now_ps() + to_ps(delay);
    const dev_status status = access(payload, time);

    if (status != DEV_OK && complaint_)
        complaint_(ops_.name, payload.get_address(), payload.get_data_length(), payload.is_write(),
                   status);
    update(time);
    delay += cost_;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned device_target::transport_dbg(tlm::tlm_generic_payload &payload)
{
    const unsigned size = payload.get_data_length();
    uint64_t value = 0;

    if (payload.is_read() && host_ != nullptr && payload.get_address() < host_size_ &&
        size <= host_size_ - payload.get_address() && readable_()) {
        std::memcpy(payload.get_data_ptr(), host_ + payload.get_address(), size);
        return size;
    }
    if (size > 8 || payload.get_address() + size > ops_.span)
        return 0;
    if (payload.is_write()) {
        const bool done = access(payload, now_ps()) == DEV_OK;

        update(now_ps());
        return done ? size : 0;
    }
    const dev_status status = ops_.peek != nullptr
                                  ? ops_.peek(self_, payload.get_address(), size, now_ps(), &value)
                                  : ops_.read(self_, payload.get_address(), size, now_ps(), &value);

    std::memcpy(payload.get_data_ptr(), &value, size);
    return status == DEV_OK ? size : 0;
}

// Whoever is refused may remember for which addresses. What may be granted later is refused for the
// one address alone.
bool device_target::get_direct_mem_ptr(tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi)
{
    const bool later = host_ != nullptr && !readable_();

    dmi.allow_none();
    dmi.set_start_address(later ? payload.get_address() : 0);
    dmi.set_end_address(later ? payload.get_address() : ops_.span - 1);
    if (host_ == nullptr || later)
        return false;
    granted_ = true;
    dmi.set_start_address(0);
    dmi.set_dmi_ptr(host_);
    dmi.set_end_address(host_size_ - 1);
    dmi.set_read_latency(cost_);
    dmi.allow_read();
    return true;
}

} // namespace virt
