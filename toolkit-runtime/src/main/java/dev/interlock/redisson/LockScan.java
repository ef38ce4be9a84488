package dev.interlock.redisson;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RScript;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/**
 * Finds the locks of other processes, which nobody lists: by walking over a bounded part of the keys of one primary. For people who
 * look, not for every request. Not in a cluster, where each primary would have to be walked over.
 */
final class LockScan {

    /** How many locks are looked at. */
    static final int MOST = 1_000;

    /** A page is answered in a fraction of a millisecond, so that others of this Redis do not notice. */
    private static final int PAGE = 500;

    private static final int PAGES = 200;
    private static final String START = "0";
    private static final Pattern LOCK = Pattern.compile("interlock:\\{[A-Za-z0-9._%-]*:[0-9a-f]{16}}");

    /** The next cursor, then the names. */
    private static final String SCAN = """
            local reply = redis.call('scan', ARGV[1], 'MATCH', 'interlock:{*}', 'COUNT', ARGV[2])
            table.insert(reply[2], 1, reply[1])
            return reply[2]""";

    private final RedissonClient redisson;

    LockScan(RedissonClient redisson) {
        this.redisson = redisson;
    }

    /**
     * What was found.
     *
     * @param complete whether it is all there is
     * @param error why the walk ended early, if something went wrong
     */
    record Found(
            Set<String> names, boolean complete, @Nullable String error) {}

    Found names(long endNanos) {
        Set<String> names = new LinkedHashSet<>();
        if (redisson.getConfig().isClusterConfig()) {
            return new Found(names, false, null);
        }
        String cursor = START;
        for (int page = 0; page < PAGES && names.size() <= MOST; page++) {
            List<String> reply;
            try {
                reply = page(cursor).get(Math.max(0, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
                return new Found(names, false, "interrupted while Redis was asked");
            } catch (TimeoutException unanswered) {
                return new Found(names, false, page == 0 ? Holders.UNANSWERED : null);
            } catch (ExecutionException | CancellationException failure) {
                return new Found(names, false, Answers.reason(Answers.cause(failure)));
            }
            reply.stream().skip(1).filter(name -> LOCK.matcher(name).matches()).forEach(names::add);
            cursor = reply.get(0);
            if (cursor.equals(START)) {
                return new Found(names, names.size() <= MOST, null);
            }
        }
        return new Found(names, false, null);
    }

    private CompletableFuture<List<String>> page(String cursor) {
        return Answers.<List<Object>>to(() -> redisson.getScript(StringCodec.INSTANCE)
                        .evalAsync(
                                RedisNames.probe(),
                                RScript.Mode.READ_WRITE,
                                SCAN,
                                RScript.ReturnType.LIST,
                                List.of(),
                                cursor,
                                PAGE))
                .thenApply(LockScan::strings);
    }

    private static List<String> strings(List<Object> reply) {
        List<String> strings = new ArrayList<>(reply.size());
        reply.forEach(element -> strings.add(element.toString()));
        return strings;
    }
}
