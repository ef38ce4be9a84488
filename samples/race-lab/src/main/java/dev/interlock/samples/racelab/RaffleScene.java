package dev.interlock.samples.racelab;

import dev.interlock.jdbc.RowClaims;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Each draw takes the next prize and a number out of the drum, both in one transaction. */
@Component
class RaffleScene implements Scene {

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    RaffleScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Drawn(long id) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long draw() {
            List<Long> prize = next("SELECT id FROM prize WHERE NOT drawn ORDER BY id LIMIT 1");
            if (prize.isEmpty()) {
                return 0;
            }
            List<Long> number = next("SELECT id FROM lot WHERE NOT drawn ORDER BY place LIMIT 1");
            jdbc.sql("UPDATE prize SET drawn = true WHERE id = ?").params(prize).update();
            jdbc.sql("UPDATE lot SET drawn = true WHERE id = ?").params(number).update();
            return body.award(prize.get(0), number.get(0));
        }

        private List<Long> next(String sql) {
            return jdbc.sql(sql).query(Long.class).list();
        }
    }

    @Component
    static class Guarded {

        private final RowClaims<Drawn> prizes;
        private final RowClaims<Drawn> numbers;
        private final Body body;

        Guarded(DataSource dataSource, Body body) {
            this.prizes = claims(dataSource, "prize").orderBy("id");
            this.numbers = claims(dataSource, "lot").orderBy("place");
            this.body = body;
        }

        private static RowClaims<Drawn> claims(DataSource dataSource, String table) {
            return RowClaims.of(dataSource, table, Drawn.class)
                    .where("NOT drawn")
                    .set("drawn", true);
        }

        @Transactional
        public long draw() {
            List<Drawn> prize = prizes.claim(1);
            if (prize.isEmpty()) {
                return 0;
            }
            Drawn number = numbers.claim(1).get(0);
            return body.award(prize.get(0).id(), number.id());
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns how many prizes were drawn for. */
        long award(long prize, long number) {
            return jdbc.sql("INSERT INTO winner (prize, number) VALUES (?, ?)")
                    .params(prize, number)
                    .update();
        }
    }

    @Override
    public String name() {
        return "raffle";
    }

    @Override
    public String title() {
        return "A raffle";
    }

    @Override
    public Theme theme() {
        return Theme.STOCK;
    }

    @Override
    public String problem() {
        return "Draws at the same time see the same prize and the same number, so a prize is won twice or a number is drawn again.";
    }

    /** There are some fewer prizes than draws, and more numbers. */
    @Override
    public void reset() {
        jdbc.sql("""
                        CREATE TABLE IF NOT EXISTS prize (id bigint PRIMARY KEY, drawn bool);
                        CREATE TABLE IF NOT EXISTS lot (id bigint PRIMARY KEY, place int, drawn bool);
                        CREATE TABLE IF NOT EXISTS winner (prize bigint, number bigint);
                        TRUNCATE prize, lot, winner;
                        INSERT INTO prize SELECT id, false FROM generate_series(1, 300) id;
                        INSERT INTO lot SELECT id, row_number() OVER (ORDER BY random()), false
                            FROM generate_series(1, 1000) id""").update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.draw();
    }

    @Override
    public Action guarded() {
        return caller -> guarded.draw();
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return jdbc.sql("SELECT count(*) AS total, count(DISTINCT prize) AS prizes, count(DISTINCT number) AS numbers"
                        + " FROM winner")
                .query((row, number) -> compare(
                        answers.promised(), row.getLong("total"), row.getLong("prizes"), row.getLong("numbers")))
                .single();
    }

    /** Winners that nobody was promised are no violation: a call that failed may have drawn one. */
    static List<Violation> compare(long promised, long winners, long prizes, long numbers) {
        long missing = Math.max(0, promised - winners);
        return Violation.among(
                new Violation(winners - prizes, winners - prizes + " prizes won again"),
                new Violation(winners - numbers, winners - numbers + " numbers drawn again"),
                new Violation(missing, missing + " of " + promised + " promised winners missing"));
    }
}
