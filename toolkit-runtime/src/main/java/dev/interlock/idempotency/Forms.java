package dev.interlock.idempotency;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.interlock.idempotency.OutcomeCodec.Form;
import java.lang.reflect.Type;
import java.util.function.Supplier;
import org.springframework.util.function.SingletonSupplier;

/**
 * Forms of the types that calls in code name, each made once: an annotated method has its own at hand, a call in code brings
 * nothing but the type. Bounded by number, since types may be made at run time. Thread-safe.
 */
final class Forms {

    private static final int MOST = 1_000;

    private final Supplier<Cache<Type, Form>> forms =
            SingletonSupplier.of(() -> Caffeine.newBuilder().maximumSize(MOST).build());

    Form of(Type type, OutcomeCodec codec) {
        return forms.get().get(type, codec::form);
    }

    long size() {
        forms.get().cleanUp();
        return forms.get().estimatedSize();
    }
}
