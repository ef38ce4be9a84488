package dev.interlock.samples.votes;

import dev.interlock.queue.WorkQueue;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Has authors told of the milestones of their posts. */
@Component
class Milestones {

    private static final Duration ONCE_WITHIN = Duration.ofDays(365);

    private final WorkQueue<MilestoneMail> mails;
    private final int milestone;

    Milestones(WorkQueue<MilestoneMail> mails, VotesSettings settings) {
        this.mails = mails;
        this.milestone = settings.milestone();
    }

    /**
     * In the transaction that counts the vote. A score that goes up and down reaches a milestone many times; the unique key lets
     * one mail of it into the queue.
     */
    void counted(Vote vote, Tally after) {
        int score = after.score();
        if (vote.choice() == Choice.UP && score > 0 && score % milestone == 0) {
            mails.job(new MilestoneMail(vote.post(), score))
                    .uniqueFor(ONCE_WITHIN, vote.post(), score)
                    .enqueue();
        }
    }
}
