package dev.interlock.spring;

import dev.interlock.jdbc.StateMachine;
import dev.interlock.jdbc.StateMachines;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** The state machines among the beans. */
record StateMachineBeans(ConfigurableListableBeanFactory beanFactory) implements StateMachines {

    @Override
    public Optional<StateMachine<?, ?>> find(String name) {
        boolean there = beanFactory.containsBean(name) && beanFactory.isTypeMatch(name, StateMachine.class);
        return there ? Optional.of(beanFactory.getBean(name, StateMachine.class)) : Optional.empty();
    }

    @Override
    public String remedy() {
        String[] names = beanFactory.getBeanNamesForType(StateMachine.class);
        return names.length == 0
                ? "declare a StateMachine bean of that name"
                : "the StateMachine beans are "
                        + Arrays.stream(names).sorted().collect(Collectors.joining("', '", "'", "'"));
    }
}
