// SPDX-License-Identifier: Apache-2.0
//
// Advanced SIMD and floating point of the built-in ISS against Unicorn. Every form of every group
// (all values of its opcode, size and similar fields, unallocated ones included) on several sets
// of operands: numbers at the edges of the formats, NaNs, infinities, denormals, zeros, integers at
// the edges of the lanes; any FPCR. Compared: all registers, NZCV, FPSR, memory.
#include "unicorn_pair.h"

namespace
{

constexpr uint32_t kFpsrMask = 0x0800009f;
constexpr unsigned kSets = 4; // of operands for each encoding

struct Group {
    const char *name;
    uint32_t value;  // fixed bits
    uint32_t form;   // bits of which every combination is tried
    uint32_t random; // bits at random: registers, immediates
};

constexpr uint32_t kRegs3 = 0x001f03ff, kRegs2 = 0x000003ff;

const Group kIntegerGroups[] = {
    {"three same", 0x0e200400, 0x60c0f800, kRegs3},
    {"three same, scalar", 0x5e200400, 0x20c0f800, kRegs3},
    {"three different", 0x0e200000, 0x60c0f000, kRegs3},
    {"three different, scalar", 0x5e200000, 0x20c0f000, kRegs3},
    {"two-register misc", 0x0e200800, 0x60c1f000, kRegs2},
    {"two-register misc, scalar", 0x5e200800, 0x20c1f000, kRegs2},
    {"across lanes", 0x0e300800, 0x60c1f000, kRegs2},
    {"pairwise, scalar", 0x5e300800, 0x20c1f000, kRegs2},
    {"copy", 0x0e000400, 0x601f7800, kRegs2},
    {"copy, scalar", 0x5e000400, 0x201f7800, kRegs2},
    {"permute", 0x0e000800, 0x40c07000, kRegs3},
    {"table", 0x0e000000, 0x40c07000, kRegs3},
    {"extract", 0x2e000000, 0x40c07800, kRegs3},
    {"immediate", 0x0f000400, 0x6000f800, 0x000703ff},
    {"shift", 0x0f000400, 0x6078f800, 0x000703ff},
    {"shift, scalar", 0x5f000400, 0x2078f800, 0x000703ff},
    {"by element", 0x0f000000, 0x60c0f000, 0x003f0bff},
    {"by element, scalar", 0x5f000000, 0x20c0f000, 0x003f0bff},
};

const Group kScalarGroups[] = {
    {"fixed point", 0x1e000000, 0x80df0000, 0x0000ffff},
    {"integer", 0x1e200000, 0x80df0000, kRegs2},
    {"one operand", 0x1e204000, 0x80df8000, kRegs2},
    {"compare", 0x1e202000, 0x80c0c01f, 0x001f03e0},
    {"immediate", 0x1e201000, 0x80c003e0, 0x001fe01f},
    {"conditional compare", 0x1e200400, 0x80c0f010, 0x001f03ef},
    {"two operands", 0x1e200800, 0x80c0f000, kRegs3},
    {"conditional select", 0x1e200c00, 0x80c0f000, kRegs3},
    {"three operands", 0x1f000000, 0x80e08000, 0x001f7fff},
};

const Group kMemoryGroups[] = {
    {"unsigned offset", 0x3d000000, 0xc0c00000, 0x003fffff},
    {"9-bit offset", 0x3c000000, 0xc0c00c00, 0x001ff3ff},
    {"register offset", 0x3c200800, 0xc0c0f000, kRegs3},
    {"pair", 0x2c000000, 0xc1c00000, 0x003fffff},
    {"literal", 0x1c000000, 0xc0000000, 0x00ffffff},
    {"structures", 0x0c000000, 0x4040fc00, kRegs2},
    {"structures, post-index", 0x0c800000, 0x4040fc00, kRegs3},
    {"single structure", 0x0d000000, 0x4060fc00, kRegs2},
    {"single structure, post-index", 0x0d800000, 0x4060fc00, kRegs3},
};

bool InGroup(uint32_t raw, uint32_t mask, uint32_t value)
{
    return (raw & mask) == value;
}

// The Crypto extension: Unicorn's Cortex-A57 has it, ours says that it has not.
bool IsCrypto(uint32_t raw)
{
    return InGroup(raw, 0xff3e0c00, 0x4e280800) ||                           // AES
           InGroup(raw, 0xffe08c00, 0x5e000000) ||                           // SHA, three registers
           InGroup(raw, 0xff3e0c00, 0x5e280800) ||                           // SHA, two registers
           (InGroup(raw, 0xbf20fc00, 0x0e20e000) && (raw >> 22 & 3u) == 3u); // PMULL of 64 bits
}

class Simd : public UnicornPair
{
protected:
    void Start(uint64_t rounds)
    {
        UnicornPair::Start("cortex-a57", UC_CPU_ARM64_A57, rounds);
        EnableFp();
    }

    // CPACR_EL1.FPEN by the only way there is in each.
    void EnableFp()
    {
        uint64_t fpen = 3u << 20;
        uc_reg_write(uc_, UC_ARM64_REG_CPACR_EL1, &fpen);
        Place(kCode, 0xd5181040); // msr cpacr_el1, x0
        ops_->set_reg(pe_, ISS_REG_X0, fpen);
        ops_->set_reg(pe_, ISS_REG_PC, kCode);
        iss_result r;
        ops_->step(pe_, &r);
    }

    // A number of 2^(size) bytes, often a special one.
    uint64_t Lane(unsigned size)
    {
        static const unsigned kFrac[4] = {0, 10, 23, 52};
        unsigned bits = 8u << size;
        uint64_t all = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
        uint64_t sign = Chance(2) ? UINT64_C(1) << (bits - 1) : 0;
        if (size == 0 || Chance(4))
            return Value() & all;
        uint64_t one = UINT64_C(1) << kFrac[size], frac = one - 1;
        uint64_t inf = (all >> 1) & ~frac, bias = inf >> 1 & ~frac;
        switch (random_() % 12) {
        case 0:
            return sign;
        case 1:
            return sign | inf;
        case 2:
            return sign | inf | one >> 1 | (random_() & frac); // quiet NaN
        case 3:
            return sign | inf | ((random_() & (frac >> 1)) | 1); // signalling NaN
        case 4:
            return sign | (random_() & frac); // denormal
        case 5:
            return sign | one | (Chance(2) ? 0 : random_() & frac); // least normal ones
        case 6:
            return sign | (inf - 1 - (Chance(2) ? 0 : random_() & frac)); // largest ones
        case 7: // near one, few fraction bits: exact results and ties
            return sign | (bias + one * (random_() % 8)) | (frac & ~(frac >> (random_() % 6)));
        case 8: // near one
            return sign | (bias + one * (random_() % 4) - one) | (random_() & frac);
        case 9: // at the edge of integers
            return sign | (bias + one * (28 + random_() % 38) % inf) | (random_() & frac);
        case 10: // at the edge of halves and singles
            return sign | ((bias + one * (random_() % 40) - one * 20) & (all >> 1)) |
                   (random_() & frac);
        default:
            return random_() & all;
        }
    }

    void RandomVector(uint64_t v[2])
    {
        unsigned size = random_() % 4, bits = 8u << size;
        v[0] = v[1] = 0;
        for (unsigned i = 0; i < 128 / bits; i++)
            v[i * bits / 64] |= Lane(size) << (i * bits % 64);
    }

    void RandomOperands(uint32_t raw)
    {
        bool memory = IsMemory(raw);
        for (auto &x : x_)
            x = Value();
        x_[31] = Address(16);
        if (memory)
            x_[Rn(raw)] = Address(Rn(raw) == 31 || Chance(2) ? 16 : 1);
        if (memory && InGroup(raw, 0x3f200c00, 0x3c200800) && Rm(raw) != 31)
            x_[Rm(raw)] = random_() % 0x800 - (raw & 0xc000 ? 0x400 : 0);
        for (auto &v : v_)
            RandomVector(v);
        if (Chance(3)) // operands that are equal, or differ a little
            std::memcpy(v_[Rm(raw)], v_[Rn(raw)], 16), v_[Rm(raw)][0] ^= random_() % 3;
        flags_ = static_cast<uint32_t>(random_()) & 0xf0000000u;
        fpcr_ = static_cast<uint32_t>(random_()) & 0x07c00000u;
        if (Chance(3))
            fpcr_ &= 0x00c00000u;
        fpsr_ = Chance(3) ? 0 : static_cast<uint32_t>(random_()) & kFpsrMask;
        if (Chance(4)) // to nearest and inexact already: what the host may compute
            fpcr_ &= 0x07000000u, fpsr_ |= 0x10u;
    }

    static bool IsMemory(uint32_t raw)
    {
        return (raw & 0x0a000000) == 0x08000000;
    }

    void SetBoth(uint64_t pc)
    {
        for (int i = 0; i < 32; i++) {
            int reg = i < 29    ? UC_ARM64_REG_X0 + i
                      : i == 29 ? UC_ARM64_REG_X29
                      : i == 30 ? UC_ARM64_REG_X30
                                : UC_ARM64_REG_SP;
            ops_->set_reg(pe_, static_cast<iss_reg>(i), x_[i]);
            uc_reg_write(uc_, reg, &x_[i]);
            ops_->set_reg(pe_, static_cast<iss_reg>(ISS_REG_V0 + 2 * i), v_[i][0]);
            ops_->set_reg(pe_, static_cast<iss_reg>(ISS_REG_V0 + 2 * i + 1), v_[i][1]);
            uc_reg_write(uc_, UC_ARM64_REG_V0 + i, v_[i]);
        }
        uint64_t nzcv = flags_, fpcr = fpcr_, fpsr = fpsr_;
        ops_->set_reg(pe_, ISS_REG_PSTATE, flags_ | 0x3c5);
        ops_->set_reg(pe_, ISS_REG_PC, pc);
        ops_->set_reg(pe_, ISS_REG_FPCR, fpcr);
        ops_->set_reg(pe_, ISS_REG_FPSR, fpsr);
        uc_reg_write(uc_, UC_ARM64_REG_NZCV, &nzcv);
        uc_reg_write(uc_, UC_ARM64_REG_FPCR, &fpcr);
        uc_reg_write(uc_, UC_ARM64_REG_FPSR, &fpsr);
    }

    void CompareSimd(const std::string &what, bool memory)
    {
        uint64_t fpsr = 0;
        for (int i = 0; i < 32; i++) {
            uint64_t uc[2], own[2];
            uc_reg_read(uc_, UC_ARM64_REG_V0 + i, uc);
            own[0] = ops_->get_reg(pe_, static_cast<iss_reg>(ISS_REG_V0 + 2 * i));
            own[1] = ops_->get_reg(pe_, static_cast<iss_reg>(ISS_REG_V0 + 2 * i + 1));
            if (own[0] != uc[0] || own[1] != uc[1])
                ADD_FAILURE() << what << std::hex << " v" << std::dec << i << std::hex << " is "
                              << own[1] << ":" << own[0] << " instead of " << uc[1] << ":" << uc[0];
        }
        uc_reg_read(uc_, UC_ARM64_REG_FPSR, &fpsr);
        EXPECT_EQ(ops_->get_reg(pe_, ISS_REG_FPSR), fpsr & kFpsrMask) << what;
        CompareGeneral(what, memory);
    }

    std::string Describe(const Group &g, uint32_t raw)
    {
        char text[400];
        int n = std::snprintf(text, sizeof text, "seed %llu: %s %08x fpcr %08x fpsr %08x",
                              (unsigned long long)seed_, g.name, raw, fpcr_, fpsr_);
        for (unsigned reg : {Rd(raw), Rn(raw), Rm(raw)})
            n += std::snprintf(text + n, sizeof text - static_cast<size_t>(n),
                               " v%u=%016llx:%016llx", reg, (unsigned long long)v_[reg][1],
                               (unsigned long long)v_[reg][0]);
        return text;
    }

    // False for what is CONSTRAINED UNPREDICTABLE or not comparable.
    static bool Comparable(uint32_t raw)
    {
        bool pair_load = InGroup(raw, 0x3e400000, 0x2c400000);
        if (pair_load && Rd(raw) == Rt2(raw))
            return false;
        return !IsCrypto(raw);
    }

    void OneEncoding(const Group &g, uint32_t raw)
    {
        uint64_t pc = kCode + (random_() % 0x4000) * 4;
        if (!Comparable(raw))
            return;
        Place(pc, raw);
        Place(pc + 4, kStay);
        encodings_++;
        for (unsigned set = 0; set < kSets; set++) {
            RandomOperands(raw);
            SetBoth(pc);
            std::string what = Describe(g, raw);
            if (!RunBoth(pc, 1, what))
                return;
            CompareSimd(what, IsMemory(raw));
            defined_++;
        }
    }

    void OneGroup(const Group &g)
    {
        uint32_t form = 0;
        do {
            uint32_t random = static_cast<uint32_t>(random_()) & g.random;
            OneEncoding(g, g.value | form | random);
            form = (form - g.form) & g.form; // the next combination of these bits
        } while (form && !HasFailure());
    }

    template <size_t N> void RunGroups(const Group (&groups)[N], uint64_t rounds)
    {
        Start(rounds);
        for (uint64_t round = 0; round < cases_ && !HasFailure(); round++)
            for (const Group &g : groups)
                OneGroup(g);
        std::printf("%llu encodings, %llu executions compared\n", (unsigned long long)encodings_,
                    (unsigned long long)defined_);
        EXPECT_GT(defined_, encodings_ / 5) << "too few forms are allocated";
    }

    uint64_t v_[32][2] = {};
    uint32_t fpcr_ = 0, fpsr_ = 0;
    uint64_t encodings_ = 0, defined_ = 0;
};

TEST_F(Simd, VectorFormsAsUnicorn)
{
    RunGroups(kIntegerGroups, 2);
}

TEST_F(Simd, ScalarFloatingPointAsUnicorn)
{
    RunGroups(kScalarGroups, 10);
}

TEST_F(Simd, LoadsAndStoresAsUnicorn)
{
    RunGroups(kMemoryGroups, 2);
}

// Whatever is not in a group above is UNDEFINED in both, or does the same.
TEST_F(Simd, WholeEncodingSpaceAsUnicorn)
{
    static const Group anything = {"any", 0x0e000000, 0, 0xf1ffffff};
    static const Group memory = {"any load or store", 0x0c000000, 0, 0xf1ffffff};
    Start(2);
    for (uint64_t n = 0; n < 4000 * cases_ && !HasFailure(); n++) {
        OneEncoding(anything,
                    anything.value | (static_cast<uint32_t>(random_()) & anything.random));
        OneEncoding(memory, memory.value | (static_cast<uint32_t>(random_()) & memory.random));
    }
    EXPECT_GT(defined_, 0u);
}

} // namespace
