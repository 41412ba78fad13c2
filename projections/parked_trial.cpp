#include "projections/parked_trial.hpp"

#include "projections/install.hpp"

namespace trunkline {
namespace {

using Verdict = std::optional<Error>;

Result<Verdict> verdict_of(const Error& error) {
  if (error.fault == Fault::reject) return Verdict{error};
  return error;
}

}  // namespace

Result<std::optional<Error>> try_parked(Postgres& session, Log& log, const Projection& projection,
                                        Position at, const FoldSettings& settings) {
  if (const Status used = use_schema(session, rows_schema(projection)); !used) return used.error();
  const auto records = log.read(at, 1);
  if (!records) return records.error();
  if (records->empty()) return rejected("not_parked", "the journal has no such record");
  const auto fold = projection.make_fold(settings);
  json::Parser parser;
  const auto event = view_event(parser, (*records)[0].document);
  if (!event) return verdict_of(event.error());
  if (const Status read = fold->read(*event); !read) return Verdict{read.error()};
  if (const Status loaded = fold->load(session); !loaded) return verdict_of(loaded.error());
  fold->apply();
  auto transaction = Transaction::begin(session, Transaction::Kind::asynchronous);
  if (!transaction) return transaction.error();
  if (const Status written = write_rows(*transaction, fold->take_writes()); !written)
    return verdict_of(written.error());
  return Verdict{};
}

}  // namespace trunkline
