package dev.interlock.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the declared types say of a key over a collection, before any call. */
class DeclaredCollectionTest {

    private static final KeyNamespace SHOP = new KeyNamespace("shop");

    record Item(String sku) {}

    record Tagged(String[] tags) {}

    abstract static class Base<T, C extends Collection<Long>> {

        public void element(List<T> ids) {}

        public void whole(C ids) {}

        public <U> void open(U id) {}

        public <U extends Comparable<U>> void comparable(U[] ids) {}
    }

    static class Orders extends Base<Long, Set<Long>> {

        public void ship(Long id, List<Long> ids, long[] array, Tagged tagged) {}

        public void mixed(Object first, Object second, Iterable<?> ids) {}

        @SuppressWarnings("rawtypes")
        public void open(List raw, List<?> unknown, Object[] objects, List<Comparable<?>> comparables) {}

        public void wrong(
                List<Item> items,
                double[] doubles,
                Boolean[] flags,
                List<List<Long>> lists,
                long[][] matrix,
                Set<Long>[] sets,
                Map<Long, String> map,
                List<Iterable<Long>> iterables,
                Path path,
                List<Path> paths) {}
    }

    @Test
    void onlyOneDeclaredPartMayBeACollection() {
        String rule = "; at most one part may be, so use single values for the others";
        assertThat(problems("ship", "#ids", "#id", "#array", "#tagged.tags"))
                .containsExactly(
                        "key \"#array\" is a collection or array besides \"#ids\"" + rule,
                        "key \"#tagged.tags\" is a collection or array besides \"#ids\"" + rule);
        assertThat(problems("ship", "#ids", "#ids")).hasSize(1);
        assertThat(problems("mixed", "#ids", "#first", "#second")).isEmpty();
    }

    @Test
    void declaredElementsHaveToBePossibleAndSingle() {
        String rule =
                ", which cannot be part of a key; use a string, an integer, a BigDecimal, a UUID, an enum or a java.time value";
        String iterable = rule.replace("cannot", "is Iterable but no Collection and cannot");
        String nested =
                "\" is a collection or array in a collection; flatten it, or lock its elements in separate calls";
        for (Map.Entry<String, String> problem : Map.ofEntries(
                        Map.entry("#items", "\" has elements of type " + Item.class.getTypeName() + rule),
                        Map.entry("#doubles", "\" has elements of type double" + rule),
                        Map.entry("#flags", "\" has elements of type java.lang.Boolean" + rule),
                        Map.entry("#lists", nested),
                        Map.entry("#matrix", nested),
                        Map.entry("#sets", nested),
                        Map.entry("#iterables", nested),
                        Map.entry("#path", "\" has type java.nio.file.Path" + iterable),
                        Map.entry("#paths", "\" has elements of type java.nio.file.Path" + iterable))
                .entrySet()) {
            assertThat(problems("wrong", problem.getKey()))
                    .containsExactly("key \"" + problem.getKey() + problem.getValue());
        }
    }

    @ParameterizedTest
    @CsvSource({"#raw,0", "#unknown,1", "#objects,2", "#comparables,3"})
    void openElementsAreCheckedPerCall(String part, int index) {
        KeyExpression expression = compile(method("open"), part);
        boolean array = index == 2;
        Object[] arguments = new Object[4];
        arguments[index] = array ? new Object[] {"a"} : List.of("a");
        assertThat(expression.evaluateAll(arguments)).containsExactly(key("a"));
        arguments[index] = array ? new Object[] {"secret", 1.5} : List.of("secret", 1.5);
        assertThatThrownBy(() -> expression.evaluateAll(arguments))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining(", index 1, has type java.lang.Double, which cannot be part of a key;")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void typeVariablesAreResolvedAgainstTheTargetClass() throws Exception {
        assertThat(inherited(List.class, "element", "#ids").evaluateAll(new Object[] {List.of(5L)}))
                .containsExactly(key("5"));
        assertThat(inherited(Collection.class, "whole", "#ids").evaluateAll(new Object[] {Set.of(5L)}))
                .containsExactly(key("5"));
        assertThat(inherited(Comparable[].class, "comparable", "#ids").evaluateAll(new Object[] {new String[] {"a"}}))
                .containsExactly(key("a"));
        KeyExpression open = inherited(Object.class, "open", "#id");
        assertThat(open.severalPossible()).isTrue();
        assertThat(open.evaluateAll(new Object[] {5L})).containsExactly(key("5"));
        assertThat(open.evaluateAll(new Object[] {new long[] {5L}})).containsExactly(key("5"));
    }

    private static KeyExpression inherited(Class<?> parameter, String name, String part) throws Exception {
        return compile(Base.class.getMethod(name, parameter), part);
    }

    private static LockKey key(String part) {
        return SHOP.key("order", part);
    }

    private static KeyExpression compile(Method method, String part) {
        List<String> problems = new ArrayList<>();
        KeyExpression expression =
                KeyExpression.compile(SHOP, "order", new String[] {part}, method, Orders.class, problems::add);
        assertThat(problems).isEmpty();
        return expression;
    }

    private static List<String> problems(String method, String... parts) {
        List<String> problems = new ArrayList<>();
        KeyExpression.compile(SHOP, "order", parts, method(method), Orders.class, problems::add);
        return problems;
    }

    private static Method method(String name) {
        return Arrays.stream(Orders.class.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(name) && !candidate.isBridge())
                .findFirst()
                .orElseThrow();
    }
}
