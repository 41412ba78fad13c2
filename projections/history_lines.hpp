// The history as lines: what GET /v1/events sends and `trunkline events` prints.
#pragma once
#include <string>

#include "core/history/reader.hpp"
#include "core/keys.hpp"

namespace trunkline {

enum class Shape { opened, stored };

// One thread. Log, index and keys outlive it.
class HistoryLines {
 public:
  HistoryLines(Log& log, const HistoryIndex* index, KeyStore& keys, HistoryQuestion question, Shape shape)
      : log_(log), keys_(keys), reader_(log, index, std::move(question)), shape_(shape) {}

  // Appends the next lines, as HistoryReader::next. True while there is more to look at. Errors: the
  // reader's, and those of opening (core/open.hpp).
  Result<bool> append_next(std::string& out, const HistoryReader::Room& room);
  std::size_t lines() const { return lines_; }  // appended so far
  Position position() const { return reader_.position(); }
  std::string position_text() const { return trunkline::position_text(log_.id(), position()); }
  void extend(Offset end) { reader_.extend(end); }

 private:
  Status append_opened(std::string& out, const RecordBatch& records);

  Log& log_;
  KeyStore& keys_;
  HistoryReader reader_;
  Shape shape_;
  std::size_t lines_ = 0;
};

// A contact as people write it: a token; with '@' an e-mail address; beginning with '+', a digit or '(' a
// telephone number; else, or behind "visitor:", a visitor. Errors: reject "query"; the store's.
Result<Token> token_of_contact(KeyStore& keys, const TenantId& tenant, std::string_view contact);

}  // namespace trunkline
