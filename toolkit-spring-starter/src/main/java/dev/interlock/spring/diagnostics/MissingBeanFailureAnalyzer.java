package dev.interlock.spring.diagnostics;

import dev.interlock.InterlockException;
import dev.interlock.queue.PayloadCodec;
import dev.interlock.queue.Queues;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Tells why the toolkit made no bean of a type that another one wants. Before the analyzer of Spring Boot, which would have the
 * application define that bean itself.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingBeanFailureAnalyzer implements FailureAnalyzer {

    private static final String OURS = InterlockException.class.getPackageName() + ".";

    /**
     * What queues need.
     *
     * @param name how to call it
     */
    private record Need(Class<?> type, String name, String remedy) {}

    private static final List<Need> OF_QUEUES = List.of(
            new Need(DataSource.class, "DataSource", "Define a DataSource, for example by spring.datasource.url."),
            new Need(
                    PlatformTransactionManager.class,
                    "transaction manager",
                    "Define one for the DataSource, as Spring Boot does where there is a single DataSource."),
            new Need(
                    PayloadCodec.class,
                    "PayloadCodec",
                    "Add tools.jackson.core:jackson-databind, so that payloads are JSON, or define a PayloadCodec bean."));

    private final @Nullable BeanFactory beanFactory;
    private final @Nullable Environment environment;

    MissingBeanFailureAnalyzer(@Nullable BeanFactory beanFactory, @Nullable Environment environment) {
        this.beanFactory = beanFactory;
        this.environment = environment;
    }

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        String wanting = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnsatisfiedDependencyException unsatisfied) {
                wanting = unsatisfied.getBeanName();
            }
            if (cause instanceof NoSuchBeanDefinitionException missing
                    && !(cause instanceof NoUniqueBeanDefinitionException)
                    && missing.getBeanType() != null
                    && missing.getBeanType().getName().startsWith(OURS)) {
                return analyze(missing.getBeanType(), wanting, missing);
            }
        }
        return null;
    }

    private @Nullable FailureAnalysis analyze(Class<?> type, @Nullable String wanting, Throwable cause) {
        String wanted = (wanting == null ? "A bean" : "Bean '" + wanting + "'") + " needs a bean of type "
                + type.getName() + ", which Interlock did not make: ";
        if (environment != null && !environment.getProperty("interlock.enabled", Boolean.class, true)) {
            return new FailureAnalysis(
                    wanted + "interlock.enabled is false, and then it makes none.",
                    "Remove interlock.enabled, or have the bean ask for an ObjectProvider of it.",
                    cause);
        }
        List<Need> unmet = type == Queues.class ? unmet() : List.of();
        return unmet.isEmpty()
                ? null
                : new FailureAnalysis(
                        wanted + "there is no "
                                + String.join(
                                        " and no ",
                                        unmet.stream().map(Need::name).toList()) + ".",
                        String.join(" ", unmet.stream().map(Need::remedy).toList()),
                        cause);
    }

    private List<Need> unmet() {
        List<Need> unmet = new ArrayList<>();
        if (beanFactory instanceof ListableBeanFactory beans) {
            for (Need need : OF_QUEUES) {
                if (beans.getBeanNamesForType(need.type(), true, false).length == 0) {
                    unmet.add(need);
                }
            }
        }
        return unmet;
    }
}
