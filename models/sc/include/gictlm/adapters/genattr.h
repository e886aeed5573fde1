// SPDX-License-Identifier: Apache-2.0
// For platforms made with libsystemctlm-soc: attributes from its generic attributes extension.
// A template, so that this library does not depend on it.
#ifndef GICTLM_ADAPTERS_GENATTR_H
#define GICTLM_ADAPTERS_GENATTR_H

#include <tlm>

#include "gictlm/attributes.h"

namespace gictlm
{

/// Attributes from an extension with get_secure() and get_master_id() (`genattr_extension`):
///     config.attributes_of = gictlm::attributes_from_genattr<genattr_extension>;
/// The master ID names the device, as a PCI requester ID does. Which PE it belongs to is the
/// platform's knowledge: a platform whose master IDs are PE numbers writes a function of its own.
template <class EXTENSION>
void attributes_from_genattr(const tlm::tlm_generic_payload &payload, attributes &found)
{
    if (const EXTENSION *extension = payload.template get_extension<EXTENSION>()) {
        found.secure = extension->get_secure();
        found.device_id = static_cast<uint32_t>(extension->get_master_id());
    }
}

} // namespace gictlm

#endif
