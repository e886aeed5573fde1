// SPDX-License-Identifier: Apache-2.0
// One operation on a whole GIC as data: what random tests do, and how it is told to people.
#ifndef GICTLM_TESTBENCH_SUPPORT_WHOLE_OP_HPP
#define GICTLM_TESTBENCH_SUPPORT_WHOLE_OP_HPP

#include <cstdint>
#include <cstdio>
#include <string>

#include "gic/pe.h"
#include "gic/sysreg.h"

namespace whole
{

// Who accesses a system register: the PE as it is, or in one of these states for that access;
// NORMAL is Non-secure EL1 with SCR_EL3.FIQ, as firmware leaves it; GUEST is Non-secure EL1 under a
// HYPERVISOR at EL2 that has the interrupts, SECURE_GUEST the same with Secure EL2.
enum class self : uint8_t {
    AS_IS,
    EL3,
    EL3_NS,
    SECURE_EL1,
    NONSECURE_EL1,
    NORMAL,
    GUEST,
    SECURE_GUEST,
    HYPERVISOR
};

enum class kind : uint8_t {
    GICD_READ,
    GICD_WRITE,
    GICR_READ,
    GICR_WRITE,
    ICC_READ,
    ICC_WRITE,
    END_LAST, // EOIR or DIR of the INTID that this PE, or its guest, acknowledged last
    PE_STATE,
    WIRE,
    CPU_ACTIVE,
    LPI_CONFIG, // a byte of the property table, then an invalidation: 0 INVLPIR, 1 INVALLR
    LPI_TABLES, // GICR_PROPBASER and PENDBASER; with PTZ, of a table that is zeroed first
    RESET_PE,
    RESET,
    RESTORE // save, reset, load
};

struct op {
    kind what = kind::GICD_READ;
    uint16_t pe = 0;
    uint8_t size = 4;
    bool secure = true;
    self who = self::AS_IS;
    gic_sysreg reg = GIC_ICC_IAR1_EL1;
    uint32_t at = 0; // offset, or INTID of a wire
    uint64_t value = 0;
};

// A PE's state as the value of a PE_STATE operation.
inline uint64_t pack(const gic_pe_state &s)
{
    uint64_t v = s.el;
    const bool bits[] = {s.scr_ns,  s.scr_irq, s.scr_fiq, s.scr_eel2, s.hcr_imo,
                         s.hcr_fmo, s.hcr_tge, s.hcr_e2h, s.aarch32};
    for (unsigned i = 0; i < 9; i++)
        v |= static_cast<uint64_t>(bits[i]) << (2 + i);
    return v | static_cast<uint64_t>(s.sctlr_nmi) << 16;
}

inline gic_pe_state unpack(uint64_t v)
{
    gic_pe_state s{};
    const auto bit = [v](unsigned n) { return (v >> (2 + n) & 1) != 0; };
    s.el = static_cast<uint8_t>(v & 3);
    s.scr_ns = bit(0);
    s.scr_irq = bit(1);
    s.scr_fiq = bit(2);
    s.scr_eel2 = bit(3);
    s.hcr_imo = bit(4);
    s.hcr_fmo = bit(5);
    s.hcr_tge = bit(6);
    s.hcr_e2h = bit(7);
    s.aarch32 = bit(8);
    s.sctlr_nmi = static_cast<uint8_t>(v >> 16);
    return s;
}

// A read that may acknowledge.
inline bool is_acknowledge(gic_sysreg reg)
{
    return reg == GIC_ICC_IAR0_EL1 || reg == GIC_ICC_IAR1_EL1 || reg == GIC_ICC_NMIAR1_EL1;
}

template <typename... args> std::string text(const char *format, args... rest)
{
    char line[256];
    std::snprintf(line, sizeof line, format, rest...);
    return line;
}

// One line for people.
inline std::string describe(const op &o)
{
    static const char *const who[] = {
        "",           " at EL3",          " at EL3 (NS)",        " at S-EL1",
        " at NS-EL1", " at NS-EL1 (FIQ)", " as guest at NS-EL1", " as guest at S-EL1",
        " at NS-EL2"};
    const auto value = static_cast<unsigned long long>(o.value);
    const char *state = o.secure ? "S" : "NS";
    const char *by = who[static_cast<unsigned>(o.who)];
    switch (o.what) {
    case kind::GICD_READ:
        return text("read %u bytes of GICD+0x%x (%s)", o.size, o.at, state);
    case kind::GICD_WRITE:
        return text("write %u bytes of GICD+0x%x (%s): 0x%llx", o.size, o.at, state, value);
    case kind::GICR_READ:
        return text("read %u bytes of GICR[%u]+0x%x (%s)", o.size, o.pe, o.at, state);
    case kind::GICR_WRITE:
        return text("write %u bytes of GICR[%u]+0x%x (%s): 0x%llx", o.size, o.pe, o.at, state,
                    value);
    case kind::ICC_READ:
        return text("PE %u%s: read %s", o.pe, by, gic_sysreg_name(o.reg));
    case kind::ICC_WRITE:
        return text("PE %u%s: write %s: 0x%llx", o.pe, by, gic_sysreg_name(o.reg), value);
    case kind::END_LAST:
        return text("PE %u%s: write %s with what it acknowledged last", o.pe, by,
                    gic_sysreg_name(o.reg));
    case kind::PE_STATE:
        return text("PE %u: EL%llu, state 0x%llx", o.pe, value & 3, value >> 2);
    case kind::WIRE:
        return text("wire of INTID %u (PE %u): %llu", o.at, o.pe, value);
    case kind::CPU_ACTIVE:
        return text("cpu_active of PE %u: %llu", o.pe, value);
    case kind::LPI_CONFIG:
        return text("LPI %u: configuration 0x%llx, then %s", o.at, value & 0xFF,
                    value >> 8 ? "INVALLR" : "INVLPIR");
    case kind::LPI_TABLES:
        return text("GICR[%u]: tables, IDbits %u, %s", o.pe, o.at, value ? "PTZ" : "no PTZ");
    case kind::RESET_PE:
        return text("reset of PE %u", o.pe);
    case kind::RESET:
        return "reset";
    default:
        return "save, reset, load";
    }
}

} // namespace whole

#endif
