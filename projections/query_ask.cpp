// A whole question in one round trip (query.hpp): the transaction, the live rows, the tenant's settings and
// the question itself, in SQL that is made for what the tenant was last time.
#include <algorithm>
#include <iterator>

#include "projections/query_live.hpp"

namespace trunkline {

// What a question's SQL depends on besides the question.
struct TenantFacts {
  Snapshot::Renamed renamed;
  std::string settings_json;
  TenantSettings settings;
};

namespace {

using Facts = std::shared_ptr<const TenantFacts>;  // shared with the memory

// One question on its way: what it takes the tenant for is looked at together with the rows.
class Asking {
 public:
  Asking(const QueryContext& context, const TenantId& tenant, const Models& models, Partition partition)
      : context_(context), tenant_(tenant), models_(models), partition_(partition), key_(tenant.value()) {
    for (const Projection* model : models) key_.append("\n").append(model->name);
    if (context.memory != nullptr) facts_ = context.memory->tenants.find(key_).value_or(nullptr);
  }

  struct Found {
    Offset next;
    std::vector<BinaryRows> rows;
  };
  Result<Found> ask(Postgres& session, const Snapshot::Make& make) {
    constexpr int tries = 4;
    for (int i = 0; i < tries; ++i) {
      const bool first = facts_ == nullptr;
      auto made = first ? Result<std::vector<Question>>{std::vector<Question>{}} : make(facts_->settings);
      auto rows = session.fetch_together(questions(made ? *made : std::vector<Question>{}));
      if (!rows && (first || i > 0)) return rows.error();
      if (!rows) {  // perhaps because the tables have other names by now
        facts_ = nullptr;
        continue;
      }
      const auto live = read_live((*rows)[1], context_, models_);
      if (!live) return live.error();
      if (const auto learnt = learn((*rows)[1], live->renamed); !learnt)
        return learnt.error();
      else if (first || *learnt)
        continue;
      if (!made) return made.error();
      return Found{live->next, {rows->begin() + 2, rows->end() - 1}};
    }
    return try_again("busy", "the tenant's settings change too quickly");
  }

 private:
  std::vector<Question> questions(std::vector<Question> made) const {
    std::vector<Question> all{
        {"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"},
        {live_sql(With::settings), live_params(models_, partition_).text(tenant_.value())}};
    std::move(made.begin(), made.end(), std::back_inserter(all));
    if (facts_ != nullptr && !facts_->renamed.empty())
      for (Question& each : all) each.sql = renamed(std::move(each.sql), facts_->renamed);
    all.push_back({"COMMIT"});
    return all;
  }

  // True when the tenant is not what it was taken for.
  Result<bool> learn(const BinaryRows& live, const Snapshot::Renamed& names) {
    const std::string_view json = live.size() == 0 ? std::string_view{} : live.value(0, 4).value_or("");
    if (facts_ != nullptr && facts_->settings_json == json && facts_->renamed == names) return false;
    auto settings = read_settings(json);
    if (!settings) return settings.error();
    facts_ = std::make_shared<const TenantFacts>(TenantFacts{names, std::string{json}, std::move(*settings)});
    if (context_.memory != nullptr) context_.memory->tenants.put(key_, facts_);
    return true;
  }

  const QueryContext& context_;
  const TenantId& tenant_;
  const Models& models_;
  const Partition partition_;
  std::string key_;
  Facts facts_;
};

}  // namespace

Result<Snapshot::Answered> Snapshot::ask(const QueryContext& context, const http::Request& request,
                                         const std::vector<const Projection*>& models, const Make& make) {
  auto asked = begin_asking(context, request, models);
  if (!asked) return asked.error();
  auto found = Asking(context, asked->tenant, models, asked->partition).ask(*asked->session, make);
  if (!found) return found.error();
  auto position = position_of(context, asked->wanted, {asked->partition, found->next});
  if (!position) return position.error();
  return Answered{Snapshot(asked->tenant, std::move(*position)), std::move(found->rows)};
}

}  // namespace trunkline
