// SPDX-License-Identifier: BSD-3-Clause
// The wrong answers with the largest loss.
#include <algorithm>
#include <compare>

#include "apps/text.hpp"
#include "images.hpp"
#include "pictures.hpp"

namespace xtape::apps {
namespace {

constexpr std::size_t most_mistakes = 16, per_row = 4;

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

std::string script(const Evaluation& e, const Digits& tested, const std::vector<std::size_t>& shown) {
    const std::size_t rows = (shown.size() + per_row - 1) / per_row,
                      pixels = tested.images.rows * tested.images.columns;
    const std::string head = script_head("mistakes", 760, static_cast<int>(80 + 190 * std::max(rows, 1ul)));
    if (shown.empty())
        return head +
               "set title \"No mistakes: every image was read right\"\nunset border\nunset tics\n"
               "plot [0:1] [0:1] NaN notitle\n";
    std::string out = head +
                      formatted(
                          "set multiplot layout %zu,%zu title \"The mistakes with the largest loss: label, answer, "
                          "probability of the answer\" "
                          "margins 0.03,0.97,0.02,%g spacing 0.04,%g\n",
                          rows, per_row, 1 - 80. / double(80 + 190 * rows), 38. / double(80 + 190 * rows)) +
                      digit_palette + "unset tics\nunset key\nset size ratio -1\n" +
                      formatted("set xrange [0.5:%g]\nset yrange [%g:0.5]\n", double(tested.images.columns) + 0.5,
                                double(tested.images.rows) + 0.5);
    for (std::size_t place = 0; place < shown.size(); ++place) {
        const Answer& answer = e.answers[shown[place]];
        out += formatted("set title \"a %d, read as %zu (%.1f %%)\" offset 0,-0.6\n", tested.labels[shown[place]],
                         answer.digit, 100 * answer.probability) +
               formatted("plot \"mistakes_images.csv\" every ::%zu::%zu ", place * pixels, (place + 1) * pixels - 1) +
               draw_digit + "\n";
    }
    return out + "unset multiplot\n";
}

}  // namespace

Picture mistakes_picture(const Evaluation& e, const Digits& tested) {
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
            .text =
                "Of all images that were read wrong, those with the largest loss, the worst one first: what the "
                "digit is by its label, what the network read, and the probability that it gave to its answer. The "
                "loss is largest where the network is sure and wrong. Look for what misleads it: a stroke that is "
                "missing or too long, an unusual slope; and for images whose label you would doubt yourself.",
            .data = {{"mistakes.csv", csv}, {"mistakes_images.csv", images}},
            .script = script(e, tested, shown)};
}

}  // namespace xtape::apps
