package dev.interlock.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SeveralKeysTest {

    private static final KeyNamespace SHOP = new KeyNamespace("shop");

    enum Size {
        SMALL,
        LARGE
    }

    record Order(Long id, List<Long> itemIds, String[] tags, Object anything) {

        public Set<String> getBroken() {
            throw new IllegalStateException("lazy loading failed");
        }
    }

    static class Orders {

        public void ship(Long id, List<Long> ids, long[] array, Order order) {}

        public void any(Object first, Object second, Iterable<?> iterable) {}

        public void kinds(
                String[] strings,
                UUID[] uuids,
                byte[] bytes,
                short[] shorts,
                int[] ints,
                Set<Size> sizes,
                Collection<? extends Number> numbers,
                Iterable<String> iterable,
                Object[] objects) {}
    }

    @Test
    void withoutACollectionThereIsOneKey() {
        KeyExpression plain = compile("ship", "#id", "#order.id");
        assertThat(plain.severalPossible()).isFalse();
        Object[] arguments = {5L, null, null, new Order(7L, null, null, null)};
        assertThat(plain.evaluateAll(arguments)).containsExactly(SHOP.key("order", "5", "7"));
        assertThat(plain.evaluate(arguments)).isEqualTo(SHOP.key("order", "5", "7"));
        assertUnmodifiable(plain.evaluateAll(arguments));
    }

    @Test
    void constantKeysAreOneCachedList() {
        for (String[] parts : List.of(new String[0], new String[] {"'x'", "42"})) {
            KeyExpression constant = compile("ship", parts);
            List<LockKey> keys = constant.evaluateAll(new Object[4]);
            assertThat(keys).hasSize(1);
            assertThat(constant.evaluateAll(new Object[4])).isSameAs(keys);
            assertThat(constant.evaluate(new Object[4])).isSameAs(keys.get(0));
            assertThat(constant.severalPossible()).isFalse();
            assertUnmodifiable(keys);
        }
    }

    @Test
    void eachElementIsOneKeyAndTheOtherPartsAreAlike() {
        KeyExpression expression = compile("ship", "'eu'", "#ids", "#id");
        List<LockKey> keys = expression.evaluateAll(new Object[] {5L, List.of(3L, 1L, 2L), null, null});
        assertThat(keys)
                .containsExactlyInAnyOrder(
                        SHOP.key("order", "eu", "1", "5"),
                        SHOP.key("order", "eu", "2", "5"),
                        SHOP.key("order", "eu", "3", "5"));
        assertRising(keys);
        assertUnmodifiable(keys);
        assertThat(expression.severalPossible()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"#order.itemIds,1;2", "#order.tags,a;b", "#order.anything,SMALL;LARGE"})
    void collectionsMayBeProperties(String part, String texts) {
        Order order = new Order(7L, List.of(1L, 2L), new String[] {"a", "b"}, List.of(Size.SMALL, Size.LARGE));
        assertThat(compile("ship", part).evaluateAll(new Object[] {null, null, null, order}))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(texts.split(";")).map(SeveralKeysTest::key).toList());
    }

    static Stream<Arguments> kinds() {
        UUID uuid = UUID.fromString("0A0B0C0D-0000-0000-0000-00000000000F");
        return Stream.of(
                Arguments.of("#strings", new String[] {"b", "a"}, List.of("a", "b")),
                Arguments.of("#uuids", new UUID[] {uuid}, List.of("0a0b0c0d-0000-0000-0000-00000000000f")),
                Arguments.of("#bytes", new byte[] {-1, 1}, List.of("-1", "1")),
                Arguments.of("#shorts", new short[] {300}, List.of("300")),
                Arguments.of("#ints", new int[] {Integer.MIN_VALUE, 0}, List.of("-2147483648", "0")),
                Arguments.of("#sizes", Set.of(Size.LARGE), List.of("LARGE")),
                Arguments.of("#numbers", List.of(new BigDecimal("1.50"), BigInteger.TEN), List.of("1.5", "10")),
                Arguments.of("#iterable", List.of("a"), List.of("a")));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyKindOfCollectionAndArrayIsRead(String part, Object value, List<String> texts) {
        List<String> names =
                List.of("#strings", "#uuids", "#bytes", "#shorts", "#ints", "#sizes", "#numbers", "#iterable");
        Object[] arguments = new Object[names.size()];
        arguments[names.indexOf(part)] = value;
        KeyExpression expression = compile("kinds", part);
        assertThat(expression.severalPossible()).isTrue();
        assertThat(expression.evaluateAll(arguments))
                .containsExactlyInAnyOrderElementsOf(
                        texts.stream().map(SeveralKeysTest::key).toList());
    }

    @Test
    void elementsOfEqualTextAreOneKey() {
        KeyExpression expression = compile("kinds", "#objects");
        Object[] same = {5L, "5", 5, new BigDecimal("5.00"), BigInteger.valueOf(5), "6", 5L};
        assertThat(expression.evaluateAll(new Object[] {null, null, null, null, null, null, null, null, same}))
                .containsExactlyInAnyOrder(key("5"), key("6"));
    }

    /** Random collections against the single keys of their elements. */
    @Test
    void keysAreThoseOfTheElementsInSignedOrder() {
        SplittableRandom random = new SplittableRandom(20260103);
        KeyExpression several = compile("any", "'x'", "#first", "#second");
        KeyExpression single = compileSingle("any", "'x'", "#first", "#second");
        int negative = 0;
        for (int round = 0; round < 5_000; round++) {
            List<Object> values = new ArrayList<>();
            int size = 1 + random.nextInt(SeveralKeys.MAX);
            int range = 1 + random.nextInt(100);
            for (int i = 0; i < size; i++) {
                values.add(element(random, range));
            }
            Object second = element(random, range);
            Set<LockKey> expected = new HashSet<>();
            values.forEach(value -> expected.add(single.evaluate(new Object[] {value, second, null})));

            List<LockKey> keys = several.evaluateAll(new Object[] {container(random, values), second, null});

            assertThat(keys).hasSize(expected.size());
            assertThat(new HashSet<>(keys)).isEqualTo(expected);
            assertRising(keys);
            Collections.shuffle(values, new Random(round));
            assertThat(several.evaluateAll(new Object[] {values, second, null})).isEqualTo(keys);
            negative += keys.get(0).id() < 0 ? 1 : 0;
        }
        assertThat(negative).isPositive();
    }

    private static Object element(SplittableRandom random, int range) {
        int number = random.nextInt(range) - range / 2;
        return switch (random.nextInt(7)) {
            case 0 -> number;
            case 1 -> (long) number;
            case 2 -> Integer.toString(number);
            case 3 -> new BigDecimal(number + ".0");
            case 4 -> new UUID(0, number);
            case 5 -> Size.values()[random.nextInt(2)];
            default -> Texts.random(random);
        };
    }

    private static Object container(SplittableRandom random, List<Object> values) {
        return switch (random.nextInt(4)) {
            case 0 -> new ArrayList<>(values);
            case 1 -> new HashSet<>(values);
            case 2 -> values.toArray();
            default -> Collections.unmodifiableCollection(values);
        };
    }

    /** Found by search over the 64 bits: the first eight bytes of both hashes are the same. */
    private static final List<String> SAME_ID = List.of("3c8477745d443bb0", "49d5bf3566688823");

    @Test
    void elementsThatShareAnIdAreRefused() {
        LockKey one = key(SAME_ID.get(0));
        LockKey other = key(SAME_ID.get(1));
        assertThat(one).isNotEqualTo(other);
        assertThat(one.id()).isEqualTo(other.id());
        assertRefused(
                "ship",
                "#ids",
                new Object[] {null, List.of("x", SAME_ID.get(0), "y", SAME_ID.get(1)), null, null},
                "Orders.ship(Long, List, long[], Order): part \"#ids\" of key 'order' has two elements whose keys share one"
                        + " 64-bit id, so that their locks cannot be told apart; lock them in separate calls");
        for (String element : SAME_ID) {
            assertThat(compile("ship", "#ids").evaluateAll(new Object[] {null, List.of("x", element), null, null}))
                    .hasSize(2);
        }
    }

    @Test
    void emptyIsRefused() {
        String rule = " is empty; a lock needs at least one key, so call the method only with something to lock";
        String where = "Orders.ship(Long, List, long[], Order): part ";
        assertRefused(
                "ship", "#ids", new Object[] {null, List.of(), null, null}, where + "\"#ids\" of key 'order'" + rule);
        assertRefused(
                "ship",
                "#array",
                new Object[] {null, null, new long[0], null},
                where + "\"#array\" of key 'order'" + rule);
        assertRefused(
                "any",
                "#first",
                new Object[] {Set.of(), null, null},
                "Orders.any(Object, Object, Iterable): part \"#first\" of key 'order'" + rule);
    }

    @Test
    void sixtyFourDifferentElementsAreTheLimit() {
        KeyExpression array = compile("ship", "#array");
        assertThat(array.evaluateAll(new Object[] {
                    null, null, LongStream.range(0, 64_000).map(i -> i % 64).toArray(), null
                }))
                .hasSize(64);
        assertRefused(
                "ship",
                "#array",
                new Object[] {null, null, LongStream.range(0, 65).toArray(), null},
                "Orders.ship(Long, List, long[], Order): part \"#array\" of key 'order' has more than 64 different elements;"
                        + " one lock takes at most 64 keys, so lock smaller groups or one key that stands for all");
    }

    @Test
    void nullsAndFaultyElementsAreRefusedByIndex() {
        String where = "Orders.ship(Long, List, long[], Order): part \"#ids\" of key 'order'";
        assertRefused("ship", "#ids", new Object[4], where + " is null; every element of a key needs a value");
        assertRefused(
                "ship",
                "#ids",
                new Object[] {null, Arrays.asList(1L, null), null, null},
                where + ", index 1, is null; every element of a key needs a value");
        assertRefused(
                "ship",
                "#ids",
                new Object[] {null, List.of(1L, 2L, "\t"), null, null},
                where + ", index 2, is blank; every element of a key needs a value");
        assertRefused(
                "ship",
                "#ids",
                new Object[] {null, List.of(List.of(1L)), null, null},
                where + ", index 0, is a collection or array in a collection;"
                        + " flatten it, or lock its elements in separate calls");
        assertRefused(
                "any",
                "#first",
                new Object[] {new double[] {1, 2}, null, null},
                "Orders.any(Object, Object, Iterable): part \"#first\" of key 'order', index 0, has type java.lang.Double,"
                        + " which cannot be part of a key;"
                        + " use a string, an integer, a BigDecimal, a UUID, an enum or a java.time value");
    }

    @Test
    void otherPartsAreStillChecked() {
        assertThatThrownBy(
                        () -> compile("ship", "#ids", "#id").evaluateAll(new Object[] {null, List.of(1L), null, null}))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage("SeveralKeysTest.Orders.ship(Long, List, long[], Order): part \"#id\" of key 'order'"
                        + " is null; every element of a key needs a value");
    }

    @Test
    void singleEvaluationRefusesEveryCollection() {
        for (Object ids : List.of(List.of(), List.of(1L), List.of(1L, 2L))) {
            assertThatThrownBy(() -> compile("ship", "#ids").evaluate(new Object[] {null, ids, null, null}))
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessage("SeveralKeysTest.Orders.ship(Long, List, long[], Order): part \"#ids\" of key 'order'"
                            + " is a collection or array, but this key takes a single value; use one element");
        }
    }

    @Test
    void onlyOnePartMayTurnOutToBeACollection() {
        KeyExpression open = compile("any", "#first", "#second");
        assertThat(open.severalPossible()).isTrue();
        assertThat(open.evaluateAll(new Object[] {1L, 2L, null})).containsExactly(SHOP.key("order", "1", "2"));
        assertThat(open.evaluateAll(new Object[] {1L, Set.of(2L), null})).containsExactly(SHOP.key("order", "1", "2"));
        assertThat(open.evaluateAll(new Object[] {new int[] {1}, 2L, null}))
                .containsExactly(SHOP.key("order", "1", "2"));
        assertThatThrownBy(() -> open.evaluateAll(new Object[] {List.of("secret"), new String[] {"secret"}, null}))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage("SeveralKeysTest.Orders.any(Object, Object, Iterable): part \"#second\" of key 'order' is a"
                        + " collection or array besides another part;"
                        + " at most one part may be, so use single values for the others");
    }

    @Test
    void iterableThatIsNoCollectionIsRefusedPerCallAndNotConsumed() {
        AtomicBoolean consumed = new AtomicBoolean();
        Iterable<String> once = () -> {
            consumed.set(true);
            return List.of("secret").iterator();
        };
        assertRefused(
                "any",
                "#iterable",
                new Object[] {null, null, once},
                "Orders.any(Object, Object, Iterable): part \"#iterable\" of key 'order' has type "
                        + once.getClass().getTypeName()
                        + ", which is Iterable but no Collection and cannot be part of a key;"
                        + " use a string, an integer, a BigDecimal, a UUID, an enum or a java.time value");
        assertThat(consumed).isFalse();
    }

    @Test
    void collectionIsReadOnceByWhatItCopies() {
        AtomicInteger copies = new AtomicInteger();
        List<Long> shifty = new AbstractList<>() {
            @Override
            public Long get(int index) {
                throw new AssertionError("read apart from the copy");
            }

            @Override
            public int size() {
                return 1000;
            }

            @Override
            public Object[] toArray() {
                return new Object[] {(long) copies.incrementAndGet()};
            }
        };
        assertThat(compile("ship", "#ids").evaluateAll(new Object[] {null, shifty, null, null}))
                .containsExactly(key("1"));
        assertThat(copies).hasValue(1);
    }

    @Test
    void failingCollectionIsTheCause() {
        RuntimeException failure = new IllegalStateException("secret");
        assertThatThrownBy(() -> compile("ship", "#ids").evaluateAll(new Object[] {null, failing(failure), null, null}))
                .isInstanceOf(InvalidKeyException.class)
                .hasCause(failure)
                .hasMessage(
                        "SeveralKeysTest.Orders.ship(Long, List, long[], Order): part \"#ids\" of key 'order' cannot be"
                                + " read: toArray() of "
                                + failing(failure).getClass().getTypeName()
                                + " threw java.lang.IllegalStateException; pass a collection that is loaded and that nobody changes");
        Error fatal = new AssertionError("fatal");
        assertThatThrownBy(() -> compile("ship", "#ids").evaluateAll(new Object[] {null, failing(fatal), null, null}))
                .isSameAs(fatal);
        assertThatThrownBy(() -> compile("ship", "#order.broken")
                        .evaluateAll(new Object[] {null, null, null, new Order(1L, null, null, null)}))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("property broken of")
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    private static Collection<Long> failing(Throwable failure) {
        return new FailingList(failure);
    }

    private static final class FailingList extends AbstractList<Long> {

        private final Throwable failure;

        FailingList(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public Long get(int index) {
            return 1L;
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public Object[] toArray() {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }
    }

    @Test
    void messagesNeverContainAnElement() {
        for (Object value : List.of(
                List.of("a", "secret\0"),
                List.of("secret", "\ud83d"),
                new Object[] {"secret", new StringBuilder("secret")},
                List.of(List.of("secret")),
                IntStream.range(0, 65).mapToObj(i -> "secret" + i).toList())) {
            assertThatThrownBy(() -> compile("any", "#first").evaluateAll(new Object[] {value, null, null}))
                    .isInstanceOf(InvalidKeyException.class)
                    .message()
                    .doesNotContain("secret");
        }
    }

    private static LockKey key(String part) {
        return SHOP.key("order", part);
    }

    private static void assertRising(List<LockKey> keys) {
        for (int i = 1; i < keys.size(); i++) {
            assertThat(keys.get(i).id()).isGreaterThan(keys.get(i - 1).id());
        }
    }

    private static void assertUnmodifiable(List<LockKey> keys) {
        assertThatThrownBy(() -> keys.set(0, keys.get(0))).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> keys.add(keys.get(0))).isInstanceOf(UnsupportedOperationException.class);
    }

    private static void assertRefused(String method, String part, Object[] arguments, String message) {
        KeyExpression expression = compile(method, part);
        assertThatThrownBy(() -> expression.evaluateAll(arguments))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage(message.replace("Orders.", "SeveralKeysTest.Orders."));
    }

    private static KeyExpression compile(String method, String... parts) {
        return checked(problems -> KeyExpression.compile(SHOP, "order", parts, method(method), Orders.class, problems));
    }

    private static KeyExpression compileSingle(String method, String... parts) {
        return checked(
                problems -> KeyExpression.compileSingle(SHOP, "order", parts, method(method), Orders.class, problems));
    }

    private static KeyExpression checked(Function<Consumer<String>, KeyExpression> compilation) {
        List<String> problems = new ArrayList<>();
        KeyExpression expression = compilation.apply(problems::add);
        assertThat(problems).isEmpty();
        return expression;
    }

    private static Method method(String name) {
        return Arrays.stream(Orders.class.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(name) && !candidate.isBridge())
                .findFirst()
                .orElseThrow();
    }
}
