#include <toml++/toml.h>

#include <algorithm>
#include <charconv>

#include "ingest/mapping.hpp"

namespace trunkline {

// Reads the TOML into a Mapping; throws Error inside, which parse() catches: the way out of nested tables.
class MappingReader {
 public:
  MappingReader(Mapping& mapping, const std::string& name) : mapping_(mapping), name_(name) {}

  void read(const toml::table& table) {
    only(table, {"source", "event"});
    mapping_.source_ = text(table, "source");
    const auto* events = table["event"].as_array();
    if (events == nullptr || events->empty()) fail(table, "a mapping has [[event]] tables");
    for (const auto& node : *events) mapping_.events_.push_back(event(table_of(node)));
  }

 private:
  using Event = Mapping::Event;
  using Field = Mapping::Field;

  [[noreturn]] void fail(const toml::node& node, const std::string& why) const {
    throw rejected("mapping", name_ + ":" + std::to_string(node.source().begin.line) + ": " + why);
  }
  void only(const toml::table& table, std::initializer_list<std::string_view> names) const {
    for (const auto& [key, node] : table)
      if (std::find(names.begin(), names.end(), key.str()) == names.end())
        fail(node, "\"" + std::string{key.str()} + "\" is not known here");
  }
  const toml::table& table_of(const toml::node& node) const {
    const auto* table = node.as_table();
    if (table == nullptr) fail(node, "is a table");
    return *table;
  }
  std::string text(const toml::table& table, std::string_view name) const {
    const auto value = table[name].value<std::string>();
    if (!value || value->empty()) fail(table, "needs the text \"" + std::string{name} + "\"");
    return *value;
  }
  std::size_t column(const std::string& name) {
    const auto found = std::find(mapping_.columns_.begin(), mapping_.columns_.end(), name);
    if (found != mapping_.columns_.end()) return static_cast<std::size_t>(found - mapping_.columns_.begin());
    mapping_.columns_.push_back(name);
    return mapping_.columns_.size() - 1;
  }

  Mapping::Template template_of(const toml::node& node, std::string_view pattern) {
    using Kind = Mapping::Piece::Kind;
    Mapping::Template pieces;
    while (!pattern.empty()) {
      const auto open = pattern.find('{');
      if (open != 0) pieces.push_back({Kind::literal, std::string{pattern.substr(0, open)}, 0});
      if (open == pattern.npos) break;
      const auto close = pattern.find('}', open);
      if (close == pattern.npos) fail(node, "a \"{\" is never closed");
      const std::string name{pattern.substr(open + 1, close - open - 1)};
      if (name == "row")
        pieces.push_back({Kind::row, "", 0});
      else if (name == "repeat")
        pieces.push_back({Kind::repeat, "", 0});
      else if (name == "source")
        pieces.push_back({Kind::literal, mapping_.source_, 0});
      else
        pieces.push_back({Kind::column, "", column(name)});
      pattern.remove_prefix(close + 1);
    }
    return pieces;
  }

  Mapping::Condition condition(const toml::table& table) {
    using Kind = Mapping::Condition::Kind;
    only(table, {"column", "is", "is_not", "edge"});
    const std::size_t of = column(text(table, "column"));
    if (const auto is = table["is"].value<std::string>()) return {Kind::is, of, *is};
    if (const auto is_not = table["is_not"].value<std::string>()) return {Kind::is_not, of, *is_not};
    const auto edge = table["edge"].value_or(std::string{});
    if (edge != "first" && edge != "last")
      fail(table, "a condition has is, is_not, or edge = \"first\" or \"last\"");
    return {edge == "first" ? Kind::first : Kind::last, of, ""};
  }

  std::chrono::minutes clock_time(const toml::node& node, std::string_view hours_minutes) const {
    const auto time = parse_time("2000-01-01T" + std::string{hours_minutes} + ":00Z");
    if (!time) fail(node, "a time of day reads \"09:00\"");
    return std::chrono::duration_cast<std::chrono::minutes>(*time -
                                                            std::chrono::floor<std::chrono::days>(*time));
  }

  void shifts(const toml::table& table, std::string_view name, int sign, std::vector<Mapping::Shift>& out) {
    const auto* list = table[name].as_array();
    if (list == nullptr) return;
    for (const auto& node : *list) {
      const toml::table& each = table_of(node);
      only(each, {"column", "unit", "times"});
      const std::string unit = text(each, "unit");
      const std::chrono::microseconds micros = unit == "ms"     ? std::chrono::milliseconds{1}
                                               : unit == "s"    ? std::chrono::seconds{1}
                                               : unit == "min"  ? std::chrono::minutes{1}
                                               : unit == "days" ? std::chrono::days{1}
                                                                : std::chrono::microseconds{0};
      if (micros.count() == 0) fail(each, "a unit is ms, s, min or days");
      out.push_back({column(text(each, "column")), micros * sign * each["times"].value_or(std::int64_t{1})});
    }
  }

  Mapping::When time(const toml::table& table) {
    only(table, {"column", "base", "at", "spread", "plus", "minus"});
    Mapping::When when;
    if (const auto name = table["column"].value<std::string>()) {
      when.column = column(*name);
    } else {
      const auto base = parse_time(table["base"].value_or(std::string{}));
      if (!base) fail(table, "a time has a column, or a base as \"2019-01-01T09:00:00Z\"");
      when.base = *base;
    }
    if (const auto at = table["at"].value<std::string>()) when.from = when.to = clock_time(table, *at);
    if (const auto* spread = table["spread"].as_array()) {
      if (spread->size() != 2) fail(table, "spread reads [\"09:00\", \"18:00\"]");
      when.from = clock_time(table, spread->get(0)->value_or(std::string{}));
      when.to = clock_time(table, spread->get(1)->value_or(std::string{}));
      if (when.to <= when.from) fail(table, "spread ends after it begins");
    }
    shifts(table, "plus", 1, when.shifts);
    shifts(table, "minus", -1, when.shifts);
    return when;
  }

  void fields(const toml::table& table, const std::vector<std::string>& above, std::vector<Field>& out) {
    for (const auto& [key, node] : table) {
      std::vector<std::string> path = above;
      path.emplace_back(key.str());
      const auto* inner = node.as_table();
      if (inner != nullptr && !inner->contains("column")) {
        fields(*inner, path, out);
      } else {
        out.push_back(inner != nullptr ? column_field(*inner) : constant_field(node));
        out.back().path = std::move(path);
      }
    }
  }

  Field constant_field(const toml::node& node) {
    Field field;
    if (const auto number = node.value_exact<std::int64_t>()) {
      field.as = Field::As::integer;
      field.text = {{Mapping::Piece::Kind::literal, std::to_string(*number), 0}};
    } else if (const auto pattern = node.value_exact<std::string>()) {
      field.text = template_of(node, *pattern);
    } else {
      fail(node, "a field is a text, a whole number, or a table with a column");
    }
    return field;
  }

  Field column_field(const toml::table& table) {
    only(table, {"column", "as", "times", "map", "otherwise"});
    Field field;
    field.column = column(text(table, "column"));
    const auto as = table["as"].value_or(std::string{"text"});
    if (as != "text" && as != "integer" && as != "decimal") fail(table, "as is text, integer or decimal");
    field.as = as == "text" ? Field::As::text : as == "integer" ? Field::As::integer : Field::As::decimal;
    field.times = table["times"].value_or(std::int64_t{1});
    if (const auto* map = table["map"].as_table())
      for (const auto& [from, to] : *map) field.map.emplace(from.str(), to.value_or(std::string{}));
    field.otherwise = table["otherwise"].value<std::string>();
    return field;
  }

  Event event(const toml::table& table) {
    only(table, {"type", "id", "subject", "when", "repeat", "time", "data"});
    Event event;
    event.type = text(table, "type");
    event.subject = template_of(table, text(table, "subject"));
    event.id = template_of(table, table["id"].value_or(text(table, "subject") + "." + event.type));
    if (const auto* conditions = table["when"].as_array())
      for (const auto& node : *conditions) event.conditions.push_back(condition(table_of(node)));
    if (const auto* repeat = table["repeat"].as_table()) {
      only(*repeat, {"column", "only"});
      event.repeat = column(text(*repeat, "column"));
      if (repeat->contains("only")) event.repeats = Event::Repeat::last;
    }
    const auto* when = table["time"].as_table();
    if (when == nullptr) fail(table, "an event has a time");
    event.time = time(*when);
    if (const auto* data = table["data"].as_table()) fields(*data, {}, event.fields);
    std::sort(event.fields.begin(), event.fields.end(),
              [](const Field& a, const Field& b) { return a.path < b.path; });
    return event;
  }

  Mapping& mapping_;
  const std::string& name_;
};

Result<Mapping> Mapping::parse(std::string_view toml_text, const std::string& name) {
  Mapping mapping;
  try {
    MappingReader(mapping, name).read(toml::parse(toml_text));
  } catch (const toml::parse_error& error) {
    return rejected("mapping", name + ":" + std::to_string(error.source().begin.line) + ": " +
                                   std::string{error.description()});
  } catch (const Error& error) {
    return error;
  }
  return mapping;
}

}  // namespace trunkline
