# embed_sql(TARGET): every .sql file below this folder becomes a header in the build directory, so that the SQL is
# edited, read and coloured as SQL and still travels inside the binary.
#   projections/lead_desk/tables.sql → #include "projections/lead_desk/tables.sql.hpp" → sql::lead_desk_tables
function(embed_sql target)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/*.sql)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE folder)
  foreach(file IN LISTS files)
    set(EMBEDDED_FILE ${folder}/${file})
    string(REGEX REPLACE "\\.sql$" "" EMBEDDED_NAME ${file})
    string(REGEX REPLACE "[/.-]" "_" EMBEDDED_NAME ${EMBEDDED_NAME})
    file(READ ${file} EMBEDDED_SQL)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    configure_file(${PROJECT_SOURCE_DIR}/cmake/embedded_sql.hpp.in
      ${PROJECT_BINARY_DIR}/embedded/${EMBEDDED_FILE}.hpp @ONLY)
  endforeach()
  target_include_directories(${target} PUBLIC ${PROJECT_BINARY_DIR}/embedded)
endfunction()
