// SPDX-License-Identifier: Apache-2.0
// The isolated network of --net user: its router answers by itself, and the same every time.
#include "user_net.h"

#include <cstring>
#include <vector>

#include "gtest/gtest.h"

namespace
{

using frame = std::vector<uint8_t>;

constexpr uint8_t own_mac[] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
constexpr uint8_t own_ip[] = {10, 0, 2, 15};
constexpr uint8_t router_ip[] = {10, 0, 2, 2};

/// A network and the frames that it sent.
class network
{
public:
    network()
    {
        const vp_user_net_ops ops = {this,
                                     [](void *ctx, const uint8_t *bytes, uint32_t length) {
                                         static_cast<network *>(ctx)->heard.emplace_back(
                                             bytes, bytes + length);
                                     },
                                     [](void *ctx) { return static_cast<network *>(ctx)->now_ns; }};

        net = vp_user_net_create(&ops, true, &error);
    }
    ~network()
    {
        vp_user_net_destroy(net);
    }
    network(const network &) = delete;
    network &operator=(const network &) = delete;

    void send(const frame &f)
    {
        now_ns += 1000;
        vp_user_net_send(net, f.data(), static_cast<uint32_t>(f.size()));
    }

    std::vector<frame> heard;
    uint64_t now_ns = 0;
    vp_error error = vp_error();
    vp_user_net *net;
};

void put(frame &f, const uint8_t *bytes, size_t length)
{
    f.insert(f.end(), bytes, bytes + length);
}

/// "Who has 10.0.2.2?"
frame arp_request()
{
    const uint8_t all[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const uint8_t head[] = {0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1};
    const uint8_t nobody[6] = {};
    frame f;

    put(f, all, 6);
    put(f, own_mac, 6);
    put(f, head, sizeof head);
    put(f, own_mac, 6);
    put(f, own_ip, 4);
    put(f, nobody, 6);
    put(f, router_ip, 4);
    return f;
}

void put_sum(frame &f, size_t from, size_t to, size_t at)
{
    uint32_t sum = 0;

    for (size_t n = from; n < to; n += 2)
        sum += static_cast<uint32_t>(f[n] << 8 | f[n + 1]);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    f[at] = static_cast<uint8_t>(~sum >> 8);
    f[at + 1] = static_cast<uint8_t>(~sum);
}

/// An echo request to the router.
frame ping(const frame &router_mac)
{
    const uint8_t ip[] = {0x08, 0, 0x45, 0, 0, 36, 0, 1, 0, 0, 64, 1, 0, 0};
    const uint8_t icmp[] = {8, 0, 0, 0, 0x12, 0x34, 0, 1, 'p', 'i', 'n', 'g', 0, 0, 0, 0};
    frame f;

    put(f, router_mac.data(), 6);
    put(f, own_mac, 6);
    put(f, ip, sizeof ip);
    put(f, own_ip, 4);
    put(f, router_ip, 4);
    put(f, icmp, sizeof icmp);
    put_sum(f, 14, 34, 24);
    put_sum(f, 34, 50, 36);
    return f;
}

class UserNet : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!vp_user_net_is_there())
            GTEST_SKIP() << "built without libslirp";
        ASSERT_NE(n.net, nullptr) << n.error.text;
    }
    network n;
};

TEST_F(UserNet, TheRouterAnswersArpAndPing)
{
    n.send(arp_request());
    ASSERT_EQ(n.heard.size(), 1u);
    ASSERT_GE(n.heard[0].size(), 42u);
    EXPECT_EQ(n.heard[0][21], 2) << "a reply";
    EXPECT_EQ(std::memcmp(&n.heard[0][28], router_ip, 4), 0);
    const frame router_mac(n.heard[0].begin() + 6, n.heard[0].begin() + 12);

    n.send(ping(router_mac));
    ASSERT_EQ(n.heard.size(), 2u);
    ASSERT_GE(n.heard[1].size(), 50u);
    EXPECT_EQ(n.heard[1][34], 0) << "an echo reply";
    EXPECT_EQ(std::memcmp(&n.heard[1][42], "ping", 4), 0);
}

TEST_F(UserNet, ItAnswersTheSameEveryTime)
{
    network other;

    for (network *one : {&n, &other}) {
        one->send(arp_request());
        one->send(ping(frame(6, 0x52)));
        vp_user_net_poll(one->net, 0);
    }
    EXPECT_EQ(n.heard, other.heard);
    EXPECT_FALSE(n.heard.empty());
}

TEST_F(UserNet, FramesThatAreNoneDoNoHarm)
{
    frame f = ping(frame(6, 0x52));

    for (size_t length = 0; length < f.size(); length++)
        n.send(frame(f.begin(), f.begin() + static_cast<long>(length)));
    for (size_t at = 12; at < f.size(); at++) {
        frame bad = f;
        bad[at] = 0xff;
        n.send(bad);
    }
    n.send(arp_request());
    EXPECT_FALSE(n.heard.empty()) << "and it still answers";
}

TEST(UserNetAbsent, SaysWhatIsMissing)
{
    if (vp_user_net_is_there())
        GTEST_SKIP() << "built with libslirp";
    network n;
    EXPECT_EQ(n.net, nullptr);
    EXPECT_NE(std::strstr(n.error.text, "libslirp-dev"), nullptr);
}

} // namespace
