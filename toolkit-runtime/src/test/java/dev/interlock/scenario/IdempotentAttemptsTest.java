package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.idempotency.IdempotencyCounts;
import dev.interlock.idempotency.IdempotencyCounts.Kind;
import dev.interlock.idempotency.IdempotencyCounts.Result;
import dev.interlock.retry.RetryContext;
import dev.interlock.scenario.Payments.Broke;
import dev.interlock.scenario.Payments.Receipt;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Idempotent calls that are retried: what becomes of one attempt is not taken for what became of another. */
class IdempotentAttemptsTest {

    private static final String CONFLICT = "DO $$ BEGIN RAISE EXCEPTION 'a conflict' USING ERRCODE = '40001'; END $$";

    private final AtomicInteger bodies = new AtomicInteger();

    @BeforeAll
    static void create() {
        PaymentsFixture.outside().sql("""
                        CREATE OR REPLACE FUNCTION raise_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN
                            RAISE EXCEPTION 'a conflict' USING ERRCODE = '40001';
                        END $$;
                        CREATE TABLE IF NOT EXISTS conflict_at_commit (n int);
                        DROP TRIGGER IF EXISTS raise_conflict ON conflict_at_commit;
                        CREATE CONSTRAINT TRIGGER raise_conflict AFTER INSERT ON conflict_at_commit
                            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_conflict()
                        """).update();
    }

    @BeforeEach
    void reset() {
        PaymentsFixture.reset();
    }

    /** A pool that can refuse to give a connection. */
    private static final class RefusingPool extends HikariDataSource {

        private final AtomicBoolean refusing = new AtomicBoolean();

        RefusingPool(Setting setting) {
            super(config(setting));
        }

        private static HikariConfig config(Setting setting) {
            HikariConfig config = new HikariConfig();
            config.setDataSource(PostgresServer.direct());
            config.setMaximumPoolSize(4);
            config.setAutoCommit(setting != Setting.JDBC_WITHOUT_AUTO_COMMIT);
            return config;
        }

        void refuseOnce() {
            refusing.set(true);
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (refusing.compareAndSet(true, false)) {
                throw new SQLException("too many clients", "53300");
            }
            return super.getConnection();
        }
    }

    private static PaymentsFixture fixture(Setting setting, HikariDataSource pool) {
        return new PaymentsFixture(setting, pool, context -> context);
    }

    private Receipt pay(PaymentsFixture fixture, Callable<?> firstTime) throws Exception {
        return fixture.payments.payRetried("a", () -> {
            if (bodies.incrementAndGet() == 1) {
                firstTime.call();
            }
            return null;
        });
    }

    private static JdbcClient inside(PaymentsFixture fixture) {
        return fixture.context.getBean(JdbcClient.class);
    }

    private static Broke contended(PaymentsFixture fixture) {
        try {
            inside(fixture).sql(CONFLICT).update();
            throw new AssertionError("There was no conflict");
        } catch (RuntimeException conflict) {
            Broke broke = new Broke("contended");
            broke.initCause(conflict);
            return broke;
        }
    }

    /** The exception would be an outcome, had it been the call's. */
    @ParameterizedTest
    @EnumSource
    void whatAFormerAttemptThrewIsNotRecordedForACallThatFailedOtherwise(Setting setting) throws Exception {
        try (RefusingPool pool = new RefusingPool(setting);
                PaymentsFixture fixture = fixture(setting, pool);
                PaymentsFixture other = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            assertThatThrownBy(() -> pay(fixture, () -> {
                        Broke broke = contended(fixture);
                        pool.refuseOnce();
                        throw broke;
                    }))
                    .isNotInstanceOf(Broke.class)
                    .hasRootCauseMessage("too many clients");
            assertThat(bodies).hasValue(1);
            assertThat(PaymentsFixture.records()).isZero();
            Receipt receipt = pay(other, () -> null);
            assertThat(pay(fixture, () -> null)).isEqualTo(receipt);
            assertThat(bodies).hasValue(2);
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatTheLastAttemptThrewIsRecorded(Setting setting) throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(setting);
                PaymentsFixture other = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            for (PaymentsFixture node : List.of(fixture, fixture, other)) {
                assertThatThrownBy(() -> node.payments.payRetried("a", () -> {
                            bodies.incrementAndGet();
                            throw contended(node);
                        }))
                        .isExactlyInstanceOf(Broke.class)
                        .hasMessage("contended");
            }
            assertThat(bodies).hasValue(4);
            assertThat(PaymentsFixture.charged("a")).isZero();
            assertThat(PaymentsFixture.records()).isEqualTo(1);
        }
    }

    /** The first caller has had the fallback's answer, so that no other may get the exception it stood in for. */
    @ParameterizedTest
    @EnumSource
    void whatAFallbackStoodInForIsNotRecorded(Setting setting) throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(setting)) {
            Receipt instead = fixture.payments.payOrPostpone("a", () -> {
                throw contended(fixture);
            });
            assertThat(instead).isEqualTo(fixture.payments.postpone("a", () -> null));
            assertThat(PaymentsFixture.records()).isZero();
            Receipt receipt = fixture.payments.payOrPostpone("a", () -> null);
            assertThat(receipt).isNotEqualTo(instead).isEqualTo(fixture.payments.payOrPostpone("a", () -> null));
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    /** The COMMIT of the first attempt failed with a code that proves its rollback, and the second began no transaction. */
    @ParameterizedTest
    @EnumSource
    void aCommitThatIsKnownToHaveFailedIsNotInDoubtAfterTheNextAttempt(Setting setting) throws Exception {
        try (RefusingPool pool = new RefusingPool(setting);
                PaymentsFixture fixture = fixture(setting, pool)) {
            assertThatThrownBy(() -> pay(fixture, () -> {
                        inside(fixture)
                                .sql("INSERT INTO conflict_at_commit VALUES (1)")
                                .update();
                        pool.refuseOnce();
                        return null;
                    }))
                    .hasRootCauseMessage("too many clients");
            assertThat(bodies).hasValue(1);
            assertThat(doubtsResolved(fixture)).isZero();
            assertThat(PaymentsFixture.records()).isZero();
            assertThat(pay(fixture, () -> null)).isNotNull();
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    /** One body for each attempt, each with its number. */
    @ParameterizedTest
    @EnumSource
    void aCommitThatIsKnownToHaveFailedIsRetriedAndNothingElse(Setting setting) throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(setting)) {
            List<Integer> attempts = new ArrayList<>();
            Receipt receipt = fixture.payments.payRetried("a", () -> {
                attempts.add(RetryContext.current().attempt());
                if (attempts.size() <= 2) {
                    inside(fixture)
                            .sql("INSERT INTO conflict_at_commit VALUES (1)")
                            .update();
                }
                return null;
            });
            assertThat(attempts).containsExactly(1, 2, 3);
            assertThat(doubtsResolved(fixture)).isZero();
            assertThat(fixture.payments.payRetried("a", () -> null)).isEqualTo(receipt);
            assertThat(PaymentsFixture.charged("a")).isEqualTo(1);
        }
    }

    private static long doubtsResolved(PaymentsFixture fixture) {
        return fixture.context.getBean(IdempotencyCounts.class).all().entrySet().stream()
                .filter(count -> count.getKey().equals(new Kind("retried", Result.DOUBT_RESOLVED)))
                .mapToLong(count -> count.getValue())
                .sum();
    }
}
