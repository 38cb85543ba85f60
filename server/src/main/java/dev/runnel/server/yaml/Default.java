package dev.runnel.server.yaml;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What a record's component is when its key is left out, as it would be written in YAML: `30s`, `[process]`.
///
/// A component without one is required, unless it is an [java.util.Optional] (then absent) or a record (then all
/// its own defaults).
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
    String value();
}
