#include "core/log/kafka_settings.hpp"

#include <fstream>

namespace trunkline {
namespace {

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(" \t\r");
  const auto last = text.find_last_not_of(" \t\r");
  return from == std::string::npos ? "" : text.substr(from, last - from + 1);
}

}  // namespace

Result<std::map<std::string, std::string>> read_kafka_properties(const std::string& path) {
  std::ifstream file(path);
  if (!file) return must_stop("kafka_property", path + ": cannot be read (setting kafka_properties)");
  std::map<std::string, std::string> properties;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    const std::string name = trimmed(line.substr(0, equals));
    const std::string where = path + ":" + std::to_string(number);
    if (equals == std::string::npos || name.empty())
      return must_stop("kafka_property", where + ": a line reads name=value");
    if (!properties.emplace(name, trimmed(line.substr(equals + 1))).second)
      return must_stop("kafka_property", where + ": this property stands there twice");
  }
  return properties;
}

}  // namespace trunkline
