#include "core/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <variant>

namespace trunkline {
namespace {

struct TextSetting {
  std::string Settings::*member;
  std::string_view allowed;  // "a|b"; empty: anything
};
struct NumberSetting {
  std::int64_t Settings::*member;
  std::int64_t least, most;
};
struct Setting {
  std::string_view name;
  std::variant<TextSetting, NumberSetting> kind;
};

const Setting settings_known[] = {
    {"data_dir", TextSetting{&Settings::data_dir, ""}},
    {"host", TextSetting{&Settings::host, ""}},
    {"port", NumberSetting{&Settings::port, 0, 65'535}},
    {"postgres", TextSetting{&Settings::postgres, ""}},
    {"roles", TextSetting{&Settings::roles, ""}},
    {"read_models", TextSetting{&Settings::read_models, ""}},
    {"partitions", NumberSetting{&Settings::partitions, 1, 1'024}},
    {"journal_compression", TextSetting{&Settings::journal_compression, "lz4|zstd|none"}},
    {"kafka_servers", TextSetting{&Settings::kafka_servers, ""}},
    {"kafka_topic", TextSetting{&Settings::kafka_topic, ""}},
    {"kafka_properties", TextSetting{&Settings::kafka_properties, ""}},
    {"connections_max", NumberSetting{&Settings::connections_max, 1, 10'000}},
    {"idle_timeout_ms", NumberSetting{&Settings::idle_timeout_ms, 100, 3'600'000}},
    {"body_timeout_ms", NumberSetting{&Settings::body_timeout_ms, 100, 3'600'000}},
    {"batch_bytes_max", NumberSetting{&Settings::batch_bytes_max, 1'048'576, 1'073'741'824}},
    {"chunk_events_max", NumberSetting{&Settings::chunk_events_max, 1, 100'000}},
    {"keys_cached_max", NumberSetting{&Settings::keys_cached_max, 0, 100'000'000}},
    {"postgres_sessions_max", NumberSetting{&Settings::postgres_sessions_max, 1, 1'000}},
    {"projection_threads", NumberSetting{&Settings::projection_threads, 1, 256}},
    {"projection_batch_events_max", NumberSetting{&Settings::projection_batch_events_max, 1, 1'000'000}},
    {"rows_cached_max", NumberSetting{&Settings::rows_cached_max, 0, 1'000'000'000}},
    {"log_level", TextSetting{&Settings::log_level, "error|warn|info|debug"}},
    {"log_format", TextSetting{&Settings::log_format, "logfmt|json"}},
};

bool among(std::string_view value, std::string_view allowed) {
  while (!allowed.empty()) {
    const auto each = allowed.substr(0, allowed.find('|'));
    if (each == value) return true;
    allowed.remove_prefix(std::min(each.size() + 1, allowed.size()));
  }
  return false;
}

Error bad_setting(const std::string& where, std::string_view name, const std::string& why) {
  return must_stop("config", where + ": " + std::string{name} + " " + why);
}

Status take(Settings& settings, const Setting& setting, const TextSetting& kind, std::string value,
            const std::string& where) {
  if (!kind.allowed.empty() && !among(value, kind.allowed))
    return bad_setting(where, setting.name, "is one of " + std::string{kind.allowed});
  settings.*kind.member = std::move(value);
  return done();
}

Status take(Settings& settings, const Setting& setting, const NumberSetting& kind, std::int64_t value,
            const std::string& where) {
  if (value < kind.least || value > kind.most)
    return bad_setting(
        where, setting.name,
        "is a whole number from " + std::to_string(kind.least) + " to " + std::to_string(kind.most));
  settings.*kind.member = value;
  return done();
}

Status take_node(Settings& settings, const Setting& setting, const toml::node& node,
                 const std::string& where) {
  if (const auto* text = std::get_if<TextSetting>(&setting.kind)) {
    const auto value = node.value_exact<std::string>();
    return value ? take(settings, setting, *text, *value, where)
                 : bad_setting(where, setting.name, "is a text");
  }
  const auto value = node.value_exact<std::int64_t>();
  return value ? take(settings, setting, std::get<NumberSetting>(setting.kind), *value, where)
               : bad_setting(where, setting.name, "is a whole number");
}

Status take_text(Settings& settings, const Setting& setting, const std::string& value,
                 const std::string& where) {
  if (const auto* text = std::get_if<TextSetting>(&setting.kind))
    return take(settings, setting, *text, value, where);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || value.empty())
    return bad_setting(where, setting.name, "is a whole number");
  return take(settings, setting, std::get<NumberSetting>(setting.kind), number, where);
}

Status take_file(Settings& settings, const toml::table& table, const std::string& name) {
  for (const auto& [key, node] : table) {
    const std::string where = name + ":" + std::to_string(key.source().begin.line);
    const auto* setting = std::find_if(std::begin(settings_known), std::end(settings_known),
                                       [&](const Setting& each) { return each.name == key.str(); });
    if (setting == std::end(settings_known))
      return bad_setting(where, key.str(), "is not a setting (core/config.hpp lists them)");
    if (const auto taken = take_node(settings, *setting, node, where); !taken) return taken;
  }
  return done();
}

std::string variable_of(std::string_view name) {
  std::string variable = "TRUNKLINE_";
  for (const char c : name) variable.push_back(static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
  return variable;
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
}

Result<Settings> parse_settings(std::string_view toml_text, const std::string& name,
                                const Environment& environment) {
  Settings settings;
  try {
    if (const auto taken = take_file(settings, toml::parse(toml_text), name); !taken) return taken.error();
  } catch (const toml::parse_error& error) {
    return must_stop("config", name + ":" + std::to_string(error.source().begin.line) + ": " +
                                   std::string{error.description()});
  }
  for (const Setting& setting : settings_known) {
    const std::string variable = variable_of(setting.name);
    const auto value = environment(variable);
    if (!value) continue;
    if (const auto taken = take_text(settings, setting, *value, variable); !taken) return taken.error();
  }
  return settings;
}

Result<Settings> read_settings(const std::string& path, const Environment& environment) {
  if (path.empty()) return parse_settings("", "", environment);
  std::ifstream file(path, std::ios::binary);
  if (!file) return must_stop("config", path + ": cannot be read");
  std::stringstream text;
  text << file.rdbuf();
  return parse_settings(text.str(), path, environment);
}

}  // namespace trunkline
