// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/workers.hpp>

#include <xtape/autodiff/blas.hpp>
#include <xtape/autodiff/flush.hpp>
#include <xtape/autodiff/mode.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace xtape::nn {
namespace {

// What one call of run_parallel shares with the threads that help it.
struct Job {
    const std::function<void(std::size_t)>& task;
    std::vector<std::exception_ptr> errors;
    std::atomic<std::size_t> next = 0;

    void run() {
        for (std::size_t i; (i = next++) < errors.size();) try {
                task(i);
            } catch (...) {
                errors[i] = std::current_exception();
            }
    }
};

class Workers {
public:
    static Workers& all() {
        static Workers workers;
        return workers;
    }
    void run(Job& job, std::size_t helpers) {
        const std::unique_lock turn(turn_, std::try_to_lock);
        if (turn && helpers) begin(job, helpers);
        job.run();
        if (turn && helpers) end();
    }
    ~Workers() {
        {
            const std::lock_guard hold(lock_);
            stop_ = true;
        }
        wake_.notify_all();
        for (std::thread& t : threads_) t.join();
    }

private:
    void begin(Job& job, std::size_t helpers) {
        {
            const std::lock_guard hold(lock_);
            while (threads_.size() < helpers) threads_.emplace_back([this] { work(); });
            job_ = &job;
            wanted_ = helpers;
        }
        wake_.notify_all();
    }
    void end() {
        std::unique_lock hold(lock_);
        wanted_ = 0;
        job_ = nullptr;
        idle_.wait(hold, [this] { return busy_ == 0; });
    }
    void work() {
        const FlushDenormals flush;
        std::unique_lock hold(lock_);
        for (;;) {
            wake_.wait(hold, [this] { return stop_ || wanted_ > 0; });
            if (stop_) return;
            Job& job = *job_;
            --wanted_;
            ++busy_;
            hold.unlock();
            job.run();
            hold.lock();
            if (--busy_ == 0) idle_.notify_one();
        }
    }
    std::mutex turn_, lock_;
    std::condition_variable wake_, idle_;
    std::vector<std::thread> threads_;
    Job* job_ = nullptr;
    std::size_t wanted_ = 0, busy_ = 0;
    bool stop_ = false;
};

thread_local bool inside = false;

struct Inside {
    const bool before = std::exchange(inside, true);
    ~Inside() { inside = before; }
};

}  // namespace

void run_parallel(std::size_t tasks, std::size_t threads, const std::function<void(std::size_t)>& task) {
    const OneBlasThread one;
    const FlushDenormals flush;
    if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
    const std::function<void(std::size_t)> marked = [&, mode = mode_state](std::size_t i) {
        const Inside mark;
        const Within same(mode);
        task(i);
    };
    Job job{marked, std::vector<std::exception_ptr>(tasks)};
    if (inside)
        job.run();
    else
        Workers::all().run(job, std::min(threads, tasks) - (tasks > 0));
    for (const std::exception_ptr& e : job.errors)
        if (e) std::rethrow_exception(e);
}

}  // namespace xtape::nn
