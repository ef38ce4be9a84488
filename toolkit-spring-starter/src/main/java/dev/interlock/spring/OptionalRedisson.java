package dev.interlock.spring;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.util.ClassUtils;

/** Whether Redisson is there, for beans whose signatures do without its classes and so need no condition. */
final class OptionalRedisson {

    private OptionalRedisson() {}

    static boolean isPresent(ConfigurableBeanFactory beanFactory) {
        return ClassUtils.isPresent("org.redisson.api.RedissonClient", beanFactory.getBeanClassLoader());
    }
}
