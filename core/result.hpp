// Results that cannot be ignored. An error answers the caller's one question: may I try again, is what I
// asked for wrong, or must I stop? Exceptions of libraries end at the adapter that names the library.
#pragma once
#include <string>
#include <utility>
#include <variant>

namespace trunkline {

enum class Fault {
  retry,   // the same call may succeed later: a broken connection, a full disk
  reject,  // this input will never be accepted: say why, go on with the next
  stop,    // a promise is broken (foreign journal, corrupt file): a human must look
};

struct Error {
  Fault fault = Fault::reject;
  std::string code;          // stable, for programs: "schema", "too_large", "unknown_tenant"
  std::string message;       // for people: where and why; never personal data
  std::string pointer = {};  // JSON pointer into the input, where there is one
};

inline Error rejected(std::string code, std::string message, std::string pointer = {}) {
  return {Fault::reject, std::move(code), std::move(message), std::move(pointer)};
}
inline Error try_again(std::string code, std::string message) {
  return {Fault::retry, std::move(code), std::move(message)};
}
inline Error must_stop(std::string code, std::string message) {
  return {Fault::stop, std::move(code), std::move(message)};
}

// A value or an Error. Reading the value of a failed result is a bug and throws bad_variant_access.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : outcome_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : outcome_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return outcome_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(outcome_); }
  const T& value() const& { return std::get<0>(outcome_); }
  T&& value() && { return std::get<0>(std::move(outcome_)); }
  const Error& error() const { return std::get<1>(outcome_); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

 private:
  std::variant<T, Error> outcome_;
};

// Success without a value, or an Error.
using Status = Result<std::monostate>;
inline Status done() {
  return std::monostate{};
}

}  // namespace trunkline
