package io.godwit;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;

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
              com.tngtech.archunit.base.DescribedPredicate.describe(
                  "services",
                  slice ->
                      java.util.Set.of("checkpointer", "converter", "agent")
                          .contains(slice.getNamePart(1))))
          .should()
          .notDependOnEachOther();

  /** Common is below everything. */
  @ArchTest
  static final ArchRule commonKnowsNoService =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.godwit.blob..",
              "io.godwit.criu..",
              "io.godwit.docker..",
              "io.godwit.elf..",
              "io.godwit.isa..",
              "io.godwit.messaging..",
              "io.godwit.pages..",
              "io.godwit.proc..",
              "io.godwit.service..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.godwit.checkpointer..",
              "io.godwit.converter..",
              "io.godwit.agent..",
              "io.godwit.cli..",
              "io.godwit.standalone..");

  /**
   * Time comes in through constructors, so that tests can make it pass: only a Main reads the real
   * clock.
   */
  @ArchTest
  static final ArchRule timeIsInjected =
      noClasses()
          .that(resideOutsideOfPackages("io.godwit.cli..", "io.godwit.contract.."))
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now");

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

  /**
   * Each service's wire format stops where its own code begins: nobody but the generator writes
   * contract classes.
   */
  @ArchTest
  static final ArchRule contractIsGeneratedOnly =
      noClasses()
          .that(resideInAnyPackage("io.godwit.contract.."))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.godwit.messaging..", "io.godwit.blob..", "io.godwit.docker..");
}
