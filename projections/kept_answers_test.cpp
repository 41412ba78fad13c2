#include "projections/kept_answers.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <thread>

using namespace trunkline;

namespace {

AnswerStamp after(std::uint64_t events) {
  return {{Offset{events}}, 0, std::chrono::sys_seconds{}};
}

KeptAnswers::Kept answer(const AnswerStamp& stamp, std::string body) {
  return std::make_shared<const KeptAnswer>(KeptAnswer{stamp, http::json(std::move(body))});
}

}  // namespace

TEST_SUITE("concurrent answers") {
  TEST_CASE("what many ask at the same moment is found out once") {
    constexpr int viewers = 8, rounds = 50;
    KeptAnswers answers(16);
    for (std::uint64_t round = 0; round < rounds; ++round) {
      std::latch all_there(viewers);
      std::atomic<int> found_out = 0, right = 0;
      std::vector<std::jthread> threads;
      for (int i = 0; i < viewers; ++i)
        threads.emplace_back([&] {
          all_there.count_down();
          auto turn = answers.take_turn("leads", after(round));
          if (!turn.answer()) {
            ++found_out;
            all_there.wait();
            turn.tell(answer(after(round), std::to_string(round)));
            ++right;
          } else if (turn.answer()->response.body == std::to_string(round)) {
            ++right;
          }
        });
      threads.clear();
      CHECK(found_out == 1);
      CHECK(right == viewers);
    }
  }

  TEST_CASE("who gives up a question leaves the others to find out themselves") {
    KeptAnswers answers(16);
    auto gives_up = std::make_unique<KeptAnswers::Turn>(answers.take_turn("leads", after(1)));
    REQUIRE(gives_up->answer() == nullptr);
    bool told = true;
    std::jthread other([&] { told = answers.take_turn("leads", after(1)).answer() != nullptr; });
    gives_up.reset();
    other.join();
    CHECK(!told);
  }

  TEST_CASE("nobody waits for the answer of another moment, and the newest one is kept") {
    KeptAnswers answers(16);
    auto before = answers.take_turn("leads", after(1));
    auto now = answers.take_turn("leads", after(2));
    CHECK(now.answer() == nullptr);
    before.tell(answer(after(1), "one"));
    now.tell(answer(after(2), "two"));
    CHECK(answers.take_turn("leads", after(2)).answer()->response.body == "two");
    CHECK(answers.take_turn("leads", after(1)).answer() == nullptr);
    CHECK(answers.take_turn("calls", after(2)).answer() == nullptr);
  }
}
