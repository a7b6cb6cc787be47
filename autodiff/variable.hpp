// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/array.hpp>
#include <xtape/autodiff/check.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace xtape {

// The number of elements. Throws Error when that is more than a size_t holds.
std::size_t checked_size(Where where, std::string_view op, const Shape& shape);

struct VariableBase {};
template <class V>
concept AnyVariable = std::derived_from<std::remove_cvref_t<V>, VariableBase>;

template <class T> class Variable;
template <class T> class Operand;
template <class T> Variable<T> add(const Variable<T>& x, const Variable<T>& y, Where = Where::here());
template <class T> Variable<T> subtract(const Variable<T>& x, const Variable<T>& y, Where = Where::here());
template <class T> Variable<T> multiply(const Variable<T>& x, const Variable<T>& y, Where = Where::here());
template <class T> Variable<T> divide(const Variable<T>& x, const Variable<T>& y, Where = Where::here());
template <class T> Variable<T> negate(const Variable<T>& x, Where = Where::here());

// An array's place on a thread's record: `serial` is never used again, so a variable of a tape that has ended is found
// by one compare. No serial: a constant. The top bit of a serial marks a parameter, which has no place until used.
struct Place {
    static constexpr std::uint64_t parameter = std::uint64_t{1} << 63;
    std::uint64_t serial = 0;
    std::uint32_t index = 0;
};

// A value, immutable and shared, and its place on the tape of the thread that recorded it (none: a constant).
// Copying shares the value. Arrays, xtensor expressions and numbers convert to constants; the two types do not mix.
template <class T> class Variable : public VariableBase {
    static_assert(std::floating_point<T>, "[xtape] variables are of float or double; try xt::cast<double>(...)");

public:
    using value_type = T;
    using Handle = std::shared_ptr<const Array<T>>;

    Variable() : Variable(0) {}
    Variable(Array<T> value);
    template <Number N> Variable(N number) : Variable(filled({}, T(number))) {}
    template <class E>
    requires Expression<E> && std::convertible_to<typename std::remove_cvref_t<E>::value_type, T> Variable(
        const E& expression)
        : Variable(Array<T>(expression)) {}
    Variable(Handle handle, Place place) : handle_(std::move(handle)), place_(place) {}

    const Array<T>& value() const& { return *handle_; }
    Array<T> value() && { return *handle_; }
    Shape shape() const { return handle_->shape(); }
    T item(Where = Where::here()) const;                 // the one number; throws for more or fewer
    bool tracked() const { return place_.serial != 0; }  // gradients flow to it
    bool is_parameter() const { return place_.serial & Place::parameter; }
    const Place& place() const { return place_; }
    const Handle& handle() const { return handle_; }

    template <class... A> static std::shared_ptr<Array<T>> hold(A&&... a) {
        return std::allocate_shared<Array<T>>(PoolAllocator<Array<T>>{}, std::forward<A>(a)...);
    }

    friend Variable operator+(const Variable& x, const Operand<T>& y) { return add(x, y.variable(), y.where()); }
    friend Variable operator-(const Variable& x, const Operand<T>& y) { return subtract(x, y.variable(), y.where()); }
    friend Variable operator*(const Variable& x, const Operand<T>& y) { return multiply(x, y.variable(), y.where()); }
    friend Variable operator/(const Variable& x, const Operand<T>& y) { return divide(x, y.variable(), y.where()); }
    friend Variable operator-(const Operand<T>& x) { return negate(x.variable(), x.where()); }

protected:
    Handle handle_;
    Place place_;
};

// What stands beside a variable in a formula, with the caller's place in the source. Lives to the end of its statement.
template <class T> class Operand {
public:
    Operand(const Variable<T>& x, Where where = Where::here()) : variable_(&x), where_(where) {}
    template <Number N> Operand(N n, Where where = Where::here()) : own_(n), variable_(&own_), where_(where) {}
    template <class E>
    requires Expression<E> && std::convertible_to<typename std::remove_cvref_t<E>::value_type, T> Operand(
        const E& e, Where where = Where::here())
        : own_(e), variable_(&own_), where_(where) {}
    Operand(const Operand&) = delete;
    Operand& operator=(const Operand&) = delete;
    const Variable<T>& variable() const { return *variable_; }
    Where where() const { return where_; }

private:
    Variable<T> own_{nullptr, Place{}};
    const Variable<T>* variable_;
    Where where_;
};

}  // namespace xtape

// xtensor's own operators would take `array * variable`, and its where(mask, ...) two variables; without a type they
// drop out and ours are found.
namespace xt::detail {
template <class F, class A, class B>
requires xtape::AnyVariable<A> || xtape::AnyVariable<B>
struct xfunction_type<F, A, B> {
};
template <class F, class A, class B, class C>
requires xtape::AnyVariable<B> || xtape::AnyVariable<C>
struct xfunction_type<F, A, B, C> {
};
}  // namespace xt::detail
