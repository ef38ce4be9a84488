package dev.interlock.redisson;

import dev.interlock.annotation.LockMode;
import dev.interlock.key.LockKey;
import dev.interlock.lock.LockHealth;
import dev.interlock.lock.LockSighting;
import dev.interlock.lock.LockSightings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RScript;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/**
 * Who holds a lock, as Redis tells it: the id of a Redisson client and, behind a colon, a thread or an acquisition. Asked
 * of the primary, since a replica may lag.
 */
final class Holders {

    /** Ends the owner's field of a lock that is kept for its minimum time after its holder has left. */
    static final String KEPT = ":kept";

    static final String UNANSWERED = "Redis did not answer within 1s";

    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int CLIENT_DIGITS = 8;

    /** Milliseconds to live, then the owners; a lock of another kind, as a read lock, may have several. */
    private static final String LOOK = """
            local seen = redis.call('hkeys', KEYS[1])
            table.insert(seen, 1, tostring(redis.call('pttl', KEYS[1])))
            return seen""";

    private final RedissonClient redisson;
    private final LockScan scan;

    Holders(RedissonClient redisson) {
        this.redisson = redisson;
        this.scan = new LockScan(redisson);
    }

    /** @param owner the field as Redisson writes it */
    private record Holder(String owner, long leftMillis) {

        boolean kept() {
            return owner.endsWith(KEPT);
        }

        String client() {
            return owner.length() > CLIENT_DIGITS ? owner.substring(0, CLIENT_DIGITS) : owner;
        }

        String left() {
            String end = leftMillis < 0 ? "without a lease" : "for another " + Duration.ofMillis(leftMillis);
            return kept() ? "kept " + end + ", its holder has left" : end + " unless renewed";
        }
    }

    String describe(LockKey key) {
        return Answers.within(look(RedisNames.of(key)), ANSWER_NANOS)
                .map(this::describe)
                .orElse("unknown");
    }

    private String describe(List<Holder> holders) {
        if (holders.isEmpty()) {
            return "nobody now";
        }
        Holder first = holders.get(0);
        String who = first.owner().startsWith(redisson.getId()) ? "this process, " : "";
        return who + "Redisson client " + first.client() + "… " + first.left();
    }

    /** Those of the keys, and of the locks that a walk over a part of Redis finds. */
    LockSightings sightings(Collection<LockKey> keys) {
        long end = System.nanoTime() + ANSWER_NANOS;
        Map<String, @Nullable LockKey> known = new LinkedHashMap<>();
        keys.forEach(key -> known.put(RedisNames.of(key), key));
        Map<String, CompletableFuture<List<Holder>>> answers = new LinkedHashMap<>();
        known.keySet().forEach(name -> answers.put(name, look(name)));
        LockScan.Found found = scan.names(end);
        found.names().stream().limit(LockScan.MOST).forEach(name -> answers.computeIfAbsent(name, this::look));
        List<LockSighting> sightings = new ArrayList<>();
        String error = found.error();
        for (Map.Entry<String, CompletableFuture<List<Holder>>> answer : answers.entrySet()) {
            Optional<List<Holder>> holders = Answers.within(answer.getValue(), end - System.nanoTime());
            error = holders.isEmpty() && error == null ? UNANSWERED : error;
            holders.orElse(List.of())
                    .forEach(holder -> sightings.add(sighting(answer.getKey(), known.get(answer.getKey()), holder)));
        }
        return new LockSightings(sightings, found.complete() && error == null, error);
    }

    private static LockSighting sighting(String name, @Nullable LockKey key, Holder holder) {
        String owner = "Redisson client " + holder.client() + "…";
        return new LockSighting(key, name, owner, holder.left(), LockMode.EXCLUSIVE, true, null, null, null);
    }

    /** Asks for a lock that nobody has. */
    LockHealth health(long withinNanos) {
        try {
            look(RedisNames.probe()).get(withinNanos, TimeUnit.NANOSECONDS);
            return LockHealth.up(null, Duration.ZERO);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return LockHealth.down("interrupted while Redis was asked");
        } catch (TimeoutException unanswered) {
            return LockHealth.down("Redis did not answer within " + TimeUnit.NANOSECONDS.toMillis(withinNanos) + "ms");
        } catch (ExecutionException | CancellationException failure) {
            return LockHealth.down(Answers.reason(Answers.cause(failure)));
        }
    }

    private CompletableFuture<List<Holder>> look(String name) {
        return Answers.<List<Object>>to(() -> redisson.getScript(StringCodec.INSTANCE)
                        .evalAsync(name, RScript.Mode.READ_WRITE, LOOK, RScript.ReturnType.LIST, List.of(name)))
                .thenApply(Holders::holders);
    }

    private static List<Holder> holders(List<Object> seen) {
        long leftMillis = Long.parseLong(seen.get(0).toString());
        return seen.stream()
                .skip(1)
                .map(owner -> new Holder(owner.toString(), leftMillis))
                .toList();
    }
}
