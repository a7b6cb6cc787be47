// SPDX-License-Identifier: BSD-3-Clause
#include "op_table.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace xtape::test {
std::vector<Row> elementwise_rows() {
    using enum Domain;
    return {
        unary(
            "tanh", [](const auto& x) { return tanh(x); }, [](double x) { return std::tanh(x); }),
        unary(
            "sigmoid", [](const auto& x) { return sigmoid(x); }, [](double x) { return 1 / (1 + std::exp(-x)); }),
        unary(
            "exp", [](const auto& x) { return exp(x); }, [](double x) { return std::exp(x); }),
        unary(
            "log", [](const auto& x) { return log(x); }, [](double x) { return std::log(x); }, positive),
        unary(
            "sin", [](const auto& x) { return sin(x); }, [](double x) { return std::sin(x); }),
        unary(
            "cos", [](const auto& x) { return cos(x); }, [](double x) { return std::cos(x); }),
        unary(
            "sqrt", [](const auto& x) { return sqrt(x); }, [](double x) { return std::sqrt(x); }, positive),
        unary(
            "relu", [](const auto& x) { return relu(x); }, [](double x) { return x > 0 ? x : 0; }, away_from_zero),
        unary(
            "square", [](const auto& x) { return square(x); }, [](double x) { return x * x; }),
        unary(
            "negate", [](const auto& x) { return -x; }, [](double x) { return -x; }),
        unary(
            "identity", [](const auto& x) { return identity(x); }, [](double x) { return x; }),

        binary(
            "add", [](const auto& x, const auto& y) { return x + y; }, [](double x, double y) { return x + y; }),
        binary(
            "subtract", [](const auto& x, const auto& y) { return x - y; }, [](double x, double y) { return x - y; }),
        binary(
            "multiply", [](const auto& x, const auto& y) { return x * y; }, [](double x, double y) { return x * y; }),
        binary(
            "divide", [](const auto& x, const auto& y) { return x / y; }, [](double x, double y) { return x / y; },
            away_from_zero),
        row(
            "where", "", []<class T>(const Variables<T>& x) { return where(pattern<T>(x[0].shape()), x[0], x[1]); },
            [](const Arrays<double>& x) {
                return elementwise({pattern<double>(x[0].shape()), x[0], x[1]},
                                   [](const std::vector<double>& e) { return e[0] != 0 ? e[1] : e[2]; });
            },
            broadcast_pairs()),
    };
}

const std::vector<Row>& op_table() {
    static const std::vector<Row> rows = [] {
        std::vector<Row> all = elementwise_rows();
        for (const auto& family : {product_rows, shape_rows, index_rows, softmax_rows, gate_rows, piecewise_rows})
            for (Row& r : family()) all.push_back(std::move(r));
        return all;
    }();
    return rows;
}

std::vector<Shapes> one_of_each() {
    std::vector<Shapes> all{{{}}, {{0}}, {{1}}, {{0, 3}}, {{3, 0, 2}}, {{1, 1, 1, 1}}, {{2, 3}}, {{2, 1, 3, 2, 2}}};
    return at_lengths([](std::size_t n) { return Shapes{{n}}; }, all);
}

std::vector<Shapes> at_lengths(const std::function<Shapes(std::size_t)>& shapes, std::vector<Shapes> all) {
    for (std::size_t n = 1; n <= 67; ++n) all.push_back(shapes(n));
    return all;
}

std::vector<Shapes> cubes() {
    return at_lengths(
        [](std::size_t n) {
            return n % 2 ? Shapes{{2, n, 2}} : Shapes{{n, 2, 1}};
        },
        at_lengths(
            [](std::size_t n) {
                return Shapes{{1, 2, n}};
            },
            {{{2, 3, 4}}, {{1, 1, 1}}, {{3, 1, 2}}, {{0, 3, 2}}, {{2, 0, 3}}, {{2, 3, 0}}}));
}
std::vector<Shapes> tables() {
    return at_lengths(
        [](std::size_t n) {
            return Shapes{{2, n}};
        },
        {{{3, 4}}, {{1, 1}}, {{0, 3}}, {{5, 1}}, {{67, 2}}});
}

std::vector<Shapes> broadcast_pairs() {
    std::vector<Shape> all{{}};
    for (std::size_t begin = 0, rank = 1; rank <= 3; ++rank) {
        const std::size_t end = all.size();
        for (; begin < end; ++begin)
            for (const std::size_t n : {0u, 1u, 2u}) {
                all.push_back(all[begin]);
                all.back().push_back(n);
            }
    }
    auto fit = [](const Shape& a, const Shape& b) {
        for (std::size_t i = 1; i <= std::min(a.size(), b.size()); ++i) {
            const std::size_t m = a[a.size() - i], n = b[b.size() - i];
            if (m != n && m != 1 && n != 1) return false;
        }
        return true;
    };
    std::vector<Shapes> pairs;
    for (const Shape& a : all)
        for (const Shape& b : all)
            if (fit(a, b)) pairs.push_back({a, b});
    return at_lengths(
        [](std::size_t n) {
            return Shapes{{n}, {n}};
        },
        at_lengths(
            [](std::size_t n) {
                return Shapes{{2, n}, {n}};
            },
            pairs));
}

Array<double> elementwise(const Arrays<double>& xs, const std::function<double(const std::vector<double>&)>& f) {
    Shape shape;
    for (const auto& x : xs) {  // axes are counted from the last one
        Shape s = x.shape(), longer(std::max(shape.size(), s.size()), 1);
        auto length = [&](const Shape& of, std::size_t i) { return i < of.size() ? of[of.size() - 1 - i] : 1; };
        for (std::size_t i = 0; i < longer.size(); ++i) {
            const std::size_t m = length(shape, i), n = length(s, i);
            longer[longer.size() - 1 - i] = m == 1 ? n : m;
        }
        shape = longer;
    }
    Array<double> y = Array<double>::from_shape(shape);
    for (std::size_t n = 0; n < y.size(); ++n) {
        std::vector<double> elements;
        for (const auto& x : xs) {
            std::size_t rest = n, place = 0, step = 1;
            for (std::size_t i = 0; i < x.dimension(); ++i) {
                const std::size_t length = x.shape()[x.dimension() - 1 - i], all = shape[shape.size() - 1 - i];
                place += (length == 1 ? 0 : rest % all) * step;
                rest /= all;
                step *= length;
            }
            elements.push_back(x.data()[place]);
        }
        y.data()[n] = f(elements);
    }
    return y;
}

TEST_CASE("every operation that is declared has a row in the table") {
    std::set<std::string> rows, missing;
    for (const Row& r : op_table()) rows.insert(r.name);
    const std::filesystem::path root = std::filesystem::path(XTAPE_TEST_DATA) / "../../autodiff";
    std::vector<std::filesystem::path> headers{root / "variable.hpp"};
    for (const auto& file : std::filesystem::directory_iterator(root / "ops"))
        if (file.path().extension() == ".hpp") headers.push_back(file.path());
    const std::regex declared(R"(Variable<T> (\w+)\()");
    std::size_t found = 0;
    for (const auto& header : headers) {
        std::ifstream file(header);
        REQUIRE_MESSAGE(file, "cannot read " << header);
        std::stringstream all;
        all << file.rdbuf();
        const std::string text = all.str();
        for (std::sregex_iterator i(text.begin(), text.end(), declared), end; i != end; ++i) {
            ++found;
            if (!rows.contains((*i)[1])) missing.insert((*i)[1]);
        }
    }
    CHECK(headers.size() >= 7);
    CHECK(found >= 30);  // the pattern still finds declarations
    std::string names;
    for (const auto& m : missing) names += m + " ";
    CHECK_MESSAGE(missing.empty(), "no row for: ", names);
}

}  // namespace xtape::test
