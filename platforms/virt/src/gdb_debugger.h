// SPDX-License-Identifier: Apache-2.0
// The debugger server (gdb.h) at work on the machine.
#ifndef VIRT_GDB_DEBUGGER_H
#define VIRT_GDB_DEBUGGER_H

#include <cstdint>

#include "gdb.h"
#include "machine_model.h"

namespace virt
{

class gdb_debugger : public debugger
{
public:
    explicit gdb_debugger(machine &m) : machine_(m) {}

    /// Listens on 127.0.0.1:@p port. @param wait stand still until a debugger continues.
    bool open(uint16_t port, bool wait, vp_error &error);
    /// The run is over.
    void close(int status)
    {
        gdb_close(&server_, status);
    }

    void between_slices() override;
    void stopped(unsigned index, iss_stop reason) override;
    bool idle() override;

private:
    void session(bool report);
    void resume(gdb_resume how);
    void hold_all_but(int pe);
    bool poll_is_due();
    gdb_target target();

    machine &machine_;
    gdb_server server_ = gdb_server();
    bool waiting_ = false;  ///< --wait-gdb: not yet continued.
    bool detached_ = false; ///< The last debugger let the guest go on without it.
    bool stopped_ = false;  ///< A PE met a breakpoint or ended its step.
    unsigned stopped_pe_ = 0;
    iss_stop reason_ = ISS_STOP_STEP;
    int held_for_ = -1; ///< PE that steps alone.
    int64_t next_poll_ms_ = 0;
};

} // namespace virt

#endif
