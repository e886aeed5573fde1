// SPDX-License-Identifier: Apache-2.0
// A network device of the machine in the network of --net user.
#ifndef VIRT_NET_USER_H
#define VIRT_NET_USER_H

#include <systemc>

#include "agenda.h"
#include "device_target.h"
#include "devices/virtio_net.h"
#include "user_net.h"

namespace virt
{

/// Isolated, the network answers at the instant of a frame, and nothing of it depends on the host.
/// Else the host's sockets are looked at every millisecond of simulated time, which does not run
/// faster than the host's while there are any; no two runs need be the same then.
class net_user : public sc_core::sc_module
{
public:
    net_user(sc_core::sc_module_name name, agenda &times, virtio_net &net, device_target &target);
    ~net_user() override;

    /// Starts the network. @return false with the message in @p error.
    bool open(bool isolated, vp_error &error);

private:
    static void hear(void *ctx, const uint8_t *frame, uint32_t length, uint64_t now_ps);
    void poll();

    agenda &times_;
    unsigned part_;
    virtio_net &net_;
    device_target &target_;
    vp_user_net *network_ = nullptr;
};

} // namespace virt

#endif
