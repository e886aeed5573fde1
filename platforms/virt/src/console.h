// SPDX-License-Identifier: Apache-2.0
// The back-end of a PL011: where its bytes go and come from.
#ifndef VIRT_CONSOLE_H
#define VIRT_CONSOLE_H

#include <cstdio>

#include <systemc>
#include <termios.h>

#include "device_target.h"
#include "devices/pl011.h"
#include "error.h"
#include "options.h"

namespace virt
{

/// stdio, null or a file. Input is looked for every millisecond of simulated time, so that a run
/// that is fed from a file is the same each time.
class console : public sc_core::sc_module
{
public:
    console(sc_core::sc_module_name name, pl011 &uart, device_target &target);
    ~console() override;

    /// Opens the back-end. @return false with the message in @p error.
    bool open(vp_uart kind, const char *path, vp_error &error);
    /// Writes bytes that do not come from the UART (semihosting).
    void write(const char *data, size_t length);
    /// Everything written so far reaches its file.
    void flush();

private:
    void drain();
    void poll();
    bool fill();
    void raw_mode();

    pl011 &uart_;
    device_target &target_;
    FILE *out_ = nullptr;
    bool close_ = false;
    bool restore_ = false; ///< The terminal was in another mode.
    struct termios saved_ = {};
    bool input_ = false; ///< Standard input is read, and not at its end.
    unsigned char buffer_[256];
    size_t at_ = 0, filled_ = 0;
    sc_core::sc_event tick_;
};

} // namespace virt

#endif
