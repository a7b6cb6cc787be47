// SPDX-License-Identifier: BSD-3-Clause
#include <limits>

#include "numpy.hpp"

using namespace xtape;
using namespace xtape::nn::io;

namespace {

template <class T> void check_integers(const std::string& kind) {
    using Limits = std::numeric_limits<T>;
    using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    for (const char* order : {"little-", "big-"}) {
        INFO(order << kind);
        const Array<Wide> a = load_npz<Wide>(by_numpy("types.npz"), order + kind);
        CHECK(holds(a, {Limits::min(), 0, 1, Limits::max()}));
        const auto as_double = [&] { load_npz<double>(by_numpy("types.npz"), order + kind); };
        CHECK(message(as_double).empty() == (sizeof(T) < 8));  // 2^63 - 1 and 2^64 - 1 are no doubles
        if (std::is_signed_v<T>)
            CHECK(contains(message([&] { load_npz<std::uint64_t>(by_numpy("types.npz"), order + kind); }), "got -"));
    }
}

template <class T> void check_shapes(const std::map<std::string, Array<T>>& arrays) {
    CHECK(arrays.size() == 6);
    CHECK(same(arrays.at("scalar"), Array<T>(7.5)));
    CHECK(same(arrays.at("one"), filled<T>({1, 1}, T(2.5))));
    CHECK(same(arrays.at("empty"), zeros<T>({0, 3})));
    CHECK(same(arrays.at("rows"), counting<T>({2, 3, 4})));
    CHECK(same(arrays.at("columns"), counting<T>({2, 3, 4})));
    CHECK(same(arrays.at("matrix"), counting<T>({2, 3})));
}

}  // namespace

TEST_CASE("An npz file gives back its arrays and their names, stored and deflated") {
    const Scratch scratch;
    const std::map<std::string, Array<double>> arrays{{"", Array<double>(7)},
                                                      {"a", counting<double>({2, 3})},
                                                      {"none", zeros<double>({0, 4})},
                                                      {"layer/weight", counting<double>({100, 1000})},
                                                      {"\xce\xb8 'x'", Array<double>{NAN}}};
    for (const Packing packing : {Packing::stored, Packing::deflated}) {
        save_npz(scratch / "a.npz", arrays, packing);
        const auto back = load_npz<double>(scratch / "a.npz");
        CHECK(back.size() == arrays.size());
        for (const auto& named : arrays) {
            INFO("'" << named.first << "'");
            CHECK(same(back.at(named.first), named.second));
            CHECK(same(load_npz<double>(scratch / "a.npz", named.first), named.second));
        }
        CHECK((slurp(scratch / "a.npz").size() < 400'000) == (packing == Packing::deflated));
        save_npz(scratch / "b.npz", back, packing);
        CHECK(slurp(scratch / "a.npz") == slurp(scratch / "b.npz"));
    }
    CHECK(scratch.files() == 2);
}

TEST_CASE("Arrays of different types stand in one npz file, and are asked for by name") {
    const Scratch scratch;
    const Array<float> x{{0.5F, 1.5F}};
    const Array<std::int64_t> labels{3, std::numeric_limits<std::int64_t>::max()};
    save_npz(scratch / "a", {{"x", x}, {"labels", labels}});
    CHECK(same(load_npz<float>(scratch / "a", "x"), x));
    CHECK(same(load_npz<std::int64_t>(scratch / "a", "labels"), labels));
    CHECK(
        contains(message([&] { load_npz<float>(scratch / "a"); }), "array 'labels': each element must be one of F32"));
    CHECK(contains(message([&] { load_npz<float>(scratch / "a", "y"); }),
                   "the array 'y' must be there; got 'labels', 'x'; try one of those names"));
}

TEST_CASE("An npz file without arrays is a zip, NumPy's too") {
    const Scratch scratch;
    save_npz(scratch / "a", {});
    CHECK(slurp(scratch / "a") == slurp(by_numpy("none.npz")));
    CHECK(load_npz<float>(scratch / "a").empty());
    CHECK(contains(message([&] { load_npz<float>(scratch / "a", "x"); }), "got nothing"));
}

TEST_CASE("NumPy's npz files are read, stored and deflated") {
    for (const char* name : {"shapes.npz", "shapes-compressed.npz"}) {
        INFO(name);
        check_shapes(load_npz<float>(by_numpy(name)));
        check_shapes(load_npz<double>(by_numpy(name)));
    }
    CHECK(same(load_npz<double>(by_numpy("zeros.npz"), "x"), zeros<double>({1'000'000})));
}

TEST_CASE("Every type of NumPy's that is converted, in both orders of bytes") {
    CHECK(holds(load_npz<float>(by_numpy("types.npz"), "b1"), {0, 0, 1, 1}));
    CHECK(holds(load_npz<std::uint64_t>(by_numpy("types.npz"), "b1"), {0, 0, 1, 1}));
    check_integers<std::uint8_t>("u1");
    check_integers<std::uint16_t>("u2");
    check_integers<std::uint32_t>("u4");
    check_integers<std::uint64_t>("u8");
    check_integers<std::int8_t>("i1");
    check_integers<std::int16_t>("i2");
    check_integers<std::int32_t>("i4");
    check_integers<std::int64_t>("i8");
    for (const std::string order : {"little-", "big-"}) {
        CHECK(holds(load_npz<float>(by_numpy("types.npz"), order + "f4"), {-0.1F, 0, INFINITY, NAN}));
        CHECK(holds(load_npz<double>(by_numpy("types.npz"), order + "f4"), {double(-0.1F), 0, INFINITY, NAN}));
        CHECK(holds(load_npz<double>(by_numpy("types.npz"), order + "f8"), {-0.1, 0, INFINITY, NAN}));
        CHECK(holds(load_npz<float>(by_numpy("types.npz"), order + "f8"), {-0.1F, 0, INFINITY, NAN}));
    }
}

TEST_CASE("NumPy's other types are refused by name of the array") {
    for (const std::string name : {"half", "complex", "text", "bytes", "date", "record", "object"}) {
        const std::string what = message([&] { load_npz<double>(by_numpy("refused.npz"), name); });
        CHECK_MESSAGE(contains(what, "refused.npz: array '" + name + "': the "), what);
    }
}

TEST_CASE("Names that a zip cannot have are refused, and nothing is written") {
    const Scratch scratch;
    const Array<float> x{1};
    for (const std::string& name : {std::string("a\0b", 3), std::string("\xff"), std::string(65'532, 'x')})
        CHECK(contains(message([&] { save_npz(scratch / "a", {{name, x}}); }), "names must be UTF-8"));
    CHECK(scratch.files() == 0);
    save_npz(scratch / "a", {{std::string(65'531, 'x'), x}});
    CHECK(load_npz<float>(scratch / "a").begin()->first.size() == 65'531);
}
