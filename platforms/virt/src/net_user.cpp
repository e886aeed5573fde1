// SPDX-License-Identifier: Apache-2.0
#include "net_user.h"

#include "time_util.h"

namespace virt
{

namespace
{
constexpr uint64_t poll_period_ps = 1000000000;
constexpr unsigned poll_wait_ms = 1;
constexpr uint64_t ps_per_ns = 1000;
} // namespace

net_user::net_user(sc_core::sc_module_name name, agenda &times, virtio_net &net,
                   device_target &target)
    : sc_module(name), times_(times), part_(times.add([this] { poll(); })), net_(net),
      target_(target)
{
    const virtio_net_listener listener = {this, hear};

    virtio_net_listen(&net_, &listener);
}

net_user::~net_user()
{
    vp_user_net_destroy(network_);
}

bool net_user::open(bool isolated, vp_error &error)
{
    const vp_user_net_ops ops = {this,
                                 [](void *ctx, const uint8_t *bytes, uint32_t length) {
                                     virtio_net_hear(&static_cast<net_user *>(ctx)->net_, bytes,
                                                     length, now_ps());
                                 },
                                 [](void *) { return now_ps() / ps_per_ns; }};

    network_ = vp_user_net_create(&ops, isolated, &error);
    if (network_ != nullptr && !isolated)
        times_.set(part_, poll_period_ps);
    return network_ != nullptr;
}

void net_user::hear(void *ctx, const uint8_t *frame, uint32_t length, uint64_t)
{
    vp_user_net_send(static_cast<net_user *>(ctx)->network_, frame, length);
}

void net_user::poll()
{
    vp_user_net_poll(network_, poll_wait_ms);
    target_.update(now_ps());
    times_.set(part_, now_ps() + poll_period_ps);
}

} // namespace virt
