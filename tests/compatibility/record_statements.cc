// Prints the statements that this version prepares, for those who migrate below it: see
// statements_before.sql in this folder.

#include <iostream>

#include "store/base/statement.h"

int main() {
  for (const lethe::store::Statement& statement : lethe::store::AllStatements()) {
    std::cout << statement.sql << "\n;\n";
  }
}
