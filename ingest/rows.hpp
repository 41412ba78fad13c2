// A file as rows: CSV with a header (RFC 4180; UTF-8, a byte order mark is skipped), or NDJSON, an object a
// line. Read in pieces, so a file of any size needs little memory. One thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "ingest/mapping.hpp"

namespace trunkline {

class RowSource {
 public:
  virtual ~RowSource() = default;
  // The next row with the values of the columns asked for; nullopt at the end. Errors: reject "row" for one
  // row that cannot be read (the next call goes on behind it; row_number() names it), stop "file" when
  // nothing more can.
  virtual Result<std::optional<Row>> next() = 0;
  virtual std::uint64_t row_number() const = 0;  // of the row given last
  virtual std::uint64_t bytes_read() const = 0;
};

// By the name's end: .csv or .ndjson / .jsonl. Errors: reject "file": not to be opened, an unknown end, or a
// header that lacks a column.
Result<std::unique_ptr<RowSource>> open_rows(const std::string& path,
                                             const std::vector<std::string>& columns);

namespace rows {
Result<std::unique_ptr<RowSource>> open_csv(const std::string& path, const std::vector<std::string>& columns);
Result<std::unique_ptr<RowSource>> open_ndjson(const std::string& path,
                                               const std::vector<std::string>& columns);
}  // namespace rows

}  // namespace trunkline
