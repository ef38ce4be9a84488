package dev.interlock.spring.aot;

import java.lang.reflect.Type;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.springframework.core.ResolvableType;

/** The application's own classes in a type and in what it is made of. */
record OwnTypes(Predicate<String> isOwn) {

    Type[] in(Type type) {
        Set<Type> found = new LinkedHashSet<>();
        collect(ResolvableType.forType(type), found);
        return found.toArray(Type[]::new);
    }

    private void collect(ResolvableType type, Set<Type> found) {
        if (type.isArray()) {
            collect(type.getComponentType(), found);
            return;
        }
        Class<?> raw = type.resolve();
        if (raw != null && !raw.isPrimitive() && isOwn.test(raw.getName()) && found.add(raw) && raw.isSealed()) {
            for (Class<?> permitted : raw.getPermittedSubclasses()) {
                collect(ResolvableType.forClass(permitted), found);
            }
        }
        for (ResolvableType generic : type.getGenerics()) {
            collect(generic, found);
        }
    }
}
