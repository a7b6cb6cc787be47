// SPDX-License-Identifier: BSD-3-Clause
// A report in the assertions of other frameworks, which are here as far as they touch what they are given.
#include <sstream>
#include <xtape/autodiff/compare.hpp>

#include "support.hpp"

namespace frameworks {

std::vector<std::string> failures;

namespace googletest {  // 1.12: gtest-assertion-result.h, gtest-message.h, gtest-internal.h

class AssertionResult {
public:
    template <class T> explicit AssertionResult(const T& success) : success_(success) {}
    operator bool() const { return success_; }

private:
    bool success_;
};

struct Message {
    template <class T> Message& operator<<(const T& value) {
        text << value;
        return *this;
    }
    std::ostringstream text;
};

struct AssertHelper {
    void operator=(const Message& message) const { failures.push_back(message.text.str()); }
};

}  // namespace googletest

namespace catch2 {  // 3.3: catch_decomposer.hpp, catch_tostring.hpp

template <class T>
concept StreamInsertable = requires(std::ostream& out, const T& value) {
    out << value;
};

template <class T> std::string stringify(const T& value) {
    std::ostringstream out;
    if constexpr (StreamInsertable<T>)
        out << value;
    else
        out << "{?}";
    return out.str();
}

template <class T> struct ExprLhs { const T& lhs; };

struct Decomposer {
    template <class T> friend ExprLhs<T> operator<=(Decomposer&&, const T& lhs) { return {lhs}; }
};

template <class T> void handle(const ExprLhs<T>& expression) {
    if (!static_cast<bool>(expression.lhs)) failures.push_back(stringify(expression.lhs));
}

}  // namespace catch2
}  // namespace frameworks

// One parameter each: commas of a call must do without the macro's help.
#define EXPECT_TRUE(condition)                                                  \
    switch (0)                                                                  \
    case 0:                                                                     \
    default:                                                                    \
        if (const ::frameworks::googletest::AssertionResult result_{condition}) \
            ;                                                                   \
        else                                                                    \
            ::frameworks::googletest::AssertHelper() = ::frameworks::googletest::Message()
#define CATCH_CHECK(expression) ::frameworks::catch2::handle(::frameworks::catch2::Decomposer() <= expression)

namespace xtape::test {
namespace {

using V = Variable<double>;
using A = Array<double>;

const A x{{1, 2}, {3, 4}}, w{{0.5, -1}, {2, 0.25}};
V f(const V& a, const V& b) { return sum(square(a * b)) / 2.0; }
std::vector<A> right(const A& a, const A& b) { return {a * b * b, a * a * b}; }
std::vector<A> wrong(const A& a, const A& b) { return {a * b * b, a * b}; }

TEST_CASE("a report is a condition and prints itself in GoogleTest's EXPECT_TRUE") {
    frameworks::failures.clear();
    EXPECT_TRUE(compare_gradients(f, right, {x, w})) << "not evaluated";
    CHECK(frameworks::failures.empty());
    const CompareReport report = compare_gradients(f, wrong, {x, w});
    EXPECT_TRUE(report) << report;
    EXPECT_TRUE(compare_gradients(f, wrong, {x, w}));
    CHECK(frameworks::failures == std::vector<std::string>{formatted(report, Format::text), ""});
}

TEST_CASE("a report is an expression of Catch2's CHECK, which prints it") {
    frameworks::failures.clear();
    CATCH_CHECK(compare_gradients(f, right, {x, w}));
    CHECK(frameworks::failures.empty());
    CATCH_CHECK(compare_gradients(f, wrong, {x, w}));
    const std::string text = formatted(compare_gradients(f, wrong, {x, w}), Format::text);
    CHECK(frameworks::failures == std::vector<std::string>{text});
    CHECK(contains(text, "FAILED: "));
}

}  // namespace
}  // namespace xtape::test
