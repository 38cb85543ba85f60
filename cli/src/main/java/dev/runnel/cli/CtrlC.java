package dev.runnel.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/// What Ctrl-C does in this process: the first asks, the second leaves.
///
/// Java's only way to take SIGINT is sun.misc.Signal, which javac warns of wherever it is named, so it is
/// reached by reflection. Where it is missing, Ctrl-C ends the JVM as ever.
final class CtrlC {
    private CtrlC() {}

    /// Takes SIGINT over, for good. Each action is run on a thread of its own; the second one at every
    /// further Ctrl-C.
    static void install(Runnable first, Runnable second) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var interrupt = signal.getConstructor(String.class).newInstance("INT");
            var count = new AtomicInteger();
            var proxy = Proxy.newProxyInstance(
                    CtrlC.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            var _ = Thread.ofPlatform()
                                    .daemon()
                                    .name("ctrl-c")
                                    .start(count.incrementAndGet() == 1 ? first : second);
                        }
                        return null;
                    });
            var _ = signal.getMethod("handle", signal, handler).invoke(null, interrupt, proxy);
        } catch (ReflectiveOperationException _) {
            // Ctrl-C keeps its usual meaning.
        }
    }
}
