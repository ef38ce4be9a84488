package dev.interlock.fanout;

import dev.interlock.guard.GuardContext;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskDecorator;

/**
 * What calls take along from the thread that fans out: the guards it holds, its context class loader, the limits it runs
 * under, and whatever the decorator captures. Created and asked by that thread.
 */
record CallerContext(
        TaskDecorator decorator,
        @Nullable ClassLoader loader,
        @Nullable EnteredLimits limits) {

    static CallerContext capture(FanOutSettings settings) {
        return new CallerContext(
                settings.decorator(),
                Thread.currentThread().getContextClassLoader(),
                EnteredLimits.with(settings.limit()));
    }

    Runnable carriedTo(Runnable call) {
        Runnable decorated = Objects.requireNonNull(
                decorator.decorate(GuardContext.wrap(call)),
                "The task decorator of this FanOut returned null; it must return the task to run");
        return () -> EnteredLimits.run(limits, () -> {
            Thread thread = Thread.currentThread();
            ClassLoader own = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);
            try {
                decorated.run();
            } finally {
                thread.setContextClassLoader(own);
            }
        });
    }
}
