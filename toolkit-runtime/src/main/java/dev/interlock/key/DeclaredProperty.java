package dev.interlock.key;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.util.StringUtils;

/**
 * Finds a property on a declared type the way SpEL's data binding will find it on the value.
 *
 * <p>SpEL looks for {@code getX()}, then a boolean {@code isX()}, then any method {@code x()} without parameters, then a
 * public field. The third would make {@code #file.delete} a call of {@code File.delete()}; here it counts for record
 * components alone, and a method of that name hides a field.
 */
final class DeclaredProperty {

    private DeclaredProperty() {}

    /** The type of the property, generic where the owner is, or null if there is no such property. */
    static @Nullable ResolvableType typeOf(ResolvableType owner, String property) {
        Class<?> type = owner.toClass();
        if (type == Class.class || ClassLoader.class.isAssignableFrom(type)) {
            return null;
        }
        String suffix = property.length() > 1 && Character.isUpperCase(property.charAt(1))
                ? property
                : StringUtils.capitalize(property);
        String capitalized = StringUtils.capitalize(suffix);
        Method method = method(type, "get" + suffix, false);
        if (method == null) {
            method = method(type, "get" + capitalized, false);
        }
        if (method == null) {
            method = method(type, "is" + suffix, true);
        }
        if (method == null) {
            method = method(type, "is" + capitalized, true);
        }
        if (method == null) {
            method = method(type, property, false);
            if (method != null && !isComponent(type, property)) {
                return null;
            }
        }
        if (method != null) {
            return Modifier.isStatic(method.getModifiers()) || method.getReturnType() == void.class
                    ? null
                    : ResolvableType.forType(method.getGenericReturnType(), owner.as(method.getDeclaringClass()));
        }
        Field field = field(type, property);
        return field == null ? null : ResolvableType.forField(field, owner.as(field.getDeclaringClass()));
    }

    private static @Nullable Method method(Class<?> type, String name, boolean onlyBoolean) {
        Method found = null;
        for (Method method : type.getMethods()) {
            Class<?> result = method.getReturnType();
            if (method.getName().equals(name)
                    && method.getParameterCount() == 0
                    && method.getDeclaringClass() != Object.class
                    && (!onlyBoolean || result == boolean.class || result == Boolean.class)
                    && (found == null || found.isBridge())) {
                found = method;
            }
        }
        return found;
    }

    private static boolean isComponent(Class<?> type, String name) {
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                if (component.getName().equals(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static @Nullable Field field(Class<?> type, String name) {
        for (Field field : type.getFields()) {
            if (field.getName().equals(name) && !Modifier.isStatic(field.getModifiers())) {
                return field;
            }
        }
        return null;
    }
}
