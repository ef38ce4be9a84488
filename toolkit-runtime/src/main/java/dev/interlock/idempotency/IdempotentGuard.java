package dev.interlock.idempotency;

import dev.interlock.InterlockException;
import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.KeyScope;
import dev.interlock.annotation.OnDuplicate;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.guard.Durations;
import dev.interlock.guard.Guard;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardStage;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.ReturnShape;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.idempotency.OutcomeCodec.Form;
import dev.interlock.key.KeyExpression;
import dev.interlock.key.KeyNamespace;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttribute;

/** Reads {@code @Idempotent} and weaves the layers of its mode. */
public final class IdempotentGuard implements Guard<Idempotent, IdempotencyDefinition> {

    private static final Logger log = LoggerFactory.getLogger(IdempotentGuard.class);

    private final KeyNamespace namespace;
    private final IdempotencySpaces spaces;
    private final IdempotencyServices services;
    private final Durations durations;

    public IdempotentGuard(
            KeyNamespace namespace, IdempotencySpaces spaces, IdempotencyServices services, Durations durations) {
        this.namespace = namespace;
        this.spaces = spaces;
        this.services = services;
        this.durations = durations;
    }

    @Override
    public Class<Idempotent> annotationType() {
        return Idempotent.class;
    }

    @Override
    public @Nullable IdempotencyDefinition define(
            GuardedMethod method, MergedAnnotation<Idempotent> annotation, GuardProblems problems) {
        String where = method.where(Idempotent.class);
        IdempotencyTerms terms = terms(annotation, where, problems);
        terms.problem().ifPresent(problem -> problems.add(where, problem));
        OutcomeCodec codec = services.codec();
        if (codec == null) {
            problems.add(
                    where,
                    "compares arguments and keeps outcomes as JSON, but Jackson is not there; add"
                            + " tools.jackson.core:jackson-databind");
            return null;
        }
        KeySource key = key(method, annotation, where, problems);
        ComparedArguments compared = ComparedArguments.of(
                method, annotation.getStringArray("fingerprint"), codec, problem -> problems.add(where, problem));
        Outcomes outcomes = outcomes(method, annotation, codec, where, problems);
        UnavailablePolicy unavailable = terms.onDuplicate() == OnDuplicate.SKIP
                ? UnavailablePolicy.skip(method, where, "onDuplicate", "WAIT or REJECT", problems)
                : UnavailablePolicy.RAISE;
        IdempotencySpace space = space(annotation, where, problems);
        MethodTransaction transaction = null;
        if (terms.mode() == IdempotencyMode.TRANSACTIONAL) {
            transaction = transaction(method, space, where, problems);
        } else if (space != null && space.leased() == null) {
            problems.add(where, "mode = LEASED has no store; " + spaces.remedy());
        }
        return space == null || key == null
                ? null
                : new IdempotencyDefinition(
                        terms,
                        method.toString(),
                        key,
                        compared,
                        codec,
                        outcomes,
                        method.shape(),
                        space,
                        transaction,
                        unavailable,
                        "idempotent '" + terms.name() + "' " + terms.mode() + " " + key + " ttl="
                                + annotation.getString("ttl") + " onDuplicate=" + terms.onDuplicate());
    }

    private IdempotencyTerms terms(MergedAnnotation<Idempotent> annotation, String where, GuardProblems problems) {
        return new IdempotencyTerms(
                annotation.getString("name"),
                annotation.getEnum("mode", IdempotencyMode.class),
                duration(annotation, "ttl", where, problems),
                annotation.getEnum("onDuplicate", OnDuplicate.class),
                duration(annotation, "waitTime", where, problems),
                duration(annotation, "leaseTime", where, problems),
                annotation.getEnum("onExpiredLease", OnExpiredLease.class));
    }

    private Duration duration(
            MergedAnnotation<Idempotent> annotation, String attribute, String where, GuardProblems problems) {
        return durations.wait(where, attribute, annotation.getString(attribute), problems);
    }

    private @Nullable KeySource key(
            GuardedMethod method, MergedAnnotation<Idempotent> annotation, String where, GuardProblems problems) {
        String name = annotation.getString("name");
        String[] parts = annotation.getStringArray("key");
        KeyScope scope = annotation.getEnum("scope", KeyScope.class);
        boolean ofCaller = scope == KeyScope.CALLER || scope == KeyScope.AUTO && parts.length == 0;
        PrincipalResolver callers = ofCaller ? services.principals() : null;
        if (ofCaller && callers == null) {
            problems.add(
                    where,
                    "its key belongs to the caller, but nothing tells who that is; add Spring Security or a PrincipalResolver"
                            + " bean, or use scope = SHARED if callers may share keys");
        }
        KeyExpression expression = KeyExpression.compileSingle(
                namespace, name, parts, method.method(), method.targetClass(), problem -> problems.add(where, problem));
        if (parts.length > 0) {
            return new KeySource.OfArguments(expression, callers);
        }
        if (services.memory().requests() == RequestKeys.NONE) {
            problems.add(
                    where,
                    "has no key and nothing brings one with a request; give it a key, or serve it with Spring MVC and the"
                            + " Idempotency-Key header");
            return null;
        }
        return new KeySource.OfRequest(namespace, name, services.memory().requests(), callers);
    }

    private Outcomes outcomes(
            GuardedMethod method,
            MergedAnnotation<Idempotent> annotation,
            OutcomeCodec codec,
            String where,
            GuardProblems problems) {
        Class<?> raw = method.method().getReturnType();
        boolean stored = annotation.getBoolean("storeOutcome");
        if (!stored && raw.isPrimitive() && raw != void.class) {
            problems.add(
                    where,
                    "storeOutcome = false leaves a replay nothing to return for the primitive type " + raw.getName()
                            + "; return the wrapper type or void, or store the outcome");
        }
        Type type = resultType(method);
        boolean nothing = type == void.class || type == Void.class;
        if (stored && !nothing) {
            codec.problem(type)
                    .ifPresent(fault -> problems.add(
                            where,
                            "the return type " + type.getTypeName() + " " + fault + ", or set storeOutcome = false"));
        }
        Map<Class<? extends Throwable>, Form> thrown = new LinkedHashMap<>();
        for (Class<?> named : annotation.getClassArray("replayFor")) {
            Class<? extends Throwable> exception = named.asSubclass(Throwable.class);
            if (InterlockException.class.isAssignableFrom(exception) || Error.class.isAssignableFrom(exception)) {
                problems.add(
                        where,
                        "replayFor names " + exception.getSimpleName()
                                + ", which is no outcome of the method; leave it out");
            } else {
                thrown.put(exception, codec.form(exception));
            }
        }
        return new Outcomes(
                method.toString(),
                !stored || nothing ? null : codec.form(type),
                method.shape() == ReturnShape.OPTIONAL ? Optional.empty() : null,
                raw.isPrimitive() && raw != void.class,
                thrown,
                services.maxOutcomeBytes());
    }

    private static Type resultType(GuardedMethod method) {
        Type declared = GenericTypeResolver.resolveType(method.method().getGenericReturnType(), method.targetClass());
        return method.shape() == ReturnShape.STAGE
                ? ResolvableType.forType(declared).getGeneric().getType()
                : declared;
    }

    private @Nullable IdempotencySpace space(
            MergedAnnotation<Idempotent> annotation, String where, GuardProblems problems) {
        String dataSource = annotation.getString("dataSource");
        Optional<IdempotencySpace> found = spaces.find(dataSource);
        if (found.isEmpty()) {
            problems.add(
                    where,
                    "there is no " + (dataSource.isEmpty() ? "DataSource" : "DataSource '" + dataSource + "'") + "; "
                            + spaces.remedy());
        }
        return found.orElse(null);
    }

    private @Nullable MethodTransaction transaction(
            GuardedMethod method, @Nullable IdempotencySpace space, String where, GuardProblems problems) {
        if (space == null || !method.hasTransactionManager()) {
            return null;
        }
        TransactionalRecords records = space.transactional();
        if (records == null) {
            problems.add(where, "mode = TRANSACTIONAL needs a database; " + spaces.remedy());
            return null;
        }
        if (records.resource() != method.transactionResource()) {
            problems.add(
                    where,
                    "mode = TRANSACTIONAL needs a transaction manager of the records' DataSource, but the method's is "
                            + (method.transactionResource() == null
                                    ? "none of a DataSource"
                                    : "one of another DataSource")
                            + "; name the manager in @Transactional or the DataSource in dataSource, or use mode = LEASED");
            return null;
        }
        TransactionAttribute rules = method.ownTransaction().orElseGet(DefaultTransactionAttribute::new);
        warnOfCommits(method, rules);
        return new MethodTransaction(method.transactionManager(), rules);
    }

    private static void warnOfCommits(GuardedMethod method, TransactionAttribute rules) {
        for (Class<?> declared : method.method().getExceptionTypes()) {
            if (!RuntimeException.class.isAssignableFrom(declared) && !Error.class.isAssignableFrom(declared)) {
                log.warn(
                        "{} is idempotent and declares {}: by Spring's rules such an exception may commit; here it rolls back,"
                                + " unless it is named in replayFor",
                        method,
                        declared.getSimpleName());
            }
        }
        if (RollbackRules.haveExceptions(rules)) {
            log.warn(
                    "{} is idempotent and its @Transactional has noRollbackFor: such an exception rolls back here, unless it is"
                            + " named in replayFor",
                    method);
        }
    }

    @Override
    public List<GuardStep> steps(IdempotencyDefinition definition) {
        if (definition.terms().mode() == IdempotencyMode.LEASED) {
            LeasedRecords records = definition.space().leased();
            if (records == null) {
                throw new IllegalStateException("No store for " + definition.label());
            }
            LeasedCalls calls = new LeasedCalls(operation(definition, records), records, services.heartbeats());
            return List.of(outer(definition, calls));
        }
        TransactionalRecords records = definition.space().transactional();
        MethodTransaction transaction = definition.transaction();
        if (records == null || transaction == null) {
            return List.of();
        }
        TransactionalCalls calls = new TransactionalCalls(operation(definition, records), records);
        return List.of(
                outer(definition, calls),
                new GuardStep(
                        GuardStage.ATTEMPT,
                        "no claim of '" + definition.name() + "' left of another attempt",
                        new AttemptStep(definition)),
                new GuardStep(
                        GuardStage.IDEMPOTENCY_CLAIM,
                        "claim of '" + definition.name() + "'",
                        new ClaimStep(definition, calls, transaction)));
    }

    private GuardStep outer(IdempotencyDefinition definition, IdempotentCalls calls) {
        return new GuardStep(GuardStage.IDEMPOTENCY, definition.description(), new ReplayStep(definition, calls));
    }

    private Operation operation(IdempotencyDefinition definition, Object store) {
        return new Operation(
                definition.terms(), definition.outcomes(), definition.shape(), store, services.memory(), definition);
    }
}
