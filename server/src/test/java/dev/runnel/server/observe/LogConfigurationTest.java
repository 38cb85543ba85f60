package dev.runnel.server.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class LogConfigurationTest {
    @Test
    void grpc_never_logs_frames_however_much_else_is_logged() throws JoranException {
        var context = new LoggerContext();
        context.putProperty("RUNNEL_LOG_LEVEL", "TRACE");
        var configurator = new JoranConfigurator();
        configurator.setContext(context);

        configurator.doConfigure(Objects.requireNonNull(LogConfigurationTest.class.getResource("/logback.xml")));

        assertThat(context.getLogger("dev.runnel.server").isDebugEnabled()).isTrue();
        assertThat(context.getLogger("io.grpc.netty.NettyServerHandler").isDebugEnabled())
                .isFalse();
        assertThat(context.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler")
                        .isDebugEnabled())
                .isFalse();
        assertThat(context.getLogger("io.grpc.netty.shaded.io.netty.handler").isInfoEnabled())
                .isFalse();
    }
}
