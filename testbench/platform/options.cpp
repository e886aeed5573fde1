// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace
{

/// Parses a command line; the error's text is kept.
struct parsed {
    explicit parsed(std::vector<std::string> words)
    {
        words.insert(words.begin(), "gicvp");
        for (std::string &word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        kept = std::move(words);
        ok = vp_options_parse(&options, static_cast<int>(kept.size()), argv.data(), &error);
    }
    std::vector<std::string> kept;
    std::vector<char *> argv;
    vp_options options;
    vp_error error = vp_error();
    bool ok;
};

TEST(Options, DefaultsAreOnePeWith512MiB)
{
    const parsed p({"run", "--elf", "a"});

    ASSERT_TRUE(p.ok) << p.error.text;
    EXPECT_EQ(p.options.cpus, 1u);
    EXPECT_EQ(p.options.ram, 512u << 20);
    EXPECT_STREQ(p.options.cpu, "cortex-a57");
    EXPECT_EQ(p.options.max_insns, UINT64_MAX);
    EXPECT_EQ(p.options.uart.kind, VP_UART_STDIO);
    EXPECT_EQ(p.options.secure_uart.kind, VP_UART_NULL);
    EXPECT_EQ(p.options.num_saves, 0u);
    EXPECT_EQ(p.options.restore, nullptr);
}

TEST(Options, EveryOptionOfRun)
{
    const parsed p({"run",
                    "--gic",
                    "v3",
                    "--cpu",
                    "cortex-a53",
                    "--cpus",
                    "512",
                    "--ram=2G",
                    "--kernel",
                    "k",
                    "--initrd",
                    "i",
                    "--append",
                    "a b",
                    "--secure",
                    "--virtualization",
                    "--profile",
                    "p",
                    "--set",
                    "x=1",
                    "--set",
                    "y=2",
                    "--max-insns",
                    "5",
                    "--max-time",
                    "10ms",
                    "--uart",
                    "file:u",
                    "--dump-dtb",
                    "d",
                    "--stats",
                    "s",
                    "--stamps",
                    "t",
                    "--trace-json",
                    "j",
                    "--vcd",
                    "v",
                    "--gdb",
                    "1234",
                    "--wait-gdb",
                    "--json",
                    "--quantum",
                    "7ns",
                    "--save-at",
                    "3ms=c=d",
                    "--save-at=insns:9=e",
                    "--restore",
                    "r",
                    "--secure-uart",
                    "file:w"});

    ASSERT_TRUE(p.ok) << p.error.text;
    EXPECT_EQ(p.options.cpus, 512u);
    EXPECT_EQ(p.options.ram, uint64_t(2) << 30);
    EXPECT_STREQ(p.options.append, "a b");
    EXPECT_TRUE(p.options.secure && p.options.virtualization && p.options.wait_gdb &&
                p.options.json);
    EXPECT_EQ(p.options.num_sets, 2u);
    EXPECT_EQ(p.options.max_time_ps, 10000000000u);
    EXPECT_STREQ(p.options.uart.path, "u");
    EXPECT_EQ(p.options.secure_uart.kind, VP_UART_FILE);
    EXPECT_STREQ(p.options.secure_uart.path, "w");
    ASSERT_EQ(p.options.num_saves, 2u);
    EXPECT_EQ(p.options.save[0].time_ps, 3000000000u);
    EXPECT_EQ(p.options.save[0].insns, UINT64_MAX);
    EXPECT_STREQ(p.options.save[0].path, "c=d");
    EXPECT_EQ(p.options.save[1].insns, 9u);
    EXPECT_EQ(p.options.save[1].time_ps, UINT64_MAX);
    EXPECT_STREQ(p.options.restore, "r");
    EXPECT_EQ(p.options.gdb_port, 1234u);
    EXPECT_EQ(p.options.quantum_ps, 7000u);
}

TEST(Options, OptionsThatLookInside)
{
    const parsed none({"run", "--elf", "a"});
    const parsed p({"run", "--elf", "a", "--trace", "irq,max=7,to=a,b", "--symbols", "m@4",
                    "--symbols", "n", "--profile-guest", "-", "--profile-insns", "500",
                    "--max-wall", "2s"});
    const parsed latency({"run", "--elf", "a", "--latency"});

    EXPECT_FALSE(vp_options_record(&none.options));
    EXPECT_EQ(none.options.max_wall_us, UINT64_MAX);
    EXPECT_EQ(none.options.profile_guest, nullptr);
    ASSERT_TRUE(p.ok) << p.error.text;
    EXPECT_TRUE(p.options.trace_irq.on && vp_options_record(&p.options));
    EXPECT_EQ(p.options.trace_irq.max_lines, 7u);
    EXPECT_STREQ(p.options.trace_irq.path, "a,b") << "the file is the rest";
    ASSERT_EQ(p.options.num_symbols, 2u);
    EXPECT_STREQ(p.options.symbols[0], "m@4");
    EXPECT_STREQ(p.options.profile_guest, "-");
    EXPECT_EQ(p.options.profile_insns, 500u);
    EXPECT_EQ(p.options.max_wall_us, 2000000u);
    EXPECT_TRUE(vp_options_record(&latency.options));
}

/// A bad command line, and what its message must name and advise.
struct bad_line {
    std::vector<std::string> words;
    const char *names;
    const char *advises;
};

class BadOptions : public testing::TestWithParam<bad_line>
{
};

TEST_P(BadOptions, AreRefusedInOneLineThatNamesThemAndWhatIsRight)
{
    const parsed p(GetParam().words);
    const std::string text = p.error.text;

    ASSERT_FALSE(p.ok);
    EXPECT_NE(text.find(GetParam().names), std::string::npos) << text;
    EXPECT_NE(text.find(GetParam().advises), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadOptions,
    testing::Values(
        bad_line{{}, "no command", "run"}, bad_line{{"rnu"}, "rnu", "run, regs"},
        bad_line{{"run"}, "nothing to run", "--bios"},
        bad_line{{"run", "--elf"}, "--elf", "missing"},
        bad_line{{"run", "--elf="}, "--elf", "empty"},
        bad_line{{"run", "--els", "x"}, "--els", "--help"},
        bad_line{{"run", "x"}, "x", "begin with --"},
        bad_line{{"run", "--gic", "v4", "--elf", "a"}, "v4", "--gic v2 or v3"},
        bad_line{{"run", "--gic", "v9", "--elf", "a"}, "v9", "--gic v2 or v3"},
        bad_line{{"run", "--gic", "v2", "--cpus", "9", "--elf", "a"}, "9", "--gic v3"},
        bad_line{{"run", "--cpus", "0", "--elf", "a"}, "--cpus 0", "1 to 512"},
        bad_line{{"run", "--cpus", "513", "--elf", "a"}, "513", "512"},
        bad_line{{"run", "--cpus", "2x", "--elf", "a"}, "2x", "1 to 512"},
        bad_line{{"run", "--cpus", "-1", "--elf", "a"}, "-1", "1 to 512"},
        bad_line{{"run", "--ram", "1T", "--elf", "a"}, "1T", "16M to 255G"},
        bad_line{{"run", "--ram", "1M", "--elf", "a"}, "1M", "16M to 255G"},
        bad_line{{"run", "--ram", "512.5M", "--elf", "a"}, "512.5M", "16M"},
        bad_line{{"run", "--set", "x", "--elf", "a"}, "--set x", "KEY=VALUE"},
        bad_line{{"run", "--max-insns", "0", "--elf", "a"}, "0", "1 or more"},
        bad_line{{"run", "--max-time", "5", "--elf", "a"}, "--max-time 5", "ms"},
        bad_line{{"run", "--quantum", "x", "--elf", "a"}, "--quantum x", "ns"},
        bad_line{{"run", "--max-wall", "5", "--elf", "a"}, "--max-wall 5", "60s"},
        bad_line{{"run", "--power-key", "soon", "--elf", "a"}, "--power-key soon", "2s"},
        bad_line{{"run", "--max-wall", "5us", "--elf", "a"}, "--max-wall 5us", "1ms"},
        bad_line{{"run", "--trace", "all", "--elf", "a"}, "--trace all", "irq[,max="},
        bad_line{{"run", "--trace", "irq,max=0", "--elf", "a"}, "max", "1 to"},
        bad_line{{"run", "--trace", "irq,to=", "--elf", "a"}, "irq,to=", "to=FILE"},
        bad_line{{"run", "--trace", "irq,for=1", "--elf", "a"}, "for=1", "to=FILE"},
        bad_line{{"run", "--symbols=", "--elf", "a"}, "--symbols", "empty"},
        bad_line{{"run", "--profile-insns", "5", "--elf", "a"}, "5", "100 or more"},
        bad_line{{"run", "--uart", "tty", "--elf", "a"}, "tty", "file:PATH"},
        bad_line{{"run", "--uart", "file:", "--elf", "a"}, "file:", "file:PATH"},
        bad_line{{"run", "--save-at", "5ms", "--elf", "a"}, "5ms", "WHEN=FILE"},
        bad_line{{"run", "--save-at", "5ms=", "--elf", "a"}, "5ms=", "WHEN=FILE"},
        bad_line{{"run", "--save-at", "5=x", "--elf", "a"}, "5=x", "insns:N"},
        bad_line{{"run", "--save-at", "insns:=x", "--elf", "a"}, "insns:=x", "insns:N"},
        bad_line{{"run", "--save-at", "0ms=x", "--elf", "a"}, "0ms=x", "insns:N"},
        bad_line{{"run", "--restore", "--elf"}, "nothing to run", "--bios"},
        bad_line{{"run", "--secure-uart", "stdio", "--elf", "a"}, "--secure-uart", "--secure"},
        bad_line{{"run", "--gdb", "70000", "--elf", "a"}, "70000", "65535"},
        bad_line{{"run", "--wait-gdb", "--elf", "a"}, "--wait-gdb", "--gdb PORT"},
        bad_line{{"run", "--secure=1", "--elf", "a"}, "--secure", "no value"},
        bad_line{{"run", "--elf", "a", "--bios", "b"}, "--elf", "one of them"},
        bad_line{{"run", "--bios", "b", "--initrd", "i"}, "--initrd", "--kernel"},
        bad_line{{"run", "--bios", "b", "--append", "x"}, "--append", "--kernel"},
        bad_line{{"why"}, "INTID", "INTID@PE"}, bad_line{{"why", "x"}, "why x", "INTID@PE"},
        bad_line{{"why", "27@4", "--cpus", "2", "--elf", "a"}, "27@4", "0 to 1"},
        bad_line{{"regs", "a", "b"}, "b", "--help"}));

TEST(Options, WhyTakesIntidAndPe)
{
    const parsed p({"why", "27@3", "--cpus", "4", "--elf", "a"});

    ASSERT_TRUE(p.ok) << p.error.text;
    EXPECT_EQ(p.options.why_intid, 27u);
    EXPECT_EQ(p.options.why_pe, 3u);
}

TEST(Options, NumbersDoNotOverflow)
{
    uint64_t value;

    EXPECT_FALSE(vp_parse_number("99999999999999999999", &value));
    EXPECT_FALSE(vp_parse_size("99999999999G", &value));
    EXPECT_FALSE(vp_parse_time("99999999999s", &value));
    EXPECT_FALSE(vp_parse_number("", &value));
    EXPECT_FALSE(vp_parse_number(" 5", &value));
    EXPECT_TRUE(vp_parse_number("0x10", &value));
    EXPECT_EQ(value, 16u);
}

} // namespace
