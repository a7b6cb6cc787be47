// SPDX-License-Identifier: BSD-3-Clause
#include "display.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "apps/text.hpp"

namespace xtape::apps {
namespace {

bool on_terminal() {
    const char* kind = std::getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && kind && std::string_view(kind) != "dumb";
}

std::size_t terminal_columns() {
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

int digits(std::size_t n) { return static_cast<int>(std::to_string(n).size()); }

// "epoch  3/20"
std::string epoch_of(std::size_t epoch, const Settings& s) {
    return formatted("epoch %*zu/%zu", digits(s.epochs), epoch, s.epochs);
}

std::string clock_time(double seconds) {
    const auto s = static_cast<long>(std::ceil(seconds));
    return s < 3600 ? formatted("%ld:%02ld", s / 60, s % 60)
                    : formatted("%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
}

}  // namespace

Display::Display(const Training& training, bool quiet)
    : training_(training),
      lines_(!quiet),
      moves_(!quiet && on_terminal()),
      seconds_before_(training.progress.seconds),
      images_before_(static_cast<double>(training.images_done())) {}

double Display::rate() const {
    const double seconds = training_.progress.seconds - seconds_before_;
    return seconds > 0 ? (static_cast<double>(training_.images_done()) - images_before_) / seconds : 0;
}

std::string Display::speed() const {
    const std::size_t left = training_.settings.epochs * training_.images() - training_.images_done();
    const double seconds = rate() > 0 ? static_cast<double>(left) / rate() : 0;
    return grouped(rate()) + " images/s  " + clock_time(seconds) + " left";
}

std::string Display::moving_line() const {
    const Settings& s = training_.settings;
    const Progress& p = training_.progress;
    const double done = static_cast<double>(training_.images_done());
    const double all = static_cast<double>(s.epochs * training_.images());
    const std::size_t steps = training_.steps_per_epoch();
    const std::string left = epoch_of(p.epoch + 1, s) + " ";
    std::string right = formatted(" step %*zu/%zu  loss %.4f  ", digits(steps), p.step, steps,
                                  p.epoch_images > 0 ? p.epoch_loss / p.epoch_images : 0.0);
    right += speed();

    const std::size_t columns = terminal_columns() - 1, text = left.size() + right.size() + 2;
    if (text + 4 > columns) return (left + right).substr(0, columns);
    const std::size_t width = std::min<std::size_t>(columns - text, 40);
    const auto full = static_cast<std::size_t>(static_cast<double>(width) * done / all);
    return left + "[" + std::string(full, '#') + std::string(width - full, '.') + "]" + right;
}

void Display::step() {
    const auto now = std::chrono::steady_clock::now();
    if (!moves_ || now - drawn_ < std::chrono::milliseconds(100)) return;
    drawn_ = now;
    shown_ = true;
    std::printf("\r%s\x1b[K", moving_line().c_str());  // and erases what the line before had more
    std::fflush(stdout);
}

void Display::clear() {
    if (shown_) std::printf("\r\x1b[K");
    std::fflush(stdout);
    shown_ = false;
}

void Display::epoch() {
    if (!lines_) return;
    clear();
    const LogRow& row = training_.progress.log.back();
    const std::string place = epoch_of(training_.progress.epoch, training_.settings);
    std::printf("%s  loss %.4f  lr %.6f  %s\n", place.c_str(), row.epoch_loss, row.lr, speed().c_str());
    std::fflush(stdout);
}

}  // namespace xtape::apps
