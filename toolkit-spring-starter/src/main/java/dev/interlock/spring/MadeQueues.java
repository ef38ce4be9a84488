package dev.interlock.spring;

import dev.interlock.queue.Queues;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** The queues that somebody has asked for: those of the toolkit, and the application's own. */
record MadeQueues(ConfigurableListableBeanFactory beanFactory) {

    /** What one queue is to the beans. */
    record Place(Queues queues, String name, Class<?> payload, boolean handled) {}

    List<Queues> all() {
        return Arrays.stream(beanFactory.getBeanNamesForType(Queues.class, false, false))
                .filter(beanFactory::containsSingleton)
                .map(name -> beanFactory.getBean(name, Queues.class))
                .toList();
    }

    List<Place> places() {
        return all().stream()
                .flatMap(queues -> Stream.concat(
                        queues.withHandler().entrySet().stream()
                                .map(queue -> new Place(queues, queue.getKey(), queue.getValue(), true)),
                        queues.withoutHandler().entrySet().stream()
                                .map(queue -> new Place(queues, queue.getKey(), queue.getValue(), false))))
                .toList();
    }
}
