package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.retry.IndeterminateOutcomeException;
import dev.interlock.retry.RetryCounts;
import dev.interlock.testing.CommitCutter;
import dev.interlock.testing.CommitCutter.Cut;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The connection breaks at COMMIT, before or after the server has carried it out, and the client cannot tell which. The
 * profile {@code faults} asks for more cuts.
 */
class InDoubtCommitTest {

    private static final int CUTS = Integer.getInteger("interlock.faults.commits", 20);

    private final JdbcClient outside = JdbcClient.create(PostgresServer.direct());
    private CommitCutter cutter;

    @BeforeEach
    void open() throws IOException {
        outside.sql("CREATE TABLE IF NOT EXISTS doubtful (call int)").update();
        outside.sql("TRUNCATE doubtful").update();
        cutter = new CommitCutter(
                URI.create(PostgresServer.url().substring("jdbc:".length())).getPort());
    }

    @AfterEach
    void close() throws IOException {
        cutter.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyOneIsReportedAndNoneIsRetried(Setting setting) {
        try (HikariDataSource pool = pool();
                AnnotationConfigApplicationContext context = open(setting, pool)) {
            Conflicting conflicting = context.getBean(Conflicting.class);
            JdbcClient jdbc = JdbcClient.create(pool);
            for (int i = 0; i < CUTS; i++) {
                int call = i;
                Cut cut = i % 2 == 0 ? Cut.NOT_ARRIVED : Cut.ARRIVED;
                AtomicInteger attempts = new AtomicInteger();
                cutter.cut(cut);
                Throwable thrown = catchThrowable(() -> conflicting.onAll(() -> {
                    attempts.incrementAndGet();
                    return insert(jdbc, call);
                }));
                assertThat(thrown).as("%s, call %d", cut, call).isInstanceOf(IndeterminateOutcomeException.class);
                assertThat(attempts).hasValue(1);
                assertThat(rows(call)).as("%s, call %d", cut, call).isEqualTo(cut == Cut.ARRIVED ? 1 : 0);
            }
            assertThat(cutter.cuts()).isEqualTo(CUTS);
            assertThat(context.getBean(RetryCounts.class).all().values()).containsExactly((long) CUTS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void controlArmThatRetriesBlindlyDoesItTwice(Setting setting) throws Exception {
        try (HikariDataSource pool = pool();
                AnnotationConfigApplicationContext context = open(setting, pool)) {
            Conflicting conflicting = context.getBean(Conflicting.class);
            JdbcClient jdbc = JdbcClient.create(pool);
            cutter.cut(Cut.ARRIVED);
            assertThat(catchThrowable(() -> conflicting.inTransaction(() -> insert(jdbc, 1))))
                    .isInstanceOf(RuntimeException.class);
            conflicting.inTransaction(() -> insert(jdbc, 1));
            assertThat(rows(1)).isEqualTo(2);
        }
    }

    private static int insert(JdbcClient jdbc, int call) {
        return jdbc.sql("INSERT INTO doubtful VALUES (?)").param(call).update();
    }

    private int rows(int call) {
        return outside.sql("SELECT count(*) FROM doubtful WHERE call = ?")
                .param(call)
                .query(Integer.class)
                .single();
    }

    private static AnnotationConfigApplicationContext open(Setting setting, DataSource pool) {
        return InterlockContext.on(pool)
                .manager(setting::manager)
                .beans(Conflicting.class)
                .open();
    }

    private HikariDataSource pool() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://localhost:" + cutter.port() + "/postgres?preferQueryMode=simple");
        source.setUser(PostgresServer.user());
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMaximumPoolSize(1);
        return new HikariDataSource(config);
    }
}
