// Small documents for the logs' tests.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/log/log.hpp"
#include "core/log/recorded_times.hpp"

namespace trunkline {

inline Draft draft(std::string_view tenant, std::string_view id, std::size_t filling = 0) {
  std::string document = R"({"id":")" + std::string(id) + R"(","recordedtime":")";
  const std::size_t gap = document.size();
  document += std::string(formatted_time_size, ' ') + R"(","data":{"filling":")" + std::string(filling, 'x') +
              R"("}})";
  return {TenantId{std::string(tenant)}, std::move(document), gap};
}

inline std::vector<Draft> drafts(auto... one_by_one) {
  std::vector<Draft> all;
  (all.push_back(std::move(one_by_one)), ...);
  return all;
}

inline std::string id_in(std::string_view document) {
  json::Parser parser;
  return std::string(parser.parse(document)->as_object()->string("id").value_or("(none)"));
}

inline Time time_in(std::string_view document) {
  json::Parser parser;
  return *recorded_time(parser, document);
}

// Every document of a partition from a position on; reads in batches of some bytes_max.
inline std::vector<std::string> documents_from(Log& log, Position from, std::size_t bytes_max = 1 << 16) {
  std::vector<std::string> documents;
  for (;;) {
    const RecordBatch batch = *log.read(from, bytes_max);
    if (batch.empty()) return documents;
    for (std::size_t i = 0; i < batch.size(); ++i) documents.emplace_back(batch[i].document);
    from.next = from.next + batch.size();
  }
}

inline std::vector<std::string> ids_from(Log& log, Position from, std::size_t bytes_max = 1 << 16) {
  std::vector<std::string> ids;
  for (const std::string& document : documents_from(log, from, bytes_max)) ids.push_back(id_in(document));
  return ids;
}

}  // namespace trunkline
