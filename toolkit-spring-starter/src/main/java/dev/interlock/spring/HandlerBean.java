package dev.interlock.spring;

import dev.interlock.queue.JobHandler;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * A bean that does jobs.
 *
 * @param payload what it says it handles; {@code null} if it does not say
 */
record HandlerBean(
        String name, JobHandler<?> handler, @Nullable Class<?> payload) {

    /** All of them, but those that are no candidates for injection either. */
    static List<HandlerBean> in(ConfigurableListableBeanFactory beanFactory) {
        return Arrays.stream(beanFactory.getBeanNamesForType(JobHandler.class))
                .filter(name -> !beanFactory.containsBeanDefinition(name)
                        || beanFactory.getMergedBeanDefinition(name).isAutowireCandidate())
                .map(name -> of(name, beanFactory))
                .toList();
    }

    private static HandlerBean of(String name, ConfigurableListableBeanFactory beanFactory) {
        JobHandler<?> handler = beanFactory.getBean(name, JobHandler.class);
        Class<?> payload = beanFactory.containsBeanDefinition(name)
                ? payload(beanFactory.getMergedBeanDefinition(name).getResolvableType())
                : null;
        return new HandlerBean(
                name,
                handler,
                payload != null
                        ? payload
                        : payload(ResolvableType.forClass(AopProxyUtils.ultimateTargetClass(handler))));
    }

    private static @Nullable Class<?> payload(ResolvableType type) {
        return type.as(JobHandler.class).getGeneric(0).resolve();
    }

    /** Whether its name, an alias or a qualifier is this. */
    boolean isFor(String queue, ConfigurableListableBeanFactory beanFactory) {
        return BeanFactoryAnnotationUtils.isQualifierMatch(queue::equals, name, beanFactory);
    }

    @Override
    public String toString() {
        return "bean '" + name + "'";
    }
}
