#include "ops/verify_job.hpp"

#include "core/json.hpp"

namespace trunkline {

std::string verify_json(const VerifyReport& report) {
  std::string text;
  json::Writer out(text);
  out.open('{').key("complete").boolean(report.complete());
  out.key("records").number(report.records).key("parked").number(report.parked).key("findings").open('[');
  for (const Finding& finding : report.findings) out.string(finding.text());
  out.close(']').close('}');
  return text;
}

void add_verify_route(http::Routes& routes, Log& log, std::string postgres, FoldSettings fold) {
  routes.post("/v1/verify", http::Scope::admin,
              [&log, postgres = std::move(postgres), fold](http::Request& request) -> http::Response {
                if (!request.caller.platform())
                  return http::problem(
                      rejected("forbidden", "verifying reads every tenant: an operator's key is needed"));
                if (const auto known = request.query.only({"deep"}); !known)
                  return http::problem(known.error());
                const auto deep = request.query.boolean("deep", false);
                if (!deep) return http::problem(deep.error());
                VerifyOptions options;
                options.depth = *deep ? Depth::deep : Depth::plain;
                options.fold = fold;
                const auto report = verify(log, postgres, projections(), options);
                return report ? http::json(verify_json(*report)) : http::problem(report.error());
              });
}

}  // namespace trunkline
