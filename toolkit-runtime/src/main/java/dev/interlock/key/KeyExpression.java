package dev.interlock.key;

import dev.interlock.key.KeyCompiler.Admitted;
import java.lang.reflect.Method;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.util.ClassUtils;

/**
 * The compiled {@code key} attribute of one annotation on one method: constant, or evaluated per call.
 *
 * <p>A part is {@code #orderId}, {@code #p0} or {@code #a0}, a property of such a variable ({@code #order.customer.id},
 * through getters, record components and public fields), or a literal ({@code 'x'}, {@code 42}). Arguments are read, never
 * evaluated: text that looks like an expression is text. Immutable and thread-safe.
 *
 * <p>At most one part may be a {@code Collection} or an array ({@code #ids}, {@code #order.itemIds}) and then stands for one
 * key per element, unless the expression was compiled for a single key. An {@code Iterable} that is no {@code Collection} is
 * refused: some can be read only once, and the method wants to read them too.
 */
public final class KeyExpression {

    private static final String ONE_COLLECTION = "at most one part may be, so use single values for the others";

    private final KeyNamespace namespace;
    private final String name;
    private final KeyPart[] parts;
    private final String source;
    private final boolean severalPossible;
    private final @Nullable List<LockKey> constant;

    private KeyExpression(
            KeyNamespace namespace,
            String name,
            KeyPart[] parts,
            String source,
            boolean severalPossible,
            @Nullable List<LockKey> constant) {
        this.namespace = namespace;
        this.name = name;
        this.parts = parts;
        this.source = source;
        this.severalPossible = severalPossible;
        this.constant = constant;
    }

    /**
     * Compiles the parts and checks them against the parameters that the method has in the target class. One part may be a
     * collection or array; its element type is checked as far as it is declared.
     *
     * @param problems gets one sentence for each violated rule, without the name of the method
     * @return must not be used if any problem was told
     */
    public static KeyExpression compile(
            KeyNamespace namespace,
            String name,
            String[] parts,
            Method method,
            Class<?> targetClass,
            Consumer<String> problems) {
        return compile(namespace, name, parts, method, targetClass, Admitted.SEVERAL, problems);
    }

    /**
     * Compiles an expression that has a single key in every call: as {@link #compile compile}, but a part that is declared as
     * a collection or array is a problem, and one that turns out to be one in a call is an {@link InvalidKeyException}.
     */
    public static KeyExpression compileSingle(
            KeyNamespace namespace,
            String name,
            String[] parts,
            Method method,
            Class<?> targetClass,
            Consumer<String> problems) {
        return compile(namespace, name, parts, method, targetClass, Admitted.ONE, problems);
    }

    private static KeyExpression compile(
            KeyNamespace namespace,
            String name,
            String[] parts,
            Method method,
            Class<?> targetClass,
            Admitted admitted,
            Consumer<String> problems) {
        Method actual = BridgeMethodResolver.findBridgedMethod(ClassUtils.getMostSpecificMethod(method, targetClass));
        KeyVariables variables = new KeyVariables(actual);
        KeyPart[] compiled = new KeyPart[parts.length];
        boolean usable = true;
        boolean varies = false;
        String fault = CanonicalText.fault(name);
        if (fault != null) {
            problems.accept("name " + fault);
            usable = false;
        }
        for (int i = 0; i < parts.length; i++) {
            String where = describe(actual, targetClass) + ": part \"" + parts[i] + "\" of key '" + name + "'";
            KeyPart part =
                    new KeyCompiler(actual, targetClass, variables, parts[i], where, admitted, problems).compile();
            if (part == null) {
                usable = false;
            } else {
                compiled[i] = part;
                varies |= part instanceof KeyPart.Variable;
            }
        }
        boolean severalPossible = severalPossible(compiled, parts, problems);
        LockKey constant = usable && !varies ? key(namespace, name, compiled, new Object[0]) : null;
        return new KeyExpression(
                namespace,
                name,
                compiled,
                String.join(", ", parts),
                severalPossible,
                constant == null ? null : List.of(constant));
    }

    private static boolean severalPossible(@Nullable KeyPart[] compiled, String[] parts, Consumer<String> problems) {
        boolean possible = false;
        String first = null;
        for (int i = 0; i < parts.length; i++) {
            Cardinality cardinality =
                    compiled[i] instanceof KeyPart.Variable variable ? variable.cardinality() : Cardinality.ONE;
            possible |= cardinality != Cardinality.ONE;
            if (cardinality == Cardinality.SEVERAL) {
                if (first == null) {
                    first = parts[i];
                } else {
                    problems.accept("key \"" + parts[i] + "\" is a collection or array besides \"" + first + "\"; "
                            + ONE_COLLECTION);
                }
            }
        }
        return possible;
    }

    /**
     * Whether a call may have more than one key: a part is a collection or array by its declared type, or may be one by the
     * value of a call, because the type is open ({@code Object}, an unbounded type variable, an interface).
     */
    public boolean severalPossible() {
        return severalPossible;
    }

    /**
     * The keys of one call, in the order in which to take them. There is one key unless a part is a collection or array, and
     * then one for each element of different canonical text, up to 64, with the other parts alike.
     *
     * <p>The {@linkplain LockKey#id() ids} rise strictly, as signed numbers. No two keys of one call share an id: a
     * database knows a lock by its id alone, so that a caller who took both could wait for itself. Such elements are refused;
     * that different ones have the same id does not happen by chance.
     *
     * <p>A collection is read once, by its {@code toArray()}. If somebody changes it during the call, its body may see other
     * elements than those that are locked.
     *
     * @param arguments all arguments of the method, in order
     * @return unmodifiable, never empty
     * @throws InvalidKeyException if a part or an element is null, blank, ill-formed text or of a type without canonical
     *     text; if a collection is empty, has more than 64 different elements, contains collections, or is not the only one;
     *     or if a getter or the collection throws
     */
    public List<LockKey> evaluateAll(@Nullable Object[] arguments) {
        List<LockKey> known = constant;
        if (known != null) {
            return known;
        }
        return severalPossible ? keys(arguments) : List.of(key(namespace, name, parts, arguments));
    }

    /**
     * The key of one call that has a single one.
     *
     * @param arguments all arguments of the method, in order
     * @throws InvalidKeyException if a part is null, blank, ill-formed text, of a type without canonical text, or a
     *     collection or array of whatever size, or if one of its getters throws
     */
    public LockKey evaluate(@Nullable Object[] arguments) {
        List<LockKey> known = constant;
        return known != null ? known.get(0) : key(namespace, name, parts, arguments);
    }

    /** The parts as they were written, separated by commas; empty for one lock per name. */
    @Override
    public String toString() {
        return source;
    }

    private List<LockKey> keys(@Nullable Object[] arguments) {
        String[] texts = new String[parts.length];
        Object elements = null;
        String where = "";
        int place = 0;
        for (int i = 0; i < texts.length; i++) {
            if (!(parts[i] instanceof KeyPart.Variable variable) || variable.cardinality() == Cardinality.ONE) {
                texts[i] = parts[i].text(arguments);
                continue;
            }
            Object value = variable.value(arguments);
            if (value == null || !CanonicalText.isSeveral(value.getClass())) {
                texts[i] = CanonicalText.of(value, variable.where());
            } else if (elements == null) {
                elements = value;
                where = variable.where();
                place = i;
            } else {
                throw new InvalidKeyException(
                        variable.where() + " is a collection or array besides another part; " + ONE_COLLECTION);
            }
        }
        return elements == null
                ? List.of(new LockKey(namespace, name, List.of(texts)))
                : SeveralKeys.of(namespace, name, texts, place, elements, where);
    }

    private static LockKey key(KeyNamespace namespace, String name, KeyPart[] parts, @Nullable Object[] arguments) {
        if (parts.length == 1) {
            return new LockKey(namespace, name, List.of(parts[0].text(arguments)));
        }
        String[] texts = new String[parts.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = parts[i].text(arguments);
        }
        return new LockKey(namespace, name, List.of(texts));
    }

    private static String describe(Method method, Class<?> targetClass) {
        StringJoiner types = new StringJoiner(", ", "(", ")");
        for (Class<?> type : method.getParameterTypes()) {
            types.add(type.getSimpleName());
        }
        return ClassUtils.getShortName(ClassUtils.getUserClass(targetClass)) + "." + method.getName() + types;
    }
}
