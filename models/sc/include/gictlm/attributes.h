// SPDX-License-Identifier: Apache-2.0
// Who asks: security, PE and DeviceID of a transaction, and how they are found in a payload.
#ifndef GICTLM_ATTRIBUTES_H
#define GICTLM_ATTRIBUTES_H

#include <cstdint>

#include <tlm>

namespace gictlm
{

/// What the GIC wants to know of the requester beyond the base protocol.
struct attributes {
    bool secure = false;    ///< Secure access.
    uint16_t pe = 0;        ///< GICR_TYPER.Processor_Number of the requester.
    uint32_t device_id = 0; ///< DeviceID of a message-signalled interrupt.
};

/// Our own extension: attach it to a payload to give an access its attributes.
class attributes_extension : public tlm::tlm_extension<attributes_extension>, public attributes
{
public:
    attributes_extension() = default;
    explicit attributes_extension(const attributes &from) : attributes(from) {}

    tlm::tlm_extension_base *clone() const override
    {
        return new attributes_extension(*this);
    }
    void copy_from(const tlm::tlm_extension_base &from) override
    {
        *this = static_cast<const attributes_extension &>(from);
    }
};

/// Finds the attributes of @p payload. @p found starts as the socket's defaults; the function
/// changes the members that the payload says something about. It must not change anything else.
using attributes_function = void (*)(const tlm::tlm_generic_payload &payload, attributes &found);

/// The default attributes_function: attributes_extension if there is one, else the defaults.
inline void attributes_from_extension(const tlm::tlm_generic_payload &payload, attributes &found)
{
    if (const attributes_extension *extension = payload.get_extension<attributes_extension>())
        found = *extension;
}

} // namespace gictlm

#endif
