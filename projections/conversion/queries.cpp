#include "projections/conversion/queries.hpp"

namespace trunkline::conversion {

void add_routes(http::Routes& routes, const QueryContext& context) {
  const auto get = [&](std::string route, Answer answer) {
    routes.get(std::move(route), http::Scope::read, answering(context, std::move(answer)));
  };
  get("/v1/conversion/rates", rates);
  get("/v1/conversion/values", values);
  get("/v1/conversion/funnel", funnel);
  get("/v1/conversion/attribution", attribution);
  get("/v1/conversion/cohorts", cohorts);
  get("/v1/conversion/time-to-convert", time_to_convert);
}

}  // namespace trunkline::conversion
