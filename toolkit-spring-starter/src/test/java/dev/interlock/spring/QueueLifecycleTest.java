package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.queue.JobHandler;
import dev.interlock.queue.Queues;
import dev.interlock.queue.WorkQueue;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Queues are worked exactly while the application runs, and nothing stays behind. */
class QueueLifecycleTest {

    private final TestDatabase database = new TestDatabase();
    private final Course course = new Course();
    private final ApplicationContextRunner runner = Contexts.on(database)
            .withBean(Course.class, () -> course)
            .withBean(Service.class)
            .withUserConfiguration(Letters.class);

    @BeforeEach
    void create() {
        database.jdbc().sql("CREATE TABLE sent (number int NOT NULL)").update();
    }

    @AfterEach
    void drop() {
        database.close();
    }

    record Letter(int number) {}

    /** How far one job is. */
    static final class Course {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final AtomicBoolean interrupted = new AtomicBoolean();
        final AtomicBoolean closed = new AtomicBoolean();
    }

    /** Works while it runs, which ends in the last phase as the queues do. */
    static class Service implements SmartLifecycle, DisposableBean {

        private final JdbcClient jdbc;
        private volatile boolean running;

        Service(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        void send(Letter letter) {
            if (!running) {
                throw new IllegalStateException("The service is closed");
            }
            jdbc.sql("INSERT INTO sent VALUES (?)").param(letter.number()).update();
        }

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            running = false;
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public void destroy() {
            running = false;
        }
    }

    /** Between the handler and the service. */
    record Desk(Service service) {}

    @Configuration(proxyBeanMethods = false)
    static class Letters {

        @Bean
        WorkQueue<Letter> letters(Queues queues) {
            return queues.work("letters", Letter.class).create();
        }

        @Bean
        Desk desk(Service service) {
            return new Desk(service);
        }

        /** Waits with letter 1 only. */
        @Bean
        JobHandler<Letter> handler(Desk desk, Course course) {
            return (letter, job) -> {
                if (letter.number() == 1) {
                    course.begun.countDown();
                    try {
                        course.goOn.await(1, TimeUnit.MINUTES);
                    } catch (InterruptedException told) {
                        course.interrupted.set(true);
                        throw told;
                    }
                }
                desk.service().send(letter);
            };
        }
    }

    @Test
    void jobsAtWorkAreWaitedForAndFindEveryBeanAtWork() {
        ApplicationListener<ContextClosedEvent> closing = event -> {
            course.closed.set(true);
            CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS).execute(course.goOn::countDown);
        };
        runner.withInitializer(context -> context.addApplicationListener(closing))
                .run(context -> {
                    enqueue(context.getBeanProvider(WorkQueue.class).getObject(), 1);
                    assertThat(course.begun.await(20, TimeUnit.SECONDS)).isTrue();
                });
        assertThat(course.closed).isTrue();
        assertThat(sent()).isEqualTo(1);
        assertThat(jobs()).isZero();
        assertNothingIsLeft();
    }

    @Test
    void jobsThatTakeTooLongAreInterruptedAndLeftToOthers() {
        runner.withPropertyValues("interlock.queue.drain-timeout=100ms").run(context -> {
            enqueue(context.getBeanProvider(WorkQueue.class).getObject(), 1);
            assertThat(course.begun.await(20, TimeUnit.SECONDS)).isTrue();
        });
        assertThat(course.interrupted).isTrue();
        assertThat(sent()).isZero();
        assertThat(database.jdbc()
                        .sql("SELECT state || ' ' || attempts FROM interlock_job")
                        .query(String.class)
                        .single())
                .isIn("ready 0", "later 0");
        assertNothingIsLeft();
    }

    @Test
    void canBeStoppedAndStartedAgain() {
        runner.run(context -> {
            WorkQueue<?> letters = context.getBeanProvider(WorkQueue.class).getObject();
            enqueue(letters, 2);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(sent()).isEqualTo(1));
            SmartLifecycle lifecycle = context.getBean(QueueLifecycle.class);
            lifecycle.stop();
            assertThat(lifecycle.isRunning()).isFalse();
            enqueue(letters, 3);
            assertThat(jobs()).isEqualTo(1);
            lifecycle.start();
            assertThat(lifecycle.isRunning()).isTrue();
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(sent()).isEqualTo(2));
        });
        assertNothingIsLeft();
    }

    @Test
    void nothingStaysAfterAFailedStart() {
        runner.withBean(ShutdownTest.Wrong.class)
                .run(context -> assertThat(context).hasFailed());
        runner.withBean(FailsLast.class)
                .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                        .contains("too late"));
        assertNothingIsLeft();
    }

    /** Fails when the queues are at work already. */
    static class FailsLast implements SmartLifecycle {

        private final QueueLifecycle queues;

        FailsLast(QueueLifecycle queues) {
            this.queues = queues;
        }

        @Override
        public void start() {
            throw new IllegalStateException(queues.isRunning() ? "too late" : "too early");
        }

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return false;
        }
    }

    @Test
    void stopBeforeTheWebServerDoes() {
        runner.run(context -> assertThat(context.getBean(QueueLifecycle.class).getPhase())
                .isGreaterThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE)
                .isGreaterThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE));
    }

    @SuppressWarnings("unchecked")
    private static void enqueue(WorkQueue<?> letters, int number) {
        ((WorkQueue<Letter>) letters).enqueue(new Letter(number));
    }

    private int sent() {
        return count("sent");
    }

    private int jobs() {
        return count("interlock_job");
    }

    private int count(String table) {
        return database.jdbc()
                .sql("SELECT count(*) FROM " + table)
                .query(Integer.class)
                .single();
    }

    private void assertNothingIsLeft() {
        await().untilAsserted(() -> {
            assertThat(database.connections("%")).isZero();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .doesNotContain("interlock-queues");
        });
    }
}
