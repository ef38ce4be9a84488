package dev.interlock.spring;

import dev.interlock.guard.GuardPipeline;
import dev.interlock.weaving.AspectBinding;
import dev.interlock.weaving.WeavingVerifier;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;

/** Guards by AspectJ, woven when classes are loaded or compiled. */
@Configuration(proxyBeanMethods = false)
@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
final class AspectJWeaving {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static AspectBinding interlockAspectBinding(ObjectProvider<GuardPipeline> pipeline) {
        return new AspectBinding(pipeline::getObject);
    }

    @Bean
    static WeavingVerifier interlockWeavingVerifier(ListableBeanFactory beanFactory) {
        return new WeavingVerifier(beanFactory);
    }
}
