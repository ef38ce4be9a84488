package dev.interlock.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.fanout.CallOutcome.Failed;
import dev.interlock.guard.Clock;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.FenceStores;
import dev.interlock.lock.FencingToken;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.LockTemplate;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.memory.MemoryLockBackend;
import io.micrometer.context.ContextRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;
import org.springframework.core.task.TaskDecorator;

/** What calls take along to their threads. */
@Timeout(60)
class FanOutContextTest {

    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    private final FanOut<Integer> fanOut = FanOut.over(List.of(1, 2, 3));

    @Test
    void aLockThatTheCallerHoldsFailsInACallAtOnce() {
        LockTemplate locks = locks();
        locks.mutex("parent", 7).run(() -> {
            Outcomes<Integer> outcomes = fanOut.onFailure(OnFailure.COLLECT).map(item -> {
                locks.mutex("parent", 7).run(() -> {});
                return item;
            });
            assertThat(outcomes.all())
                    .allSatisfy(outcome -> assertThat(outcome)
                            .isInstanceOfSatisfying(
                                    Failed.class,
                                    failed -> assertThat(failed.failure())
                                            .isInstanceOf(LockNotAcquiredException.class)
                                            .hasMessageContaining("would wait for itself")));
        });
    }

    @Test
    void callsSeeTheTokenOfTheCallersLockAndTakeOthers() {
        LockTemplate locks = locks();
        locks.mutex("parent", 7).run(() -> {
            FencingToken token = FencingToken.current();
            assertThat(fanOut.map(item -> locks.mutex("child", item).call(() -> FencingToken.current() != token))
                            .values())
                    .containsOnly(true);
            assertThat(fanOut.map(item -> FencingToken.current()).values()).containsOnly(token);
        });
        assertThat(fanOut.map(item -> locks.mutex("parent", 7).call(() -> item)).values())
                .containsExactly(1, 2, 3);
    }

    @Test
    void aDecoratorIsAskedOnTheCallersThreadAndCarriesItsContext() {
        Thread caller = Thread.currentThread();
        TaskDecorator mdc = task -> {
            assertThat(Thread.currentThread()).isSameAs(caller);
            Map<String, String> context = MDC.getCopyOfContextMap();
            return () -> {
                MDC.setContextMap(context);
                try {
                    task.run();
                } finally {
                    MDC.clear();
                }
            };
        };
        MDC.put("request", "4711");
        try {
            assertThat(fanOut.decorator(mdc).map(item -> MDC.get("request")).values())
                    .containsOnly("4711");
        } finally {
            MDC.clear();
        }
        assertThat(fanOut.map(item -> MDC.get("request")).values()).containsOnlyNulls();
    }

    @Test
    void registeredThreadLocalsAreCarriedByDefault() {
        ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", TENANT);
        TENANT.set("north");
        try {
            assertThat(fanOut.map(item -> TENANT.get()).values()).containsOnly("north");
            assertThat(fanOut.decorator(task -> task).map(item -> TENANT.get()).values())
                    .containsOnlyNulls();
        } finally {
            TENANT.remove();
            ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
        }
    }

    @Test
    void worksWithoutTheLibraryForContextPropagation() throws Exception {
        var loader = new Hiding("io.micrometer.");
        assertThatThrownBy(() -> loader.loadClass(ContextRegistry.class.getName()))
                .isInstanceOf(ClassNotFoundException.class);
        Class<?> type = loader.loadClass(WithoutContextPropagation.class.getName());
        assertThat(type.getClassLoader()).isSameAs(loader);
        assertThat(((Callable<?>) type.getConstructor().newInstance()).call()).isEqualTo(List.of(10, 20, 30));
    }

    @Test
    void callsHaveTheClassLoaderOfTheCaller() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        ClassLoader own = new ClassLoader(before) {};
        Thread.currentThread().setContextClassLoader(own);
        try {
            assertThat(fanOut.map(item -> Thread.currentThread().getContextClassLoader())
                            .values())
                    .containsOnly(own);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        assertThat(fanOut.map(item -> Thread.currentThread().getContextClassLoader())
                        .values())
                .containsOnly(before);
    }

    @Test
    void whatADecoratorThrowsIsTheFailureOfTheCallAndFreesItsPermits() {
        FanOutLimit limit = FanOutLimit.of("decorated", 1);
        FanOut<Integer> limited = fanOut.within(limit).maxConcurrency(1).onFailure(OnFailure.COLLECT);
        var own = new IllegalStateException("own");
        var ran = new AtomicInteger();
        List<TaskDecorator> broken = List.of(
                task -> {
                    throw own;
                },
                task -> () -> {
                    throw own;
                },
                task -> () -> {
                    task.run();
                    throw own;
                });
        for (TaskDecorator decorator : broken) {
            assertThat(limited.decorator(decorator)
                            .map(item -> ran.incrementAndGet())
                            .all())
                    .hasSize(3)
                    .containsOnly(new Failed<>(own));
            assertThat(limit.inUse()).isZero();
        }
        assertThat(ran).hasValue(3);
        assertThatThrownBy(() -> limited.decorator(task -> () -> {})
                        .map(item -> ran.incrementAndGet())
                        .values())
                .cause()
                .hasMessageContaining("returned without having run the call");
        assertThatThrownBy(() -> limited.decorator(task -> null)
                        .map(item -> ran.incrementAndGet())
                        .values())
                .cause()
                .hasMessageContaining("must return the task to run");
        assertThat(limited.decorator(task -> () -> {
                            task.run();
                            task.run();
                        })
                        .map(item -> ran.incrementAndGet())
                        .values())
                .containsExactly(4, 5, 6);
        assertThat(limit.inUse()).isZero();
    }

    private static LockTemplate locks() {
        LockSpace space = LockSpace.ofLeases(new MemoryLockBackend(), FenceStores.NONE);
        LockSpaces none = new LockSpaces() {

            @Override
            public Optional<LockSpace> find(String name) {
                return Optional.empty();
            }

            @Override
            public String remedy() {
                return "use mutexes";
            }
        };
        return new LockTemplate(new KeyNamespace("fan-out"), none, MutexSpaces.of(space), Clock.SYSTEM);
    }

    /** Has classes of its own of everything that could see the hidden package. */
    private static final class Hiding extends ClassLoader {

        private final String hidden;

        Hiding(String hidden) {
            super(FanOutContextTest.class.getClassLoader());
            this.hidden = hidden;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith(hidden)) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("dev.interlock.") && !name.startsWith("org.springframework.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream bytes = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (bytes == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] code = bytes.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }
}
