#include "core/history/reader.hpp"

#include <algorithm>

namespace trunkline {
namespace {

constexpr std::size_t scan_bytes = 4 << 20;
constexpr std::size_t offsets_at_once = 256;
constexpr std::uint64_t read_over =
    16;  // records between two wanted ones: reading on is cheaper than seeking
constexpr std::size_t usual_document_bytes = 800;

bool type_matches(const std::vector<std::string>& types, std::string_view type) {
  if (types.empty()) return true;
  return std::any_of(types.begin(), types.end(), [type](std::string_view wanted) {
    if (!wanted.ends_with(".*")) return wanted == type;
    wanted.remove_suffix(1);
    return type.starts_with(wanted);
  });
}

}  // namespace

bool matches(const HistoryQuestion& question, const EventView& event) {
  if (event.tenant != question.tenant.value() || !type_matches(question.types, event.type)) return false;
  if (question.subject && event.subject != *question.subject) return false;
  if (question.happened_from && event.time < *question.happened_from) return false;
  if (question.happened_to && event.time >= *question.happened_to) return false;
  if (!question.contact) return true;
  const auto contacts = index_keys(event).contacts;
  return std::find(contacts.begin(), contacts.end(), question.contact->value()) != contacts.end();
}

Status read_records(Log& log, Partition partition, std::span<const Offset> offsets,
                    const std::function<Result<bool>(const Record&)>& visit) {
  for (std::size_t i = 0; i < offsets.size();) {
    std::size_t last = i;
    while (last + 1 < offsets.size() && offsets[last + 1].value() - offsets[last].value() <= read_over)
      ++last;
    const std::uint64_t span = offsets[last].value() - offsets[i].value();
    const auto records = log.read({partition, offsets[i]},
                                  span == 0 ? 1 : std::min(scan_bytes, (span + 1) * usual_document_bytes));
    if (!records) return records.error();
    if (records->empty()) return must_stop("journal_corrupt", "the journal lacks a record that it had");
    for (std::size_t r = 0; r < records->size() && i <= last; ++r) {
      if ((*records)[r].offset != offsets[i]) continue;
      const auto more = visit((*records)[r]);
      if (!more) return more.error();
      if (!*more) return done();
      ++i;
    }
  }
  return done();
}

HistoryReader::HistoryReader(Log& log, const HistoryIndex* index, HistoryQuestion question)
    : log_(log),
      index_(index),
      question_(std::move(question)),
      at_(question_.from.next),
      tenant_member_("\"tenantid\":\"" + question_.tenant.value() + "\"") {}

Offset HistoryReader::indexed() const {
  if (!by_index()) return Offset{0};
  return std::min(index_->indexed()[question_.from.partition.value()].next, question_.end);
}

Result<HistoryReader::Found> HistoryReader::next(const Room& room) {
  Found found;
  const Offset known = indexed();
  if (at_ < known)
    if (auto status = look_up(found, room, known); !status) return status.error();
  if (at_ >= known && at_ < question_.end && room.left(found.records))
    if (auto status = scan(found, room); !status) return status.error();
  found.looked_on = at_ < question_.end;
  return found;
}

bool HistoryReader::judge(std::string_view document) {
  if (document.find(tenant_member_) == std::string_view::npos) return false;
  const auto event = view_event(parser_, document);
  return event && matches(question_, *event);
}

Status HistoryReader::scan(Found& found, const Room& room) {
  const auto records = log_.read(position(), scan_bytes);
  if (!records) return records.error();
  for (std::size_t i = 0; i < records->size() && room.left(found.records); ++i) {
    const Record record = (*records)[i];
    if (record.offset >= question_.end) break;
    at_ = record.offset + 1;
    if (judge(record.document)) found.records.add(record.offset, record.document);
  }
  return done();
}

Status HistoryReader::look_up(Found& found, const Room& room, Offset indexed) {
  const bool subject = question_.subject.has_value();
  const auto offsets =
      index_->find(question_.tenant, subject ? HistoryIndex::Key::subject : HistoryIndex::Key::contact,
                   subject ? *question_.subject : question_.contact->value(), at_, offsets_at_once);
  if (!offsets) return offsets.error();
  const auto read = read_records(log_, question_.from.partition, *offsets, [&](const Record& record) {
    const bool wanted = record.offset < question_.end && room.left(found.records);
    at_ = std::max(at_, wanted ? record.offset + 1 : std::min(record.offset, question_.end));
    if (wanted && judge(record.document)) found.records.add(record.offset, record.document);
    return wanted;
  });
  if (!read) return read;
  if (offsets->size() < offsets_at_once && room.left(found.records)) at_ = std::max(at_, indexed);
  return done();
}

}  // namespace trunkline
