// SPDX-License-Identifier: BSD-3-Clause
// What memory_tasks measures, as its files have it: what must be so, at sizes that take seconds.
#include "drawn_runs.hpp"

using namespace drawn_runs;

TEST_CASE("gradients through k steps learn to write what is k - 1 steps back, and nothing older") {
    const Run truncation = quick("truncation");
    const Table t = truncation.table("truncation");
    CHECK(t.rows() == 2 * 4 * 5);
    for (std::size_t i = 0; i < t.rows(); ++i) {
        CAPTURE(t["lag"][i]);
        CAPTURE(t["depth"][i]);
        if (t["depth"][i] > t["lag"][i])
            CHECK(t["accuracy_low"][i] > 0.95);
        else if (t["written"][i] == 0)
            CHECK(t["accuracy_high"][i] == doctest::Approx(0.25).epsilon(0.3));
    }
    CHECK(has(truncation.outcome.out, "learn what is up to k - 1 steps back"));
    CHECK(has(truncation.outcome.out, ", median of 1 network\n"));
    truncation.check_picture("truncation", {"depth k of the gradients in training (steps)", "sequences right (%)"});
}

TEST_CASE("the bias of truncated gradients is below its bounds, and falls to nothing") {
    const Run truncation = quick("truncation --training-steps 20");
    const Table t = truncation.table("truncation_bias");
    CHECK(t.rows() == 15);
    for (const char* sigma : {"0.5", "0.7", "0.9"}) {
        CAPTURE(sigma);
        const auto column = [&](const std::string& name) { return t[name + "_" + sigma]; };
        const auto &bias = column("bias"), &sum = column("sum"), &bound = column("bound");
        for (std::size_t i = 0; i < t.rows(); ++i) {
            CHECK(bias[i] <= sum[i] + 1e-14);
            CHECK(sum[i] <= bound[i]);
        }
        CHECK(bias[0] > 0.1);
        CHECK(bias[9] < bias[4]);
        CHECK(bias.back() < 1e-14);
        for (std::size_t i = 1; i < t.rows(); ++i)  // C (gamma sigma)^k: a factor from k to k + 1
            CHECK(bound[i] / bound[i - 1] == doctest::Approx(bound[1] / bound[0]).epsilon(1e-5));
        CHECK(bound[1] / bound[0] <= std::stod(sigma) * (1 + 1e-6));
    }
    truncation.check_picture("truncation_bias", {"depth k (steps)"});
}

TEST_CASE("who reads one way knows one side, who reads both ways or answers late knows both") {
    const Run ways = quick("both-ways");
    const Table t = ways.table("both_ways");
    CHECK(t.rows() == 3);
    for (std::size_t i = 0; i < t.rows(); ++i) {
        CAPTURE(t["d"][i]);
        for (const char* one : {"forward", "backward"}) CHECK(t[one][i] == doctest::Approx(0.5).epsilon(0.15));
        for (const char* two : {"both", "late"}) CHECK(t[two][i] > 0.95);
        CHECK(t["forward_before"][i] > 0.95);
        CHECK(t["forward_after"][i] == doctest::Approx(0.5).epsilon(0.15));
        CHECK(t["backward_before"][i] == doctest::Approx(0.5).epsilon(0.15));
        CHECK(t["backward_after"][i] > 0.95);
    }
    CHECK(ways.table("both_ways_sides")["after"][0] == t["forward_after"][2]);
    ways.check_picture("both_ways", {"distance d of both bits (steps)", "answers right (%)", "both ways"});
}

TEST_CASE("tasks of memory: what each network learnt, and how many of them solved a task") {
    const Run tasks = quick("tasks --seeds 2 --training-steps 50");
    const Table all = tasks.table("tasks");
    CHECK(all.rows() == 3 * 2 * 4);
    constexpr const char* names[] = {"adding", "copy", "temporal_order", "latch"};
    constexpr const char* cells[] = {"tanh", "lstm", "gru"};
    for (std::size_t task = 0; task < 4; ++task)
        for (std::size_t cell = 0; cell < 3; ++cell) {
            const Table t = tasks.table(std::string("tasks_") + names[task]);
            for (std::size_t i = 0; i < t.rows(); ++i) {
                CAPTURE(names[task]);
                CAPTURE(cells[cell]);
                CAPTURE(t["lag"][i]);
                std::size_t solved = 0, networks = 0;
                for (std::size_t n = 0; n < all.rows(); ++n) {
                    if (all["task"][n] != double(task) || all["cell"][n] != double(cell)) continue;
                    if (all["lag"][n] != t["lag"][i]) continue;
                    ++networks, solved += all["solved_at"][n] > 0;
                }
                CHECK(networks == 2);
                CHECK(t[std::string(cells[cell]) + "_solved"][i] == double(solved));
                CHECK(t[std::string(cells[cell]) + "_error"][i] < 1.4);
                if (task == 3) CHECK(solved == 2);
            }
        }
    CHECK(has(tasks.outcome.out,
              "              adding  copy of 10 symbols      temporal order               latch\ntanh "));
    CHECK(tasks.table("tasks_copy")["gru_solved"][0] == 0);  // so soon
    tasks.check_picture("tasks", {"lag, at least (steps)", "networks of 2 that solved it", "LSTM"});
    tasks.check_picture("tasks_error", {"error, of that of guessing (%)"});
}

TEST_CASE("the same numbers on one thread and on three, and others with another seed") {
    const std::string sizes = "both-ways --training-steps 20 --steps 8 --hidden 6 ";
    const Run one = quick(sizes + "--threads 1"), three = quick(sizes + "--threads 3"),
              other = quick(sizes + "--seed 2");
    CHECK(one.csv("both_ways") == three.csv("both_ways"));
    CHECK(one.csv("both_ways") != other.csv("both_ways"));
}

TEST_CASE("a bad experiment, flag or size of memory_tasks is refused with exit code 2") {
    for (const char* arguments : {"", "windows", "window --hidden 0", "window --seeds many", "window --steps 4",
                                  "tasks --steps 8", "truncation --mnist-steps 5", "both-ways tasks --threads -1"}) {
        CAPTURE(arguments);
        const Outcome o = run(std::string(XTAPE_MEMORY_TASKS " ") + arguments);
        CHECK(o.code == 2);
        CHECK_MESSAGE(well_said(o), o.err);
        CHECK(o.err.starts_with("memory_tasks: "));
        CHECK(o.out == "");
    }
    CHECK(run(XTAPE_MEMORY_TASKS).err ==
          "memory_tasks: expected window, tasks, truncation or both-ways; found nothing\n"
          "Usage: memory_tasks [OPTIONS] SUBCOMMAND; --help lists them\n");
}

TEST_CASE("a folder without MNIST, or one that cannot be written to, is named before anything is trained") {
    const Folder empty;
    const Outcome none =
        run(XTAPE_MEMORY_TASKS " window --data-dir " + quoted(empty.path) + " --out " + quoted(empty / "out"));
    CHECK(none.code == 1);
    CHECK_MESSAGE(one_line(none.err), none.err);
    CHECK(has(none.err, empty.path.string()));
    const Path file = write(empty / "file", {});
    const Outcome blocked = run(XTAPE_MEMORY_TASKS " tasks --out " + quoted(file));
    CHECK(blocked.code == 1);
    CHECK_MESSAGE(one_line(blocked.err), blocked.err);
    CHECK(has(blocked.err, file.string()));
}
