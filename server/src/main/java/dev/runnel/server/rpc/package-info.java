/// The edge: gRPC on one side, the daemon's own records on the other. The only package of the daemon that knows
/// protobuf.
///
/// Start at [ExecutionRpc], a service, and [Calls], how every service's methods are run. [FromProto] and
/// [ToProto] translate, [Validation] checks, [Statuses] says no.
@NullMarked
package dev.runnel.server.rpc;

import org.jspecify.annotations.NullMarked;
