// The scorecard over HTTP: figures by the definitions that the businesses mean.
#include "projections/scorecard/figures.hpp"
#include "tests/office.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

std::string said(std::string_view body, std::string_view figure, std::string_view name,
                 std::string_view list = "figures") {
  json::Parser parser;
  const auto document = parser.parse(body);
  REQUIRE(document.ok());
  for (const json::Value each : *document->as_object()->array(list)) {
    const auto row = each.as_object();
    if (row->string("figure") != figure) continue;
    std::string json;
    json::write(json, *row->find(name));
    return json;
  }
  return "(no such figure)";
}

}  // namespace

TEST_CASE("nothing counted is neither met nor missed, and what cannot be counted says why") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const std::string empty = office.body("/v1/scorecard");
  CHECK(said(empty, "contact_rate", "value") == "null");
  CHECK(said(empty, "contact_rate", "met") == "null");
  CHECK(said(empty, "contact_rate", "measured") == "true");
  CHECK(said(empty, "onboarding_completion", "measured") == "false");
  CHECK(said(empty, "onboarding_completion", "how").find("no events") != std::string::npos);
}

TEST_CASE("the sales desk's figures: reached, converted, worth, answered, spent") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const auto cost = TestEvent("cost.recorded", "", at(9)).text("value", "9.00").text("currency", "USD");
  office.tell({TestEvent("tenant.registered", "", at(0))
                   .text("vertical", "insurance")
                   .json("targets", R"({"human_cost":60,"contact_rate":0.4})"),
               captured("ann", at(9)), captured("bob", at(9)), call_started("ann", at(9, 2)).subject("c1"),
               call_ended("ann", 150'000, at(9, 5)).subject("c1").text("outcome", "positive"),
               call_started("bob", at(9, 3)).subject("c2"),
               call_ended("bob", 20'000, at(9, 4), "voicemail").subject("c2"), conversion("ann", 120, at(10)),
               cost});
  const std::string card = office.body("/v1/scorecard?from=2026-11-23&to=2026-11-24");
  CHECK(said(card, "contact_rate", "value") == "0.5");
  CHECK(said(card, "contact_rate", "met") == "true");
  CHECK(said(card, "contact_rate", "target_least") == "0.4");
  CHECK(said(card, "contact_rate", "numerator") == "1.0");
  CHECK(said(card, "contact_rate", "denominator") == "2.0");
  CHECK(said(card, "conversion_rate", "value") == "1.0");
  CHECK(said(card, "average_value", "value") == "120.0");
  CHECK(said(card, "value_uplift", "value") == "2.0");
  CHECK(said(card, "first_response_ms", "value") == "120000.0");
  CHECK(said(card, "successful_call_ms", "value") == "150000.0");
  CHECK(said(card, "successful_call_ms", "met") == "true");
  CHECK(said(card, "cost_per_conversion", "value") == "9.0");
  CHECK(said(card, "cost_per_conversion", "met") == "false");
  CHECK(said(card, "cost_saving", "value") == "0.85");
  const std::string compared = office.body("/v1/scorecard?from=2026-11-24&to=2026-11-25&compare=previous");
  CHECK(said(compared, "contact_rate", "value") == "null");
  CHECK(said(compared, "contact_rate", "value", "before") == "0.5");
  const auto csv = office.ask("/v1/scorecard", "acme", "text/csv");
  CHECK(csv.body.find("\r\ncontact_rate,0.5,share,0.4,,true,1.0,2.0,true,") != std::string::npos);
}

TEST_CASE("the receptionist's figures: resolved by AI, first answer, rated, booked, captured") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const auto in_talk = [](TestEvent event) { return event.text("conversation_id", "talk"); };
  office.tell({TestEvent("conversation.started", "ann", at(9)).subject("talk").text("channel", "chat"),
               in_talk(message_received("ann", at(9, 1))),
               in_talk(message_sent("ann", at(9, 2))).text("role", "assistant"),
               TestEvent("conversation.resolved", "ann", at(9, 4)).subject("talk"),
               TestEvent("conversation.rated", "ann", at(9, 5)).subject("talk").number("rating", 5),
               call_started("cem", at(10), "inbound").subject("c1"),
               call_ended("cem", 60'000, at(10, 1))
                   .subject("c1")
                   .text("direction", "inbound")
                   .text("intent", "book_viewing"),
               captured("cem", at(10, 2)), appointment_booked("cem", at(10, 3)).text("kind", "viewing"),
               call_started("dan", at(11), "inbound").subject("c2"),
               call_ended("dan", 60'000, at(11, 1))
                   .subject("c2")
                   .text("direction", "inbound")
                   .text("intent", "property_enquiry_rent")});
  const std::string card = office.body("/v1/scorecard");
  CHECK(said(card, "ai_resolution", "numerator") == "1.0");
  CHECK(said(card, "first_ai_response_ms", "value") == "60000.0");
  CHECK(said(card, "chat_answer_p95_ms", "value") == "60000.0");
  CHECK(said(card, "chat_answer_p95_ms", "met") == "false");
  CHECK(said(card, "csat_average", "value") == "5.0");
  CHECK(said(card, "viewing_booking", "value") == "0.5");
  CHECK(said(card, "lead_capture", "value") == "0.5");
  CHECK(said(card, "answer_rate", "value") == "1.0");
}

TEST_CASE("targets are met by more than, at least, less than and between, as each says") {
  using namespace scorecard;
  const auto find = [](std::string_view name) {
    const auto all = figures();
    return *std::find_if(all.begin(), all.end(), [&](const Figure& each) { return each.name == name; });
  };
  const TenantSettings settings;
  const auto judged = [&](std::string_view name, double value) {
    return met(find(name), target_of(find(name), settings), value);
  };
  CHECK(judged("contact_rate", 0.70) == false);
  CHECK(judged("value_uplift", 1.50) == true);
  CHECK(judged("escalation", 0.20) == false);
  CHECK(judged("successful_call_ms", 300'000) == true);
  CHECK(judged("successful_call_ms", 119'999) == false);
  CHECK(met(find("escalation"), target_of(find("escalation"), settings), std::nullopt) == std::nullopt);
}
