// SPDX-License-Identifier: Apache-2.0
// --drive, --net and --device: which virtio devices are plugged in, and where.
#include <cstdio>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

#include "checkpoint_config.h"
#include "plug.h"
#include "gtest/gtest.h"

namespace
{

/// A file of some bytes that goes with the test.
class image_file
{
public:
    explicit image_file(size_t size)
    {
        char name[] = "/tmp/gictlm-drive-XXXXXX";
        const int fd = mkstemp(name);

        EXPECT_GE(fd, 0);
        EXPECT_EQ(ftruncate(fd, static_cast<off_t>(size)), 0);
        (void)close(fd);
        path = name;
    }
    ~image_file()
    {
        (void)std::remove(path.c_str());
    }
    image_file(const image_file &) = delete;
    image_file &operator=(const image_file &) = delete;

    std::string path;
};

/// A machine of some options.
struct plugged {
    plugged(const std::vector<std::string> &drives, const std::vector<std::string> &nets,
            const std::vector<std::string> &devices, uint16_t spis = 256)
    {
        vp_options options = vp_options();
        vp_params params = vp_params();
        vp_machine machine = vp_machine();

        for (const std::string &text : drives)
            options.drive[options.num_drives++] = text.c_str();
        for (const std::string &text : nets)
            options.net[options.num_nets++] = text.c_str();
        for (const std::string &text : devices)
            options.device[options.num_devices++] = text.c_str();
        params.gic = gic_config_default();
        params.gic.spi_count = spis;
        ok = vp_plug_make(&plug, &options, &params, &machine, &error);
    }
    ~plugged()
    {
        vp_plug_free(&plug);
    }
    plugged(const plugged &) = delete;
    plugged &operator=(const plugged &) = delete;

    const vp_plug_virtio &at(unsigned n) const
    {
        return plug.virtio.device[n];
    }

    vp_plug plug = vp_plug();
    vp_error error = vp_error();
    bool ok;
};

TEST(PlugVirtio, PlacesAreTakenInOrder)
{
    const image_file one(1024), two(512);
    const plugged p({"file=" + one.path, "if=mmio,queues=4,file=" + two.path + ",ro"},
                    {"loopback", "pair,if=mmio"},
                    {"rng,seed=9", "tgen,count=2", "console,if=mmio"});

    ASSERT_TRUE(p.ok) << p.error.text;
    ASSERT_EQ(p.plug.virtio.count, 7u);
    EXPECT_EQ(p.at(0).kind, VP_VIRTIO_DRIVE);
    EXPECT_EQ(p.at(0).place, 1) << "the first PCIe slot";
    EXPECT_EQ(p.at(0).drive.size, 1024u);
    EXPECT_FALSE(p.at(0).drive.read_only);
    EXPECT_TRUE(p.at(1).mmio);
    EXPECT_EQ(p.at(1).place, 0);
    EXPECT_EQ(p.at(1).number, 1);
    EXPECT_EQ(p.at(1).queues, 4);
    EXPECT_TRUE(p.at(1).drive.read_only);
    EXPECT_EQ(p.at(2).place, 2);
    EXPECT_EQ(p.at(2).peer, 2) << "it hears itself";
    EXPECT_EQ(p.at(3).peer, 4);
    EXPECT_EQ(p.at(4).peer, 3);
    EXPECT_EQ(p.at(4).place, 2);
    EXPECT_EQ(p.at(4).number, 2);
    EXPECT_NE(p.at(3).mac[5], p.at(4).mac[5]);
    EXPECT_NE(p.at(2).mac[5], p.at(3).mac[5]);
    EXPECT_EQ(p.at(5).seed, 9u);
    EXPECT_EQ(p.at(5).place, 3);
    EXPECT_EQ(p.at(6).kind, VP_VIRTIO_CONSOLE);
    EXPECT_EQ(p.plug.tgen[0].device, 4) << "behind the virtio functions";
    EXPECT_EQ(p.plug.tgen[1].device, 5);
}

TEST(PlugVirtio, AnAddressCanBeGiven)
{
    const plugged p({}, {"loopback,mac=02:00:5E:10:aB:fF"}, {});
    const uint8_t mac[] = {0x02, 0x00, 0x5e, 0x10, 0xab, 0xff};

    ASSERT_TRUE(p.ok) << p.error.text;
    EXPECT_EQ(std::memcmp(p.at(0).mac, mac, sizeof mac), 0);
}

TEST(PlugVirtio, WhatIsWrongIsNamed)
{
    const image_file odd(513), good(512);
    const struct {
        const char *option;
        std::string text;
        const char *names;
    } wrong[] = {{"drive", "", "file, ro, if or queues"},
                 {"drive", "ro", "give file=PATH"},
                 {"drive", "file=", "give file=PATH"},
                 {"drive", "file=" + std::string(5000, 'x'), "give file=PATH"},
                 {"drive", "file=/nonexistent/x", "exists"},
                 {"drive", "file=/tmp", "disk image"},
                 {"drive", "file=/tmp,ro", "disk image"},
                 {"drive", "file=" + odd.path, "whole sectors"},
                 {"drive", "file=" + good.path + ",ro=1", "file, ro, if or queues"},
                 {"drive", "file=" + good.path + ",if=ide", "if=pci or if=mmio"},
                 {"drive", "file=" + good.path + ",queues=0", "1 to 16"},
                 {"net", "", "loopback, pair or user"},
                 {"net", "tap", "loopback, pair or user"},
                 {"net", "loopback,mtu=9000", "mac or if"},
                 {"net", "loopback,mac=", "52:54:00:12:34:56"},
                 {"net", "loopback,mac=52:54:00:12:34:5", "52:54:00:12:34:56"},
                 {"net", "loopback,mac=52-54-00-12-34-56", "52:54:00:12:34:56"},
                 {"net", "loopback,mac=01:54:00:12:34:56", "52:54:00:12:34:56"},
                 {"net", "loopback,mac=5g:54:00:12:34:56", "52:54:00:12:34:56"},
                 {"device", "rng,entropy=1", "if or seed"},
                 {"device", "console,to=tty", "stdio, null or file:PATH"},
                 {"device", "console,at=1", "if or to"}};

    for (const auto &w : wrong) {
        const std::vector<std::string> none, one = {w.text};
        const bool drive = std::strcmp(w.option, "drive") == 0;
        const bool net = std::strcmp(w.option, "net") == 0;
        const plugged p(drive ? one : none, net ? one : none, drive || net ? none : one);

        EXPECT_FALSE(p.ok) << w.text;
        EXPECT_NE(std::strstr(p.error.text, w.names), nullptr) << w.text << ": " << p.error.text;
        EXPECT_EQ(std::strchr(p.error.text, '\n'), nullptr);
    }
}

TEST(PlugVirtio, TheBoardHasRoomForSoMany)
{
    std::vector<std::string> many(16, "pair");

    EXPECT_FALSE(plugged({}, many, {}).ok) << "31 slots";
    many.back() = "pair,if=mmio";
    EXPECT_TRUE(plugged({}, many, {}).ok);
    EXPECT_FALSE(plugged({}, many, {"rng"}).ok) << "32 in all";
    EXPECT_FALSE(plugged({}, {"loopback"}, {"tgen,count=241"}).ok) << "30 slots of 8 are left";
    EXPECT_TRUE(plugged({}, {"loopback"}, {"tgen,count=240"}).ok);
    const std::vector<std::string> slots(8, "pair,if=mmio");
    EXPECT_TRUE(plugged({}, slots, {}, 32).ok);
    EXPECT_TRUE(plugged({}, slots, {"rng"}, 32).ok);
    EXPECT_FALSE(plugged({}, slots, {"rng,if=mmio"}, 32).ok) << "SPI 32 is not there";
}

TEST(PlugVirtio, ACheckpointSaysWhatTheGuestSeesAndNotWhere)
{
    const image_file one(512), two(512), longer(1024);
    const auto text = [](const plugged &p) {
        gictime_bytes bytes = gictime_bytes();
        vp_ckpt_virtio(&p.plug.virtio, &bytes);
        const std::string all(reinterpret_cast<const char *>(bytes.data), bytes.size);
        gictime_bytes_free(&bytes);
        return all;
    };
    const std::string first = text(plugged({"file=" + one.path}, {"pair"}, {"rng"}));

    EXPECT_EQ(text(plugged({"file=" + two.path}, {"pair"}, {"rng"})), first);
    EXPECT_NE(text(plugged({"file=" + longer.path}, {"pair"}, {"rng"})), first);
    EXPECT_NE(text(plugged({"file=" + one.path + ",ro"}, {"pair"}, {"rng"})), first);
    EXPECT_NE(text(plugged({"file=" + one.path}, {"pair"}, {"rng,seed=1"})), first);
    EXPECT_NE(text(plugged({"file=" + one.path}, {"pair"}, {})), first);
    EXPECT_NE(first.find("number of virtio devices = 4\n"), std::string::npos);
}

TEST(Drive, ReadsWritesAndZeroes)
{
    const image_file file(4096);
    const uint8_t bytes[] = {1, 2, 3, 4};
    uint8_t back[4] = {};
    vp_drive drive = vp_drive();
    vp_error error;

    ASSERT_TRUE(vp_drive_open(&drive, "--drive", file.path.c_str(), false, &error)) << error.text;
    EXPECT_TRUE(vp_drive_write(&drive, 1000, bytes, 4));
    EXPECT_TRUE(vp_drive_read(&drive, 1000, back, 4));
    EXPECT_EQ(std::memcmp(bytes, back, 4), 0);
    EXPECT_TRUE(vp_drive_zero(&drive, 1001, 2));
    EXPECT_TRUE(vp_drive_flush(&drive));
    EXPECT_TRUE(vp_drive_read(&drive, 1000, back, 4));
    EXPECT_EQ(back[0], 1);
    EXPECT_EQ(back[1], 0);
    EXPECT_EQ(back[3], 4);
    EXPECT_FALSE(vp_drive_read(&drive, 4094, back, 4)) << "the file has become shorter";
    vp_drive_close(&drive);
    ASSERT_TRUE(vp_drive_open(&drive, "--drive", file.path.c_str(), true, &error)) << error.text;
    EXPECT_FALSE(vp_drive_write(&drive, 0, bytes, 4));
    vp_drive_close(&drive);
}

} // namespace
