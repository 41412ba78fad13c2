#include "ops/sample/story.hpp"

namespace trunkline::sample {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Thread {
  std::string conversation;
  std::string_view channel;
  std::string_view agent;
  Known known;
};

Data said(const Scene& scene, const Thread& thread, std::string_view role, std::string_view content) {
  Data data;
  data.contact(scene.person, thread.known).text("conversation_id", thread.conversation);
  data.text("channel", thread.channel).text("role", role).text("content", content);
  return data;
}

// A question and its answer; the moment of the answer.
Time exchange(Scene& scene, const Thread& thread, Time at) {
  auto& [business, person, dice, history] = scene;
  const Exchange& words = dice.pick(business.exchanges);
  history.tell(at, "message.received", history.next_id("message"),
               said(scene, thread, "user", words.question));
  const bool human = thread.agent.starts_with("human-");
  const auto latency = milliseconds{static_cast<std::int64_t>(dice.log_normal(human ? 45'000 : 1'400, 0.5))};
  Data answer = said(scene, thread, human ? "human_agent" : "assistant", words.answer);
  answer.text("agent_id", thread.agent).number("latency_ms", latency.count());
  history.tell(at + latency, "message.sent", history.next_id("message"), answer);
  return at + latency;
}

Data about(const Scene& scene, const Thread& thread) {
  Data data;
  data.contact(scene.person, thread.known).text("channel", thread.channel);
  return data;
}

}  // namespace

Answer chat(Scene& scene, Time at) {
  auto& [business, person, dice, history] = scene;
  Thread thread{history.next_id("conversation"), "chat", business.agents.front(), Known::visitor};
  history.tell(at, "conversation.started", thread.conversation, about(scene, thread));
  Time now = at + seconds{dice.between(2, 20)};
  for (std::int64_t turns = dice.between(1, 5); turns > 0; --turns) {
    now = exchange(scene, thread, now) + seconds{dice.between(8, 90)};
  }
  if (dice.chance(business.chances.escalates)) {
    history.tell(now, "conversation.escalated", thread.conversation,
                 about(scene, thread).text("reason", "asked_for_human"));
    thread.agent = business.agents.back();
    now = exchange(scene, thread, now + seconds{dice.between(40, 400)}) + seconds{20};
  }
  const bool resolved = dice.chance(0.85);
  history.tell(now, resolved ? "conversation.resolved" : "conversation.abandoned", thread.conversation,
               about(scene, thread));
  if (resolved && dice.chance(business.chances.rates)) {
    history.tell(now + seconds{dice.between(5, 300)}, "conversation.rated", thread.conversation,
                 about(scene, thread).number("rating", dice.between(3, 5)));
  }
  return {now, resolved, false, std::string{thread.agent}};
}

void text_thread(Scene& scene, Time at, std::string_view agent) {
  auto& [business, person, dice, history] = scene;
  const Thread thread{history.next_id("conversation"), business.text_channel, agent, Known::phone};
  const Exchange& words = dice.pick(business.exchanges);
  Data opening = said(scene, thread, "assistant", words.answer);
  history.tell(at, "message.sent", history.next_id("message"), opening.text("agent_id", agent));
  if (!dice.chance(0.55)) return;
  Time now = at + seconds{static_cast<std::int64_t>(dice.log_normal(900, 1.2))};
  for (std::int64_t turns = dice.between(1, 3); turns > 0; --turns) {
    now = exchange(scene, thread, now) + seconds{dice.between(20, 1200)};
  }
}

}  // namespace trunkline::sample
