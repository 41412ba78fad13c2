// The lead desk's question over HTTP, over a database filled by the runner.
#include "core/contact.hpp"
#include "tests/office.hpp"

using namespace trunkline;
using namespace trunkline::testing;

TEST_CASE("the lead desk by HTTP: a contact's row by number and by token; who is not there is not known") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const auto secret = office.keys_.tenant_secret(TenantId{"acme"});
  REQUIRE(secret.ok());
  const std::string ann = token_of(Hmac(*secret), ContactKind::phone, "+12025550123").value();
  const std::string eve = token_of(Hmac(*secret), ContactKind::phone, "+12025550199").value();
  office.tell({captured("ann", at(9)).contacts(ann), call_ended("ann", 61'500, at(10)).contacts(ann),
               conversion("ann", 120, at(12)).contacts(ann)});
  const std::string body = office.body("/v1/lead-desk/by-contact?phone=%2B1%20202%20555%200123");
  CHECK(member(body, "known") == "true");
  CHECK(member(body, "token") == ann);
  const std::string lead = member(body, "lead");
  CHECK(member(lead, "stage") == "converted");
  CHECK(member(lead, "calls") == "1");
  CHECK(member(lead, "talk_ms") == "61500");
  CHECK(member(lead, "value") == "120.00");
  CHECK(member(lead, "first_seen").starts_with("2026-11-23T09:00:00"));
  CHECK(member(lead, "first_response_ms") == "null");
  CHECK(office.body("/v1/lead-desk/by-contact?token=" + ann) == body);
  CHECK(member(office.ask("/v1/lead-desk/by-contact?token=" + ann, "birch").body, "known") == "false");

  const std::string nobody = office.body("/v1/lead-desk/by-contact?token=" + eve);
  CHECK(member(nobody, "known") == "false");
  CHECK(member(nobody, "lead") == "(missing)");
  CHECK(office.ask("/v1/lead-desk/by-contact").status == 400);
  CHECK(office.ask("/v1/lead-desk/by-contact?phone=nonsense").status == 400);
}
