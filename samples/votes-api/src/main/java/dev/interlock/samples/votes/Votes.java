package dev.interlock.samples.votes;

import dev.interlock.samples.votes.VoteStatus.AlreadyVoted;
import dev.interlock.samples.votes.VoteStatus.Applied;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What has become of votes: those that count, each with the tally that it led to, and those that came too late. */
@Repository
class Votes {

    private final JdbcClient jdbc;

    Votes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Tally tally(String post) {
        return jdbc.sql("SELECT up, down FROM vote WHERE post = ? ORDER BY number DESC LIMIT 1")
                .param(post)
                .query(Tally.class)
                .optional()
                .orElse(Tally.NONE);
    }

    /**
     * @param after how the post stands with it
     * @return whether it counts: not if the user has voted for the post
     */
    boolean apply(UUID submission, Vote vote, Tally after) {
        return jdbc.sql("INSERT INTO vote (post, number, voter, choice, up, down, submission)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (post, voter) DO NOTHING")
                        .params(
                                vote.post(),
                                after.number(),
                                vote.user(),
                                vote.choice().name(),
                                after.up(),
                                after.down(),
                                submission)
                        .update()
                == 1;
    }

    void refuse(UUID submission, Vote vote) {
        jdbc.sql("INSERT INTO refused_vote (submission, counted)"
                        + " SELECT ?, submission FROM vote WHERE post = ? AND voter = ?")
                .params(submission, vote.post(), vote.user())
                .update();
    }

    Optional<VoteStatus> outcome(UUID submission) {
        return applied(submission).<VoteStatus>map(found -> found).or(() -> refused(submission));
    }

    private Optional<Applied> applied(UUID submission) {
        return jdbc.sql("SELECT post, number, up, down FROM vote WHERE submission = ?")
                .param(submission)
                .query((row, index) -> new Applied(
                        row.getString("post"), row.getInt("number"), new Tally(row.getInt("up"), row.getInt("down"))))
                .optional();
    }

    private Optional<AlreadyVoted> refused(UUID submission) {
        return jdbc.sql("SELECT counted FROM refused_vote WHERE submission = ?")
                .param(submission)
                .query((row, index) -> new AlreadyVoted(row.getObject("counted", UUID.class)))
                .optional();
    }
}
