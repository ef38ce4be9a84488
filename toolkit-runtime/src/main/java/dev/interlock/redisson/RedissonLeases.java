package dev.interlock.redisson;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.IdempotencyStoreException;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.RecordKey;
import dev.interlock.idempotency.Resolution;
import dev.interlock.idempotency.Sight;
import dev.interlock.idempotency.StoredOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;

/**
 * Leases in Redis, on a single server, sentinel, replicated or cluster set-up, whatever the {@link RedissonClient} is
 * configured for: one hash for each record, which expires by itself unless it is held.
 *
 * <p><b>Each change is one script</b> that checks the owner by itself, so it does not matter when it arrives, nor how often.
 * All times are by the clock of the server that has the record. Only the list of held records is changed by commands of its
 * own, and may name more than there are.
 *
 * <p>No method waits for Redis longer than the call timeout for one command, whatever Redisson's own timeouts and retries
 * are. A claim without an answer by then has failed, and is taken back in the background should it be made later. An
 * interrupt ends every wait, except for the end of a lease: a call that had its effect is given the time to say so.
 *
 * <p><b>Limits.</b> What Redis loses, by a failover, a restart without persistence, eviction or a flush, is as if there had
 * been no call: the next one runs, also where the record was held or complete. A forward step of the server's clock ends
 * leases early. Records that must survive belong in Postgres.
 *
 * <p>Thread-safe. The client is the caller's and is never shut down here.
 */
public final class RedissonLeases implements LeasedRecords {

    /**
     * How the store behaves.
     *
     * @param callTimeout how long one command may take, 2 seconds by default
     */
    public record Settings(Duration callTimeout) {

        public static final Settings DEFAULT = new Settings(Duration.ofSeconds(2));

        /** @throws IllegalArgumentException if the timeout is zero, negative, or longer than a day */
        public Settings {
            if (callTimeout.isZero() || callTimeout.isNegative() || callTimeout.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("Setting callTimeout of the Redis leases is " + callTimeout
                        + ", but must be more than zero and a day at most");
            }
        }
    }

    /** In place of owner and fingerprint, for whoever only looks. */
    private static final String NOBODY = "";

    private final Commands commands;
    private final HeldIndex index;
    private final Withdrawals withdrawals;
    private final Clock clock;

    public RedissonLeases(RedissonClient redisson, Settings settings, Clock clock) {
        this.commands = new Commands(redisson, settings.callTimeout());
        this.index = new HeldIndex(commands);
        this.withdrawals = new Withdrawals(commands);
        this.clock = clock;
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public Claim claim(Request request) {
        String what = "The claim of " + request.key();
        Commands.refuseInterrupted(what);
        return request.hold() ? claimToHold(what, request) : claim(what, request, commands.end());
    }

    /** Looks first, so that those who come later do not list what they will not get. */
    private Claim claimToHold(String what, Request request) {
        long end = commands.end();
        long begun = clock.nanoTime();
        List<@Nullable Object> seen = commands.await(
                what,
                commands.send(LeaseScripts.FIND, record(request.key()), request.owner(), request.fingerprint()),
                end);
        Sight sight = LeaseReplies.sight(what, seen, begun);
        if (!(sight instanceof Sight.Free)) {
            if (sight instanceof Sight.Held) {
                index.add(HeldIndex.member(request.key().hex(), LeaseReplies.text(seen, 1)));
            }
            return new Claim.Refused(sight);
        }
        commands.await(what, index.add(HeldIndex.member(request)), end);
        Claim claim = claim(what, request, end);
        if (claim instanceof Claim.Refused) {
            index.remove(HeldIndex.member(request));
        } else if (clock.nanoTime() - begun > HeldIndex.GRACE.toNanos() / 2) {
            withdraw(request);
            throw new IdempotencyStoreException(what + " took too long", null);
        }
        return claim;
    }

    private Claim claim(String what, Request request, long end) {
        long asked = clock.nanoTime();
        CompletableFuture<List<@Nullable Object>> answer = commands.send(
                LeaseScripts.CLAIM,
                List.of(RedisNames.ofRecord(request.key().hex()), Withdrawals.note(request)),
                request.owner(),
                request.fingerprint(),
                request.key().name(),
                request.hold() ? 1 : 0,
                micros(request.lease()),
                lifeOfClaim(request));
        List<@Nullable Object> reply;
        try {
            reply = commands.await(what, answer, end);
        } catch (IdempotencyStoreException unanswered) {
            withdraw(request);
            throw unanswered;
        }
        return LeaseReplies.isGranted(reply)
                ? new Claim.Granted(new Lease(request, LeaseReplies.fence(reply), asked))
                : new Claim.Refused(LeaseReplies.sight(what, reply, asked));
    }

    private void withdraw(Request request) {
        withdrawals.withdraw(request).thenRun(() -> unlist(request));
    }

    @Override
    public Sight find(RecordKey key) {
        String what = "The lookup of " + key;
        long asked = clock.nanoTime();
        List<@Nullable Object> reply =
                commands.await(what, commands.send(LeaseScripts.FIND, record(key), NOBODY, NOBODY), commands.end());
        return LeaseReplies.sight(what, reply, asked);
    }

    @Override
    public Set<Lease> renew(Collection<Lease> leases) {
        long end = commands.end();
        List<Lease> asked = List.copyOf(leases);
        List<CompletableFuture<List<@Nullable Object>>> answers = new ArrayList<>();
        for (Lease lease : asked) {
            Request request = lease.request();
            answers.add(commands.send(
                    LeaseScripts.RENEW,
                    record(lease.key()),
                    request.owner(),
                    micros(request.lease()),
                    lifeOfClaim(request)));
        }
        Set<Lease> lost = new HashSet<>();
        String what = "The renewal of " + asked.size() + " leases";
        for (int i = 0; i < asked.size(); i++) {
            if (!LeaseReplies.isYes(commands.await(what, answers.get(i), end))) {
                lost.add(asked.get(i));
            }
        }
        return lost;
    }

    @Override
    public boolean complete(Lease lease, StoredOutcome outcome) {
        boolean ours = LeaseReplies.isYes(commands.awaitThrough(
                "The record of " + lease.key(),
                commands.send(
                        LeaseScripts.COMPLETE,
                        record(lease.key()),
                        outcome(
                                lease.request().owner(),
                                outcome,
                                lease.request().ttl())),
                commands.end()));
        unlist(lease.request());
        return ours;
    }

    @Override
    public boolean release(Lease lease) {
        boolean ours = end(lease, LeaseScripts.RELEASE);
        unlist(lease.request());
        return ours;
    }

    @Override
    public boolean abandon(Lease lease) {
        return end(lease, LeaseScripts.ABANDON);
    }

    private boolean end(Lease lease, String script) {
        return LeaseReplies.isYes(commands.awaitThrough(
                "The end of the lease of " + lease.key(),
                commands.send(script, record(lease.key()), lease.request().owner()),
                commands.end()));
    }

    /** For a claim that has ended, whoever ended it. */
    private void unlist(Request request) {
        if (request.hold()) {
            index.remove(HeldIndex.member(request));
        }
    }

    @Override
    public List<HeldRecord> held(int most) {
        return index.held(most);
    }

    @Override
    public boolean resolve(String id, Resolution resolution) {
        List<String> record = List.of(RedisNames.ofRecord(id));
        CompletableFuture<List<@Nullable Object>> answer = resolution instanceof Resolution.Complete complete
                ? commands.send(LeaseScripts.RESOLVE, record, outcome(NOBODY, complete.outcome(), complete.ttl()))
                : commands.send(LeaseScripts.REPEAT, record);
        List<@Nullable Object> gone = commands.await("The resolution of a held record", answer, commands.end());
        if (gone.isEmpty()) {
            return false;
        }
        index.remove(HeldIndex.member(id, LeaseReplies.text(gone, 0)));
        return true;
    }

    /** Number of claims that are being taken back. */
    int withdrawn() {
        return withdrawals.size();
    }

    private static List<String> record(RecordKey key) {
        return List.of(RedisNames.ofRecord(key.hex()));
    }

    private static Object[] outcome(Object owner, StoredOutcome outcome, Duration ttl) {
        List<Object> values = new ArrayList<>(
                List.of(owner, millis(ttl), outcome.format(), outcome.kind().name(), outcome.body()));
        String thrown = outcome.thrown();
        if (thrown != null) {
            values.add(thrown.getBytes(UTF_8));
        }
        return values.toArray();
    }

    /** A claim that nobody renews is remembered for a while after its lease, so that fences rise. */
    private static long lifeOfClaim(Request request) {
        return millis(request.lease().plus(request.ttl()));
    }

    private static long millis(Duration duration) {
        return Math.max(1, duration.toMillis());
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
