package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.json.JsonMapper;

/** Jobs that are enqueued outside of any transaction, or when one has just been committed. */
class EnqueueAloneTest {

    private final QueueFixture fixture = new QueueFixture(10);
    private final AtomicInteger commits = new AtomicInteger();

    record Letter(int number) {}

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aStatementThatCommitsByItselfNeedsNoCommit() {
        WorkQueue<Letter> letters = letters(counting(true));
        letters.enqueue(new Letter(1));
        letters.enqueueAll(List.of(new Letter(2), new Letter(3)));
        letters.job(new Letter(4)).priority(3).enqueue();

        assertThat(letters.depth().ready()).isEqualTo(4);
        int before = commits.get();
        letters.job(new Letter(5)).unique(Unique.UNTIL_EXECUTED, "five").enqueue();
        assertThat(commits.get()).isEqualTo(before + 1);
        assertThat(before).as("that of the depth alone").isEqualTo(1);
    }

    @Test
    void jobsAreThereThoughConnectionsOfThePoolDoNotCommitByThemselves() {
        WorkQueue<Letter> letters = letters(counting(false));
        letters.enqueue(new Letter(1));
        letters.enqueueAll(List.of(new Letter(2), new Letter(3)));

        assertThat(commits).hasValue(2);
        assertThat(fixture.jdbc
                        .sql("SELECT count(*) FROM interlock_job WHERE queue LIKE ?")
                        .param(fixture.namespace.value() + "/%")
                        .query(Long.class)
                        .single())
                .isEqualTo(3);
    }

    @Test
    void jobsOfARolledBackTransactionAreNotThere() {
        WorkQueue<Letter> letters = letters(fixture.pool);
        fixture.transactions.executeWithoutResult(status -> {
            letters.enqueue(new Letter(1));
            letters.enqueueAll(List.of(new Letter(2)));
            status.setRollbackOnly();
        });
        assertThat(letters.depth().ready()).isZero();
    }

    @Test
    void jobsEnqueuedWhenATransactionHasCommittedAreDoneAtOnce() {
        Queues queues = fixture.queues(QueueFixture.QUICK.withPollInterval(Duration.ofMinutes(1)));
        WorkQueue<Letter> letters = queues.work("letters", Letter.class)
                .handler((letter, job) -> fixture.effect(letter.number(), job.attempt()))
                .create();
        queues.start();
        letters.enqueue(new Letter(1));
        await().atMost(Duration.ofSeconds(20)).until(() -> fixture.effects().size() == 1);
        fixture.transactions.executeWithoutResult(
                status -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        letters.enqueue(new Letter(2));
                    }
                }));
        await().atMost(Duration.ofSeconds(20)).until(() -> fixture.effects().contains("2"));
    }

    private WorkQueue<Letter> letters(DataSource dataSource) {
        return new Queues(
                        dataSource,
                        dataSource == fixture.pool ? fixture.manager : new DataSourceTransactionManager(dataSource),
                        fixture.namespace,
                        new JacksonPayloads(new JsonMapper()),
                        QueueFixture.QUICK)
                .work("letters", Letter.class)
                .create();
    }

    /** Counts commits. */
    private DataSource counting(boolean autoCommit) {
        return new DelegatingDataSource(fixture.pool) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                connection.setAutoCommit(autoCommit);
                return (Connection) Proxy.newProxyInstance(
                        Connection.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (proxy, method, values) -> {
                            if (method.getName().equals("commit")) {
                                commits.incrementAndGet();
                            }
                            try {
                                return method.invoke(connection, values);
                            } catch (InvocationTargetException thrown) {
                                throw thrown.getCause();
                            }
                        });
            }
        };
    }
}
