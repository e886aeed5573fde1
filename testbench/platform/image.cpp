// SPDX-License-Identifier: Apache-2.0
// Guest images: what is loaded where, and what is refused.
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <elf.h>
#include <libfdt.h>
#include <unistd.h>

#include "board.h"
#include "boot.h"
#include "device_tree.h"
#include "gtest/gtest.h"

namespace
{

/// A file that goes away with the test.
class temp_file
{
public:
    explicit temp_file(const std::vector<uint8_t> &bytes)
    {
        const int fd = mkstemp(path_);
        EXPECT_GE(fd, 0);
        EXPECT_EQ(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
        close(fd);
    }
    ~temp_file()
    {
        unlink(path_);
    }
    const char *path() const
    {
        return path_;
    }

private:
    char path_[32] = "/tmp/gicvp-test-XXXXXX";
};

/// An AArch64 executable with one segment.
std::vector<uint8_t> make_elf(uint64_t address, const std::vector<uint8_t> &content,
                              uint64_t memory_size)
{
    Elf64_Ehdr header = {};
    Elf64_Phdr segment = {};
    std::vector<uint8_t> file(sizeof header + sizeof segment);

    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_EXEC;
    header.e_machine = EM_AARCH64;
    header.e_entry = address + 4;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof segment;
    header.e_phnum = 1;
    segment.p_type = PT_LOAD;
    segment.p_offset = file.size();
    segment.p_vaddr = address;
    segment.p_paddr = address;
    segment.p_filesz = content.size();
    segment.p_memsz = memory_size;
    std::memcpy(file.data(), &header, sizeof header);
    std::memcpy(file.data() + sizeof header, &segment, sizeof segment);
    for (const uint8_t byte : content)
        file.push_back(byte);
    return file;
}

std::vector<uint8_t> make_kernel(uint64_t text_offset, uint64_t image_size)
{
    std::vector<uint8_t> file(4096, 0x5a);

    std::memset(file.data(), 0, 64);
    std::memcpy(&file[8], &text_offset, 8);
    std::memcpy(&file[16], &image_size, 8);
    std::memcpy(&file[56], "ARM\x64", 4);
    return file;
}

/// A machine without SystemC: options, memory, boot.
class Boot : public testing::Test
{
protected:
    Boot()
    {
        std::memset(&options, 0, sizeof options);
        options.cpu = "cortex-a57";
        options.cpus = 2;
        options.ram = uint64_t(64) << 20;
    }
    ~Boot() override
    {
        release();
    }
    void release()
    {
        vp_boot_free(&boot);
        vp_memory_free(&memory);
    }
    bool prepare()
    {
        release();
        vp_machine_make(&machine, &options);
        return vp_memory_init(&memory, options.ram, options.secure, &error) &&
               vp_boot_prepare(&boot, &options, &machine, &memory, &error);
    }
    /// The message names @p names and advises @p advises, in one line.
    void expect_refused(const char *names, const char *advises)
    {
        ASSERT_FALSE(prepare());
        const std::string text = error.text;
        EXPECT_NE(text.find(names), std::string::npos) << text;
        EXPECT_NE(text.find(advises), std::string::npos) << text;
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    }
    const void *tree()
    {
        return vp_memory_host(&memory, boot.dtb, boot.dtb_size);
    }
    const char *text(const char *path, const char *property)
    {
        const int node = fdt_path_offset(tree(), path);
        return static_cast<const char *>(fdt_getprop(tree(), node, property, nullptr));
    }

    vp_options options;
    vp_machine machine = vp_machine();
    vp_memory memory = vp_memory();
    vp_boot boot = vp_boot();
    vp_error error = vp_error();
};

TEST_F(Boot, ElfGoesToItsPhysicalAddresses)
{
    const temp_file file(make_elf(0x40200000, {1, 2, 3, 4}, 8));

    options.elf = file.path();
    ASSERT_TRUE(prepare()) << error.text;
    EXPECT_EQ(std::memcmp(vp_memory_host(&memory, 0x40200000, 8), "\1\2\3\4\0\0\0\0", 8), 0);
    EXPECT_EQ(boot.entry, 0x40200004u);
    EXPECT_EQ(boot.dtb, VP_RAM_BASE);
    EXPECT_EQ(fdt_check_header(tree()), 0);
}

TEST_F(Boot, DeviceTreeGivesWayToAnElfAtTheStartOfRam)
{
    const temp_file file(make_elf(0x40000000, {1}, 0x1000));

    options.elf = file.path();
    ASSERT_TRUE(prepare()) << error.text;
    EXPECT_EQ(boot.dtb, 0x40200000u);
}

TEST_F(Boot, ElfOfAnotherMachineIsRefused)
{
    std::vector<uint8_t> elf = make_elf(0x40000000, {1}, 1);
    reinterpret_cast<Elf64_Ehdr *>(elf.data())->e_machine = EM_X86_64;
    const temp_file file(elf);

    options.elf = file.path();
    expect_refused("x86-64", "AArch64");
}

TEST_F(Boot, NotAnElfIsRefused)
{
    const temp_file file(std::vector<uint8_t>(100, 'x'));

    options.elf = file.path();
    expect_refused("not an ELF", "--bios");
}

TEST_F(Boot, EveryTruncationOfAnElfIsRefused)
{
    const std::vector<uint8_t> elf = make_elf(0x40200000, std::vector<uint8_t>(64, 7), 64);

    options.elf = "x";
    vp_machine_make(&machine, &options);
    ASSERT_TRUE(vp_memory_init(&memory, options.ram, false, &error));
    for (size_t length = 1; length < elf.size(); length++) {
        std::vector<uint8_t> part(elf.begin(), elf.begin() + static_cast<ptrdiff_t>(length));
        const vp_blob blob = {part.data(), part.size(), "x"};
        vp_program program;
        EXPECT_FALSE(vp_elf_load(&blob, &memory, &program, &error)) << length;
    }
}

TEST_F(Boot, ElfOutsideOfMemoryIsRefused)
{
    const temp_file file(make_elf(0x50000000, {1}, 1));

    options.elf = file.path();
    expect_refused("0x50000000", "--ram");
}

TEST_F(Boot, ElfThatWrapsAroundIsRefused)
{
    const temp_file file(make_elf(0x40200000, {1}, UINT64_MAX - 100));

    options.elf = file.path();
    expect_refused("outside of memory", "0x40000000");
}

TEST_F(Boot, MissingAndEmptyFilesAreRefused)
{
    const temp_file empty({});

    options.bios = "/nonexistent/u-boot.bin";
    expect_refused("--bios /nonexistent/u-boot.bin", "exists");
    options.bios = empty.path();
    expect_refused("empty", "image");
    options.bios = "/tmp";
    expect_refused("/tmp", "not a regular file");
}

TEST_F(Boot, KernelInitrdAndTreeDoNotOverlap)
{
    const temp_file kernel(make_kernel(0, 0x300000)), initrd(std::vector<uint8_t>(5000, 9));

    options.kernel = kernel.path();
    options.initrd = initrd.path();
    options.append = "quiet";
    ASSERT_TRUE(prepare()) << error.text;
    EXPECT_EQ(boot.entry, 0x40200000u);
    EXPECT_EQ(boot.el, 1);
    EXPECT_EQ(machine.initrd_start, 0x42000000u) << "half of 64 MiB";
    EXPECT_EQ(machine.initrd_end - machine.initrd_start, 5000u);
    EXPECT_GE(boot.dtb, machine.initrd_end);
    EXPECT_STREQ(text("/chosen", "bootargs"), "quiet");
}

TEST_F(Boot, AHypervisorFindsTheImagesOfItsFirstGuestInTheTree)
{
    const temp_file xen(make_kernel(0, 0x300000)), kernel(make_kernel(0, 0x200000));
    const temp_file initrd(std::vector<uint8_t>(5000, 9));
    char name[64];

    options.kernel = xen.path();
    options.guest_kernel = kernel.path();
    options.guest_initrd = initrd.path();
    options.guest_append = "console=hvc0";
    machine.guest_bootargs = options.guest_append;
    ASSERT_TRUE(prepare()) << error.text;
    EXPECT_GE(machine.guest_kernel.start, boot.entry + 0x300000);
    EXPECT_GE(machine.guest_initrd.start, machine.guest_kernel.end);
    EXPECT_EQ(machine.guest_initrd.end - machine.guest_initrd.start, 5000u);
    EXPECT_GE(boot.dtb, machine.guest_initrd.end);
    std::snprintf(name, sizeof name, "/chosen/module@%" PRIx64, machine.guest_kernel.start);
    EXPECT_STREQ(text(name, "compatible"), "multiboot,kernel");
    EXPECT_STREQ(text(name, "bootargs"), "console=hvc0");
    std::snprintf(name, sizeof name, "/chosen/module@%" PRIx64, machine.guest_initrd.start);
    EXPECT_STREQ(text(name, "compatible"), "multiboot,ramdisk");
}

TEST_F(Boot, KernelsThatAreNoneAreRefused)
{
    const temp_file gzip({0x1f, 0x8b, 8, 0}), noise(std::vector<uint8_t>(100, 'x'));

    options.kernel = gzip.path();
    expect_refused("gzip", "gunzip");
    options.kernel = noise.path();
    expect_refused("not an arm64 Image", "--elf");
}

TEST_F(Boot, ImagesThatDoNotFitIntoRamAreRefused)
{
    const temp_file kernel(make_kernel(0, uint64_t(80) << 20));

    options.kernel = kernel.path();
    expect_refused("--kernel", "--ram");
}

TEST_F(Boot, ATreeThatDoesNotFitIsRefused)
{
    const temp_file kernel(make_kernel(0, 0x1000));
    const std::string line(VP_DTB_SPACE, 'x');

    options.kernel = kernel.path();
    options.append = line.c_str();
    expect_refused("device tree", "--append");
}

TEST_F(Boot, FirmwareThatDoesNotFitIntoTheFlashIsRefused)
{
    const temp_file bios(std::vector<uint8_t>((64 << 20) + 1));

    options.bios = bios.path();
    expect_refused("--bios", "64 MiB");
}

TEST_F(Boot, ConduitFollowsWhoOwnsTheHighestLevel)
{
    const temp_file file(make_elf(0x40200000, {1}, 1)), kernel(make_kernel(0, 0x1000));

    options.elf = file.path();
    ASSERT_TRUE(prepare());
    EXPECT_STREQ(text("/psci", "method"), "hvc");
    options.virtualization = true;
    ASSERT_TRUE(prepare());
    EXPECT_STREQ(text("/psci", "method"), "smc");
    EXPECT_FALSE(boot.all_pes);
    options.secure = true;
    ASSERT_TRUE(prepare());
    EXPECT_EQ(fdt_path_offset(tree(), "/psci"), -FDT_ERR_NOTFOUND);
    EXPECT_TRUE(boot.all_pes) << "firmware holds the others itself";
    options.elf = nullptr;
    options.kernel = kernel.path();
    ASSERT_TRUE(prepare());
    EXPECT_STREQ(text("/psci", "method"), "smc");
    EXPECT_TRUE(boot.nonsecure);
    EXPECT_EQ(boot.el, 2);
}

TEST_F(Boot, TreeHasEveryPeAndBothRegionsForMany)
{
    const temp_file file(make_elf(0x40200000, {1}, 1));
    int length = 0;

    options.elf = file.path();
    options.cpus = 123;
    ASSERT_TRUE(prepare()) << error.text;
    int gic = fdt_path_offset(tree(), "/intc@8000000");
    ASSERT_NE(fdt_getprop(tree(), gic, "reg", &length), nullptr);
    EXPECT_EQ(length, 32);
    options.cpus = 512;
    ASSERT_TRUE(prepare()) << error.text;
    gic = fdt_path_offset(tree(), "/intc@8000000");
    ASSERT_NE(fdt_getprop(tree(), gic, "reg", &length), nullptr);
    EXPECT_EQ(length, 48);
    EXPECT_GE(fdt_path_offset(tree(), "/cpus/cpu@1f0f"), 0) << "PE 511 is 0.0.31.15";
    EXPECT_GE(fdt_path_offset(tree(), "/stimulus@b000000"), 0);
}

TEST_F(Boot, RestoreWritesTheImagesAgain)
{
    const temp_file file(make_elf(0x40200000, {1, 2, 3, 4}, 4));

    options.elf = file.path();
    ASSERT_TRUE(prepare());
    std::memset(vp_memory_host(&memory, 0x40000000, 0x300000), 0xcc, 0x300000);
    ASSERT_TRUE(vp_boot_restore(&boot, &options, &machine, &memory, &error));
    EXPECT_EQ(*vp_memory_host(&memory, 0x40200000, 1), 1);
    EXPECT_EQ(fdt_check_header(tree()), 0);
}

} // namespace
