package dev.interlock.queue;

import static dev.interlock.queue.QueueFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.testing.PostgresServer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Whose transaction a job is enqueued in. */
class QueueTransactionsTest {

    private final QueueFixture fixture = new QueueFixture(10);
    private final Queues queues = fixture.queues();
    private final WorkQueue<Letter> letters =
            queues.work("letters", Letter.class).create();

    record Letter(int number) {}

    @AfterEach
    void close() {
        fixture.close();
    }

    private long ready() {
        return letters.depth().ready();
    }

    @Test
    void withoutATransactionAJobHasOneOfItsOwn() {
        letters.enqueue(new Letter(1));
        letters.enqueueAll(List.of(new Letter(2), new Letter(3)));
        assertThat(ready()).isEqualTo(3);
        assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
    }

    @Test
    void inATransactionAJobIsThereExactlyIfItCommits() {
        fixture.transactions.executeWithoutResult(status -> {
            letters.enqueue(new Letter(1));
            letters.enqueueAll(List.of(new Letter(2), new Letter(3)));
            assertThat(ready()).isEqualTo(3);
            assertThat(fixture.jdbc
                            .sql("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
                            .query(Boolean.class)
                            .single())
                    .isTrue();
            status.setRollbackOnly();
        });
        assertThat(ready()).isZero();
        fixture.transactions.executeWithoutResult(status -> letters.enqueue(new Letter(1)));
        assertThat(ready()).isEqualTo(1);
    }

    @Test
    void rollingBackToASavepointTakesTheJobsThatCameAfterIt() {
        TransactionTemplate nested = new TransactionTemplate(fixture.manager);
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        fixture.transactions.executeWithoutResult(status -> {
            letters.enqueue(new Letter(1));
            nested.executeWithoutResult(inner -> {
                letters.enqueueAll(List.of(new Letter(2), new Letter(3)));
                inner.setRollbackOnly();
            });
        });
        assertThat(ready()).isEqualTo(1);
    }

    @Test
    void rollingBackFreesTheUniqueKey() {
        fixture.transactions.executeWithoutResult(status -> {
            letters.job(new Letter(1)).unique(Unique.UNTIL_EXECUTED, "k").enqueue();
            status.setRollbackOnly();
        });
        assertThat(letters.job(new Letter(2))
                        .unique(Unique.UNTIL_EXECUTED, "k")
                        .enqueue()
                        .isAdded())
                .isTrue();
    }

    @Test
    void aDuplicateLeavesTheCallersTransactionUsable() {
        letters.job(new Letter(1)).unique(Unique.UNTIL_EXECUTED, "k").enqueue();
        fixture.transactions.executeWithoutResult(status -> {
            fixture.effect("before", "");
            assertThat(letters.job(new Letter(2))
                            .unique(Unique.UNTIL_EXECUTED, "k")
                            .enqueue()
                            .isAdded())
                    .isFalse();
            letters.enqueue(new Letter(3));
        });
        assertThat(fixture.effects()).containsExactly("before");
        assertThat(ready()).isEqualTo(2);
    }

    @Test
    void insideATransactionOfAnotherDataSourceEnqueuingIsRefused() {
        try (HikariDataSource elsewhere = PostgresServer.pool(2)) {
            TransactionTemplate others = new TransactionTemplate(new DataSourceTransactionManager(elsewhere));
            others.executeWithoutResult(status -> assertThatThrownBy(() -> letters.enqueue(new Letter(1)))
                    .isInstanceOf(IllegalTransactionStateException.class)
                    .hasMessageContaining(
                            "A job of queue 'letters' inside a transaction that is none of the queue's DataSource")
                    .hasMessageContaining("REQUIRES_NEW"));
            Queues wrong = fixture.queues(new Queues(
                    fixture.pool,
                    new DataSourceTransactionManager(elsewhere),
                    fixture.namespace,
                    new JacksonPayloads(new JsonMapper()),
                    QueueFixture.QUICK));
            WorkQueue<Letter> astray = wrong.work("letters", Letter.class).create();
            assertThatThrownBy(() -> astray.job(new Letter(1))
                            .unique(Unique.UNTIL_EXECUTED, 1)
                            .enqueue())
                    .isInstanceOf(IllegalTransactionStateException.class)
                    .hasMessageContaining("make the queues with a manager of their DataSource");
        }
        assertThat(ready()).isZero();
    }

    @Test
    void afterTheCommitOfATransactionAJobIsReallyEnqueued() {
        afterCommitOf(fixture.transactions);
    }

    /** As an application without the starter has it. */
    @Test
    void alsoIfNobodyToldTheTransactionManagerOfTheToolkit() {
        DataSourceTransactionManager plain = new DataSourceTransactionManager(fixture.pool);
        Queues others = fixture.queues(new Queues(
                fixture.pool, plain, fixture.namespace, new JacksonPayloads(new JsonMapper()), QueueFixture.QUICK));
        others.work("plain", Letter.class).create();
        assertThat(plain.getTransactionExecutionListeners()).hasAtLeastOneElementOfType(TransactionEvents.class);
        afterCommitOf(new TransactionTemplate(plain));
    }

    private void afterCommitOf(TransactionTemplate transactions) {
        AtomicReference<Enqueued> enqueued = new AtomicReference<>();
        transactions.executeWithoutResult(status ->
                TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        enqueued.set(letters.job(new Letter(1))
                                .unique(Unique.UNTIL_EXECUTED, "k")
                                .enqueue());
                    }
                }));
        assertThat(enqueued.get()).isInstanceOf(Enqueued.Added.class);
        assertThat(ready()).isEqualTo(1);
    }

    @Test
    void aPoolWithoutAutocommitAndATransactionAwareProxyWillDo() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(PostgresServer.direct());
        config.setMaximumPoolSize(6);
        config.setAutoCommit(false);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            DataSourceTransactionManager manager = new DataSourceTransactionManager(pool);
            Queues node = fixture.queues(new Queues(
                    new TransactionAwareDataSourceProxy(pool),
                    manager,
                    fixture.namespace,
                    new JacksonPayloads(new JsonMapper()),
                    QueueFixture.QUICK));
            WorkQueue<Letter> numbers = node.work("numbers", Letter.class)
                    .handler((letter, job) -> fixture.effect(letter.number, job.attempt()))
                    .create();
            node.start();
            numbers.enqueueAll(IntStream.range(0, 50).mapToObj(Letter::new).toList());
            new TransactionTemplate(manager).executeWithoutResult(status -> numbers.enqueue(new Letter(50)));
            eventually(() -> fixture.effects().size() == 51);
            eventually(() -> numbers.depth().equals(new QueueDepth(0, 0, 0, 0, 0)));
            node.close();
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @Test
    void jobsThatAHandlerEnqueuesAreThereExactlyIfItsJobIsDone() {
        WorkQueue<Letter> seconds = queues.work("seconds", Letter.class).create();
        WorkQueue<Letter> firsts = queues.work("firsts", Letter.class)
                .maxAttempts(1)
                .handler((letter, job) -> {
                    seconds.enqueue(letter);
                    if (letter.number % 2 == 1) {
                        throw new IllegalStateException("odd");
                    }
                })
                .create();
        queues.start();
        firsts.enqueueAll(IntStream.range(0, 10).mapToObj(Letter::new).toList());
        eventually(() -> firsts.depth().equals(new QueueDepth(0, 0, 0, 0, 5)));
        assertThat(seconds.depth().ready()).isEqualTo(5);
    }
}
