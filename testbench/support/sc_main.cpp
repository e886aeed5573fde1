// SPDX-License-Identifier: Apache-2.0
// The SystemC library brings main and calls sc_main; this sc_main runs the tests of the program.
// SystemC elaborates once per process: ctest starts one process for each test.
#include <gtest/gtest.h>
#include <systemc>

int sc_main(int argc, char *argv[])
{
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
