/// YAML documents bound to records: typed, strict, with the path and the line in every complaint.
///
/// Start at [YamlRecords], then [Default], which stands beside a component and says what it is when it is left out.
@NullMarked
package dev.runnel.server.yaml;

import org.jspecify.annotations.NullMarked;
