// SPDX-License-Identifier: Apache-2.0
// Symbol tables: System.map, kallsyms, ELF; and files that are none.
#include "symbols.h"

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <elf.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace
{

/// Symbols that go away with the test.
struct table {
    vp_symbols symbols = vp_symbols();
    vp_error error = vp_error();

    ~table()
    {
        vp_symbols_free(&symbols);
    }
    bool parse(const std::string &bytes, uint64_t offset = 0)
    {
        return vp_symbols_parse(&symbols, reinterpret_cast<const uint8_t *>(bytes.data()),
                                bytes.size(), "file", offset, &error);
    }
    std::string place(uint64_t address) const
    {
        char text[VP_PLACE_MAX];

        vp_symbols_place(&symbols, address, text, sizeof text);
        return text;
    }
};

const char map_text[] = "ffff800008000000 T _text\n"
                        "ffff800008010000 t helper\n"
                        "ffff800008010000 T function\n"
                        "ffff800008010000 t $x\n"
                        "ffff800008020000 D data\n"
                        "0000000000000010 A absolute\n"
                        "                 \n"
                        "ffff800000100000 t driver\t[module]\n";

TEST(Symbols, ATextOfSystemMapAndKallsyms)
{
    table t;
    std::string text = map_text;

    text.erase(text.find("                 \n"), 18);
    ASSERT_TRUE(t.parse(text)) << t.error.text;
    EXPECT_EQ(t.symbols.count, 4u);
    EXPECT_EQ(t.place(0xffff800008010000), "0xffff800008010000 function") << "global before local";
    EXPECT_EQ(t.place(0xffff800008010024), "0xffff800008010024 function+0x24");
    EXPECT_EQ(t.place(0xffff80000800fffc), "0xffff80000800fffc _text+0xfffc");
    EXPECT_EQ(t.place(0xffff800008020008), "0xffff800008020008 data+0x8");
    EXPECT_EQ(t.place(0xffff800000100004), "0xffff800000100004 driver[module]+0x4");
    EXPECT_EQ(t.place(0xffff800000000000), "0xffff800000000000") << "below all";
    EXPECT_EQ(t.place(0xffff800008020000 + VP_SYMBOL_REACH), "0xffff800008120000") << "far behind";
    EXPECT_EQ(vp_symbols_named(&t.symbols, "function")->address, 0xffff800008010000u);
    EXPECT_EQ(vp_symbols_named(&t.symbols, "absolute"), nullptr);
}

TEST(Symbols, WithoutAnyThereIsTheAddress)
{
    char text[VP_PLACE_MAX];

    EXPECT_EQ(table().place(16), "0x10");
    vp_symbols_place(nullptr, 16, text, sizeof text);
    EXPECT_STREQ(text, "0x10");
}

TEST(Symbols, AnOffsetMovesAndFilesAddUp)
{
    table t;

    ASSERT_TRUE(t.parse("40000000 T a\n"));
    ASSERT_TRUE(t.parse("1000 T b\n", 0x50000000));
    ASSERT_TRUE(t.parse("ffffffff00000000 T c\n", UINT64_C(0x160000000)));
    EXPECT_EQ(t.place(0x40000004), "0x40000004 a+0x4");
    EXPECT_EQ(t.place(0x50001000), "0x50001000 b");
    EXPECT_EQ(t.place(0x60000000), "0x60000000 c") << "addresses wrap";
}

TEST(Symbols, WhatIsNoTableIsRefusedByOneLine)
{
    const struct {
        std::string bytes;
        const char *says;
    } rows[] = {
        {"", "no symbol"},
        {"\n\n", "no symbol"},
        {"hello\n", "line 1 is no 'ADDRESS TYPE NAME'"},
        {"1000 T a\n2000 T\n", "line 2 is no"},
        {"1000 T a\nxyz T b\n", "line 2 is no"},
        {"11112222333344445 T a\n", "line 1 is no"},
        {"1000 ? a\n", "line 1 is no"},
        {"1000 T  \n", "line 1 is no"},
        {"1000 U a\n", "no symbol"},
        {"0 T a\n0 t b\n", "every address is 0"},
        {std::string("\0\0\0\0", 4), "line 1 is no"},
        {"\177ELF", "truncated ELF"},
        {"MZ", "line 1 is no"},
    };

    for (const auto &row : rows) {
        table t;

        EXPECT_FALSE(t.parse(row.bytes)) << row.bytes;
        EXPECT_NE(std::string(t.error.text).find(row.says), std::string::npos) << t.error.text;
        EXPECT_EQ(std::strchr(t.error.text, '\n'), nullptr);
        EXPECT_NE(std::string(t.error.text).find("file"), std::string::npos);
    }
}

TEST(Symbols, NamesAreCutAndControlCharactersReplaced)
{
    table t;

    ASSERT_TRUE(t.parse("1000 T " + std::string(100000, 'x') + "\n2000 T a\033[2Jb\n"));
    EXPECT_LT(t.place(0x1001).size(), size_t{VP_PLACE_MAX});
    EXPECT_EQ(t.place(0x2000), "0x2000 a?[2Jb");
}

// ---------------------------------------------------------------- ELF

/// An ELF file with a section of code, one of data, and symbols.
class elf_image
{
public:
    elf_image()
    {
        header_.e_ident[EI_MAG0] = 0x7f;
        std::memcpy(header_.e_ident + 1, "ELF", 3);
        header_.e_ident[EI_CLASS] = ELFCLASS64;
        header_.e_ident[EI_DATA] = ELFDATA2LSB;
        header_.e_machine = EM_AARCH64;
        header_.e_shentsize = sizeof(Elf64_Shdr);
        header_.e_shnum = 5;
        section_[1].sh_type = SHT_PROGBITS;
        section_[1].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
        section_[2].sh_type = SHT_PROGBITS;
        section_[2].sh_flags = SHF_ALLOC;
        section_[3].sh_type = SHT_SYMTAB;
        section_[3].sh_link = 4;
        section_[4].sh_type = SHT_STRTAB;
        symbol("", 0, 0, 0, STT_NOTYPE);
    }
    void symbol(const std::string &name, uint64_t value, uint64_t size, uint16_t section,
                unsigned type, unsigned bind = STB_GLOBAL)
    {
        Elf64_Sym s = {};

        s.st_name = static_cast<uint32_t>(names_.size());
        s.st_value = value;
        s.st_size = size;
        s.st_shndx = section;
        s.st_info = static_cast<unsigned char>(ELF64_ST_INFO(bind, type));
        names_ += name + '\0';
        symbols_.push_back(s);
    }
    std::string bytes()
    {
        const size_t symbols_at = sizeof header_, symbols = symbols_.size() * sizeof(Elf64_Sym);

        section_[3].sh_offset = symbols_at;
        section_[3].sh_size = symbols;
        section_[4].sh_offset = symbols_at + symbols;
        section_[4].sh_size = names_.size();
        header_.e_shoff = symbols_at + symbols + names_.size();
        return std::string(reinterpret_cast<char *>(&header_), sizeof header_) +
               std::string(reinterpret_cast<char *>(symbols_.data()), symbols) + names_ +
               std::string(reinterpret_cast<char *>(section_), sizeof section_);
    }

    Elf64_Ehdr header_ = {};
    Elf64_Shdr section_[5] = {};

private:
    std::vector<Elf64_Sym> symbols_;
    std::string names_;
};

elf_image small_image()
{
    elf_image e;

    e.symbol("main", 0x40080000, 0x40, 1, STT_FUNC);
    e.symbol("local", 0x40080000, 0x40, 1, STT_FUNC, STB_LOCAL);
    e.symbol("label", 0x40080100, 0, 1, STT_NOTYPE, STB_LOCAL);
    e.symbol("$x", 0x40080100, 0, 1, STT_NOTYPE, STB_LOCAL);
    e.symbol("table", 0x40090000, 0x100, 2, STT_OBJECT);
    e.symbol("file.c", 0, 0, SHN_ABS, STT_FILE, STB_LOCAL);
    e.symbol("elsewhere", 0x40080000, 0, SHN_UNDEF, STT_FUNC);
    return e;
}

TEST(Symbols, AnElfFileWithSizes)
{
    table t;

    ASSERT_TRUE(t.parse(small_image().bytes())) << t.error.text;
    EXPECT_EQ(t.symbols.count, 3u);
    EXPECT_EQ(t.place(0x4008003c), "0x4008003c main+0x3c");
    EXPECT_EQ(t.place(0x40080040), "0x40080040") << "behind its end";
    EXPECT_EQ(t.place(0x40080104), "0x40080104 label+0x4");
    EXPECT_EQ(t.place(0x40090010), "0x40090010 table+0x10");
}

TEST(Symbols, AnElfFileThatIsNotForThisOrStripped)
{
    elf_image other = small_image(), stripped = small_image();
    table t;

    other.header_.e_machine = EM_X86_64;
    EXPECT_FALSE(t.parse(other.bytes()));
    EXPECT_NE(std::strstr(t.error.text, "AArch64"), nullptr) << t.error.text;
    stripped.section_[3].sh_type = SHT_NULL;
    EXPECT_FALSE(t.parse(stripped.bytes()));
    EXPECT_NE(std::strstr(t.error.text, "stripped"), nullptr) << t.error.text;
}

TEST(Symbols, AnElfFileThatIsCutAnywhereIsRefusedOrRead)
{
    const std::string whole = small_image().bytes();

    for (size_t length = 0; length < whole.size(); length++) {
        table t;

        /* The table of sections is the last of the file. */
        EXPECT_FALSE(t.parse(whole.substr(0, length))) << length;
    }
}

TEST(Symbols, AnElfFileWithAnyBytesChangedIsRefusedOrRead)
{
    const std::string whole = small_image().bytes();
    std::mt19937 random(7);

    for (unsigned round = 0; round < 20000; round++) {
        std::string bytes = whole;
        table t;

        for (unsigned n = 0; n < 1 + round % 4; n++)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        if (t.parse(bytes))
            for (unsigned n = 0; n < t.symbols.count; n++)
                EXPECT_LT(t.place(t.symbols.symbol[n].address).size(), size_t{VP_PLACE_MAX});
        else
            EXPECT_NE(t.error.text[0], '\0');
    }
}

// ---------------------------------------------------------------- files

TEST(Symbols, TheOptionNamesAFileAndAnOffset)
{
    char path[] = "/tmp/gictlm-symbols@1-XXXXXX";
    const int fd = mkstemp(path);
    table t;

    ASSERT_GE(fd, 0);
    ASSERT_EQ(write(fd, "1000 T a\n", 9), 9);
    close(fd);
    EXPECT_TRUE(vp_symbols_read(&t.symbols, path, &t.error)) << t.error.text;
    EXPECT_TRUE(vp_symbols_read(&t.symbols, (std::string(path) + "@0x40000000").c_str(), &t.error));
    EXPECT_TRUE(vp_symbols_read(&t.symbols, (std::string(path) + "@-0x800").c_str(), &t.error));
    EXPECT_EQ(t.place(0x1000), "0x1000 a");
    EXPECT_EQ(t.place(0x40001000), "0x40001000 a");
    EXPECT_EQ(t.place(0x800), "0x800 a");
    EXPECT_FALSE(vp_symbols_read(&t.symbols, (std::string(path) + "@1x").c_str(), &t.error));
    EXPECT_NE(std::strstr(t.error.text, "@1x"), nullptr) << "it is part of the path";
    unlink(path);
    EXPECT_FALSE(vp_symbols_read(&t.symbols, path, &t.error));
    EXPECT_NE(std::strstr(t.error.text, "exists"), nullptr) << t.error.text;
}

} // namespace
