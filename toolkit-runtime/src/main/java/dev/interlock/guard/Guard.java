package dev.interlock.guard;

import java.lang.annotation.Annotation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;

/**
 * A kind of guard: how its annotation is read and what is woven around the method. One bean for each annotation; the pipeline
 * and the weavings need no change for a new one.
 *
 * @param <A> the annotation
 * @param <D> its parsed form
 */
public interface Guard<A extends Annotation, D extends GuardDefinition> {

    /** The annotation this guard reads. */
    Class<A> annotationType();

    /**
     * Reads the annotation. Every violated rule is added to {@code problems}; if any was, the result is not used and may be
     * {@code null}.
     */
    @Nullable
    D define(GuardedMethod method, MergedAnnotation<A> annotation, GuardProblems problems);

    /** The layers of one definition, in any order. */
    List<GuardStep> steps(D definition);
}
