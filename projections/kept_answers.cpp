#include "projections/kept_answers.hpp"

#include <utility>

namespace trunkline {

struct KeptAnswers::Turn::Asking {
  explicit Asking(const AnswerStamp& of) : stamp(of) {}
  const AnswerStamp stamp;
  std::promise<Kept> promise;
  std::shared_future<Kept> answer{promise.get_future().share()};
};

KeptAnswers::Turn KeptAnswers::take_turn(std::string question, const AnswerStamp& stamp) {
  Turn turn(*this, std::move(question));
  const auto is_kept = [&] {
    const auto kept = kept_.find(turn.question_);
    if (kept && (*kept)->stamp == stamp) turn.answer_ = *kept;
    return turn.answer_ != nullptr;
  };
  if (is_kept()) return turn;
  std::shared_future<Kept> others;
  {
    const std::lock_guard lock(mutex_);
    if (is_kept()) return turn;  // it was told just now
    std::shared_ptr<Turn::Asking>& asking = asking_[turn.question_];
    if (asking && asking->stamp == stamp)
      others = asking->answer;
    else
      turn.asking_ = asking = std::make_shared<Turn::Asking>(stamp);
  }
  if (others.valid()) turn.answer_ = others.get();
  return turn;
}

void KeptAnswers::Turn::tell(Kept answer) {
  all_->kept_.put(question_, answer);
  end(std::move(answer));
}

KeptAnswers::Turn::~Turn() {
  end(nullptr);
}

void KeptAnswers::Turn::end(Kept answer) {
  const auto asking = std::exchange(asking_, nullptr);
  if (!asking) return;
  {
    const std::lock_guard lock(all_->mutex_);
    const auto known = all_->asking_.find(question_);
    if (known != all_->asking_.end() && known->second == asking) all_->asking_.erase(known);
  }
  asking->promise.set_value(std::move(answer));
}

}  // namespace trunkline
