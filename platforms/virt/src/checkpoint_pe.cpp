// SPDX-License-Identifier: Apache-2.0
// A PE in a checkpoint.
#include "pe.h"

namespace virt
{

namespace
{

void put_event(const iss_event &event, gictime_bytes &to)
{
    gictime_bytes_u8(&to, event.kind);
    gictime_bytes_u8(&to, event.line);
    gictime_bytes_u8(&to, event.el);
    gictime_bytes_u8(&to, event.from_el);
    gictime_bytes_u64(&to, event.time_ps);
    gictime_bytes_u64(&to, event.pc);
    gictime_bytes_u64(&to, event.esr);
}

iss_event get_event(gictime_cursor &from)
{
    iss_event event = iss_event();

    event.kind = gictime_cursor_u8(&from);
    event.line = gictime_cursor_u8(&from);
    event.el = gictime_cursor_u8(&from);
    event.from_el = gictime_cursor_u8(&from);
    event.time_ps = gictime_cursor_u64(&from);
    event.pc = gictime_cursor_u64(&from);
    event.esr = gictime_cursor_u64(&from);
    return event;
}

} // namespace

void pe::save_access(gictime_bytes &to) const
{
    gictime_bytes_u8(&to, flight_.on);
    gictime_bytes_u64(&to, flight_.arrival_ps);
    gictime_bytes_u64(&to, made_insns_);
    gictime_bytes_u32(&to, made_);
    for (unsigned n = 0; n < made_; n++) {
        const made_access &m = access_[n];

        gictime_bytes_u64(&to, m.pa);
        gictime_bytes_u64(&to, m.data);
        gictime_bytes_u32(&to, m.size);
        gictime_bytes_u8(&to, m.kind);
        gictime_bytes_u8(&to, m.write);
        gictime_bytes_u8(&to, m.secure);
        gictime_bytes_u8(&to, m.ok);
    }
}

void pe::load_access(gictime_cursor &from)
{
    flight_.on = gictime_cursor_bool(&from);
    flight_.arrival_ps = gictime_cursor_u64(&from);
    made_insns_ = gictime_cursor_u64(&from);
    made_ = gictime_cursor_count(&from, most_accesses);
    for (unsigned n = 0; n < made_; n++) {
        made_access &m = access_[n];

        m.pa = gictime_cursor_u64(&from);
        m.data = gictime_cursor_u64(&from);
        m.size = gictime_cursor_count(&from, sizeof m.data);
        m.kind = gictime_cursor_u8(&from);
        m.write = gictime_cursor_bool(&from);
        m.secure = gictime_cursor_bool(&from);
        m.ok = gictime_cursor_bool(&from);
    }
}

// The state itself is the one that the ISS pushed last, and pushes again when it is loaded.
void pe::save_push(gictime_bytes &to) const
{
    gictime_bytes_u8(&to, push_.waiting);
    gictime_bytes_u64(&to, push_.time_ps);
    gictime_bytes_u32(&to, push_.events);
    for (unsigned n = 0; n < push_.events; n++)
        put_event(push_.event[n], to);
}

void pe::load_push(gictime_cursor &from)
{
    push_.waiting = gictime_cursor_bool(&from);
    push_.time_ps = gictime_cursor_u64(&from);
    push_.events = static_cast<uint8_t>(
        gictime_cursor_count(&from, sizeof push_.event / sizeof push_.event[0]));
    for (unsigned n = 0; n < push_.events; n++)
        push_.event[n] = get_event(from);
    push_.state = state_;
}

void pe::save(gictime_bytes &to) const
{
    const size_t length = ops_.save_size(iss_);

    gictime_bytes_u64(&to, length);
    if (uint8_t *room = gictime_bytes_room(&to, length))
        ops_.save(iss_, room);
    if (uint8_t *room = gictime_bytes_room(&to, dev_save_size(&gtimer_ops)))
        dev_save(&gtimer_ops, &timer_, room);
    gictime_bytes_u32(&to, timer_levels_);
    gictime_bytes_u8(&to, static_cast<uint8_t>(power_));
    gictime_bytes_u8(&to, held_ && wanted_);
    gictime_bytes_u64(&to, wanted_ps_);
    gictime_bytes_u32(&to, levels_);
    gictime_bytes_u32(&to, told_);
    gictime_bytes_u8(&to, exact_);
    put_event(last_exception_, to);
    put_event(before_same_, to);
    gictime_bytes_u32(&to, same_faults_);
    save_access(to);
    save_push(to);
}

bool pe::load_iss(gictime_cursor &from)
{
    const uint64_t length = gictime_cursor_u64(&from);
    const uint8_t *image = gictime_cursor_take(&from, length);
    bool ok = image != nullptr;

    loading_ = true;
    ok = ok && ops_.load(iss_, image, length);
    loading_ = false;
    image = gictime_cursor_take(&from, dev_save_size(&gtimer_ops));
    return ok && image != nullptr &&
           dev_load(&gtimer_ops, &timer_, image, dev_save_size(&gtimer_ops));
}

bool pe::load(gictime_cursor &from)
{
    if (!load_iss(from))
        return false;
    timer_levels_ = gictime_cursor_u32(&from);
    const uint8_t power = gictime_cursor_u8(&from);
    const bool wanted = gictime_cursor_bool(&from); /* by a debugger that is not here any more */
    const uint64_t wanted_ps = gictime_cursor_u64(&from);

    levels_ = gictime_cursor_u32(&from);
    told_ = gictime_cursor_u32(&from);
    exact_ = gictime_cursor_bool(&from);
    last_exception_ = get_event(from);
    before_same_ = get_event(from);
    same_faults_ = gictime_cursor_u32(&from);
    load_access(from);
    load_push(from);
    if (!gictime_cursor_done(&from) || power > static_cast<uint8_t>(pe_power::wfe) ||
        (levels_ | told_) >> ISS_LINE_COUNT != 0)
        return false;
    power_ = static_cast<pe_power>(power);
    if (wanted)
        sched_.ready(index(), wanted_ps);
    return true;
}

} // namespace virt
