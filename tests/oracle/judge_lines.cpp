// For schema_oracle.py: one JSON document a line in, one verdict a line out, from the embedded schemas:
//   {"accepted":false,"issues":[{"pointer":"/data/duration_ms","message":"must be a whole number"}]}
#include <cstdio>
#include <iostream>

#include "schemas/judge.hpp"

int main() {
  using namespace trunkline;
  const auto catalogue = Catalogue::load();
  if (!catalogue) {
    std::cerr << catalogue.error().message << '\n';
    return 1;
  }
  Judge judge(*catalogue);
  json::Parser parser;
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto document = parser.parse(line);
    std::string verdict;
    json::Writer writer(verdict);
    writer.open('{')
        .key("accepted")
        .boolean(document.ok() && judge.accepts(*document))
        .key("issues")
        .open('[');
    if (!document.ok()) writer.open('{').key("pointer").string("").close('}');
    for (const Issue& issue : document.ok() ? judge.issues() : std::vector<Issue>{})
      writer.open('{').key("pointer").string(issue.pointer).key("message").string(issue.message).close('}');
    writer.close(']').close('}');
    std::cout << verdict << '\n';
  }
  return 0;
}
