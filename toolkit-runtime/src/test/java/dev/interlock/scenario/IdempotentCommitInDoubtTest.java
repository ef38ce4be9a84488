package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.idempotency.IdempotencyCounts;
import dev.interlock.idempotency.IdempotencyCounts.Kind;
import dev.interlock.idempotency.IdempotencyCounts.Result;
import dev.interlock.scenario.Payments.Receipt;
import dev.interlock.testing.CommitCutter;
import dev.interlock.testing.CommitCutter.Cut;
import dev.interlock.testing.PostgresServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The reply of COMMIT is lost on the way, or COMMIT itself; the record tells which. */
class IdempotentCommitInDoubtTest {

    private static final int CUTS = 10;
    private static final String CONFLICT = "DO $$ BEGIN RAISE EXCEPTION 'a conflict' USING ERRCODE = '40001'; END $$";

    private CommitCutter cutter;

    @BeforeEach
    void open() throws IOException {
        PaymentsFixture.reset();
        cutter = new CommitCutter(
                URI.create(PostgresServer.url().substring("jdbc:".length())).getPort());
    }

    @AfterEach
    void close() throws IOException {
        cutter.close();
    }

    @ParameterizedTest
    @EnumSource
    void theRecordTellsAndTheCallIsAnswered(Setting setting) {
        try (PaymentsFixture fixture = new PaymentsFixture(setting, pool(), context -> context);
                PaymentsFixture other = new PaymentsFixture(Setting.PLAIN_JDBC)) {
            for (int i = 0; i < CUTS; i++) {
                String order = "order " + i;
                cutter.cut(i % 2 == 0 ? Cut.NOT_ARRIVED : Cut.ARRIVED);
                Receipt receipt = fixture.payments.payInDoubt(order);
                assertThat(PaymentsFixture.charged(order)).as(order).isEqualTo(1);
                assertThat(other.payments.payInDoubt(order)).isEqualTo(receipt);
                assertThat(PaymentsFixture.charged(order)).as(order).isEqualTo(1);
            }
            assertThat(cutter.cuts()).isEqualTo(CUTS);
            assertThat(fixture.context.getBean(IdempotencyCounts.class).all())
                    .containsEntry(new Kind("doubtful", Result.DOUBT_RESOLVED), (long) CUTS);
        }
    }

    /** The conflict of the attempt before, whose rollback is proven, says nothing of this COMMIT. */
    @ParameterizedTest
    @EnumSource
    void theRecordTellsAlsoWhereAnAttemptBeforeMetAConflict(Setting setting) throws Exception {
        try (PaymentsFixture fixture = new PaymentsFixture(setting, pool(), context -> context)) {
            for (Cut cut : Cut.values()) {
                String order = "order " + cut;
                AtomicInteger bodies = new AtomicInteger();
                Receipt receipt = fixture.payments.payRetried(order, () -> {
                    if (bodies.incrementAndGet() == 1) {
                        cutter.cut(cut);
                        fixture.context.getBean(JdbcClient.class).sql(CONFLICT).update();
                    }
                    return null;
                });
                assertThat(PaymentsFixture.charged(order)).as(order).isEqualTo(1);
                assertThat(fixture.payments.payRetried(order, () -> null)).isEqualTo(receipt);
                assertThat(bodies).as(order).hasValue(cut == Cut.ARRIVED ? 2 : 3);
            }
            assertThat(fixture.context.getBean(IdempotencyCounts.class).all())
                    .containsEntry(new Kind("retried", Result.DOUBT_RESOLVED), (long) Cut.values().length);
        }
    }

    @ParameterizedTest
    @EnumSource
    void controlArmPaysTwiceWhenItIsRepeated(Setting setting) {
        try (PaymentsFixture fixture = new PaymentsFixture(setting, pool(), context -> context)) {
            cutter.cut(Cut.ARRIVED);
            assertThat(catchThrowable(() -> fixture.payments.unguarded("a", BigDecimal.ONE)))
                    .isInstanceOf(RuntimeException.class);
            fixture.payments.unguarded("a", BigDecimal.ONE);
            assertThat(PaymentsFixture.charged("a")).isEqualTo(2);
        }
    }

    private HikariDataSource pool() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://localhost:" + cutter.port() + "/postgres?preferQueryMode=simple");
        source.setUser(PostgresServer.user());
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMaximumPoolSize(2);
        return new HikariDataSource(config);
    }
}
