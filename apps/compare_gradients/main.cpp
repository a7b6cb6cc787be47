// SPDX-License-Identifier: BSD-3-Clause
// Compares the gradients of a recurrent network by all ways there are: equal to 1e-12 in double, or exit code 1.
//     compare_gradients [--model lstm] [--steps N] [--mutate NAME] [--export FILE.npz] ...   --help lists the flags
#include <cstdio>

#include "apps/command_line.hpp"
#include "apps/output/files.hpp"
#include "export.hpp"
#include "options.hpp"
#include "report.hpp"

namespace xtape::apps {
namespace {

int run(const Options& options) {
    if (!options.file.empty()) check_writable(options.file);
    const Study study = study_of(options.problem);
    if (const Mistake* mistake = options.mistake()) {
        const CompareReport steps = compare_steps(study, options.planted);
        std::fputs(report(study, *mistake, steps, options.format).c_str(), stdout);
        if (!options.file.empty()) save(options.file, study, {}, options.planted);
        return steps ? 0 : 1;
    }
    const Comparison comparison = compare(study);
    std::fputs(report(study, comparison, options.format, options.map).c_str(), stdout);
    if (!options.file.empty()) save(options.file, study, comparison, {});
    return comparison.passed() ? 0 : 1;
}

}  // namespace
}  // namespace xtape::apps

int main(int argc, char** argv) {
    using namespace xtape::apps;
    return guarded("compare_gradients", [&] {
        Options options;
        if (const auto code = read(argc, argv, options)) return *code;
        return run(options);
    });
}
