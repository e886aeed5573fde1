// SPDX-License-Identifier: Apache-2.0
// The GIC's own accesses to memory.
#include "gictlm/memory.h"

#include <algorithm>
#include <cstring>

#include "gic/fault.h"
#include "gictlm/assembly.h"

namespace gictlm
{

memory_port::memory_port(const char *name, assembly &owner)
    : simple_initiator_socket_optional(name), owner_(owner)
{
    register_invalidate_direct_mem_ptr(this, &memory_port::invalidate);
    sc_core::sc_spawn([this] { serve(); }, sc_core::sc_gen_unique_name("memory_access"));
}

void memory_port::forget()
{
    waiting_.clear();
    forgotten_++;
}

// ---- Direct pointers ----------------------------------------------------------------------------

static bool holds(uint64_t start, uint64_t end, const gic_memory_access &access)
{
    return access.address >= start && access.address <= end &&
           access.length - 1u <= end - access.address;
}

/// The region that holds the access, or nullptr where none is known; asks the platform once.
const memory_port::region *memory_port::find(const gic_memory_access &access)
{
    const bool write = access.op == GIC_MEMORY_WRITE;
    for (const region &r : regions_)
        if (holds(r.start, r.end, access))
            return (write ? r.writable : r.readable) ? &r : nullptr;
    const region *r = ask_for_pointer(access.address, write);
    return r && holds(r->start, r->end, access) && (write ? r->writable : r->readable) ? r
                                                                                       : nullptr;
}

/// A question in which no target may wait, so that it may be put from anywhere.
const memory_port::region *memory_port::ask_for_pointer(uint64_t address, bool write)
{
    tlm::tlm_generic_payload payload;
    tlm::tlm_dmi dmi;
    payload.set_address(address);
    payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    if (size() == 0)
        return nullptr;
    const bool granted = (*this)->get_direct_mem_ptr(payload, dmi);
    if (dmi.get_start_address() > address || dmi.get_end_address() < address)
        return nullptr; // says nothing about this place
    region r = {};
    r.start = dmi.get_start_address();
    r.end = dmi.get_end_address();
    r.host = dmi.get_dmi_ptr();
    r.read_ps = owner_.to_ps(dmi.get_read_latency().value());
    r.write_ps = owner_.to_ps(dmi.get_write_latency().value());
    r.readable = granted && dmi.is_read_allowed();
    r.writable = granted && dmi.is_write_allowed();
    regions_.push_back(r);
    return &regions_.back();
}

void memory_port::invalidate(sc_dt::uint64 start, sc_dt::uint64 end)
{
    if (GIC_FAULT("B-08c"))
        return;
    const auto overlaps = [=](const region &r) { return r.start <= end && r.end >= start; };
    regions_.erase(std::remove_if(regions_.begin(), regions_.end(), overlaps), regions_.end());
}

gic_memory_answer memory_port::ask(gic_memory_access &access, uint64_t now_ps, uint64_t &done_ps)
{
    if (const region *r = find(access)) {
        unsigned char *at = r->host + (access.address - r->start);
        if (access.op == GIC_MEMORY_WRITE)
            std::memcpy(at, access.data, access.length);
        else
            std::memcpy(access.data, at, access.length);
        done_ps = now_ps + (access.op == GIC_MEMORY_WRITE ? r->write_ps : r->read_ps);
        stats_.direct++;
        if (access.op == GIC_MEMORY_WRITE)
            owner_.tell_memory_written(access);
        return GIC_MEMORY_OK;
    }
    if (size() == 0) {
        stats_.failed++;
        return GIC_MEMORY_FAILED;
    }
    waiting_.push_back({access, now_ps});
    owner_.notifications_++;
    wake_.notify(sc_core::SC_ZERO_TIME);
    return GIC_MEMORY_LATER;
}

// ---- Transport ----------------------------------------------------------------------------------

void memory_port::transport(request &next)
{
    const bool write = next.access.op == GIC_MEMORY_WRITE;
    const unsigned turn = forgotten_;
    sc_core::sc_time delay = owner_.ahead(next.time_ps);
    tlm::tlm_generic_payload payload;
    payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload.set_address(next.access.address);
    payload.set_data_ptr(next.access.data);
    payload.set_data_length(next.access.length);
    payload.set_streaming_width(next.access.length);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    (*this)->b_transport(payload, delay);
    const bool ok = payload.is_response_ok() || GIC_FAULT("B-08b");
    (ok ? stats_.transport : stats_.failed)++;
    if (turn == forgotten_)
        owner_.memory_done(next.access, ok, owner_.now_ps(delay));
}

void memory_port::serve()
{
    for (;;) {
        while (!waiting_.empty()) {
            request next = waiting_.front();
            waiting_.pop_front();
            transport(next);
        }
        sc_core::wait(wake_);
    }
}

} // namespace gictlm
