package dev.interlock.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.OnUnavailable;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import dev.interlock.weaving.WeavingMode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Every rule about guarded methods, and what its report says. */
class GuardRulesTest {

    private static HikariDataSource pool;

    @BeforeAll
    static void open() {
        pool = PostgresServer.pool(4);
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    private static List<String> problemsOf(Class<?>... beans) {
        try {
            InterlockContext.on(pool).beans(beans).open().close();
            return List.of();
        } catch (InvalidGuardException invalid) {
            return invalid.problems();
        }
    }

    static class KeysAndNames {

        @AdvisoryLocked(name = " ")
        public void blankName() {}

        @AdvisoryLocked(name = "x", key = "#nobody")
        public void unknownVariable(String orderId) {}

        @AdvisoryLocked(name = "x", key = "orderId")
        public void bareWord(String orderId) {}

        @AdvisoryLocked(name = "x", key = "#amount")
        public void floatingPoint(double amount) {}

        @AdvisoryLocked(name = "x", key = "#ids")
        public void collections(List<Double> ids) {}

        @AdvisoryLocked(name = "x", key = "T(java.lang.System).exit(1)")
        public void expression() {}
    }

    @Test
    void namesAndKeys() {
        assertThat(problemsOf(KeysAndNames.class))
                .anySatisfy(problem -> assertThat(problem)
                        .isEqualTo(
                                "@AdvisoryLocked on KeysAndNames.blankName(): name is blank; every element of a key needs"
                                        + " a value"))
                .anySatisfy(problem -> assertThat(problem)
                        .isEqualTo("@AdvisoryLocked on KeysAndNames.unknownVariable(String): key \"#nobody\" refers to"
                                + " unknown variable #nobody; use #orderId"))
                .anySatisfy(problem -> assertThat(problem)
                        .startsWith(
                                "@AdvisoryLocked on KeysAndNames.bareWord(String): key \"orderId\" is a bare word; quote"
                                        + " it: 'orderId'"))
                .anySatisfy(problem -> assertThat(problem)
                        .startsWith(
                                "@AdvisoryLocked on KeysAndNames.floatingPoint(double): key \"#amount\" has type double,"
                                        + " which cannot be part of a key"))
                .anySatisfy(problem -> assertThat(problem)
                        .contains("KeysAndNames.collections(List)")
                        .contains("java.lang.Double"))
                .anySatisfy(problem -> assertThat(problem).contains("KeysAndNames.expression()"))
                .hasSize(6);
    }

    static class Attributes {

        @AdvisoryLocked(name = "x", waitTime = "soon")
        public void duration() {}

        @AdvisoryLocked(name = "x", waitTime = "-1s")
        public void negative() {}

        @AdvisoryLocked(name = "x", waitTime = "${missing.property}")
        public void placeholder() {}

        @AdvisoryLocked(name = "x", dataSource = "elsewhere")
        public void dataSource() {}

        @AdvisoryLocked(name = "x", onUnavailable = OnUnavailable.SKIP)
        public int primitive() {
            return 1;
        }

        @AdvisoryLocked(name = "x", onUnavailable = OnUnavailable.FALLBACK)
        public void noFallback() {}

        @AdvisoryLocked(name = "x", onUnavailable = OnUnavailable.FALLBACK, fallback = "missing")
        public String missingFallback(String argument) {
            return argument;
        }

        @AdvisoryLocked(name = "x", onUnavailable = OnUnavailable.FALLBACK, fallback = "wrongReturn")
        public String wrongReturnOfFallback(String argument) {
            return argument;
        }

        public int wrongReturn(String argument) {
            return 1;
        }

        @AdvisoryLocked(name = "x", onUnavailable = OnUnavailable.FALLBACK, fallback = "guardedFallback")
        public void fallbackIsGuarded() {}

        @AdvisoryLocked(name = "y")
        public void guardedFallback() {}

        @AdvisoryLocked(name = "x", fallback = "guardedFallback")
        public void uselessFallback() {}

        @AdvisoryLocked(name = "x")
        public Future<String> future() {
            return CompletableFuture.completedFuture("");
        }
    }

    @Test
    void attributesAndReturnTypes() {
        assertThat(problemsOf(Attributes.class))
                .containsExactlyInAnyOrder(
                        "@AdvisoryLocked on Attributes.duration(): waitTime = \"soon\" is not a duration ('soon' is not a"
                                + " valid duration, cannot detect any known style); write for example \"500ms\", \"10s\","
                                + " \"PT1M\" or \"${some.property}\"",
                        "@AdvisoryLocked on Attributes.negative(): waitTime = \"-1s\" is negative; write \"0s\" to try once",
                        "@AdvisoryLocked on Attributes.placeholder(): waitTime = \"${missing.property}\" is not a duration"
                                + " (Could not resolve placeholder 'missing.property' in value \"${missing.property}\"); write"
                                + " for example \"500ms\", \"10s\", \"PT1M\" or \"${some.property}\"",
                        "@AdvisoryLocked on Attributes.dataSource(): there is no DataSource 'elsewhere'; leave dataSource"
                                + " empty",
                        "@AdvisoryLocked on Attributes.primitive(): onUnavailable = SKIP has no value to return for the"
                                + " primitive type int; return the wrapper type or void, or use THROW or FALLBACK",
                        "@AdvisoryLocked on Attributes.noFallback(): onUnavailable = FALLBACK needs the name of a method in"
                                + " fallback",
                        fallbackNotFound("missingFallback", "missing"),
                        fallbackNotFound("wrongReturnOfFallback", "wrongReturn"),
                        "@AdvisoryLocked on Attributes.fallbackIsGuarded(): fallback \"guardedFallback\" is guarded itself; a"
                                + " fallback runs outside all guards",
                        "@AdvisoryLocked on Attributes.uselessFallback(): fallback \"guardedFallback\" has no effect with"
                                + " onUnavailable = THROW; set onUnavailable = FALLBACK or remove the fallback",
                        "@AdvisoryLocked on Attributes.future(): cannot guard the return type Future, since nobody can tell"
                                + " when its work has ended; return a value, CompletionStage or CompletableFuture");
    }

    private static String fallbackNotFound(String method, String fallback) {
        return "@AdvisoryLocked on Attributes." + method + "(String): fallback \"" + fallback
                + "\" was not found in Attributes; it needs the parameters of the guarded method, optionally followed by an"
                + " exception that can take a GuardUnavailableException, and the return type String";
    }

    static class Transactions {

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        @AdvisoryLocked(name = "x", scope = LockScope.TRANSACTION)
        public void requiresNew() {}

        @Transactional(propagation = Propagation.SUPPORTS)
        @AdvisoryLocked(name = "x", scope = LockScope.TRANSACTION)
        public void supports() {}

        @Transactional(propagation = Propagation.NOT_SUPPORTED)
        @AdvisoryLocked(name = "x", scope = LockScope.TRANSACTION)
        public void notSupported() {}

        @Transactional(propagation = Propagation.NEVER)
        @AdvisoryLocked(name = "x", scope = LockScope.TRANSACTION)
        public void never() {}

        @Transactional(propagation = Propagation.NESTED)
        @AdvisoryLocked(name = "x", scope = LockScope.TRANSACTION)
        public void nested() {}

        @Transactional(readOnly = true)
        @AdvisoryLocked(name = "x", scope = LockScope.TRANSACTION)
        public void readOnly() {}

        @Transactional(isolation = Isolation.SERIALIZABLE)
        @AdvisoryLocked(name = "x", scope = LockScope.TRANSACTION)
        public void serializable() {}

        @Transactional
        @AdvisoryLocked(name = "x", scope = LockScope.TRANSACTION)
        public CompletionStage<String> stage() {
            return CompletableFuture.completedFuture("");
        }
    }

    @Test
    void transactions() {
        String remedy = "; use REQUIRED or MANDATORY, or move the guard to the caller";
        String rule = "needs a transaction around the method that the pipeline can open, but its @Transactional has"
                + " propagation ";
        assertThat(problemsOf(Transactions.class))
                .containsExactlyInAnyOrder(
                        "@AdvisoryLocked on Transactions.requiresNew(): " + rule + "REQUIRES_NEW" + remedy,
                        "@AdvisoryLocked on Transactions.supports(): " + rule + "SUPPORTS" + remedy,
                        "@AdvisoryLocked on Transactions.notSupported(): " + rule + "NOT_SUPPORTED" + remedy,
                        "@AdvisoryLocked on Transactions.never(): " + rule + "NEVER" + remedy,
                        "@AdvisoryLocked on Transactions.nested(): " + rule + "NESTED" + remedy,
                        "@AdvisoryLocked on Transactions.readOnly(): needs a writing transaction, but its @Transactional is"
                                + " readOnly; drop readOnly",
                        "@AdvisoryLocked on Transactions.serializable(): scope = TRANSACTION needs READ COMMITTED, since a"
                                + " stricter snapshot is taken before the lock is waited for and would not show what the"
                                + " former holder committed; use scope = SESSION",
                        "@AdvisoryLocked on Transactions.stage(): needs a transaction, but the method returns CompletionStage"
                                + " and a transaction ends when the method returns; return a value");
    }

    @Test
    void managerAndDataSourceMustMatch() {
        try (HikariDataSource elsewhere = PostgresServer.pool(1)) {
            assertThatThrownBy(() -> InterlockContext.on(pool)
                            .manager(dataSource -> new DataSourceTransactionManager(elsewhere))
                            .beans(Scopes.class)
                            .open())
                    .isInstanceOfSatisfying(
                            InvalidGuardException.class,
                            invalid -> assertThat(invalid.problems())
                                    .containsExactly(
                                            "@AdvisoryLocked on Scopes.inTransaction(): scope = TRANSACTION needs a"
                                                    + " transaction manager of the lock's DataSource, but the method's is one of another"
                                                    + " DataSource; name the manager in @Transactional or the DataSource in dataSource, or"
                                                    + " use scope = SESSION"));
        }
    }

    @Test
    void anActiveTransactionOfAnotherDataSourceIsRefusedAtTheCall() {
        try (HikariDataSource elsewhere = PostgresServer.pool(1);
                AnnotationConfigApplicationContext context =
                        InterlockContext.on(pool).beans(Scopes.class).open()) {
            Scopes scopes = context.getBean(Scopes.class);
            TransactionTemplate other = new TransactionTemplate(new DataSourceTransactionManager(elsewhere));
            assertThatThrownBy(() -> other.executeWithoutResult(status -> scopes.inTransaction()))
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageContaining("the active transaction is not one of the lock's DataSource");
        }
    }

    static class WithoutRedis {

        @DistributedMutex(name = "x")
        public void mutex() {}
    }

    @Test
    void whatIsNotSupportedIsRefusedAndNeverIgnored() {
        assertThat(problemsOf(WithoutRedis.class))
                .containsExactly("@DistributedMutex on WithoutRedis.mutex(): is not supported by this configuration;"
                        + " supported: @AdvisoryLocked, @Idempotent, @RetryOnConflict, @RowLocked, @StateTransition. Remove the"
                        + " annotation, or add the guard that reads it");
    }

    @Test
    void unwovenMethodsAreRefusedInAspectjMode() {
        assertThatThrownBy(() -> InterlockContext.on(pool)
                        .mode(WeavingMode.ASPECTJ)
                        .beans(Scopes.class)
                        .open())
                .isInstanceOf(InvalidGuardException.class)
                .hasMessageContaining(
                        "Scopes.none(): is guarded but not woven, though interlock.weaving=aspectj. Load time:"
                                + " start the JVM with -javaagent:aspectjweaver.jar and name the aspect"
                                + " dev.interlock.weaving.GuardAspect and the package dev.interlock.guard in META-INF/aop.xml.");
    }

    @Test
    void everyProblemOfEveryBeanStandsInOneReport() {
        assertThatThrownBy(() -> InterlockContext.on(pool)
                        .beans(KeysAndNames.class, Transactions.class, WithoutRedis.class)
                        .open())
                .isInstanceOf(InvalidGuardException.class)
                .hasMessageStartingWith("15 problems with guarded methods:")
                .hasMessageContaining("KeysAndNames.")
                .hasMessageContaining("Transactions.")
                .hasMessageContaining("WithoutRedis.");
    }

    static class Scopes {

        @Transactional
        @AdvisoryLocked(name = "x")
        public void required() {}

        @Transactional(propagation = Propagation.MANDATORY, isolation = Isolation.READ_COMMITTED)
        @AdvisoryLocked(name = "x")
        public void mandatory() {}

        @AdvisoryLocked(name = "x")
        public void none() {}

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        @AdvisoryLocked(name = "x")
        public void requiresNew() {}

        @Transactional(isolation = Isolation.REPEATABLE_READ)
        @AdvisoryLocked(name = "x")
        public void repeatableRead() {}

        @Transactional(readOnly = true)
        @AdvisoryLocked(name = "x")
        public void readOnly() {}

        @Transactional
        @AdvisoryLocked(name = "x")
        public CompletionStage<String> stage() {
            return CompletableFuture.completedFuture("");
        }

        @AdvisoryLocked(name = "x", key = "#key")
        public void byKey(String key) {}

        @Transactional
        @AdvisoryLocked(name = "x", scope = LockScope.TRANSACTION, waitTime = "0s")
        public void inTransaction() {}
    }

    @Test
    void autoIsDecidedAtStartUpAndPrinted() {
        try (AnnotationConfigApplicationContext context =
                InterlockContext.on(pool).beans(Scopes.class).open()) {
            List<GuardPlan> plans = context.getBean(GuardPlans.class).all();
            assertThat(plan(plans, "required()")).contains("scope=TRANSACTION (from AUTO)");
            assertThat(plan(plans, "mandatory()")).contains("scope=TRANSACTION (from AUTO)");
            assertThat(plan(plans, "none()")).contains("scope=SESSION (from AUTO)");
            assertThat(plan(plans, "requiresNew()")).contains("scope=SESSION (from AUTO)");
            assertThat(plan(plans, "repeatableRead()")).contains("scope=SESSION (from AUTO)");
            assertThat(plan(plans, "readOnly()")).contains("scope=SESSION (from AUTO)");
            assertThat(plan(plans, "stage()")).contains("scope=SESSION (from AUTO)");
            assertThat(plan(plans, "required()").lines())
                    .containsExactly(
                            "Scopes.required()",
                            "  ADVISORY_LOCK: turn for lock 'x' key=[] scope=TRANSACTION (from AUTO) waitTime=10s",
                            "  TRANSACTION: joined, or opened by the pipeline",
                            "  ADVISORY_TRANSACTION_LOCK: lock 'x'");
        }
    }

    private static String plan(List<GuardPlan> plans, String method) {
        return plans.stream()
                .map(GuardPlan::toString)
                .filter(text -> text.startsWith("Scopes." + method))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aKeyWithoutAValueIsRefusedAtTheCallWithoutNamingIt() {
        try (AnnotationConfigApplicationContext context =
                InterlockContext.on(pool).beans(Scopes.class).open()) {
            Scopes scopes = context.getBean(Scopes.class);
            assertThatThrownBy(() -> scopes.byKey(null))
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessageContaining("part \"#key\" of key 'x' is null");
            assertThatThrownBy(() -> scopes.byKey(" "))
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessageContaining("is blank");
        }
    }

    @Test
    void aStricterTransactionOfTheCallerIsRefusedAtTheCall() {
        try (AnnotationConfigApplicationContext context =
                InterlockContext.on(pool).beans(Scopes.class).open()) {
            TransactionTemplate strict = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
            strict.setIsolationLevel(TransactionTemplate.ISOLATION_SERIALIZABLE);
            Scopes scopes = context.getBean(Scopes.class);
            assertThatThrownBy(() -> strict.executeWithoutResult(status -> scopes.inTransaction()))
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageContaining(
                            "scope = TRANSACTION needs READ COMMITTED, but the transaction is serializable");
        }
    }
}
