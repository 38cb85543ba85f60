package dev.runnel.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// DESIGN.md §4: who may know whom.
@AnalyzeClasses(packages = "dev.runnel.server", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule protobuf_is_known_at_the_edge_only = noClasses()
            .that()
            .resideOutsideOfPackage("dev.runnel.server.rpc..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "com.google.protobuf..",
                    "com.google.rpc..",
                    "dev.runnel.v1..",
                    "dev.runnel.runner..",
                    "build.buf..");

    @ArchTest
    static final ArchRule grpc_is_known_at_the_edge_and_where_the_daemon_is_put_together_only = noClasses()
            .that()
            .resideOutsideOfPackages("dev.runnel.server.rpc..", "dev.runnel.server")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..");

    @ArchTest
    static final ArchRule back_ends_are_known_to_main_only = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.runnel.server.Main")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.runnel.executors.process..",
                    "dev.runnel.executors.docker..",
                    "dev.runnel.executors.runner..",
                    "com.github.dockerjava..");

    @ArchTest
    static final ArchRule the_server_knows_no_client = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.runnel.client..", "dev.runnel.cli..", "dev.runnel.executors.testkit..");

    @ArchTest
    static final ArchRule nobody_but_the_composition_knows_the_edge = noClasses()
            .that()
            .resideOutsideOfPackages("dev.runnel.server.rpc..", "dev.runnel.server")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.runnel.server.rpc..");

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("dev.runnel.server.(*)..").should().beFreeOfCycles();
}
