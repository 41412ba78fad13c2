#include "ops/bench/story_document.hpp"

#include "core/clock.hpp"
#include "core/digest.hpp"

namespace trunkline::bench {
namespace {

constexpr std::size_t document_bytes = 600;

void seal(json::Writer& json, const std::string& out, const std::string& token, std::mt19937& random) {
  json.key("personal").open('{').key("token").string(token).key("version").number(1).key("box");
  std::string box;
  const std::size_t room = out.size() + 10 < document_bytes ? document_bytes - out.size() - 10 : 16;
  while (box.size() < room)
    box.push_back("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[random() % 64]);
  json.string(box).close('}');
}

}  // namespace

Draft story_draft(const StoryEvent& event, const std::function<void(json::Writer&)>& members,
                  std::mt19937& random) {
  std::string out;
  json::Writer json(out);
  json.open('{')
      .key("specversion")
      .string("1.0")
      .key("id")
      .string(event.id)
      .key("source")
      .string("/bench/desk");
  json.key("type").string(event.type).key("subject").string(event.subject);
  json.key("time").string(format_time(from_micros(event.time_us)));
  json.key("dataschema").string("urn:trunkline:" + std::string{event.type} + ":1");
  json.key("tenantid").string(event.tenant).key("contacts").string(event.token).key("recordedtime");
  Draft draft{TenantId{event.tenant}, {}, out.size() + 1};  // behind the opening quote
  json.string(std::string(formatted_time_size, ' ')).key("contenthash").string(digest_of(out).text());
  json.key("data").open('{').key("contact").open('{').key("phone").string(event.token).close('}');
  members(json);
  seal(json, out, event.token, random);
  json.close('}').close('}');
  draft.document = std::move(out);
  return draft;
}

std::string token_of(std::uint32_t person) {
  std::string token = "p_" + std::to_string(person);
  token.append(24 - token.size(), 'x');
  return token;
}

std::vector<std::uint16_t> tenants_of_persons(std::size_t persons, std::size_t tenants,
                                              std::mt19937& random) {
  std::vector<double> weights;
  for (std::size_t rank = 1; rank <= tenants; ++rank) weights.push_back(1.0 / static_cast<double>(rank));
  std::discrete_distribution<int> choose(weights.begin(), weights.end());
  std::vector<std::uint16_t> chosen(persons);
  for (auto& tenant : chosen) tenant = static_cast<std::uint16_t>(choose(random));
  return chosen;
}

}  // namespace trunkline::bench
