// SPDX-License-Identifier: BSD-3-Clause
#include "saved_model.hpp"

#include <algorithm>
#include <cmath>

#include "checkpoint.hpp"

namespace xtape::apps {

Settings saved_settings(const Path& path) {
    return settings_of(nn::io::read_safetensors(std::filesystem::absolute(path), Where{}));
}

SavedModel load_model(const Path& path, const ImageSize& size) {
    const nn::io::Safetensors file = nn::io::read_safetensors(std::filesystem::absolute(path), Where{});
    const Settings settings = settings_of(file);
    SavedModel model{settings, Network(settings, size)};
    for (const auto& [name, parameter] : nn::parameters(model.network)) {
        const Array<float> values = array_in(file, name, parameter->shape());
        if (!std::ranges::all_of(values.storage(), [](float x) { return std::isfinite(x); }))
            bad_file(file.path, "finite numbers", "others in tensor " + name);
        parameter->set(values, Where{});
    }
    return model;
}

}  // namespace xtape::apps
