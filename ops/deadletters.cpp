#include "ops/deadletters.hpp"

#include <charconv>

#include "core/json.hpp"
#include "core/open.hpp"
#include "projections/checkpoint.hpp"
#include "projections/parked_trial.hpp"
#include "projections/projection.hpp"
#include "projections/versions.hpp"

namespace trunkline {
namespace {

constexpr std::int64_t listed_max = 1'000;

struct Wanted {
  std::optional<std::string> reason, type;
  std::size_t limit = listed_max;
  bool fits(std::string_view code, std::string_view its_type) const {
    return (!reason || *reason == code) && (!type || *type == its_type);
  }
};

struct ParkedPlace {
  const Projection* model;
  Position at;
};

// "letter-17" → 17, "parked-leads-3-170" → its place.
std::optional<std::uint64_t> number_behind(std::string_view& text) {
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(dash + 1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  text = text.substr(0, dash);
  return number;
}

std::optional<std::uint64_t> letter_number(std::string_view id) {
  const auto number = number_behind(id);
  return id == "letter" ? number : std::nullopt;
}

std::optional<ParkedPlace> parked_place(std::string_view id, const Log& log) {
  const auto offset = number_behind(id);
  const auto partition = offset ? number_behind(id) : std::nullopt;
  if (!partition || *partition >= log.partitions()) return std::nullopt;
  for (const Projection& model : projections())
    if (id == "parked-" + std::string{model.name})
      return ParkedPlace{&model, {Partition{static_cast<std::uint32_t>(*partition)}, Offset{*offset}}};
  return std::nullopt;
}

Error no_such() {
  return rejected("not_found", "there is no such dead letter: it is settled, or expired");
}

std::string code_in(std::string_view reasons_json) {
  json::Parser parser;
  const auto reasons = parser.parse(reasons_json);
  const auto array = reasons ? reasons->as_array() : json::Found<json::Array>{};
  if (!array) return {};
  for (const json::Value reason : *array) return std::string{reason.as_object()->string("code").value_or("")};
  return {};
}

// The runner writes "code: message at pointer".
std::string code_of(const Parked& event) {
  return event.reason.substr(0, event.reason.find(':'));
}

void write_reason(json::Writer& out, std::string_view code, std::string_view message) {
  out.key("reasons").open('[').open('{').key("code").string(code).key("message").string(message);
  out.close('}').close(']');
}

void write_letter(json::Writer& out, const Letter& letter) {
  out.key("id").string("letter-" + std::to_string(letter.number)).key("kind").string("refused");
  out.key("tenant").string(letter.tenant).key("type").string(letter.type);
  out.key("topic").string(letter.topic).key("partition").number(letter.partition);
  out.key("offset").number(letter.offset).key("kept_at").string(format_time(letter.kept_at));
  out.key("reasons").raw(letter.reasons.empty() ? "[]" : letter.reasons);
}

class DeadLetterDesk {
 public:
  explicit DeadLetterDesk(const DeadLetterSources& sources) : sources_(sources) {}

  Result<http::Response> list(const http::Request& request) {
    if (const auto known = request.query.only({"reason", "type", "limit"}); !known) return known.error();
    const auto reason = request.query.text("reason"), type = request.query.text("type");
    const auto limit = request.query.integer("limit", 1, listed_max, 100);
    if (!reason) return reason.error();
    if (!type) return type.error();
    if (!limit) return limit.error();
    const Wanted wanted{*reason, *type, static_cast<std::size_t>(*limit)};
    std::string body;
    json::Writer out(body);
    out.open('{').key("deadletters").open('[');
    std::size_t listed = 0;
    if (const Status parked = list_parked(out, wanted, listed); !parked) return parked.error();
    if (const Status refused = list_refused(out, wanted, listed); !refused) return refused.error();
    out.close(']').close('}');
    return http::json(std::move(body));
  }

  Result<http::Response> show(const std::string& id) {
    std::string body;
    json::Writer out(body);
    out.open('{');
    const Status shown = letter_number(id) ? show_letter(out, *letter_number(id)) : show_parked(out, id);
    if (!shown) return shown.error();
    out.close('}');
    return http::json(std::move(body));
  }

  Result<http::Response> retry(const http::Request& request) {
    if (const auto known = request.query.only({"dry_run"}); !known) return known.error();
    const auto dry_run = request.query.boolean("dry_run", false);
    if (!dry_run) return dry_run.error();
    const Trial trial = *dry_run ? Trial::dry : Trial::real;
    const std::string& id = request.path("id");
    if (const auto number = letter_number(id)) return retry_letter(*number, trial);
    const auto place = parked_place(id, sources_.log);
    if (!place) return no_such();
    return retry_parked(*place, trial);
  }

  Result<http::Response> drop(const std::string& id) {
    Status dropped = no_such();
    if (const auto number = letter_number(id); number && sources_.letters != nullptr) {
      if (const auto there = sources_.letters->find(*number); !there) return there.error();
      dropped = sources_.letters->settle(*number, Letters::Outcome::dropped);
    } else if (const auto place = parked_place(id, sources_.log)) {
      auto session = sources_.keys.pool().borrow();
      if (!session) return session.error();
      const auto model = version_served(**session, *place->model);
      if (!model) return model.error();
      dropped = drop_parked(**session, *model, place->at.partition, place->at.next);
    }
    if (!dropped) return dropped.error();
    return http::json(R"({"outcome":"dropped"})");
  }

 private:
  enum class Trial { dry, real };

  Status list_parked(json::Writer& out, const Wanted& wanted, std::size_t& listed) {
    auto session = sources_.keys.pool().borrow();
    if (!session) return session.error();
    for (const Projection& listed_model : projections()) {
      const auto model = version_served(**session, listed_model);
      if (!model) return model.error();
      const auto parked = read_parked(**session, *model);
      if (!parked) return parked.error();
      for (const Parked& event : *parked) {
        if (listed >= wanted.limit) return done();
        if (event.state == Parked::State::dropped) continue;
        if (wanted.reason && *wanted.reason != code_of(event)) continue;
        if (const Status written = list_event(out, *model, event, wanted, listed); !written) return written;
      }
    }
    return done();
  }

  Status list_event(json::Writer& out, const Projection& model, const Parked& event, const Wanted& wanted,
                    std::size_t& listed) {
    const auto records = sources_.log.read({event.partition, event.offset}, 1);
    if (!records) return records.error();
    json::Parser parser;
    const auto view = view_event(parser, (*records)[0].document);
    const std::string type{view ? view->type : ""};
    if (!wanted.fits(code_of(event), type)) return done();
    out.open('{');
    write_parked(out, model, event, view ? std::string{view->tenant} : "", type);
    out.close('}');
    ++listed;
    return done();
  }

  static void write_parked(json::Writer& out, const Projection& model, const Parked& event,
                           const std::string& tenant, const std::string& type) {
    const std::string place =
        std::to_string(event.partition.value()) + "-" + std::to_string(event.offset.value());
    out.key("id").string("parked-" + std::string{model.name} + "-" + place).key("kind").string("parked");
    out.key("tenant").string(tenant).key("type").string(type).key("read_model").string(model.name);
    out.key("partition").number(event.partition.value()).key("offset").number(event.offset.value());
    write_reason(out, code_of(event),
                 event.reason.substr(std::min(event.reason.size(), code_of(event).size() + 2)));
  }

  Status list_refused(json::Writer& out, const Wanted& wanted, std::size_t& listed) {
    if (sources_.letters == nullptr) return done();
    return sources_.letters->visit([&](const Letter& letter) {
      if (listed >= wanted.limit) return LetterTopic::Next::enough;
      if (!wanted.fits(code_in(letter.reasons), letter.type)) return LetterTopic::Next::more;
      out.open('{');
      write_letter(out, letter);
      out.close('}');
      ++listed;
      return LetterTopic::Next::more;
    });
  }

  Status show_letter(json::Writer& out, std::uint64_t number) {
    if (sources_.letters == nullptr) return no_such();
    const auto letter = sources_.letters->find(number);
    if (!letter) return letter.error();
    const auto message = sources_.letters->opened(*letter);
    if (!message) return message.error();
    write_letter(out, *letter);
    out.key("headers").open('{');
    for (const auto& [name, value] : message->headers)
      if (json::valid_utf8(name) && json::valid_utf8(value)) out.key(name).string(value);
    out.close('}');
    json::valid_utf8(message->value) ? out.key("original").string(message->value)
                                     : out.key("original_base64").string(base64(message->value));
    return done();
  }

  Status show_parked(json::Writer& out, const std::string& id) {
    const auto place = parked_place(id, sources_.log);
    if (!place) return no_such();
    auto session = sources_.keys.pool().borrow();
    if (!session) return session.error();
    const auto model = version_served(**session, *place->model);
    if (!model) return model.error();
    const auto parked = read_parked(**session, *model);
    if (!parked) return parked.error();
    for (const Parked& event : *parked) {
      if (event.partition != place->at.partition || event.offset != place->at.next) continue;
      const auto records = sources_.log.read(place->at, 1);
      if (!records) return records.error();
      const auto document = open_document(sources_.keys, (*records)[0].document);
      json::Parser parser;
      const auto view = view_event(parser, (*records)[0].document);
      write_parked(out, *model, event, view ? std::string{view->tenant} : "",
                   view ? std::string{view->type} : "");
      out.key("original").string(document ? *document : std::string{(*records)[0].document});
      return done();
    }
    return no_such();
  }

  static Result<http::Response> answer(const std::vector<Reason>& reasons) {
    std::string body;
    json::Writer out(body);
    out.open('{').key("outcome").string(reasons.empty() ? "accepted" : "refused").key("reasons").open('[');
    for (const Reason& reason : reasons) {
      out.open('{').key("code").string(reason.code).key("message").string(reason.message);
      if (!reason.pointer.empty()) out.key("pointer").string(reason.pointer);
      if (!reason.schema.empty()) out.key("schema").string(reason.schema);
      out.close('}');
    }
    out.close(']').close('}');
    return http::json(std::move(body));
  }

  Result<http::Response> retry_letter(std::uint64_t number, Trial trial) {
    if (sources_.letters == nullptr) return no_such();
    const auto letter = sources_.letters->find(number);
    if (!letter) return letter.error();
    const auto message = sources_.letters->opened(*letter);
    if (!message) return message.error();
    auto document = document_of(*message);
    if (!document)
      return answer({{document.error().code, document.error().message, document.error().pointer, ""}});
    const std::size_t size = document->size();
    document->append(json::padding, ' ');
    Acceptance acceptance(sources_.gate);
    std::vector<Refusal> refusals;
    const auto judged = acceptance.judge({TenantId{}, Sender::Kind::platform, true}, 0,
                                         std::string_view{*document}.substr(0, size), refusals);
    if (!judged) return judged.error();
    if (!refusals.empty()) return answer(refusals.front().reasons);
    if (trial == Trial::dry) return answer({});
    auto sealed = acceptance.seal(refusals);
    if (!sealed) return sealed.error();
    if (!refusals.empty()) return answer(refusals.front().reasons);
    if (const auto appended = sources_.log.append(std::move(sealed->drafts)); !appended)
      return appended.error();
    if (const Status settled = sources_.letters->settle(number, Letters::Outcome::retried); !settled)
      return settled.error();
    return answer({});
  }

  Result<http::Response> retry_parked(const ParkedPlace& place, Trial trial) {
    auto session = Postgres::connect(sources_.keys.pool().address());  // its own: the schema is on its path
    if (!session) return session.error();
    const auto model = live_version(*session, *place.model);  // other code's rows are folded by nobody here
    if (!model) return model.error();
    if (trial == Trial::real) {
      const Status requested = request_retry(*session, *model, place.at.partition, place.at.next);
      if (!requested) return requested.error();
      return http::json(R"({"outcome":"requested","reasons":[]})");
    }
    FoldSettings fold;
    fold.keys = &sources_.keys;
    const auto verdict = try_parked(*session, sources_.log, *model, place.at, fold);
    if (!verdict) return verdict.error();
    if (!*verdict) return answer({});
    return answer({{(*verdict)->code, (*verdict)->message, (*verdict)->pointer, ""}});
  }

  const DeadLetterSources sources_;
};

using Action = std::function<Result<http::Response>(DeadLetterDesk&, http::Request&)>;

http::Handler for_operators(const DeadLetterSources& sources, Action action) {
  return [sources, action = std::move(action)](http::Request& request) -> http::Response {
    if (!request.caller.platform())
      return http::problem(
          rejected("forbidden", "dead letters are of every tenant: an operator's key is needed"));
    DeadLetterDesk desk(sources);
    auto response = action(desk, request);
    return response ? std::move(*response) : http::problem(response.error());
  };
}

}  // namespace

void add_deadletter_routes(http::Routes& routes, const DeadLetterSources& sources) {
  using http::Request, http::Scope;
  routes.get("/v1/deadletters", Scope::admin,
             for_operators(sources, [](auto& desk, Request& request) { return desk.list(request); }));
  routes.get("/v1/deadletters/{id}", Scope::admin, for_operators(sources, [](auto& desk, Request& request) {
               return desk.show(request.path("id"));
             }));
  routes.post("/v1/deadletters/{id}/retry", Scope::admin,
              for_operators(sources, [](auto& desk, Request& request) { return desk.retry(request); }));
  routes.post(
      "/v1/deadletters/{id}/drop", Scope::admin,
      for_operators(sources, [](auto& desk, Request& request) { return desk.drop(request.path("id")); }));
}

}  // namespace trunkline
