#include "ingest/lines.hpp"

#include <cstring>

namespace trunkline {
namespace {

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

Error not_an_array() {
  return rejected("json", "not valid JSON: a batch is one array of events");
}

}  // namespace

Status Lines::end_line(std::string_view line) {
  ++number_;
  if (skipping_ || line.size() > bytes_max_) {
    skipping_ = false;
    return take_(number_, std::nullopt);
  }
  while (!line.empty() && blank(line.back())) line.remove_suffix(1);
  while (!line.empty() && blank(line.front())) line.remove_prefix(1);
  return line.empty() ? done() : take_(number_, line);
}

Status Lines::feed(std::string_view piece) {
  if (buffer_.size() < used_ + piece.size() + json::padding)
    buffer_.resize(std::max(2 * buffer_.size(), used_ + piece.size() + json::padding));
  std::memcpy(buffer_.data() + used_, piece.data(), piece.size());
  used_ += piece.size();
  std::size_t from = 0;
  while (const void* found = std::memchr(buffer_.data() + searched_, '\n', used_ - searched_)) {
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
    searched_ = end + 1;
    if (const auto taken = end_line({buffer_.data() + from, end - from}); !taken) return taken;
    from = end + 1;
  }
  if (used_ - from > bytes_max_) {
    skipping_ = true;
    from = used_;
  }
  std::memmove(buffer_.data(), buffer_.data() + from, used_ - from);
  used_ -= from;
  searched_ = used_;
  return done();
}

Status Lines::finish() {
  if (used_ == 0 && !skipping_) return done();
  return end_line({buffer_.data(), std::exchange(used_, 0)});
}

void ArrayElements::skip_blanks() {
  while (!rest_.empty() && blank(rest_.front())) rest_.remove_prefix(1);
}

std::size_t ArrayElements::element_size() const {
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < rest_.size(); ++i) {
    const char c = rest_[i];
    if (in_text) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == ']')) {
      return i;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return i;
      --depth;
    }
  }
  return rest_.size();
}

Result<std::optional<std::string_view>> ArrayElements::next() {
  skip_blanks();
  if (at_ == At::start) {
    if (!rest_.starts_with('[')) return not_an_array();
    rest_.remove_prefix(1);
    skip_blanks();
    at_ = rest_.starts_with(']') ? At::end : At::element;
  }
  if (at_ == At::end) {
    if (rest_.empty()) return std::optional<std::string_view>{};
    rest_.remove_prefix(1);
    skip_blanks();
    return rest_.empty() ? Result{std::optional<std::string_view>{}} : not_an_array();
  }
  const std::string_view element = rest_.substr(0, element_size());
  rest_.remove_prefix(element.size());
  if (rest_.starts_with(',')) {
    rest_.remove_prefix(1);
  } else if (rest_.starts_with(']')) {
    at_ = At::end;
  } else {
    return not_an_array();
  }
  return std::optional{element};
}

}  // namespace trunkline
