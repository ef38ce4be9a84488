package dev.interlock.fanout;

import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.util.ClassUtils;

/** The decorator of fan-outs that were given none: Spring's, where the optional library that it needs is there. */
final class ContextPropagation {

    private static final TaskDecorator DECORATOR = ClassUtils.isPresent(
                    "io.micrometer.context.ContextSnapshotFactory", ContextPropagation.class.getClassLoader())
            ? Library.decorator()
            : call -> call;

    private ContextPropagation() {}

    static TaskDecorator decorator() {
        return DECORATOR;
    }

    /** Loaded only where the library is. */
    private static final class Library {

        static TaskDecorator decorator() {
            return new ContextPropagatingTaskDecorator();
        }
    }
}
