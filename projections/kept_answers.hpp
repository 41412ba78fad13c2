// Answers that were given a moment ago and are still exact, and those that are being found out just now: many
// viewers ask the same thing, and when its answer is out of date they all ask at once. Any thread.
#pragma once
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/bounded_cache.hpp"
#include "core/http.hpp"
#include "core/ids.hpp"

namespace trunkline {

// What an answer depends on besides the question: what was committed, what was erased, and the second.
struct AnswerStamp {
  std::vector<Offset> committed;
  std::uint64_t erasures = 0;
  std::chrono::sys_seconds second;
  bool operator==(const AnswerStamp&) const = default;
};

struct KeptAnswer {
  AnswerStamp stamp;
  http::Response response;
};

class KeptAnswers {
 public:
  using Kept = std::shared_ptr<const KeptAnswer>;

  // Of at most so many questions.
  explicit KeptAnswers(std::size_t questions_max) : kept_(questions_max) {}

  // A caller's turn at a question. Either it has the answer already, or the caller finds it out and tells it
  // to those who came meanwhile; who gives up its turn without telling leaves them to find out themselves.
  class Turn {
   public:
    Turn(Turn&&) = default;
    ~Turn();
    const Kept& answer() const { return answer_; }
    void tell(Kept answer);

   private:
    friend class KeptAnswers;
    struct Asking;
    Turn(KeptAnswers& all, std::string question) : all_(&all), question_(std::move(question)) {}
    void end(Kept answer);

    KeptAnswers* all_;
    std::string question_;
    Kept answer_;
    std::shared_ptr<Asking> asking_;  // shared with those who wait; empty: nobody waits for this caller
  };

  // `stamp` is taken before the rows are read: what is committed meanwhile makes the answer newer than it.
  // Waits only for a caller with the same stamp, whose answer is then exact here as well, and as long as that
  // one needs.
  Turn take_turn(std::string question, const AnswerStamp& stamp);

 private:
  BoundedCache<Kept> kept_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Turn::Asking>> asking_;
};

}  // namespace trunkline
