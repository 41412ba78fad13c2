# folder_library(NAME LINKS…): every .cpp below this folder is one static library, every *_test.cpp one
# test program NAME_tests. A new file needs no entry anywhere: it is found at the next build.
add_library(trunkline_warnings INTERFACE)
target_compile_options(trunkline_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)  # GCC 12, optimising, warns of its own string (bug 105651)
target_include_directories(trunkline_warnings INTERFACE ${PROJECT_SOURCE_DIR})

function(folder_library name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/bench/")  # programs of their own: ops/bench
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC ${ARGN} PRIVATE trunkline_warnings)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  if(TRUNKLINE_TESTS AND tests)
    folder_tests(${name}_tests "${tests}" ${name})
  endif()
endfunction()

add_custom_target(concurrent_tests)  # the programs that the tsan preset runs

# folder_tests(NAME "SOURCES" LINKS…): one doctest program, registered with ctest under its name.
# Where only some suites are to run, only the files that hold them are built.
function(folder_tests name sources)
  if(TRUNKLINE_TEST_SUITES)
    string(REPLACE "*" "" suite ${TRUNKLINE_TEST_SUITES})
    foreach(source ${sources})
      file(STRINGS ${source} found REGEX "(TEST_SUITE|test_suite)[A-Z_]*\\(\"${suite}" LIMIT_COUNT 1)
      if(NOT found)
        list(REMOVE_ITEM sources ${source})
      endif()
    endforeach()
  endif()
  add_executable(${name} ${sources} ${PROJECT_SOURCE_DIR}/tests/doctest_main.cpp)
  target_link_libraries(${name} PRIVATE trunkline_warnings ${ARGN})
  set_source_files_properties(${PROJECT_SOURCE_DIR}/tests/doctest_main.cpp PROPERTIES
    COMPILE_DEFINITIONS TRUNKLINE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(TRUNKLINE_TEST_SUITES)
    set(suites --test-suite=${TRUNKLINE_TEST_SUITES})
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/c11_threads.cpp)
  endif()
  # What needs a broker is run by itself, side by side with the rest: tests/CMakeLists.txt.
  add_test(NAME ${name} COMMAND ${name} --no-intro=true ${suites} --test-case-exclude=*KafkaKind>*
    --source-file-exclude=*/kafka_log_test.cpp,*/kafka_copy_test.cpp,*/kafka_broker_test.cpp,*/kafka_bridge_test.cpp WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(name MATCHES "^(core|projections)_tests$")
    set_tests_properties(${name} PROPERTIES LABELS tsan)  # these hold the suites named "concurrent…"
    add_dependencies(concurrent_tests ${name})
  endif()
endfunction()
