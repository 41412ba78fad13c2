// Structured logs to stderr: one line an event, logfmt or JSON, for machines and people.
//   logs::info("listening", {{"port", 8420}})   →   time=2026-… level=info event=listening port=8420
// Fields are names, ids, counts and route templates. Never a query string, a path, a header's value, or
// anything that a person said or is called: what is not sure to be clear is not logged.
#pragma once
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace trunkline::logs {

enum class Level { error, warn, info, debug };
enum class Format { logfmt, json };

// Once, before threads start; until then: info, logfmt.
void start(Level level, Format format);
Level parse_level(std::string_view name);  // unknown names mean info

struct Field {
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(text), quoted(true) {}
  Field(std::string_view field_name, const char* text) : Field(field_name, std::string_view{text}) {}
  Field(std::string_view field_name, const std::string& text) : Field(field_name, std::string_view{text}) {}
  template <std::integral Number>
  Field(std::string_view field_name, Number number) : name(field_name), value(std::to_string(number)) {}

  std::string_view name;
  std::string value;
  bool quoted = false;
};
using Fields = std::initializer_list<Field>;

void error(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void debug(std::string_view event, Fields fields = {});
bool enabled(Level level);

// The line as it is written, without its end: for tests.
std::string line(Format format, std::string_view time, Level level, std::string_view event, Fields fields);

}  // namespace trunkline::logs
