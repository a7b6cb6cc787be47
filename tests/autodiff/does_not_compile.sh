#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# does_not_compile.sh COMPILER ARCH LIBRARY FLAGS LINK_FLAGS
# What must not compile or link does not, and says why; beside it, what must, so that none fails for another reason.
set -euo pipefail
compiler=$1 arch=$2 library=$3
read -ra flags <<<"$4"
read -ra link_flags <<<"${5//;/ }"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

compile() { "$compiler" "${flags[@]}" -O0 "$@" -x c++ "$work/source.cpp" >"$work/log" 2>&1; }
ours=(-DXTENSOR_USE_XSIMD "-march=$arch")

# Every header, compiled once
printf '#include <xtape/autodiff/%s.hpp>\n' autodiff rule >"$work/all.hpp"
"$compiler" "${flags[@]}" -O0 "${ours[@]}" -x c++-header "$work/all.hpp" -o "$work/all.hpp.gch"
all=("${ours[@]}" -include "$work/all.hpp")

report() {  # report OUTCOME NAME
    echo "$1: $2"
    if [[ $1 == FAILED ]]; then
        failures=$((failures + 1))
        head -n 20 "$work/log"
    fi
}
must() {  # must NAME [FLAGS] < SOURCE
    local name=$1
    cat >"$work/source.cpp"
    if compile -fsyntax-only "${@:2}"; then report ok "$name"; else report FAILED "$name"; fi
}
must_not() {  # must_not NAME REASON [FLAGS] < SOURCE
    local name=$1 reason=$2
    cat >"$work/source.cpp"
    if compile -fsyntax-only "${@:3}" || ! grep -Eq -- "$reason" "$work/log"; then report FAILED "$name"
    else report ok "$name"; fi
}

array='#include <xtape/autodiff/array.hpp>'
must 'an array, with the flags of the target' "${ours[@]}" <<<"$array"
must_not 'without XTENSOR_USE_XSIMD' 'xtape needs XTENSOR_USE_XSIMD' "-march=$arch" <<<"$array"
must_not 'as C++17' 'xtape needs C.*20' "${ours[@]}" -std=c++17 <<<"$array"
must_not 'for an older processor than the library' 'error:.*\[xtape\] the library was built with -march='"$arch" \
    -DXTENSOR_USE_XSIMD -march=x86-64 <<<"$array"
must_not 'with -ffast-math' 'does not work with -ffast-math' "${ours[@]}" -ffast-math <<<"$array"

# A mistake in types is one error, which says what to do.
one_error() {  # one_error NAME TEXT < SOURCE
    local name=$1
    cat >"$work/source.cpp"
    if compile -fsyntax-only "${all[@]}" || [[ $(grep -c 'error:' "$work/log") != 1 ]] ||
        ! grep -q "error:.*$2" "$work/log"; then report FAILED "$name"
    else report ok "$name"; fi
}
says() { one_error "$1" "\[xtape\] $2"; }
operations='using namespace xtape;
Variable<double> d;
Variable<float> f;
Array<float> a;
std::vector<double> v;
const auto well = d * d + 2 * d + 2.0f * d + a * d + d * a + matmul(d, a) + linear(a, d, a);
'
no_mix='float and double variables do not mix'
no_operand='a variable meets variables, xtensor arrays or expressions, and numbers'
must 'operations of one type' "${all[@]}" <<<"$operations"
says 'a double variable times a float variable' "$no_mix" <<<"$operations auto bad = d * f;"
says 'a float variable minus a double variable' "$no_mix" <<<"$operations auto bad = f - d;"
says 'matmul of two types' "$no_mix" <<<"$operations auto bad = matmul(d, f);"
says 'linear of two types' "$no_mix" <<<"$operations auto bad = linear(a, f, d);"
says 'a variable plus a vector' "$no_operand" <<<"$operations auto bad = d + v;"
says 'a vector divided by a variable' "$no_operand" <<<"$operations auto bad = v / d;"
says 'matmul of a vector' "$no_operand" <<<"$operations auto bad = matmul(v, d);"
says 'a variable of whole numbers' 'variables are of float or double' <<<"$operations auto bad = variable(1);"
says 'a variable of an array of whole numbers' 'variables are of float or double' \
    <<<"$operations auto bad = variable(xt::xarray<int>{1, 2});"
says 'the gradient of a function that returns a value' '.*must return a variable' \
    <<<"$operations auto bad = grad([](auto x) { return x.value(); })(1.0);"
says 'the gradient of a function that returns nothing' '.*must return a variable' \
    <<<"$operations auto bad = grad([](auto) {})(1.0);"
says 'the gradient of a function of another type' '.*must take variables' \
    <<<"$operations auto bad = grad([](const Variable<float>& x) { return x; })(1.0);"
one_error 'a number of a variable, without item()' 'Variable<double>' <<<"$operations double bad = d;"
one_error 'a variable compared with a number' 'Variable<double>' <<<"$operations bool bad = d < 0.1;"
one_error 'an element of a variable' 'Variable<double>' <<<"$operations auto bad = d(0, 1);"
one_error 'a variable changed in place' 'operator+=.*Variable<double>\|overloaded .+=' \
    <<<"$operations void bad() { d += 1; }"

networks='#include <xtape/nn/lstm.hpp>
#include <xtape/nn/noisy_cells.hpp>
#include <xtape/nn/sequential.hpp>
using namespace xtape;
struct Leaky {
    using value_type = double;
    MEMBER
    Variable<double> operator()(const Variable<double>& x, const Variable<double>& h) const { return h + x; }
};
Variable<double> x;
'
cell_with() { sed "s/MEMBER/$1/" <<<"$networks"; }
noisy='const auto y = nn::RecurrentDropout(Leaky(), 0.1, 1)(x, x, 0);'
must 'recurrent dropout of a cell that reads its output in products' "${all[@]}" \
    <<<"$(cell_with 'static constexpr bool reads_in_products = true;') $noisy"
says 'recurrent dropout of a cell that does not say so' 'recurrent dropout is of what products read' \
    <<<"$(cell_with '') $noisy"
says 'an array as the state of a cell that carries two' 'a cell must take the state that it begins at' \
    <<<"$(cell_with '') const auto bad = [](const nn::LSTMCell<double>& cell) { return nn::unroll(cell, x, x); };"
says 'a Sequential of functions alone' 'Sequential must have a module' \
    <<<"$(cell_with '') nn::Sequential bad{[](const Variable<double>& v) { return v; }};"

rule='using namespace xtape;
struct Cube {
    static constexpr unsigned reads[] = {READS};
    auto forward(const auto& x) const { return x * x * x; }
    auto vjp(wrt<0>, auto& g, auto& y, auto& x) const { (void)x, (void)y; return BODY; }
};
Variable<double> cube(const Variable<double>& x) { return record<double>({}, Cube{}, x); }
'
with() { sed "s/READS/$1/; s/BODY/$2/" <<<"$rule"; }
must 'a rule that nests' "${all[@]}" < <(with in0 '3 * g * x * x')
must_not 'a rule for arrays only' 'error' "${all[@]}" < <(with in0 'xt::eval(3 * g * x * x)')
must_not 'a rule that reads an input it does not say it reads' 'Dropped' "${all[@]}" < <(with nothing '3 * g * x * x')
must_not 'a rule that reads an output it does not say it reads' 'Dropped' "${all[@]}" < <(with in0 'g * y')
must_not 'a rule that says nothing of an input' 'what the vjp reads' "${all[@]}" < <(with 'in0, in0' '3 * g * x * x')

# An object for another processor shares xtensor's weak symbols with the library's and would crash. One that was
# compiled with the headers of another build does not link.
cat >"$work/source.cpp" <<'END'
#include <xtape/autodiff/ops.hpp>
int main() { return xtape::tanh(xtape::Variable<double>(0.0)).value().size() == 1 ? 0 : 1; }
END
link() { "$compiler" "$work/object.o" "$library" "${link_flags[@]}" -o "$work/program" >"$work/log" 2>&1; }
name='an object for the same processor links and runs'
if compile -c "${ours[@]}" -o "$work/object.o" && link && "$work/program"; then report ok "$name"
else report FAILED "$name"; fi
name='an object for an older processor, of another build, does not link'
mkdir "$work/xtape"
printf '#define XTAPE_%s\n' 'MARCH "x86-64"' 'VECTORS sse2' >"$work/xtape/config.hpp"
if ! "$compiler" -I"$work" "${flags[@]}" -DXTENSOR_USE_XSIMD -march=x86-64 -c "$work/source.cpp" -o "$work/object.o" \
    >"$work/log" 2>&1; then report FAILED "$name"
elif link || ! grep -Eq 'pool_take.*arch::sse2' "$work/log"; then report FAILED "$name"
else report ok "$name"; fi

((failures == 0))
