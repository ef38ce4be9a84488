package dev.interlock.spring;

import dev.interlock.guard.GuardPipeline;
import dev.interlock.weaving.GuardAdvisor;
import dev.interlock.weaving.ProxyVerifier;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/** Guards by Spring proxies. */
@Configuration(proxyBeanMethods = false)
@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
@Import(ProxyWeaving.ProxyCreator.class)
final class ProxyWeaving {

    /** Infrastructure, since without the AspectJ weaver the proxy creator takes no other advisors. */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static GuardAdvisor interlockGuardAdvisor(ObjectProvider<GuardPipeline> pipeline, Environment environment) {
        BindResult<Integer> order = Binder.get(environment).bind("interlock.order", Integer.class);
        return new GuardAdvisor(pipeline::getObject, order.isBound() ? order.get() : GuardAdvisor.DEFAULT_ORDER);
    }

    @Bean
    static ProxyVerifier interlockProxyVerifier(ConfigurableListableBeanFactory beanFactory) {
        return new ProxyVerifier(beanFactory);
    }

    /** Without transaction management nothing else might register a proxy creator. */
    static final class ProxyCreator implements ImportBeanDefinitionRegistrar {

        private final Environment environment;

        ProxyCreator(Environment environment) {
            this.environment = environment;
        }

        @Override
        public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
            AopConfigUtils.registerAutoProxyCreatorIfNecessary(registry);
            if (environment.getProperty("spring.aop.proxy-target-class", Boolean.class, true)) {
                AopConfigUtils.forceAutoProxyCreatorToUseClassProxying(registry);
            }
        }
    }
}
