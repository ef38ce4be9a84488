package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.ThrowingSupplier;
import dev.interlock.retry.IndeterminateOutcomeException;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import javax.sql.DataSource;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionSystemException;

/**
 * What becomes of an attempt that fails with a code, at a statement or at COMMIT, through each manager and each API: raised by
 * the server, translated by whoever translates it.
 */
class ConflictTruthTableTest {

    private enum End {
        RETRIED,
        THROWN,
        INDETERMINATE
    }

    private record Row(String state, String constraint, End atStatement, End atCommit) {}

    private static final List<Row> TABLE = List.of(
            new Row("40001", "", End.RETRIED, End.RETRIED),
            new Row("40P01", "", End.RETRIED, End.RETRIED),
            new Row("55P03", "", End.RETRIED, End.INDETERMINATE),
            new Row("23505", "named", End.RETRIED, End.RETRIED),
            new Row("23P01", "named", End.RETRIED, End.RETRIED),
            new Row("23505", "other", End.THROWN, End.THROWN),
            new Row("23505", "", End.THROWN, End.THROWN),
            new Row("23503", "named", End.THROWN, End.THROWN),
            new Row("40002", "", End.THROWN, End.THROWN),
            new Row("40003", "", End.THROWN, End.INDETERMINATE),
            new Row("25P02", "", End.THROWN, End.INDETERMINATE),
            new Row("57014", "", End.THROWN, End.INDETERMINATE),
            new Row("P0001", "", End.THROWN, End.INDETERMINATE),
            new Row("22001", "", End.THROWN, End.INDETERMINATE),
            new Row("57P01", "", End.RETRIED, End.INDETERMINATE),
            new Row("08006", "", End.RETRIED, End.INDETERMINATE));

    private static final String RAISE = "SELECT cast(raise_state(?1, ?2) AS text)";
    private static final String RAISE_LATER = "INSERT INTO raised_at_commit VALUES (?1, ?2)";

    /** Manager and API. */
    enum Access {
        PLAIN {
            @Override
            PlatformTransactionManager manager(DataSource pool) {
                return new DataSourceTransactionManager(pool);
            }
        },
        TRANSLATING {
            @Override
            PlatformTransactionManager manager(DataSource pool) {
                return new JdbcTransactionManager(pool);
            }
        },
        JDBC_UNDER_JPA {
            @Override
            PlatformTransactionManager manager(DataSource pool) {
                return Setting.JPA.manager(pool);
            }
        },
        ENTITIES {
            @Override
            PlatformTransactionManager manager(DataSource pool) {
                return Setting.JPA.manager(pool);
            }

            @Override
            BiConsumer<String, Row> statements(DataSource pool, PlatformTransactionManager manager) {
                EntityManagerFactory factory = ((JpaTransactionManager) manager).getEntityManagerFactory();
                EntityManager entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
                return (sql, row) -> {
                    jakarta.persistence.Query query = entities.createNativeQuery(sql)
                            .setParameter(1, row.state())
                            .setParameter(2, row.constraint());
                    if (sql.equals(RAISE)) {
                        query.getResultList();
                    } else {
                        query.executeUpdate();
                    }
                };
            }
        };

        abstract PlatformTransactionManager manager(DataSource pool);

        BiConsumer<String, Row> statements(DataSource pool, PlatformTransactionManager manager) {
            JdbcClient jdbc = JdbcClient.create(pool);
            return (sql, row) -> {
                String plain = sql.replaceAll("\\?[12]", "?");
                if (sql.equals(RAISE)) {
                    jdbc.sql(plain)
                            .params(row.state(), row.constraint())
                            .query()
                            .listOfRows();
                } else {
                    jdbc.sql(plain).params(row.state(), row.constraint()).update();
                }
            };
        }
    }

    @BeforeAll
    static void create() {
        JdbcClient.create(PostgresServer.direct()).sql("""
                        CREATE OR REPLACE FUNCTION raise_state(state text, violated text) RETURNS void LANGUAGE plpgsql AS $$
                        BEGIN
                            RAISE EXCEPTION 'raised by the test' USING ERRCODE = state, CONSTRAINT = violated;
                        END $$;
                        CREATE OR REPLACE FUNCTION raise_row() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN
                            PERFORM raise_state(NEW.state, NEW.violated);
                            RETURN NULL;
                        END $$;
                        CREATE TABLE IF NOT EXISTS raised_at_commit (state text, violated text);
                        DROP TRIGGER IF EXISTS raise_later ON raised_at_commit;
                        CREATE CONSTRAINT TRIGGER raise_later AFTER INSERT ON raised_at_commit
                            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_row()
                        """).update();
    }

    @ParameterizedTest
    @EnumSource
    void everyCodeEndsAsItShould(Access access) {
        try (HikariDataSource pool = PostgresServer.pool(2)) {
            PlatformTransactionManager manager = access.manager(pool);
            BiConsumer<String, Row> statements = access.statements(pool, manager);
            try (AnnotationConfigApplicationContext context = InterlockContext.on(pool)
                    .manager(any -> manager)
                    .beans(Conflicting.class)
                    .open()) {
                Conflicting bean = context.getBean(Conflicting.class);
                SoftAssertions table = new SoftAssertions();
                for (Row row : TABLE) {
                    table.assertThat(end(bean, row, () -> statements.accept(RAISE, row)))
                            .as("%s %s at a statement", row.state(), row.constraint())
                            .isEqualTo(row.atStatement());
                    table.assertThat(end(bean, row, () -> statements.accept(RAISE_LATER, row)))
                            .as("%s %s at COMMIT", row.state(), row.constraint())
                            .isEqualTo(row.atCommit());
                }
                table.assertAll();
            }
        }
    }

    private static End end(Conflicting bean, Row row, Runnable failing) {
        AtomicInteger attempts = new AtomicInteger();
        ThrowingSupplier<String, Exception> body = () -> {
            if (attempts.incrementAndGet() == 1) {
                failing.run();
            }
            return "done";
        };
        try {
            assertThat(bean.onAll(body)).isEqualTo("done");
            assertThat(attempts).hasValue(2);
            return End.RETRIED;
        } catch (IndeterminateOutcomeException doubt) {
            assertThat(attempts).hasValue(1);
            return End.INDETERMINATE;
        } catch (Exception thrown) {
            assertThat(attempts).hasValue(1);
            assertThat(states(thrown)).contains(row.state());
            return End.THROWN;
        }
    }

    private static List<String> states(Throwable failure) {
        List<String> states = new ArrayList<>();
        for (Throwable next = failure; next != null; next = next.getCause()) {
            if (next instanceof SQLException sql) {
                states.add(sql.getSQLState());
            }
            if (next instanceof TransactionSystemException system && system.getApplicationException() != null) {
                states.addAll(states(system.getApplicationException()));
            }
        }
        return states;
    }
}
