package dev.interlock.benchmark.retry;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.interlock.benchmark.Guards;
import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockSpace;
import dev.interlock.memory.MemoryLockBackend;
import dev.interlock.memory.MemoryTransactionLockBackend;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.resilience.annotation.RetryAnnotationBeanPostProcessor;
import org.springframework.retry.annotation.AnnotationAwareRetryOperationsInterceptor;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;

/** One target behind a proxy of its class for each library, all with the same number of retries and without any wait. */
final class Peers {

    private Peers() {}

    static Tally emptyProxy(Tally target) {
        return advised(target, (MethodInterceptor) MethodInvocation::proceed);
    }

    static Tally interlock(Tally target) {
        MemoryLockBackend locks = new MemoryLockBackend();
        ProxyFactory factory = proxyOf(target);
        factory.addAdvisor(Guards.advisor(
                LockSpace.ofDatabase(locks, new MemoryTransactionLockBackend(locks), FenceStores.NONE, 0),
                new DefaultListableBeanFactory(),
                new AnnotationTransactionAttributeSource()));
        return (Tally) factory.getProxy();
    }

    static Tally springFramework(Tally target) {
        RetryAnnotationBeanPostProcessor retry = new RetryAnnotationBeanPostProcessor();
        retry.setProxyTargetClass(true);
        return (Tally) retry.postProcessAfterInitialization(target, "tally");
    }

    /** With the advice that {@code @EnableRetry} weaves. */
    static Tally springRetry(Tally target) {
        AnnotationAwareRetryOperationsInterceptor retry = new AnnotationAwareRetryOperationsInterceptor();
        retry.setBeanFactory(new DefaultListableBeanFactory());
        retry.setSleeper(millis -> {});
        return advised(target, retry);
    }

    static Tally resilience4j(Tally target) {
        Retry retry = Retry.of(
                "tally",
                RetryConfig.custom()
                        .maxAttempts(Tally.MAX_RETRIES + 1)
                        .intervalFunction(attempt -> 0L)
                        .retryExceptions(ConcurrencyFailureException.class)
                        .build());
        return advised(target, (MethodInterceptor) invocation -> retry.executeCheckedSupplier(() -> again(invocation)));
    }

    static Tally failsafe(Tally target) {
        FailsafeExecutor<Object> retry = Failsafe.with(RetryPolicy.builder()
                .handle(ConcurrencyFailureException.class)
                .withMaxRetries(Tally.MAX_RETRIES)
                .build());
        return advised(target, (MethodInterceptor) invocation -> retry.get(() -> again(invocation)));
    }

    /** An attempt: an invocation is used up by proceeding. */
    private static Object again(MethodInvocation invocation) throws Exception {
        try {
            return ((ProxyMethodInvocation) invocation).invocableClone().proceed();
        } catch (Exception | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException(thrown);
        }
    }

    private static Tally advised(Tally target, Advice advice) {
        ProxyFactory factory = proxyOf(target);
        factory.addAdvisor(new DefaultPointcutAdvisor(advice));
        return (Tally) factory.getProxy();
    }

    private static ProxyFactory proxyOf(Tally target) {
        ProxyFactory factory = new ProxyFactory(target);
        factory.setProxyTargetClass(true);
        return factory;
    }
}
