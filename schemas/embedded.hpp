// The schema files and examples as they lay in this folder when the binary was built
// (cmake/embed_files.cmake).
#pragma once
#include <span>

#include "schemas/catalogue.hpp"

namespace trunkline::schemas {

std::span<const SchemaFile> embedded_files();  // paths relative to schemas/, sorted

}  // namespace trunkline::schemas
