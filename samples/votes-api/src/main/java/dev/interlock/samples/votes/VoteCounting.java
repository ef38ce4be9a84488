package dev.interlock.samples.votes;

import dev.interlock.queue.Job;
import dev.interlock.queue.JobHandler;
import org.springframework.stereotype.Component;

/**
 * Counts one vote, in the transaction that ends its submission: the vote, its outcome and the author's mail are committed
 * together and once, whatever dies in between.
 *
 * <p>To read the tally and write the next one needs no lock: the queue has the votes of a post counted one after the other.
 */
@Component
class VoteCounting implements JobHandler<Vote> {

    private final Votes votes;
    private final Milestones milestones;

    VoteCounting(Votes votes, Milestones milestones) {
        this.votes = votes;
        this.milestones = milestones;
    }

    @Override
    public void handle(Vote vote, Job job) {
        Tally after = votes.tally(vote.post()).plus(vote.choice());
        if (votes.apply(job.id(), vote, after)) {
            milestones.counted(vote, after);
        } else {
            votes.refuse(job.id(), vote);
        }
    }
}
