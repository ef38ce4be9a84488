package dev.interlock.benchmark.overhead;

import dev.interlock.benchmark.Guards;
import dev.interlock.benchmark.overhead.Counter.Order;
import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.TransactionLockBackend;
import dev.interlock.memory.MemoryLockBackend;
import dev.interlock.memory.MemoryTransactionLockBackend;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;

/** One uncontended call without I/O: what the proxy, the pipeline and the memory lock add to it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms256m", "-Xmx256m"})
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 250, timeUnit = TimeUnit.MILLISECONDS)
public class JvmOverhead {

    private Long number = 4_711_000_042L;
    private String text = "4711000042";
    private Order order = new Order(number);

    ReentrantLock lock;
    Counter direct;
    Counter behindEmptyProxy;
    Counter guarded;

    @Setup
    public void setUp() {
        MemoryLockBackend backend = new MemoryLockBackend();
        setUp(backend, new MemoryTransactionLockBackend(backend));
    }

    void setUp(LockBackend session, TransactionLockBackend transaction) {
        lock = new ReentrantLock();
        direct = new Counter(lock);

        ProxyFactory empty = proxyOf(direct);
        empty.addAdvice(new Proceed());
        behindEmptyProxy = (Counter) empty.getProxy();

        ProxyFactory guards = proxyOf(direct);
        guards.addAdvisor(Guards.advisor(
                LockSpace.ofDatabase(session, transaction, FenceStores.NONE, 0),
                new DefaultListableBeanFactory(),
                new AnnotationTransactionAttributeSource()));
        guarded = (Counter) guards.getProxy();
    }

    private static ProxyFactory proxyOf(Counter target) {
        ProxyFactory factory = new ProxyFactory(target);
        factory.setProxyTargetClass(true);
        return factory;
    }

    @Benchmark
    public Object direct() {
        return direct.plain(number);
    }

    @Benchmark
    public Object reentrantLock() {
        return direct.reentrantLock(number);
    }

    @Benchmark
    public Object emptyProxy() {
        return behindEmptyProxy.plain(number);
    }

    @Benchmark
    public Object emptyProxyReentrantLock() {
        return behindEmptyProxy.reentrantLock(number);
    }

    @Benchmark
    public Object memoryLockLiteral() {
        return guarded.literal(number);
    }

    @Benchmark
    public Object memoryLockText() {
        return guarded.text(text);
    }

    @Benchmark
    public Object memoryLockNumber() {
        return guarded.number(number);
    }

    @Benchmark
    public Object memoryLockProperty() {
        return guarded.property(order);
    }

    private static final class Proceed implements MethodInterceptor {
        @Override
        public Object invoke(MethodInvocation invocation) throws Throwable {
            return invocation.proceed();
        }
    }
}
