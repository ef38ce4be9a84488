package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.queue.JobHandler;
import dev.interlock.spring.QueueHandlersTest.Done;
import dev.interlock.spring.QueueHandlersTest.Letter;
import dev.interlock.spring.QueueHandlersTest.Letters;
import dev.interlock.spring.QueueHandlersTest.NoLetters;
import dev.interlock.spring.QueueHandlersTest.Parcel;
import dev.interlock.spring.QueueHandlersTest.Parcels;
import dev.interlock.spring.QueueHandlersTest.TwoOfOneType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Handlers that no queue could take, or a queue could not choose among. */
class QueueHandlerProblemsTest {

    private static final TestDatabase DATABASE = new TestDatabase();

    private final ApplicationContextRunner runner = Contexts.on(DATABASE).withBean(Done.class);

    @AfterAll
    static void drop() {
        DATABASE.close();
    }

    @Test
    void aHandlerThatDoesNotSayWhichQueueIsRefused() {
        runner.withUserConfiguration(TwoOfOneType.class)
                .withBean("countdown", NoLetters.class)
                .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                        .contains("1 problem with queues:")
                        .contains(
                                "JobHandler bean 'countdown' does not say which queue it is for: 'inland', 'abroad' carry "
                                        + Letter.class.getName()
                                        + "; put @Qualifier(\"inland\") on it or name the bean like the"
                                        + " queue, and give it further names for further queues"));
    }

    @Test
    void severalHandlersOfOneQueueAreRefused() {
        runner.withUserConfiguration(Letters.class)
                .withBean("first", NoLetters.class)
                .withBean("second", NoLetters.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .isInstanceOfSatisfying(
                                InvalidQueuesException.class,
                                refused -> assertThat(refused.problems())
                                        .containsExactly(
                                                "Queue 'letters' has several handlers: bean 'first', bean 'second' are all"
                                                        + " JobHandler<Letter>, and a queue has one; keep one of them, or name"
                                                        + " one in the queue's handler(…)")));
    }

    @Configuration(proxyBeanMethods = false)
    static class Mute {
        @Bean
        JobHandler<?> mute() {
            return (payload, job) -> {};
        }
    }

    @Test
    void handlersThatNobodyWouldCallAreRefusedAllInOneReport() {
        runner.withUserConfiguration(Letters.class, Mute.class)
                .withBean("parcels", Parcels.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .isInstanceOfSatisfying(
                                InvalidQueuesException.class,
                                refused -> assertThat(refused.problems())
                                        .containsExactlyInAnyOrder(
                                                "JobHandler bean 'mute' does not say which payload it handles; declare it as"
                                                        + " JobHandler<Payload>, by the return type of its @Bean method or by"
                                                        + " its class",
                                                "JobHandler bean 'parcels' would never be called: no queue carries "
                                                        + Parcel.class.getName()
                                                        + "; make one with queues.work(\"name\", Parcel.class), or remove the"
                                                        + " bean")));
    }
}
