package dev.interlock.spring.aot;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ResolvableType;
import org.springframework.util.StringUtils;

/** The accessors that expressions as {@code #order.customer.id} read, by the declared types on the way. */
final class KeyPathHints {

    private static final Pattern PATH = Pattern.compile("#(\\w+)((?:\\s*\\??\\.\\s*\\w+)+)");
    private static final Pattern BY_INDEX = Pattern.compile("[pa](\\d+)");

    private final RuntimeHints hints;
    private final Method method;
    private final Class<?> targetClass;
    private final String @Nullable [] names;

    KeyPathHints(RuntimeHints hints, Method method, Class<?> targetClass) {
        this.hints = hints;
        this.method = method;
        this.targetClass = targetClass;
        this.names = new DefaultParameterNameDiscoverer().getParameterNames(method);
    }

    /** @param expression of whatever attribute; text without a path registers nothing */
    void register(String expression) {
        for (Matcher path = PATH.matcher(expression); path.find(); ) {
            int index = index(path.group(1));
            if (index >= 0) {
                follow(
                        ResolvableType.forMethodParameter(method, index, targetClass),
                        path.group(2).replaceAll("[\\s?]", "").substring(1).split("\\."));
            }
        }
    }

    private int index(String variable) {
        for (int i = 0; names != null && i < names.length; i++) {
            if (names[i].equals(variable)) {
                return i;
            }
        }
        Matcher byIndex = BY_INDEX.matcher(variable);
        int index = byIndex.matches() ? Integer.parseInt(byIndex.group(1)) : -1;
        return index < method.getParameterCount() ? index : -1;
    }

    private void follow(ResolvableType type, String[] properties) {
        ResolvableType current = type;
        for (String property : properties) {
            Class<?> owner = current.resolve();
            if (owner == null) {
                return;
            }
            hints.reflection().registerType(owner);
            Method accessor = accessor(owner, property);
            if (accessor != null) {
                hints.reflection().registerMethod(accessor, ExecutableMode.INVOKE);
                current = ResolvableType.forMethodReturnType(accessor, owner);
                continue;
            }
            Field field = field(owner, property);
            if (field == null) {
                return;
            }
            hints.reflection().registerField(field);
            current = ResolvableType.forField(field, owner);
        }
    }

    private static @Nullable Method accessor(Class<?> owner, String property) {
        String suffix = StringUtils.capitalize(property);
        for (String name : new String[] {"get" + suffix, "is" + suffix, property}) {
            for (Method candidate : owner.getMethods()) {
                if (candidate.getName().equals(name)
                        && candidate.getParameterCount() == 0
                        && !Modifier.isStatic(candidate.getModifiers())) {
                    return candidate;
                }
            }
        }
        return null;
    }

    private static @Nullable Field field(Class<?> owner, String property) {
        try {
            return owner.getField(property);
        } catch (NoSuchFieldException none) {
            return null;
        }
    }
}
