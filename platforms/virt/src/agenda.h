// SPDX-License-Identifier: Apache-2.0
// When the parts of the platform want to be called, in one order that does not depend on SystemC.
#ifndef VIRT_AGENDA_H
#define VIRT_AGENDA_H

#include <cstdint>
#include <functional>
#include <vector>

#include <systemc>

#include "run_queue.h"

namespace virt
{

/// One time for each part. At one instant parts are called in the order in which they were added:
/// separate events would be served in the order of the kernel's queue, which a restored run has
/// filled in another order. The times are the parts' own state: whoever is restored asks again.
class agenda : public sc_core::sc_module
{
public:
    explicit agenda(sc_core::sc_module_name name);

    /// @param call called when the time of the part has come; the time is unset before. At most
    /// RUN_QUEUE_MAX parts. @return the number of the part.
    unsigned add(std::function<void()> call);
    /// Part @p part is called at @p time_ps, at once when that is past; never_ps: not at all.
    void set(unsigned part, uint64_t time_ps);

private:
    void work();
    void arm();

    run_queue queue_;
    std::vector<std::function<void()>> call_;
    bool working_ = false;
    sc_core::sc_event due_;
};

} // namespace virt

#endif
