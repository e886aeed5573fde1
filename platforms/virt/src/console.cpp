// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <unistd.h>

#include "time_util.h"

namespace virt
{

namespace
{
constexpr uint64_t poll_period_ps = 1000000000;
} // namespace

console::console(sc_core::sc_module_name name, pl011 &uart, device_target &target)
    : sc_module(name), uart_(uart), target_(target)
{
    SC_HAS_PROCESS(console);
    target_.after([this](uint64_t) { drain(); });
    SC_METHOD(poll);
    sensitive << tick_;
    dont_initialize();
}

console::~console()
{
    if (restore_)
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &saved_);
    if (close_)
        (void)std::fclose(out_);
}

bool console::open(vp_uart kind, const char *path, vp_error &error)
{
    if (kind == VP_UART_STDIO) {
        out_ = stdout;
        input_ = true;
        raw_mode();
        tick_.notify(from_ps(poll_period_ps));
    } else if (kind == VP_UART_FILE) {
        out_ = std::fopen(path, "wb");
        close_ = out_ != nullptr;
        if (out_ == nullptr)
            return vp_fail(&error, "--uart file:%s: %s; give a path that can be written", path,
                           std::strerror(errno));
    }
    return true;
}

// A terminal hands over each key at once, and leaves echo to the guest. Ctrl-C still ends the run.
void console::raw_mode()
{
    if (isatty(STDIN_FILENO) == 0 || tcgetattr(STDIN_FILENO, &saved_) != 0)
        return;
    struct termios raw = saved_;

    raw.c_lflag &= static_cast<tcflag_t>(~(ICANON | ECHO));
    raw.c_iflag &= static_cast<tcflag_t>(~ICRNL);
    restore_ = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

void console::write(const char *data, size_t length)
{
    if (out_ != nullptr)
        (void)std::fwrite(data, 1, length, out_);
}

void console::flush()
{
    if (out_ != nullptr)
        (void)std::fflush(out_);
}

void console::drain()
{
    uint8_t byte;

    while (pl011_pop(&uart_, &byte)) {
        const char c = static_cast<char>(byte);

        write(&c, 1);
    }
}

// Refills the buffer without waiting. False when there is nothing now.
bool console::fill()
{
    struct pollfd fd = {STDIN_FILENO, POLLIN, 0};

    if (::poll(&fd, 1, 0) <= 0)
        return false;
    const ssize_t got = ::read(STDIN_FILENO, buffer_, sizeof buffer_);

    if (got <= 0) {
        input_ = false;
        return false;
    }
    at_ = 0;
    filled_ = static_cast<size_t>(got);
    return true;
}

void console::poll()
{
    bool received = false;

    flush();
    while (pl011_can_receive(&uart_) && (at_ < filled_ || fill())) {
        (void)pl011_receive(&uart_, buffer_[at_++], now_ps());
        received = true;
    }
    if (received)
        target_.update(now_ps());
    if (input_ || at_ < filled_)
        tick_.notify(from_ps(poll_period_ps));
}

} // namespace virt
