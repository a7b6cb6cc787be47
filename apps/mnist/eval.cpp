// SPDX-License-Identifier: BSD-3-Clause
#include "eval.hpp"

#include <xtape/nn/io/system.hpp>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "apps/data/data_folder.hpp"
#include "apps/text.hpp"
#include "report.hpp"
#include "saved_model.hpp"

namespace xtape::apps {

using nn::io::printable;

int eval(const Eval& command) {
    const SavedModel model = read_model(command.model);
    const Settings& settings = model.settings;
    const Path folder = data_folder(command.data_dir, settings.dataset);
    const Digits test = load_test_set(folder);
    const Network network = network_in(model, {test.images.rows, test.images.columns});
    const Evaluation e = evaluate(network, test, std::max(1u, std::thread::hardware_concurrency()));
    for (const Answer& answer : e.answers) check_probability(model, answer.probability);
    if (!command.quiet) {
        const auto images = grouped(static_cast<double>(e.total));
        const std::string name = printable(command.model.native()), data = printable(folder.native());
        std::printf("model     %s: %s\n", name.c_str(), units_text(settings).c_str());
        std::printf("data      %s: %s images to test on\n\n", data.c_str(), images.c_str());
        std::printf("%s\n", confusion_table(dataset(settings.dataset), e).c_str());
    }
    std::printf("%s\n", outcome(e, false).c_str());
    return 0;
}

}  // namespace xtape::apps
