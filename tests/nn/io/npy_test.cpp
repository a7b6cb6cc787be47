// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <limits>

#include "numpy.hpp"

using namespace xtape;
using namespace xtape::nn::io;

namespace {

template <class T> void check_round_trips(const Scratch& scratch) {
    const std::vector<Shape> shapes{{}, {1}, {0}, {0, 3}, {3, 0}, {2, 3}, {1, 1, 1, 1, 1, 1}, {100, 1000}, {65'537, 3}};
    for (const Shape& shape : shapes) {
        INFO(text(shape));
        const Array<T> a = counting<T>(shape);
        save_npy(scratch / "a.npy", a);
        CHECK(same(load_npy<T>(scratch / "a.npy"), a));
        const std::string file = slurp(scratch / "a.npy");
        CHECK((file.size() - sizeof(T) * a.size()) % 64 == 0);
        CHECK(scratch.files() == 1);
    }
}

// A file of version 1.0 with that dictionary and these bytes after it
std::string npy(const std::string& dictionary, const std::string& elements = "") {
    const auto length = static_cast<char>(dictionary.size() + 1);
    return std::string("\x93NUMPY\1\0", 8) + length + '\0' + dictionary + '\n' + elements;
}

// What the reader says of it; empty when it takes it.
std::string refusal(const std::string& dictionary, const std::string& elements = std::string(8, '\0')) {
    static const Scratch scratch;
    spill(scratch / "a", npy(dictionary, elements));
    const std::string what = message([&] { load_npy<double>(scratch / "a"); });
    CHECK((what.empty() || contains(what, "[load_npy] " + (scratch / "a").string() + ": ")));
    CHECK(what.size() < 700);
    CHECK(what.find('\n') == what.npos);
    return what;
}

std::string of_shape(const std::string& shape) {
    return "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + "}";
}

}  // namespace

TEST_CASE("An npy file gives back what was written, of all four types and sizes from none to many") {
    const Scratch scratch;
    check_round_trips<float>(scratch);
    check_round_trips<double>(scratch);
    check_round_trips<std::int64_t>(scratch);
    check_round_trips<std::uint64_t>(scratch);
}

TEST_CASE("Numbers at the edges of their types come back") {
    const Scratch scratch;
    using Limits = std::numeric_limits<std::int64_t>;
    save_npy(scratch / "f", Array<float>{1e-45F, -0.0F, INFINITY, NAN});
    CHECK(holds(load_npy<float>(scratch / "f"), {1e-45F, -0.0F, INFINITY, NAN}));
    CHECK(std::signbit(load_npy<float>(scratch / "f")(1)));
    save_npy(scratch / "i", Array<std::int64_t>{Limits::min(), -1, Limits::max()});
    CHECK(holds(load_npy<std::int64_t>(scratch / "i"), {Limits::min(), -1, Limits::max()}));
    save_npy(scratch / "u", Array<std::uint64_t>{0, std::numeric_limits<std::uint64_t>::max()});
    CHECK(holds(load_npy<std::uint64_t>(scratch / "u"), {0, std::numeric_limits<std::uint64_t>::max()}));
}

TEST_CASE("NumPy's npy files are read, and written with the same bytes") {
    const Scratch scratch;
    CHECK(same(load_npy<double>(by_numpy("scalar.npy")), Array<double>(7.5)));
    CHECK(same(load_npy<double>(by_numpy("one.npy")), filled<double>({1, 1}, 2.5)));
    CHECK(same(load_npy<float>(by_numpy("empty.npy")), zeros<float>({0, 3})));
    CHECK(same(load_npy<float>(by_numpy("rows.npy")), counting<float>({2, 3, 4})));
    for (const char* name : {"scalar.npy", "one.npy", "version-1.npy"}) {
        save_npy(scratch / "a", load_npy<double>(by_numpy(name)));
        CHECK_MESSAGE(slurp(scratch / "a") == slurp(by_numpy(name)), name);
    }
    for (const char* name : {"empty.npy", "rows.npy"}) {
        save_npy(scratch / "a", load_npy<float>(by_numpy(name)));
        CHECK_MESSAGE(slurp(scratch / "a") == slurp(by_numpy(name)), name);
    }
}

TEST_CASE("All versions of NumPy's files say the same") {
    for (const char* name : {"version-1.npy", "version-2.npy", "version-3.npy"})
        CHECK_MESSAGE(same(load_npy<double>(by_numpy(name)), counting<double>({2, 3})), name);
}

TEST_CASE("Arrays in Fortran order become row major") {
    CHECK(contains(slurp(by_numpy("columns.npy")), "'fortran_order': True"));
    CHECK(same(load_npy<float>(by_numpy("columns.npy")), counting<float>({2, 3, 4})));
    CHECK(same(load_npy<double>(by_numpy("columns.npy")), counting<double>({2, 3, 4})));
    CHECK(same(load_npy<double>(by_numpy("matrix.npy")), counting<double>({2, 3})));
}

TEST_CASE("What a type cannot hold is refused: only floats are rounded") {
    const Scratch scratch;
    const auto as_float = [&](const auto& a) {
        save_npy(scratch / "a", a);
        return message([&] { load_npy<float>(scratch / "a"); });
    };
    CHECK(as_float(Array<std::int64_t>{1 << 24, -(1 << 24), (1 << 24) + 2}).empty());
    CHECK(contains(as_float(Array<std::int64_t>{(1 << 24) + 1}), "must be one of F32; got 16777217"));
    CHECK(contains(as_float(Array<std::uint64_t>{~std::uint64_t{0}}), "must be one of F32"));
    CHECK(as_float(Array<double>{0.1, INFINITY, NAN, 1e-300}).empty());
    CHECK(contains(as_float(Array<double>{1e300}), "must be one of F32"));

    save_npy(scratch / "a", Array<double>{-3, 9007199254740992.0});
    CHECK(holds(load_npy<std::int64_t>(scratch / "a"), {-3, 9007199254740992}));
    CHECK(contains(message([&] { load_npy<std::uint64_t>(scratch / "a"); }), "must be one of U64; got -3"));
    for (const double v : {0.5, 9223372036854775808.0, -9223372036854777856.0, double(INFINITY), double(NAN)}) {
        save_npy(scratch / "a", Array<double>{v});
        CHECK_MESSAGE(contains(message([&] { load_npy<std::int64_t>(scratch / "a"); }), "must be one of I64"), v);
    }
    save_npy(scratch / "a", Array<std::int64_t>{-1});
    CHECK(!message([&] { load_npy<std::uint64_t>(scratch / "a"); }).empty());
    save_npy(scratch / "a", Array<std::uint64_t>{std::uint64_t{1} << 63});
    CHECK(!message([&] { load_npy<std::int64_t>(scratch / "a"); }).empty());
}

TEST_CASE("A bool is a byte of 0 or 1") {
    const std::string dictionary = "{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}";
    CHECK(refusal(dictionary, std::string("\0\1", 2)).empty());
    CHECK(contains(refusal(dictionary, std::string("\1\2", 2)), "got 2"));
}

TEST_CASE("Sizes whose product overflows, or that the file does not have, are refused before memory is taken") {
    CHECK(refusal(of_shape("(1,)")).empty());
    for (const char* shape :
         {"(4294967296, 4294967296)", "(2305843009213693952,)", "(2305843009213693953,)", "(18446744073709551615,)",
          "(0, 4294967296, 4294967296)", "(4294967296, 4294967296, 0)", "(1099511627776,)", "(2,)", "(0,)", "(1, 0)"})
        CHECK_MESSAGE(contains(refusal(of_shape(shape)), "must have the bytes of its elements"), shape);
    CHECK(contains(refusal(of_shape("(18446744073709551616,)")), "must be a dictionary"));
    CHECK(refusal(of_shape("(4294967296, 0)"), "").empty());
    std::string ones = "1";
    for (int i = 1; i < 64; ++i) ones += ",1";
    CHECK(refusal(of_shape("(" + ones + ")")).empty());
    CHECK(contains(refusal(of_shape("(" + ones + ",1)")), "64 sizes at most"));
    const Scratch scratch;
    CHECK(contains(message([&] { save_npy(scratch / "a", zeros<float>(Shape(65, 1))); }), "at most 64 dimensions"));
    CHECK(scratch.files() == 0);
}

TEST_CASE("The header is the dictionary that NumPy writes, and nothing else") {
    for (const char* good : {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }   ",
                             "{\"shape\":(1,),\"fortran_order\":True,\"descr\":\">f8\"}",
                             " {'shape': ( 1 , ) ,\t'descr' : '<f8' , 'fortran_order' : False } \n"})
        CHECK_MESSAGE(refusal(good).empty(), good);
    for (const char* bad : {"", "{}", "{'descr': '<f8', 'shape': (1,)}", "{'descr': '<f8', 'fortran_order': False}",
                            "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)", "['descr', '<f8']",
                            "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
                            "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}",
                            "{'descr': '<f8', 'fortran_order': False 'shape': (1,)}",
                            "{'descr': '<f8',, 'fortran_order': False, 'shape': (1,)}",
                            "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x",
                            "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}}", "{'descr: '<f8'}",
                            "{'descr': '<f8", "{'descr': \"<f8', 'fortran_order': False, 'shape': (1,)}",
                            "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}", "{'descr': [('x', '<f8')]}"})
        CHECK_MESSAGE(contains(refusal(bad), "must be a dictionary of descr, fortran_order and shape"), bad);
    for (const char* shape : {"1", "(1)", "[1]", "(1,,)", "(,)", "(-1,)", "(+1,)", "(1.0,)", "(01,)", "(1L,)", "(1_0,)",
                              "(0x1,)", "((1,),)", "(1 1)", "(1,", "('1',)", "None"})
        CHECK_MESSAGE(contains(refusal(of_shape(shape)), "must be a dictionary"), shape);
    for (const char* type : {"", "<", "f8", "<f", "<f2", "<f16", "<c8", "|O", "<U3", "|S3", "<M8[D]", "=f8", "|f8",
                             "<b8", "<i3", "<f8 ", " <f8"})
        CHECK_MESSAGE(contains(refusal("{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (1,)}"),
                               "must be bool, integers, float32 or float64"),
                      type);
}
