// SPDX-License-Identifier: Apache-2.0
// Headers of others that nearly every test includes, compiled once for all of them: they take
// longer than a test. A test includes what it uses all the same: other builds have no such header.
#ifndef GICTLM_TESTBENCH_SUPPORT_TEST_HEADERS_HPP
#define GICTLM_TESTBENCH_SUPPORT_TEST_HEADERS_HPP

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#endif
