// SPDX-License-Identifier: Apache-2.0
// The file of a checkpoint: what was written comes back, and nothing else is ever taken for it.
#include "checkpoint_file.h"

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "checkpoint_config.h"
#include "checkpoint_memory.h"
#include "gtest/gtest.h"

namespace
{

class CheckpointFile : public testing::Test
{
protected:
    void SetUp() override
    {
        char name[] = "/tmp/gictlm_checkpoint_XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        dir = name;
        path = dir + "/file";
    }

    void TearDown() override
    {
        vp_ckpt_release(&r);
        std::filesystem::remove_all(dir);
    }

    /// Two sections: 13 bytes, and none.
    void WriteTwo()
    {
        vp_ckpt_writer w;

        ASSERT_TRUE(vp_ckpt_create(&w, path.c_str(), &error)) << error.text;
        vp_ckpt_begin(&w, "first", 7);
        vp_ckpt_put(&w, "abc", 3);
        vp_ckpt_put(&w, "defghijklm", 10);
        vp_ckpt_end(&w);
        vp_ckpt_begin(&w, "second", 1);
        vp_ckpt_end(&w);
        ASSERT_TRUE(vp_ckpt_close(&w, &error)) << error.text;
    }

    std::vector<char> Bytes() const
    {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }

    void Replace(const std::vector<char> &bytes) const
    {
        std::ofstream(path, std::ios::binary | std::ios::trunc)
            .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

    /// The file as it is now is refused in one line that names it.
    void ExpectRefused(const std::string &what)
    {
        ASSERT_FALSE(vp_ckpt_open(&r, path.c_str(), &error)) << what;
        const std::string text = error.text;
        EXPECT_NE(text.find(path), std::string::npos) << text;
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    }

    std::string dir, path;
    vp_ckpt_reader r = vp_ckpt_reader();
    gictime_cursor cursor = gictime_cursor();
    vp_error error = vp_error();
};

TEST_F(CheckpointFile, GivesBackWhatWasWritten)
{
    WriteTwo();
    ASSERT_TRUE(vp_ckpt_open(&r, path.c_str(), &error)) << error.text;
    ASSERT_TRUE(vp_ckpt_find(&r, "first", 7, &cursor, &error)) << error.text;
    ASSERT_EQ(cursor.left, 13u);
    EXPECT_EQ(std::memcmp(cursor.at, "abcdefghijklm", 13), 0);
    EXPECT_FALSE(vp_ckpt_all_used(&r, &error)) << "section second has not been asked for";
    EXPECT_NE(std::strstr(error.text, "second"), nullptr) << error.text;
    ASSERT_TRUE(vp_ckpt_find(&r, "second", 1, &cursor, &error)) << error.text;
    EXPECT_EQ(cursor.left, 0u);
    EXPECT_TRUE(vp_ckpt_all_used(&r, &error)) << error.text;
}

TEST_F(CheckpointFile, NamesTheSectionThatIsMissingOrOfAnotherVersion)
{
    WriteTwo();
    ASSERT_TRUE(vp_ckpt_open(&r, path.c_str(), &error)) << error.text;
    EXPECT_FALSE(vp_ckpt_find(&r, "first", 8, &cursor, &error));
    EXPECT_NE(std::strstr(error.text, "version 7"), nullptr) << error.text;
    EXPECT_FALSE(vp_ckpt_find(&r, "third", 1, &cursor, &error));
    EXPECT_NE(std::strstr(error.text, "third"), nullptr) << error.text;
}

TEST_F(CheckpointFile, EveryChangedByteIsSeen)
{
    WriteTwo();
    const std::vector<char> good = Bytes();

    for (size_t at = 0; at < good.size(); at++)
        for (const int change : {1 << at % 8, 0xff}) {
            std::vector<char> bad = good;

            bad[at] = static_cast<char>(bad[at] ^ change);
            Replace(bad);
            ExpectRefused("byte " + std::to_string(at) + " ^ " + std::to_string(change));
        }
}

TEST_F(CheckpointFile, EveryCutAndEveryAdditionIsSeen)
{
    WriteTwo();
    const std::vector<char> good = Bytes();

    for (size_t size = 0; size < good.size(); size++) {
        Replace({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)});
        ExpectRefused("cut to " + std::to_string(size));
    }
    std::vector<char> longer = good;
    longer.push_back(0);
    Replace(longer);
    ExpectRefused("one byte more");
    longer.insert(longer.end(), good.begin(), good.end());
    Replace(longer);
    ExpectRefused("twice");
}

TEST_F(CheckpointFile, WhatIsNoFileOrAnotherKindOfFileIsRefused)
{
    ExpectRefused("nothing there");
    Replace(std::vector<char>(4096, 'x'));
    ExpectRefused("noise");
    EXPECT_NE(std::strstr(error.text, "not a gicvp checkpoint"), nullptr) << error.text;
    path = dir;
    ExpectRefused("a directory");
}

TEST_F(CheckpointFile, HasItsNameOnlyWhenItIsWhole)
{
    vp_ckpt_writer w;

    WriteTwo();
    const std::vector<char> before = Bytes();
    ASSERT_TRUE(vp_ckpt_create(&w, path.c_str(), &error)) << error.text;
    vp_ckpt_begin(&w, "new", 1);
    EXPECT_EQ(Bytes(), before);
    vp_ckpt_abandon(&w);
    EXPECT_EQ(Bytes(), before);
    EXPECT_FALSE(std::filesystem::exists(path + ".part"));
    EXPECT_FALSE(vp_ckpt_create(&w, (dir + "/no/such").c_str(), &error));
    EXPECT_NE(std::strstr(error.text, "/no/such"), nullptr) << error.text;
}

// ------------------------------------------------------------------ memories

TEST_F(CheckpointFile, MemoriesComeBackAndAllElseIsZero)
{
    vp_memory memory;
    vp_ckpt_writer w;

    ASSERT_TRUE(vp_memory_init(&memory, uint64_t(16) << 20, true, &error)) << error.text;
    uint8_t *ram = memory.region[VP_REGION_RAM].host;
    const uint64_t end = memory.region[VP_REGION_RAM].size;
    ram[0] = 1;
    ram[4095] = 2;
    ram[4096] = 3;
    ram[3 * 4096 + 5] = 4;
    ram[end - 1] = 5;
    ram[8 * 4096] = 0; /* touched, but zero */
    memory.region[VP_REGION_FLASH1].host[77] = 6;
    memory.region[VP_REGION_SECURE_RAM].host[78] = 7;
    ASSERT_TRUE(vp_ckpt_create(&w, path.c_str(), &error)) << error.text;
    vp_memory_save(&memory, &w);
    ASSERT_TRUE(vp_ckpt_close(&w, &error)) << error.text;
    EXPECT_LT(std::filesystem::file_size(path), 8u * 4096u) << "pages of zeros take no room";
    std::vector<uint8_t> expected(ram, ram + end);
    std::memset(ram, 0xaa, 1 << 20);
    ASSERT_TRUE(vp_ckpt_open(&r, path.c_str(), &error)) << error.text;
    ASSERT_TRUE(vp_memory_load(&memory, &r, &error)) << error.text;
    EXPECT_EQ(memory.region[VP_REGION_RAM].host, ram) << "direct pointers stay valid";
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), ram));
    EXPECT_EQ(memory.region[VP_REGION_FLASH1].host[77], 6);
    EXPECT_EQ(memory.region[VP_REGION_SECURE_RAM].host[78], 7);
    EXPECT_TRUE(vp_ckpt_all_used(&r, &error)) << error.text;
    vp_memory_free(&memory);
}

TEST_F(CheckpointFile, MemoriesOfAnotherSizeAreRefused)
{
    vp_memory memory;
    vp_ckpt_writer w;

    ASSERT_TRUE(vp_memory_init(&memory, uint64_t(16) << 20, false, &error)) << error.text;
    ASSERT_TRUE(vp_ckpt_create(&w, path.c_str(), &error)) << error.text;
    vp_memory_save(&memory, &w);
    ASSERT_TRUE(vp_ckpt_close(&w, &error)) << error.text;
    vp_memory_free(&memory);
    ASSERT_TRUE(vp_memory_init(&memory, uint64_t(32) << 20, false, &error)) << error.text;
    ASSERT_TRUE(vp_ckpt_open(&r, path.c_str(), &error)) << error.text;
    EXPECT_FALSE(vp_memory_load(&memory, &r, &error));
    EXPECT_NE(std::strstr(error.text, "memory.ram"), nullptr) << error.text;
    vp_memory_free(&memory);
}

// ------------------------------------------------------------------ configuration

/// The lines of a machine, @p change applied to its options.
template <class Change> std::string lines(const Change &change)
{
    vp_options options = vp_options();
    vp_machine machine;
    vp_params params = vp_params();
    vp_boot boot = vp_boot();
    vp_error error = vp_error();
    gictime_bytes bytes = gictime_bytes();

    options.cpu = "cortex-a57";
    options.cpus = 2;
    options.ram = uint64_t(512) << 20;
    change(options, boot);
    vp_machine_make(&machine, &options);
    EXPECT_TRUE(vp_params_make(&params, &options, &machine, &error)) << error.text;
    vp_ckpt_config(&options, &params, &boot, &bytes);
    EXPECT_FALSE(bytes.failed);
    std::string text(reinterpret_cast<const char *>(bytes.data), bytes.size);
    gictime_bytes_free(&bytes);
    return text;
}

/// What is said when a machine with @p own is to take a file with @p saved; empty: it fits.
std::string difference(const std::string &saved, const std::string &own)
{
    const gictime_cursor from = {reinterpret_cast<const uint8_t *>(saved.data()), saved.size(),
                                 false};
    gictime_bytes mine = gictime_bytes();
    vp_error error = vp_error();

    gictime_bytes_put(&mine, own.data(), own.size());
    const bool same = vp_ckpt_config_same("FILE", &from, &mine, &error);
    gictime_bytes_free(&mine);
    EXPECT_EQ(same, error.text[0] == '\0');
    return error.text;
}

TEST(CheckpointConfig, SaysWhichOptionDiffersAndHow)
{
    uint8_t image[] = {1, 2, 3}, other[] = {1, 2, 4};
    const auto plain = [](vp_options &, vp_boot &) {};
    const std::string saved = lines(plain);

    EXPECT_EQ(difference(saved, lines(plain)), "");
    EXPECT_EQ(difference(saved, lines([](vp_options &o, vp_boot &) { o.cpus = 4; })),
              "--restore FILE: --cpus: it was saved with '2', this run has '4'; give the same");
    EXPECT_NE(difference(saved, lines([](vp_options &o, vp_boot &) { o.secure = true; }))
                  .find("--secure: it was saved with 'no', this run has 'yes'"),
              std::string::npos);
    EXPECT_NE(difference(saved, lines([](vp_options &o, vp_boot &) { o.profile = "gic600"; }))
                  .find("mode: it was saved with 'loosely-timed'"),
              std::string::npos);
    EXPECT_NE(difference(saved, lines([](vp_options &o, vp_boot &) {
                             o.set[o.num_sets++] = "gic.spis=64";
                         }))
                  .find("gic.spis: it was saved with '256', this run has '64'"),
              std::string::npos);
    const auto with = [](uint8_t *data) {
        return [data](vp_options &, vp_boot &b) { b.elf = vp_blob{data, 3, "x"}; };
    };
    EXPECT_EQ(difference(lines(with(image)), lines(with(image))), "");
    EXPECT_NE(difference(lines(with(image)), lines(with(other))).find("--elf: "),
              std::string::npos);
}

TEST(CheckpointConfig, WhatHoldsOtherLinesIsOfAnotherProgram)
{
    const std::string own = lines([](vp_options &, vp_boot &) {});

    for (const std::string &saved :
         {std::string(), std::string("x"), std::string("\n\n"), own + "more = 1\n",
          own.substr(0, own.size() / 2), "none = 1\n" + own})
        EXPECT_NE(difference(saved, own), "") << saved;
}

} // namespace
