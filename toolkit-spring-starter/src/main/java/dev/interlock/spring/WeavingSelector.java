package dev.interlock.spring;

import dev.interlock.weaving.WeavingMode;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportSelector;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/** Imports exactly one of the two weavings; both together would guard twice. */
final class WeavingSelector implements ImportSelector {

    private final Environment environment;

    WeavingSelector(Environment environment) {
        this.environment = environment;
    }

    @Override
    public String[] selectImports(AnnotationMetadata importing) {
        WeavingMode mode = Binder.get(environment)
                .bind("interlock.weaving", WeavingMode.class)
                .orElse(WeavingMode.PROXY);
        Class<?> weaving = switch (mode) {
            case PROXY -> ProxyWeaving.class;
            case ASPECTJ -> AspectJWeaving.class;
        };
        return new String[] {weaving.getName()};
    }
}
