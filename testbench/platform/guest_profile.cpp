// SPDX-License-Identifier: Apache-2.0
// Samples of the guest by symbol, and what is printed of them.
#include "guest_profile.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "exception_text.h"
#include "gtest/gtest.h"

namespace
{

/// A profile with two symbols; what is printed comes back as a string.
class profile_test : public ::testing::Test
{
protected:
    profile_test()
    {
        const char map[] = "1000 T first\n2000 T second\n3000 T third\n";

        EXPECT_TRUE(vp_symbols_parse(&symbols, reinterpret_cast<const uint8_t *>(map),
                                     sizeof map - 1, "map", 0, &error));
        profile.symbols = &symbols;
    }
    ~profile_test() override
    {
        vp_profile_free(&profile);
        vp_symbols_free(&symbols);
    }
    template <class Print> static std::string printed(const Print &print)
    {
        char *data = nullptr;
        size_t size = 0;
        FILE *out = open_memstream(&data, &size);

        print(out);
        (void)std::fclose(out);
        const std::string text(data, size);

        std::free(data);
        return text;
    }
    std::string csv() const
    {
        return printed([this](FILE *out) { vp_profile_csv(&profile, out); });
    }
    void add(unsigned times, unsigned pe, unsigned el, uint64_t pc)
    {
        while (times-- != 0)
            vp_profile_add(&profile, pe, el, pc);
    }

    vp_symbols symbols = vp_symbols();
    vp_error error = vp_error();
    vp_profile profile = vp_profile();
};

TEST_F(profile_test, ATableByLevelWithTheMostFrequentFirst)
{
    add(1, 0, 1, 0x1000);
    add(2, 1, 1, 0x1ffc);
    add(4, 0, 1, 0x2000);
    add(1, 0, 0, 0x900000);
    add(1, 1, 0, 0x900ffc);
    EXPECT_EQ(printed([this](FILE *out) { vp_profile_table(&profile, 500, out); }),
              "9 samples, one every 500 instructions of a PE\n"
              "EL0           2    22.22 %\n"
              "              2    22.22 %  0x900000 (page without a symbol)\n"
              "EL1           7    77.78 %\n"
              "              4    44.44 %  second\n"
              "              3    33.33 %  first\n");
}

TEST_F(profile_test, LinesForProgramsTellPesApart)
{
    add(3, 1, 1, 0x1010);
    add(1, 0, 2, 0x1010);
    add(2, 0, 0, 0x900000);
    EXPECT_EQ(csv(), "pe,el,address,symbol,samples\n0,0,0x900000,,2\n0,2,0x1000,first,1\n"
                     "1,1,0x1000,first,3\n");
    EXPECT_EQ(printed([this](FILE *out) { vp_profile_folded(&profile, out); }),
              "PE 0;EL0;0x900000 2\nPE 0;EL2;first 1\nPE 1;EL1;first 3\n");
}

TEST_F(profile_test, WithoutASampleThereAreHeadersOnly)
{
    EXPECT_EQ(csv(), "pe,el,address,symbol,samples\n");
    EXPECT_EQ(printed([this](FILE *out) { vp_profile_table(&profile, 100, out); }),
              "0 samples, one every 100 instructions of a PE\n");
}

TEST_F(profile_test, TheTableGrowsToItsBoundAndCountsTheRest)
{
    const uint64_t beyond = 1000;

    for (uint64_t page = 0; page < VP_PROFILE_PLACES + beyond; page++)
        add(1, 0, 1, UINT64_C(0x100000000) + page * VP_PROFILE_PAGE);
    EXPECT_EQ(profile.count, size_t{VP_PROFILE_PLACES});
    EXPECT_EQ(profile.lost, beyond);
    EXPECT_EQ(profile.samples, VP_PROFILE_PLACES + beyond);
    add(5, 0, 1, UINT64_C(0x100000000));
    EXPECT_EQ(profile.lost, beyond) << "what has a place keeps it";
}

TEST_F(profile_test, TheNameOfTheFileSaysTheForm)
{
    const auto begins = [this](const char *path) {
        const std::string text =
            printed([&](FILE *out) { vp_profile_print(&profile, 100, path, out); });

        return text.substr(0, 6);
    };

    add(1, 0, 1, 0x1000);
    EXPECT_EQ(begins("a/p.csv"), "pe,el,");
    EXPECT_EQ(begins("p.folded"), "PE 0;E");
    EXPECT_EQ(begins("csv"), "1 samp");
    EXPECT_EQ(begins("-"), "1 samp");
}

TEST(ExceptionText, NamesFaultsAndAddresses)
{
    const uint64_t data_abort = UINT64_C(0x25) << 26, svc = UINT64_C(0x15) << 26;

    EXPECT_STREQ(vp_exception_name(data_abort | 0x45), "data abort");
    EXPECT_TRUE(vp_exception_is_fault(data_abort));
    EXPECT_TRUE(vp_exception_has_far(data_abort));
    EXPECT_FALSE(vp_exception_is_fault(svc));
    EXPECT_TRUE(vp_exception_is_fault(0)) << "an undefined instruction";
    EXPECT_FALSE(vp_exception_has_far(0));
    EXPECT_STREQ(vp_exception_name(UINT64_C(0x3f) << 26), "exception");
}

} // namespace
