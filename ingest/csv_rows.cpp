#include <csv.h>

#include <algorithm>
#include <array>
#include <deque>
#include <fstream>

#include "ingest/rows.hpp"

namespace trunkline::rows {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;

class CsvRows final : public RowSource {
 public:
  explicit CsvRows(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
  }
  ~CsvRows() override { csv_free(&parser_); }
  CsvRows(const CsvRows&) = delete;
  CsvRows& operator=(const CsvRows&) = delete;

  Status begin(const std::vector<std::string>& columns) {
    if (!file_) return rejected("file", path_ + ": cannot be opened");
    auto header = next_record();
    if (!header) return header.error();
    if (!*header) return rejected("file", path_ + ": is empty, it should begin with the columns' names");
    auto& names = **header;
    if (!names.empty() && names[0].starts_with("\xef\xbb\xbf")) names[0].erase(0, 3);
    width_ = names.size();
    for (const std::string& column : columns) {
      const auto found = std::find(names.begin(), names.end(), column);
      if (found == names.end()) return rejected("file", path_ + ": has no column \"" + column + "\"");
      places_.push_back(static_cast<std::size_t>(found - names.begin()));
    }
    return done();
  }

  Result<std::optional<Row>> next() override {
    auto record = next_record();
    if (!record) return record.error();
    if (!*record) return std::optional<Row>{};
    ++row_number_;
    if ((*record)->size() != width_)
      return rejected("row", "has " + std::to_string((*record)->size()) + " columns, the header " +
                                 std::to_string(width_));
    Row row{row_number_, {}};
    for (const std::size_t place : places_) row.values.emplace_back(std::move((**record)[place]));
    return std::optional{std::move(row)};
  }
  std::uint64_t row_number() const override { return row_number_; }
  std::uint64_t bytes_read() const override { return bytes_read_; }

 private:
  using Record = std::vector<std::string>;

  static void end_field(void* text, std::size_t size, void* self) {
    static_cast<CsvRows*>(self)->record_.emplace_back(text == nullptr ? "" : static_cast<const char*>(text),
                                                      size);
  }
  static void end_record(int, void* self) {
    auto& rows = *static_cast<CsvRows*>(self);
    rows.ready_.push_back(std::exchange(rows.record_, {}));
  }

  Result<std::optional<Record>> next_record() {
    while (ready_.empty() && !ended_)
      if (auto parsed = parse_piece(); !parsed) return parsed.error();
    if (ready_.empty()) return std::optional<Record>{};
    std::optional record{std::move(ready_.front())};
    ready_.pop_front();
    return record;
  }

  Status parse_piece() {
    file_.read(piece_.data(), static_cast<std::streamsize>(piece_.size()));
    const auto got = static_cast<std::size_t>(file_.gcount());
    bytes_read_ += got;
    const bool whole = csv_parse(&parser_, piece_.data(), got, end_field, end_record, this) == got;
    ended_ = got < piece_.size();
    const bool closed = !ended_ || csv_fini(&parser_, end_field, end_record, this) == 0;
    if (whole && closed) return done();
    ended_ = true;
    return must_stop("file", path_ + ": broken CSV after row " + std::to_string(row_number_ + ready_.size()) +
                                 ": a quote that is never closed, or stands inside a cell");
  }

  const std::string path_;
  std::ifstream file_;
  csv_parser parser_{};
  std::array<char, piece_bytes> piece_{};
  Record record_;
  std::deque<Record> ready_;
  std::vector<std::size_t> places_;
  std::size_t width_ = 0;
  std::uint64_t row_number_ = 0;
  std::uint64_t bytes_read_ = 0;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<RowSource>> open_csv(const std::string& path,
                                            const std::vector<std::string>& columns) {
  auto rows = std::make_unique<CsvRows>(path);
  if (const auto begun = rows->begin(columns); !begun) return begun.error();
  return std::unique_ptr<RowSource>{std::move(rows)};
}

}  // namespace trunkline::rows
