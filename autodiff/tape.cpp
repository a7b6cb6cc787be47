// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/record.hpp>
#include <xtape/autodiff/tape.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

namespace xtape {
namespace {

// A parameter's value knows its name, so that gradients and errors do.
template <class T> struct Named final : Array<T> {
    Named(std::string n, Array<T> a) : Array<T>(std::move(a)), name(std::move(n)) {}
    std::string name;
};
template <class T> typename Variable<T>::Handle hold_named(std::string name, Array<T> value) {
    return std::allocate_shared<Named<T>>(PoolAllocator<Named<T>>{}, std::move(name), std::move(value));
}
template <class T> Place new_identity() { return {Record<T>::mine().new_serial() | Place::parameter, 0}; }

}  // namespace

template <class T> const std::string& parameter_name(const Array<T>& value) {
    return static_cast<const Named<T>&>(value).name;
}
template const std::string& parameter_name(const Array<float>&);
template const std::string& parameter_name(const Array<double>&);

template <class T> Record<T>::Record() {
    static std::atomic<std::uint64_t> threads = 0;
    serial_ = ++threads << 40;  // 2^40 operations a thread, 2^23 threads
}

template <class T> Variable<T> Record<T>::push_leaf(const Variable<T>& x, Where where) {
    Variable<T> leaf = push<Node<T>>(where, x.handle());
    leaves_.push_back({leaf.place().index, x.is_parameter() ? x.place().serial : leaf.place().serial, x.handle()});
    return leaf;
}

template <class T> std::uint32_t Record<T>::find(const Variable<T>& parameter) const {
    for (auto leaf = leaves_.rbegin(); leaf != leaves_.rend(); ++leaf)
        if (leaf->identity == parameter.place().serial && leaf->value == parameter.handle()) return leaf->index;
    return size();
}

template <class T> std::uint32_t Record<T>::place_of_other(const Variable<T>& x, Where where) {
    check(x.is_parameter(), where, "variable",
          "a variable must belong to a live tape of this thread; got one of shape ", x.value().shape(),
          " whose tape has ended, or of another thread; try detach(v), which keeps its value as a constant");
    const std::uint32_t found = find(x);
    return found < size() ? found : push_leaf(x, where).place().index;
}

template <class T> void Record<T>::truncate(std::uint32_t n) {
    while (size() > n) {
        const Entry e = entries_.back();
        entries_.pop_back();
        e.node->~Node();
        pool_give(e.node, e.bytes);
    }
    while (!leaves_.empty() && leaves_.back().index >= n) leaves_.pop_back();
    std::erase_if(names_, [n](const Name& name) { return name.index >= n; });
}

template class Record<float>;
template class Record<double>;

// The thread that began a tape keeps its mark, whoever destroys the tape.
struct Tape::Mark {
    std::uint32_t floats = Record<float>::mine().size(), doubles = Record<double>::mine().size();
    int paused = std::exchange(recording_state.paused, 0);
    std::atomic<bool> lost = false;  // its tape was destroyed on another thread
};

namespace {

thread_local std::vector<std::shared_ptr<Tape::Mark>> marks;  // of this thread's live tapes

void end(const Tape::Mark& mark) {
    --recording_state.tapes;
    recording_state.paused = mark.paused;
}

void free_lost() {
    for (; !marks.empty() && marks.back()->lost; marks.pop_back()) {
        end(*marks.back());
        Record<float>::mine().truncate(marks.back()->floats);
        Record<double>::mine().truncate(marks.back()->doubles);
    }
}

}  // namespace

Tape::Tape(Where where) : where_(where), unwinding_(std::uncaught_exceptions()) {
    free_lost();
    mark_ = marks.emplace_back(std::allocate_shared<Mark>(PoolAllocator<Mark>{}));
    ++recording_state.tapes;
}

Tape::~Tape() noexcept(false) {
    free_lost();
    const auto found = std::find(marks.begin(), marks.end(), mark_);
    const bool ours = found != marks.end();
    if (ours) {
        end(*mark_);
        const auto inner = marks.erase(found);
        if (inner == marks.end()) {
            Record<float>::mine().truncate(mark_->floats);
            Record<double>::mine().truncate(mark_->doubles);
            return;
        }
        (*inner)->floats = mark_->floats;  // what it recorded is freed with the tape inside it
        (*inner)->doubles = mark_->doubles;
    }
    mark_->lost = !ours;
    if (std::uncaught_exceptions() > unwinding_) return;
    fail(where_, "Tape",
         ours ? "tapes must end in the reverse order; got the end of one with another still inside it; "
                "try scopes that nest"
              : "a tape must end on the thread that began it; got the end of one on another thread; "
                "try a tape for each thread");
}

std::size_t Tape::size() const {
    return Record<float>::mine().size() - mark_->floats + Record<double>::mine().size() - mark_->doubles;
}

NoGrad::NoGrad() { ++recording_state.paused; }
NoGrad::~NoGrad() { --recording_state.paused; }

template <class T> Variable<T> variable(Array<T> value, Where where) {
    check(recording(), where, "variable",
          "a tape must record on this thread; got none, or NoGrad; try `Tape tape;` before");
    return Record<T>::mine().push_leaf(Variable<T>(std::move(value)), where);
}
template Variable<float> variable(Array<float>, Where);
template Variable<double> variable(Array<double>, Where);

template <class T> Variable<T> named(const Variable<T>& v, std::string name, Where where) {
    check(v.tracked(), where, "named", "a constant has no gradient to name; got ", name, "; try variable(array) first");
    check(recording() || !v.is_parameter(), where, "named", "a tape must record; got none, or NoGrad, for ", name);
    auto& record = Record<T>::mine();
    record.name(record.place_of(v, where), std::move(name));
    return v;
}
template Variable<float> named(const Variable<float>&, std::string, Where);
template Variable<double> named(const Variable<double>&, std::string, Where);

template <class T> Parameter<T>::Parameter(std::string name, Array<T> value)
    : Variable<T>(hold_named(std::move(name), std::move(value)), new_identity<T>()) {}
template <class T> Parameter<T>::Parameter(const Parameter& p) : Variable<T>(p.handle_, new_identity<T>()) {}
template <class T> Parameter<T>::Parameter(Parameter&& p) noexcept
    : Variable<T>(std::move(p.handle_), std::exchange(p.place_, Place{})) {}
template <class T> Parameter<T>& Parameter<T>::operator=(const Parameter& p) {
    this->handle_ = p.handle_;
    if (!this->tracked()) this->place_ = new_identity<T>();  // it was moved from
    return *this;
}
template <class T> Parameter<T>& Parameter<T>::operator=(Parameter&& p) noexcept {
    if (this == &p) return *this;
    this->handle_ = std::move(p.handle_);
    this->place_ = std::exchange(p.place_, Place{});
    return *this;
}

template <class T> const std::string& Parameter<T>::name() const { return parameter_name(this->value()); }

template <class T> void Parameter<T>::rename(std::string name) {
    this->handle_ = hold_named(std::move(name), Array<T>(this->value()));
}

template <class T> void Parameter<T>::set(Array<T> value, Where where) {
    check(value.shape() == this->value().shape(), where, "Parameter::set", "the shape of ", name(), " must stay ",
          this->value().shape(), "; got ", value.shape());
    this->handle_ = hold_named(name(), std::move(value));
}

template <class T> Array<T>& Parameter<T>::edit() {
    if (this->handle_.use_count() > 1) this->handle_ = hold_named(name(), Array<T>(this->value()));
    return const_cast<Array<T>&>(*this->handle_);
}

template class Parameter<float>;
template class Parameter<double>;

}  // namespace xtape
