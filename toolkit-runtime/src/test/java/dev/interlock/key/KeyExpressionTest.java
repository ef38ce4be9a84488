package dev.interlock.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyExpressionTest {

    private static final KeyNamespace SHOP = new KeyNamespace("shop");

    interface Identified {
        Long getId();
    }

    record Customer(String id, Long getIdCalls) {}

    record Line(int number, double price) {}

    static class Order implements Identified {

        public static final String STATIC = "static";
        public final String region = "eu";
        public final String touched = "field";
        private final Customer customer;
        private final Long id;

        Order(Long id, Customer customer) {
            this.id = id;
            this.customer = customer;
        }

        @Override
        public Long getId() {
            return id;
        }

        public Customer getCustomer() {
            return customer;
        }

        public String getXAxis() {
            return "x";
        }

        public boolean isOpen() {
            return true;
        }

        public List<Line> getLines() {
            return List.of();
        }

        public String getBroken() {
            throw new IllegalStateException("lazy loading failed");
        }

        public String getFatal() {
            throw new AssertionError("fatal");
        }

        public Object getAnything() {
            return customer == null ? 1.5 : "any";
        }

        public static String getShared() {
            return "shared";
        }

        public void getNothing() {}

        public String touched() {
            throw new AssertionError("a method that is no getter was called");
        }

        String getHidden() {
            return "hidden";
        }
    }

    abstract static class Base<T> {

        public void handle(T order) {}
    }

    static class Orders extends Base<Order> {

        public void ship(Long orderId, String region) {}

        public void move(Order order, Map<String, String> map, Envelope<Order> envelope) {}

        public void any(Object value, Comparable<?> open, Identified identified) {}

        public void typed(
                double price,
                Float weight,
                boolean flag,
                char letter,
                List<String> list,
                long[] array,
                Class<?> type) {}

        public void clash(String p1, String root) {}

        public void none() {}

        public void reflect(Type type) {}

        @Override
        public void handle(Order renamed) {}
    }

    record Envelope<T>(T body, String trace) {}

    private static final Order ORDER = new Order(7L, new Customer("c1", 0L));

    @Test
    void variablesAreNamesAndPositions() {
        assertThat(key("ship", new Object[] {5L, "eu"}, "#orderId").parts()).containsExactly("5");
        assertThat(key("ship", new Object[] {5L, "eu"}, "#p1", "#a0").parts()).containsExactly("eu", "5");
        assertThat(key("ship", new Object[] {5L, "eu"}, "#orderId")).isEqualTo(SHOP.key("order", "5"));
    }

    @Test
    void argumentsOfEqualTextGiveEqualKeys() {
        KeyExpression expression = compile("any", "#value");
        LockKey number = expression.evaluate(new Object[] {5L, null, null});
        LockKey text = expression.evaluate(new Object[] {"5", null, null});
        assertThat(number).isEqualTo(text).hasSameHashCodeAs(text);
        assertThat(number.id()).isEqualTo(text.id());
    }

    @Test
    void literalsMakeOneConstantKey() {
        KeyExpression expression = compile("ship", "'x'", "42", "0x10", "9000000000L", "'it''s #p0'");
        LockKey key = expression.evaluate(new Object[] {5L, "eu"});
        assertThat(key.parts()).containsExactly("x", "42", "16", "9000000000", "it's #p0");
        assertThat(expression.evaluate(new Object[] {6L, "us"})).isSameAs(key);
        assertThat(compile("ship").evaluate(new Object[] {5L, "eu"})).isEqualTo(SHOP.key("order"));
    }

    @Test
    void textIsTheSource() {
        assertThat(compile("ship", "#orderId", "'x'")).hasToString("#orderId, 'x'");
        assertThat(compile("ship")).hasToString("");
    }

    @ParameterizedTest
    @CsvSource({
        "#order.id,7",
        "#order.customer.id,c1",
        "#order.region,eu",
        "#order.xAxis,x",
        "#order.XAxis,x",
        "#p0.id,7",
        "#order.anything,any",
        "#envelope.body.id,7",
        "#envelope.trace,t"
    })
    void propertiesAreGettersComponentsAndFields(String expression, String part) {
        Object[] arguments = {ORDER, Map.of(), new Envelope<>(ORDER, "t")};
        assertThat(key("move", arguments, expression).parts()).containsExactly(part);
    }

    @Test
    void genericParametersAreResolvedAgainstTheTargetClass() throws Exception {
        List<String> problems = new ArrayList<>();
        KeyExpression expression = KeyExpression.compile(
                SHOP,
                "order",
                new String[] {"#renamed.id"},
                Base.class.getMethod("handle", Object.class),
                Orders.class,
                problems::add);
        assertThat(problems).isEmpty();
        assertThat(expression.evaluate(new Object[] {ORDER}).parts()).containsExactly("7");
    }

    @Test
    void interfacesAreReadOnTheirImplementations() {
        assertThat(key("any", new Object[] {null, null, ORDER}, "#identified.id")
                        .parts())
                .containsExactly("7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#{T(java.lang.Runtime)}",
                "T(java.lang.System).exit(1)",
                "'a'+'b'",
                "#p0",
                "${user.home}",
                "@bean",
                "x', 'y",
                "'); SELECT 1 --"
            })
    void contentIsNeverEvaluated(String payload) {
        assertThat(key("ship", new Object[] {5L, payload}, "#region").parts()).containsExactly(payload);
        Object[] arguments = {new Order(7L, new Customer(payload, 0L)), Map.of(), null};
        assertThat(key("move", arguments, "#order.customer.id").parts()).containsExactly(payload);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "#order.getId()|a method call",
                "#f(1)|a function call",
                "T(java.lang.System)|a type",
                "T(java.lang.System).exit(1)|a type",
                "@bean|a bean",
                "new String('x')|a constructor",
                "#order = 5|an assignment",
                "#order++|an assignment",
                "--#order|an assignment",
                "#order['id']|an index",
                "#map['a']|an index",
                "'a' + 'b'|an operator",
                "#order.id + 1|an operator",
                "-1|an operator",
                "!#flag|an operator",
                "#order == null|an operator",
                "#order instanceof T(String)|an operator",
                "#order ? 'a' : 'b'|a condition",
                "#order ?: 'b'|a condition",
                "#order.lines.?[true]|a selection",
                "#order.lines.^[true]|a selection",
                "#order.lines.![number]|a projection",
                "{1, 2}|a list",
                "{a: 1}|a map",
                "null|the literal null",
                "true|a boolean literal",
                "1.5|a floating-point literal",
                "1.5f|a floating-point literal",
                "'x'.bytes|a property of a literal",
                "order.getId()|a method call",
                "getId()|a method call"
            })
    void formsBeyondPropertyAccessAreRefused(String expression, String form) {
        assertThat(problems("move", expression))
                .singleElement()
                .asString()
                .startsWith("key \"" + expression + "\" uses " + form + ";")
                .contains("; only #argument, #argument.property and literals such as 'x' or 42 are allowed");
    }

    @Test
    void bareWordsAreToBeQuoted() {
        assertThat(problems("ship", "import")).containsExactly("key \"import\" is a bare word; quote it: 'import'");
        assertThat(problems("ship", "bulk.import"))
                .containsExactly("key \"bulk.import\" is a bare word; quote it: 'bulk.import'");
        assertThat(problems("ship", "orderId"))
                .containsExactly(
                        "key \"orderId\" is a bare word; quote it: 'orderId', or write #orderId for the parameter");
        assertThat(problems("ship", "bulk-import"))
                .containsExactly(
                        "key \"bulk-import\" uses an operator; only #argument, #argument.property"
                                + " and literals such as 'x' or 42 are allowed; if it is meant as text, quote it: 'bulk-import'");
    }

    @Test
    void unknownVariablesAreRefused() {
        assertThat(problems("ship", "#id", "#region.x", "#id.y"))
                .containsExactly(
                        "key \"#id\" refers to unknown variable #id; use #orderId or #region",
                        "key \"#region.x\" reads property x, but java.lang.String has no public getter, record component or public field of that name",
                        "key \"#id.y\" refers to unknown variable #id; use #orderId or #region");
        assertThat(problems("ship", "#p2", "#a7", "#p01"))
                .containsExactly(
                        "key \"#p2\" refers to parameter #p2, which does not exist; use #orderId or #region",
                        "key \"#a7\" refers to parameter #a7, which does not exist; use #orderId or #region",
                        "key \"#p01\" refers to unknown variable #p01; use #orderId or #region");
        assertThat(problems("none", "#p0", "#id"))
                .containsExactly(
                        "key \"#p0\" refers to parameter #p0, which does not exist; the method has no parameters",
                        "key \"#id\" refers to unknown variable #id; the method has no parameters");
        assertThat(problems("move", "#x"))
                .containsExactly("key \"#x\" refers to unknown variable #x; use #order, #map or #envelope");
    }

    @Test
    void rootThisAndAmbiguousNamesAreRefused() {
        assertThat(problems("clash", "#root", "#this.x", "#p1"))
                .containsExactly(
                        "key \"#root\" refers to #root, which a key does not have; use #p1 or #root",
                        "key \"#this.x\" refers to #this, which a key does not have; use #p1 or #root",
                        "key \"#p1\" refers to #p1, the name of parameter 0 and the position of parameter 1; rename the parameter");
    }

    @Test
    void blankTemplatesSyntaxAndNullSafetyAreRefused() {
        assertThat(problems("move", " ", "#{#order.id}", "${key}", "#order?.id", "' '"))
                .containsExactly(
                        "key \" \" is blank; write an expression such as #p0 or 'x', or leave the part out",
                        "key \"#{#order.id}\" is a template; write the expression without #{ }",
                        "key \"${key}\" is a template; write the expression without ${ }",
                        "key \"#order?.id\" uses null-safe navigation; write '.' for '?.', because a null part is an error",
                        "key \"' '\" is blank; every element of a key needs a value");
        assertThat(problems("move", "#order.", "order:5", "'x", "#", "\\", "99999999999", "a b"))
                .hasSize(7)
                .allSatisfy(problem -> assertThat(problem).contains("\" is not valid SpEL ("));
        assertThat(problems("move", "a b"))
                .singleElement()
                .asString()
                .endsWith("; if it is meant as text, quote it: 'a b'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nr",
                "class",
                "hidden",
                "STATIC",
                "shared",
                "nothing",
                "touched",
                "customer.getIdCalls.x",
                "hashCode",
                "toString"
            })
    void propertiesHaveToBeDeclaredAndPublic(String path) {
        String last = path.substring(path.lastIndexOf('.') + 1);
        assertThat(problems("move", "#order." + path))
                .singleElement()
                .asString()
                .startsWith("key \"#order." + path + "\" reads property " + last + ", but ")
                .endsWith(" has no public getter, record component or public field of that name");
        assertThat(problems("any", "#value.name"))
                .containsExactly(
                        "key \"#value.name\" reads property name, but java.lang.Object has no public getter, record component or public field of that name");
        assertThat(problems("typed", "#type.name")).hasSize(1);
    }

    @Test
    void declaredTypesWithoutCanonicalTextAreRefused() {
        String rule =
                ", which cannot be part of a key; use a string, an integer, a BigDecimal, a UUID, an enum or a java.time value";
        assertThat(problems("typed", "#price", "#weight", "#flag", "#letter", "#type"))
                .containsExactly(
                        "key \"#price\" has type double" + rule,
                        "key \"#weight\" has type java.lang.Float" + rule,
                        "key \"#flag\" has type boolean" + rule,
                        "key \"#letter\" has type char" + rule,
                        "key \"#type\" has type java.lang.Class" + rule);
        assertThat(problems("move", "#order", "#order.open"))
                .containsExactly(
                        "key \"#order\" has type " + Order.class.getTypeName() + rule,
                        "key \"#order.open\" has type boolean" + rule);
    }

    @Test
    void singleKeysRefuseDeclaredCollectionsAndArrays() {
        String rule = "\" is a collection or array, but this key takes a single value; use one element";
        Method typed = method("typed");
        List<String> problems = new ArrayList<>();
        KeyExpression.compileSingle(
                SHOP, "order", new String[] {"#list", "#array", "#price"}, typed, Orders.class, problems::add);
        assertThat(problems)
                .containsExactly(
                        "key \"#list" + rule,
                        "key \"#array" + rule,
                        "key \"#price\" has type double, which cannot be part of a key;"
                                + " use a string, an integer, a BigDecimal, a UUID, an enum or a java.time value");
        problems.clear();
        KeyExpression.compileSingle(
                SHOP, "order", new String[] {"#order.lines"}, method("move"), Orders.class, problems::add);
        assertThat(problems).containsExactly("key \"#order.lines" + rule);
    }

    @Test
    void singleKeysRefuseCollectionsOfOpenTypesPerCall() {
        List<String> problems = new ArrayList<>();
        KeyExpression single = KeyExpression.compileSingle(
                SHOP, "order", new String[] {"#value"}, method("any"), Orders.class, problems::add);
        assertThat(problems).isEmpty();
        assertThat(single.severalPossible()).isFalse();
        assertThat(single.evaluate(new Object[] {5L, null, null})).isEqualTo(SHOP.key("order", "5"));
        assertThat(single.evaluateAll(new Object[] {5L, null, null})).containsExactly(SHOP.key("order", "5"));
        Object[] several = {List.of("secret"), null, null};
        for (ThrowingCallable call :
                List.<ThrowingCallable>of(() -> single.evaluate(several), () -> single.evaluateAll(several))) {
            assertThatThrownBy(call)
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessage(
                            "KeyExpressionTest.Orders.any(Object, Comparable, Identified): part \"#value\" of key 'order'"
                                    + " is a collection or array, but this key takes a single value; use one element");
        }
    }

    @Test
    void blankNameIsRefused() throws Exception {
        List<String> problems = new ArrayList<>();
        KeyExpression.compile(SHOP, " ", new String[0], Orders.class.getMethod("none"), Orders.class, problems::add);
        assertThat(problems).containsExactly("name is blank; every element of a key needs a value");
    }

    @Test
    void openTypesAreCheckedPerCall() {
        assertThat(compile("any", "#open")
                        .evaluate(new Object[] {null, "x", null})
                        .parts())
                .containsExactly("x");
        assertRefused(
                "any",
                "#value",
                new Object[] {1.5, null, null},
                "Orders.any(Object, Comparable, Identified): part \"#value\" of key 'order' has type java.lang.Double, which cannot be part of a key;"
                        + " use a string, an integer, a BigDecimal, a UUID, an enum or a java.time value");
        assertRefused(
                "any",
                "#value",
                new Object[] {List.of("secret"), null, null},
                "Orders.any(Object, Comparable, Identified): part \"#value\" of key 'order' is a collection or array,"
                        + " but this key takes a single value; use one element");
        assertRefused(
                "move",
                "#order.anything",
                new Object[] {new Order(7L, null), null, null},
                "Orders.move(Order, Map, Envelope): part \"#order.anything\" of key 'order' has type java.lang.Double, which cannot be part of a key;"
                        + " use a string, an integer, a BigDecimal, a UUID, an enum or a java.time value");
    }

    @Test
    void nullAndBlankAreRefusedPerCall() {
        assertRefused(
                "ship",
                "#orderId",
                new Object[] {null, "eu"},
                "Orders.ship(Long, String): part \"#orderId\" of key 'order' is null; every element of a key needs a value");
        assertRefused(
                "ship",
                "#region",
                new Object[] {5L, " "},
                "Orders.ship(Long, String): part \"#region\" of key 'order' is blank; every element of a key needs a value");
        String chain = "Orders.move(Order, Map, Envelope): part \"#order.customer.id\" of key 'order' ";
        assertRefused(
                "move",
                "#order.customer.id",
                new Object[] {null, null, null},
                chain
                        + "cannot be read: the value before property customer is null; every element of a key needs a value");
        assertRefused(
                "move",
                "#order.customer.id",
                new Object[] {new Order(7L, null), null, null},
                chain + "cannot be read: the value before property id is null; every element of a key needs a value");
        assertRefused(
                "move",
                "#order.customer.id",
                new Object[] {new Order(7L, new Customer(null, 0L)), null, null},
                chain + "is null; every element of a key needs a value");
    }

    @Test
    void failingGetterIsTheCause() {
        KeyExpression broken = compile("move", "#order.broken");
        assertThatThrownBy(() -> broken.evaluate(new Object[] {ORDER, null, null}))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage(
                        "KeyExpressionTest.Orders.move(Order, Map, Envelope): part \"#order.broken\" of key 'order' cannot be read: property broken of "
                                + Order.class.getTypeName()
                                + " threw java.lang.IllegalStateException; a key's getters must not fail")
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("lazy loading failed");
        KeyExpression fatal = compile("move", "#order.fatal");
        assertThatThrownBy(() -> fatal.evaluate(new Object[] {ORDER, null, null}))
                .isInstanceOf(AssertionError.class)
                .hasMessage("fatal");
    }

    @Test
    void propertyThatTheValueDoesNotOfferIsRefused() {
        assertRefused(
                "reflect",
                "#type.typeName",
                new Object[] {String.class},
                "Orders.reflect(Type): part \"#type.typeName\" of key 'order' cannot be read:"
                        + " java.lang.Class has no property typeName; give the argument's type a public getter");
    }

    @Test
    void messagesNeverContainTheValue() {
        for (Object value : List.of("secret\0", "secret\ud83d", List.of("secret"), new StringBuilder("secret"))) {
            assertThatThrownBy(() -> compile("any", "#value").evaluate(new Object[] {value, null, null}))
                    .isInstanceOf(InvalidKeyException.class)
                    .message()
                    .doesNotContain("secret");
        }
    }

    @Test
    void problemsNeverThrow() {
        for (String expression : List.of(
                "((((",
                "#order.id.",
                "@",
                "#p",
                "#99",
                "#p99999999999",
                "'",
                "\"",
                "\u0000",
                "{",
                "T(",
                "#order.\ud83d")) {
            assertThatCode(() -> assertThat(problems("move", expression)).hasSize(1))
                    .doesNotThrowAnyException();
        }
    }

    private static LockKey key(String method, Object[] arguments, String... parts) {
        return compile(method, parts).evaluate(arguments);
    }

    private static KeyExpression compile(String method, String... parts) {
        List<String> problems = new ArrayList<>();
        KeyExpression expression = compile(method, problems, parts);
        assertThat(problems).isEmpty();
        return expression;
    }

    private static List<String> problems(String method, String... parts) {
        List<String> problems = new ArrayList<>();
        compile(method, problems, parts);
        return problems;
    }

    private static KeyExpression compile(String method, List<String> problems, String... parts) {
        return KeyExpression.compile(SHOP, "order", parts, method(method), Orders.class, problems::add);
    }

    private static Method method(String name) {
        return Arrays.stream(Orders.class.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(name) && !candidate.isBridge())
                .findFirst()
                .orElseThrow();
    }

    private static void assertRefused(String method, String part, Object[] arguments, String message) {
        KeyExpression expression = compile(method, part);
        String shown = message.replace("Orders.", "KeyExpressionTest.Orders.");
        assertThatThrownBy(() -> expression.evaluate(arguments))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage(shown);
    }
}
