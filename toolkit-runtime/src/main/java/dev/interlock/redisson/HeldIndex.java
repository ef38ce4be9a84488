package dev.interlock.redisson;

import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.IdempotencyStoreException;
import dev.interlock.idempotency.LeasedRecords.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The claims that may come to be held, one sorted set for all, since in a cluster nobody could list the records themselves.
 *
 * <p><b>Invariant.</b> The claim of every held record is a member, unless Redis has lost the set. A claim is listed before
 * it is made and taken off after it has ended, each by commands of their own, so the set may have members without a claim:
 * one that is on its way, or one whose end was not told. These two look alike, so a member goes only when it has been there
 * for longer than {@link #GRACE}, and a claim that took half as long is not used. A member names the owner too, so that one
 * which ends late does not take its successor off.
 */
final class HeldIndex {

    /** How long a claim may take from being listed to being made, twice over. */
    static final Duration GRACE = Duration.ofHours(1);

    static final String KEY = "interlock:idempotency:held";

    private static final int PAGE = 200;
    private static final char SEPARATOR = ':';
    private static final String WHAT = "The list of held records";

    private final Commands commands;

    HeldIndex(Commands commands) {
        this.commands = commands;
    }

    static String member(Request request) {
        return member(request.key().hex(), String.valueOf(request.owner()));
    }

    static String member(String id, String owner) {
        return id + SEPARATOR + owner;
    }

    CompletableFuture<List<@Nullable Object>> add(String member) {
        return commands.send(LeaseScripts.LIST_MEMBER, List.of(KEY), member);
    }

    /** Nobody waits for it; a member that stays is taken off by {@link #held}. */
    void remove(String member) {
        commands.send(LeaseScripts.UNLIST_MEMBER, List.of(KEY), member);
    }

    /** @throws IdempotencyStoreException if Redis does not answer for the list, or for one of its records */
    List<HeldRecord> held(int most) {
        List<HeldRecord> held = new ArrayList<>();
        int rank = 0;
        List<String> members = page(rank);
        while (!members.isEmpty() && held.size() < most) {
            describe(members, held);
            rank += PAGE;
            members = members.size() < PAGE ? List.of() : page(rank);
        }
        return held.stream().limit(most).toList();
    }

    private List<String> page(int rank) {
        List<@Nullable Object> reply = commands.await(
                WHAT, commands.send(LeaseScripts.MEMBERS, List.of(KEY), rank, rank + PAGE - 1), commands.end());
        List<String> members = new ArrayList<>();
        for (int i = 0; i < reply.size(); i++) {
            members.add(LeaseReplies.text(reply, i));
        }
        return members;
    }

    private void describe(List<String> members, List<HeldRecord> held) {
        long end = commands.end();
        List<CompletableFuture<List<@Nullable Object>>> replies = members.stream()
                .map(member -> commands.send(LeaseScripts.DESCRIBE, List.of(RedisNames.ofRecord(id(member)))))
                .toList();
        List<String> without = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            String member = members.get(i);
            List<@Nullable Object> reply = commands.await(WHAT, replies.get(i), end);
            if (reply.isEmpty() || !member.equals(member(id(member), LeaseReplies.text(reply, 0)))) {
                without.add(member);
            } else if (LeaseReplies.number(reply, 1) == 1) {
                held.add(LeaseReplies.held(id(member), reply));
            }
        }
        if (!without.isEmpty()) {
            Object[] age = {GRACE.toMillis() * 1_000};
            commands.send(
                    LeaseScripts.UNLIST_OLD,
                    List.of(KEY),
                    Stream.concat(Stream.of(age), without.stream()).toArray());
        }
    }

    private static String id(String member) {
        return member.substring(0, member.indexOf(SEPARATOR));
    }
}
