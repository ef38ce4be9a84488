package dev.interlock.key;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.AccessException;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/** One compiled part of a key: where its text comes from at each call. */
sealed interface KeyPart {

    /** @throws InvalidKeyException if the part has no canonical text in this call */
    String text(@Nullable Object[] arguments);

    /** The same text in every call. */
    record Constant(String text) implements KeyPart {

        @Override
        public String text(@Nullable Object[] arguments) {
            return text;
        }
    }

    /** A part that is read from the arguments of each call. */
    sealed interface Variable extends KeyPart {

        /** Whatever the part is in this call, unchecked. */
        @Nullable
        Object value(@Nullable Object[] arguments);

        /** Names the part in messages. */
        String where();

        Cardinality cardinality();

        @Override
        default String text(@Nullable Object[] arguments) {
            return CanonicalText.of(value(arguments), where());
        }
    }

    /** An argument as it is. */
    record Argument(int index, String where, Cardinality cardinality) implements Variable {

        @Override
        public @Nullable Object value(@Nullable Object[] arguments) {
            return arguments[index];
        }
    }

    /**
     * A property of an argument, read by the accessor that SpEL installs for read-only data binding. It calls getters and
     * reads fields; nothing is parsed or evaluated, whatever the values contain.
     *
     * <p>The accessor caches by class, so that each part has its own: a shared one would keep the classes of discarded
     * class loaders alive.
     */
    record Path(int index, List<String> properties, String where, Cardinality cardinality, EvaluationContext context)
            implements Variable {

        Path(int index, List<String> properties, String where, Cardinality cardinality) {
            this(
                    index,
                    List.copyOf(properties),
                    where,
                    cardinality,
                    SimpleEvaluationContext.forReadOnlyDataBinding().build());
        }

        @Override
        public @Nullable Object value(@Nullable Object[] arguments) {
            Object value = arguments[index];
            for (String property : properties) {
                if (value == null) {
                    throw new InvalidKeyException(where + " cannot be read: the value before property " + property + " "
                            + CanonicalText.NULL);
                }
                value = read(value, property);
            }
            return value;
        }

        private @Nullable Object read(Object target, String property) {
            try {
                PropertyAccessor accessor = context.getPropertyAccessors().get(0);
                if (accessor.canRead(context, target, property)) {
                    TypedValue read = accessor.read(context, target, property);
                    return read.getValue();
                }
            } catch (AccessException e) {
                throw failed(target, property, e);
            }
            throw new InvalidKeyException(where + " cannot be read: "
                    + target.getClass().getTypeName() + " has no property " + property
                    + "; give the argument's type a public getter");
        }

        private InvalidKeyException failed(Object target, String property, AccessException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof InvocationTargetException wrapper && wrapper.getCause() != null) {
                cause = wrapper.getCause();
            }
            if (cause instanceof Error error) {
                throw error;
            }
            return new InvalidKeyException(
                    where + " cannot be read: property " + property + " of "
                            + target.getClass().getTypeName() + " threw "
                            + cause.getClass().getTypeName() + "; a key's getters must not fail",
                    cause);
        }
    }
}
