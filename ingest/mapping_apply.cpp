#include <charconv>
#include <cstdio>

#include "core/json.hpp"
#include "ingest/mapping.hpp"

namespace trunkline {
namespace {

constexpr int row_digits = 8;
constexpr int repeat_digits = 4;
constexpr std::int64_t repeat_max = 9'999;

std::string padded(std::uint64_t number, int digits) {
  char text[24];
  std::snprintf(text, sizeof text, "%0*llu", digits, static_cast<unsigned long long>(number));
  return text;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional{number} : std::nullopt;
}

}  // namespace

// One row's events.
class EventWriter {
 public:
  EventWriter(const Mapping& mapping, const Row& row, const Row* before, const Row* after)
      : mapping_(mapping), row_(row), before_(before), after_(after) {}

  Status write(const Mapping::Event& event, std::vector<std::string>& out) {
    for (const auto& condition : event.conditions)
      if (!holds(condition)) return done();
    repeats_ = 1;
    if (event.repeat) {
      const auto count = whole_number(cell(*event.repeat));
      if (!count || *count < 0 || *count > repeat_max)
        return bad(*event.repeat, "is a whole number of repetitions up to " + std::to_string(repeat_max));
      repeats_ = *count;
    }
    const bool only_last = event.repeats == Mapping::Event::Repeat::last;
    for (repeat_ = only_last && repeats_ > 0 ? repeats_ : 1; repeat_ <= repeats_; ++repeat_) {
      auto document = document_of(event);
      if (!document) return document.error();
      out.push_back(std::move(*document));
    }
    return done();
  }

 private:
  using Column = Mapping::Column;

  static std::string_view cell_of(const Row& row, Column column) {
    const auto& value = row.values[column];
    return value ? std::string_view{*value} : std::string_view{};
  }
  std::string_view cell(Column column) const { return cell_of(row_, column); }
  Error bad(Column column, const std::string& why) const {
    return rejected("row", why, "/" + mapping_.columns_[column]);
  }

  bool holds(const Mapping::Condition& condition) const {
    using Kind = Mapping::Condition::Kind;
    const std::string_view here = cell(condition.column);
    switch (condition.kind) {
      case Kind::is:
        return here == condition.text;
      case Kind::is_not:
        return here != condition.text;
      case Kind::first:
        return before_ == nullptr || cell_of(*before_, condition.column) != here;
      case Kind::last:
        return after_ == nullptr || cell_of(*after_, condition.column) != here;
    }
    return false;
  }

  std::string filled(const Mapping::Template& pieces) const {
    using Kind = Mapping::Piece::Kind;
    std::string text;
    for (const auto& piece : pieces) {
      switch (piece.kind) {
        case Kind::literal:
          text += piece.text;
          break;
        case Kind::column:
          text += cell(piece.column);
          break;
        case Kind::row:
          text += padded(row_.number, row_digits);
          break;
        case Kind::repeat:
          text += padded(static_cast<std::uint64_t>(repeat_), repeat_digits);
          break;
      }
    }
    return text;
  }

  Result<Time> time_of(const Mapping::When& when) const {
    Time time = when.base;
    if (when.column) {
      const std::string text{cell(*when.column)};
      const auto read = text.size() == 10 ? parse_time(text + "T00:00:00Z") : parse_time(text);
      if (!read) return bad(*when.column, "is a date as 2026-11-21 or an RFC 3339 time");
      time = *read;
    }
    time += when.from;
    if (when.to > when.from) {
      const std::chrono::microseconds window = when.to - when.from;
      const auto place = static_cast<std::int64_t>(row_.number * 40'503 % 65'536);
      time += window * (repeat_ - 1) / repeats_ + window / repeats_ * place / 65'536;
    }
    for (const auto& shift : when.shifts) {
      const auto amount = whole_number(cell(shift.column));
      if (!amount) return bad(shift.column, "is a whole number");
      time += shift.unit * *amount;
    }
    return time;
  }

  // The field's JSON; empty when its cell is empty or mapped to nothing.
  Result<std::string> value_of(const Mapping::Field& field) const {
    std::string text = field.column ? std::string{cell(*field.column)} : filled(field.text);
    if (const auto mapped = field.map.find(text); mapped != field.map.end())
      text = mapped->second;
    else if (field.otherwise)
      text = *field.otherwise;
    std::string json;
    if (text.empty()) return json;
    if (field.as == Mapping::Field::As::text) {
      json::write_string(json, text);
    } else if (field.as == Mapping::Field::As::integer) {
      const auto number = whole_number(text);
      if (!number) return bad(field.column.value_or(0), "is a whole number");
      json::write_number(json, *number * field.times);
    } else {
      double number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc{} || end != text.data() + text.size())
        return bad(field.column.value_or(0), "is a number");
      json::write_number(json, number * static_cast<double>(field.times));
    }
    return json;
  }

  Status write_data(json::Writer& out, const std::vector<Mapping::Field>& fields) const {
    std::vector<std::string> open;
    out.open('{');
    for (const auto& field : fields) {
      auto value = value_of(field);
      if (!value) return value.error();
      if (value->empty()) continue;
      std::size_t shared = 0;
      while (shared < open.size() && shared + 1 < field.path.size() && open[shared] == field.path[shared])
        ++shared;
      for (; open.size() > shared; open.pop_back()) out.close('}');
      for (; open.size() + 1 < field.path.size(); open.push_back(field.path[open.size()]))
        out.key(field.path[open.size()]).open('{');
      out.key(field.path.back()).raw(*value);
    }
    for (; !open.empty(); open.pop_back()) out.close('}');
    out.close('}');
    return done();
  }

  Result<std::string> document_of(const Mapping::Event& event) const {
    const auto time = time_of(event.time);
    if (!time) return time.error();
    std::string source = "/import/" + mapping_.source_;
    if (mapping_.revision_ > 0) source += "/revision/" + std::to_string(mapping_.revision_);
    std::string document;
    json::Writer out(document);
    out.open('{').key("specversion").string("1.0").key("id").string(filled(event.id));
    out.key("source").string(source).key("type").string(event.type);
    out.key("subject").string(filled(event.subject)).key("time").string(format_time(*time + revision()));
    out.key("history").boolean(true).key("data");
    if (const auto written = write_data(out, event.fields); !written) return written.error();
    out.close('}');
    return document;
  }

  // Of two statements of one moment the content's hash decides, which knows no revisions; so a later revision
  // is later, by a microsecond each.
  std::chrono::microseconds revision() const {
    return std::chrono::microseconds{static_cast<std::int64_t>(mapping_.revision_)};
  }

  const Mapping& mapping_;
  const Row& row_;
  const Row* before_;
  const Row* after_;
  std::int64_t repeat_ = 1;
  std::int64_t repeats_ = 1;
};

Result<std::vector<std::string>> Mapping::events(const Row& row, const Row* before, const Row* after) const {
  std::vector<std::string> documents;
  EventWriter writer(*this, row, before, after);
  for (const Event& event : events_)
    if (const auto written = writer.write(event, documents); !written) return written.error();
  return documents;
}

}  // namespace trunkline
