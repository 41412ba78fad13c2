#include "ingest/events_door.hpp"

#include <algorithm>

#include "ingest/binary_mode.hpp"
#include "ingest/lines.hpp"

namespace trunkline {
namespace {

bool same_type(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 0x20) == (y | 0x20) || x == y; });
}

bool utf8_charset(std::string_view content_type) {
  const auto at = content_type.find("charset=");
  if (at == content_type.npos) return true;
  std::string_view charset = content_type.substr(at + 8);
  if (charset.starts_with('"')) charset.remove_prefix(1);
  return same_type(charset.substr(0, 5), "utf-8") || same_type(charset.substr(0, 4), "utf8");
}

Result<Sender> sender_of(const http::Request& request) {
  if (const auto known = request.query.only({"tenant"}); !known) return known.error();
  Sender sender;
  sender.may_state_history = request.caller.may(http::Scope::command);
  if (request.caller.platform()) {
    sender.kind = Sender::Kind::platform;
    if (!request.query.has("tenant")) return sender;
  }
  auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  sender.tenant = std::move(*tenant);
  return sender;
}

Error as_error(const Refusal& refusal) {
  const Reason& reason = refusal.reasons.front();
  return rejected(reason.code, reason.message, reason.pointer);
}

}  // namespace

// An Acceptance for the time of one request.
class EventsDoor::Workbench {
 public:
  explicit Workbench(EventsDoor& door) : door_(door) {
    {
      const std::lock_guard lock(door_.mutex_);
      if (!door_.idle_.empty()) {
        acceptance_ = std::move(door_.idle_.back());
        door_.idle_.pop_back();
      }
    }
    if (!acceptance_) acceptance_ = std::make_unique<Acceptance>(door_.gate_);
  }
  ~Workbench() {
    const std::lock_guard lock(door_.mutex_);
    door_.idle_.push_back(std::move(acceptance_));
  }
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;
  Acceptance& operator*() { return *acceptance_; }

 private:
  EventsDoor& door_;
  std::unique_ptr<Acceptance> acceptance_;
};

EventsDoor::EventsDoor(const Gate& gate, Log& log, DoorLimits limits)
    : gate_(gate), log_(log), limits_(limits) {}
EventsDoor::~EventsDoor() = default;

http::Response EventsDoor::receive(http::Request& request) {
  const auto sender = sender_of(request);
  if (!sender) return http::problem(sender.error());
  const std::string_view type = request.content_type();
  if (!utf8_charset(request.header("Content-Type")))
    return http::problem(rejected("content_type", "JSON is UTF-8: no other charset is taken"));
  if (same_type(type, "application/x-ndjson") || same_type(type, "application/ndjson"))
    return stream(request, *sender);
  if (same_type(type, "application/cloudevents-batch+json")) return batch(request, *sender);
  if (same_type(type, "application/cloudevents+json")) return structured(request, *sender);
  if (is_binary_mode(request)) return binary(request, *sender);
  if (same_type(type, "application/json")) return structured(request, *sender);
  return http::problem(rejected("content_type",
                                "events come as application/cloudevents+json, "
                                "application/cloudevents-batch+json, application/x-ndjson, or as "
                                "application/json with or without ce- headers"));
}

http::Response EventsDoor::structured(http::Request& request, const Sender& sender) {
  auto body = request.body->all(limits_.event_bytes_max);
  return body ? take_one(sender, std::move(*body)) : http::problem(body.error());
}

http::Response EventsDoor::binary(http::Request& request, const Sender& sender) {
  auto data = request.body->all(limits_.event_bytes_max);
  if (!data) return http::problem(data.error());
  auto document = structured_from_binary(request, std::move(*data));
  return document ? take_one(sender, std::move(*document)) : http::problem(document.error());
}

http::Response EventsDoor::take_one(const Sender& sender, std::string document) {
  const std::size_t size = document.size();
  document.append(json::padding, ' ');
  Workbench workbench(*this);
  Intake intake(log_, *workbench, sender, limits_.chunk);
  if (const auto taken = intake.take(0, std::string_view{document}.substr(0, size)); !taken)
    return http::problem(taken.error());
  if (const auto finished = intake.finish(); !finished) return http::problem(finished.error());
  return answer_one(intake);
}

http::Response EventsDoor::answer_one(const Intake& intake) const {
  const IntakeReport& report = intake.report();
  if (!report.refusals.empty()) {
    const Refusal& refusal = report.refusals.front();
    return http::problem(as_error(refusal), refusals_json({refusal}, ""));
  }
  const std::string position = position_of(report, log_.id());
  auto response = http::json("{\"accepted\":1,\"position\":\"" + position + "\"}");
  response.position(position);
  return response;
}

http::Response EventsDoor::answer_many(const Intake& intake, std::string_view numbered) const {
  const IntakeReport& report = intake.report();
  if (report.accepted + report.refused == 0)
    return http::problem(rejected("empty", "there is no event in the body"));
  if (report.accepted == 0)
    return http::problem(
        rejected("refused", "every event was refused; the first " + std::to_string(report.refusals.size()) +
                                " of " + std::to_string(report.refused) + " are listed"),
        refusals_json(report.refusals, numbered));
  auto response = http::json("{" + report_members(report, log_.id(), numbered) + "}");
  if (auto position = position_of(report, log_.id()); !position.empty())
    response.position(std::move(position));
  return response;
}

http::Response EventsDoor::batch(http::Request& request, const Sender& sender) {
  auto body = request.body->all(limits_.batch_bytes_max);
  if (!body) return http::problem(body.error());
  const std::size_t size = body->size();
  body->append(json::padding, ' ');
  ArrayElements elements(std::string_view{*body}.substr(0, size));
  Workbench workbench(*this);
  Intake intake(log_, *workbench, sender, ChunkLimits{SIZE_MAX, SIZE_MAX});
  for (std::uint64_t index = 0;; ++index) {
    const auto element = elements.next();
    if (!element) return intake.abandon(), http::problem(element.error());
    if (!*element) break;
    if ((*element)->size() > limits_.event_bytes_max) {
      intake.refuse(index, {"too_large", "the event is too large", "", ""});
      continue;
    }
    if (const auto taken = intake.take(index, **element); !taken) return http::problem(taken.error());
    const Refusal* refusal = intake.newest_refusal();
    if (refusal != nullptr &&
        (refusal->reasons.front().code == "json" || refusal->reasons.front().code == "too_deep")) {
      const Error broken = as_error(*refusal);
      intake.abandon();
      return http::problem(
          {broken.fault, broken.code, "event " + std::to_string(index) + ": " + broken.message});
    }
  }
  if (const auto finished = intake.finish(); !finished) return http::problem(finished.error());
  return answer_many(intake, "index");
}

http::Response EventsDoor::stream(http::Request& request, const Sender& sender) {
  Workbench workbench(*this);
  Intake intake(log_, *workbench, sender, limits_.chunk);
  Lines lines(limits_.event_bytes_max, [&](std::uint64_t number, std::optional<std::string_view> line) {
    if (line) return intake.take(number, *line);
    intake.refuse(number, {"too_large", "the line is too long for an event", "", ""});
    return done();
  });
  Status cut = done();
  Status read = request.body->stream(SIZE_MAX, [&](std::string_view piece) {
    cut = lines.feed(piece);
    return cut.ok();
  });
  if (read && cut) cut = lines.finish();
  const Status finished = cut ? intake.finish() : done();
  const Status& worst = !cut ? cut : !finished ? finished : read;
  if (worst) return answer_many(intake, "line");
  // Broken off in the middle: what is on disk is told, the rest is to be sent again.
  return http::problem(worst.error(), refusals_json(intake.report().refusals, "line"),
                       report_members(intake.report(), log_.id(), "line"));
}

void add_routes(http::Routes& routes, EventsDoor& door) {
  routes.post("/v1/events", http::Scope::ingest,
              [&door](http::Request& request) { return door.receive(request); });
}

void add_routes(http::Routes& routes, const Catalogue& catalogue) {
  routes.get("/v1/schemas", http::Scope::open,
             [&catalogue](http::Request&) { return http::json(catalogue.listing_json()); });
  routes.get("/v1/schemas/{type}", http::Scope::open, [&catalogue](http::Request& request) {
    const std::string& type = request.path("type");
    if (type == "envelope") return http::json(catalogue.envelope_json());
    const EventType* found = catalogue.newest(type);
    if (found == nullptr) found = catalogue.by_dataschema(type);
    if (found == nullptr)
      return http::problem(rejected("not_found", "there is no such event type: GET /v1/schemas lists them"));
    auto response = http::json(found->schema_json);
    response.content_type = "application/schema+json";
    return response;
  });
  routes.get("/v1/schemas/{type}/example", http::Scope::open, [&catalogue](http::Request& request) {
    const EventType* found = catalogue.newest(request.path("type"));
    if (found == nullptr)
      return http::problem(rejected("not_found", "there is no such event type: GET /v1/schemas lists them"));
    auto response = http::json(found->example_json);
    response.content_type = "application/cloudevents+json";
    return response;
  });
}

}  // namespace trunkline
