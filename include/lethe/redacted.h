#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace lethe {

/// Text that must not be seen: it prints itself as `[redacted]`, and code that needs the text
/// itself has to say so. The tag keeps one kind of secret from being passed as another.
template <typename Tag>
class Redacted {
 public:
  Redacted() = default;
  explicit Redacted(std::string text) : text_(std::move(text)) {}

  /// The text itself. Every call is a place to look at in review.
  const std::string& Reveal() const { return text_; }

  friend bool operator==(const Redacted&, const Redacted&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Redacted&) {
    return out << "[redacted]";
  }

 private:
  std::string text_;
};

/// An `identity`, CleverTap ID or phone number: personal data.
using Identifier = Redacted<struct IdentifierTag>;

/// A CleverTap account's passcode.
using Passcode = Redacted<struct PasscodeTag>;

}  // namespace lethe
