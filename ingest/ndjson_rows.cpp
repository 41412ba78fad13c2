#include <fstream>

#include "core/json.hpp"
#include "ingest/rows.hpp"

namespace trunkline {
namespace rows {
namespace {

// A column is a member of the line's object; dots go deeper: "visitor.name". Numbers and truths become their
// text.
class NdjsonRows final : public RowSource {
 public:
  NdjsonRows(const std::string& path, const std::vector<std::string>& columns)
      : file_(path, std::ios::binary), columns_(columns) {}
  bool opened() const { return static_cast<bool>(file_); }

  Result<std::optional<Row>> next() override {
    std::string line;
    do {
      if (!std::getline(file_, line)) return std::optional<Row>{};
      bytes_read_ += line.size() + 1;
    } while (line.find_first_not_of(" \t\r") == line.npos);
    ++row_number_;
    const auto parsed = parser_.parse(line);
    if (!parsed) return rejected("row", parsed.error().message);
    const auto object = parsed->as_object();
    if (!object) return rejected("row", "is not a JSON object");
    Row row{row_number_, {}};
    for (const std::string& column : columns_) row.values.push_back(value_at(*object, column));
    return std::optional{std::move(row)};
  }
  std::uint64_t row_number() const override { return row_number_; }
  std::uint64_t bytes_read() const override { return bytes_read_; }

 private:
  static std::optional<std::string> value_at(json::Object object, std::string_view path) {
    for (auto dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
      const auto inner = object.object(path.substr(0, dot));
      if (!inner) return std::nullopt;
      object = *inner;
      path.remove_prefix(dot + 1);
    }
    const auto value = object.find(path);
    if (!value || value->is_null()) return std::nullopt;
    if (const auto text = value->as_string()) return std::string{*text};
    std::string text;
    json::write(text, *value);
    return text;
  }

  std::ifstream file_;
  const std::vector<std::string> columns_;
  json::Parser parser_;
  std::uint64_t row_number_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace

Result<std::unique_ptr<RowSource>> open_ndjson(const std::string& path,
                                               const std::vector<std::string>& columns) {
  auto rows = std::make_unique<NdjsonRows>(path, columns);
  if (!rows->opened()) return rejected("file", path + ": cannot be opened");
  return std::unique_ptr<RowSource>{std::move(rows)};
}

}  // namespace rows

Result<std::unique_ptr<RowSource>> open_rows(const std::string& path,
                                             const std::vector<std::string>& columns) {
  if (path.ends_with(".csv")) return rows::open_csv(path, columns);
  if (path.ends_with(".ndjson") || path.ends_with(".jsonl")) return rows::open_ndjson(path, columns);
  return rejected("file", path + ": a file's name ends in .csv, .ndjson or .jsonl");
}

}  // namespace trunkline
