// SPDX-License-Identifier: Apache-2.0
// A saved Redistributor with LPIs to be forged: see forged.hpp.
#ifndef GICTLM_TESTBENCH_UNIT_FORGED_GICR_HPP
#define GICTLM_TESTBENCH_UNIT_FORGED_GICR_HPP

#include "forged.hpp"
extern "C" {
#include "gicr_lpi.h"
}

namespace forged
{

constexpr uint32_t LPI = GIC_INTID_LPI_FIRST;
constexpr uint32_t LAST = 16383; // with 14 bits of INTID
constexpr uint32_t FIRST_LINE = 16, LAST_LINE = 31;

// The three blocks of a saved Redistributor, as a change sees them.
struct parts {
    gicr_arch arch;
    gicr_lpi_arch lpi;
    unsigned char *arrays;
};

class ForgedGicr : public Forged
{
protected:
    explicit ForgedGicr(uint16_t cache = 8, uint8_t bits = 14)
    {
        config.pe_count = 3;
        config.lpi_bits = bits;
        config.lpi_cache = cache;
        config.lpi_property_cache = 2;
        config.its_count = 2;
        const size_t bytes = gicr_footprint(&config);
        r = gicr_init(allocate(bytes), bytes, &config, 0, nullptr);
        r->arch.phase = GICR_AWAKE;
        r->lpi->arch.enabled = 1;
        r->lpi->arch.limit = UINT32_C(1) << bits;
        file.resize(gicr_save_size(r));
        file.resize(gicr_save(r, file.data()));
    }
    bool load(const std::vector<unsigned char> &forged) override
    {
        return gicr_load(r, forged.data(), forged.size());
    }
    bool loads_with(const std::function<void(parts &)> &change)
    {
        std::vector<unsigned char> forged = file;
        unsigned char *const first = forged.data() + sizeof(gic_save_header);
        unsigned char *const second = first + sizeof(gicr_arch) + sizeof(gic_save_header);
        parts p;
        std::memcpy(&p.arch, first, sizeof p.arch);
        std::memcpy(&p.lpi, second, sizeof p.lpi);
        p.arrays = second + sizeof p.lpi + sizeof(gic_save_header);
        change(p);
        std::memcpy(first, &p.arch, sizeof p.arch);
        std::memcpy(second, &p.lpi, sizeof p.lpi);
        seal(first, sizeof p.arch);
        seal(second, sizeof p.lpi);
        seal(p.arrays, r->lpi->saved);
        return load(forged);
    }
    // Row 2 is at work on the first LPI for ITS 1, but for the change.
    bool loads_with_row(const std::function<void(gicr_lpi_row &)> &change)
    {
        return loads_with([&](parts &p) {
            gicr_lpi_row &row = p.lpi.row[2];
            row.state = LPI_READ_TABLE;
            row.op.kind = LPI_SET;
            row.op.from = LPI_FROM_ITS;
            row.op.its = 1;
            row.op.intid = LPI;
            row.line = FIRST_LINE;
            row.tag = 8 * 5 + 2;
            change(row);
        });
    }
    // The same row has an LPI to send away.
    bool loads_with_move(const std::function<void(gicr_lpi_row &)> &change)
    {
        return loads_with_row([&](gicr_lpi_row &row) {
            row.op.kind = LPI_MOVE;
            row.op.target = 2;
            row.state = LPI_CREDIT;
            row.line = LPI_NO_LINE;
            change(row);
        });
    }
    // A control at work, of a command of ITS 1.
    bool loads_with_control(gicr_lpi_control control, const std::function<void(parts &)> &change)
    {
        return loads_with([&](parts &p) {
            p.lpi.control = static_cast<uint8_t>(control);
            p.lpi.control_op.kind = LPI_INVALL;
            p.lpi.control_op.from = LPI_FROM_ITS;
            p.lpi.control_op.its = 1;
            change(p);
        });
    }
    // An element of an array that is saved.
    template <typename T> T *in(const parts &p, const T *array, unsigned n = 0) const
    {
        const size_t at = static_cast<size_t>(reinterpret_cast<const unsigned char *>(array + n) -
                                              reinterpret_cast<unsigned char *>(r->lpi->entry));
        return reinterpret_cast<T *>(p.arrays + at);
    }
    void set_entry(const parts &p, unsigned slot, uint32_t intid, uint32_t flags) const
    {
        const gicr_lpi_entry entry = {0xA0u << 24 | intid, flags};
        std::memcpy(in(p, r->lpi->entry, slot), &entry, sizeof entry);
    }
    void set_queued(const parts &p, unsigned n, const gicr_lpi_op &op) const
    {
        std::memcpy(in(p, r->lpi->queue, n), &op, sizeof op);
    }

    gicr *r = nullptr;

private:
    static void seal(unsigned char *payload, size_t length)
    {
        const uint32_t sum = gic_checksum(payload, length);
        std::memcpy(payload - sizeof(gic_save_header) + offsetof(gic_save_header, checksum), &sum,
                    sizeof sum);
    }
};

inline gicr_entry spi(uint32_t intid, uint8_t flags)
{
    return {intid, 0xA0, GIC_GROUP_1NS, flags, 0};
}

} // namespace forged

#endif
