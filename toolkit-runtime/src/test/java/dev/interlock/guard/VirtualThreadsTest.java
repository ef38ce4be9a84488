package dev.interlock.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VirtualThreadsTest {

    private static final InheritableThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();

    static List<ExecutorService> executors() {
        return List.of(
                VirtualThreads.executor("test-thread-"), VirtualThreads.pool("test-thread-", Duration.ofMillis(50)));
    }

    @ParameterizedTest
    @MethodSource("executors")
    void runsEveryTaskAtOnce(ExecutorService executor) throws Exception {
        var together = new CountDownLatch(200);
        for (int i = 0; i < 200; i++) {
            executor.execute(() -> {
                together.countDown();
                try {
                    together.await();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        assertThat(together.await(10, TimeUnit.SECONDS)).isTrue();
        executor.shutdown();
        assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("executors")
    void namesItsDaemonsAndLetsThemInheritNothing(ExecutorService executor) throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        INHERITABLE.set("of the one that submits");
        Thread.currentThread().setContextClassLoader(new ClassLoader(before) {});
        try {
            executor.submit(() -> {
                        assertThat(Thread.currentThread().getName()).isEqualTo("test-thread-0");
                        assertThat(Thread.currentThread().isDaemon()).isTrue();
                        assertThat(Thread.currentThread().getContextClassLoader())
                                .isSameAs(VirtualThreads.class.getClassLoader());
                        assertThat(INHERITABLE.get()).isNull();
                    })
                    .get(10, TimeUnit.SECONDS);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
            INHERITABLE.remove();
            executor.shutdown();
        }
    }

    @Test
    void usesVirtualThreadsExactlyWhereThisJavaHasThem() throws Exception {
        ExecutorService executor = VirtualThreads.executor("test-thread-");
        try {
            assertThat(executor.submit(VirtualThreads::isCurrent).get(10, TimeUnit.SECONDS))
                    .isEqualTo(Runtime.version().feature() >= 21);
            assertThat(VirtualThreads.isCurrent()).isFalse();
        } finally {
            executor.shutdown();
        }
    }

    @Test
    void pooledThreadsEndWhenTheyHaveBeenIdle() throws Exception {
        ExecutorService pool = VirtualThreads.pool("test-thread-", Duration.ofMillis(50));
        var thread = new CompletableFuture<Thread>();
        pool.execute(() -> thread.complete(Thread.currentThread()));
        Thread used = thread.get(10, TimeUnit.SECONDS);
        await().atMost(Duration.ofSeconds(10)).until(() -> !used.isAlive());
        pool.shutdown();
    }
}
