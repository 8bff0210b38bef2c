#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "runtime/config.h"
#include "temporary_directory.h"

namespace lethe::runtime {
namespace {

using Words = std::set<std::string>;

constexpr auto kExample = LETHE_SOURCE_DIR "/deploy/local/lethe.yaml";

std::optional<std::string> NoVariable(const std::string&) { return std::nullopt; }

/// Keys of each mapping of the example, those that are commented out (`#key:`) included.
std::map<std::string, Words> DocumentedKeys() {
  std::ifstream file(kExample);
  std::ostringstream text;
  text << file.rdbuf();
  const YAML::Node root =
      YAML::Load(std::regex_replace(text.str(), std::regex("#([a-z_]+: )"), "$1"));
  std::map<std::string, Words> keys;
  for (const auto& pair : root) {
    const auto section = pair.first.as<std::string>();
    keys[""].insert(section);
    const YAML::Node inner = pair.second.IsSequence() ? pair.second[0] : pair.second;
    if (!inner.IsMap()) continue;
    for (const auto& entry : inner) {
      const auto key = entry.first.as<std::string>();
      keys[section].insert(key);
      if (section == "accounts" || !entry.second.IsMap()) continue;
      for (const auto& deeper : entry.second) {
        keys[section + ": {" + key].insert(deeper.first.as<std::string>());
      }
    }
  }
  return keys;
}

/// Keys that the program knows in a section, as it lists them when it meets one that it does not.
Words KnownKeys(const TemporaryDirectory& directory, const std::string& yaml) {
  const auto config = LoadConfig(directory.Write("lethe.yaml", yaml), NoVariable);
  const std::regex list("unknown key zzzzzzzzzz; known here: ([a-z_, ]+)");
  std::smatch match;
  const std::string message = config.ok() ? "" : config.error().message;
  if (!std::regex_search(message, match, list)) return {};
  Words words;
  const std::regex word("[a-z_]+");
  const std::string found = match[1];
  for (std::sregex_iterator it(found.begin(), found.end(), word), end; it != end; ++it) {
    words.insert(it->str());
  }
  return words;
}

TEST(ConfigExample, EveryKnownKeyIsDocumentedAndEveryDocumentedKeyIsKnown) {
  const TemporaryDirectory directory;
  for (const auto& [section, documented] : DocumentedKeys()) {
    std::string yaml = "zzzzzzzzzz: 1\n";
    if (section == "accounts") {
      yaml = "accounts: [{zzzzzzzzzz: 1}]\n";
    } else if (!section.empty()) {
      yaml = section + ": {zzzzzzzzzz: 1}" + (section.find('{') == section.npos ? "" : "}") + "\n";
    }
    EXPECT_EQ(KnownKeys(directory, yaml), documented) << "section " << section;
  }
}

TEST(ConfigExample, LoadsAndShowsTheDefaults) {
  const auto config = LoadConfig(kExample, NoVariable);
  ASSERT_TRUE(config.ok()) << config.error().message;
  const Config defaults;
  EXPECT_EQ(config->grpc_listen, defaults.grpc_listen);
  EXPECT_EQ(config->operations_listen, defaults.operations_listen);
  EXPECT_EQ(config->database.connections, defaults.database.connections);
  EXPECT_EQ(config->log.format, defaults.log.format);
  EXPECT_EQ(config->log.level, defaults.log.level);
  EXPECT_EQ(config->max_waiting_identifiers, defaults.max_waiting_identifiers);
  EXPECT_EQ(config->dispatcher.linger, defaults.dispatcher.linger);
  EXPECT_EQ(config->dispatcher.poll, defaults.dispatcher.poll);
  EXPECT_EQ(config->dispatcher.connect_timeout, defaults.dispatcher.connect_timeout);
  EXPECT_EQ(config->dispatcher.call_timeout, defaults.dispatcher.call_timeout);
  EXPECT_EQ(config->dispatcher.lease, defaults.dispatcher.lease);
  EXPECT_EQ(config->dispatcher.senders, defaults.dispatcher.senders);
  EXPECT_EQ(config->shutdown_grace, defaults.shutdown_grace);
  EXPECT_EQ(config->recovery.journal, defaults.recovery.journal);
  EXPECT_EQ(config->recovery.keep, defaults.recovery.keep);
  ASSERT_EQ(config->accounts.size(), 1u);
  EXPECT_EQ(config->accounts[0].concurrency, 2);
  EXPECT_EQ(config->accounts[0].disassociate_path, "/1/disassociate");
  EXPECT_EQ(config->accounts[0].probe_path, "/v1/connect");
  EXPECT_FALSE(config->accounts[0].verification.on());
}

}  // namespace
}  // namespace lethe::runtime
