// A schema as integrators download it: one file that needs no other.
#pragma once
#include <string>

#include "schemas/source.hpp"

namespace trunkline::schemas {

// The document with every other one that it refers to, directly or through others, in its $defs under that
// one's $id: a compound schema document as JSON Schema 2020-12 knows it.
std::string bundled(const Sources& sources, std::uint32_t document);

}  // namespace trunkline::schemas
