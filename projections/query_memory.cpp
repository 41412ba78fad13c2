// Answers that were given a moment ago and are still exact (query.hpp).
#include "projections/answer.hpp"

namespace trunkline {
namespace {

constexpr std::size_t kept_bytes_max = 64 * 1024;

// nullopt: other processes fold it, so nobody here knows when an answer is out of date.
std::optional<AnswerStamp> stamp_of(const QueryContext& context, const TenantId& tenant) {
  const Partition partition = partition_of(tenant, context.log.partitions());
  AnswerStamp stamp{
      {}, context.keys.erasures(), std::chrono::floor<std::chrono::seconds>(context.clock.now())};
  for (const Projection& projection : projections()) {
    const auto committed = context.progress.committed(projection.name, partition);
    if (!committed) return std::nullopt;
    stamp.committed.push_back(committed->next);
  }
  return stamp;
}

bool asks_for_a_position(const http::Query& query) {
  return query.has("min_position") || query.has("as_of");
}

std::string key_of(const http::Request& request, const TenantId& tenant) {
  std::string key{request.route};
  const auto add = [&key](std::string_view text) { key.append(1, '\0').append(text); };
  add(tenant.value());
  add(wants_csv(request) ? "csv" : "json");
  for (const auto& [name, value] : request.path_parameters) add(value);
  for (const auto& [name, value] : request.query.all()) {
    add(name);
    add(value);
  }
  return key;
}

}  // namespace

http::Handler answering(const QueryContext& context, Answer answer) {
  return [&context, answer = std::move(answer)](http::Request& request) {
    const auto tenant = request.tenant();
    // Before the rows are read: what is committed meanwhile makes the answer newer than its stamp.
    const auto stamp = context.memory == nullptr || !tenant || asks_for_a_position(request.query)
                           ? std::nullopt
                           : stamp_of(context, *tenant);
    if (!stamp) return respond(answer(context, request));
    auto turn = context.memory->answers.take_turn(key_of(request, *tenant), *stamp);
    if (turn.answer()) return turn.answer()->response;
    http::Response response = respond(answer(context, request));
    if (response.status == 200 && !response.pieces && response.body.size() <= kept_bytes_max)
      turn.tell(std::make_shared<const KeptAnswer>(KeptAnswer{*stamp, response}));
    return response;
  };
}

}  // namespace trunkline
