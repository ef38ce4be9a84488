package dev.interlock.redisson;

import dev.interlock.annotation.LockMode;
import dev.interlock.key.LockKey;
import dev.interlock.lock.LockSighting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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

    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int CLIENT_DIGITS = 8;

    /** Milliseconds to live, then the owners; a lock of another kind, as a read lock, may have several. */
    private static final String LOOK = """
            local seen = redis.call('hkeys', KEYS[1])
            table.insert(seen, 1, tostring(redis.call('pttl', KEYS[1])))
            return seen""";

    private final RedissonClient redisson;

    Holders(RedissonClient redisson) {
        this.redisson = redisson;
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
        return Answers.within(look(key), ANSWER_NANOS).map(this::describe).orElse("unknown");
    }

    private String describe(List<Holder> holders) {
        if (holders.isEmpty()) {
            return "nobody now";
        }
        Holder first = holders.get(0);
        String who = first.owner().startsWith(redisson.getId()) ? "this process, " : "";
        return who + "Redisson client " + first.client() + "… " + first.left();
    }

    List<LockSighting> sightings(Collection<LockKey> keys) {
        Map<LockKey, CompletableFuture<List<Holder>>> answers = new LinkedHashMap<>();
        keys.forEach(key -> answers.computeIfAbsent(key, this::look));
        long end = System.nanoTime() + ANSWER_NANOS;
        List<LockSighting> sightings = new ArrayList<>();
        answers.forEach((key, answer) -> {
            Optional<List<Holder>> holders = Answers.within(answer, end - System.nanoTime());
            holders.orElse(List.of()).forEach(holder -> sightings.add(sighting(key, holder)));
        });
        return sightings;
    }

    private static LockSighting sighting(LockKey key, Holder holder) {
        String owner = "Redisson client " + holder.client() + "…";
        return new LockSighting(key, RedisNames.of(key), owner, holder.left(), LockMode.EXCLUSIVE, true, null);
    }

    private CompletableFuture<List<Holder>> look(LockKey key) {
        String name = RedisNames.of(key);
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
