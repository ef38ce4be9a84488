package dev.interlock.spring.aot;

import dev.interlock.queue.JobHandler;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.WorkQueue;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.ResolvableType;

/** Hints for the payloads of queues and of their handlers, which are JSON: the type parameters of those beans. */
final class QueueAotProcessor implements BeanRegistrationAotProcessor {

    private static final List<Class<?>> CARRIERS = List.of(WorkQueue.class, SequencedQueue.class, JobHandler.class);

    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
        for (Class<?> carrier : CARRIERS) {
            ResolvableType payload = bean.getBeanType().as(carrier).getGeneric(0);
            if (payload.resolve() != null) {
                Type[] types = new OwnTypes(name -> !name.startsWith("java.")).in(payload.getType());
                return (generation, code) -> new BindingReflectionHintsRegistrar()
                        .registerReflectionHints(generation.getRuntimeHints().reflection(), types);
            }
        }
        return null;
    }
}
