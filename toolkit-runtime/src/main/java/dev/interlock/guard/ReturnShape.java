package dev.interlock.guard;

import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapterRegistry;

/** What a guarded method returns, as far as guards care: when its work has ended, and what stands for "no result". */
public enum ReturnShape {
    /** The work has ended when the method returns. */
    VALUE {
        @Override
        public @Nullable Object empty() {
            return null;
        }
    },
    /** As {@link #VALUE}, with an empty value of its own. */
    OPTIONAL {
        @Override
        public Object empty() {
            return Optional.empty();
        }
    },
    /** The work has ended when the returned stage has. */
    STAGE {
        @Override
        public Object empty() {
            return CompletableFuture.completedFuture(null);
        }
    },
    /** Nobody can tell when the work has ended: refused. */
    UNSUPPORTED {
        @Override
        public @Nullable Object empty() {
            return null;
        }
    };

    /** The result of a skipped call. */
    public abstract @Nullable Object empty();

    public static ReturnShape of(Method method) {
        Class<?> type = method.getReturnType();
        if (type == CompletionStage.class || type == CompletableFuture.class) {
            return STAGE;
        }
        if (type == Optional.class) {
            return OPTIONAL;
        }
        return isDeferred(type) ? UNSUPPORTED : VALUE;
    }

    private static boolean isDeferred(Class<?> type) {
        return Future.class.isAssignableFrom(type)
                || CompletionStage.class.isAssignableFrom(type)
                || Flow.Publisher.class.isAssignableFrom(type)
                || ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null
                || implementsReactiveStreams(type);
    }

    private static boolean implementsReactiveStreams(@Nullable Class<?> type) {
        if (type == null) {
            return false;
        }
        if (type.getName().equals("org.reactivestreams.Publisher")) {
            return true;
        }
        for (Class<?> parent : type.getInterfaces()) {
            if (implementsReactiveStreams(parent)) {
                return true;
            }
        }
        return implementsReactiveStreams(type.getSuperclass());
    }
}
