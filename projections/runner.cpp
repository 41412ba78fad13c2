#include "projections/runner.hpp"

#include <algorithm>
#include <deque>

#include "core/logs.hpp"
#include "projections/batch_reader.hpp"
#include "projections/install.hpp"

namespace trunkline {
namespace {

using Place = std::pair<Partition, Offset>;
using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds backoff_first{50};
constexpr Milliseconds backoff_most{5'000};
// A log's wake() that comes just before the wait is not remembered, and news of other members wake nobody.
constexpr Milliseconds wait_most{100};
constexpr std::size_t chunk_bytes = 1 << 20;  // of documents that are read and parsed at a time
constexpr std::size_t chunk_events = 2'000;   // about as many
constexpr std::uint64_t far_behind_events = 20'000;
constexpr std::size_t careful_bytes_an_event = 64 * 1024;
constexpr std::size_t careful_events_most = 1 << 20;

bool refused_by_tables(const Error& error) {
  return error.fault == Fault::reject;
}

std::string reason_of(const Error& error) {
  return error.code + ": " + error.message + (error.pointer.empty() ? "" : " at " + error.pointer);
}

enum class AtEnd { wait, go_on };

}  // namespace

struct Runner::Impl {
  Log& log;
  std::string address;
  const Projection& projection;
  RunnerSettings settings;
  Progress* progress;
  std::unique_ptr<Fold> fold;
  std::unique_ptr<EventFeed> own_feed;
  EventFeed& feed;
  std::optional<EventFeed::Journey> journey;  // while it is far behind
  BatchReader reader;
  Committer committer;
  std::optional<Postgres> session;  // for claims and loads; the committer has its own
  Claim next_claim = Claim::afresh;
  bool claimed = false;
  std::chrono::steady_clock::time_point heartbeat_due{};
  std::deque<Place> asked_again;           // parked events whose retry was requested
  std::map<Place, std::string> condemned;  // refused by the tables when alone: to be parked
  std::size_t events_max;                  // of the next batch; small while a culprit is sought
  bool at_end = false;                     // the last turn found nothing to read

  // What must be known of the batch that is being committed when its outcome arrives.
  struct InFlight {
    std::size_t events = 0;
    Place first;
    std::vector<Parked> parked;
  };
  std::optional<InFlight> in_flight;

  Impl(Log& journal, std::string postgres, const Projection& model, RunnerSettings chosen, Progress* told)
      : log(journal),
        address(std::move(postgres)),
        projection(model),
        settings(std::move(chosen)),
        progress(told),
        fold(model.make_fold(settings.fold)),
        own_feed(settings.feed == nullptr ? std::make_unique<EventFeed>(journal) : nullptr),
        feed(settings.feed == nullptr ? *own_feed : *settings.feed),
        reader(feed),
        committer({address, &model, settings.hook, told}),
        events_max(settings.batch_events_max) {}

  bool careful() const { return events_max < settings.batch_events_max; }

  Status connect() {
    if (session && !session->broken()) return done();
    session.reset();
    auto fresh = fold_session(address, projection);
    if (!fresh) return fresh.error();
    session = std::move(*fresh);
    return hear_changes(*session);
  }

  bool claim_is_due() {
    const auto now = std::chrono::steady_clock::now();
    return !claimed || now >= heartbeat_due || members_changed(*session, projection);
  }

  // Nothing may be in flight: from here everything follows the checkpoints.
  Status claim_partitions() {
    if (auto status = connect(); !status) return status;
    auto checkpoints = claim(*session, projection, log, settings.member, next_claim);
    if (!checkpoints) return checkpoints.error();
    const auto unknown = [this](const Checkpoint& checkpoint) {
      const Checkpoint* known = reader.at(checkpoint.position.partition);
      return known == nullptr || *known != checkpoint;
    };
    if (std::any_of(checkpoints->begin(), checkpoints->end(), unknown)) {
      fold->drop();
      const auto unread = [](const Checkpoint& checkpoint) { return checkpoint.tally.count == 0; };
      if (std::all_of(checkpoints->begin(), checkpoints->end(), unread)) fold->begins_empty();
    }
    for (const Checkpoint& checkpoint : *checkpoints) {
      if (unknown(checkpoint))
        if (auto status = check_resume(log, checkpoint); !status) return status;
      if (progress != nullptr) progress->publish(projection.name, checkpoint.position);
    }
    tell_departures(*checkpoints);
    reader.own(std::move(*checkpoints));
    next_claim = Claim::renew;
    claimed = true;
    heartbeat_due = std::chrono::steady_clock::now() + settings.heartbeat;
    return find_asked_again();
  }

  // What was ours and is not among these is another owner's now.
  void tell_departures(const std::vector<Checkpoint>& kept) {
    if (progress == nullptr) return;
    std::erase_if(told_of, [&](Partition partition) {
      const auto same = [partition](const Checkpoint& each) { return each.position.partition == partition; };
      if (std::any_of(kept.begin(), kept.end(), same)) return false;
      progress->left(projection.name, partition);
      return true;
    });
    for (const Checkpoint& checkpoint : kept) told_of.insert(checkpoint.position.partition);
  }
  std::set<Partition> told_of;  // whose commits `progress` hears of from us

  Status find_asked_again() {
    const auto parked = read_retries(*session, projection);
    if (!parked) return parked.error();
    asked_again.clear();
    for (const Parked& event : *parked)
      if (reader.at(event.partition) != nullptr) asked_again.emplace_back(event.partition, event.offset);
    return done();
  }

  // Everything in memory may be wrong now: forget it, and look at the checkpoints before going on.
  void forget() {
    fold->drop();
    reader.own({});
    journey.reset();
    in_flight.reset();
    claimed = false;
  }

  // Gives the event to the fold, or notes why it is parked.
  void read_event(FoldedBatch& batch, Partition partition, const EventBatch& events, std::size_t i) {
    ++batch.events;
    const Offset offset = events.offset(i);
    const auto known = condemned.find({partition, offset});
    if (known != condemned.end()) {
      batch.parked.push_back({partition, offset, known->second});
      return;
    }
    const Error* damage = events.damage(i);
    const Status status = damage == nullptr ? fold->read(events.event(i)) : Status{*damage};
    if (!status) batch.parked.push_back({partition, offset, reason_of(status.error())});
  }

  // The documents' bytes.
  std::size_t read_slice(FoldedBatch& batch, const Slice& slice) {
    const Partition partition = slice.from.position.partition;
    Checkpoint to = slice.from;
    std::size_t bytes = 0;
    for (std::size_t i = slice.first; i < slice.first + slice.count; ++i) {
      read_event(batch, partition, *slice.events, i);
      bytes += slice.events->bytes(i);
      to.tally.add(slice.events->digest(i));
      to.position.next = slice.events->offset(i) + 1;
    }
    reader.advance(to);
    const auto same = [partition](const Moved& move) { return move.from.position.partition == partition; };
    const auto known = std::find_if(batch.moves.begin(), batch.moves.end(), same);
    if (known == batch.moves.end())
      batch.moves.push_back({slice.from, std::move(to)});
    else
      known->to = std::move(to);
    return bytes;
  }

  // Whatever has arrived; and while there is more than a chunk behind that, more of it into the same batch:
  // folding what belongs together before it is written is most of what makes a catch-up cheap.
  Status read_slices(FoldedBatch& batch) {
    std::size_t bytes_left = settings.batch_bytes_max;
    std::uint64_t arrived = reader.events_behind();
    if (arrived < far_behind_events) journey.reset();
    if (arrived >= far_behind_events && !journey) journey.emplace(feed);
    while (batch.events < events_max && bytes_left > 0) {
      if (journey) journey->passed(reader.events_before());
      const std::size_t events_left = events_max - batch.events;
      const std::size_t chunk =
          std::min(bytes_left, careful() ? events_left * careful_bytes_an_event : chunk_bytes);
      const auto slices = reader.read(chunk, events_left);
      if (!slices) return slices.error();
      if (slices->empty()) return done();
      for (const Slice& slice : *slices) bytes_left -= std::min(bytes_left, read_slice(batch, slice));
      if (batch.events < arrived) continue;
      const std::uint64_t more = reader.events_behind();
      if (more < chunk_events) return done();
      arrived = batch.events + more;
    }
    return done();
  }

  // One parked event again, under the fence of its partition, which does not move.
  Status read_asked_again(FoldedBatch& batch) {
    const auto [partition, offset] = asked_again.front();
    asked_again.pop_front();
    const Checkpoint* checkpoint = reader.at(partition);
    if (checkpoint == nullptr || offset >= checkpoint->position.next) return done();
    const auto events = feed.read({partition, offset}, 1);
    if (!events) return events.error();
    const std::size_t at = *events ? (*events)->index_of(offset) : 0;
    if (!*events || at == (*events)->size() || (*events)->offset(at) != offset)
      return must_stop("parked", "an event that was parked is no longer in the journal");
    read_event(batch, partition, **events, at);
    if (batch.parked.empty()) batch.taken_up.push_back({partition, offset, {}});
    batch.moves.push_back({*checkpoint, *checkpoint});
    return done();
  }

  // The next batch, folded; of no events at the end of the journal.
  Result<FoldedBatch> fold_next() {
    FoldedBatch batch;
    const bool again = !asked_again.empty();
    if (auto status = again ? read_asked_again(batch) : read_slices(batch); !status) return status.error();
    if (batch.events == 0) return batch;
    in_flight_next = {batch.events, first_place(batch), batch.parked};
    if (auto status = fold->load(*session); !status) return status.error();
    fold->apply();
    batch.writes = fold->take_writes();
    if (auto status = settings.hook(CommitStep::folded); !status) return status.error();
    return batch;
  }
  InFlight in_flight_next;

  static Place first_place(const FoldedBatch& batch) {
    if (!batch.taken_up.empty()) return {batch.taken_up[0].partition, batch.taken_up[0].offset};
    const Position from = batch.moves[0].from.position;
    return batch.moves[0].to.position == from ? Place{batch.parked[0].partition, batch.parked[0].offset}
                                              : Place{from.partition, from.next};
  }

  void succeeded(const InFlight& batch) {
    fold->settled();
    for (const Parked& event : batch.parked) {
      condemned.erase({event.partition, event.offset});
      logs::warn("event_parked", {{"projection", projection.name},
                                  {"partition", event.partition.value()},
                                  {"offset", event.offset.value()},
                                  {"reason", event.reason}});
    }
    if (!careful()) return;
    const bool nearly = events_max >= std::min(settings.batch_events_max / 2, careful_events_most);
    events_max = nearly ? settings.batch_events_max : 2 * events_max;
  }

  // Refused data is not the caller's error: the next batch is smaller, down to the culprit, which is then
  // parked.
  Status failed(const InFlight& batch, const Error& error) {
    forget();
    if (!refused_by_tables(error)) return error;
    if (batch.events <= 1) condemned[batch.first] = reason_of(error);
    events_max = std::max<std::size_t>(1, batch.events / 2);
    return done();
  }

  // The outcome of the batch that is being committed, if there is one.
  Status settle() {
    const auto outcome = committer.join();
    if (!outcome || !in_flight) return done();
    const InFlight batch = std::move(*in_flight);
    in_flight.reset();
    if (!*outcome) return failed(batch, outcome->error());
    succeeded(batch);
    return done();
  }

  // One round of run(): at most one batch is folded and handed over.
  Status turn(AtEnd at_end_do) {
    if (claim_is_due()) {
      if (auto status = settle(); !status) return status;
      if (auto status = claim_partitions(); !status) return status;
    }
    auto batch = fold_next();
    const bool was_claimed = claimed;
    if (auto status = settle(); !status) return status;
    if (was_claimed && !claimed) return done();  // the earlier batch failed: this one was folded on nothing
    if (!batch) return failed(in_flight_next, batch.error());
    if (batch->events == 0) {
      at_end = asked_again.empty();
      if (at_end && at_end_do == AtEnd::wait)
        reader.wait(std::min(heartbeat_due, std::chrono::steady_clock::now() + wait_most));
      return done();
    }
    at_end = false;
    in_flight = in_flight_next;
    committer.submit(std::move(*batch));
    return careful() ? settle() : done();
  }
};

Runner::Runner(Log& log, std::string postgres_address, const Projection& projection, RunnerSettings settings,
               Progress* progress)
    : impl_(std::make_unique<Impl>(log, std::move(postgres_address), projection, std::move(settings),
                                   progress)) {}

Runner::Runner(Runner&&) noexcept = default;
Runner::~Runner() = default;

Status Runner::renew() {
  auto status = impl_->claim_partitions();
  if (!status) impl_->forget();
  return status;
}

Result<std::size_t> Runner::step() {
  while (true) {
    if (!impl_->claimed)
      if (auto status = renew(); !status) return status.error();
    auto batch = impl_->fold_next();
    if (batch && batch->events == 0) return std::size_t{0};
    const auto in_flight = impl_->in_flight_next;
    const Status committed = batch ? impl_->committer.commit(std::move(*batch)) : Status{batch.error()};
    if (committed) {
      impl_->succeeded(in_flight);
      return in_flight.events;
    }
    if (auto status = impl_->failed(in_flight, committed.error()); !status) return status.error();
  }
}

// Turns until told otherwise; what fails is tried again, later and later.
Status Runner::turn_while(const std::stop_token& stop, const std::function<Result<bool>()>& turn) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  Milliseconds backoff = backoff_first;
  while (!stop.stop_requested()) {
    const auto more = turn();
    if (more) {
      if (!*more) return done();
      backoff = backoff_first;
      continue;
    }
    (void)impl_->committer.join();
    impl_->forget();
    logs::warn("projection_failed", {{"projection", impl_->projection.name},
                                     {"code", more.error().code},
                                     {"reason", more.error().message}});
    if (more.error().fault == Fault::stop) return more.error();
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, backoff, [] { return false; });
    backoff = std::min(2 * backoff, backoff_most);
  }
  return try_again("interrupted", "asked to stop");
}

Status Runner::run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { impl_->log.wake(); });
  const Status status = turn_while(stop, [this]() -> Result<bool> {
    if (auto turned = impl_->turn(AtEnd::wait); !turned) return turned.error();
    return true;
  });
  if (status.error().fault == Fault::stop) {
    if (impl_->progress != nullptr) impl_->progress->stopped(impl_->projection.name, status.error());
    return status;
  }
  return leave();
}

Status Runner::fill(std::vector<Position> until, const std::stop_token& stop) {
  impl_->reader.stop_at(std::move(until));
  return turn_while(stop, [this]() -> Result<bool> {
    if (auto turned = impl_->turn(AtEnd::go_on); !turned) return turned.error();
    return !impl_->at_end;
  });
}

Status Runner::leave() {
  (void)impl_->settle();
  impl_->tell_departures({});
  if (impl_->session) (void)release(*impl_->session, impl_->projection, impl_->settings.member);
  impl_->forget();
  return done();
}

}  // namespace trunkline
