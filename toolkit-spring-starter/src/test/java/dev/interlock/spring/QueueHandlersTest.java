package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.queue.Job;
import dev.interlock.queue.JobHandler;
import dev.interlock.queue.Queues;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.WorkQueue;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which bean handles which queue. */
@ExtendWith(OutputCaptureExtension.class)
class QueueHandlersTest {

    private static final TestDatabase DATABASE = new TestDatabase();

    private static final ParameterizedTypeReference<SequencedQueue<Notice>> SEQUENCED =
            new ParameterizedTypeReference<>() {};

    private final ApplicationContextRunner runner = Contexts.on(DATABASE).withBean(Done.class);

    @AfterAll
    static void drop() {
        DATABASE.close();
    }

    /** What the handlers were called for. */
    static class Done {

        private final Queue<String> jobs = new ConcurrentLinkedQueue<>();

        void add(Object payload) {
            jobs.add(String.valueOf(payload));
        }

        void await(Object... payloads) {
            String[] expected = Arrays.stream(payloads).map(String::valueOf).toArray(String[]::new);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(jobs).containsExactlyInAnyOrder(expected));
        }
    }

    record Letter(int number) {}

    record Parcel(int number) {}

    record Card(int number) {}

    /** What comes in two kinds. */
    sealed interface Notice {
        record Bill(int number) implements Notice {}

        record Reminder(int number) implements Notice {}
    }

    abstract static class Recording<T> implements JobHandler<T> {

        private final Done done;

        Recording(Done done) {
            this.done = done;
        }

        @Override
        public void handle(T payload, Job job) {
            done.add(payload);
        }
    }

    static class Parcels extends Recording<Parcel> {
        Parcels(Done done) {
            super(done);
        }
    }

    static class Cards implements JobHandler<Card> {

        private final JdbcClient jdbc;
        private final Done done;

        Cards(JdbcClient jdbc, Done done) {
            this.jdbc = jdbc;
            this.done = done;
        }

        @Override
        @AdvisoryLocked(name = "card", key = "#card.number")
        public void handle(Card card, Job job) {
            boolean locked = jdbc.sql("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND"
                            + " database = (SELECT oid FROM pg_database WHERE datname = current_database()))")
                    .query(Boolean.class)
                    .single();
            done.add(locked ? card : "unguarded");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Letters {
        @Bean
        WorkQueue<Letter> letters(Queues queues) {
            return queues.work("letters", Letter.class).create();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class AllForms {

        @Bean
        WorkQueue<Parcel> parcels(Queues queues) {
            return queues.work("parcels", Parcel.class).create();
        }

        @Bean
        WorkQueue<Card> cards(Queues queues) {
            return queues.work("cards", Card.class).create();
        }

        @Bean
        SequencedQueue<Notice> notices(Queues queues) {
            return queues.sequenced("notices", Notice.class).create();
        }

        @Bean
        JobHandler<Letter> byLambda(Done done) {
            return (letter, job) -> done.add(letter);
        }

        @Bean
        Recording<Notice> byGenericSuperclass(Done done) {
            return new Recording<>(done) {};
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void handlersAreFoundByWhatTheyHandle(boolean classProxies) {
        runner.withUserConfiguration(Letters.class, AllForms.class)
                .withBean(Parcels.class)
                .withBean(Cards.class)
                .withPropertyValues("spring.aop.proxy-target-class=" + classProxies)
                .run(context -> {
                    JobHandler<?> guarded = context.getBeansOfType(JobHandler.class).values().stream()
                            .filter(AopUtils::isAopProxy)
                            .findAny()
                            .orElseThrow();
                    assertThat(AopUtils.isCglibProxy(guarded)).isEqualTo(classProxies);
                    assertThat(context.getBean(Queues.class).withoutHandler()).isEmpty();
                    queue(context, "letters", Letter.class).enqueue(new Letter(1));
                    queue(context, "parcels", Parcel.class).enqueue(new Parcel(2));
                    queue(context, "cards", Card.class).enqueue(new Card(3));
                    context.getBeanProvider(SEQUENCED).getObject().submit(new Notice.Bill(4), "key");
                    context.getBean(Done.class).await(new Letter(1), new Parcel(2), new Card(3), new Notice.Bill(4));
                });
    }

    /** An application can make proxies of its own, of which only the declared type tells anything. */
    @Configuration(proxyBeanMethods = false)
    static class OtherForms {

        @Bean
        WorkQueue<Parcel> parcels(Queues queues) {
            return queues.work("parcels", Parcel.class).create();
        }

        @Bean
        @SuppressWarnings("unchecked")
        JobHandler<Letter> byJdkProxy(Done done) {
            return (JobHandler<Letter>) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {JobHandler.class}, (proxy, method, arguments) -> {
                        if (method.getDeclaringClass() == Object.class) {
                            return method.invoke(this, arguments);
                        }
                        done.add(arguments[0]);
                        return null;
                    });
        }

        @Bean
        @Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Parcels byScope(Done done) {
            return new Parcels(done);
        }

        @Bean(autowireCandidate = false)
        JobHandler<Letter> noCandidate(Done done) {
            return (letter, job) -> done.add("no candidate");
        }
    }

    @Test
    void proxiesOfOthersAreFoundAndWhatIsNoCandidateIsNot() {
        runner.withUserConfiguration(Letters.class, OtherForms.class).run(context -> {
            queue(context, "letters", Letter.class).enqueue(new Letter(1));
            queue(context, "parcels", Parcel.class).enqueue(new Parcel(2));
            context.getBean(Done.class).await(new Letter(1), new Parcel(2));
        });
    }

    /** Enqueues a job for every number down to zero. */
    static class Countdown implements JobHandler<Letter> {

        private final WorkQueue<Letter> own;
        private final Done done;

        Countdown(WorkQueue<Letter> own, Done done) {
            this.own = own;
            this.done = done;
        }

        @Override
        public void handle(Letter letter, Job job) {
            done.add(letter);
            if (letter.number() > 0) {
                own.enqueue(new Letter(letter.number() - 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHandlerMayEnqueueIntoItsOwnQueue(boolean lazy) {
        runner.withUserConfiguration(Letters.class)
                .withBean(Countdown.class)
                .withInitializer(context -> {
                    if (lazy) {
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
                    }
                })
                .run(context -> {
                    assertThat(context.getBean(Queues.class).isRunning()).isTrue();
                    queue(context, "letters", Letter.class).enqueue(new Letter(2));
                    context.getBean(Done.class).await(new Letter(2), new Letter(1), new Letter(0));
                });
    }

    @Test
    void withoutAHandlerJobsAreOnlyEnqueued(CapturedOutput output) {
        runner.withUserConfiguration(Letters.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(Queues.class).isRunning()).isFalse();
            WorkQueue<Letter> letters = queue(context, "letters", Letter.class);
            letters.enqueue(new Letter(7));
            assertThat(letters.depth().ready()).isEqualTo(1);
            DATABASE.jdbc().sql("DELETE FROM interlock_job").update();
        });
        assertThat(output.getAll().lines().filter(line -> line.contains("letters")))
                .singleElement()
                .asString()
                .contains("INFO")
                .endsWith("This process only enqueues into queues [letters], since they have no handler here");
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoOfOneType {

        @Bean
        WorkQueue<Letter> inland(Queues queues) {
            return queues.work("inland", Letter.class).create();
        }

        @Bean
        WorkQueue<Letter> abroad(Queues queues) {
            return queues.work("abroad", Letter.class).create();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ToldApart {

        @Bean
        @Qualifier("inland")
        JobHandler<Letter> byQualifier(Done done) {
            return (letter, job) -> done.add("inland " + letter.number() + " by " + job.queue());
        }

        @Bean({"anything", "abroad-handler"})
        @Qualifier("abroad")
        JobHandler<Letter> other(Done done) {
            return (letter, job) -> done.add("abroad " + letter.number() + " by " + job.queue());
        }
    }

    @Test
    void queuesOfOneTypeTakeTheHandlersThatNameThem() {
        runner.withUserConfiguration(TwoOfOneType.class, ToldApart.class).run(context -> {
            queue(context, "inland", Letter.class).enqueue(new Letter(1));
            queue(context, "abroad", Letter.class).enqueue(new Letter(2));
            context.getBean(Done.class).await("inland 1 by inland", "abroad 2 by abroad");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class OneForBoth {

        @Bean({"letters-inland", "letters-abroad"})
        JobHandler<Letter> both(Done done) {
            return (letter, job) -> done.add(job.queue());
        }

        @Bean
        WorkQueue<Letter> inland(Queues queues) {
            return queues.work("letters-inland", Letter.class).create();
        }

        @Bean
        WorkQueue<Letter> abroad(Queues queues) {
            return queues.work("letters-abroad", Letter.class).create();
        }
    }

    @Test
    void aHandlerOfTwoNamesHandlesTwoQueues() {
        runner.withUserConfiguration(OneForBoth.class).run(context -> {
            queue(context, "letters-inland", Letter.class).enqueue(new Letter(1));
            queue(context, "letters-abroad", Letter.class).enqueue(new Letter(1));
            context.getBean(Done.class).await("letters-inland", "letters-abroad");
        });
    }

    static class NoLetters implements JobHandler<Letter> {
        @Override
        public void handle(Letter letter, Job job) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class InCode {
        @Bean
        WorkQueue<Letter> letters(Queues queues, Done done) {
            return queues.work("letters", Letter.class)
                    .handler((letter, job) -> done.add("in code"))
                    .create();
        }
    }

    @Test
    void aHandlerInCodeGoesBeforeTheBeans() {
        runner.withUserConfiguration(InCode.class).withBean(NoLetters.class).run(context -> {
            queue(context, "letters", Letter.class).enqueue(new Letter(1));
            context.getBean(Done.class).await("in code");
        });
    }

    @SuppressWarnings("unchecked")
    private static <T> WorkQueue<T> queue(ApplicationContext context, String name, Class<T> payload) {
        WorkQueue<?> found = context.getBeanProvider(WorkQueue.class).stream()
                .filter(queue -> queue.name().equals(name))
                .findAny()
                .orElseThrow();
        assertThat(found.payloadType()).isEqualTo(payload);
        return (WorkQueue<T>) found;
    }
}
