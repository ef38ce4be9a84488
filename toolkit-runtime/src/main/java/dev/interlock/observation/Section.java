package dev.interlock.observation;

import org.jspecify.annotations.Nullable;

/** A part of a call that is being observed. */
public interface Section {

    String OK = "ok";
    String ERROR = "error";

    /** Nobody observes. */
    Section NONE = new Section() {
        @Override
        public Scope enter() {
            return Scope.NONE;
        }

        @Override
        public void end(String outcome, @Nullable Throwable failure) {}
    };

    /** What happens on this thread until the scope is closed, on the same thread, is part of the section. */
    Scope enter();

    /**
     * Ends it, on any thread, once.
     *
     * @param outcome of low cardinality
     * @param failure of which only the type is told, since messages may hold anything
     */
    void end(String outcome, @Nullable Throwable failure);

    /** What {@link #enter} began on a thread. */
    interface Scope extends AutoCloseable {

        Scope NONE = () -> {};

        @Override
        void close();
    }

    /** Something that a section is around. */
    @FunctionalInterface
    interface Body {

        @Nullable
        Object run() throws Throwable;
    }

    /** Runs the body as this section and ends it. */
    default @Nullable Object around(Body body) throws Throwable {
        Object result;
        Scope scope = enter();
        try {
            result = body.run();
        } catch (Throwable failure) {
            scope.close();
            end(ERROR, failure);
            throw failure;
        }
        scope.close();
        end(OK, null);
        return result;
    }
}
