// SPDX-License-Identifier: Apache-2.0
// The whole GICv2 against the slow reference (testbench/reference/ref_gicv2.h): random operations,
// and everything that can be read is compared after each. A failure prints its seed and its last
// operations; run it again with GICTLM_SEED=<seed>.
#include <cstdlib>
#include <deque>
#include <memory>
#include <random>
#include <string>

#include "gicv2_rig.hpp"
#include "ref_gicv2.h"

using namespace v2;

namespace
{

constexpr unsigned STEPS = 900;

class run
{
public:
    run(uint64_t seed, bool time)
        : dice_(seed), g_(choose(), time ? timed(1 + dice_() % 3000) : gic_timing{}),
          r_(std::make_unique<ref2>())
    {
        ref2_init(r_.get(), &g_.config);
        intids_ = {0, 3, 15, 16, 25, 27, 31, 32, 33, 47, 63};
        if (g_.config.spi_count > 32)
            intids_.insert(intids_.end(), {64u, 31u + g_.config.spi_count});
    }

    // Empty, or what is wrong.
    std::string go()
    {
        boot();
        for (unsigned n = 0; n < STEPS && wrong_.empty(); n++) {
            step();
            compare();
        }
        if (wrong_.empty())
            return "";
        std::string story = wrong_ + "; before it:";
        for (const std::string &line : last_)
            story += "\n  " + line;
        return story;
    }
    uint64_t acknowledged = 0;
    uint64_t signalled = 0;
    uint64_t guest_acknowledged = 0;

private:
    unsigned any(unsigned count)
    {
        return static_cast<unsigned>(dice_() % count);
    }
    gic_config choose()
    {
        const unsigned pes = any(4) == 0 ? 8 : 1 + any(5);
        gic_config config = any(2) != 0 ? two_states(pes) : one_state(pes);
        config.list_registers = static_cast<uint8_t>(1 + any(any(2) != 0 ? 4 : 16));
        config.spi_count = any(6) == 0 ? 988 : static_cast<uint16_t>(32 * (1 + any(4)));
        config.priority_bits = static_cast<uint8_t>(5 + any(4));
        config.preemption_bits =
            static_cast<uint8_t>(5 + any(config.priority_bits < 7 ? config.priority_bits - 4u : 3));
        return config;
    }
    void note(const char *what, unsigned pe, bool secure, uint32_t at, uint32_t value)
    {
        char line[120];
        std::snprintf(line, sizeof line, "PE %u (%s): %s 0x%x 0x%x", pe, secure ? "S" : "NS", what,
                      at, value);
        last_.push_back(line);
        if (last_.size() > 24)
            last_.pop_front();
    }
    void gicd(unsigned pe, bool secure, uint32_t at, uint32_t value, unsigned size = 4)
    {
        note(size == 1 ? "write byte GICD" : "write GICD", pe, secure, at, value);
        g_.dist_write(pe, at, value, size, secure);
        ref2_gicd_write(r_.get(), pe, secure, at, size, value);
    }
    void gicc(unsigned pe, bool secure, uint32_t at, uint32_t value)
    {
        note("write GICC", pe, secure, at, value);
        g_.gicc_write(pe, at, value, secure);
        ref2_gicc_write(r_.get(), pe, secure, at, value);
    }
    void gich(unsigned pe, uint32_t at, uint32_t value)
    {
        note("write GICH", pe, false, at, value);
        g_.gich_write(pe, at, value);
        ref2_gich_write(r_.get(), pe, at, value);
    }
    void gicv(unsigned pe, uint32_t at, uint32_t value)
    {
        note("write GICV", pe, false, at, value);
        g_.gicv_write(pe, at, value);
        ref2_gicv_write(r_.get(), pe, at, value);
    }
    void boot()
    {
        gicd(0, true, GICD_CTLR, 3);
        for (unsigned pe = 0; pe < g_.config.pe_count; pe++) {
            gicc(pe, true, GICC_PMR, 0xFF);
            gicc(pe, true, GICC_CTLR, 3);
            gicd(pe, true, GICD_ISENABLER, 0xFFFFFFFF);
            gich(pe, GICH_HCR, 1);
            gich(pe, GICH_VMCR, 0xF8000003 | any(2) << 2);
        }
        for (uint32_t intid : intids_) {
            gicd(0, true, GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
            gicd(0, true, GICD_IPRIORITYR + intid, any(256), 1);
            gicd(0, true, GICD_ITARGETSR + intid, any(256), 1);
        }
    }
    void acknowledge(unsigned pe, bool secure)
    {
        const uint32_t at = any(4) == 0 ? GICC_AIAR : GICC_IAR;
        const uint32_t want = ref2_gicc_read(r_.get(), pe, secure, at, false);
        const uint32_t got = g_.gicc(pe, at, secure);
        note("read GICC", pe, secure, at, got);
        expect("acknowledge", pe, at, got, want);
        if ((got & 0x3FF) < 1020) {
            acknowledged++;
            taken_ = got;
        }
    }
    void finish(unsigned pe, bool secure)
    {
        static const uint32_t where[] = {GICC_EOIR, GICC_EOIR, GICC_AEOIR, GICC_DIR};
        const uint32_t intid = any(4) == 0 ? intids_[any(unsigned(intids_.size()))] : taken_;
        gicc(pe, secure, where[any(4)], intid);
    }
    void write_family(unsigned pe, bool secure)
    {
        static const uint32_t bits[] = {GICD_IGROUPR,   GICD_ISENABLER, GICD_ISENABLER,
                                        GICD_ICENABLER, GICD_ISPENDR,   GICD_ICPENDR,
                                        GICD_ISACTIVER, GICD_ICACTIVER};
        const uint32_t intid = intids_[any(unsigned(intids_.size()))];
        switch (any(6)) {
        case 0:
            gicd(pe, secure, GICD_IPRIORITYR + intid, any(256), 1);
            return;
        case 1:
            gicd(pe, secure, GICD_ITARGETSR + intid, any(256), 1);
            return;
        case 2:
            gicd(pe, secure, (any(2) != 0 ? GICD_ICFGR : GICD_NSACR) + intid / 16 * 4,
                 static_cast<uint32_t>(dice_()));
            return;
        case 3:
            gicd(pe, secure, (any(2) != 0 ? GICD_SPENDSGIR : GICD_CPENDSGIR) + any(16), any(256),
                 1);
            return;
        default:
            gicd(pe, secure, bits[any(8)] + intid / 32 * 4,
                 any(3) == 0 ? static_cast<uint32_t>(dice_()) : 1u << intid % 32);
        }
    }
    void write_cpu(unsigned pe, bool secure)
    {
        static const uint32_t where[] = {GICC_CTLR, GICC_CTLR, GICC_PMR,    GICC_PMR,
                                         GICC_BPR,  GICC_ABPR, GICC_APR,    GICC_NSAPR,
                                         GICC_PMR,  GICC_CTLR, GICC_APR + 4};
        const uint32_t at = where[any(11)];
        uint32_t value = static_cast<uint32_t>(dice_());
        if (at == GICC_CTLR)
            value |= any(3) != 0 ? 3 : 0;
        if (at == GICC_PMR && any(2) != 0)
            value = 0xFF;
        if (at >= GICC_APR && any(2) != 0)
            value = 0;
        gicc(pe, secure, at, value);
    }
    void wire(unsigned pe)
    {
        const uint32_t intid = intids_[3 + any(unsigned(intids_.size()) - 3)];
        const bool level = any(2) != 0;
        note("wire", pe, false, intid, level);
        if (intid < 32)
            g_.ppi(pe, intid, level);
        else
            g_.wire(intid, level);
        ref2_wire(r_.get(), pe, intid, level);
    }
    void legacy(unsigned pe)
    {
        const unsigned levels = any(4);
        note("legacy inputs", pe, false, levels, 0);
        g_.legacy(pe, levels & 1u, levels & 2u);
        ref2_legacy(r_.get(), pe, levels & 1u, levels & 2u);
    }
    void restore()
    {
        note("save, reset, load", 0, false, 0, 0);
        if (!g_.reload())
            wrong_ = "what was saved is not loaded";
    }
    // A list register as a hypervisor writes it, or one that it must not write.
    uint32_t any_lr()
    {
        static const uint32_t states[] = {
            LR_PENDING, LR_PENDING, LR_PENDING, LR_ACTIVE, LR_PENDING | LR_ACTIVE, 0};
        uint32_t value = any(31) << 23 | states[any(6)] | any(2) << 30;
        if (any(12) == 0)
            return static_cast<uint32_t>(dice_());
        if (any(12) == 0)
            return value | (1020 + any(4)) | any(2) << 10;
        value |= any(3) == 0 ? any(16) | any(8) << 10 : intids_[any(unsigned(intids_.size()))];
        if (any(3) == 0)
            return value | LR_EOI;
        if (any(3) == 0)
            return (value & 0xFFF003FF) | LR_HW | intids_[any(unsigned(intids_.size()))] << 10;
        return value;
    }
    void hypervisor(unsigned pe)
    {
        const uint32_t count = g_.config.list_registers;
        const uint32_t value = static_cast<uint32_t>(dice_());
        switch (any(8)) {
        case 0:
            gich(pe, GICH_HCR, any(4) != 0 ? value | 1 : value);
            break;
        case 1:
            gich(pe, GICH_VMCR, any(4) != 0 ? value | 0xF0000003 : value);
            break;
        case 2:
            gich(pe, GICH_APR, any(3) != 0 ? 0 : value & 1u << any(32));
            break;
        case 3: // as it injects what it has acknowledged
            gich(pe, GICH_LR + 4 * any(count),
                 (taken_ & 0x3FF) | LR_HW | LR_PENDING | (taken_ & 0x3FF) << 10 | any(31) << 23);
            break;
        default:
            gich(pe, GICH_LR + 4 * any(count + any(2)), any_lr());
        }
    }
    void guest_takes(unsigned pe)
    {
        const uint32_t at = any(3) == 0 ? GICC_AIAR : GICC_IAR;
        const uint32_t want = ref2_gicv_read(r_.get(), pe, at, false);
        const uint32_t got = g_.gicv(pe, at);
        note("read GICV", pe, false, at, got);
        expect("acknowledge of the guest", pe, at, got, want);
        if ((got & 0x3FF) < 1020) {
            guest_acknowledged++;
            guest_taken_.push_back(got);
        }
    }
    void guest_ends(unsigned pe)
    {
        static const uint32_t where[] = {GICC_EOIR, GICC_EOIR, GICC_AEOIR, GICC_DIR};
        uint32_t value = static_cast<uint32_t>(dice_()) & 0x1FFF;
        if (any(8) != 0 && !guest_taken_.empty()) {
            value = guest_taken_.back();
            if (any(2) != 0)
                guest_taken_.pop_back();
        }
        gicv(pe, where[any(4)], value);
    }
    void guest(unsigned pe)
    {
        static const uint32_t where[] = {GICC_CTLR, GICC_PMR, GICC_BPR, GICC_ABPR, GICC_APR};
        const unsigned what = any(12);
        uint32_t value = static_cast<uint32_t>(dice_());
        if (what < 5)
            guest_takes(pe);
        else if (what < 10)
            guest_ends(pe);
        else if (const uint32_t at = where[any(5)]; at == GICC_APR)
            gicv(pe, at, any(3) != 0 ? 0 : value);
        else
            gicv(pe, at, at == GICC_CTLR ? value | 3 : at == GICC_PMR ? value | 0xC0 : value);
    }
    void step()
    {
        const unsigned pe = any(g_.config.pe_count);
        const bool secure = any(3) != 0;
        switch (any(18)) {
        case 12:
        case 13:
        case 14:
            hypervisor(pe);
            break;
        case 15:
        case 16:
        case 17:
            guest(pe);
            break;
        case 0:
        case 1:
        case 2:
            acknowledge(pe, secure);
            break;
        case 3:
        case 4:
            finish(pe, secure);
            break;
        case 5:
        case 6:
            wire(pe);
            break;
        case 7:
            gicd(pe, secure, GICD_SGIR, static_cast<uint32_t>(dice_()) & 0x03FF8003);
            break;
        case 8:
            write_cpu(pe, secure);
            break;
        case 9:
            if (any(8) == 0)
                gicd(pe, secure, GICD_CTLR, any(4) != 0 ? 3 : any(4));
            else if (any(4) == 0)
                restore();
            else
                legacy(pe);
            break;
        default:
            write_family(pe, secure);
        }
    }
    void expect(const char *what, unsigned pe, uint32_t at, uint64_t got, uint64_t want)
    {
        char line[160];
        if (got == want || !wrong_.empty())
            return;
        std::snprintf(line, sizeof line, "%s 0x%x of PE %u: 0x%llx instead of 0x%llx", what, at, pe,
                      static_cast<unsigned long long>(got), static_cast<unsigned long long>(want));
        wrong_ = line;
    }
    void compare_gicd(unsigned pe, bool secure, uint32_t at)
    {
        uint64_t got = 0;
        gic_access access{};
        access.pe = static_cast<uint16_t>(pe);
        access.size = 4;
        access.secure = secure;
        access.debug = true;
        (void)gic_assembly_gicd_read(g_.a, g_.now, &access, at, &got);
        expect(secure ? "GICD" : "GICD (NS)", pe, at, got,
               ref2_gicd_read(r_.get(), pe, secure, at, 4));
    }
    void compare_gicc(unsigned pe, bool secure, uint32_t at)
    {
        uint64_t got = 0;
        gic_access access{};
        access.pe = static_cast<uint16_t>(pe);
        access.size = 4;
        access.secure = secure;
        access.debug = true;
        (void)gic_assembly_cpu_read(g_.a, g_.now, CPUIF_GICC, &access, at, &got);
        expect(secure ? "GICC" : "GICC (NS)", pe, at, got,
               ref2_gicc_read(r_.get(), pe, secure, at, true));
    }
    void compare_virtual(unsigned pe, cpuif_frame_kind kind, uint32_t at)
    {
        uint64_t got = 0;
        gic_access access{};
        access.pe = static_cast<uint16_t>(pe);
        access.size = 4;
        access.debug = true;
        (void)gic_assembly_cpu_read(g_.a, g_.now, kind, &access, at, &got);
        if (kind == CPUIF_GICH)
            expect("GICH", pe, at, got, ref2_gich_read(r_.get(), pe, at));
        else
            expect("GICV", pe, at, got, ref2_gicv_read(r_.get(), pe, at, true));
    }
    void compare_guest(unsigned pe)
    {
        for (uint32_t at :
             std::initializer_list<uint32_t>{GICH_HCR, GICH_VTR, GICH_VMCR, GICH_MISR, GICH_EISR,
                                             GICH_EISR + 4, GICH_ELRSR, GICH_APR, GICH_APR + 4})
            compare_virtual(pe, CPUIF_GICH, at);
        for (uint32_t n = 0; n <= g_.config.list_registers; n++)
            compare_virtual(pe, CPUIF_GICH, GICH_LR + 4 * n);
        for (uint32_t at : {GICC_CTLR, GICC_PMR, GICC_BPR, GICC_IAR, GICC_RPR, GICC_HPPIR,
                            GICC_ABPR, GICC_AIAR, GICC_AHPPIR, GICC_APR})
            compare_virtual(pe, CPUIF_GICV, at);
        expect("vIRQ", pe, 0, g_.line(pe, GIC_LINE_VIRQ), ref2_virq_line(r_.get(), pe));
        expect("vFIQ", pe, 0, g_.line(pe, GIC_LINE_VFIQ), ref2_vfiq_line(r_.get(), pe));
        expect("maintenance", pe, 0, g_.line(pe, GIC_LINE_MAINTENANCE),
               ref2_maintenance_line(r_.get(), pe));
    }
    void compare_pe(unsigned pe, bool secure)
    {
        for (uint32_t at : std::initializer_list<uint32_t>{
                 GICD_CTLR, GICD_IGROUPR, GICD_ISENABLER, GICD_ISPENDR, GICD_ISACTIVER,
                 GICD_ICPENDR, GICD_ICFGR, GICD_ICFGR + 4, GICD_PPISR, GICD_NSACR, GICD_NSACR + 4,
                 GICD_ITARGETSR, GICD_CPENDSGIR, GICD_SPENDSGIR + 12})
            compare_gicd(pe, secure, at);
        for (uint32_t at = 0; at < 32; at += 4)
            compare_gicd(pe, secure, GICD_IPRIORITYR + at);
        for (uint32_t at : {GICC_CTLR, GICC_PMR, GICC_BPR, GICC_IAR, GICC_RPR, GICC_HPPIR,
                            GICC_ABPR, GICC_AIAR, GICC_AHPPIR})
            compare_gicc(pe, secure, at);
        for (uint32_t at = 0; at < 32; at += 4)
            compare_gicc(pe, secure, GICC_APR + at);
    }
    void compare()
    {
        for (unsigned pe = 0; pe < g_.config.pe_count; pe++) {
            expect("IRQ", pe, 0, g_.irq(pe), ref2_irq_line(r_.get(), pe));
            expect("FIQ", pe, 0, g_.fiq(pe), ref2_fiq_line(r_.get(), pe));
            signalled += g_.irq(pe) || g_.fiq(pe);
            compare_pe(pe, true);
            compare_pe(pe, false);
            compare_guest(pe);
        }
        for (uint32_t intid : intids_)
            for (const bool secure : {true, false}) {
                for (uint32_t at :
                     std::initializer_list<uint32_t>{GICD_IGROUPR, GICD_ISENABLER, GICD_ISPENDR,
                                                     GICD_ICPENDR, GICD_ISACTIVER, GICD_SPISR - 4})
                    if (intid >= 32)
                        compare_gicd(0, secure, at + intid / 32 * 4);
                compare_gicd(0, secure, GICD_IPRIORITYR + intid / 4 * 4);
                compare_gicd(0, secure, GICD_ITARGETSR + intid / 4 * 4);
                compare_gicd(0, secure, GICD_ICFGR + intid / 16 * 4);
                compare_gicd(0, secure, GICD_NSACR + intid / 16 * 4);
            }
    }

    std::mt19937_64 dice_;
    gic g_;
    std::unique_ptr<ref2> r_;
    std::vector<uint32_t> intids_;
    std::deque<std::string> last_;
    std::string wrong_;
    uint32_t taken_ = 0;
    std::vector<uint32_t> guest_taken_;
};

void each(unsigned count, bool time)
{
    const char *given = std::getenv("GICTLM_SEED");
    const uint64_t first = given ? std::strtoull(given, nullptr, 0) : 48;
    uint64_t acknowledged = 0;
    uint64_t signalled = 0;
    uint64_t guests = 0;
    ::testing::Test::RecordProperty("seed", std::to_string(first));
    count = given ? 1 : count;
    for (uint64_t seed = first; seed < first + count; seed++) {
        run one(seed, time);
        const std::string story = one.go();
        acknowledged += one.acknowledged;
        signalled += one.signalled;
        guests += one.guest_acknowledged;
        if (!story.empty() || ::testing::Test::HasFailure()) {
            FAIL() << "seed " << seed << ": " << story;
        }
    }
    // The runs have seen what they are for.
    EXPECT_GT(acknowledged, count * STEPS / 100);
    EXPECT_GT(signalled, count * STEPS / 20);
    EXPECT_GT(guests, count * STEPS / 300);
}

TEST(Gicv2Reference, EveryStateAgreesAfterEachOperation)
{
    each(24, false);
}

TEST(Gicv2Reference, SpacedOutTimedToo)
{
    each(12, true);
}

} // namespace
