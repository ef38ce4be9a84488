package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.annotation.Jitter;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.queue.JobHandler;
import dev.interlock.queue.Queues;
import dev.interlock.queue.WorkQueue;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;

/** What handlers call, guards and JPA included, takes part in the transaction of their job. */
class QueueJobsTest {

    private static final int JOBS = 60;

    private final TestDatabase database = new TestDatabase();
    private final Queue<String> attempts = new ConcurrentLinkedQueue<>();
    private final ApplicationContextRunner runner =
            Contexts.on(database).withBean("attempts", Queue.class, () -> attempts);

    @BeforeEach
    void create() {
        Tally.createTable(database.jdbc());
    }

    @AfterEach
    void drop() {
        database.close();
    }

    record Count(int tally) {}

    static WorkQueue<Count> queue(Queues queues, boolean outside, JobHandler<Count> handler) {
        var builder = queues.work("counts", Count.class)
                .backoff(Duration.ofMillis(1), 1, Duration.ofMillis(1), Jitter.NONE)
                .handler(handler);
        return (outside ? builder.outsideWork() : builder).create();
    }

    @Configuration(proxyBeanMethods = false)
    static class Locked {

        /** Tally 1 under a lock, tally 2 without. */
        @Bean
        WorkQueue<Count> counts(Queues queues, Tally tally) {
            return queue(queues, false, (count, job) -> {
                if (count.tally() == 1) {
                    tally.transaction(1);
                } else {
                    tally.transactionControl(2);
                }
            });
        }
    }

    @Test
    void locksAreHeldUntilTheJobsTransactionEnds() {
        runner.withBean(Tally.class).withUserConfiguration(Locked.class).run(context -> {
            for (int tally = 1; tally <= 2; tally++) {
                enqueue(context.getBeanProvider(WorkQueue.class).getObject(), tally, JOBS);
            }
            awaitNoJobs();
            assertThat(context.getBean(Tally.class).value(1)).isEqualTo(JOBS);
            assertThat(context.getBean(Tally.class).value(2))
                    .as("without a lock updates are lost")
                    .isLessThan(JOBS);
        });
    }

    /** Loses its lock in the first attempt, by the end of the lock's connection. */
    @Configuration(proxyBeanMethods = false)
    static class LosesItsLock {

        @Bean
        WorkQueue<Count> counts(Queues queues, Tally tally, JdbcClient jdbc, Queue<String> attempts) {
            return queue(
                    queues,
                    false,
                    (count, job) -> tally.during(1, () -> {
                        attempts.add("attempt " + job.attempt());
                        tally.transactionControl(1);
                        if (job.attempt() == 1) {
                            jdbc.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname ="
                                            + " current_database() AND application_name = 'shop interlock'")
                                    .query(Boolean.class)
                                    .list();
                        }
                    }));
        }
    }

    @Test
    void aLostLockVetoesTheCommitOfTheJob() {
        runner.withBean(Tally.class).withUserConfiguration(LosesItsLock.class).run(context -> {
            enqueue(context.getBeanProvider(WorkQueue.class).getObject(), 1, 1);
            awaitNoJobs();
            assertThat(attempts).containsExactly("attempt 1", "attempt 2");
            assertThat(context.getBean(Tally.class).value(1)).isEqualTo(1);
        });
    }

    static class Conflicting {

        private final JdbcClient jdbc;
        private final Queue<String> attempts;

        Conflicting(JdbcClient jdbc, Queue<String> attempts) {
            this.jdbc = jdbc;
            this.attempts = attempts;
        }

        /** Fails the first time. */
        @Transactional
        @RetryOnConflict(delay = "1ms", maxDelay = "1ms")
        public void add(int attempt) {
            jdbc.sql("UPDATE tally SET n = n + 1 WHERE id = 1").update();
            attempts.add("attempt " + attempt);
            if (attempts.size() == 1) {
                throw new OptimisticLockingFailureException("a conflict");
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Retried {
        @Bean
        WorkQueue<Count> counts(Queues queues, Conflicting service) {
            return queue(queues, true, (count, job) -> service.add(job.attempt()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class RetriedInside {
        @Bean
        WorkQueue<Count> counts(Queues queues, Conflicting service) {
            return queue(queues, false, (count, job) -> service.add(job.attempt()));
        }
    }

    @Test
    void conflictsOfOutsideWorkAreRetriedWhereTheyHappen() {
        runner.withBean(Conflicting.class).withUserConfiguration(Retried.class).run(context -> {
            enqueue(context.getBeanProvider(WorkQueue.class).getObject(), 1, 1);
            awaitNoJobs();
            assertThat(attempts).containsExactly("attempt 1", "attempt 1");
            assertThat(tally()).isEqualTo(1);
        });
    }

    @Test
    void conflictsInAJobsTransactionAreRetriedByTheQueue() {
        runner.withBean(Conflicting.class)
                .withUserConfiguration(RetriedInside.class)
                .run(context -> {
                    enqueue(context.getBeanProvider(WorkQueue.class).getObject(), 1, 1);
                    awaitNoJobs();
                    assertThat(attempts).containsExactly("attempt 1", "attempt 2");
                    assertThat(tally()).isEqualTo(1);
                });
    }

    /** A tally as an entity. */
    @Entity
    @Table(name = "tally")
    static class TallyEntity {

        @Id
        private long id;

        private long n;
    }

    @Configuration(proxyBeanMethods = false)
    static class Jpa {

        @Bean
        LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
            LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
            factory.setDataSource(dataSource);
            factory.setManagedTypes(PersistenceManagedTypes.of(TallyEntity.class.getName()));
            factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
            factory.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "none"));
            return factory;
        }

        @Bean
        PlatformTransactionManager transactionManager(EntityManagerFactory factory) {
            return new JpaTransactionManager(factory);
        }

        @Bean
        WorkQueue<Count> counts(Queues queues, EntityManagerFactory factory, Queue<String> attempts) {
            EntityManager entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
            return queue(queues, false, (count, job) -> {
                entities.find(TallyEntity.class, 1L).n++;
                attempts.add("attempt " + job.attempt());
                if (job.attempt() == 1) {
                    entities.flush();
                    throw new IllegalStateException("after the flush");
                }
            });
        }
    }

    @Test
    void entitiesAreFlushedAndCommittedWithTheJob() {
        runner.withUserConfiguration(Jpa.class).run(context -> {
            enqueue(context.getBeanProvider(WorkQueue.class).getObject(), 1, 1);
            awaitNoJobs();
            assertThat(attempts).containsExactly("attempt 1", "attempt 2");
            assertThat(tally()).isEqualTo(1);
        });
    }

    @SuppressWarnings("unchecked")
    private static void enqueue(WorkQueue<?> queue, int tally, int jobs) {
        ((WorkQueue<Count>) queue)
                .enqueueAll(IntStream.range(0, jobs)
                        .mapToObj(job -> new Count(tally))
                        .toList());
    }

    private long tally() {
        return database.jdbc()
                .sql("SELECT n FROM tally WHERE id = 1")
                .query(Long.class)
                .single();
    }

    private void awaitNoJobs() {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(database.jdbc()
                                .sql("SELECT count(*) FROM interlock_job")
                                .query(Long.class)
                                .single())
                        .isZero());
    }
}
