package dev.interlock.guard;

import java.lang.annotation.Annotation;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

record MadeGuards(List<Guard<?, ?>> guards) implements GuardSource {

    @Override
    public List<Guard<?, ?>> reading(Class<? extends Annotation> annotation) {
        return guards.stream()
                .filter(guard -> guard.annotationType() == annotation)
                .toList();
    }

    @Override
    public Collection<Class<? extends Annotation>> annotations() {
        return guards.stream().map(Guard::annotationType).collect(Collectors.toSet());
    }
}
