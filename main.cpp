// The entry: all commands are in ops/, what `serve` puts together is in ops/serve.cpp.
#include "ops/cli.hpp"

int main(int argc, char** argv) {
  return trunkline::run_command_line(argc, argv);
}
