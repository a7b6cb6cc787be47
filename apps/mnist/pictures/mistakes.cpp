// SPDX-License-Identifier: BSD-3-Clause
// The wrong answers with the largest loss.
#include <algorithm>
#include <compare>

#include "apps/text.hpp"
#include "images.hpp"
#include "pictures.hpp"

namespace xtape::apps {
namespace {

constexpr std::size_t most_mistakes = 16, across = 4;

std::vector<std::size_t> worst(const Evaluation& e, const Digits& tested) {
    std::vector<std::size_t> wrong;
    for (std::size_t i = 0; i < e.answers.size(); ++i)
        if (e.answers[i].digit != tested.labels[i]) wrong.push_back(i);
    // strong_order has a place for NaN too
    std::stable_sort(wrong.begin(), wrong.end(), [&](std::size_t a, std::size_t b) {
        return std::strong_order(e.answers[a].loss, e.answers[b].loss) > 0;
    });
    wrong.resize(std::min(wrong.size(), most_mistakes));
    return wrong;
}

constexpr const char* no_mistakes = R"gp(
set title "No mistakes: every image was read right"
unset border
unset tics
plot [0:1] [0:1] NaN notitle
)gp";

constexpr const char* grid = R"gp(
set multiplot layout down,across title "The mistakes with the largest loss: label, answer, probability of the answer" \
    margins 0.03,0.97,0.02,1-(42.+above)/height spacing 0.04,1.*above/height
set xrange [0.5:columns+0.5]
set yrange [rows+0.5:0.5]
set size ratio -1
set palette defined (0 "white", 1 "black")
set cbrange [0:255]
unset colorbox
unset tics
unset key
do for [i=1:shown] {
    set title titles[i] offset 0,-0.6
    plot "mistakes_images.csv" every ::(i-1)*rows*columns::i*rows*columns-1 \
        skip 1 using ($4>0 ? $3 : NaN):2:(0.52):(0.52):4 with boxxyerror fs solid noborder lc palette
}
unset multiplot
)gp";

constexpr const char* explanation =
    "Of all images that were read wrong, those with the largest loss, the worst one first: what it is by its label, "
    "what the network read, and the probability that it gave to its answer. The loss is largest where the network is "
    "sure and wrong. Look for images whose label you would doubt yourself, and for what misleads the network: ";

// "a 7, read as 1 (99.2 %)"; names take a line of their own.
std::string title(const Dataset& dataset, std::size_t label, const Answer& answer) {
    return dataset.one(label) + (dataset.named() ? "\\n" : ", ") + "read as " + dataset.classes[answer.digit] +
           formatted(" (%.1f %%)", 100 * answer.probability);
}

std::string script(const Dataset& dataset, const Evaluation& e, const Digits& tested,
                   const std::vector<std::size_t>& shown) {
    const int down = static_cast<int>((shown.size() + across - 1) / across);
    const int above = dataset.named() ? 56 : 38, height = 42 + above + (152 + above) * down;
    const std::string head = script_head("mistakes", dataset.named() ? 860 : 760, height);
    if (shown.empty()) return head + no_mistakes;
    std::string titles = formatted("array titles[%zu]\n", shown.size());
    for (std::size_t i = 0; i < shown.size(); ++i)
        titles += formatted("titles[%zu] = \"%s\"\n", i + 1,
                            title(dataset, tested.labels[shown[i]], e.answers[shown[i]]).c_str());
    return head +
           formatted("rows = %zu\ncolumns = %zu\nshown = %zu\nacross = %zu\ndown = %d\nheight = %d\nabove = %d\n",
                     tested.images.rows, tested.images.columns, shown.size(), across, down, height, above) +
           (dataset.named() ? "set title font \",12\"\n" : "") + titles + grid;
}

}  // namespace

Picture mistakes_picture(const Dataset& dataset, const Evaluation& e, const Digits& tested) {
    const std::vector<std::size_t> shown = worst(e, tested);
    std::string csv = "place,image,digit,answer,probability,loss\n", images = pixels_header;
    for (std::size_t place = 1; place <= shown.size(); ++place) {
        const std::size_t image = shown[place - 1];
        const Answer& answer = e.answers[image];
        csv += formatted("%zu,%zu,%d,%zu,%.6f,%.6f\n", place, image, tested.labels[image], answer.digit,
                         answer.probability, answer.loss);
        images += pixels_csv(tested.images, image, place);
    }
    return {.name = "mistakes",
            .heading = "The worst mistakes",
            .text = explanation + dataset.misleading + ".",
            .data = {{"mistakes.csv", csv}, {"mistakes_images.csv", images}},
            .script = script(dataset, e, tested, shown)};
}

}  // namespace xtape::apps
