#pragma once

#include "runtime/config.h"
#include "runtime/config_reader.h"
#include "runtime/yaml_section.h"

namespace lethe::runtime {

/// Reads `grpc` and `operations`: where a process listens, and how it speaks there.
void ReadPorts(ConfigReader& reader, Section& root, Config& config);

}  // namespace lethe::runtime
