package dev.interlock.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.interlock.guard.Clock;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.observation.MicrometerSink;
import dev.interlock.retry.EscalationLocks;
import org.junit.jupiter.api.Test;

/** What may import what; the list is in docs/decisions/0002-import-rules.md. */
class ArchitectureTest {

    private static final String[] SPINE = {"dev.interlock.guard..", "dev.interlock.key..", "dev.interlock.weaving.."};
    private static final String[] FEATURES = {
        "dev.interlock.lock..",
        "dev.interlock.retry..",
        "dev.interlock.idempotency..",
        "dev.interlock.jdbc..",
        "dev.interlock.queue..",
        "dev.interlock.fanout.."
    };
    private static final String[] BACKENDS = {
        "dev.interlock.postgres..", "dev.interlock.redisson..", "dev.interlock.memory..", "dev.interlock.hibernate.."
    };

    /** What one feature declares for another to implement. */
    private static final DescribedPredicate<JavaClass> DECLARED_FOR_OTHERS = DescribedPredicate.describe(
            "are declared for other features to implement",
            type -> type.getName().startsWith(EscalationLocks.class.getName()));

    /** A row that is locked elsewhere is a lock that was not acquired, and callers shall need one handler for both. */
    private static final DescribedPredicate<JavaClass> SHARED_BY_FEATURES = DescribedPredicate.describe(
            "are shared by features", type -> type.getName().equals(LockNotAcquiredException.class.getName()));

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.interlock");

    @Test
    void packagesHaveNoCycles() {
        check(slices().matching("dev.interlock.(*)..").should().beFreeOfCycles());
    }

    @Test
    void annotationsImportTheJdkOnly() {
        check(classes()
                .that()
                .resideInAPackage("dev.interlock.annotation..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "dev.interlock.annotation.."));
    }

    @Test
    void keysImportNothingOfOursButTheBaseException() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.interlock.key..")
                .should()
                .dependOnClassesThat(ours().and(DescribedPredicate.not(
                        resideInAnyPackage("dev.interlock.key..", "dev.interlock.annotation..", "dev.interlock")))));
    }

    @Test
    void theSpineSeesNoFeatureAndNoBackend() {
        check(noClasses()
                .that()
                .resideInAnyPackage(SPINE)
                .should()
                .dependOnClassesThat(resideInAnyPackage(FEATURES).or(resideInAnyPackage(BACKENDS))));
    }

    @Test
    void observationSeesNothingOfOurs() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.interlock.observation..")
                .should()
                .dependOnClassesThat(
                        ours().and(DescribedPredicate.not(resideInAPackage("dev.interlock.observation..")))));
    }

    @Test
    void spineAndBackendsAreObservedByNobody() {
        check(noClasses()
                .that()
                .resideInAnyPackage(SPINE)
                .or()
                .resideInAnyPackage(BACKENDS)
                .should()
                .dependOnClassesThat(resideInAPackage("dev.interlock.observation..")));
    }

    @Test
    void oneClassKnowsMicrometer() {
        check(noClasses()
                .that(DescribedPredicate.not(
                        JavaClass.Predicates.belongTo(JavaClass.Predicates.type(MicrometerSink.class))))
                .should()
                .dependOnClassesThat(resideInAPackage("io.micrometer..")));
    }

    @Test
    void guardsDoNotSeeTheWeaving() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.interlock.guard..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.interlock.weaving..")));
    }

    @Test
    void featuresSeeNoOtherFeatureAndNoBackend() {
        for (String feature : FEATURES) {
            check(noClasses()
                    .that()
                    .resideInAPackage(feature)
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(FEATURES)
                            .or(resideInAnyPackage(BACKENDS))
                            .and(DescribedPredicate.not(resideInAPackage(feature)))
                            .and(DescribedPredicate.not(DECLARED_FOR_OTHERS))
                            .and(DescribedPredicate.not(SHARED_BY_FEATURES)))
                    .allowEmptyShould(true));
        }
    }

    @Test
    void backendsSeeNoOtherBackendAndNoWeaving() {
        for (String backend : BACKENDS) {
            check(noClasses()
                    .that()
                    .resideInAPackage(backend)
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(BACKENDS)
                            .or(resideInAPackage("dev.interlock.weaving.."))
                            .and(DescribedPredicate.not(resideInAPackage(backend))))
                    .allowEmptyShould(true));
        }
    }

    @Test
    void racesImportTheJdkOnlyAndServeTestsAlone() {
        check(classes()
                .that()
                .resideInAPackage("dev.interlock.test..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "dev.interlock.test.."));
        onlyIn("dev.interlock.test..", "dev.interlock.test..");
    }

    @Test
    void technologiesStayInTheirRooms() {
        onlyIn("java.sql..", "dev.interlock.postgres..", "dev.interlock.jdbc..", "dev.interlock.queue..");
        onlyIn(
                "org.springframework.jdbc..",
                "dev.interlock.postgres..",
                "dev.interlock.jdbc..",
                "dev.interlock.queue..");
        onlyIn("org.redisson..", "dev.interlock.redisson..");
        onlyIn("org.hibernate..", "dev.interlock.hibernate..");
        onlyIn("jakarta.persistence..", "dev.interlock.hibernate..");
        onlyIn("org.springframework.orm..", "dev.interlock.hibernate..");
        onlyIn("com.github.benmanes.caffeine..", "dev.interlock.weaving..", "dev.interlock.idempotency..");
        onlyIn("tools.jackson..", "dev.interlock.idempotency..", "dev.interlock.queue..");
        onlyIn("com.fasterxml.jackson..", "dev.interlock.idempotency..");
        onlyIn("org.aspectj..", "dev.interlock.weaving..");
    }

    @Test
    void onlyTheClockSleeps() {
        ArchRule sleepers = noClasses()
                .that(DescribedPredicate.not(
                        JavaClass.Predicates.belongTo(JavaClass.Predicates.assignableTo(Clock.class))))
                .should(callMethod(Thread.class, "sleep", long.class));
        check(sleepers);
        check(noClasses()
                .that(DescribedPredicate.not(
                        JavaClass.Predicates.belongTo(JavaClass.Predicates.assignableTo(Clock.class))))
                .should(callMethod(java.util.concurrent.TimeUnit.class, "sleep", long.class)));
    }

    @Test
    void durationsAreNotMeasuredOnTheWallClock() {
        check(noClasses().should(callMethod(System.class, "currentTimeMillis")));
    }

    @Test
    void ownershipIsNeverAThread() {
        check(noClasses().should().callMethod(Thread.class, "getId"));
        check(noClasses().should().callMethod(Thread.class, "getName"));
    }

    private static void onlyIn(String technology, String... rooms) {
        check(noClasses()
                .that(ours().and(DescribedPredicate.not(resideInAnyPackage(rooms))))
                .should()
                .dependOnClassesThat(resideInAPackage(technology)));
    }

    private static DescribedPredicate<JavaClass> ours() {
        return resideInAPackage("dev.interlock..");
    }

    private static void check(ArchRule rule) {
        rule.check(MAIN);
    }
}
