// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "time_util.h"

namespace virt
{

namespace
{
constexpr uint64_t poll_period_ps = 1000000000;
} // namespace

console::console(sc_core::sc_module_name name, agenda &times, console_device device,
                 device_target &target)
    : sc_module(name), times_(times), part_(times.add([this] { poll(); })),
      device_(std::move(device)), target_(target), look_ps_(never_ps)
{
    if (device_.take)
        target_.after([this](uint64_t) { drain(); });
}

console::~console()
{
    if (restore_)
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &saved_);
    if (close_)
        (void)std::fclose(out_);
}

bool console::open(const vp_uart_option &to, const char *option, bool input, vp_error &error)
{
    if (to.kind == VP_UART_STDIO) {
        out_ = stdout;
        reads_ = input_ = input;
        if (input)
            raw_mode();
    } else if (to.kind == VP_UART_FILE) {
        out_ = std::fopen(to.path, "wb");
        close_ = out_ != nullptr;
        if (out_ == nullptr)
            return vp_fail(&error, "%s file:%s: %s; give a path that can be written", option,
                           to.path, std::strerror(errno));
    }
    return true;
}

void console::start()
{
    if (input_)
        look_at(now_ps() + poll_period_ps);
}

void console::look_at(uint64_t time_ps)
{
    look_ps_ = time_ps;
    times_.set(part_, time_ps);
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
    if (out_ == nullptr)
        return;
    if (line_ != nullptr && length != 0) {
        line_->erase();
        last_ = data[length - 1];
    }
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

    while (device_.take(&byte)) {
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
    read_ += filled_;
    return true;
}

void console::poll()
{
    bool received = false;

    flush();
    while (device_.can_receive() && (at_ < filled_ || fill())) {
        device_.receive(buffer_[at_++]);
        received = true;
    }
    if (received)
        target_.update(now_ps());
    look_at(input_ || at_ < filled_ ? now_ps() + poll_period_ps : never_ps);
}

// ---------------------------------------------------------------- checkpoint

void console::save(gictime_bytes &to) const
{
    gictime_bytes_u64(&to, look_ps_);
    gictime_bytes_u8(&to, reads_);
    gictime_bytes_u8(&to, input_);
    gictime_bytes_u64(&to, read_);
    gictime_bytes_u32(&to, static_cast<uint32_t>(filled_ - at_));
    gictime_bytes_put(&to, buffer_ + at_, filled_ - at_);
}

// Standard input as it may be found: whether it can bring more than the saved run knew of.
static bool may_bring_more()
{
    struct stat st = {};

    return isatty(STDIN_FILENO) != 0 ||
           (::fstat(STDIN_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)));
}

bool console::load(gictime_cursor &from)
{
    const uint64_t time = gictime_cursor_u64(&from);
    const bool read_before = gictime_cursor_bool(&from);
    const bool more = gictime_cursor_bool(&from);

    read_ = gictime_cursor_u64(&from);
    at_ = 0;
    filled_ = gictime_cursor_count(&from, sizeof buffer_);
    gictime_cursor_get(&from, buffer_, filled_);
    if (!gictime_cursor_done(&from))
        return false;
    if (!reads_)
        filled_ = 0;
    if (!reads_ || !read_before)
        read_ = 0;
    else if (read_ != 0)
        (void)::lseek(STDIN_FILENO, static_cast<off_t>(read_), SEEK_SET);
    input_ = reads_ && (more || !read_before || may_bring_more());
    if (time != never_ps || !input_)
        look_at(reads_ ? time : never_ps);
    else
        look_at((now_ps() / poll_period_ps + 1) * poll_period_ps);
    return true;
}

} // namespace virt
