package dev.interlock.spring;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.Jitter;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.fanout.FanOut;
import dev.interlock.fanout.OnFailure;
import dev.interlock.guard.ThrowingRunnable;
import dev.interlock.queue.JobHandler;
import dev.interlock.queue.OnHeadFailure;
import dev.interlock.queue.Queues;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.WorkQueue;
import dev.interlock.spring.observation.InterlockMetricsAutoConfiguration;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.Transactional;

/** An application that uses everything that is measured. */
class MeteredShop {

    record Receipt(String text) {}

    /** What handlers and bodies do, by the text they are given. */
    interface Work {

        void on(String text) throws Exception;
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        MeteredShop shop() {
            return new MeteredShop();
        }

        @Bean
        WorkQueue<Receipt> receipts(Queues queues, Work work) {
            return queues.work("receipts", Receipt.class)
                    .maxAttempts(2)
                    .backoff(Duration.ofMillis(1), 1, Duration.ofMillis(1), Jitter.NONE)
                    .handler(handler(work))
                    .create();
        }

        @Bean
        SequencedQueue<Receipt> ledger(Queues queues, Work work) {
            return queues.sequenced("ledger", Receipt.class)
                    .maxAttempts(1)
                    .onHeadFailure(OnHeadFailure.BLOCK)
                    .handler(handler(work))
                    .create();
        }

        /** Has no handler here. */
        @Bean
        WorkQueue<Receipt> elsewhere(Queues queues) {
            return queues.work("elsewhere", Receipt.class).create();
        }

        private static JobHandler<Receipt> handler(Work work) {
            return (receipt, job) -> work.on(receipt.text());
        }
    }

    /** On this database and Redis, without any registry. */
    static ApplicationContextRunner on(TestDatabase database, RedisServer redis, Work work) {
        return TestRedisson.in(Contexts.on(database), redis)
                .withConfiguration(AutoConfigurations.of(InterlockMetricsAutoConfiguration.class))
                .withBean(Work.class, () -> work)
                .withUserConfiguration(Beans.class);
    }

    @SuppressWarnings("unchecked")
    static WorkQueue<Receipt> work(BeanFactory beans, String name) {
        return beans.getBean(name, WorkQueue.class);
    }

    @SuppressWarnings("unchecked")
    static SequencedQueue<Receipt> sequenced(BeanFactory beans, String name) {
        return beans.getBean(name, SequencedQueue.class);
    }

    @AdvisoryLocked(name = "order", key = "#id", scope = LockScope.SESSION, waitTime = "0s")
    public <E extends Exception> void session(String id, ThrowingRunnable<E> body) throws E {
        body.run();
    }

    @Transactional
    @AdvisoryLocked(name = "stock", key = "#id", waitTime = "200ms")
    public <E extends Exception> void transaction(String id, ThrowingRunnable<E> body) throws E {
        body.run();
    }

    @DistributedMutex(name = "mail", key = "#id", waitTime = "0s")
    public <E extends Exception> void mutex(String id, ThrowingRunnable<E> body) throws E {
        body.run();
    }

    @RetryOnConflict(maxRetries = 2, delay = "1ms", maxDelay = "1ms")
    public <E extends Exception> void retried(String id, ThrowingRunnable<E> body) throws E {
        body.run();
    }

    @Transactional
    @Idempotent(name = "pay", key = "#key", fingerprint = "#payload", waitTime = "200ms")
    public String pay(String key, String payload) {
        return "paid " + payload;
    }

    static void fanOut(Work call, String... items) {
        FanOut.over(List.of(items)).onFailure(OnFailure.COLLECT).map(item -> {
            call.on(item);
            return item;
        });
    }
}
