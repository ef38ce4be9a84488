package dev.interlock.spring;

import dev.interlock.guard.TransactionEvents;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.PriorityOrdered;
import org.springframework.transaction.ConfigurableTransactionManager;

/** Lets the toolkit see the commits of every transaction manager, those that Spring Boot has not customized included. */
final class TransactionEventsRegistrar implements BeanPostProcessor, PriorityOrdered {

    private final ObjectProvider<TransactionEvents> events;

    TransactionEventsRegistrar(ObjectProvider<TransactionEvents> events) {
        this.events = events;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof ConfigurableTransactionManager manager
                && manager.getTransactionExecutionListeners().stream().noneMatch(TransactionEvents.class::isInstance)) {
            manager.addListener(events.getObject());
        }
        return bean;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
