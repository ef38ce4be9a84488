package dev.interlock.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.KeyScope;
import dev.interlock.annotation.OnDuplicate;
import dev.interlock.guard.GuardPlan;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.InvalidGuardException;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Every rule about idempotent methods, and what its report says. */
class IdempotentRulesTest {

    private static HikariDataSource pool;

    @BeforeAll
    static void open() {
        pool = PostgresServer.pool(2);
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    /** Each breaks one rule. */
    static class Broken {

        /** A type without properties. */
        public static class Opaque {}

        @Idempotent(name = "x", key = "#missing")
        public void unknownVariable(long id) {}

        @Idempotent(name = "x", key = "#ids")
        public void severalKeys(List<Long> ids) {}

        @Idempotent(name = "x")
        public void noKey(long id) {}

        @Idempotent(name = "x", key = "#id", scope = KeyScope.CALLER)
        public void noPrincipals(long id) {}

        @Idempotent(name = "x", key = "#id", ttl = "0s")
        public void noLife(long id) {}

        @Idempotent(name = "x", key = "#id", waitTime = "soon")
        public void wrongDuration(long id) {}

        @Idempotent(name = "x", key = "#id", mode = IdempotencyMode.LEASED, leaseTime = "100ms")
        public void shortLease(long id) {}

        @Idempotent(name = "x", key = "#id", onDuplicate = OnDuplicate.SKIP)
        public int skipOfPrimitive(long id) {
            return 0;
        }

        @Idempotent(name = "x", key = "#id", storeOutcome = false)
        public int unstoredPrimitive(long id) {
            return 0;
        }

        @Idempotent(name = "x", key = "#id")
        public Object untyped(long id) {
            return id;
        }

        @Idempotent(name = "x", key = "#id")
        public Opaque opaque(long id) {
            return new Opaque();
        }

        @Idempotent(name = "x", key = "#id")
        public void stream(long id, InputStream body) {}

        @Idempotent(name = "x", key = "#id", fingerprint = "#nothing")
        public void unknownFingerprint(long id) {}

        @Idempotent(
                name = "x",
                key = "#id",
                fingerprint = {"*", "#id"})
        public void allAndMore(long id) {}

        @Idempotent(name = "x", key = "#id", replayFor = IdempotencyException.class)
        public void replayOfOurs(long id) {}

        @Idempotent(name = "x", key = "#id", dataSource = "elsewhere")
        public void unknownDataSource(long id) {}

        @Idempotent(name = "x", key = "#id")
        public CompletionStage<Long> stageInTransaction(long id) {
            throw new UnsupportedOperationException();
        }

        @Idempotent(name = "x", key = "#id", mode = IdempotencyMode.LEASED)
        public Future<Long> future(long id) {
            throw new UnsupportedOperationException();
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        @Idempotent(name = "x", key = "#id")
        public void requiresNew(long id) {}

        @Transactional(readOnly = true)
        @Idempotent(name = "x", key = "#id")
        public void readOnly(long id) {}
    }

    @Test
    void everyBrokenRuleIsReportedWithItsRemedy() {
        List<String> problems = problemsOf(Broken.class);
        assertProblem(problems, "unknownVariable", "unknown variable #missing");
        assertProblem(problems, "severalKeys", "takes a single value");
        assertProblem(problems, "noKey", "has no key and nothing brings one with a request; give it a key");
        assertProblem(problems, "noPrincipals", "add Spring Security or a PrincipalResolver bean");
        assertProblem(problems, "noLife", "ttl must be more than zero");
        assertProblem(problems, "wrongDuration", "waitTime = \"soon\" is not a duration");
        assertProblem(problems, "shortLease", "leaseTime must be at least 1s");
        assertProblem(problems, "skipOfPrimitive", "no value to return for the primitive type int");
        assertProblem(problems, "unstoredPrimitive", "leaves a replay nothing to return for the primitive type int");
        assertProblem(problems, "untyped", "the return type java.lang.Object says nothing of what it is");
        assertProblem(problems, "opaque", "Opaque has no properties that could be written as JSON");
        assertProblem(problems, "stream", "parameter 1 of type java.io.InputStream is no value");
        assertProblem(problems, "unknownFingerprint", "fingerprint \"#nothing\" refers to unknown variable");
        assertProblem(problems, "allAndMore", "fingerprint has \"*\" besides others");
        assertProblem(problems, "replayOfOurs", "IdempotencyException, which is no outcome of the method");
        assertProblem(problems, "unknownDataSource", "there is no DataSource 'elsewhere'");
        assertProblem(problems, "stageInTransaction", "returns CompletionStage and a transaction ends");
        assertProblem(problems, "future", "cannot guard the return type Future");
        assertProblem(problems, "requiresNew", "propagation REQUIRES_NEW");
        assertProblem(problems, "readOnly", "its @Transactional is readOnly");
    }

    private static void assertProblem(List<String> problems, String method, String text) {
        assertThat(problems)
                .anySatisfy(problem -> assertThat(problem)
                        .startsWith("@Idempotent on Broken." + method + "(")
                        .contains(text));
    }

    private static List<String> problemsOf(Class<?> bean) {
        try {
            InterlockContext.on(pool).beans(bean).open().close();
            return List.of();
        } catch (InvalidGuardException invalid) {
            return invalid.problems();
        }
    }

    /** What a handler method of a web framework may look like. */
    static class Sound {

        /** A value of the application. */
        public record Line(String item, int quantity) {}

        @Transactional
        @Idempotent(name = "order", key = "#id")
        public Map<String, List<Line>> order(String id, List<Line> lines, Locale locale, java.security.Principal user) {
            return Map.of("lines", lines);
        }

        @Idempotent(name = "leased", key = "#id", mode = IdempotencyMode.LEASED)
        public CompletionStage<Optional<Line>> later(String id, Set<Line> lines) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void thePlanSaysWhatIsWoven() {
        try (AnnotationConfigApplicationContext context =
                InterlockContext.on(pool).beans(Sound.class).open()) {
            assertThat(context.getBean(GuardPlans.class).all())
                    .extracting(GuardPlan::toString)
                    .anySatisfy(plan -> assertThat(plan)
                            .contains("IDEMPOTENCY: idempotent 'order' TRANSACTIONAL key=#id SHARED ttl=24h"
                                    + " onDuplicate=WAIT")
                            .contains("ATTEMPT: no claim of 'order' left of another attempt")
                            .contains("TRANSACTION: joined, or opened by the pipeline")
                            .contains("IDEMPOTENCY_CLAIM: claim of 'order'"))
                    .anySatisfy(plan -> assertThat(plan)
                            .contains("IDEMPOTENCY: idempotent 'leased' LEASED key=#id SHARED")
                            .doesNotContain("ATTEMPT", "IDEMPOTENCY_CLAIM"));
        }
    }
}
