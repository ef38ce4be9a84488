package dev.interlock.samples.racelab;

import dev.interlock.annotation.Idempotent;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A payment sent again, by a double click or because no answer came: it was looked for before the first one had committed. */
@Component
class PaymentScene implements Scene {

    private static final long AMOUNT = 4_990;

    /** How many callers send each payment. */
    private static final int SENDERS = 4;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final ConcurrentMap<Integer, Integer> sent = new ConcurrentHashMap<>();
    private int round;

    PaymentScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    @Component
    static class Unguarded {

        private final Body body;

        Unguarded(Body body) {
            this.body = body;
        }

        @Transactional
        public long pay(String paymentKey, long amount) {
            return body.pay(paymentKey, amount);
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @Idempotent(name = "payment", key = "#paymentKey")
        @Transactional
        public long pay(String paymentKey, long amount) {
            return body.pay(paymentKey, amount);
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns the number of the receipt. */
        long pay(String paymentKey, long amount) {
            Optional<Long> paid = jdbc.sql("SELECT receipt FROM charge WHERE payment_key = ? LIMIT 1")
                    .param(paymentKey)
                    .query(Long.class)
                    .optional();
            return paid.orElseGet(() -> charge(paymentKey, amount));
        }

        private long charge(String paymentKey, long amount) {
            return jdbc.sql("INSERT INTO charge (payment_key, amount) VALUES (?, ?) RETURNING receipt")
                    .params(paymentKey, amount)
                    .query(Long.class)
                    .single();
        }
    }

    @Override
    public String name() {
        return "payment";
    }

    @Override
    public String title() {
        return "A payment sent twice";
    }

    @Override
    public Theme theme() {
        return Theme.ONCE;
    }

    @Override
    public String problem() {
        return "The second request looks before the first has committed, finds nothing, and the customer is charged again.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS charge (receipt bigserial PRIMARY KEY, payment_key text, amount bigint)")
                .update();
        jdbc.sql("TRUNCATE charge").update();
        sent.clear();
        round++;
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.pay(nextKey(caller), AMOUNT);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.pay(nextKey(caller), AMOUNT);
    }

    /** The senders of a client all send its first payment, then its second, and so on. They are remembered, so no round repeats one. */
    private String nextKey(int caller) {
        int client = caller / SENDERS;
        return "round " + round + ", client " + client + ", payment " + sent.merge(caller, 1, Integer::sum);
    }

    record Charge(long receipt, String paymentKey) {}

    @Override
    public List<Violation> violations(Answers answers) {
        return compare(
                jdbc.sql("SELECT receipt, payment_key FROM charge")
                        .query((row, number) -> new Charge(row.getLong("receipt"), row.getString("payment_key")))
                        .list(),
                answers.promises());
    }

    /** A charge that nobody was promised is no violation: a call that failed may have made it. */
    static List<Violation> compare(List<Charge> charges, List<Long> promised) {
        Map<Long, String> keys = charges.stream().collect(Collectors.toMap(Charge::receipt, Charge::paymentKey));
        Set<Long> receipts = new HashSet<>(promised);
        long again = charges.size() - keys.values().stream().distinct().count();
        long missing =
                receipts.stream().filter(Predicate.not(keys::containsKey)).count();
        long paid = receipts.stream()
                .map(keys::get)
                .filter(Objects::nonNull)
                .distinct()
                .count();
        long differing = receipts.size() - missing - paid;
        return Violation.among(
                new Violation(again, again + " payments charged again"),
                new Violation(differing, differing + " receipts besides the first for the same payment"),
                new Violation(missing, missing + " promised receipts missing"));
    }
}
