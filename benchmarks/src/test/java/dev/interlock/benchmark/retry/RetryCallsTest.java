package dev.interlock.benchmark.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.springframework.aop.support.AopUtils;
import org.springframework.dao.ConcurrencyFailureException;

class RetryCallsTest {

    private static final int CALLS = 40;

    static Stream<Method> withConflicts() {
        return benchmarks(ConflictingCalls.class);
    }

    static Stream<Method> without() {
        return benchmarks(UnhinderedCalls.class);
    }

    private static Stream<Method> benchmarks(Class<?> type) {
        return Arrays.stream(type.getMethods()).filter(method -> method.isAnnotationPresent(Benchmark.class));
    }

    @ParameterizedTest
    @MethodSource("withConflicts")
    void everyConflictIsRetried(Method benchmark) throws ReflectiveOperationException {
        ConflictingCalls calls = new ConflictingCalls();
        calls.setUp();
        assertEachCallCountsOnce(benchmark, calls);
    }

    @ParameterizedTest
    @MethodSource("without")
    void everyCallCountsOnce(Method benchmark) throws ReflectiveOperationException {
        UnhinderedCalls calls = new UnhinderedCalls();
        calls.setUp();
        assertEachCallCountsOnce(benchmark, calls);
    }

    private static void assertEachCallCountsOnce(Method benchmark, RetryCalls calls)
            throws IllegalAccessException, InvocationTargetException {
        for (int call = 1; call <= CALLS; call++) {
            assertThat(benchmark.invoke(calls)).isEqualTo(call * calls.amount());
        }
    }

    @Test
    void withoutARetryTheConflictsShow() {
        Tally unguarded = Peers.emptyProxy(new Tally(11));
        assertThatThrownBy(() -> {
                    for (int call = 1; call <= CALLS; call++) {
                        unguarded.plain(1L);
                    }
                })
                .isInstanceOf(ConcurrencyFailureException.class);
    }

    @Test
    void everyPeerStandsBehindAProxyOfOneKind() {
        Tally target = new Tally(0);
        assertThat(Stream.of(
                        Peers.emptyProxy(target),
                        Peers.interlock(target),
                        Peers.springFramework(target),
                        Peers.springRetry(target),
                        Peers.resilience4j(target),
                        Peers.failsafe(target)))
                .allMatch(AopUtils::isCglibProxy);
    }
}
