package dev.interlock.redisson;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.FencingTokens;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockHealth;
import dev.interlock.lock.LockRequest;
import dev.interlock.lock.LockSightings;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;
import org.springframework.beans.factory.DisposableBean;

/**
 * Mutual exclusion between processes by locks in Redis, on a single server, sentinel, replicated or cluster set-up, whatever
 * the {@link RedissonClient} is configured for.
 *
 * <p>A lock has a lease, renewed every third of it while held. Locks are exclusive only. They are Redisson's own: a plain
 * {@code redisson.getLock(redisName(key))} and this backend exclude each other and hear each other's releases.
 *
 * <p>No call waits for Redis longer than the call timeout, whatever Redisson's own timeouts and retries are. An acquisition
 * without an answer by then has failed, and is given back in the background should it be granted later. A hold is lost as
 * soon as Redis says that it has another owner or none, or as its lease has passed since the last renewal that was answered
 * was sent. Loss listeners run on the one thread {@code interlock-redis-leases}, and after {@link #destroy()} on the thread
 * that finds the loss.
 *
 * <p>What Redis cannot promise, this backend does not either: after a failover, a restart without persistence or a forward
 * step of the server's wall clock two processes may believe to hold one lock for a while. Fencing tokens close that gap.
 *
 * <p>Thread-safe. The client is the caller's and is never shut down here.
 */
public final class RedissonMutexes implements LockBackend, DisposableBean {

    /**
     * How the backend behaves; all durations are positive.
     *
     * @param callTimeout how long one command may take, 2 seconds by default
     * @param repoll how often a waiter that hears no release message looks for itself, half a second by default
     * @param lease used for requests that ask for no particular one, 30 seconds by default
     */
    public record Settings(Duration callTimeout, Duration repoll, Duration lease) {

        public static final Settings DEFAULT =
                new Settings(Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(30));

        /** @throws IllegalArgumentException if a duration is zero, negative, or longer than a day */
        public Settings {
            check("callTimeout", callTimeout);
            check("repoll", repoll);
            check("lease", lease);
        }

        private static void check(String name, Duration duration) {
            if (duration.isZero() || duration.isNegative() || duration.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("Setting " + name + " of the Redis locks is " + duration
                        + ", but must be more than zero and a day at most");
            }
        }
    }

    private static final Acquisition EXCLUSIVE_ONLY =
            new Acquisition.Unavailable("locks in Redis are exclusive only; ask for LockMode.EXCLUSIVE", null);
    private static final Duration START_UP = Duration.ofSeconds(5);

    /** Shorter than any sensible response timeout of Redisson, after which it would repeat. */
    private static final Duration REPEATS = Duration.ofMillis(250);

    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final Duration DRAIN_STEP = Duration.ofMillis(10);

    private final RedissonClient redisson;
    private final Settings settings;
    private final MutexServices services;
    private final Holders holders;

    /** @param tokens where fencing tokens are drawn; null if there are none */
    public RedissonMutexes(RedissonClient redisson, @Nullable FencingTokens tokens, Settings settings) {
        this.redisson = redisson;
        this.settings = settings;
        this.holders = new Holders(redisson);
        LeaseKeeper keeper = new LeaseKeeper();
        this.services = new MutexServices(
                keeper,
                new AbandonedLocks(keeper, promptNanos(redisson)),
                tokens,
                settings.callTimeout().toNanos(),
                new AtomicBoolean());
    }

    /** With a single server Redisson sends each acquisition once; where there may be replicas it repeats a slow one. */
    private static long promptNanos(RedissonClient redisson) {
        return redisson.getConfig().isSingleConfig() ? Long.MAX_VALUE : REPEATS.toNanos();
    }

    /**
     * The lock's key in Redis, for users of a plain {@code RLock}: {@code interlock:{order:3fa9bc0d12345678}}. The same in
     * every process and version; shows the lock's name, escaped and cut to 80 characters, and of everything else only a
     * 64-bit hash.
     */
    public static String redisName(LockKey key) {
        return RedisNames.of(key);
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public Optional<String> problem() {
        if (redisson.isShuttingDown()) {
            return Optional.of("@DistributedMutex needs Redis, but the RedissonClient is shut down;"
                    + " let it live as long as the application context");
        }
        String probe = RedisNames.probe();
        OwnedLock nobody = new OwnedLock(redisson, redisson.getLock(probe), probe, settings.lease());
        long patience = Math.max(services.callTimeoutNanos(), START_UP.toNanos());
        return failure(nobody.renew(false), patience)
                .map(failure -> "@DistributedMutex needs Redis, but it does not run a script: " + failure
                        + "; check the address and credentials of the RedissonClient, and that its user may run"
                        + " EVAL, EVALSHA, SCRIPT, SUBSCRIBE and PUBLISH");
    }

    @Override
    public Optional<String> tokenProblem() {
        FencingTokens tokens = services.tokens();
        return tokens == null
                ? Optional.of("there is no Postgres to draw them from; without one a mutex is for efficiency only")
                : tokens.problem();
    }

    /** Redis has no queue: to give others their turn takes three round trips and a subscription. */
    @Override
    public int handOffs() {
        return 256;
    }

    /** {@inheritDoc} The same as {@link #redisName}. */
    @Override
    public String nameOf(LockKey key) {
        return redisName(key);
    }

    private static Optional<String> failure(CompletableFuture<Boolean> answer, long patience) {
        try {
            answer.get(patience, TimeUnit.NANOSECONDS);
            return Optional.empty();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        } catch (TimeoutException unanswered) {
            return Optional.of("no answer within " + TimeUnit.NANOSECONDS.toSeconds(patience) + "s");
        } catch (ExecutionException | CancellationException failure) {
            return Optional.of(String.valueOf(Answers.cause(failure)));
        }
    }

    @Override
    public Acquisition acquire(LockRequest request, Deadline deadline) throws InterruptedException {
        if (request.mode() != LockMode.EXCLUSIVE) {
            return EXCLUSIVE_ONLY;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Duration lease = request.lease().isZero() ? settings.lease() : request.lease();
        MutexAcquisition acquisition =
                new MutexAcquisition(redisson, services, settings.repoll().toNanos(), request.key(), lease, deadline);
        return request.queued() ? acquisition.runBehindOthers() : acquisition.run();
    }

    @Override
    public String describeHolder(LockKey key) {
        return holders.describe(key);
    }

    @Override
    public LockSightings sightings(Collection<LockKey> known) {
        return holders.sightings(known);
    }

    /** {@inheritDoc} Asks the primary, and waits for it as long as an acquisition would. */
    @Override
    public LockHealth health() {
        return holders.health(services.callTimeoutNanos());
    }

    /** Number of locks held or being released now. */
    int held() {
        return services.keeper().size();
    }

    /** Number of acquisitions that are still looked after because they may hold a lock that nobody wants. */
    int abandoned() {
        return services.abandoned().size();
    }

    /**
     * Stops granting, waits a few seconds for holds to be released and for abandoned acquisitions to be given back, then ends
     * renewals. What is held longer ends with its lease.
     */
    @Override
    public void destroy() {
        services.closing().set(true);
        Deadline drain = Deadline.after(Clock.SYSTEM, DRAIN);
        try {
            while (!isDrained() && drain.sleep(DRAIN_STEP)) {
                // The holders are at work.
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
        services.keeper().stop();
    }

    private boolean isDrained() {
        return services.keeper().isEmpty() && services.abandoned().unconfirmed() == 0;
    }
}
