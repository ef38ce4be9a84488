package dev.interlock.key;

import dev.interlock.key.KeyCompiler.Admitted;
import java.lang.reflect.Method;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.util.ClassUtils;

/**
 * Values that an annotation names by the expressions of a {@link KeyExpression}, of whatever type. Immutable and
 * thread-safe.
 */
public final class ArgumentValues {

    private final KeyPart[] parts;

    private ArgumentValues(KeyPart[] parts) {
        this.parts = parts;
    }

    /**
     * Compiles the expressions and checks them against the parameters that the method has in the target class.
     *
     * @param attribute names the expressions in messages
     * @param problems gets one sentence for each violated rule, without the name of the method
     * @return must not be used if any problem was told
     */
    public static ArgumentValues compile(
            String attribute, String[] parts, Method method, Class<?> targetClass, Consumer<String> problems) {
        return compile(attribute, parts, Admitted.ANYTHING, method, targetClass, problems);
    }

    /**
     * As {@link #compile compile}, for one expression whose value has canonical text.
     *
     * @param several whether it may be a collection or array of such as well
     */
    public static ArgumentValues compileKey(
            String attribute,
            String part,
            boolean several,
            Method method,
            Class<?> targetClass,
            Consumer<String> problems) {
        Admitted admitted = several ? Admitted.SEVERAL : Admitted.ONE;
        return compile(attribute, new String[] {part}, admitted, method, targetClass, problems);
    }

    private static ArgumentValues compile(
            String attribute,
            String[] parts,
            Admitted admitted,
            Method method,
            Class<?> targetClass,
            Consumer<String> problems) {
        Method actual = BridgeMethodResolver.findBridgedMethod(ClassUtils.getMostSpecificMethod(method, targetClass));
        KeyVariables variables = new KeyVariables(actual);
        KeyPart[] compiled = new KeyPart[parts.length];
        for (int i = 0; i < parts.length; i++) {
            String where = attribute + " \"" + parts[i] + "\"";
            KeyPart part = new KeyCompiler(
                            actual,
                            targetClass,
                            variables,
                            parts[i],
                            where,
                            admitted,
                            problem -> problems.accept(attribute + problem.substring("key".length())))
                    .compile();
            if (part != null) {
                compiled[i] = part;
            }
        }
        return new ArgumentValues(compiled);
    }

    /**
     * The values in one call, in the order of the expressions.
     *
     * @throws InvalidKeyException if a property cannot be read
     */
    public @Nullable Object[] of(@Nullable Object[] arguments) {
        @Nullable Object[] values = new Object[parts.length];
        for (int i = 0; i < parts.length; i++) {
            values[i] = parts[i] instanceof KeyPart.Variable variable
                    ? variable.value(arguments)
                    : parts[i].text(arguments);
        }
        return values;
    }
}
