// SPDX-License-Identifier: Apache-2.0
// What a GIC is built from: the architecture's choices, its timing, and what its sockets assume.
#ifndef GICTLM_CONFIG_H
#define GICTLM_CONFIG_H

#include <cstdint>
#include <vector>

#include "gic/config.h"
#include "gic/pe.h"
#include "gic/timing.h"
#include "gictlm/attributes.h"

namespace gictlm
{

/// Configuration of gictlm::gic and of the parts. The defaults work at once in a platform that
/// knows nothing of this model: one PE, 32 SPIs, one Security state, loosely timed.
struct config {
    /// Choices of the architecture (gic/config.h), `bad_size` among them. Its `affinity` member is
    /// replaced by the vector below when that is not empty.
    gic_config gic = gic_config_default();

    /// Affinity of each PE as Aff3.Aff2.Aff1.Aff0; empty: `gic.affinity` or its default.
    std::vector<uint32_t> affinity;

    /// Latencies, occupancies and access costs; `timed` false: loosely timed, all zero.
    gic_timing timing = gic_timing();

    /// Attributes of an access to GICD or GICR frames that brings none of its own (B-03).
    attributes gicd_defaults;
    attributes gicr_defaults;
    /// The same for GICC. In a GICv2 `pe` chooses the bank of GICC and of GICD.
    attributes gicc_defaults;
    /// The same for the ITSs: `device_id` is that of an MSI whose writer brings none.
    attributes gits_defaults;

    /// How attributes are found in a payload; see gictlm/adapters for those of other libraries.
    attributes_function attributes_of = nullptr; ///< nullptr: attributes_from_extension.

    /// State of each PE until it pushes its own, and again after a reset: Non-secure EL1.
    gic_pe_state pe_state = non_secure_el1();

    /// Distance of two Redistributors on the `gicr` sockets: a power of two, at least 0x20000.
    uint32_t gicr_stride = 0x20000;

    /// Numbers of PEs per Redistributor region. Empty: one region, the `gicr` socket. Otherwise
    /// they add up to `gic.pe_count` and each gets a `gicr_region[i]` socket of its own.
    std::vector<unsigned> gicr_regions;

    /// A read that finds a busy bit set (RWP, UWP, a WAKER handshake) waits until its local time,
    /// so that a guest that polls sees progress (B-01). Off for initiators that manage this
    /// themselves and must not be suspended inside b_transport.
    bool busy_sync = true;

    /// With GITS_TYPER.PTA=1 (`gic.its.pta`): the physical address of each PE's RD_base, by which
    /// ITS commands name it. Empty: PE n at n * gicr_stride.
    std::vector<uint64_t> gicr_bases;

    /// The CPU interfaces are somebody else's: messages leave by `to_cpuif` and come by
    /// `from_cpuif` (gictlm/stream.h); there are no `sysreg`, `irq`, `fiq`, `virq`, `vfiq`.
    bool external_cpuif = false;

    /// How many guest errors of each kind are reported by SC_REPORT_WARNING; the rest is counted.
    unsigned guest_error_reports = 4;

    /// EL1, Non-secure, no trap configured.
    static gic_pe_state non_secure_el1()
    {
        gic_pe_state state = gic_pe_state();
        state.el = 1;
        state.scr_ns = true;
        return state;
    }
};

} // namespace gictlm

#endif
