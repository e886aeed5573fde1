// SPDX-License-Identifier: Apache-2.0
// A hypervisor and its guest on PE 0 of gic_rig.hpp: list registers by their fields, accesses of
// each in the state in which they are made.
#ifndef GICTLM_TESTBENCH_SUPPORT_VIRTUAL_RIG_HPP
#define GICTLM_TESTBENCH_SUPPORT_VIRTUAL_RIG_HPP

#include "gic_rig.hpp"

namespace rig
{

enum lr_state : unsigned { INVALID, PENDING, ACTIVE, PENDING_ACTIVE };

// ICH_HCR_EL2
enum : uint64_t {
    HCR_EN = 1u << 0,
    HCR_UIE = 1u << 1,
    HCR_LRENPIE = 1u << 2,
    HCR_NPIE = 1u << 3,
    HCR_TC = 1u << 10,
    HCR_TALL0 = 1u << 11,
    HCR_TALL1 = 1u << 12,
    HCR_TDIR = 1u << 14
};

// ICH_VMCR_EL2: both groups enabled, nothing masked; EOImode.
enum : uint64_t { VMCR_OPEN = 0xF8000003, VMCR_EOIM = 1u << 9, VMCR_CBPR = 1u << 4 };

struct lr {
    uint32_t vintid = 40;
    unsigned priority = 0xA0;
    unsigned group = 1;
    unsigned state = PENDING;
    int hw = -1; // pINTID
    bool eoi = false;

    uint64_t word() const
    {
        uint64_t value = vintid | static_cast<uint64_t>(priority) << 48 |
                         static_cast<uint64_t>(group) << 60 | static_cast<uint64_t>(state) << 62;
        if (hw >= 0)
            value |= UINT64_C(1) << 61 | static_cast<uint64_t>(hw) << 32;
        return eoi ? value | UINT64_C(1) << 41 : value;
    }
};

inline unsigned state_of(uint64_t word)
{
    return static_cast<unsigned>(word >> 62);
}

class guest_and_host
{
public:
    explicit guest_and_host(gic &rig, bool as_secure = false) : g(rig), secure(as_secure)
    {
        ich(GIC_ICH_VMCR_EL2, VMCR_OPEN);
        ich(GIC_ICH_HCR_EL2, HCR_EN);
    }

    gic_pe_state state(unsigned el) const
    {
        gic_pe_state s{};
        s.el = static_cast<uint8_t>(el);
        s.scr_ns = !secure;
        s.scr_eel2 = secure;
        s.hcr_imo = s.hcr_fmo = true;
        return s;
    }
    void as_host()
    {
        g.set_pe(0, state(2));
    }
    void as_guest()
    {
        g.set_pe(0, state(1));
    }

    uint64_t ich(gic_sysreg reg)
    {
        as_host();
        return g.icc_read(0, reg);
    }
    void ich(gic_sysreg reg, uint64_t value)
    {
        as_host();
        g.icc_write(0, reg, value);
    }
    uint64_t icv(gic_sysreg reg)
    {
        as_guest();
        return g.icc_read(0, reg);
    }
    void icv(gic_sysreg reg, uint64_t value)
    {
        as_guest();
        g.icc_write(0, reg, value);
    }
    static gic_sysreg list(unsigned n)
    {
        return static_cast<gic_sysreg>(GIC_ICH_LR0_EL2 + n);
    }
    void put(unsigned n, const lr &as)
    {
        ich(list(n), as.word());
    }
    unsigned state_of_lr(unsigned n)
    {
        return state_of(ich(list(n)));
    }
    uint32_t ack(unsigned group = 1)
    {
        return static_cast<uint32_t>(icv(group ? GIC_ICC_IAR1_EL1 : GIC_ICC_IAR0_EL1));
    }
    void eoi(uint32_t vintid, unsigned group = 1)
    {
        icv(group ? GIC_ICC_EOIR1_EL1 : GIC_ICC_EOIR0_EL1, vintid);
    }
    unsigned eoi_count()
    {
        return static_cast<unsigned>(ich(GIC_ICH_HCR_EL2) >> 27);
    }
    // How an access of the guest ends.
    gic_sysreg_result guest_read(gic_sysreg reg)
    {
        uint64_t value;
        as_guest();
        return g.try_read(0, reg, &value);
    }
    gic_sysreg_result guest_write(gic_sysreg reg, uint64_t value)
    {
        as_guest();
        return g.try_write(0, reg, value);
    }
    bool virq() const
    {
        return g.level(0, GIC_LINE_VIRQ);
    }
    bool vfiq() const
    {
        return g.level(0, GIC_LINE_VFIQ);
    }
    bool maintenance() const
    {
        return g.level(0, GIC_LINE_MAINTENANCE);
    }

    gic &g;
    bool secure;
};

// Run @p test in both modes, with one and with two Security states.
inline void with_guest(
    const std::function<void(guest_and_host &)> &test,
    const std::function<void(gic_config &)> &change = [](gic_config &) {})
{
    for (gic_config config : {one_state(2), two_states(2)}) {
        SCOPED_TRACE(config.two_security_states ? "two Security states" : "one Security state");
        change(config);
        in_both_modes(config, [&](gic &g) {
            guest_and_host v(g);
            test(v);
        });
    }
}

} // namespace rig

#endif
