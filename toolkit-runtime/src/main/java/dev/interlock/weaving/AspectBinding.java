package dev.interlock.weaving;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.interlock.guard.GuardPipeline;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.PriorityOrdered;
import org.springframework.util.function.SingletonSupplier;

/**
 * Binds the aspect of this class loader to the pipeline of one application context. A bean post-processor, so that it is
 * bound before the first guarded bean is initialised and knows which context each bean belongs to.
 *
 * <p><b>Which pipeline.</b> Without any context the aspect passes through, so that an agent present for other reasons does
 * no harm. With exactly one it is called directly, also for objects that are not beans. As soon as there were several, the
 * pipeline is that of the context whose bean the target is; beans of a closed context are refused, never run unguarded, and
 * so is an unknown object when several contexts could be meant.
 *
 * <p><b>Concurrency.</b> The live bindings are an immutable snapshot in one volatile field, changed under the class lock.
 */
public final class AspectBinding implements BeanPostProcessor, PriorityOrdered, DisposableBean {

    private record Bindings(List<AspectBinding> live, boolean everClosed) {}

    private static final Cache<Object, AspectBinding> OWNERS =
            Caffeine.newBuilder().weakKeys().build();
    private static volatile Bindings bindings = new Bindings(List.of(), false);

    private final Supplier<GuardPipeline> pipeline;
    private volatile boolean closed;

    /** @param pipeline asked for at the first guarded call */
    public AspectBinding(Supplier<GuardPipeline> pipeline) {
        this.pipeline = SingletonSupplier.of(pipeline);
        synchronized (AspectBinding.class) {
            List<AspectBinding> live = new ArrayList<>(bindings.live);
            live.add(this);
            bindings = new Bindings(List.copyOf(live), bindings.everClosed);
        }
    }

    /** The rest of a call, as the aspect sees it. */
    public interface Body {
        @Nullable
        Object proceed() throws Throwable;
    }

    /**
     * What the aspect does around a guarded method; throws whatever the body or a guard throws, checked or not. Public since
     * the aspect is inlined into the classes it is woven into; not for other use.
     */
    public static @Nullable Object run(
            Method method, @Nullable Object target, @Nullable Object[] arguments, Body body) {
        try {
            AspectBinding binding = find(method, target);
            if (binding == null) {
                return body.proceed();
            }
            Class<?> targetClass = target == null ? method.getDeclaringClass() : TargetClasses.of(target);
            return binding.pipeline.get().run(new WovenCall(method, target, arguments, body), targetClass);
        } catch (Throwable thrown) {
            throw AspectBinding.<RuntimeException>asUnchecked(thrown);
        }
    }

    private static @Nullable AspectBinding find(Method method, @Nullable Object target) {
        Bindings current = bindings;
        List<AspectBinding> live = current.live;
        if (!current.everClosed && live.size() < 2) {
            return live.isEmpty() ? null : live.get(0);
        }
        AspectBinding owner = target == null ? null : OWNERS.getIfPresent(target);
        if (owner != null && owner.closed) {
            throw new IllegalStateException(describe(method)
                    + " was called on a bean of a closed application context; its guards are gone, so it is refused");
        }
        if (owner == null && live.size() > 1) {
            throw new IllegalStateException(describe(method) + " was called on an object that is no bean of any of the "
                    + live.size() + " application contexts that bound the aspect, so its guards are unknown;"
                    + " make it a bean");
        }
        return owner != null ? owner : live.isEmpty() ? null : live.get(0);
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (WeavingVerifier.isWovenAnywhere(bean.getClass())) {
            OWNERS.put(bean, this);
        }
        return bean;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public void destroy() {
        synchronized (AspectBinding.class) {
            closed = true;
            bindings = new Bindings(
                    bindings.live.stream().filter(binding -> binding != this).toList(), true);
        }
    }

    private static String describe(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T asUnchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
