package dev.interlock.samples.racelab;

import dev.interlock.jdbc.Counters;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A reward for the first hundred: whoever counts before the others have committed counts too few. */
@Component
class RewardScene implements Scene {

    private static final String CAMPAIGN = "opening-day";
    private static final int LIMIT = 100;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    RewardScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long signUp(String campaign, long customer) {
            long given = jdbc.sql("SELECT count(*) FROM reward WHERE campaign = ?")
                    .param(campaign)
                    .query(Long.class)
                    .single();
            return given < LIMIT ? body.reward(campaign, customer) : 0;
        }
    }

    @Component
    static class Guarded {

        private final Counters rewards;
        private final Body body;

        Guarded(DataSource dataSource, Body body) {
            this.rewards =
                    Counters.of(dataSource, "reward_counter").key("campaign").value("given");
            this.body = body;
        }

        @Transactional
        public long signUp(String campaign, long customer) {
            return rewards.tryAdd(campaign, 1, LIMIT).isChanged() ? body.reward(campaign, customer) : 0;
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns how many rewards the customer gets. */
        long reward(String campaign, long customer) {
            return jdbc.sql("INSERT INTO reward (campaign, customer) VALUES (?, ?)")
                    .params(campaign, customer)
                    .update();
        }
    }

    @Override
    public String name() {
        return "first-hundred";
    }

    @Override
    public String title() {
        return "A reward for the first hundred";
    }

    @Override
    public Theme theme() {
        return Theme.STOCK;
    }

    @Override
    public String problem() {
        return "Customers who sign up at the same time all count fewer than a hundred rewards, and all of them get one.";
    }

    @Override
    public int fewestCallers() {
        return 24;
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS reward_counter (campaign text PRIMARY KEY, given int NOT NULL)")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS reward (campaign text NOT NULL, customer bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE reward_counter, reward").update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.signUp(CAMPAIGN, caller);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.signUp(CAMPAIGN, caller);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        long given = jdbc.sql("SELECT count(*) FROM reward").query(Long.class).single();
        return compare(LIMIT, answers.promises(), given);
    }

    /** Rewards that nobody was promised are no violation: a call that failed may have got one. */
    static List<Violation> compare(long limit, List<Long> promises, long given) {
        long promised = promises.stream().mapToLong(Long::longValue).sum();
        long refused = promises.stream().filter(promise -> promise == 0).count();
        long beyond = Math.max(0, given - limit);
        long missing = Math.max(0, promised - given);
        long withheld = Math.min(refused, Math.max(0, limit - given));
        return Violation.among(
                new Violation(beyond, given + " rewards given to the first " + limit),
                new Violation(missing, missing + " of " + promised + " promised rewards missing"),
                new Violation(withheld, withheld + " customers refused though there were rewards left"));
    }
}
