// SPDX-License-Identifier: BSD-3-Clause
// What vanishing_gradient measures, as its files have it: beside numbers known before, bounds and theory.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "drawn_runs.hpp"

using namespace drawn_runs;

namespace {

// init_table.csv without its last column, which is text.
Table numbers_of(const std::string& csv) {
    std::istringstream lines(csv);
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t end = line.ends_with('"') ? line.rfind(",\"") : line.rfind(',');
        out += line.substr(0, end) + "\n";
    }
    return Table(out);
}

double per_step(const std::vector<double>& lengths) {
    return std::pow(lengths.back() / lengths.front(), 1 / double(lengths.size() - 1));
}

}  // namespace

TEST_CASE("first weights leave of MNIST's gradients what was known before, within what seeds differ by") {
    const Run init = figure("init --seeds 3 --data-dir " + quoted(XTAPE_TEST_DATA "/mnist-subset"));
    const Table t = numbers_of(text(init.folder / "init_table.csv"));
    REQUIRE(t.rows() == 14);
    constexpr std::size_t uniform = 0, small_orthogonal = 4, relu = 8, lstm_0 = 9, lstm_2 = 11;
    for (std::size_t i = 0; i < t.rows(); ++i) {
        CAPTURE(i);
        const double known = t["ratio_known"][i];
        const double seeds = i == relu ? 20 : i == uniform ? 7 : 2.5;  // its states are 0 until the first ink
        CHECK(known > t["ratio_low"][i] / seeds);
        CHECK(known < t["ratio_high"][i] * seeds);
        CHECK(t["factor"][i] == doctest::Approx(t["factor_known"][i]).epsilon(0.06));
    }
    CHECK(t["ratio"][lstm_0] < 5e-6);
    CHECK(t["ratio"][uniform] < 5e-6);
    CHECK(t["ratio"][lstm_2] > 0.1);
    CHECK(t["ratio"][small_orthogonal] > 0.8);
    CHECK(has(init.outcome.out,
              xtape::apps::formatted("An untrained LSTM with forget bias 0 keeps %.1e", t["ratio"][lstm_0])));
    const Table lines = init.table("init");
    CHECK(lines.rows() == 28);
    CHECK(lines["initial_9"].back() == 1);
    CHECK(lines["initial_9"].front() == doctest::Approx(t["ratio"][lstm_0]).epsilon(0.001));
}

TEST_CASE("pixel by pixel a step's factor is what was known before, no further off than networks are apart") {
    const Run init = figure("init --scan pixels --seeds 3 --data-dir " + quoted(XTAPE_TEST_DATA "/mnist-subset"));
    CHECK(has(init.outcome.out, ": 32 (gates: 16) images of MNIST, 128 units"));
    const Table t = numbers_of(text(init.folder / "init_table.csv"));
    REQUIRE(t.rows() == 14);
    for (std::size_t i = 0; i < t.rows(); ++i) {
        CAPTURE(i);
        // The other program had one network of each kind. It is one more beside our three, which differ by their seeds
        // alone: expected as near to them as they are to each other, or to 0.003, for three may be nearer than most
        // are. 16 give 1.0645 to 1.0676 with 1.5 x orthogonal weights, which are chaotic, and 0.9959 to 0.9981 with
        // small input weights, of which 0.995 was known: that one alone is outside by more than its digits leave open.
        const double low = t["factor_low"][i], high = t["factor_high"][i], known = t["factor_known"][i];
        const double apart = std::max(high - low, 0.003);
        CHECK(known > low - apart);
        CHECK(known < high + apart);
        CHECK(apart < 0.1 * known);
        if (t["ratio_known"][i] == 0) CHECK(t["ratio_high"][i] < 1e-154);  // whose square is no number
    }
    CHECK(init.table("init").rows() == 784);
}

TEST_CASE("gradients of gained orthogonal weights fall as theory has it, and none is above its bound") {
    const Run lag = figure("lag --hidden 48 --steps 60");
    const Table t = lag.table("lag");
    REQUIRE(t.rows() == 60);
    for (const char* gain : {"0.5", "0.8", "0.9", "1", "1.1", "1.5", "uniform"}) {
        CAPTURE(gain);
        const auto &length = t[std::string("length_") + gain], &theory = t[std::string("theory_") + gain],
                   &bound = t[std::string("bound_") + gain];
        CHECK(length[0] == 1);
        for (std::size_t k = 0; k < t.rows(); ++k) CHECK(length[k] <= bound[k] * (1 + 1e-6));
        const double slack =
            gain == std::string("uniform") ? 0.12 : 0.02;  // of 48 x 48 numbers, not of infinitely many
        CHECK(per_step(length) == doctest::Approx(per_step(theory)).epsilon(slack));
        if (gain[0] != 'u') CHECK(per_step(bound) == doctest::Approx(std::stod(gain)).epsilon(1e-4));
    }
    CHECK(per_step(t["bound_uniform"]) > 1);  // it permits what does not happen
    CHECK(per_step(t["length_uniform"]) == doctest::Approx(per_step(t["radius_uniform"])).epsilon(0.15));
    CHECK(t["length_1.5"].back() > 10);
    CHECK(t["length_0.5"].back() < 1e-16);
}

TEST_CASE("lengths that underflow leave the lag's files and picture whole") {
    const Run lag = figure("lag --hidden 4 --steps 1500");
    const Table t = lag.table("lag");
    CHECK(t["length_0.5"].back() == 0);  // 1e-451
    CHECK(t["length_0.5"][900] > 0);
    CHECK(lag.outcome.err == "");
}

TEST_CASE("credit is a band along the diagonal for uniform weights, and fills the triangle for open gates") {
    const Run credit = figure("credit --hidden 24 --steps 16");
    const Table t = credit.table("credit");
    REQUIRE(t.rows() == 16 * 16);
    const auto at = [&](const char* network, std::size_t s, std::size_t step) {
        return t[network][(s - 1) * 16 + step - 1];
    };
    for (const char* network : {"tanh_uniform", "tanh_orthogonal", "lstm_0", "lstm_3"}) {
        CAPTURE(network);
        const bool open = network == std::string("tanh_orthogonal") || network == std::string("lstm_3");
        for (std::size_t s = 2; s <= 16; ++s) {
            double most = 0;
            for (std::size_t step = 1; step <= 16; ++step) {
                if (step > s) CHECK(at(network, s, step) == 0);  // a loss does not depend on what comes later
                most = std::max(most, at(network, s, step));
            }
            CHECK(most == 1);
        }
        CHECK(at(network, 16, 1) == 0);  // h_0 = 0
        CHECK((at(network, 16, 3) > 0.1) == open);
        CHECK((at(network, 16, 3) < 0.01) == !open);
    }
}

TEST_CASE("no singular value of a Jacobian is above its bound, and orthogonal weights keep them all") {
    const Run spectrum = figure("spectrum --hidden 24 --steps 19");
    const Table t = spectrum.table("spectrum");
    REQUIRE(t.rows() == 24);
    for (const char* weights : {"uniform", "normal", "orthogonal"})
        for (const char* k : {"1", "4", "7", "18"}) {
            CAPTURE(weights);
            CAPTURE(k);
            const auto &values = t[std::string(weights) + "_" + k], &bound = t[std::string(weights) + "_bound_" + k];
            for (std::size_t i = 0; i < 24; ++i) {
                if (std::isnan(values[i])) continue;  // not resolved
                CHECK(values[i] <= bound[i] * (1 + 1e-6));
                if (i) CHECK(values[i] <= values[i - 1]);
            }
        }
    CHECK(t["orthogonal_18"].back() > 0.1);
    CHECK(t["uniform_18"].front() < 1e-2);
    CHECK(t["normal_18"].front() > 0.1);  // the norm is kept, and most directions are not
    CHECK(t["normal_18"][12] < 0.01 * t["normal_18"].front());
}

TEST_CASE("on the cliff a free step is thrown far off, and clipped ones go down") {
    const Run cliff = figure("cliff --hidden 8 --training-steps 40");
    const Table paths = cliff.table("cliff_paths"), surface = cliff.table("cliff");
    CHECK(surface.rows() == 101 * 101);
    CHECK(paths["w_free"][0] == paths["w_clipped"][0]);
    CHECK(*std::ranges::max_element(paths["norm_free"]) > 1000);
    CHECK(std::abs(paths["w_free"].back()) > 100);
    CHECK(paths["loss_clipped"].back() < 0.1 * paths["loss_clipped"].front());
    for (std::size_t i = 1; i < paths.rows(); ++i)  // rate 0.5, clipped at 0.2
        CHECK(std::hypot(paths["w_clipped"][i] - paths["w_clipped"][i - 1],
                         paths["b_clipped"][i] - paths["b_clipped"][i - 1]) < 0.1001);
    for (std::size_t i = 0; i < surface.rows(); i += 97) {  // the same by hand
        double h = 0.5;
        const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
        for (int t = 0; t < 50; ++t) h = surface["w"][i] * sigmoid(h) + surface["b"][i];
        CHECK(std::abs(surface["loss"][i] - std::pow(sigmoid(h) - 0.7, 2)) < 1e-3);
    }
    const std::vector<double> steps = cliff.table("cliff_norms")["steps"];
    CHECK(std::accumulate(steps.begin(), steps.end(), 0.0) == 40);
}
