package dev.interlock.benchmark.overhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.memory.MemoryLockBackend;
import dev.interlock.memory.MemoryTransactionLockBackend;
import dev.interlock.weaving.GuardAdvisor;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;

/** Each benchmark does what its line in the table says; nothing is timed. */
class JvmOverheadTest {

    private final JvmOverhead benchmarks = new JvmOverhead();
    private final RecordingLocks locks = new RecordingLocks(() -> benchmarks.direct.calls());

    @BeforeEach
    void setUp() {
        benchmarks.setUp(locks, new MemoryTransactionLockBackend(new MemoryLockBackend()));
    }

    static Stream<Arguments> guarded() {
        return Stream.of(
                Arguments.of(benchmark("literal", JvmOverhead::memoryLockLiteral), "[all]"),
                Arguments.of(benchmark("text", JvmOverhead::memoryLockText), "[4711000042]"),
                Arguments.of(benchmark("number", JvmOverhead::memoryLockNumber), "[4711000042]"),
                Arguments.of(benchmark("property", JvmOverhead::memoryLockProperty), "[4711000042]"));
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void guardedCallHoldsItsLockAroundTheBody(Function<JvmOverhead, Object> benchmark, String key) {
        benchmark.apply(benchmarks);

        assertThat(locks.events())
                .containsExactly(
                        "locked counter" + key + " after 0 calls", "released counter" + key + " after 1 calls");
    }

    static Stream<Named<Function<JvmOverhead, Object>>> unguarded() {
        return Stream.of(
                benchmark("direct", JvmOverhead::direct),
                benchmark("reentrantLock", JvmOverhead::reentrantLock),
                benchmark("emptyProxy", JvmOverhead::emptyProxy),
                benchmark("emptyProxyReentrantLock", JvmOverhead::emptyProxyReentrantLock));
    }

    @ParameterizedTest
    @MethodSource("unguarded")
    void baselineRunsTheBodyWithoutAGuard(Function<JvmOverhead, Object> benchmark) {
        benchmark.apply(benchmarks);

        assertThat(benchmarks.direct.calls()).isEqualTo(1);
        assertThat(locks.events()).isEmpty();
    }

    static Stream<Named<Function<JvmOverhead, Object>>> underReentrantLock() {
        return unguarded().filter(benchmark -> benchmark.getName().endsWith("eentrantLock"));
    }

    @ParameterizedTest
    @MethodSource("underReentrantLock")
    void reentrantLockStandsAroundTheBody(Function<JvmOverhead, Object> benchmark) throws InterruptedException {
        Thread caller = new Thread(() -> benchmark.apply(benchmarks));
        benchmarks.lock.lock();
        try {
            caller.start();
            await().until(() -> benchmarks.lock.hasQueuedThread(caller));
            assertThat(benchmarks.direct.calls()).isZero();
        } finally {
            benchmarks.lock.unlock();
        }
        caller.join();

        assertThat(benchmarks.direct.calls()).isEqualTo(1);
        assertThat(benchmarks.lock.isLocked()).isFalse();
    }

    @Test
    void bothProxiesAreOfOneKind() {
        assertThat(AopUtils.isCglibProxy(benchmarks.direct)).isFalse();
        assertThat(AopUtils.isCglibProxy(benchmarks.behindEmptyProxy)).isTrue();
        assertThat(AopUtils.isCglibProxy(benchmarks.guarded)).isTrue();
        assertThat(((Advised) benchmarks.behindEmptyProxy).getAdvisors()).hasSize(1);
        assertThat(((Advised) benchmarks.guarded).getAdvisors()).singleElement().isInstanceOf(GuardAdvisor.class);
    }

    private static Named<Function<JvmOverhead, Object>> benchmark(String name, Function<JvmOverhead, Object> body) {
        return Named.of(name, body);
    }
}
