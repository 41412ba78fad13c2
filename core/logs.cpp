#include "core/logs.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/clock.hpp"
#include "core/json.hpp"

namespace trunkline::logs {
namespace {

constexpr std::string_view level_names[] = {"error", "warn", "info", "debug"};

spdlog::level::level_enum to_spdlog(Level level) {
  constexpr spdlog::level::level_enum levels[] = {spdlog::level::err, spdlog::level::warn,
                                                  spdlog::level::info, spdlog::level::debug};
  return levels[static_cast<std::size_t>(level)];
}

struct Output {
  Format format = Format::logfmt;
  std::shared_ptr<spdlog::logger> logger;  // shared: spdlog's own registry holds it too

  Output() : logger(spdlog::stderr_logger_mt("trunkline")) {
    logger->set_pattern("%v");
    logger->flush_on(spdlog::level::debug);
  }
};

Output& output() {
  static Output instance;
  return instance;
}

bool plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '=' && c != '\\' && c != '\x7f';
  });
}

void write(Level level, std::string_view event, Fields fields) {
  if (!enabled(level)) return;
  output().logger->log(to_spdlog(level),
                       line(output().format, format_time(SystemClock{}.now()), level, event, fields));
}

}  // namespace

void start(Level level, Format format) {
  output().format = format;
  output().logger->set_level(to_spdlog(level));
}

Level parse_level(std::string_view name) {
  const auto found = std::find(std::begin(level_names), std::end(level_names), name);
  return found == std::end(level_names) ? Level::info : static_cast<Level>(found - std::begin(level_names));
}

bool enabled(Level level) {
  return output().logger->should_log(to_spdlog(level));
}

std::string line(Format format, std::string_view time, Level level, std::string_view event, Fields fields) {
  const std::string_view level_name = level_names[static_cast<std::size_t>(level)];
  std::string text;
  if (format == Format::json) {
    json::Writer out(text);
    out.open('{').key("time").string(time).key("level").string(level_name).key("event").string(event);
    for (const Field& field : fields) {
      out.key(field.name);
      field.quoted ? out.string(field.value) : out.raw(field.value);
    }
    out.close('}');
    return text;
  }
  text.append("time=").append(time).append(" level=").append(level_name).append(" event=").append(event);
  for (const Field& field : fields) {
    text.append(" ").append(field.name).append("=");
    if (plain(field.value))
      text.append(field.value);
    else
      json::write_string(text, field.value);
  }
  return text;
}

void error(std::string_view event, Fields fields) {
  write(Level::error, event, fields);
}
void warn(std::string_view event, Fields fields) {
  write(Level::warn, event, fields);
}
void info(std::string_view event, Fields fields) {
  write(Level::info, event, fields);
}
void debug(std::string_view event, Fields fields) {
  write(Level::debug, event, fields);
}

}  // namespace trunkline::logs
