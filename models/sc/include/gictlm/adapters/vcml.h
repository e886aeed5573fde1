// SPDX-License-Identifier: Apache-2.0
// For platforms made with VCML: attributes from its sideband information, lines to and from its
// GPIO sockets. Templates, so that this library does not depend on VCML.
#ifndef GICTLM_ADAPTERS_VCML_H
#define GICTLM_ADAPTERS_VCML_H

#include <tlm>

#include "gictlm/attributes.h"
#include "gictlm/line.h"

namespace gictlm
{

/// Attributes from an extension with the members `is_secure` and `cpuid` (VCML's `sbiext`):
///     config.attributes_of = gictlm::attributes_from_sbi<vcml::sbiext>;
/// VCML has no DeviceID; it stays the socket's default.
template <class EXTENSION>
void attributes_from_sbi(const tlm::tlm_generic_payload &payload, attributes &found)
{
    if (const EXTENSION *extension = payload.template get_extension<EXTENSION>()) {
        found.secure = extension->is_secure;
        found.pe = static_cast<uint16_t>(extension->cpuid);
    }
}

/// From an output line to a GPIO initiator socket that can be assigned a bool (VCML's
/// `gpio_initiator_socket`):
///     gictlm::line_to_gpio<vcml::gpio_initiator_socket> irq(cpu_irq_out);
///     gic.irq[0].bind(irq);
///
/// Warning: a GPIO call carries no time. The level changes now, though the line's call may have
/// said "at my local time": a receiver that is decoupled from the caller sees it up to a quantum
/// early. Latency studies need a line_if or a quantum of zero.
template <class SOCKET> class line_to_gpio : public line_if
{
public:
    explicit line_to_gpio(SOCKET &socket) : socket_(socket) {}
    void set(bool level, const sc_core::sc_time &) override
    {
        socket_ = level;
    }

private:
    SOCKET &socket_;
};

/// From a GPIO call to an input line, for a host's `gpio_transport(socket, payload)`:
///     gictlm::gpio_to_line(tx, gic.spi[n], local_time);
template <class PAYLOAD>
void gpio_to_line(const PAYLOAD &gpio, line_if &line,
                  const sc_core::sc_time &delay = sc_core::SC_ZERO_TIME)
{
    line.set(gpio.state, delay);
}

} // namespace gictlm

#endif
