// Cutting what arrives into events without copying them again: NDJSON lines from a stream of pieces, elements
// from a JSON array. Every slice has at least json::padding readable bytes behind it.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"

namespace trunkline {

// Lines end in \n or \r\n; blank ones are counted and not given. A line longer than bytes_max is given as
// nullopt and never held whole: memory is bounded by bytes_max and the largest piece.
class Lines {
 public:
  // An error stops the cutting and is handed on.
  using Take = std::function<Status(std::uint64_t number, std::optional<std::string_view> line)>;

  Lines(std::size_t bytes_max, Take take) : bytes_max_(bytes_max), take_(std::move(take)) {}
  Status feed(std::string_view piece);
  Status finish();  // the last line may lack its end
  std::uint64_t count() const { return number_; }

 private:
  Status end_line(std::string_view line);

  const std::size_t bytes_max_;
  const Take take_;
  std::vector<char> buffer_;
  std::size_t used_ = 0;
  std::size_t searched_ = 0;
  std::uint64_t number_ = 0;
  bool skipping_ = false;
};

// The elements of an array's text, one after the other. Cuts only at commas: whether an element is JSON, its
// reader finds out. `padded`: json::padding bytes behind it.
class ArrayElements {
 public:
  explicit ArrayElements(std::string_view padded) : rest_(padded) {}
  // nullopt after the last. Errors: reject "json" when this is not one array.
  Result<std::optional<std::string_view>> next();

 private:
  void skip_blanks();
  std::size_t element_size() const;

  std::string_view rest_;
  enum class At { start, element, end } at_ = At::start;
};

}  // namespace trunkline
