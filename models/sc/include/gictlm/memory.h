// SPDX-License-Identifier: Apache-2.0
// The GIC as an initiator: tables of ITSs and Redistributors in the platform's memory.
#ifndef GICTLM_MEMORY_H
#define GICTLM_MEMORY_H

#include <cstdint>
#include <deque>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "gic/assembly.h"

namespace gictlm
{

class assembly;

/// Requests by how they were answered.
struct memory_stats {
    uint64_t direct = 0;    ///< By a direct pointer.
    uint64_t transport = 0; ///< By b_transport.
    uint64_t failed = 0;    ///< Refused by the platform, or nothing is bound.
};

/// Initiator socket for the GIC's own accesses to memory: Non-secure reads and writes of at most 64
/// bytes within an aligned line. Unbound is legal: then every access fails, as in a system without
/// memory there.
///
/// Where the target grants DMI the access is made by the pointer, with the latencies that the
/// target names, and takes no process. Otherwise a thread of its own calls b_transport, never from
/// inside a call of one of the GIC's target sockets; a delay that the target annotates passes while
/// the next access is under way, a wait() inside the target holds the next one up.
class memory_port : public tlm_utils::simple_initiator_socket_optional<memory_port>
{
public:
    memory_port(const char *name, assembly &owner);

    /// How accesses were made.
    const memory_stats &stats() const
    {
        return stats_;
    }

private:
    friend class assembly;
    struct request {
        gic_memory_access access;
        uint64_t time_ps;
    };
    struct region {
        uint64_t start;
        uint64_t end; ///< Last byte.
        unsigned char *host;
        uint64_t read_ps;
        uint64_t write_ps;
        bool readable;
        bool writable;
    };

    /// From inside the joiner: answer at once, or take it for the thread.
    gic_memory_answer ask(gic_memory_access &access, uint64_t now_ps, uint64_t &done_ps);
    /// What is waiting is not asked any more (reset, load).
    void forget();
    const region *find(const gic_memory_access &access);
    const region *ask_for_pointer(uint64_t address, bool write);
    void invalidate(sc_dt::uint64 start, sc_dt::uint64 end);
    void serve();
    void transport(request &next);

    assembly &owner_;
    std::vector<region> regions_; ///< Without rights: known to grant none.
    std::deque<request> waiting_;
    sc_core::sc_event wake_;
    unsigned forgotten_ = 0; ///< Counts forget(): what was under way then is of no use any more.
    memory_stats stats_;
};

} // namespace gictlm

#endif
