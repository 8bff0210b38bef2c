#include <unistd.h>

#include <iostream>

#include "cli/run.h"

int main(int argc, char** argv) {
  return lethe::cli::Run(argc, argv,
                         {.in = std::cin,
                          .out = std::cout,
                          .err = std::cerr,
                          .terminal = isatty(STDOUT_FILENO) == 1,
                          .interactive = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1});
}
