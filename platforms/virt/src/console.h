// SPDX-License-Identifier: Apache-2.0
// The back-end of a UART or console: where its bytes go and come from.
#ifndef VIRT_CONSOLE_H
#define VIRT_CONSOLE_H

#include <cstdio>
#include <functional>

#include <systemc>
#include <termios.h>

#include "device_target.h"
#include "error.h"
#include "options.h"
#include "progress.h"

namespace virt
{

/// What a console needs of its device.
struct console_device {
    std::function<bool()> can_receive;
    std::function<void(uint8_t)> receive;
    /// Takes a byte that was sent; empty: the device calls console::write().
    std::function<bool(uint8_t *)> take;
};

/// stdio, null or a file. Input is looked for every millisecond of simulated time, so that a run
/// that is fed from a file is the same each time.
class console : public sc_core::sc_module, public saved_part
{
public:
    console(sc_core::sc_module_name name, agenda &times, console_device device,
            device_target &target);
    ~console() override;

    /// Opens the back-end. @param option names it in messages. @param input standard input is this
    /// console's, if it is stdio. @return false with the message in @p error.
    bool open(const vp_uart_option &to, const char *option, bool input, vp_error &error);
    /// Begins to look for input.
    void start();
    /// Writes bytes that were not taken from the device.
    void write(const char *data, size_t length);
    /// Everything written so far reaches its file.
    void flush();
    /// Standard output is a terminal that @p line is shown on: it gives way to what is written.
    void share_terminal(progress &line)
    {
        line_ = out_ == stdout ? &line : nullptr;
    }
    /// Whether nothing of a line that is not ended stands on a terminal that is shared.
    bool between_lines() const
    {
        return line_ == nullptr || last_ == '\n';
    }

    const char *section() const override
    {
        return basename();
    }
    uint32_t section_version() const override
    {
        return 1;
    }
    void save(gictime_bytes &to) const override;
    /// Standard input goes on behind what had been read when it is a file, as the same file is
    /// meant; from its beginning when it is a pipe or a terminal.
    bool load(gictime_cursor &from) override;

private:
    void drain();
    void poll();
    bool fill();
    void raw_mode();
    void look_at(uint64_t time_ps);

    agenda &times_;
    unsigned part_;
    console_device device_;
    device_target &target_;
    FILE *out_ = nullptr;
    bool close_ = false;
    progress *line_ = nullptr;
    char last_ = '\n';     ///< The byte written last, if line_ is there.
    bool restore_ = false; ///< The terminal was in another mode.
    struct termios saved_ = {};
    bool reads_ = false; ///< Standard input is this console's ...
    bool input_ = false; ///< ... and not at its end.
    unsigned char buffer_[256];
    size_t at_ = 0, filled_ = 0;
    uint64_t read_ = 0; ///< Bytes of standard input so far.
    uint64_t look_ps_;  ///< When input is looked for next.
};

} // namespace virt

#endif
