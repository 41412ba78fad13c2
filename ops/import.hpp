// `trunkline import`: a file's rows become events by a mapping and go to the running server in requests of
// bounded size. What a row was refused for goes to a report (row, pointer, reason: never a value). Ids come
// from the file, so importing it again changes no row of any read model; interrupted, it goes on behind the
// last acknowledged request.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "core/result.hpp"

namespace trunkline {

struct ImportSettings {
  std::string file;
  std::string mapping;  // path of the TOML
  std::string tenant;
  std::string url;
  std::string key;
  std::string report;  // CSV; report + ".progress" lies beside it while the import is not complete
  std::uint64_t revision = 0;
};

struct ImportProgress {
  std::uint64_t rows = 0;     // read, refused ones too
  std::uint64_t events = 0;   // on the server's disk
  std::uint64_t refused = 0;  // rows with at least one refusal
  double share = 0;           // of the file's bytes
  std::string position;       // behind the newest event
};

// `show` is called after each acknowledged request. Errors: reject (mapping, file, key: nothing was sent or
// the server refuses all), retry "connection" when the server stays away for a minute: the same command goes
// on later.
Result<ImportProgress> import_file(const ImportSettings& settings,
                                   const std::function<void(const ImportProgress&)>& show);

}  // namespace trunkline
