# Writes OUTPUT, a C++ source that holds every .json file below FOLDER. Run at build time:
#   cmake -DFOLDER=… -DOUTPUT=… -P embed_schemas.cmake
file(GLOB_RECURSE paths RELATIVE ${FOLDER} ${FOLDER}/*.json)
list(SORT paths)
set(text "#include \"schemas/embedded.hpp\"\n\nnamespace trunkline::schemas {\nnamespace {\n")
string(APPEND text "constexpr SchemaFile files[] = {\n")
foreach(path IN LISTS paths)
  file(READ ${FOLDER}/${path} content)
  string(APPEND text "    {\"${path}\", R\"schema(${content})schema\"},\n")
endforeach()
string(APPEND text "};\n}  // namespace\n\nstd::span<const SchemaFile> embedded_files() {\n  return files;\n}\n\n")
string(APPEND text "}  // namespace trunkline::schemas\n")
file(WRITE ${OUTPUT} "${text}")
