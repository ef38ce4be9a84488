package dev.interlock.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of a collection that another thread writes to meanwhile. */
class ChangingCollectionTest {

    private static final KeyNamespace SHOP = new KeyNamespace("shop");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    public void lock(Object ids) {}

    @ParameterizedTest
    @ValueSource(strings = {"array", "list", "synchronized set", "concurrent set"})
    void changesNeverBreakTheOrderOrBringInAnUncheckedValue(String kind) throws Exception {
        Set<LockKey> universe = new HashSet<>();
        LongStream.range(0, 100).forEach(id -> universe.add(SHOP.key("order", Long.toString(id))));
        long[] array = LongStream.range(0, 40).toArray();
        Collection<Long> collection = collections().get(kind);
        KeyExpression expression = expression();
        Set<List<LockKey>> seen = new HashSet<>();
        int calls = 0;
        try (Writer writer = new Writer(collection, array)) {
            while ((calls++ < 5_000 || seen.size() < 100) && writer.mayGoOn()) {
                try {
                    List<LockKey> keys = expression.evaluateAll(new Object[] {collection == null ? array : collection});
                    assertThat(keys).hasSizeBetween(1, SeveralKeys.MAX);
                    assertThat(universe).containsAll(keys);
                    for (int i = 1; i < keys.size(); i++) {
                        assertThat(keys.get(i).id())
                                .isGreaterThan(keys.get(i - 1).id());
                    }
                    seen.add(keys);
                } catch (InvalidKeyException refused) {
                    assertThat(refused).hasMessageContaining("part \"#p0\" of key 'order'");
                }
            }
        }
        assertThat(seen).hasSizeGreaterThan(10);
    }

    @Test
    void controlWithoutTheCopyFails() {
        List<Long> list = new ArrayList<>(List.of(1L, 2L, 3L));
        boolean failed = false;
        try (Writer writer = new Writer(list, new long[0])) {
            while (!failed && writer.mayGoOn()) {
                try {
                    Set<Long> read = new HashSet<>();
                    for (Long id : list) {
                        read.add(id);
                    }
                } catch (ConcurrentModificationException expected) {
                    failed = true;
                }
            }
        }
        assertThat(failed).isTrue();
    }

    private static Map<String, Collection<Long>> collections() {
        return Map.of(
                "list", new ArrayList<>(List.of(1L, 2L, 3L)),
                "synchronized set", Collections.synchronizedSet(new TreeSet<>(List.of(1L, 2L, 3L))),
                "concurrent set", ConcurrentHashMap.newKeySet());
    }

    private static KeyExpression expression() throws NoSuchMethodException {
        Method method = ChangingCollectionTest.class.getMethod("lock", Object.class);
        List<String> problems = new ArrayList<>();
        KeyExpression expression = KeyExpression.compile(
                SHOP, "order", new String[] {"#p0"}, method, ChangingCollectionTest.class, problems::add);
        assertThat(problems).isEmpty();
        return expression;
    }

    /** Changes a collection, or the array where there is none, until it is closed. */
    private static final class Writer implements AutoCloseable {

        private final long start = System.nanoTime();
        private final AtomicBoolean done = new AtomicBoolean();
        private final AtomicInteger changes = new AtomicInteger();
        private final Thread thread;

        Writer(Collection<Long> collection, long[] array) {
            thread = new Thread(() -> {
                SplittableRandom random = new SplittableRandom(20260104);
                while (!done.get()) {
                    change(collection, array, random);
                    changes.incrementAndGet();
                }
            });
            thread.start();
        }

        boolean mayGoOn() {
            return System.nanoTime() - start < LIMIT.toNanos();
        }

        private static void change(Collection<Long> collection, long[] array, SplittableRandom random) {
            long value = random.nextInt(100);
            if (collection == null) {
                array[random.nextInt(array.length)] = value;
            } else if (random.nextBoolean() && collection.size() < 60) {
                collection.add(value);
            } else {
                collection.remove(value);
            }
        }

        @Override
        public void close() {
            done.set(true);
            Awaitility.await().until(() -> !thread.isAlive());
            assertThat(changes).hasPositiveValue();
        }
    }
}
