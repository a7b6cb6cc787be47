// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/variable.hpp>

namespace xtape {

// Whether operations of this thread are recorded: a tape lives and no NoGrad does.
struct Recording {
    int tapes = 0, paused = 0;
};
inline constinit thread_local Recording recording_state;
inline bool recording() { return recording_state.tapes > 0 && recording_state.paused == 0; }

// Records the operations of this thread from its construction to its end, which frees all that it recorded at once.
// Tapes nest and see each other's variables; they end in the reverse order, anything else throws.
// A tape begun inside a NoGrad records.
class Tape {
public:
    explicit Tape(Where where = Where::here());
    ~Tape() noexcept(false);
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;

    std::size_t size() const;  // operations and leaves recorded since it began, those of inner tapes too

    struct Mark;  // where it begins on the thread's record

private:
    std::shared_ptr<Mark> mark_;
    Where where_;
    int unwinding_;
};

// Nothing is recorded on this thread for as long as this lives: results are constants.
class NoGrad {
public:
    NoGrad();
    ~NoGrad();
    NoGrad(const NoGrad&) = delete;
    NoGrad& operator=(const NoGrad&) = delete;
};

// A leaf of this thread's tape: gradients are asked for it. Throws where no tape records.
template <class T> Variable<T> variable(Array<T> value, Where = Where::here());
template <class E>
requires Expression<E>
auto variable(const E& expression, Where where = Where::here()) {
    using T = typename E::value_type;
    return variable<T>(Array<T>(expression), where);
}
template <Number T> Variable<T> variable(T number, Where where = Where::here()) {
    return variable<T>(Array<T>(number), where);
}

// The same value as a constant: nothing flows through it. What is carried from one tape to the next must be detached.
template <class T> Variable<T> detach(const Variable<T>& v) { return Variable<T>(v.handle(), Place{}); }

// The same variable; its gradient, when asked for, is found by this name too. Throws for a constant.
template <class T> Variable<T> named(const Variable<T>& v, std::string name, Where = Where::here());

// An array that training changes. It takes its place on whichever tape of whichever thread uses it; using it writes
// nothing into it. A copy is another parameter with the same value.
template <class T> class Parameter : public Variable<T> {
public:
    Parameter(std::string name, Array<T> value);
    Parameter(const Parameter&);
    Parameter(Parameter&&) noexcept;  // what is left has no value until it is given one
    Parameter& operator=(const Parameter&);
    Parameter& operator=(Parameter&&) noexcept;

    const std::string& name() const;
    void rename(std::string name);
    void set(Array<T> value, Where = Where::here());  // throws for another shape
    // For optimisers: in place if nobody else holds the value, else in a copy, so that no live tape sees it change.
    Array<T>& edit();
};

extern template class Parameter<float>;
extern template class Parameter<double>;

}  // namespace xtape
