#pragma once

#include <pqxx/pqxx>
#include <string>

namespace lethe::store {

/// Writes down that the journal `id` is at a place (its host and directory), and answers the id of
/// the one that was there before; empty: none is known. An older state of the database knows an
/// older one. A transaction of its own. Throws what pqxx throws.
std::string NoteJournal(pqxx::connection& connection, const std::string& place,
                        const std::string& id);

}  // namespace lethe::store
