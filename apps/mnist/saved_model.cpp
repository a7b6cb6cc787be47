// SPDX-License-Identifier: BSD-3-Clause
#include "saved_model.hpp"

#include <algorithm>
#include <cmath>

#include "checkpoint.hpp"
#include "network.hpp"

namespace xtape::apps {

Settings saved_settings(const Path& path) {
    return settings_of(nn::io::read_safetensors(std::filesystem::absolute(path), Where{}));
}

SavedModel load_model(const Path& path, std::size_t columns) {
    const nn::io::Safetensors file = nn::io::read_safetensors(std::filesystem::absolute(path), Where{});
    const Settings settings = settings_of(file);
    file.get<float>("cell.wh", {settings.hidden, settings.hidden}, Where{});  // before memory is taken for that size
    SavedModel model{settings, network(settings, columns)};
    for (const auto& [name, parameter] : nn::parameters(model.network)) {
        const Array<float> values = array_in(file, name, parameter->shape());
        if (!std::ranges::all_of(values.storage(), [](float x) { return std::isfinite(x); }))
            bad_file(file.path, "finite numbers", "others in tensor " + name);
        parameter->set(values, Where{});
    }
    return model;
}

}  // namespace xtape::apps
