// SPDX-License-Identifier: BSD-3-Clause
// Compares the engine's gradients of an RNN with those derived by hand: equal to 1e-12 in double, or exit code 1.
//     compare_gradients [--batch N] [--steps N] ...                 --help lists the flags
#include <xtape/autodiff/blas.hpp>

#include <cstdio>

#include "apps/command_line.hpp"
#include "apps/text.hpp"
#include "compare.hpp"

namespace xtape::apps {
namespace {

constexpr double most_relative = 1e-12;

std::optional<int> read_problem(int argc, const char* const* argv, Problem& p) {
    const auto app = command_line("Compares the engine's gradients of an RNN with those derived by hand, in double.",
                                  "compare_gradients");
    const auto add = [&](const char* flag, auto& value, const char* meaning, std::uint64_t least, std::uint64_t most) {
        app->add_option(flag, value, meaning)->check(whole_number(least, most))->type_name("N")->capture_default_str();
    };
    add("--batch", p.batch, "Sequences", 1, 100'000);
    add("--steps", p.steps, "Time steps", 1, 100'000);
    add("--inputs", p.inputs, "Numbers that each step reads", 1, 100'000);
    add("--hidden", p.hidden, "Size of the state", 1, 16'384);
    add("--classes", p.classes, "Classes to tell apart", 1, 100'000);
    add("--seed", p.seed, "What weights and sequences are drawn from", 0, UINT64_MAX);
    std::string loss = "last";
    app->add_option("--loss", loss, "Steps that have a loss: last or every")
        ->check(CLI::IsMember({"last", "every"}))
        ->type_name("WHICH")
        ->capture_default_str();
    const auto code = parse(*app, argc, argv);
    p.every_step = loss == "every";
    return code;
}

int report(const Problem& p, const Comparison& c) {
    std::printf(
        "RNN of %zu inputs, %zu tanh units, %zu classes; %zu sequences of %zu steps; loss of %s step; double\n\n",
        p.inputs, p.hidden, p.classes, p.batch, p.steps, p.every_step ? "every" : "the last");
    std::printf("gradient  shape             largest difference  relative to the largest element\n");
    bool equal = true;
    for (const Difference& d : c.gradients) {
        const bool right = d.relative <= most_relative;
        std::printf("%-8s  %-16s  %18.2e  %10.2e%s\n", d.name.c_str(), d.shape.c_str(), d.absolute, d.relative,
                    right ? "" : "  too much");
        equal = equal && right;
    }
    std::printf("\nloss and gradients by the engine   %9.3f ms\n", 1e3 * c.engine_seconds);
    std::printf("loss and gradients by hand         %9.3f ms\n", 1e3 * c.by_hand_seconds);
    std::printf("engine / by hand                   %9.2f     (medians, one thread, BLAS kernels %s)\n\n",
                c.engine_seconds / c.by_hand_seconds, blas().core.c_str());
    std::printf("%s\n", equal ? "All gradients are equal to 1e-12." : "The gradients differ by more than 1e-12.");
    return equal ? 0 : 1;
}

}  // namespace
}  // namespace xtape::apps

int main(int argc, char** argv) {
    using namespace xtape::apps;
    return guarded("compare_gradients", [&] {
        Problem problem;
        if (const auto code = read_problem(argc, argv, problem)) return *code;
        return report(problem, compare(problem));
    });
}
