// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/autodiff.hpp>

int main() {
    return xtape::grad([](auto x) { return x * x; })(3.0) != 6;
}
