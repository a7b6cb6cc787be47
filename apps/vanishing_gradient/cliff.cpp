// SPDX-License-Identifier: BSD-3-Clause
// After Pascanu et al. 2013, figure 6: one unit, 50 steps, and a loss with a cliff.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "apps/text.hpp"
#include "figure.hpp"
#include "numbers.hpp"
#include "training.hpp"

namespace xtape::apps {
namespace {

constexpr std::size_t steps = 50, moves = 80, cells = 100;  // of the unit, on the surface, and of its grid on a side
constexpr double target = 0.7, rate = 0.5, clip = 0.2, training_clip = 1;
constexpr double least_w = 4, most_w = 6, least_b = -3.2, most_b = -1.6, first_w = 5.6, first_b = -2.4;

// L = (sigmoid(h_50) - 0.7)^2, h_t = w sigmoid(h_{t-1}) + b, h_0 = 0.5: for a number or an array of w and of b.
V loss(const V& w, const V& b) {
    V h = 0.5;
    for (std::size_t t = 0; t < steps; ++t) h = w * sigmoid(h) + b;
    return square(sigmoid(h) - target);
}

struct Point {
    double w, b, loss, norm;  // of the gradient
};

// Steps against the gradient; clipped when it is longer than `most`.
std::vector<Point> descent(double most) {
    std::vector<Point> path;
    double w = first_w, b = first_b;
    for (std::size_t i = 0; i <= moves; ++i) {
        const Tape tape;
        const V vw = variable(w), vb = variable(b), l = loss(vw, vb);
        const auto gradients = backward(l);
        const double dw = gradients[vw](), db = gradients[vb](), length = std::hypot(dw, db);
        path.push_back({w, b, l.item(), length});
        const double scale = rate * std::min(1.0, most / length);
        w -= scale * dw, b -= scale * db;
    }
    return path;
}

std::vector<Column> surface() {
    std::vector<Column> columns{{"w", {}}, {"b", {}}, {"loss", {}}};
    Array<double> w = Array<double>::from_shape({cells + 1, cells + 1}), b = w;
    for (std::size_t i = 0; i <= cells; ++i)
        for (std::size_t j = 0; j <= cells; ++j) {
            w(i, j) = least_w + (most_w - least_w) * static_cast<double>(j) / cells;
            b(i, j) = least_b + (most_b - least_b) * static_cast<double>(i) / cells;
        }
    const Array<double> l = loss(V(w), V(b)).value();
    columns[0].values.assign(w.begin(), w.end());
    columns[1].values.assign(b.begin(), b.end());
    columns[2].values.assign(l.begin(), l.end());
    return columns;
}

std::vector<Column> paths(const std::vector<Point>& free, const std::vector<Point>& clipped) {
    std::vector<Column> columns{{"step", {}}};
    for (const auto& [name, path] : {std::pair{"free", &free}, {"clipped", &clipped}})
        for (const auto& [part, field] :
             {std::pair{"w", &Point::w}, {"b", &Point::b}, {"loss", &Point::loss}, {"norm", &Point::norm}}) {
            columns.push_back({std::string(part) + "_" + name, {}});
            for (const Point& p : *path) columns.back().values.push_back(p.*field);
        }
    for (std::size_t i = 0; i <= moves; ++i) columns[0].values.push_back(static_cast<double>(i));
    return columns;
}

// Norms of the gradients of a training, in bins of a quarter of a power of ten.
std::vector<Column> histogram(const std::vector<double>& norms) {
    std::vector<Column> columns{{"from", {}}, {"steps", {}}};
    const auto bin = [](double x) { return std::floor(4 * std::log10(std::max(x, 1e-12))); };
    const auto [least, most] = std::ranges::minmax_element(norms);
    for (double at = bin(*least); at <= bin(*most); ++at) {
        columns[0].values.push_back(std::pow(10, at / 4));
        columns[1].values.push_back(static_cast<double>(std::ranges::count(norms, at, bin)));
    }
    return columns;
}

std::string table(const std::vector<Point>& free, const std::vector<Point>& clipped, const std::vector<double>& norms) {
    const auto longest = [](const std::vector<Point>& path) {
        return std::ranges::max_element(path, {}, &Point::norm);
    };
    const auto far = [](const std::vector<Point>& path, double Point::*field) {
        double most = 0;
        for (std::size_t i = 1; i < path.size(); ++i)
            most = std::max(most, std::abs(path[i].*field - path[i - 1].*field));
        return most;
    };
    std::string said = "descent    longest gradient   farthest step in w, b       ends at w, b    with a loss of\n";
    for (const auto& [name, path] : {std::pair{"free", &free}, {"clipped", &clipped}})
        said +=
            formatted("%-10s %16.3g   %11.3g %9.3g   %10.3g %7.3g    %14.3g\n", name, longest(*path)->norm,
                      far(*path, &Point::w), far(*path, &Point::b), path->back().w, path->back().b, path->back().loss);
    const auto cut = std::ranges::count_if(norms, [](double x) { return x > training_clip; });
    return said +
           formatted(
               "\nIn a training of %zu steps %.1f %% of the gradients were clipped at %g; median %.3g, longest %.3g.\n",
               norms.size(), 100 * static_cast<double>(cut) / static_cast<double>(norms.size()), training_clip,
               median(norms), std::ranges::max(norms));
}

constexpr const char* seen =
    "Where sigmoid(h) has two stable values, a small change of w or b decides in which of them the unit ends after 50\n"
    "steps: a cliff, on which the gradient explodes. A step against it without clipping is thrown far off, to where\n"
    "nothing can be learnt any more; a clipped one has the same direction, and goes on along the cliff to a small "
    "loss.\n"
    "On the right, a training of tanh units with 1.5 x orthogonal weights: few gradients are far longer than others.\n";

constexpr const char* script = R"gp(
set multiplot layout 1,2
set title "loss of one unit after 50 steps, and two descents"
set xlabel "w"
set ylabel "b"
set cblabel "L = (\U+03C3(h_{50}) - 0.7)^2"
set palette defined (0 "#f7fbff", 1 "#9ecae1", 2 "#4292c6")
set xrange [4:6]
set yrange [-3.2:-1.6]
set key top right opaque box width 1
plot "cliff.csv" skip 1 using 1:2:3 with image notitle, \
     "cliff_paths.csv" skip 1 using 2:3 with linespoints pt 6 ps 0.6 lw 1.5 lc rgb "#a50f15" title "free", \
     "" skip 1 using 6:7 with linespoints pt 7 ps 0.5 lw 1.5 lc rgb "black" title "clipped at 0.2"
set title "norms of the gradients of a training"
set xlabel "norm of the gradient of a step"
set ylabel "steps of training"
unset key
set autoscale
set yrange [0:*]
set offsets 0,0,graph 0.08,0
set logscale x
set format x "10^{%T}"
set grid
set style fill solid 0.6
set arrow from 1, graph 0 to 1, graph 1 nohead dt 2 lw 1.5 lc rgb "#a50f15"
set label "clipped" at 1, graph 0.95 offset 1,0 tc rgb "#a50f15"
plot "cliff_norms.csv" skip 1 using ($1*10**0.125):2:($1*10**0.25-$1) with boxes lc rgb "#4292c6"
unset multiplot
)gp";

}  // namespace

Drawn cliff_figure(const Options& o) {
    const std::vector<Point> free = descent(INFINITY), clipped = descent(clip);
    nn::Generator generator(o.seed);
    Network network = orthogonal_tanh({4, o.hidden, 4}, generator, 1.5);
    const std::vector<double> norms =
        train(network, {.lag = 20, .steps = o.training_steps, .seed = o.seed, .clip = training_clip}).norms;
    return {{.name = "cliff",
             .heading = "Why gradients are clipped",
             .text = seen,
             .data = {{"cliff.csv", csv(surface())},
                      {"cliff_paths.csv", csv(paths(free, clipped))},
                      {"cliff_norms.csv", csv(histogram(norms))}},
             .script = script_head("cliff", 1080, 460) + script},
            table(free, clipped, norms)};
}

}  // namespace xtape::apps
