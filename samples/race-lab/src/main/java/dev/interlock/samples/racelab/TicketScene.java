package dev.interlock.samples.racelab;

import dev.interlock.jdbc.RowClaims;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Everybody wants the best seat that is free, and each seat may be sold once. */
@Component
class TicketScene implements Scene {

    /** Some fewer than are asked for, so that the last buyers are told that the house is sold out. */
    private static final int SEATS = 300;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    TicketScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Seat(long id, long buyer) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long buy(long buyer) {
            Optional<Long> free = jdbc.sql("SELECT id FROM seat WHERE buyer IS NULL ORDER BY id LIMIT 1")
                    .query(Long.class)
                    .optional();
            free.ifPresent(seat -> jdbc.sql("UPDATE seat SET buyer = ? WHERE id = ?")
                    .params(buyer, seat)
                    .update());
            return free.map(seat -> body.issue(seat, buyer)).orElse(0L);
        }
    }

    @Component
    static class Guarded {

        private final RowClaims<Seat> seats;
        private final Body body;

        Guarded(DataSource dataSource, Body body) {
            this.seats = RowClaims.of(dataSource, "seat", Seat.class)
                    .where("buyer IS NULL")
                    .orderBy("id")
                    .columns("buyer");
            this.body = body;
        }

        @Transactional
        public long buy(long buyer) {
            Optional<Seat> free =
                    seats.claim(1, Map.of("buyer", buyer)).stream().findFirst();
            return free.map(seat -> body.issue(seat.id(), buyer)).orElse(0L);
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns how many tickets the buyer gets. */
        long issue(long seat, long buyer) {
            return jdbc.sql("INSERT INTO ticket (seat, buyer) VALUES (?, ?)")
                    .params(seat, buyer)
                    .update();
        }
    }

    @Override
    public String name() {
        return "tickets";
    }

    @Override
    public String title() {
        return "Tickets for seats";
    }

    @Override
    public Theme theme() {
        return Theme.STOCK;
    }

    @Override
    public String problem() {
        return "Several buyers are shown the same free seat, all of them take it, and each holds a ticket for it.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS seat (id bigint PRIMARY KEY, buyer bigint)")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS ticket (seat bigint NOT NULL, buyer bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE seat, ticket").update();
        jdbc.sql("INSERT INTO seat (id) SELECT generate_series(1, ?)")
                .param(SEATS)
                .update();
    }

    @Override
    public Action unguarded() {
        return unguarded::buy;
    }

    @Override
    public Action guarded() {
        return guarded::buy;
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return jdbc.sql("SELECT count(*) AS total, count(DISTINCT seat) AS seats FROM ticket")
                .query((row, number) -> compare(answers.promised(), row.getLong("total"), row.getLong("seats")))
                .single();
    }

    /** Tickets that nobody was promised are no violation: a call that failed may have bought one. */
    static List<Violation> compare(long promised, long tickets, long seats) {
        long again = tickets - seats;
        long missing = Math.max(0, promised - tickets);
        return Violation.among(
                new Violation(again, again + " seats sold again"),
                new Violation(missing, missing + " of " + promised + " promised tickets missing"));
    }
}
