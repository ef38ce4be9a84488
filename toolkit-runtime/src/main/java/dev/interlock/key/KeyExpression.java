package dev.interlock.key;

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
 */
public final class KeyExpression {

    private final KeyNamespace namespace;
    private final String name;
    private final KeyPart[] parts;
    private final String source;
    private final @Nullable LockKey constant;

    private KeyExpression(
            KeyNamespace namespace, String name, KeyPart[] parts, String source, @Nullable LockKey constant) {
        this.namespace = namespace;
        this.name = name;
        this.parts = parts;
        this.source = source;
        this.constant = constant;
    }

    /**
     * Compiles the parts and checks them against the parameters that the method has in the target class.
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
        Method actual = BridgeMethodResolver.findBridgedMethod(ClassUtils.getMostSpecificMethod(method, targetClass));
        KeyVariables variables = new KeyVariables(actual);
        StringJoiner source = new StringJoiner(", ");
        KeyPart[] compiled = new KeyPart[parts.length];
        boolean usable = true;
        boolean varies = false;
        String fault = CanonicalText.fault(name);
        if (fault != null) {
            problems.accept("name " + fault);
            usable = false;
        }
        for (int i = 0; i < parts.length; i++) {
            source.add(parts[i]);
            String where = describe(actual, targetClass) + ": part \"" + parts[i] + "\" of key '" + name + "'";
            KeyPart part = new KeyCompiler(actual, targetClass, variables, parts[i], where, problems).compile();
            if (part == null) {
                usable = false;
            } else {
                compiled[i] = part;
                varies |= !(part instanceof KeyPart.Constant);
            }
        }
        LockKey constant = usable && !varies ? key(namespace, name, compiled, new Object[0]) : null;
        return new KeyExpression(namespace, name, compiled, source.toString(), constant);
    }

    /**
     * The key of one call.
     *
     * @param arguments all arguments of the method, in order
     * @throws InvalidKeyException if a part is null, blank, ill-formed text or of a type without canonical text, or if one
     *     of its getters throws
     */
    public LockKey evaluate(@Nullable Object[] arguments) {
        LockKey known = constant;
        return known != null ? known : key(namespace, name, parts, arguments);
    }

    /** The parts as they were written, separated by commas; empty for one lock per name. */
    @Override
    public String toString() {
        return source;
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
