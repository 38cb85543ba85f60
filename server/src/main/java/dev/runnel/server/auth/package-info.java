/// Who is calling: the tenant that the edge finds and passes on as a value, and the secrets it is found by.
///
/// Start at [Tenant].
@NullMarked
package dev.runnel.server.auth;

import org.jspecify.annotations.NullMarked;
