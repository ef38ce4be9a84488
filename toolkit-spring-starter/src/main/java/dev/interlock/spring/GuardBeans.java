package dev.interlock.spring;

import dev.interlock.guard.Guard;
import dev.interlock.guard.GuardSource;
import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * The guards among the beans. Which annotation a bean reads is seen from its type, so that only guards whose annotation is used
 * are made, with all that they need; a bean whose type does not tell is made and asked. Thread-safe.
 */
final class GuardBeans implements GuardSource {

    private final ListableBeanFactory beanFactory;
    private final ConcurrentMap<Class<? extends Annotation>, List<Guard<?, ?>>> found = new ConcurrentHashMap<>();

    GuardBeans(ListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    /** {@inheritDoc} Not computed within the map, since making a guard may ask for another one. */
    @Override
    public List<Guard<?, ?>> reading(Class<? extends Annotation> annotation) {
        List<Guard<?, ?>> guards = found.get(annotation);
        if (guards == null) {
            guards = names().filter(name -> annotationOf(name) == annotation)
                    .<Guard<?, ?>>map(this::guard)
                    .toList();
            found.put(annotation, guards);
        }
        return guards;
    }

    @Override
    public Collection<Class<? extends Annotation>> annotations() {
        return names().map(this::annotationOf).collect(Collectors.toSet());
    }

    private Stream<String> names() {
        return Arrays.stream(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, Guard.class));
    }

    private Guard<?, ?> guard(String name) {
        return beanFactory.getBean(name, Guard.class);
    }

    private Class<? extends Annotation> annotationOf(String name) {
        Class<?> declared = ResolvableType.forClass(beanFactory.getType(name))
                .as(Guard.class)
                .getGeneric(0)
                .resolve(Annotation.class);
        return declared == Annotation.class ? guard(name).annotationType() : declared.asSubclass(Annotation.class);
    }
}
