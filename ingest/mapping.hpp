// How a file's rows become events: a TOML file of templates, constants, look-up tables and columns. No
// expressions: a new file needs a new mapping, never new code. ingest/mappings/ has commented ones.
//
//   source = "uci_bank_2008"           names the file in ids and in the events' source, /import/uci_bank_2008
//   [[event]]                          for each row, in this order:
//   type = "call.started"
//   subject = "{source}-{row}-{repeat}"  {column}, {row} and {repeat} (zero-padded), {source}
//   id = "…"                           default: "{subject}.{type}"
//   when = [{column, is | is_not = text} | {column, edge = "first" | "last"} …]   all must hold; edge: the
//   first or last
//                                      of neighbouring rows with the same value
//   repeat = {column, only = "last"}   that many events, {repeat} = 0001 … n; or only the last of them
//   time = {column | base = time, at = "HH:MM" | spread = ["09:00", "18:00"], plus = [{column, unit}], minus
//   = […]} [event.data]                       a text is a template; a table is one of name = {column, as =
//   "text" | "integer" | "decimal", times = 1000, map = {from = "to"}, otherwise = …}
//                                      empty cells are left out; dots in names make objects
//
// spread: a fixed rule of row and repetition, so that a file always gives the same: the day is cut into as
// many parts as there are repetitions, in each the row's own place is the fraction of row × 40503 / 65536.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace trunkline {

struct Row {
  std::uint64_t number = 0;                        // from 1, without the header
  std::vector<std::optional<std::string>> values;  // of the mapping's columns, in their order
};

class Mapping {
 public:
  // Errors: reject "mapping" naming file, line and what is wrong there.
  static Result<Mapping> parse(std::string_view toml, const std::string& name);

  const std::vector<std::string>& columns() const { return columns_; }
  // Goes into source, and makes each time later by as many microseconds: a corrected file wins.
  void set_revision(std::uint64_t revision) { revision_ = revision; }

  // The row's events as JSON documents, marked as history. `before` and `after` are its neighbours, where it
  // has any. Errors: reject "row" with the column as pointer; then the row gives no events at all.
  Result<std::vector<std::string>> events(const Row& row, const Row* before, const Row* after) const;

 private:
  friend class MappingReader;
  friend class EventWriter;
  using Column = std::size_t;

  struct Piece {  // of a template
    enum class Kind { literal, column, row, repeat } kind = Kind::literal;
    std::string text;
    Column column = 0;
  };
  using Template = std::vector<Piece>;

  struct Condition {
    enum class Kind { is, is_not, first, last } kind = Kind::is;
    Column column = 0;
    std::string text;
  };
  struct Shift {
    Column column = 0;
    std::chrono::microseconds unit{};  // negative: back in time
  };
  struct When {
    std::optional<Column> column;
    Time base{};
    std::chrono::minutes from{0}, to{0};  // equal: not spread
    std::vector<Shift> shifts;
  };
  struct Field {
    enum class As { text, integer, decimal } as = As::text;
    std::vector<std::string> path;
    std::optional<Column> column;  // else the template
    Template text;
    std::int64_t times = 1;
    std::map<std::string, std::string, std::less<>> map;
    std::optional<std::string> otherwise;
  };
  struct Event {
    std::string type;
    Template id, subject;
    std::vector<Condition> conditions;
    enum class Repeat { all, last } repeats = Repeat::all;
    std::optional<Column> repeat;
    When time;
    std::vector<Field> fields;  // sorted by path: members of one object stand together
  };

  std::string source_;
  std::uint64_t revision_ = 0;
  std::vector<std::string> columns_;
  std::vector<Event> events_;
};

}  // namespace trunkline
