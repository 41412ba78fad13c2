#include "ops/bench/open_loop.hpp"

#include <algorithm>
#include <cmath>

#include "core/clock.hpp"
#include "core/http_client.hpp"
#include "ops/bench/race.hpp"

namespace trunkline::bench {
namespace {

constexpr std::size_t askers = 16;
constexpr auto look_again = std::chrono::milliseconds{2};
constexpr int looks_most = 20;  // then later and later: what is looked for is to be slow, not the looking

std::string phone(std::uint64_t number) {
  return "+1415" + std::to_string(2'000'000 + number % 8'000'000);
}

std::string event(std::uint64_t number, const std::string& tenant, const std::string& contact) {
  const std::string n = std::to_string(number);
  const bool call = number % 5 < 2;
  const std::string kind = call ? "call.ended" : number % 5 == 2 ? "message.sent" : "message.received";
  const std::string rest =
      call
          ? R"("direction":"outbound","agent_id":"agent-7","duration_ms":61500,"disposition":"reached","outcome":"positive")"
          : R"("channel":"sms","conversation_id":"conversation-)" + contact.substr(1) +
                R"(","content":"Is Friday at ten still possible? Else any time next week.")";
  return R"({"specversion":"1.0","id":"event-)" + n + R"(","source":"/bench","type":")" + kind +
         R"(","subject":"fact-)" + n + R"(","time":")" + format_time(SystemClock{}.now()) +
         R"(","tenantid":")" + tenant + R"(","data":{"contact":{"phone":")" + contact + R"("},)" + rest +
         "}}";
}

}  // namespace

Batch make_batch(const Beat& beat, std::uint64_t number) {
  Batch batch;
  batch.tenant = "tenant-" + std::to_string(number % beat.tenants);
  for (std::uint64_t i = 0; i < beat.events_a_batch; ++i) {
    const std::uint64_t event_number = number * beat.events_a_batch + i;
    const std::uint64_t person = event_number * 7919 % beat.known_contacts;
    batch.events.push_back(event(event_number, batch.tenant, phone(person)));
  }
  const auto every = static_cast<std::uint64_t>(std::llround(
      beat.events_per_second / static_cast<double>(beat.events_a_batch) / beat.probes_per_second));
  if (number % std::max<std::uint64_t>(1, every) != 0) return batch;
  batch.new_phone = phone(beat.known_contacts + number);
  batch.events.back() = event((number + 1) * beat.events_a_batch - 1, batch.tenant, batch.new_phone);
  return batch;
}

double Milliseconds::share(double part) const {
  if (all.empty()) give_up("nothing was measured");
  std::vector<double> sorted = all;
  std::ranges::sort(sorted);
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

MakeSend over_http(const std::string& url, const std::string& key) {
  return [=]() -> Send {
    const auto client =
        std::make_shared<http::Client>(must(http::Client::connect(url, key)));  // copied with it
    return [client](const Batch& batch) {
      std::string body = "[";
      for (const std::string& event : batch.events) body += (body.size() == 1 ? "" : ",") + event;
      const auto answer = must(client->post("/v1/events", "application/cloudevents-batch+json", body + "]"));
      if (answer.status != 200) give_up("a good batch is refused: " + answer.body);
      return answer.position;
    };
  };
}

OpenLoop::OpenLoop(Beat beat, std::string url, std::string key)
    : beat_(beat), url_(std::move(url)), key_(std::move(key)) {}

Steady::time_point OpenLoop::due(std::uint64_t number) const {
  const double seconds = static_cast<double>(number * beat_.events_a_batch) / beat_.events_per_second;
  return started_ + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));
}

OpenLoop::Outcome OpenLoop::run(std::size_t senders, const MakeSend& make_send,
                                const std::function<void()>& begun) {
  started_ = Steady::now();
  std::vector<std::jthread> asking, sending;
  for (std::size_t i = 0; i < askers; ++i) asking.emplace_back([this] { look_for_each(); });
  for (std::size_t i = 0; i < senders; ++i)
    sending.emplace_back([this, &make_send] { send_all(make_send()); });
  std::this_thread::sleep_until(started_ + std::chrono::duration_cast<Steady::duration>(
                                               std::chrono::duration<double>(beat_.warm_seconds)));
  begun();
  sending.clear();
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  asking.clear();
  outcome_.events_per_second = static_cast<double>(batches_measured_ * beat_.events_a_batch) / beat_.seconds;
  return std::move(outcome_);
}

void OpenLoop::send_all(const Send& send) {
  const auto batches =
      static_cast<std::uint64_t>((beat_.warm_seconds + beat_.seconds) * beat_.events_per_second /
                                 static_cast<double>(beat_.events_a_batch));
  const Steady::time_point end = due(batches);
  for (std::uint64_t number = next_++; number < batches; number = next_++) {
    const Steady::time_point when = due(number);
    std::this_thread::sleep_until(when);
    const Batch batch = make_batch(beat_, beat_.first_batch + number);
    const std::string position = send(batch);
    const Steady::time_point answered = Steady::now();
    const std::lock_guard lock(mutex_);
    if (when - started_ >= std::chrono::duration<double>(beat_.warm_seconds)) {
      outcome_.acknowledged.all.push_back(std::chrono::duration<double, std::milli>(answered - when).count());
      if (answered <= end) ++batches_measured_;
    }
    if (batch.new_phone.empty()) continue;
    probes_.push_back({when, batch.tenant, batch.new_phone, position});
    changed_.notify_one();
  }
}

void OpenLoop::look_for_each() {
  auto client = must(http::Client::connect(url_, key_));
  const auto get = [&client](const std::string& target) {
    const auto answer = must(client.get(target));
    if (answer.status != 200) give_up("a question is answered with " + answer.body);
    return answer.body;
  };
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return over_ || !probes_.empty(); });
    if (probes_.empty()) return;
    const Probe probe = std::move(probes_.front());
    probes_.pop_front();
    lock.unlock();
    while (!sees(get, probe))
      std::this_thread::sleep_for(
          std::max<Steady::duration>(look_again, (Steady::now() - probe.due) / looks_most));
    const auto took = std::chrono::duration<double, std::milli>(Steady::now() - probe.due).count();
    lock.lock();
    if (probe.due - started_ >= std::chrono::duration<double>(beat_.warm_seconds))
      outcome_.visible.all.push_back(took);
  }
}

bool OpenLoop::sees(const std::function<std::string(const std::string&)>& get, const Probe& probe) const {
  std::string target = beat_.question + "?tenant=" + probe.tenant + "&phone=%2B" + probe.phone.substr(1);
  if (!probe.position.empty()) target += "&wait_ms=30000&min_position=" + probe.position;
  const bool known = get(target).find(R"("known":true)") != std::string::npos;
  if (!known && !probe.position.empty())
    give_up("an answer that reflects a position does not show its event");
  return known;
}

}  // namespace trunkline::bench
