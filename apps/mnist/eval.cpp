// SPDX-License-Identifier: BSD-3-Clause
#include "eval.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "apps/text.hpp"
#include "apps/data/data_folder.hpp"
#include "report.hpp"
#include "saved_model.hpp"

namespace xtape::apps {

int eval(const Eval& command) {
    const Settings settings = saved_settings(command.model);
    const Path folder = data_folder(command.data_dir, settings.dataset);
    const Digits test = load_mnist(folder).test;
    const SavedModel model = load_model(command.model, {test.images.rows, test.images.columns});
    const Evaluation e = evaluate(model.network, test, std::max(1u, std::thread::hardware_concurrency()));
    const auto images = grouped(static_cast<double>(e.total));
    std::printf("model     %s: %s\n", command.model.c_str(), units_text(settings).c_str());
    std::printf("data      %s: %s images to test on\n\n", folder.c_str(), images.c_str());
    std::printf("%s\n%s\n", confusion_table(dataset(settings.dataset), e).c_str(), outcome(e, false).c_str());
    return 0;
}

}  // namespace xtape::apps
