package io.godwit;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.Tcp;
import io.godwit.messaging.KafkaMessaging;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/** The shape that DESIGN agrees on, held by the build. */
@AnalyzeClasses(packages = "io.godwit", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  /**
   * The codec, ELF, ISA facts and rewriting must be usable, and testable, without any service
   * around.
   */
  @ArchTest
  static final ArchRule imagesAndRewritingKnowNoKafkaS3OrMetrics =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.godwit.criu..",
              "io.godwit.elf..",
              "io.godwit.isa..",
              "io.godwit.converter.environment..",
              "io.godwit.converter.graft..",
              "io.godwit.converter.registers..",
              "io.godwit.converter.rewrite..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..",
              "io.minio..",
              "io.micrometer..",
              "com.github.dockerjava..",
              "io.godwit.messaging..",
              "io.godwit.blob..",
              "io.godwit.docker..",
              "io.godwit.service..");

  /** Services meet on topics only; a call from one to another would not survive either's crash. */
  @ArchTest
  static final ArchRule servicesDoNotKnowEachOther =
      slices()
          .matching("io.godwit.(*)..")
          .namingSlices("$1")
          .that(
              describe(
                  "services",
                  slice ->
                      Set.of("checkpointer", "converter", "agent", "batch")
                          .contains(slice.getNamePart(1))))
          .should()
          .notDependOnEachOther();

  /**
   * The packages from the ground up: each knows only what stands before it. A new one is put where
   * it belongs.
   */
  private static final List<String> FLOORS =
      List.of(
          // common/images
          "criu.field",
          "criu",
          "isa",
          "elf",
          // common/pipeline
          "contract",
          "refusal",
          "service",
          "trace",
          "trust",
          "messaging",
          "blob",
          "pages",
          // common/machine
          "proc",
          "docker",
          // checkpointer
          "checkpointer.source",
          "checkpointer.preflight",
          "checkpointer.pages",
          "checkpointer.journal.wire",
          "checkpointer.migration",
          "checkpointer.freeze",
          "checkpointer.work",
          "checkpointer",
          // converter
          "converter.graft",
          "converter.registers",
          "converter.environment",
          "converter.rewrite",
          "converter",
          "converter.service",
          // restorer-agent
          "agent.state",
          "agent.machine",
          "agent.hold",
          "agent.proof",
          "agent.container",
          "agent.ready",
          "agent.rehearsal",
          "agent.restore",
          "agent",
          // batch-controller
          "batch.spec",
          "batch.state",
          "batch.plan",
          "batch.lead",
          "batch.file",
          "batch",
          // deploy
          "standalone",
          "setup.store",
          "cli");

  /**
   * What can be read from the ground up can be understood one package at a time. A Main stands
   * above all of its service.
   */
  @ArchTest
  static final ArchRule packagesKnowOnlyTheFloorsBelow =
      classes()
          .that()
          .doNotHaveSimpleName("Main")
          .should(
              new ArchCondition<>("know only the floors below their own") {
                @Override
                public void check(JavaClass some, ConditionEvents events) {
                  int own = floor(some);
                  if (own < 0) {
                    events.add(violated(some, some.getName() + " stands on no floor: see FLOORS"));
                  }
                  some.getDirectDependenciesFromSelf().stream()
                      .filter(known -> floor(known.getTargetClass()) > own)
                      .forEach(known -> events.add(violated(known, known.getDescription())));
                }
              });

  /** Place in {@link #FLOORS}; -1: in none. */
  private static int floor(JavaClass some) {
    String name = some.getBaseComponentType().getPackageName();
    return name.startsWith("io.godwit.") ? FLOORS.indexOf(name.substring(10)) : -1;
  }

  /**
   * The Engine's JSON ends in one package, so that what an Engine writes otherwise is mended in one
   * place. Two classes read what is runc's: its descriptors.json, and a bundle's config.json.
   */
  @ArchTest
  static final ArchRule theEnginesJsonEndsInOnePlace =
      noClasses()
          .that(resideOutsideOfPackages("io.godwit.docker.."))
          .and()
          .doNotHaveFullyQualifiedName("io.godwit.converter.environment.InheritedPipes")
          .and()
          .doNotHaveFullyQualifiedName("io.godwit.agent.hold.Bundle")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.fasterxml.jackson..");

  /**
   * Protobuf stops where the machine begins: what is done to images, processes and the Engine does
   * not change because a record has one field more. Attempts, manifests and phases are generated
   * messages wherever they are handed on: a record of ours would lose the fields of later versions.
   */
  @ArchTest
  static final ArchRule theMachineKnowsNoRecords =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.godwit.criu..",
              "io.godwit.elf..",
              "io.godwit.isa..",
              "io.godwit.refusal..",
              "io.godwit.service..",
              "io.godwit.proc..",
              "io.godwit.docker..",
              "io.godwit.checkpointer.source..",
              "io.godwit.checkpointer.freeze..",
              "io.godwit.converter.environment..",
              "io.godwit.converter.graft..",
              "io.godwit.converter.registers..",
              "io.godwit.converter.rewrite..",
              "io.godwit.agent.proof..")
          .and()
          .doNotBelongToAnyOf(Tcp.class)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.godwit.contract..");

  /**
   * Starting a container from a checkpoint is where one could run twice, or from its beginning: it
   * is done, and looked after, in one place.
   */
  @ArchTest
  static final ArchRule oneWayToStartFromACheckpoint =
      noClasses()
          .that()
          .areNotAssignableTo(CheckpointStart.class)
          .should()
          .callMethod(DockerEngine.class, "startFromCheckpoint", String.class, String.class);

  /**
   * Time comes in through constructors, so that tests can make it pass: only a Main reads the real
   * clock, and a command, which is over before anybody could test its time.
   */
  @ArchTest
  static final ArchRule timeIsInjected =
      noClasses()
          .that(resideOutsideOfPackages("io.godwit.cli..", "io.godwit.contract.."))
          .and()
          .doNotHaveSimpleName("Main")
          .should()
          .callMethodWhere(
              describe(
                  "the machine's time is read",
                  call -> readsTheTime(call) && !makesACommandsClients(call)));

  private static boolean readsTheTime(JavaMethodCall call) {
    String owner = call.getTargetOwner().getName();
    String method = call.getTarget().getName();
    return switch (owner) {
      case "java.lang.System" -> method.equals("currentTimeMillis") || method.equals("nanoTime");
      case "java.time.Clock" -> method.startsWith("system") || method.startsWith("tick");
      default ->
          owner.startsWith("java.time.")
              && method.equals("now")
              && call.getTarget().getRawParameterTypes().stream()
                  .noneMatch(type -> type.isEquivalentTo(Clock.class));
    };
  }

  private static boolean makesACommandsClients(JavaMethodCall call) {
    return call.getOrigin().getFullName().startsWith(KafkaMessaging.class.getName() + ".of(");
  }

  /**
   * A service speaks through its log, where every line has the migration's id; only a Main may say
   * that there is no service, for want of a setting.
   */
  @ArchTest
  static final ArchRule onlyTheCommandPrints =
      noClasses()
          .that(resideOutsideOfPackages("io.godwit.cli.."))
          .and()
          .doNotHaveSimpleName("Main")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");
}
