#include "projections/events_route.hpp"

#include <algorithm>

#include "projections/history_lines.hpp"
#include "projections/query.hpp"

namespace trunkline {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::int64_t limit_max = 1'000;
constexpr std::int64_t follow_ms_max = 3'600'000;
constexpr std::size_t page_bytes_max = 4 << 20;
constexpr std::size_t piece_bytes = 256 * 1024;
constexpr auto page_time = std::chrono::seconds{5};
constexpr auto heartbeat = std::chrono::seconds{15};
constexpr auto breath = std::chrono::milliseconds{500};  // between two looks at whether anybody still listens
constexpr std::string_view ndjson = "application/x-ndjson";

struct Asked {
  HistoryQuestion question;
  Shape shape = Shape::opened;
  std::int64_t limit = 0;  // 0: all
  std::chrono::milliseconds follow{};
};

Result<std::optional<Position>> position_of(const HistoryContext& context, const http::Query& query,
                                            std::string_view name, Partition partition) {
  const auto text = query.text(name, 64);
  if (!text) return text.error();
  if (!text->has_value()) return std::optional<Position>{};
  const auto position = parse_position(**text, context.log.id(), context.log.partitions());
  if (!position) return position.error();
  if (position->partition != partition)
    return rejected("position",
                    std::string{name} + " lies in a partition that does not hold this tenant's events");
  return std::optional{*position};
}

Status state_bounds(const HistoryContext& context, const http::Query& query, HistoryQuestion& question) {
  const Partition partition = partition_of(question.tenant, context.log.partitions());
  const Offset end = context.log.ends()[partition.value()].next;
  question.from = {partition, Offset{0}};
  question.end = end;
  const auto from = position_of(context, query, "from_position", partition);
  const auto to = position_of(context, query, "to_position", partition);
  if (!from) return from.error();
  if (!to) return to.error();
  if (from->has_value()) question.from.next = std::min(end, (*from)->next);
  if (to->has_value()) question.end = std::min(end, (*to)->next);
  const auto since = query.time("from");
  const auto until = query.time("to");
  if (!since) return since.error();
  if (!until) return until.error();
  if (since->has_value()) {
    const auto first = context.log.position_at(partition, **since);
    if (!first) return first.error();
    question.from.next = std::max(question.from.next, first->next);
  }
  if (until->has_value()) {
    const auto behind = context.log.position_at(partition, **until);
    if (!behind) return behind.error();
    question.end = std::min(question.end, behind->next);
  }
  return done();
}

Status state_filters(const HistoryContext& context, const http::Query& query, HistoryQuestion& question) {
  question.types = query.texts("type");
  const auto subject = query.text("subject");
  if (!subject) return subject.error();
  question.subject = *subject;
  const auto contact = query.text("contact", 254);
  if (!contact) return contact.error();
  if (contact->has_value()) {
    const auto token = token_of_contact(context.keys, question.tenant, **contact);
    if (!token) return token.error();
    question.contact = *token;
  }
  const auto from = query.time("happened_from");
  const auto to = query.time("happened_to");
  if (!from) return from.error();
  if (!to) return to.error();
  question.happened_from = *from;
  question.happened_to = *to;
  if ((question.subject || question.contact) && !context.index.ready())
    return try_again("index_building", "the index of subjects and contacts is still being built");
  return done();
}

Result<Asked> asked(const HistoryContext& context, const http::Request& request) {
  const http::Query& query = request.query;
  if (auto known =
          query.only({"tenant", "type", "subject", "contact", "from", "to", "happened_from", "happened_to",
                      "from_position", "to_position", "limit", "stored", "follow_ms"});
      !known)
    return known.error();
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  Asked all{{*tenant}};
  if (auto stated = state_bounds(context, query, all.question); !stated) return stated.error();
  if (auto stated = state_filters(context, query, all.question); !stated) return stated.error();
  const auto stored = query.boolean("stored", false);
  if (!stored) return stored.error();
  all.shape = *stored ? Shape::stored : Shape::opened;
  const auto limit = query.integer("limit", 1, limit_max, 0);
  if (!limit) return limit.error();
  all.limit = *limit;
  const auto follow = query.integer("follow_ms", 0, follow_ms_max, 0);
  if (!follow) return follow.error();
  all.follow = std::chrono::milliseconds{*follow};
  if (*follow > 0 && (query.has("to") || query.has("to_position")))
    return rejected("query", "follow_ms: what has an end cannot be followed (to, to_position)");
  return all;
}

http::Response head(const HistoryContext& context, Partition partition) {
  http::Response response;
  response.content_type = ndjson;
  response.position(position_text(context.log.id(), context.log.ends()[partition.value()]));
  return response;
}

Result<http::Response> page(const HistoryContext& context, const Asked& asked) {
  HistoryLines lines(context.log, &context.index, context.keys, asked.question, asked.shape);
  http::Response response = head(context, asked.question.from.partition);
  const auto limit = static_cast<std::size_t>(asked.limit);
  const auto deadline = Steady::now() + page_time;
  bool more = true;
  while (more && lines.lines() < limit && response.body.size() < page_bytes_max && Steady::now() < deadline) {
    const auto next = lines.append_next(response.body, {piece_bytes, limit - lines.lines()});
    if (!next) return next.error();
    more = *next;
  }
  response.header("Trunkline-Next", lines.position_text());
  response.header("Trunkline-More", more ? "true" : "false");
  return response;
}

// Everything that is asked for, piece by piece; then, when following, whatever comes.
class Sending {
 public:
  Sending(const HistoryContext& context, const Asked& asked)
      : context_(context),
        lines_(context.log, &context.index, context.keys, asked.question, asked.shape),
        left_(asked.limit == 0 ? SIZE_MAX : static_cast<std::size_t>(asked.limit)),
        following_(asked.follow.count() > 0),
        until_(Steady::now() + asked.follow) {}

  Result<http::More> next(std::string& piece) {
    const std::size_t before = lines_.lines();
    const auto more = lines_.append_next(piece, {piece_bytes, left_});
    if (!more) return more.error();
    left_ -= std::min(left_, lines_.lines() - before);
    if (left_ == 0 || (!*more && !following_)) return http::More::no;
    if (!*more && piece.empty() && !wait()) {
      beat(piece);
      return http::More::no;
    }
    if (!piece.empty()) sent_ = Steady::now();
    if (Steady::now() - sent_ >= heartbeat) beat(piece);
    return http::More::yes;
  }

 private:
  // Until there is more, or for a breath. False when the time of following is over.
  bool wait() {
    const auto now = Steady::now();
    if (now >= until_) return false;
    const Position at = lines_.position();
    context_.log.wait({&at, 1}, std::min(until_, now + breath));
    lines_.extend(context_.log.ends()[at.partition.value()].next);
    return true;
  }

  void beat(std::string& piece) {
    json::Writer(piece)
        .open('{')
        .key("heartbeat")
        .string(format_time(context_.clock.now()))
        .key("position")
        .string(lines_.position_text())
        .close('}');
    piece.push_back('\n');
    sent_ = Steady::now();
  }

  const HistoryContext& context_;
  HistoryLines lines_;
  std::size_t left_;
  bool following_;
  Steady::time_point until_;
  Steady::time_point sent_ = Steady::now();
};

Result<http::Response> answer(const HistoryContext& context, const http::Request& request) {
  const auto all = asked(context, request);
  if (!all) return all.error();
  if (all->limit > 0 && all->follow.count() == 0) return page(context, *all);
  http::Response response = head(context, all->question.from.partition);
  if (all->follow.count() == 0)
    response.header("Trunkline-Next",
                    position_text(context.log.id(), {all->question.from.partition, all->question.end}));
  // Shared: the server's library copies what it calls.
  response.pieces = [sending = std::make_shared<Sending>(context, *all)](std::string& piece) {
    return sending->next(piece);
  };
  return response;
}

}  // namespace

void add_events_route(http::Routes& routes, const HistoryContext& context) {
  routes.get("/v1/events", http::Scope::read,
             [&context](http::Request& request) { return respond(answer(context, request)); });
}

}  // namespace trunkline
