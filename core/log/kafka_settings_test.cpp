#include "core/log/kafka_settings.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/temporary_directory.hpp"

using namespace trunkline;

namespace {

Result<std::map<std::string, std::string>> properties_in(const std::string& text) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/kafka.properties";
  std::ofstream(path) << text;
  return read_kafka_properties(path);
}

}  // namespace

TEST_CASE("librdkafka's properties are read from name=value lines") {
  const auto read = properties_in("# TLS\nsecurity.protocol=SASL_SSL\r\n\n  sasl.password = a=b #c \n");
  REQUIRE(read.ok());
  CHECK(*read ==
        std::map<std::string, std::string>{{"security.protocol", "SASL_SSL"}, {"sasl.password", "a=b #c"}});
}

TEST_CASE("a line that is no property is refused by its number, and nothing that stands there is told") {
  for (const std::string text : {"a=1\nsecret\n", "a=1\n=secret\n", "a=1\na=secret\n"}) {
    const auto read = properties_in(text);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().message.find("kafka.properties:2:") != std::string::npos);
    CHECK(read.error().message.find("secret") == std::string::npos);
  }
  CHECK_FALSE(read_kafka_properties("/nowhere/kafka.properties").ok());
}
