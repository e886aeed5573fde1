// SPDX-License-Identifier: Apache-2.0
// A register frame as a TLM-2.0 target: the whole base protocol, once.
#ifndef GICTLM_FRAME_H
#define GICTLM_FRAME_H

#include <cstdint>
#include <memory>
#include <vector>

#include <systemc>
#include <tlm>

#include "gic/access.h"
#include "gic/cpuif.h"
#include "gic/regs.h"
#include "gictlm/attributes.h"

namespace gictlm
{

class assembly;

/// Which registers a frame_target leads to.
enum class frame_kind : uint8_t {
    gicd,      ///< The Distributor's frame.
    gicr,      ///< Redistributors, one every `gicr_stride` bytes.
    gicc,      ///< The CPU interfaces of a GICv2, of which the access names one.
    gich,      ///< Their list registers, for a hypervisor.
    gicv,      ///< Their virtual half, for its guest.
    gits,      ///< An ITS: its control frame, and its translation frame behind it.
    translater ///< An ITS's translation frame alone, for MSIs that come by a way of their own.
};

/// Transactions by how they ended.
struct frame_stats {
    uint64_t ok = 0;
    uint64_t address_errors = 0;
    uint64_t command_errors = 0;
    uint64_t burst_errors = 0;
    uint64_t byte_enable_errors = 0;
    uint64_t generic_errors = 0; ///< No data pointer.
    uint64_t bad_sizes = 0;      ///< Lengths no register has, whatever `bad_size` made of them.
    uint64_t busy_syncs = 0;     ///< Reads that waited because a busy bit was set.
    uint64_t msi_waits = 0;      ///< Writes of GITS_TRANSLATER that waited for room.
    uint64_t lpi_waits = 0;      ///< Writes of GICR_SETLPIR and GICR_CLRLPIR likewise.
};

/// A target socket for a register frame (rules B-01 to B-08). 32 bits wide; unbound is legal.
/// b_transport adds the access's cost to the delay and waits in two cases alone: where
/// config::busy_sync says, and a write of GITS_TRANSLATER, GICR_SETLPIR or GICR_CLRLPIR that finds
/// no room (a caller that is no thread cannot wait: it gets GENERIC_ERROR, and nothing has
/// happened);
/// nb_transport is converted by a tlm_utils::simple_target_socket behind this one; transport_dbg
/// has no side effect and takes no time; DMI is refused. Data are little-endian. An address is an
/// offset from the start of the frame.
class frame_target : public tlm::tlm_target_socket<32, tlm::tlm_base_protocol_types, 1,
                                                   sc_core::SC_ZERO_OR_MORE_BOUND>
{
public:
    /// Frame @p kind of @p owner; for gicr: PEs @p first to @p first + @p count - 1; for gits and
    /// translater: ITS @p first.
    frame_target(const char *name, assembly &owner, frame_kind kind, unsigned first = 0,
                 unsigned count = 1);
    ~frame_target() override;

    /// Bytes that the socket decodes; addresses behind them are ADDRESS_ERROR.
    uint64_t frame_size() const
    {
        return size_;
    }
    /// How transactions ended.
    const frame_stats &stats() const
    {
        return stats_;
    }

    const char *kind() const override
    {
        return "gictlm::frame_target";
    }

private:
    class forward;
    class converter;
    struct beat;

    struct quick_row;
    void prepare_quick_reads(unsigned pe_count);
    static quick_row make_quick(const gic_reg_row &row);
    bool is_plain_read(const tlm::tlm_generic_payload &payload) const;
    void b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
    void transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
    unsigned transport_dbg(tlm::tlm_generic_payload &payload);
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi);

    tlm::tlm_response_status check(const tlm::tlm_generic_payload &payload, beat &out) const;
    static bool one_access(const tlm::tlm_generic_payload &payload, beat &out);
    tlm::tlm_response_status respond(const tlm::tlm_generic_payload &payload,
                                     sc_core::sc_time &delay);
    tlm::tlm_response_status perform(const tlm::tlm_generic_payload &payload, const beat &what,
                                     sc_core::sc_time &delay);
    tlm::tlm_response_status bad_size(const tlm::tlm_generic_payload &payload, const beat &what,
                                      const sc_core::sc_time &delay);
    gic_access access_of(const tlm::tlm_generic_payload &payload, unsigned size, bool debug) const;
    gic_status read(uint64_t now_ps, const gic_access &access, uint64_t address, uint64_t &value);
    gic_status write(uint64_t now_ps, const gic_access &access, uint64_t address, uint64_t value);
    bool is_cpu() const;
    cpuif_frame_kind cpu_kind() const;
    struct layout;
    layout lay_out() const;
    uint32_t offset_of(uint64_t address) const;
    bool busy(gic_access access, uint64_t address, uint64_t value);
    bool its_busy(gic_access access, uint32_t offset, uint64_t value);
    bool is_msi(const tlm::tlm_generic_payload &payload, const beat &what) const;
    bool wait_for_lpi_room(uint64_t address, sc_core::sc_time &delay);
    tlm::tlm_response_status perform_msi(const tlm::tlm_generic_payload &payload, const beat &what,
                                         sc_core::sc_time &delay);
    void sync_busy(gic_access access, uint64_t address, sc_core::sc_time &delay);
    void count(tlm::tlm_response_status status);
    unsigned dbg_read(gic_access access, uint64_t address, unsigned char *data, unsigned length);
    unsigned piece(uint64_t address, unsigned room) const;
    unsigned dbg_write(gic_access access, uint64_t address, const unsigned char *data,
                       unsigned length);
    bool inside(uint64_t address, uint64_t length) const;

    /// What the quick path of b_transport has to know of a row, in the order in which it asks.
    struct quick_row {
        gic_reg_read_fn *read;
        const gic_reg_row *row;
        uint32_t offset;
        uint32_t intid_base;
        uint16_t lengths; ///< Bit n: reads of n bytes need no decision.
        uint8_t shift;    ///< From bits of the family to INTIDs.
    };
    /// No row, in row_of_word_.
    enum : uint8_t { no_row = 255 };

    assembly &owner_;
    uint64_t size_;
    std::vector<uint8_t> row_of_word_; ///< By offset / 4: number of the row.
    std::vector<quick_row> quick_;     ///< By row, and one for no_row.
    std::vector<void *> kernels_;      ///< By number of the frame, for quick reads.
    attributes defaults_;
    attributes_function attributes_of_;
    uint64_t read_cost_ps_;
    uint64_t write_cost_ps_;
    frame_stats stats_;
    const gic_frame *registers_;
    const gic_frame *banked_; ///< GICv2: what of the GICD frame is the requester's; or nullptr.
    uint32_t base_;           ///< Offset of the socket's first byte in the frame's registers.
    uint32_t frame_bytes_;
    uint32_t stride_mask_;
    uint16_t first_;
    uint8_t stride_shift_;
    bool absent_; ///< A frame of the other architecture: every address is ADDRESS_ERROR.
    frame_kind kind_;
    bool timed_;
    bool clocked_;
    std::unique_ptr<forward> forward_;
    std::unique_ptr<converter> converter_;
};

} // namespace gictlm

#endif
