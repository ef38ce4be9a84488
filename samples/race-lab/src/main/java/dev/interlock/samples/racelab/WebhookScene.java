package dev.interlock.samples.racelab;

import dev.interlock.annotation.Idempotent;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A receiver of webhooks: their sender delivers each event at least once, and again as long as it has no answer. */
@Component
class WebhookScene implements Scene {

    private static final int WALLETS = 4;
    private static final int DELIVERIES = 4;
    private static final long CENTS = 500;

    /** More than the numbers of the events of a round. */
    private static final int ROUND = 100_000;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final SharedNumbers events = new SharedNumbers(DELIVERIES);
    private long before;

    WebhookScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Event(long id, long wallet, long cents) {}

    @Component
    static class Unguarded {

        private final Body body;

        Unguarded(Body body) {
            this.body = body;
        }

        @Transactional
        public long receive(Event event) {
            return body.receive(event);
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @Idempotent(name = "webhook", key = "#event.id", ttl = "7d")
        @Transactional
        public long receive(Event event) {
            return body.receive(event);
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns the event that is dealt with. */
        long receive(Event event) {
            boolean known = jdbc.sql("SELECT EXISTS (SELECT FROM received WHERE event = ?)")
                    .param(event.id())
                    .query(Boolean.class)
                    .single();
            if (!known) {
                jdbc.sql("INSERT INTO received (event) VALUES (?)")
                        .param(event.id())
                        .update();
                jdbc.sql("UPDATE prepaid SET cents = cents + ? WHERE wallet = ?")
                        .params(event.cents(), event.wallet())
                        .update();
            }
            return event.id();
        }
    }

    @Override
    public String name() {
        return "webhook";
    }

    @Override
    public String title() {
        return "A webhook delivered again";
    }

    @Override
    public Theme theme() {
        return Theme.ONCE;
    }

    @Override
    public String problem() {
        return "The event comes again before it is marked as received, and the wallet is filled twice.";
    }

    /** Events are remembered, so each round has its own. */
    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS received (event bigint NOT NULL)").update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS prepaid (wallet bigint PRIMARY KEY, cents bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE received, prepaid").update();
        jdbc.sql("INSERT INTO prepaid SELECT id, 0 FROM generate_series(0, ?) id")
                .param(WALLETS - 1)
                .update();
        events.forget();
        before += ROUND;
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.receive(next(caller));
    }

    @Override
    public Action guarded() {
        return caller -> guarded.receive(next(caller));
    }

    private Event next(int caller) {
        return new Event(before + events.next(caller), caller / DELIVERIES % WALLETS, CENTS);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        long filled =
                jdbc.sql("SELECT SUM(cents) FROM prepaid").query(Long.class).single();
        List<Long> received =
                jdbc.sql("SELECT event FROM received").query(Long.class).list();
        return compare(answers.promises(), received, filled / CENTS);
    }

    /** Events that nobody got an answer to are no violation: a call that failed may have received one. */
    static List<Violation> compare(List<Long> answered, List<Long> received, long fillings) {
        Set<Long> events = new HashSet<>(received);
        long again = Math.max(0, fillings - events.size());
        long unpaid = Math.max(0, events.size() - fillings);
        Set<Long> missing = new HashSet<>(answered);
        missing.removeAll(events);
        return Violation.among(
                new Violation(again, again + " times a wallet was filled again"),
                new Violation(unpaid, unpaid + " events received that filled no wallet"),
                new Violation(missing.size(), missing.size() + " events answered that were not received"));
    }
}
