#pragma once

#include <pqxx/result>
#include <string>

namespace lethe::test {

/// A PostgreSQL server of its own, whose data can be put back as they were: as a restored backup,
/// or a volume snapshot, under the same address.
class OwnPostgres {
 public:
  OwnPostgres();
  ~OwnPostgres();
  OwnPostgres(const OwnPostgres&) = delete;
  OwnPostgres& operator=(const OwnPostgres&) = delete;

  /// As the role that serves; the schema is there.
  const std::string& url() const { return url_; }

  /// As the owner.
  pqxx::result Run(const std::string& sql) const;

  /// Stops the server, and starts it again.
  void Restart() const;

  /// Stops the server, keeps a copy of its data beside them, and starts it again.
  void KeepCopy() const;

  /// Stops the server, and starts it with the data that were kept.
  void PutCopyBack() const;

 private:
  void Start() const;
  void Script(const std::string& command, const std::string& rest = {}) const;

  std::string directory_;
  std::string url_;
};

}  // namespace lethe::test
