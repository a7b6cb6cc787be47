// SPDX-License-Identifier: BSD-3-Clause
// What a window of the last steps sees and costs, and a hidden state beside it, as the files of memory_tasks have it.
#include <algorithm>
#include <cmath>

#include "drawn_runs.hpp"

using namespace drawn_runs;
using xtape::apps::formatted;

namespace {

const std::string subset = " --data-dir " + quoted(XTAPE_TEST_DATA "/mnist-subset");

// Of values over 1, 2, 3 ...
void check_straight(const std::vector<double>& values, double slope) {
    REQUIRE(values.size() >= 3);
    for (std::size_t i = 1; i < values.size(); ++i) CHECK(values[i] - values[i - 1] == slope);
}

std::vector<double> finite(std::vector<double> values) {
    std::erase_if(values, [](double x) { return !std::isfinite(x); });
    return values;
}

}  // namespace

TEST_CASE("a window's parameters are a straight line in its length; a hidden state's do not know the length") {
    const Run window = quick("window --mnist-steps 0 --hidden 5 --training-steps 20");
    const Table t = window.table("window_parameters");
    CHECK(t.rows() == 28);
    check_straight(finite(t["recall_window"]), 4 * 5);
    check_straight(t["rows_window"], 28 * 5);
    CHECK(t["recall_window"][0] == 4 * 5 + 5 + 5 * 4 + 4);
    check_straight(finite(t["recall_state"]), 0);
    CHECK(t["recall_state"][0] == 4 * 5 + 5 * 5 + 5 + 5 * 4 + 4);
    CHECK(t["recall_state_and_input"][0] - t["recall_state"][0] == 4 * 4);
    CHECK(t["rows_state_and_input"][0] - t["rows_state"][0] == 28 * 10);
    CHECK(has(window.outcome.out, "a window of K steps has 29 + 20 K parameters"));
    CHECK(!std::filesystem::exists(window.folder / "window_rows.csv"));
    window.check_picture("window_parameters", {"length K of the window (steps)", "parameters", "hidden state"});
}

TEST_CASE("a window is at chance for lags of its length and more, and above for shorter ones; a state never is") {
    const Run window = quick("window" + subset);
    const Table lag = window.table("window_lag");
    REQUIRE(lag.rows() == 7);  // lags 0 ... 6
    for (std::size_t d = 0; d < lag.rows(); ++d) {
        CAPTURE(d);
        CHECK(lag["lag"][d] == double(d));
        for (const std::size_t k : {1u, 2u, 4u}) {
            const double right = lag[formatted("window_%zu", k)][d];
            if (d < k)
                CHECK(right > 0.9);
            else
                CHECK(right == doctest::Approx(0.25).epsilon(0.25));  // of 512: 3 standard deviations
        }
        CHECK(lag["state"][d] > 0.6);
        CHECK(lag["state_and_input"][d] > 0.6);
    }
    window.check_picture("window_lag", {"lag d of what is to be recalled (steps)", "sequences right (%)", "chance"});

    const Table context = window.table("window_context");
    REQUIRE(context.rows() == 8);
    for (std::size_t i = 0; i < context.rows(); ++i) {
        const bool reaches = context["k"][i] > 2;  // the lag
        CHECK((context["accuracy"][i] > 0.9) == reaches);
        CHECK((context["accuracy_few"][i] > 0.5) == reaches);
        CHECK(std::isfinite(context["solved"][i]) == reaches);
    }
    window.check_picture("window_context", {"length K of the window (steps)", "steps of training until solved",
                                            "state and input, endless sequences"});

    const Table time = window.table("window_time");
    for (const char* column : {"recall_window", "recall_state", "rows_window", "rows_state_and_input"}) {
        const std::vector<double> all = finite(time[column]);
        REQUIRE_MESSAGE(!all.empty(), column);
        CHECK(*std::ranges::min_element(all) > 0);
    }
    window.check_picture("window_time", {"processor time of a step of training (ms)"});

    const Table rows = window.table("window_rows");
    CHECK(rows["k"].back() == 28);
    for (const char* who : {"accuracy", "state_accuracy", "state_and_input_accuracy"}) {
        CHECK(rows[who].back() > 0.15);
        CHECK(rows[who].back() <= 1);
    }
    CHECK(rows["accuracy"].back() > rows["accuracy"].front());  // the last rows of digits are empty
    window.check_picture("window_rows", {"rows that are seen: the last K of 28", "test images right (%)"});
}

TEST_CASE(
    "beside windows of all lengths there is what a state does, and a state with the input shown to the read-out") {
    const Run window = quick("window --mnist-steps 0 --training-steps 300");
    const Table lag = window.table("window_lag"), context = window.table("window_context");
    for (const std::string who : {"state", "state_and_input"}) {
        const auto &solved = context[who + "_solved"], &few = context[who + "_accuracy_few"];
        for (std::size_t i = 0; i < context.rows(); ++i) {
            CHECK(solved[i] == lag[who + "_solved"][2]);  // the lag
            CHECK(few[i] == few[0]);
        }
        CHECK(few[0] > 0.5);
    }
}
