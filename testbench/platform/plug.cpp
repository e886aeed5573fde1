// SPDX-License-Identifier: Apache-2.0
// --device: what is plugged in, and what the device tree says of it.
#include "plug.h"

#include <cstring>
#include <string>
#include <vector>

#include <libfdt.h>

#include "board.h"
#include "device_tree.h"
#include "gtest/gtest.h"

namespace
{

/// The machine of some --device options.
struct plugged {
    explicit plugged(const std::vector<const char *> &devices, uint16_t spis = 256, uint8_t its = 0)
    {
        vp_options options = vp_options();
        vp_params params = vp_params();

        options.cpu = "cortex-a57";
        options.cpus = 1;
        options.ram = 64 << 20;
        for (const char *device : devices)
            options.device[options.num_devices++] = device;
        vp_machine_make(&machine, &options);
        params.gic = gic_config_default();
        params.gic.spi_count = spis;
        params.gic.its_count = its;
        ok = vp_plug_make(&plug, &options, &params, &machine, &error);
    }
    ~plugged()
    {
        vp_plug_free(&plug);
    }
    plugged(const plugged &) = delete;
    plugged &operator=(const plugged &) = delete;

    /// The device tree of the machine.
    std::vector<uint8_t> tree()
    {
        std::vector<uint8_t> blob(VP_DTB_SPACE);
        uint32_t size = 0;

        EXPECT_TRUE(vp_device_tree_make(&machine, blob.data(), VP_DTB_SPACE, &size, &error))
            << error.text;
        return blob;
    }

    vp_plug plug = vp_plug();
    vp_machine machine = vp_machine();
    vp_error error = vp_error();
    bool ok;
};

/// Cell @p n of a property.
uint32_t cell(const std::vector<uint8_t> &tree, const char *path, const char *name, int n)
{
    int length = 0;
    const void *at = fdt_getprop(tree.data(), fdt_path_offset(tree.data(), path), name, &length);

    if (at == nullptr || length < (n + 1) * 4)
        return 0xffffffff;
    return fdt32_ld(static_cast<const fdt32_t *>(at) + n);
}

TEST(Plug, WithoutOptionsThereIsTheFrameOfTheBoardAndNothingElse)
{
    plugged p({});

    ASSERT_TRUE(p.ok) << p.error.text;
    EXPECT_EQ(p.plug.tgens, 0u);
    EXPECT_EQ(p.machine.v2m_first, 80);
    EXPECT_EQ(p.machine.v2m_spis, 64);
}

TEST(Plug, GeneratorsFillSlotsThenFunctions)
{
    plugged p({"tgen,vectors=8", "tgen,count=40,vectors=2048"});

    ASSERT_TRUE(p.ok) << p.error.text;
    ASSERT_EQ(p.plug.tgens, 41u);
    EXPECT_EQ(p.plug.tgen[0].vectors, 8);
    EXPECT_EQ(p.plug.tgen[0].device, 1);
    EXPECT_EQ(p.plug.tgen[1].vectors, 2048);
    EXPECT_EQ(p.plug.tgen[30].device, 31);
    EXPECT_EQ(p.plug.tgen[30].function, 0);
    EXPECT_EQ(p.plug.tgen[31].device, 1);
    EXPECT_EQ(p.plug.tgen[31].function, 1);
    EXPECT_TRUE(plugged({"tgen,count=248"}).ok);
    EXPECT_FALSE(plugged({"tgen,count=248", "tgen"}).ok);
}

TEST(Plug, WhatIsWrongIsNamed)
{
    const struct {
        const char *option;
        const char *names;
    } wrong[] = {{"", "tgen, console, rng, v2m or pcie"},
                 {"tgenx", "tgen, console, rng, v2m or pcie"},
                 {"tgen,", "vectors, count or trace"},
                 {"tgen,vectors", "vectors is out of range; give 1 to 2048"},
                 {"tgen,vectors=0", "1 to 2048"},
                 {"tgen,vectors=99999999999999999999999999", "1 to 2048"},
                 {"tgen,count=0x100", "1 to 248"},
                 {"tgen,trace=/nonexistent", "/nonexistent"},
                 {"v2m,base=31", "32 to 1019"},
                 {"v2m,base=250", "gic.spis"},
                 {"v2m,spis=0", "1 to 988"},
                 {"pcie,base=0xffffffff", "0 to 4294901760"},
                 {"pcie,mask=0x10000", "0 to 65535"},
                 {"pcie,slots=1", "base or mask"}};

    for (const auto &w : wrong) {
        plugged p({w.option});

        EXPECT_FALSE(p.ok) << w.option;
        EXPECT_NE(std::strstr(p.error.text, w.names), nullptr) << w.option << ": " << p.error.text;
    }
}

TEST(Plug, AGicWithFewSpisHasNoFrameUnlessOneIsAskedFor)
{
    plugged none({}, 32), some({"v2m,base=40,spis=8"}, 32);

    ASSERT_TRUE(none.ok && some.ok);
    EXPECT_EQ(none.machine.v2m_spis, 0);
    EXPECT_EQ(some.machine.v2m_first, 40);
    EXPECT_EQ(some.machine.v2m_spis, 8);
    const auto tree = none.tree();
    EXPECT_EQ(cell(tree, "/pcie@10000000", "msi-map", 0), 0xffffffffu);
}

TEST(Plug, TheTreeMapsRequesterIdsToTheFrameOrToTheIts)
{
    plugged frame({}), its({}, 256, 1);
    const auto with_frame = frame.tree(), with_its = its.tree();
    const char *const v2m_path = "/intc@8000000/v2m@8020000";
    const char *const its_path = "/intc@8000000/its@8080000";

    EXPECT_EQ(cell(with_frame, "/pcie@10000000", "msi-map", 1),
              cell(with_frame, v2m_path, "phandle", 0));
    EXPECT_LT(fdt_path_offset(with_frame.data(), its_path), 0);
    EXPECT_EQ(cell(with_its, "/pcie@10000000", "msi-map", 1),
              cell(with_its, its_path, "phandle", 0));
    EXPECT_LT(fdt_path_offset(with_its.data(), v2m_path), 0);
    EXPECT_EQ(cell(with_its, its_path, "#msi-cells", 0), 1u);
    EXPECT_EQ(cell(with_its, its_path, "reg", 1), 0x08080000u);
    EXPECT_EQ(cell(with_its, "/pcie@10000000", "msi-map", 0), 0u);
    EXPECT_EQ(cell(with_its, "/pcie@10000000", "msi-map", 2), 0u);
    EXPECT_EQ(cell(with_its, "/pcie@10000000", "msi-map", 3), 0x10000u);
}

TEST(Plug, TheMapOfRequesterIdsCanBeMovedAndMasked)
{
    plugged p({"pcie,base=0x10000,mask=0xf8"});
    ASSERT_TRUE(p.ok) << p.error.text;
    const auto tree = p.tree();

    EXPECT_EQ(cell(tree, "/pcie@10000000", "msi-map", 2), 0x10000u);
    EXPECT_EQ(cell(tree, "/pcie@10000000", "msi-map-mask", 0), 0xf8u);
    EXPECT_EQ(p.machine.msi_base, 0x10000u);
}

TEST(Plug, InterruptsOfSlotsAreSwizzledInTheTree)
{
    plugged p({});
    const auto tree = p.tree();

    for (unsigned slot = 0; slot < 4; slot++)
        for (unsigned pin = 0; pin < 4; pin++) {
            const int row = int(slot * 4 + pin) * 10;

            EXPECT_EQ(cell(tree, "/pcie@10000000", "interrupt-map", row), slot << 11);
            EXPECT_EQ(cell(tree, "/pcie@10000000", "interrupt-map", row + 3), pin + 1);
            EXPECT_EQ(cell(tree, "/pcie@10000000", "interrupt-map", row + 8), 3 + (slot + pin) % 4);
        }
}

} // namespace
