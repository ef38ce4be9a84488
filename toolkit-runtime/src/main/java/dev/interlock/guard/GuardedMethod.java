package dev.interlock.guard;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.interceptor.TransactionAttribute;

/** A method that carries guards, with what a guard may want to know of it while its annotation is read. */
public final class GuardedMethod {

    private final Method method;
    private final Class<?> targetClass;
    private final ReturnShape shape;
    private final PipelineTransaction transaction;

    GuardedMethod(Method method, Class<?> targetClass, PipelineTransaction transaction) {
        this.method = method;
        this.targetClass = targetClass;
        this.shape = ReturnShape.of(method);
        this.transaction = transaction;
    }

    /** The method on the target's class or one of its superclasses, never an interface method. */
    public Method method() {
        return method;
    }

    public Class<?> targetClass() {
        return targetClass;
    }

    public ReturnShape shape() {
        return shape;
    }

    /** The attribute of the method's own {@code @Transactional}, on the method or its class. */
    public Optional<TransactionAttribute> ownTransaction() {
        return Optional.ofNullable(transaction.own());
    }

    /** What the method's transactions are bound to, usually a DataSource; {@code null} without a transaction manager. */
    public @Nullable Object transactionResource() {
        return transaction.resource();
    }

    /** Whether there is a manager that could open a transaction for it; several of which none fits count as well. */
    public boolean hasTransactionManager() {
        return transaction.hasManager();
    }

    /** @throws RuntimeException if none fits */
    public PlatformTransactionManager transactionManager() {
        return transaction.manager();
    }

    /** What a failure of the method may be: a {@code RuntimeException} unless it declares checked exceptions. */
    public Class<? extends Exception> widestException() {
        for (Class<?> declared : method.getExceptionTypes()) {
            if (!RuntimeException.class.isAssignableFrom(declared) && !Error.class.isAssignableFrom(declared)) {
                return Exception.class;
            }
        }
        return RuntimeException.class;
    }

    PipelineTransaction transaction() {
        return transaction;
    }

    /** How problems name the annotation on this method. */
    public String where(Class<? extends Annotation> annotation) {
        return "@" + annotation.getSimpleName() + " on " + this;
    }

    @Override
    public String toString() {
        return targetClass.getSimpleName() + "." + method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
