#include "ingest/bridge.hpp"

#include <condition_variable>

#include "core/logs.hpp"

namespace trunkline {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr int take_wait_ms = 250;          // how late a stop may be noticed
constexpr Milliseconds commit_every{100};  // so much comes again after a crash
constexpr Milliseconds backoff_first{50};
constexpr Milliseconds backoff_most{5'000};
constexpr std::chrono::hours expiry_every{1};

const Sender operator_of_the_topics{TenantId{}, Sender::Kind::platform, true};

}  // namespace

Status Bridge::judge() {
  acceptance_.forget();
  refusals_.clear();
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    auto document = document_of(batch_[i]);
    if (!document) {
      const Error& error = document.error();
      refusals_.push_back({i, {{error.code, error.message, error.pointer, ""}}});
      continue;
    }
    const std::size_t size = document->size();
    document->append(json::padding, ' ');
    const auto judged =
        acceptance_.judge(operator_of_the_topics, i, std::string_view{*document}.substr(0, size), refusals_);
    if (!judged) return judged.error();
  }
  return done();
}

Status Bridge::append() {
  auto sealed = acceptance_.seal(refusals_);
  if (!sealed) return sealed.error();
  if (!sealed->drafts.empty())
    if (const auto appended = log_.append(std::move(sealed->drafts)); !appended) return appended.error();
  std::vector<Letters::Refused> refused;
  for (const Refusal& refusal : refusals_) {
    const InboundMessage& message = batch_[refusal.number];
    refused.push_back({&message, &refusal.reasons});
    logs::warn("message_refused", {{"topic", message.topic},
                                   {"partition", message.partition},
                                   {"offset", message.offset},
                                   {"code", refusal.reasons.front().code}});
  }
  return refused.empty() ? done() : letters_.keep(refused);
}

Status Bridge::commit() {
  const Status committed = group_.commit();
  if (committed) committed_at_ = std::chrono::steady_clock::now();
  return committed;
}

Result<std::size_t> Bridge::step(int wait_ms) {
  if (batch_.empty()) {
    auto taken = group_.take(limits_.messages_max, limits_.bytes_max, wait_ms);
    if (!taken) return taken.error();
    batch_ = std::move(*taken);
  }
  const std::size_t count = batch_.size();
  if (count > 0) {
    if (const Status judged = judge(); !judged) return judged.error();
    if (const Status appended = append(); !appended) return appended.error();
    group_.note(batch_);
    batch_.clear();
  }
  if (count == 0 || std::chrono::steady_clock::now() >= committed_at_ + commit_every)
    if (const Status committed = commit(); !committed) return committed.error();
  return count;
}

Status Bridge::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  Milliseconds backoff = backoff_first;
  std::chrono::steady_clock::time_point expiry{};
  while (!stop.stop_requested()) {
    const auto now = std::chrono::steady_clock::now();
    Status status = done();
    if (now >= expiry) {
      status = letters_.expire();
      if (status) expiry = now + expiry_every;
    }
    if (status)
      if (const auto stepped = step(take_wait_ms); !stepped) status = stepped.error();
    if (status) {
      backoff = backoff_first;
      continue;
    }
    logs::warn("bridge_failed", {{"code", status.error().code}, {"reason", status.error().message}});
    if (status.error().fault == Fault::stop) return status;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, backoff, [] { return false; });
    backoff = std::min(2 * backoff, backoff_most);
  }
  return commit();
}

}  // namespace trunkline
