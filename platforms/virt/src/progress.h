// SPDX-License-Identifier: Apache-2.0
// A line on the terminal that says how far a long run is.
#ifndef VIRT_PROGRESS_H
#define VIRT_PROGRESS_H

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace virt
{

/// What is shown.
struct progress_facts {
    uint64_t time_ps;    ///< Simulated time.
    uint64_t insns;      ///< Instructions executed here.
    uint64_t interrupts; ///< Interrupts acknowledged here.
};

/// One line, written over and over, from two seconds of the host on and twice a second. It is
/// erased before the guest's console goes on; nothing at all when standard error is no terminal.
class progress
{
public:
    using clock = std::chrono::steady_clock;

    /// @p terminal: @p out is a terminal.
    progress(FILE *out, bool terminal) : out_(out), on_(terminal), next_(clock::now() + first) {}
    ~progress()
    {
        erase();
    }
    progress(const progress &) = delete;
    progress &operator=(const progress &) = delete;

    bool on() const
    {
        return on_;
    }
    /// Shows the line when it is time to, at @p now.
    void show(clock::time_point now, const progress_facts &facts);
    /// Takes the line away.
    void erase();

private:
    static constexpr std::chrono::milliseconds first{2000};
    static constexpr std::chrono::milliseconds period{500};

    FILE *out_;
    bool on_;
    bool shown_ = false;
    clock::time_point next_;
    clock::time_point last_ = clock::now();
    progress_facts before_ = progress_facts();
};

} // namespace virt

#endif
