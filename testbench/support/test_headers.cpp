// SPDX-License-Identifier: Apache-2.0
// The unit that test_headers.hpp is compiled for.
