// Where a walk over JSON is: the names and places from the root. Written down only when somebody asks.
#pragma once
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/json.hpp"

namespace trunkline::schemas {

class Path {
 public:
  void enter(std::string_view name) { steps_[depth_++] = {name.data(), name.size()}; }
  void enter(std::size_t index) { steps_[depth_++] = {nullptr, index}; }
  void leave() { --depth_; }
  void clear() { depth_ = 0; }

  // Appends the JSON pointer (RFC 6901).
  void write(std::string& out) const {
    for (std::size_t i = 0; i < depth_; ++i) {
      out.push_back('/');
      if (steps_[i].name == nullptr)
        json::write_number(out, steps_[i].size);
      else
        write_name(out, {steps_[i].name, steps_[i].size});
    }
  }

 private:
  struct Step {
    const char* name;  // nullptr: `size` is a place in a list
    std::size_t size;
  };
  static void write_name(std::string& out, std::string_view name) {
    const auto is_escaped = [](char c) { return c == '~' || c == '/'; };
    if (std::ranges::none_of(name, is_escaped)) {
      out.append(name);
      return;
    }
    for (const char c : name) {
      if (is_escaped(c))
        out.append(c == '~' ? "~0" : "~1");
      else
        out.push_back(c);
    }
  }

  std::array<Step, json::depth_max + 2> steps_;  // the parser lets nothing deeper in
  std::size_t depth_ = 0;
};

}  // namespace trunkline::schemas
