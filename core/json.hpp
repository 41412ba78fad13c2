// JSON behind one header: simdjson's DOM parser for reading (it picks its kernel at run time), a small writer
// for writing. Values are views into the parser's memory: they die with the parser or its next parse.
#pragma once
#include <simdjson.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace trunkline::json {

enum class Kind { null, boolean, integer, big_unsigned, real, string, array, object };

class Array;
class Object;

// An optional whose * gives a copy, so that `for (x : *value.as_array())` does not run over a dead temporary.
template <class T>
struct Found : std::optional<T> {
  using std::optional<T>::optional;
  T operator*() const { return this->value(); }
};

// One JSON value. The as_… readers give nullopt when the value is of another kind.
class Value {
 public:
  Value() = default;
  explicit Value(simdjson::dom::element element) : element_(element) {}

  Kind kind() const {
    switch (element_.type()) {
      case simdjson::dom::element_type::ARRAY:
        return Kind::array;
      case simdjson::dom::element_type::OBJECT:
        return Kind::object;
      case simdjson::dom::element_type::INT64:
        return Kind::integer;
      case simdjson::dom::element_type::UINT64:
        return Kind::big_unsigned;
      case simdjson::dom::element_type::DOUBLE:
        return Kind::real;
      case simdjson::dom::element_type::STRING:
        return Kind::string;
      case simdjson::dom::element_type::BOOL:
        return Kind::boolean;
      default:
        return Kind::null;
    }
  }
  bool is_null() const { return kind() == Kind::null; }
  std::optional<std::string_view> as_string() const {
    return element_.is_string() ? std::optional{element_.get_string().value_unsafe()} : std::nullopt;
  }
  std::optional<std::int64_t> as_integer() const {
    return element_.is_int64() ? std::optional{element_.get_int64().value_unsafe()} : std::nullopt;
  }
  std::optional<std::uint64_t> as_unsigned() const {
    return element_.is_uint64() ? std::optional{element_.get_uint64().value_unsafe()} : std::nullopt;
  }
  std::optional<double> as_number() const {
    return element_.is_number() ? std::optional{element_.get_double().value_unsafe()} : std::nullopt;
  }
  std::optional<bool> as_boolean() const {
    return element_.is_bool() ? std::optional{element_.get_bool().value_unsafe()} : std::nullopt;
  }
  inline Found<Array> as_array() const;
  inline Found<Object> as_object() const;

 private:
  simdjson::dom::element element_;
};

struct Member {
  std::string_view name;
  Value value;
};

class Array {
 public:
  explicit Array(simdjson::dom::array array) : array_(array) {}
  class Iterator {
   public:
    explicit Iterator(simdjson::dom::array::iterator at) : at_(at) {}
    Value operator*() const { return Value{*at_}; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    simdjson::dom::array::iterator at_;
  };
  Iterator begin() const { return Iterator{array_.begin()}; }
  Iterator end() const { return Iterator{array_.end()}; }
  std::size_t size() const { return array_.size(); }  // exact below 2^24 elements

 private:
  simdjson::dom::array array_;
};

class Object {
 public:
  Object() = default;
  explicit Object(simdjson::dom::object object) : object_(object) {}
  class Iterator {
   public:
    explicit Iterator(simdjson::dom::object::iterator at) : at_(at) {}
    Member operator*() const { return {at_.key(), Value{at_.value()}}; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    simdjson::dom::object::iterator at_;
  };
  Iterator begin() const { return Iterator{object_.begin()}; }
  Iterator end() const { return Iterator{object_.end()}; }
  std::size_t size() const { return object_.size(); }

  // The first member of that name; a linear search.
  std::optional<Value> find(std::string_view name) const {
    simdjson::dom::element found;
    if (object_.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
    return Value{found};
  }
  std::optional<std::string_view> string(std::string_view name) const {
    const auto value = find(name);
    return value ? value->as_string() : std::nullopt;
  }
  std::optional<std::int64_t> integer(std::string_view name) const {
    const auto value = find(name);
    return value ? value->as_integer() : std::nullopt;
  }
  std::optional<double> number(std::string_view name) const {
    const auto value = find(name);
    return value ? value->as_number() : std::nullopt;
  }
  std::optional<bool> boolean(std::string_view name) const {
    const auto value = find(name);
    return value ? value->as_boolean() : std::nullopt;
  }
  Found<Object> object(std::string_view name) const {
    const auto value = find(name);
    return value ? value->as_object() : Found<Object>{};
  }
  Found<Array> array(std::string_view name) const {
    const auto value = find(name);
    return value ? value->as_array() : Found<Array>{};
  }

 private:
  simdjson::dom::object object_;
};

inline Found<Array> Value::as_array() const {
  return element_.is_array() ? Found<Array>{Array{element_.get_array().value_unsafe()}} : Found<Array>{};
}
inline Found<Object> Value::as_object() const {
  return element_.is_object() ? Found<Object>{Object{element_.get_object().value_unsafe()}} : Found<Object>{};
}

// Text from elsewhere (a decoded URL) that is to become part of a document.
inline bool valid_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

// Bytes that must be readable behind a document that is parsed in place.
inline constexpr std::size_t padding = simdjson::SIMDJSON_PADDING;
inline constexpr std::size_t depth_max = 64;

// A parsed document that outlives the parser's next parse. Stays where it was made; any thread may read it.
class Document {
 private:
  friend class Parser;
  simdjson::dom::document document_;
};

// Reusable; one thread at a time.
class Parser {
 public:
  explicit Parser(std::size_t deepest = depth_max);
  // Copies the text behind padding. Errors: reject "json" with simdjson's reason; deeper than depth_max is
  // refused.
  Result<Value> parse(std::string_view text);
  // The same without the copy: at least `padding` bytes behind the text belong to the caller and are
  // readable.
  Result<Value> parse_padded(std::string_view text);
  // The same; the values are views into `document`.
  Result<Value> parse_padded(std::string_view text, Document& document);

 private:
  simdjson::dom::parser parser_;
};

// Appends one value as compact JSON. Numbers keep their value (shortest form that reads back equal, a real
// keeps its point); strings are escaped as little as the standard allows.
void write(std::string& out, Value value);
void write_string(std::string& out, std::string_view text);

template <std::integral Number>
requires(!std::same_as<Number, bool>) void write_number(std::string& out, Number number) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}
void write_number(std::string& out, double number);

// Builds a document member by member; the commas are its business.
//   Writer w(out); w.open('{').key("id").string("x").key("n").number(3).close('}');
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  Writer& open(char bracket) {
    separate();
    out_.push_back(bracket);
    fresh_ = true;
    return *this;
  }
  Writer& close(char bracket) {
    out_.push_back(bracket);
    fresh_ = false;
    return *this;
  }
  Writer& key(std::string_view name) {
    separate();
    write_string(out_, name);
    out_.push_back(':');
    fresh_ = true;
    return *this;
  }
  Writer& string(std::string_view text) {
    separate();
    write_string(out_, text);
    return *this;
  }
  template <class Number>
  Writer& number(Number number) {
    separate();
    write_number(out_, number);
    return *this;
  }
  Writer& boolean(bool truth) { return raw(truth ? "true" : "false"); }
  Writer& null() { return raw("null"); }
  Writer& value(Value value) {
    separate();
    write(out_, value);
    return *this;
  }
  Writer& raw(std::string_view json) {  // already valid JSON
    separate();
    out_.append(json);
    return *this;
  }

 private:
  void separate() {
    if (!fresh_) out_.push_back(',');
    fresh_ = false;
  }
  std::string& out_;
  bool fresh_ = true;
};

}  // namespace trunkline::json
