#include "ingest/intake.hpp"

#include <algorithm>

#include "core/json.hpp"

namespace trunkline {

Intake::~Intake() {
  if (appending_) appending_->positions.wait();
  acceptance_.forget();
}

Status Intake::take(std::uint64_t number, std::string_view padded) {
  const auto verdict = acceptance_.judge(sender_, number, padded, refusals_);
  if (!verdict) return verdict.error();
  bytes_ += padded.size();
  const bool full = acceptance_.waiting() >= limits_.events_max || refusals_.size() >= limits_.events_max ||
                    bytes_ >= limits_.bytes_max;
  return full ? flush(More::expected) : done();
}

void Intake::refuse(std::uint64_t number, Reason reason) {
  refusals_.push_back({number, {std::move(reason)}});
}

Status Intake::flush(More more) {
  auto sealed = acceptance_.seal(refusals_);
  if (!sealed) return sealed.error();
  bytes_ = 0;
  if (const auto settled = settle(); !settled) return settled;
  Appending next{{}, std::move(sealed->numbers), std::exchange(refusals_, {})};
  // Alone on its way: a thread of its own would only cost time.
  const auto launch = more == More::expected ? std::launch::async : std::launch::deferred;
  next.positions = std::async(launch, [this, drafts = std::move(sealed->drafts)]() mutable {
    return drafts.empty() ? Result{std::vector<Position>{}} : log_.append(std::move(drafts));
  });
  appending_ = std::move(next);
  return done();
}

Status Intake::settle() {
  if (!appending_) return done();
  Appending settled = std::move(*appending_);
  appending_.reset();
  const auto positions = settled.positions.get();
  if (!positions) return positions.error();
  for (const Position& position : *positions) report_.positions[position.partition] = position.next + 1;
  tell(std::move(settled.numbers), std::move(settled.refusals));
  return done();
}

void Intake::tell(std::vector<std::uint64_t> numbers, std::vector<Refusal> refusals) {
  report_.accepted += numbers.size();
  report_.refused += refusals.size();
  for (const std::uint64_t number : numbers) {
    if (number >= report_.told_to) break;
    if (!report_.ranges.empty() && report_.ranges.back().second + 1 == number) {
      report_.ranges.back().second = number;
    } else if (report_.ranges.size() < ranges_told_max) {
      report_.ranges.emplace_back(number, number);
    } else {
      report_.told_to = number;
    }
  }
  std::sort(refusals.begin(), refusals.end(),
            [](const Refusal& a, const Refusal& b) { return a.number < b.number; });
  for (Refusal& refusal : refusals)
    if (report_.refusals.size() < refusals_told_max) report_.refusals.push_back(std::move(refusal));
}

Status Intake::finish() {
  if (const auto flushed = flush(More::none); !flushed) return flushed;
  return settle();
}

void Intake::abandon() {
  acceptance_.forget();
  tell({}, std::exchange(refusals_, {}));
}

std::string refusals_json(const std::vector<Refusal>& refusals, std::string_view numbered) {
  std::string text;
  json::Writer out(text);
  out.open('[');
  for (const Refusal& refusal : refusals) {
    for (const Reason& reason : refusal.reasons) {
      out.open('{');
      if (!numbered.empty()) out.key(numbered).number(refusal.number);
      out.key("code").string(reason.code).key("message").string(reason.message);
      if (!reason.pointer.empty()) out.key("pointer").string(reason.pointer);
      if (!reason.schema.empty()) out.key("schema").string(reason.schema);
      out.close('}');
    }
  }
  out.close(']');
  return text;
}

std::string position_of(const IntakeReport& report, const JournalId& journal) {
  if (report.positions.size() != 1) return {};
  const auto& [partition, next] = *report.positions.begin();
  return position_text(journal, {partition, next});
}

std::string report_members(const IntakeReport& report, const JournalId& journal, std::string_view numbered) {
  std::string text;
  json::Writer out(text);
  if (const auto position = position_of(report, journal); !position.empty())
    out.key("position").string(position);
  if (report.positions.size() > 1) {
    out.key("positions").open('[');
    for (const auto& [partition, next] : report.positions)
      out.string(position_text(journal, {partition, next}));
    out.close(']');
  }
  out.key("accepted").number(report.accepted).key("refused").number(report.refused);
  out.key(numbered == "line" ? "accepted_lines" : "accepted_indexes").open('[');
  for (const auto& [first, last] : report.ranges) out.open('[').number(first).number(last).close(']');
  out.close(']').key("refusals").raw(refusals_json(report.refusals, numbered));
  std::string note;
  if (report.refused > report.refusals.size())
    note = "only the first " + std::to_string(report.refusals.size()) + " refused are listed. ";
  if (report.told_to != UINT64_MAX)
    note += "The ranges are listed up to number " + std::to_string(report.told_to) + ", not included.";
  if (!note.empty()) out.key("note").string(note);
  return text;
}

}  // namespace trunkline
