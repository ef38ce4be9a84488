package dev.interlock.spring;

import dev.interlock.postgres.PostgresSchema;
import dev.interlock.weaving.GuardAdvisor;
import dev.interlock.weaving.WeavingMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties of the toolkit. None is needed in an application with one DataSource that Spring Boot configures.
 *
 * @param enabled Whether guard annotations have an effect. If not, guarded methods run unguarded.
 * @param namespace What all keys of the service belong to; services that share it exclude each other on one database. Defaults
 *     to spring.application.name.
 * @param weaving How guards get around methods: proxies of beans, or the AspectJ weaver.
 * @param order Order of the guards among the advisors of a proxy. The default is outside of transactions and inside of
 *     asynchronous execution. Without effect under AspectJ.
 */
@ConfigurationProperties("interlock")
public record InterlockProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String namespace,
        @DefaultValue("proxy") WeavingMode weaving,
        @DefaultValue("" + GuardAdvisor.DEFAULT_ORDER) int order,
        @DefaultValue Schema schema,
        @DefaultValue Lock lock,
        @DefaultValue Mutex mutex,
        @DefaultValue Retry retry,
        @DefaultValue Idempotency idempotency,
        @DefaultValue Queue queue,
        @DefaultValue Web web,
        @DefaultValue Postgres postgres) {

    /** Where locks live. */
    public enum Backend {
        /** Advisory locks in Postgres, mutexes in Redis. */
        POSTGRES,
        /** The memory of this process. Excludes nobody in other processes. */
        MEMORY
    }

    /**
     * The toolkit's objects in the database.
     *
     * @param initialize Whether to create the toolkit's objects in the database at start-up, or only to check that they are
     *     there.
     */
    public record Schema(@DefaultValue("always") PostgresSchema.Initialize initialize) {}

    /**
     * Locks.
     *
     * @param backend Where locks live. The memory backend excludes nobody in other processes.
     * @param maxHeld Most session locks that this process holds at a time in one database, at least 1. Postgres keeps them in
     *     shared memory, and thousands can keep other clients from connecting.
     * @param blockingTransactions How many transactions of one DataSource may wait for a lock at a time, each with a
     *     connection of the pool; 0 or more. Others try, roll back and come again. Defaults to half of the pool, or 5 if
     *     its size is unknown.
     */
    public record Lock(
            @DefaultValue("postgres") Backend backend,
            @DefaultValue("1000") int maxHeld,
            @Nullable Integer blockingTransactions) {}

    /**
     * Mutexes in Redis.
     *
     * @param callTimeout How long one command to Redis may take before a mutex counts as unavailable, or as lost where its
     *     commit asks for it; more than zero. Redisson's own timeouts and retries may be longer. Leases of idempotent calls
     *     in Redis go by it too.
     */
    public record Mutex(@DefaultValue("2s") Duration callTimeout) {}

    /**
     * Retries.
     *
     * @param budget How many retries there may be on one DataSource, in this process.
     */
    public record Retry(@DefaultValue Budget budget) {

        /**
         * A bucket of tokens, of which every retry takes one.
         *
         * @param tokensPerCall What a call of a retried method puts in, 0 or more.
         * @param capacity Most tokens in the bucket, at least 1; it begins full.
         * @param tokensPerSecond What every second puts in, 0 or more.
         */
        public record Budget(
                @DefaultValue("0.1") double tokensPerCall,
                @DefaultValue("100") double capacity,
                @DefaultValue("10") double tokensPerSecond) {}
    }

    /** Where the claims of idempotent calls with mode = LEASED are kept. */
    public enum LeasedStore {
        /** The database of the DataSource. */
        POSTGRES,
        /** The Redis of the RedissonClient. What it loses, by a failover or a restart, is as if there had been no call. */
        REDIS,
        /** The memory of this process. Other processes see nothing of it, and it ends with it. */
        MEMORY
    }

    /**
     * Idempotent calls.
     *
     * @param maxOutcomeSize How large the outcome of one call may be as JSON; more than zero. A larger one fails the call.
     * @param leasedStore Where the claims of calls with mode = LEASED are kept.
     * @param nearCache Outcomes that this process remembers.
     * @param replayedHeaders Headers of a ResponseEntity that are a part of its outcome, besides Location, Content-Type, ETag,
     *     Last-Modified, Cache-Control, Link and Content-Language. The first answer is read back from its outcome, so the
     *     first caller gets no other header either. Headers with credentials, as Set-Cookie, are refused.
     */
    public record Idempotency(
            @DefaultValue("256KB") DataSize maxOutcomeSize,
            @DefaultValue("postgres") LeasedStore leasedStore,
            @DefaultValue NearCache nearCache,
            @DefaultValue List<String> replayedHeaders) {

        /**
         * Outcomes that this process remembers, so that a replay asks no store.
         *
         * @param maxSize About how much memory they may take; 0 for none.
         */
        public record NearCache(@DefaultValue("16MB") DataSize maxSize) {}
    }

    /**
     * Queues.
     *
     * @param work Whether this process works the queues that it has handlers for, or only enqueues.
     * @param lease How long a process that is not heard of keeps the jobs it has claimed, 1s to 1h. A shorter one lets others
     *     take over sooner, and jobs of a process that stands still for longer are done by others.
     * @param pollInterval How long a job that another process enqueued may be unseen by an idle one, 5ms to 1m.
     * @param drainTimeout How long the end of the application waits for jobs at work before it interrupts them, 0 to 1h. Nothing
     *     else is stopped meanwhile, so the platform has to grant more time than this.
     */
    public record Queue(
            @DefaultValue("true") boolean work,
            @DefaultValue("20s") Duration lease,
            @DefaultValue("40ms") Duration pollInterval,
            @DefaultValue("20s") Duration drainTimeout) {}

    /**
     * Requests that Spring MVC serves.
     *
     * @param problemDetails Whether requests that a guard refuses are answered with problem details (RFC 9457). If not, the
     *     guard's exceptions are left to the application, and without a handler of its own they are internal errors.
     */
    public record Web(@DefaultValue("true") boolean problemDetails) {}

    /**
     * Where the toolkit opens lock connections of its own, for locks of session scope.
     *
     * @param url JDBC URL of the lock connections to the primary DataSource's database, past any pooler in transaction mode.
     *     Defaults to that of Spring Boot's connection details, usually spring.datasource.url.
     * @param username User of the lock connections. Defaults to that of Spring Boot's connection details.
     * @param password Password of the lock connections. Defaults to that of Spring Boot's connection details, unless a username
     *     is set here.
     * @param dataSources Lock connections to the databases of other DataSources, by bean name; each has a url, a username and
     *     a password.
     */
    public record Postgres(
            @Nullable String url,
            @Nullable String username,
            @Nullable String password,
            @DefaultValue Map<String, Connection> dataSources) {

        /** Without the password. */
        @Override
        public String toString() {
            return "Postgres[url=" + url + ", username=" + username + ", dataSources=" + dataSources + "]";
        }
    }

    /**
     * Lock connections to the database of one DataSource.
     *
     * @param url JDBC URL of the DataSource's database, past any pooler in transaction mode.
     * @param username User of the lock connections.
     * @param password Password of the lock connections.
     */
    public record Connection(
            @Nullable String url,
            @Nullable String username,
            @Nullable String password) {

        /** Without the password. */
        @Override
        public String toString() {
            return "Connection[url=" + url + ", username=" + username + "]";
        }
    }
}
