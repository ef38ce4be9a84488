package dev.interlock.spring;

import dev.interlock.queue.JobHandler;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.WorkQueue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Gives each queue without a handler the bean that handles its type of payload. Where several queues carry one type, the name of
 * the bean, an alias of it or a qualifier says which queue it is for.
 *
 * <p>It happens when all singletons are there, so a handler may depend on its own queue. A queue without such a bean is only
 * enqueued into; a bean without such a queue is an error, since nobody would notice.
 */
final class QueueHandlers implements SmartInitializingSingleton {

    private final ConfigurableListableBeanFactory beanFactory;
    private final MadeQueues queues;

    QueueHandlers(ConfigurableListableBeanFactory beanFactory, MadeQueues queues) {
        this.beanFactory = beanFactory;
        this.queues = queues;
    }

    @Override
    public void afterSingletonsInstantiated() {
        makeLazyQueues();
        List<MadeQueues.Place> places = queues.places();
        List<HandlerBean> handlers = HandlerBean.in(beanFactory);
        List<String> problems = new ArrayList<>();
        handlers.forEach(handler -> checkThatItHasAQueue(handler, places, problems));
        places.stream().filter(place -> !place.handled()).forEach(place -> handle(place, places, handlers, problems));
        if (!problems.isEmpty()) {
            throw new InvalidQueuesException(problems);
        }
        Set<String> seen = new HashSet<>();
        for (Class<?> type : List.of(JobHandler.class, WorkQueue.class, SequencedQueue.class)) {
            for (String name : beanFactory.getBeanNamesForType(type)) {
                stopBefore(name, seen);
            }
        }
    }

    /** Jobs would wait for the first that enqueues here, which need not come. */
    private void makeLazyQueues() {
        beanFactory.getBeansOfType(WorkQueue.class);
        beanFactory.getBeansOfType(SequencedQueue.class);
    }

    private void checkThatItHasAQueue(HandlerBean handler, List<MadeQueues.Place> places, List<String> problems) {
        Class<?> payload = handler.payload();
        if (payload == null) {
            problems.add("JobHandler " + handler
                    + " does not say which payload it handles; declare it as JobHandler<Payload>,"
                    + " by the return type of its @Bean method or by its class");
            return;
        }
        List<MadeQueues.Place> matching = carrying(payload, places);
        if (matching.isEmpty()) {
            problems.add("JobHandler " + handler + " would never be called: no queue carries " + payload.getName()
                    + "; make one with queues.work(\"name\", " + payload.getSimpleName()
                    + ".class), or remove the bean");
        } else if (matching.size() > 1
                && matching.stream().noneMatch(place -> handler.isFor(place.name(), beanFactory))) {
            problems.add("JobHandler " + handler + " does not say which queue it is for: " + names(matching) + " carry "
                    + payload.getName() + "; put @Qualifier(\""
                    + matching.get(0).name()
                    + "\") on it or name the bean like the queue, and give it further names for further queues");
        }
    }

    private void handle(
            MadeQueues.Place place, List<MadeQueues.Place> places, List<HandlerBean> handlers, List<String> problems) {
        boolean alone = carrying(place.payload(), places).size() == 1;
        List<HandlerBean> candidates = handlers.stream()
                .filter(handler -> Objects.equals(handler.payload(), place.payload()))
                .filter(handler -> alone || handler.isFor(place.name(), beanFactory))
                .toList();
        if (candidates.size() > 1) {
            problems.add("Queue '" + place.name() + "' has several handlers: "
                    + candidates.stream().map(HandlerBean::toString).collect(Collectors.joining(", "))
                    + " are all JobHandler<" + place.payload().getSimpleName()
                    + ">, and a queue has one; keep one of them, or name one in the queue's handler(…)");
        } else if (candidates.size() == 1) {
            place.queues().handle(place.name(), candidates.get(0).handler());
        }
    }

    /** Jobs begin after what their handlers use and end before it, also where that is in the last phase as well. */
    private void stopBefore(String bean, Set<String> seen) {
        if (seen.add(bean)) {
            beanFactory.registerDependentBean(bean, QueueLifecycle.BEAN_NAME);
            for (String dependency : beanFactory.getDependenciesForBean(bean)) {
                stopBefore(dependency, seen);
            }
        }
    }

    private static List<MadeQueues.Place> carrying(Class<?> payload, List<MadeQueues.Place> places) {
        return places.stream().filter(place -> place.payload() == payload).toList();
    }

    private static String names(List<MadeQueues.Place> places) {
        return places.stream().map(place -> "'" + place.name() + "'").collect(Collectors.joining(", "));
    }
}
