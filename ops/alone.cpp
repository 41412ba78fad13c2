#include "ops/alone.hpp"

#include "core/keys_master.hpp"
#include "core/log/open_log.hpp"
#include "ops/data_directory.hpp"
#include "ops/journal.hpp"

namespace trunkline {
namespace {

class NoBody final : public http::Body {
 public:
  Status stream(std::size_t, const Sink&) override { return done(); }
};

}  // namespace

Result<std::unique_ptr<Alone>> Alone::open(const Settings& settings, const Clock& clock) {
  if (!settings.kafka_servers.empty()) return std::unique_ptr<Alone>{};
  const DataDirectory directory{settings.data_dir};
  const auto state = directory.journal_state();
  if (state == JournalState::empty)
    return rejected("no_journal",
                    directory.journal().string() + ": there is no journal here (setting data_dir)");
  const auto journal = embedded_settings(settings);
  if (!journal) return journal.error();
  auto log = open_log(*journal, clock);
  if (!log && log.error().code == "journal_in_use") return std::unique_ptr<Alone>{};
  if (!log) return log.error();
  auto alone = std::make_unique<Alone>();
  alone->log_ = std::move(*log);
  const auto master = open_master_key(directory.master_key(), state);
  if (!master) return master.error();
  alone->pool_ = std::make_unique<PostgresPool>(settings.postgres, 4);
  auto keys = PostgresKeys::open(*alone->pool_, *master, state);
  if (!keys) return keys.error();
  alone->keys_ = std::move(*keys);
  return alone;
}

http::Response ask(const http::Routes& routes, http::Method method, const std::string& target) {
  const std::string path = target.substr(0, target.find('?'));
  const auto found = routes.find(method, path);
  if (!found) return http::problem(found.error());
  auto query = http::Query::parse(path.size() < target.size() ? target.substr(path.size() + 1) : "");
  if (!query) return http::problem(query.error());
  NoBody body;
  http::Request request;
  request.method = method;
  request.route = found->route->route;
  request.path_parameters = found->parameters;
  request.query = std::move(*query);
  request.caller.tenant = TenantId{std::string{http::platform_tenant}};
  request.body = &body;
  request.header = [](std::string_view) { return std::string_view{}; };
  return found->route->handler(request);
}

}  // namespace trunkline
