package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Fencing;
import dev.interlock.annotation.OnUnavailable;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.InvalidGuardException;
import dev.interlock.lock.FencingToken;
import dev.interlock.testing.PostgresServer;
import dev.interlock.testing.RedisServer;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;
import org.redisson.api.RedissonClient;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.annotation.Transactional;

/** What start-up says of mutexes: what is missing, and how each of them is fenced. */
@ExtendWith(OutputCaptureExtension.class)
class MutexStartupTest {

    private static final RedisServer REDIS = RedisServer.start();
    private static final TestDatabase DATABASE = new TestDatabase();

    @AfterAll
    static void stop() {
        REDIS.close();
        DATABASE.close();
    }

    @Test
    void withoutRedissonOnTheClassPathTheLibraryIsNamed() {
        ApplicationContextRunner runner =
                Contexts.on(DATABASE).withClassLoader(new FilteredClassLoader("org.redisson"));
        runner.withBean(MutexTally.class)
                .run(context -> assertThat(problems(context))
                        .containsExactlyInAnyOrder(
                                "@DistributedMutex on MutexTally.alone(long): there is no Redis; add org.redisson:redisson"
                                        + " and define a RedissonClient bean, as Redisson's Spring Boot starter does",
                                "@DistributedMutex on MutexTally.inTransaction(long): there is no Redis; add"
                                        + " org.redisson:redisson and define a RedissonClient bean, as Redisson's Spring"
                                        + " Boot starter does"));
        runner.run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void withoutAClientTheBeanIsNamed() {
        Contexts.on(DATABASE)
                .withBean(Jobs.class)
                .run(context -> assertThat(problems(context))
                        .hasSize(2)
                        .contains(
                                "@DistributedMutex on Jobs.plain(): there is no Redis; define one RedissonClient bean, as"
                                        + " Redisson's Spring Boot starter does, or mark one @Primary"));
        Contexts.on(DATABASE).run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void severalClientsOfWhichNoneIsPrimaryAreNoChoice() {
        TestRedisson.in(Contexts.bare(), REDIS)
                .withBean(
                        "another",
                        RedissonClient.class,
                        () -> TestRedisson.client(REDIS),
                        definition -> definition.setDestroyMethodName("shutdown"))
                .withBean(Jobs.class)
                .run(context -> assertThat(problems(context))
                        .hasSize(2)
                        .allSatisfy(problem -> assertThat(problem).endsWith("or mark one @Primary")));
    }

    @Test
    void aRedisThatDoesNotAnswerIsReportedWithEachMethod() {
        try (RedisServer gone = RedisServer.start()) {
            Contexts.bare()
                    .withBean(
                            "redisson",
                            RedissonClient.class,
                            () -> {
                                RedissonClient client = TestRedisson.client(gone);
                                gone.kill();
                                return client;
                            },
                            definition -> definition.setDestroyMethodName("shutdown"))
                    .withBean(Jobs.class)
                    .run(context -> assertThat(problems(context))
                            .hasSize(2)
                            .allSatisfy(problem -> assertThat(problem)
                                    .contains("@DistributedMutex needs Redis, but it does not run a script")
                                    .contains("check the address and credentials of the RedissonClient")));
        }
    }

    @Test
    void mistakesInTheAnnotationAreInTheSameReport() {
        TestRedisson.in(Contexts.bare(), REDIS)
                .withBean(Mistaken.class)
                .run(context -> assertThat(problems(context))
                        .satisfiesExactlyInAnyOrder(
                                problem -> assertThat(problem)
                                        .startsWith("@DistributedMutex on Mistaken.count(): onUnavailable = SKIP"),
                                problem -> assertThat(problem)
                                        .startsWith("@DistributedMutex on Mistaken.brief(): leaseTime is shorter than"),
                                problem -> assertThat(problem)
                                        .startsWith(
                                                "@DistributedMutex on Mistaken.tooLong(): minHold is longer than maxHold")
                                        .endsWith("make it at most as long"),
                                problem -> assertThat(problem)
                                        .startsWith("@DistributedMutex on Mistaken.fenced(): fencing = ENFORCED needs a"
                                                + " transaction on a Postgres"),
                                problem -> assertThat(problem)
                                        .startsWith("@DistributedMutex on Mistaken.fenced(): fencing = ENFORCED needs"
                                                + " tokens, but there is no primary DataSource to draw fencing tokens from;"
                                                + " define a DataSource")));
    }

    @Test
    void withPostgresAWritingTransactionIsFencedAndOtherMethodsGetATokenOnly() {
        TestRedisson.in(Contexts.on(DATABASE), REDIS).withBean(Jobs.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(plans(context))
                    .contains("mutex 'writing' key=[] leaseTime=30s fencing=ENFORCED (from AUTO) waitTime=5s")
                    .contains("fence of mutex 'writing'")
                    .contains("mutex 'plain' key=[] leaseTime=30s fencing=TOKEN (from AUTO) waitTime=5s")
                    .doesNotContain("fence of mutex 'plain'");
            Jobs jobs = context.getBean(Jobs.class);
            long first = jobs.plain();
            long second = jobs.writing();
            assertThat(second).isGreaterThan(first);
            assertThat(DATABASE.jdbc()
                            .sql("SELECT token FROM interlock_fence WHERE kind = 'redis'")
                            .query(Long.class)
                            .list())
                    .containsExactly(second);
        });
    }

    @Test
    void withoutPostgresNothingIsFenced(CapturedOutput output) {
        TestRedisson.in(Contexts.bare(), REDIS)
                .withBean(Jobs.class)
                .run(context -> assertThat(plans(context))
                        .contains("mutex 'writing' key=[] leaseTime=30s fencing=NONE (from AUTO) waitTime=5s")
                        .contains("mutex 'plain' key=[] leaseTime=30s fencing=NONE (from AUTO) waitTime=5s"));
        assertThat(output).doesNotContain("WARN");
    }

    @Test
    void aPostgresWhoseTokensCannotBeReachedIsWarnedOf(CapturedOutput output) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(DATABASE.url());
        source.setUser(PostgresServer.user());
        TestRedisson.in(Contexts.bare(), REDIS)
                .withBean("shop", DataSource.class, () -> source)
                .withBean(Jobs.class)
                .run(context -> assertThat(plans(context)).contains("fencing=NONE (from AUTO)"));
        assertThat(output.getAll().lines().filter(line -> line.contains("WARN")))
                .singleElement()
                .asString()
                .contains("Mutexes draw no fencing tokens from the primary DataSource, so those with fencing = AUTO go"
                        + " unfenced: ")
                .contains("set interlock.postgres.url, username and password");
    }

    private static String plans(AssertableApplicationContext context) {
        return context.getBean(GuardPlans.class).all().toString();
    }

    private static List<String> problems(AssertableApplicationContext context) {
        Throwable failure = context.getStartupFailure();
        assertThat(failure).isInstanceOf(InvalidGuardException.class);
        return ((InvalidGuardException) failure).problems();
    }

    static class Jobs {

        @DistributedMutex(name = "plain")
        public Long plain() {
            return FencingToken.current().value();
        }

        @Transactional
        @DistributedMutex(name = "writing")
        public Long writing() {
            return FencingToken.current().value();
        }
    }

    static class Mistaken {

        @DistributedMutex(name = "mistaken", onUnavailable = OnUnavailable.SKIP)
        public int count() {
            return 0;
        }

        @DistributedMutex(name = "mistaken", leaseTime = "1ms")
        public void brief() {}

        @DistributedMutex(name = "mistaken", minHold = "1h")
        public void tooLong() {}

        @DistributedMutex(name = "mistaken", fencing = Fencing.ENFORCED)
        public void fenced() {}
    }
}
