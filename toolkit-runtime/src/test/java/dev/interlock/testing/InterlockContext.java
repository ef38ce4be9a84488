package dev.interlock.testing;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Durations;
import dev.interlock.guard.Guard;
import dev.interlock.guard.GuardPipeline;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.GuardSource;
import dev.interlock.guard.GuardValidator;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.idempotency.Heartbeats;
import dev.interlock.idempotency.HeldRecords;
import dev.interlock.idempotency.IdempotencyCounts;
import dev.interlock.idempotency.IdempotencyServices;
import dev.interlock.idempotency.IdempotencySpace;
import dev.interlock.idempotency.IdempotencySpaces;
import dev.interlock.idempotency.IdempotentGuard;
import dev.interlock.idempotency.IdempotentTemplate;
import dev.interlock.idempotency.JacksonCodec;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.Memory;
import dev.interlock.idempotency.PrincipalResolver;
import dev.interlock.idempotency.RequestKeys;
import dev.interlock.jdbc.PersistenceContexts;
import dev.interlock.jdbc.RowLockGuard;
import dev.interlock.jdbc.StateMachine;
import dev.interlock.jdbc.StateMachines;
import dev.interlock.jdbc.StateTransitionGuard;
import dev.interlock.jdbc.Tables;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.AdvisoryLockGuard;
import dev.interlock.lock.DistributedMutexGuard;
import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockEscalation;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.LockTemplate;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.postgres.PostgresConflicts;
import dev.interlock.postgres.PostgresFences;
import dev.interlock.postgres.PostgresLeases;
import dev.interlock.postgres.PostgresRecords;
import dev.interlock.postgres.PostgresSessionLocks;
import dev.interlock.postgres.PostgresTransactionLocks;
import dev.interlock.redisson.RedissonMutexes;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.retry.EscalationLocks;
import dev.interlock.retry.RetryBudgets;
import dev.interlock.retry.RetryCounts;
import dev.interlock.retry.RetryGuard;
import dev.interlock.weaving.AspectBinding;
import dev.interlock.weaving.GuardAdvisor;
import dev.interlock.weaving.ProxyVerifier;
import dev.interlock.weaving.WeavingMode;
import dev.interlock.weaving.WeavingVerifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AdviceMode;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import tools.jackson.databind.json.JsonMapper;

/** An application context with the toolkit in it, put together by hand as an application without Spring Boot would. */
public final class InterlockContext {

    public static final String NAMESPACE = "interlock-tests";

    private final DataSource dataSource;
    private WeavingMode mode = WeavingMode.PROXY;
    private Function<DataSource, PlatformTransactionManager> manager = DataSourceTransactionManager::new;
    private int blockingTransactions = 5;
    private final List<Guard<?, ?>> guards = new ArrayList<>();
    private final List<Class<?>> beans = new ArrayList<>();
    private final List<Consumer<GenericApplicationContext>> more = new ArrayList<>();
    private boolean proxiedTransactions;
    private RetryBudgets.Settings retries = RetryBudgets.Settings.DEFAULT;
    private @Nullable RedissonClient redisson;
    private RequestKeys requests = RequestKeys.NONE;
    private @Nullable PrincipalResolver principals;
    private long cacheBytes = IdempotencyServices.DEFAULT_CACHE_BYTES;
    private int maxOutcomeBytes = IdempotencyServices.DEFAULT_MAX_OUTCOME_BYTES;
    private @Nullable Function<ApplicationContext, LeasedRecords> leases;

    private Function<ApplicationContext, PersistenceContexts> contexts = context -> PersistenceContexts.NONE;

    private InterlockContext(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    public static InterlockContext on(DataSource dataSource) {
        return new InterlockContext(dataSource);
    }

    public InterlockContext mode(WeavingMode chosen) {
        this.mode = chosen;
        return this;
    }

    public InterlockContext manager(Function<DataSource, PlatformTransactionManager> chosen) {
        this.manager = chosen;
        return this;
    }

    /** How many transactions may wait for a lock at a time, each with a pooled connection. */
    public InterlockContext blockingTransactions(int most) {
        this.blockingTransactions = most;
        return this;
    }

    public InterlockContext guard(Guard<?, ?> guard) {
        guards.add(guard);
        return this;
    }

    public InterlockContext beans(Class<?>... types) {
        beans.addAll(List.of(types));
        return this;
    }

    public InterlockContext with(Consumer<GenericApplicationContext> registration) {
        more.add(registration);
        return this;
    }

    /** How many retries there may be. */
    public InterlockContext retries(RetryBudgets.Settings settings) {
        this.retries = settings;
        return this;
    }

    /** With mutexes in this Redis; the caller shuts the client down. */
    public InterlockContext redis(RedissonClient client) {
        this.redisson = client;
        return this;
    }

    /** Where idempotency keys come from that no annotation gives, and whose they are. */
    public InterlockContext requests(RequestKeys keys, PrincipalResolver callers) {
        this.requests = keys;
        this.principals = callers;
        return this;
    }

    /** How much memory remembered outcomes may take, 0 for none. */
    public InterlockContext cacheBytes(long most) {
        this.cacheBytes = most;
        return this;
    }

    public InterlockContext maxOutcomeBytes(int most) {
        this.maxOutcomeBytes = most;
        return this;
    }

    /** Leases of idempotent calls are kept here instead of the database. */
    public InterlockContext leases(Function<ApplicationContext, LeasedRecords> store) {
        this.leases = store;
        return this;
    }

    /** What keeps rows in memory. */
    public InterlockContext contexts(Function<ApplicationContext, PersistenceContexts> chosen) {
        this.contexts = chosen;
        return this;
    }

    /** Proxied {@code @Transactional} even under AspectJ weaving. */
    public InterlockContext proxiedTransactions() {
        this.proxiedTransactions = true;
        return this;
    }

    public AnnotationConfigApplicationContext open() {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        boolean proxied = mode == WeavingMode.PROXY || proxiedTransactions;
        context.register(proxied ? ProxiedTransactions.class : WovenTransactions.class);
        context.registerBean(
                "dataSource", DataSource.class, () -> dataSource, definition -> definition.setDestroyMethodName(""));
        context.registerBean(JdbcClient.class, () -> JdbcClient.create(dataSource));
        context.registerBean(PlatformTransactionManager.class, () -> withEvents(manager.apply(dataSource)));
        context.registerBean(
                PostgresSessionLocks.class,
                () -> new PostgresSessionLocks(
                        PostgresServer.direct(), new PostgresSessionLocks.Settings("interlock-tests locks", 1000)));
        context.registerBean(
                LockSpace.class,
                () -> LockSpace.ofDatabase(
                        context.getBean(PostgresSessionLocks.class),
                        new PostgresTransactionLocks(dataSource),
                        FenceStores.of(new PostgresFences(dataSource)),
                        blockingTransactions));
        if (redisson != null) {
            RedissonClient client = redisson;
            context.registerBean(
                    RedissonMutexes.class,
                    () -> new RedissonMutexes(
                            client, context.getBean(PostgresSessionLocks.class), RedissonMutexes.Settings.DEFAULT));
        }
        context.registerBean(MutexSpaces.class, () -> mutexes(context));
        context.registerBean(
                LockTemplate.class,
                () -> new LockTemplate(
                        new KeyNamespace(NAMESPACE),
                        new Spaces(Map.of("", context.getBean(LockSpace.class))),
                        context.getBean(MutexSpaces.class),
                        Clock.SYSTEM));
        context.registerBean(RetryCounts.class);
        context.registerBean(RetryBudgets.class, () -> new RetryBudgets(retries, Clock.SYSTEM));
        context.registerBean(EscalationLocks.class, () -> escalation(context));
        context.registerBean(ConflictRetry.class, () -> retry(context));
        context.registerBean(IdempotencyCounts.class);
        context.registerBean(Heartbeats.class, () -> new Heartbeats(Clock.SYSTEM));
        context.registerBean(IdempotencySpaces.class, () -> idempotency(context));
        context.registerBean(IdempotencyServices.class, () -> services(context));
        context.registerBean(
                HeldRecords.class,
                () -> new HeldRecords(
                        context.getBean(IdempotencySpaces.class),
                        context.getBean(IdempotencyServices.class).codec()));
        context.registerBean(
                IdempotentTemplate.class,
                () -> new IdempotentTemplate(
                        new KeyNamespace(NAMESPACE),
                        context.getBean(IdempotencySpaces.class),
                        context.getBean(IdempotencyServices.class),
                        () -> context.getBean(PlatformTransactionManager.class)));
        context.registerBean(GuardPlans.class, () -> plans(context));
        context.registerBean(GuardPipeline.class, () -> new GuardPipeline(context.getBean(GuardPlans.class)));
        if (mode == WeavingMode.PROXY) {
            context.registerBean(
                    "guardAdvisor",
                    GuardAdvisor.class,
                    () -> new GuardAdvisor(() -> context.getBean(GuardPipeline.class), GuardAdvisor.DEFAULT_ORDER),
                    definition -> definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE));
        } else {
            context.registerBean(
                    AspectBinding.class, () -> new AspectBinding(() -> context.getBean(GuardPipeline.class)));
        }
        context.registerBean(
                GuardValidator.class,
                () -> new GuardValidator(
                        context.getDefaultListableBeanFactory(),
                        context.getBean(GuardPlans.class),
                        List.of(
                                mode == WeavingMode.PROXY
                                        ? new ProxyVerifier(context.getDefaultListableBeanFactory())
                                        : new WeavingVerifier(context.getDefaultListableBeanFactory()))));
        beans.forEach(type -> context.registerBean(type));
        more.forEach(registration -> registration.accept(context));
        try {
            context.refresh();
        } catch (RuntimeException failure) {
            context.close();
            throw failure;
        }
        return context;
    }

    private GuardPlans plans(AnnotationConfigApplicationContext context) {
        LockSpace lockSpace = context.getBean(LockSpace.class);
        List<Guard<?, ?>> all = new ArrayList<>(guards);
        KeyNamespace namespace = new KeyNamespace(NAMESPACE);
        Durations durations = new Durations(context.getEnvironment()::resolveRequiredPlaceholders);
        all.add(new AdvisoryLockGuard(namespace, new Spaces(Map.of("", lockSpace)), durations, Clock.SYSTEM));
        if (redisson != null) {
            all.add(new DistributedMutexGuard(namespace, context.getBean(MutexSpaces.class), durations, Clock.SYSTEM));
        }
        all.add(new RetryGuard(
                new PostgresConflicts(),
                context.getBean(RetryBudgets.class),
                context.getBean(RetryCounts.class),
                context.getBean(EscalationLocks.class),
                durations,
                Clock.SYSTEM));
        all.add(new IdempotentGuard(
                namespace,
                context.getBean(IdempotencySpaces.class),
                context.getBean(IdempotencyServices.class),
                durations));
        all.add(new RowLockGuard(new TablesOf(dataSource), contexts.apply(context), durations));
        all.add(new StateTransitionGuard(new MachinesOf(context)));
        return new GuardPlans(GuardSource.of(all), context, new AnnotationTransactionAttributeSource(false));
    }

    private IdempotencySpaces idempotency(ApplicationContext context) {
        return new IdempotencyOf(new IdempotencySpace(
                new PostgresRecords(dataSource),
                leases == null ? new PostgresLeases(dataSource, Clock.SYSTEM) : leases.apply(context)));
    }

    private IdempotencyServices services(AnnotationConfigApplicationContext context) {
        return new IdempotencyServices(
                new Memory(cacheBytes, context.getBean(IdempotencyCounts.class), requests, Clock.SYSTEM),
                context.getBean(Heartbeats.class),
                new JacksonCodec(new JsonMapper()),
                principals,
                maxOutcomeBytes);
    }

    private record TablesOf(DataSource dataSource) implements Tables {

        @Override
        public Optional<DataSource> find(String name) {
            return name.isEmpty() ? Optional.of(dataSource) : Optional.empty();
        }

        @Override
        public String remedy() {
            return "leave dataSource empty";
        }
    }

    private record MachinesOf(ApplicationContext context) implements StateMachines {

        @Override
        public Optional<StateMachine<?, ?>> find(String name) {
            return Optional.ofNullable(
                    context.getBeansOfType(StateMachine.class).get(name));
        }

        @Override
        public String remedy() {
            return "declare a StateMachine bean of that name";
        }
    }

    private record IdempotencyOf(IdempotencySpace space) implements IdempotencySpaces {

        @Override
        public Optional<IdempotencySpace> find(String name) {
            return name.isEmpty() ? Optional.of(space) : Optional.empty();
        }

        @Override
        public Collection<LeasedRecords> leasedInUse() {
            return space.leased() == null ? List.of() : List.of(space.leased());
        }

        @Override
        public String remedy() {
            return "leave dataSource empty";
        }
    }

    private EscalationLocks escalation(AnnotationConfigApplicationContext context) {
        return new LockEscalation(
                new KeyNamespace(NAMESPACE), new Spaces(Map.of("", context.getBean(LockSpace.class))), Clock.SYSTEM);
    }

    private ConflictRetry retry(AnnotationConfigApplicationContext context) {
        return new ConflictRetry(
                new PostgresConflicts(),
                context.getBean(RetryBudgets.class),
                context.getBean(RetryCounts.class),
                context.getBean(EscalationLocks.class),
                Clock.SYSTEM,
                dataSource);
    }

    private MutexSpaces mutexes(AnnotationConfigApplicationContext context) {
        return redisson == null
                ? new NoMutexes()
                : MutexSpaces.of(LockSpace.ofLeases(
                        context.getBean(RedissonMutexes.class), FenceStores.of(new PostgresFences(dataSource))));
    }

    private record NoMutexes() implements MutexSpaces {

        @Override
        public Optional<LockSpace> find() {
            return Optional.empty();
        }

        @Override
        public String remedy() {
            return "give the context a RedissonClient";
        }
    }

    private static PlatformTransactionManager withEvents(PlatformTransactionManager manager) {
        if (manager instanceof AbstractPlatformTransactionManager configurable) {
            configurable.addListener(new TransactionEvents());
        }
        return manager;
    }

    private record Spaces(Map<String, LockSpace> spaces) implements LockSpaces {

        @Override
        public Optional<LockSpace> find(String name) {
            return Optional.ofNullable(spaces.get(name));
        }

        @Override
        public String remedy() {
            return "leave dataSource empty";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class ProxiedTransactions {}

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(mode = AdviceMode.ASPECTJ)
    static class WovenTransactions {}
}
