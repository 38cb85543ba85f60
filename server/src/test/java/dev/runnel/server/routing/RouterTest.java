package dev.runnel.server.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.FakeExecutor;
import dev.runnel.server.auth.Secret;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.config.Configuration;
import dev.runnel.server.content.ContentStore;
import dev.runnel.server.content.Digest;
import dev.runnel.server.execution.Buffering;
import dev.runnel.server.execution.ContentSource;
import dev.runnel.server.execution.EnforcedLimit;
import dev.runnel.server.execution.ExecutionSpec;
import dev.runnel.server.execution.IfSessionBusy;
import dev.runnel.server.execution.LimitsSpec;
import dev.runnel.server.execution.Plan;
import dev.runnel.server.execution.ProgramSpec;
import dev.runnel.server.execution.SandboxSource;
import dev.runnel.server.execution.StandardInput;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.routing.SessionPlaces.SessionPlace;
import dev.runnel.server.testing.MovableClock;
import dev.runnel.server.testing.Specs;
import dev.runnel.server.yaml.YamlException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterTest {
    private static final Duration EXPIRY = Duration.ofHours(1);

    private static final String WARM_PYTHON = """
            name: python
            aliases: [py, python3]
            main_file: main.py
            command: [python3, '{file}']
            version: [python3, --version]
            environment: {PYTHONPATH: '{prelude}'}
            prelude: prelude
            warm: {kind: forked, command: [python3, '{file}'], cold_variables: [PYTHON*], prelude: prelude}
            """;

    private final FakeExecutor executor = FakeExecutor.withImages("debian");
    private final MovableClock clock = new MovableClock();
    private final LimitResolver limits =
            new LimitResolver(Configuration.defaults().limits());
    private ContentStore contents;
    private Router router;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        contents = ContentStore.open(
                directory.resolve("content"), new ContentStore.Bounds(DataSize.ofMebibytes(1), EXPIRY), clock);
        router = router(Path.of("../images"));
    }

    private Router router(Path languages) throws YamlException {
        var placer = new Placer(new ExecutorCatalog(List.of(executor), List.of("fake")), Isolation.PROCESS);
        return new Router(
                Languages.load(languages, Map.of()), placer, limits, contents, this::session, Duration.ofMinutes(1));
    }

    @AfterEach
    void close() {
        executor.close();
    }

    /// The one session there is.
    private SessionPlace session(Tenant tenant, String id) throws RefusedException {
        if (!id.equals("mine")) {
            throw new RefusedException(new Refusal.SessionNotFound(), "no such session");
        }
        var sessionLimits = limits.resolve(limitsSpec(Optional.of("simple"), Optional.of(Duration.ofSeconds(9))));
        return new SessionPlace() {
            @Override
            public Placement placement() {
                return new Placement(executor, executor.capabilities(), Optional.empty());
            }

            @Override
            public ResolvedLimits limits() {
                return sessionLimits;
            }

            @Override
            public SandboxSource sandboxes(IfSessionBusy ifBusy) {
                return (_, _) -> {
                    throw new RefusedException(new Refusal.SessionBusy(), "always busy");
                };
            }
        };
    }

    @Test
    void aProgramIsResolvedWithEverythingThatHolds() throws Exception {
        try (var plan = resolve(Specs.execution(Specs.program("PY", "print 1")))) {
            var spec = plan.spec();

            assertThat(spec.language()).isEqualTo("python");
            assertThat(spec.languageVersion()).isEqualTo("fake 1");
            assertThat(spec.file()).isEqualTo(WorkspacePath.of("main.py"));
            assertThat(spec.executor()).isEqualTo("fake");
            assertThat(spec.isolation()).isEqualTo(Isolation.PROCESS);
            assertThat(spec.profile()).isEqualTo("default");
            assertThat(spec.maxQueueTime()).hasMinutes(1);
            assertThat(spec.limits()).extracting(EnforcedLimit::kind).containsExactly(LimitKind.values());
            assertThat(spec.limits())
                    .contains(new EnforcedLimit(
                            LimitKind.WALL_TIME,
                            new EnforcedLimit.Value.Time(Duration.ofSeconds(60)),
                            Mechanism.WATCHDOG));
            assertThat(plan.program().argv()).containsExactly("python3", "main.py");
            assertThat(plan.output()).isEqualTo(plan.program().limits().output());
        }
    }

    @Test
    void noSandboxIsOpenedBeforeItIsAskedForAndNoneIsLeftAfterwards() throws Exception {
        try (var plan = resolve(Specs.execution(Specs.program("bash", "exit 0")))) {
            assertThat(executor.openSandboxes()).isEmpty();

            try (var lease = plan.sandboxes().acquire(Duration.ZERO, _ -> {})) {
                assertThat(executor.openSandboxes()).hasSize(1).first().isEqualTo(lease.sandbox());
            }
        }
        assertThat(executor.openSandboxes()).isEmpty();
    }

    @Test
    void aSandboxIsOpenedForTheWarmInterpreterThatMayRunTheProgram(@TempDir Path languages) throws Exception {
        Files.createDirectories(languages.resolve("python/prelude"));
        Files.writeString(languages.resolve("python/language.yaml"), WARM_PYTHON);
        router = router(languages);
        var usual = Specs.program("python", "print 1");

        assertThat(interpreterFor(usual)).contains("python");
        assertThat(interpreterFor(with(usual, usual.source(), Map.of("PYTHONUTF8", "1"), Map.of())))
                .isEmpty();
        assertThat(interpreterFor(with(usual, true, List.of()))).isEmpty();
    }

    @Test
    void aSandboxIsOpenedForTheLanguageAndOfTheImageThatWasNamed() throws Exception {
        var spec = Specs.execution(Specs.program("sh", "exit 0"));

        for (var asked : List.of(spec, withImage(spec, "debian"))) {
            try (var plan = resolve(asked);
                    var _ = plan.sandboxes().acquire(Duration.ZERO, _ -> {})) {
                var opened = executor.openSandboxes().iterator().next().spec();
                assertThat(opened.language()).contains("bash");
                assertThat(opened.image()).isEqualTo(asked.image());
                assertThat(opened.imageDigest()).isEqualTo(asked.image().map("fake:"::concat));
                assertThat(plan.spec().imageDigest()).isEqualTo(opened.imageDigest());
            }
        }
        assertThatThrownBy(() -> resolve(withImage(spec, "ubuntu")))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("the image is none of those that may be named, which are debian");
    }

    private static ExecutionSpec withImage(ExecutionSpec spec, String image) {
        return new ExecutionSpec(
                spec.program(),
                spec.standardInput(),
                spec.session(),
                spec.limits(),
                spec.minimumIsolation(),
                spec.executor(),
                spec.requireCell(),
                Optional.of(image),
                spec.extras(),
                spec.artifacts(),
                spec.maxQueueTime(),
                spec.ifSessionBusy());
    }

    /// What the sandbox was opened for, which is also who may run the program.
    private Optional<String> interpreterFor(ProgramSpec program) throws Exception {
        try (var plan = resolve(Specs.execution(program));
                var _ = plan.sandboxes().acquire(Duration.ZERO, _ -> {})) {
            var opened = executor.openSandboxes().iterator().next().spec().interpreter();
            assertThat(plan.program().warm())
                    .isEqualTo(opened.map(name -> new Program.WarmStart(name, Set.of("PYTHONPATH"))));
            return opened;
        }
    }

    @Test
    void anUnknownLanguageIsRefusedAndTheKnownOnesAreNamed() {
        assertThatThrownBy(() -> resolve(Specs.execution(Specs.program("cobol", "x"))))
                .isInstanceOf(RefusedException.class)
                .hasMessage(
                        "spec.program.language: there is no such language here; there are: bash, javascript, python");
    }

    @Test
    void contentNamedByDigestIsHeldUntilThePlanIsClosed() throws Exception {
        var source = upload("print uploaded");
        var input = upload("input");

        try (var plan = resolve(withContent(ContentSource.uploaded(source), input))) {
            clock.advance(EXPIRY.multipliedBy(2));
            contents.sweep();

            assertThat(read(plan.program().files().getFirst())).isEqualTo("print uploaded");
            assertThat(plan.stdin())
                    .isInstanceOfSatisfying(
                            Plan.Stdin.Bytes.class,
                            bytes -> assertThat(bytes.content().size()).isEqualTo(5));
        }
        clock.advance(EXPIRY);
        assertThatThrownBy(() -> contents.hold(Tenant.LOCAL, source)).isInstanceOf(RefusedException.class);
    }

    @Test
    void contentThatIsNotThereIsRefusedAndNothingStaysHeld() throws Exception {
        var source = upload("print uploaded");
        var missing = Digest.of(new byte[] {1});

        var refused = catchThrowableOfType(
                RefusedException.class, () -> resolve(withContent(ContentSource.uploaded(source), missing)));

        assertThat(refused.failure().refusal()).isEqualTo(new Refusal.ContentNotFound());
        clock.advance(EXPIRY);
        assertThatThrownBy(() -> contents.hold(Tenant.LOCAL, source)).isInstanceOf(RefusedException.class);
    }

    @Test
    void aSessionGivesItsPlaceAndItsLimits() throws Exception {
        var spec = Specs.execution(Specs.program("bash", "exit 0"), LimitsSpec.NONE, Optional.of("mine"));

        try (var plan = resolve(spec)) {
            assertThat(plan.spec().session()).contains("mine");
            assertThat(plan.spec().profile()).isEqualTo("simple");
            assertThat(plan.program().limits().wallTime()).hasSeconds(9);
            assertThatThrownBy(() -> plan.sandboxes().acquire(Duration.ZERO, _ -> {}))
                    .hasMessage("always busy");
        }
    }

    @Test
    void anUnknownSessionIsRefused() {
        var spec = Specs.execution(Specs.program("bash", "exit 0"), LimitsSpec.NONE, Optional.of("other"));

        assertThatThrownBy(() -> resolve(spec))
                .isInstanceOf(RefusedException.class)
                .hasMessage("no such session");
    }

    @Test
    void whatASessionHasFixedIsRefusedNamingEach() {
        var spec = new ExecutionSpec(
                Specs.program("bash", "exit 0"),
                new StandardInput.None(),
                Optional.of("mine"),
                limitsSpec(Optional.of("simple"), Optional.of(Duration.ofSeconds(1))),
                Optional.of(Isolation.PROCESS),
                Optional.of("fake"),
                true,
                Optional.of("debian"),
                new Extras(Set.of("data"), Set.of("fuse"), Set.of("db")),
                List.of(),
                Optional.empty(),
                IfSessionBusy.WAIT);

        var refused = catchThrowableOfType(RefusedException.class, () -> resolve(spec));

        assertThat(refused.failure().refusal())
                .isEqualTo(new Refusal.FixedBySession(List.of(
                        "spec.minimum_isolation",
                        "spec.executor",
                        "spec.require_cell",
                        "spec.image",
                        "spec.mounts",
                        "spec.devices",
                        "spec.hosts",
                        "spec.limits.profile")));
    }

    @Test
    void theDigestIsTheSameForTheSameRunHoweverItIsWritten() throws Exception {
        var uploaded = upload("print 1");

        assertThat(digest(Specs.execution(Specs.program("py", "print 1"))))
                .isEqualTo(digest(Specs.execution(Specs.program("python3", "print 1"))))
                .isEqualTo(digest(new ExecutionSpec(
                        with(Specs.program("python", ""), ContentSource.uploaded(uploaded), Map.of(), Map.of()),
                        new StandardInput.None(),
                        Optional.empty(),
                        limitsSpec(Optional.of("default"), Optional.of(Duration.ofSeconds(60))),
                        Optional.of(Isolation.PROCESS),
                        Optional.of("fake"),
                        false,
                        Optional.empty(),
                        Extras.NONE,
                        List.of(),
                        Optional.of(Duration.ofHours(1)),
                        IfSessionBusy.FAIL)));
    }

    @Test
    void theDigestIsAnotherForAnotherRun() throws Exception {
        var plain = Specs.program("python", "print 1");
        var source = plain.source();

        var digests = List.of(
                digest(Specs.execution(plain)),
                digest(Specs.execution(Specs.program("python", "print 2"))),
                digest(Specs.execution(Specs.program("bash", "print 1"))),
                digest(Specs.execution(with(plain, source, Map.of("A", "1"), Map.of()))),
                digest(Specs.execution(with(plain, source, Map.of("A", "2"), Map.of()))),
                digest(Specs.execution(with(plain, source, Map.of(), Map.of("A", new Secret("1"))))),
                digest(Specs.execution(with(plain, true, List.of()))),
                digest(Specs.execution(with(plain, false, List.of("-O")))),
                digest(Specs.execution(with(plain, false, List.of("-O", "-u")))),
                digest(Specs.execution(
                        plain, limitsSpec(Optional.empty(), Optional.of(Duration.ofSeconds(1))), Optional.empty())),
                digest(withImage(Specs.execution(plain), "debian")),
                digest(Specs.execution(plain, LimitsSpec.NONE, Optional.of("mine"))));

        assertThat(digests).doesNotHaveDuplicates();
    }

    @Test
    void theDigestTellsNothingAboutASecret() throws Exception {
        var program = Specs.program("python", "print 1");
        var source = program.source();

        assertThat(digest(Specs.execution(with(program, source, Map.of(), Map.of("A", new Secret("1"))))))
                .isEqualTo(digest(Specs.execution(with(program, source, Map.of(), Map.of("A", new Secret("2"))))));
    }

    private Plan resolve(ExecutionSpec spec) throws RefusedException {
        return router.resolve(Tenant.LOCAL, spec);
    }

    private Digest digest(ExecutionSpec spec) throws RefusedException {
        try (var plan = resolve(spec)) {
            return plan.spec().specDigest();
        }
    }

    private Digest upload(String text) throws Exception {
        try (var upload = contents.upload(Tenant.LOCAL, Optional.empty(), OptionalLong.empty())) {
            upload.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            return upload.commit().digest();
        }
    }

    private static String read(InputFile file) throws Exception {
        try (var stream = file.content().open()) {
            assertThat(file.content()).isInstanceOf(Content.InFile.class);
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static ExecutionSpec withContent(ContentSource source, Digest stdin) {
        return new ExecutionSpec(
                with(Specs.program("python", ""), source, Map.of(), Map.of()),
                new StandardInput.Bytes(ContentSource.uploaded(stdin)),
                Optional.empty(),
                LimitsSpec.NONE,
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Extras.NONE,
                List.of(),
                Optional.empty(),
                IfSessionBusy.WAIT);
    }

    private static ProgramSpec with(
            ProgramSpec program, ContentSource source, Map<String, String> environment, Map<String, Secret> secrets) {
        return new ProgramSpec(
                program.language(),
                source,
                program.file(),
                program.arguments(),
                environment,
                secrets,
                program.files(),
                program.workingDirectory(),
                false,
                Buffering.LINE,
                false,
                List.of());
    }

    private static ProgramSpec with(ProgramSpec program, boolean freshInterpreter, List<String> interpreterFlags) {
        return new ProgramSpec(
                program.language(),
                program.source(),
                program.file(),
                program.arguments(),
                program.environment(),
                program.secretEnvironment(),
                program.files(),
                program.workingDirectory(),
                program.mergeStderr(),
                program.buffering(),
                freshInterpreter,
                interpreterFlags);
    }

    private static LimitsSpec limitsSpec(Optional<String> profile, Optional<Duration> wallTime) {
        var none = LimitsSpec.NONE;
        return new LimitsSpec(
                profile,
                wallTime,
                none.cpuTime(),
                none.memory(),
                none.processes(),
                none.cpuMillis(),
                none.output(),
                none.onOutputLimit(),
                none.disk(),
                none.fileSize());
    }
}
