/// The operator's configuration: one YAML file as records that check themselves.
///
/// Start at [Configuration]. To add a setting: a component with its [dev.runnel.server.yaml.Default], a line in
/// deploy/runnel.yaml and a row in docs/operations/configuration.md; tests say which of these is missing.
@NullMarked
package dev.runnel.server.config;

import org.jspecify.annotations.NullMarked;
