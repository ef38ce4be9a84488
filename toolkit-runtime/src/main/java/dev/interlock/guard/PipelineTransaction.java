package dev.interlock.guard;

import dev.interlock.InterlockException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.springframework.transaction.interceptor.DelegatingTransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.ResourceTransactionManager;

/**
 * The transaction that the pipeline opens around a guarded method: Spring's own machinery with the method's own attribute, so
 * that manager, isolation, timeout and rollback rules are those of its {@code @Transactional}, which then joins. Beyond the
 * method's rules, every exception of the toolkit rolls back, and every exception at all where a guard asks for it.
 */
final class PipelineTransaction extends TransactionAspectSupport {

    private final @Nullable TransactionAttribute own;
    private final Method method;
    private final Class<?> targetClass;
    private final TransactionAttribute opened;
    private final TransactionAttribute openedAnew;

    /** Decided while the plan is made. */
    private boolean onFailure;

    /** @param own the method's own attribute, {@code null} if it is not transactional */
    PipelineTransaction(
            BeanFactory beanFactory, Method method, Class<?> targetClass, @Nullable TransactionAttribute own) {
        this.own = own;
        this.method = method;
        this.targetClass = targetClass;
        this.opened = new RollbackOnInterlock(
                own != null ? own : new DefaultTransactionAttribute(), TransactionDefinition.PROPAGATION_REQUIRED);
        this.openedAnew = new RollbackOnInterlock(opened, TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        setBeanFactory(beanFactory);
        setTransactionAttributeSource((ignored, type) -> attribute());
    }

    /** Whatever the body throws rolls back, also a transaction of the caller. */
    void rollBackOnFailure() {
        onFailure = true;
    }

    /** The attribute of the method's own {@code @Transactional}, or {@code null}. */
    @Nullable
    TransactionAttribute own() {
        return own;
    }

    /**
     * Runs the inner layers in a transaction: joins an active one and leaves its fate to its owner, otherwise opens one. In
     * the completion phase of another transaction a new one is opened, since joining would lose the work.
     */
    @Nullable
    Object around(GuardedCall call, GuardStep.Next next) throws Throwable {
        if (TransactionScope.active() == null) {
            return open(call, next);
        }
        return onFailure ? join(call, next) : next.proceed(call);
    }

    /** What a guard refused before the body began has changed nothing, and its caller may go on. */
    private @Nullable Object join(GuardedCall call, GuardStep.Next next) throws Throwable {
        BegunCall watched = new BegunCall(call);
        try {
            return next.proceed(watched);
        } catch (Throwable failure) {
            if (watched.begun) {
                doomJoined(failure);
            }
            throw failure;
        }
    }

    /** Remembers whether the body ran. */
    private static final class BegunCall extends ForwardingCall {

        private boolean begun;

        BegunCall(GuardedCall call) {
            super(call);
        }

        @Override
        public @Nullable Object proceed() throws Throwable {
            begun = true;
            return super.proceed();
        }
    }

    /** What Spring does for a failed participant: the owner may roll back, and its commit fails. */
    private void doomJoined(Throwable failure) {
        try {
            PlatformTransactionManager manager = manager();
            manager.rollback(manager.getTransaction(
                    new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_MANDATORY)));
        } catch (RuntimeException undone) {
            failure.addSuppressed(undone);
        }
    }

    /** For guards that need no transaction: opens one in the completion phase only, where plain statements would be lost. */
    @Nullable
    Object aroundInCompletionPhase(GuardedCall call, GuardStep.Next next) throws Throwable {
        return TransactionScope.inCompletionPhase() ? open(call, next) : next.proceed(call);
    }

    private @Nullable Object open(GuardedCall call, GuardStep.Next next) throws Throwable {
        Body body = new Body(call, next);
        try {
            return invokeWithinTransaction(method, targetClass, body);
        } catch (Throwable failure) {
            throw body.unmasked(failure);
        }
    }

    /** Remembers what was thrown inside, since a rollback that fails afterwards takes its place. */
    private static final class Body implements InvocationCallback {

        private final GuardedCall call;
        private final GuardStep.Next next;
        private @Nullable Throwable thrown;

        Body(GuardedCall call, GuardStep.Next next) {
            this.call = call;
            this.next = next;
        }

        @Override
        public @Nullable Object proceedWithInvocation() throws Throwable {
            try {
                return next.proceed(call);
            } catch (Throwable failure) {
                thrown = failure;
                throw failure;
            }
        }

        Throwable unmasked(Throwable failure) {
            Throwable original = thrown;
            boolean masked = original != null && failure != original && failure.getCause() != original;
            if (masked) {
                failure.addSuppressed(original);
            }
            return failure;
        }
    }

    private TransactionAttribute attribute() {
        return TransactionScope.inCompletionPhase() ? openedAnew : opened;
    }

    /** @throws RuntimeException if no manager fits */
    PlatformTransactionManager manager() {
        TransactionManager manager = determineTransactionManager(opened, targetClass);
        if (manager instanceof PlatformTransactionManager platform) {
            return platform;
        }
        throw new IllegalStateException(
                manager == null ? "no transaction manager" : "not a PlatformTransactionManager");
    }

    /** Whether there is any; one that does not fit is for the rules to tell. */
    boolean hasManager() {
        try {
            manager();
            return true;
        } catch (NoUniqueBeanDefinitionException several) {
            return true;
        } catch (NoSuchBeanDefinitionException none) {
            return own != null;
        } catch (RuntimeException unsuitable) {
            return true;
        }
    }

    /** What the manager's transactions are bound to, its DataSource where it has one; {@code null} if there is no manager. */
    @Nullable
    Object resource() {
        PlatformTransactionManager manager;
        try {
            manager = manager();
        } catch (RuntimeException none) {
            return null;
        }
        BeanWrapperImpl properties = new BeanWrapperImpl(manager);
        if (properties.isReadableProperty("dataSource")) {
            return properties.getPropertyValue("dataSource");
        }
        return manager instanceof ResourceTransactionManager resourceManager
                ? resourceManager.getResourceFactory()
                : null;
    }

    private final class RollbackOnInterlock extends DelegatingTransactionAttribute {

        private final int propagation;

        RollbackOnInterlock(TransactionAttribute target, int propagation) {
            super(target);
            this.propagation = propagation;
        }

        @Override
        public int getPropagationBehavior() {
            boolean keep = propagation == PROPAGATION_REQUIRED;
            return keep ? super.getPropagationBehavior() : propagation;
        }

        @Override
        public boolean rollbackOn(Throwable thrown) {
            return onFailure || thrown instanceof InterlockException || super.rollbackOn(thrown);
        }
    }
}
