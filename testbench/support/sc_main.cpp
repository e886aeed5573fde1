// SPDX-License-Identifier: Apache-2.0
// The SystemC library brings main and calls sc_main; this sc_main runs the tests of the program.
// SystemC elaborates once per process: ctest starts one process for each test.
#include <cstdlib>
#include <gtest/gtest.h>
#include <systemc>

// The library reads this before sc_main; its banner is no part of any test's output.
static const int banner_off = setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);

int sc_main(int argc, char *argv[])
{
    testing::InitGoogleTest(&argc, argv);
    return banner_off == 0 ? RUN_ALL_TESTS() : 1;
}
