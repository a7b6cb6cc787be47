// SPDX-License-Identifier: BSD-3-Clause
#include <array>

#include "numpy.hpp"

using namespace xtape;
using namespace xtape::nn::io;

namespace {

constexpr std::array names{"version-1.npy", "version-2.npy", "version-3.npy",
                           "matrix.npy"};  // 128 bytes and 2 x 3 doubles

}  // namespace

TEST_CASE("An npy file cut anywhere, or with a byte more, is refused") {
    const Scratch scratch;
    for (const char* name : names) {
        const std::string file = slurp(by_numpy(name));
        REQUIRE(file.size() == 176);
        for (std::size_t length = 0; length < file.size(); ++length) {
            spill(scratch / "a", file.substr(0, length));
            CHECK_MESSAGE(!message([&] { load_npy<double>(scratch / "a"); }).empty(), name << " of " << length);
        }
        spill(scratch / "a", file + '\0');
        CHECK(contains(message([&] { load_npy<double>(scratch / "a"); }), "got 49 bytes"));
    }
}

// Two bytes of a header choose another type of the same width, which reads the same bytes as other numbers: the order
// of bytes and the kind, of '<f8'. All others are of one value or do not matter.
TEST_CASE("Any byte of an npy header may have any value: an error, or the same array") {
    const Scratch scratch;
    std::array<int, 3> count{};
    for (const char* name : names) {
        const std::string file = slurp(by_numpy(name));
        const std::size_t type = file.find("<f8");
        REQUIRE(type != file.npos);
        Changing(scratch / "a", file).each(128, [&](std::size_t place, int value) {
            Array<double> a;
            const bool refused = !message([&] { a = load_npy<double>(scratch / "a"); }).empty();
            const bool equal = !refused && same(a, counting<double>({2, 3}));
            const bool of_type = place == type || place == type + 1;
            CHECK_MESSAGE((refused || equal || (of_type && a.shape() == Shape{2, 3})),
                          name << " byte " << place << " value " << value);
            ++count[refused ? 0 : equal ? 1 : 2];
        });
    }
    MESSAGE(count[0], " refused, ", count[1], " the same, ", count[2], " of another type");
    CHECK(count[0] > count[1]);
    CHECK(count[1] >= int(names.size()) * 128);  // the files themselves, once for each byte
    // '>f8' and, unless their numbers are not exactly representable, '<i8' and '<u8'
    CHECK(count[2] <= 3 * int(names.size()));
    CHECK(count[2] >= int(names.size()));
}
