// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checkpoint.hpp"
#include "evaluation.hpp"

namespace xtape::apps {

// The folder that all output goes to. Every file appears whole or not at all, in place of the one before.
class Output {
public:
    // Makes the folder and proves, before anything is computed for it, that a file of this training's size can be
    // written there, that nothing bars the way of the four files, nor of a report, and that no training of other
    // settings or data would be lost; throws otherwise.
    Output(Path folder, const Training& training, const Sums& data);

    void save_checkpoint(const Training& training) const;  // and log.csv
    void save_model(const Training& training) const;
    void save_result(const nlohmann::ordered_json& result) const;

    Path checkpoint() const { return folder_ / "checkpoint.safetensors"; }
    Path model() const { return folder_ / "model.safetensors"; }
    Path log() const { return folder_ / "log.csv"; }
    Path result() const { return folder_ / "result.json"; }
    Path report() const { return folder_ / "report"; }  // the folder of pictures

private:
    Path folder_;
    const Sums& data_;
};

}  // namespace xtape::apps
