package dev.interlock.samples.votes;

import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.SubmissionState;
import dev.interlock.queue.SubmissionStatus;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Where votes are handed in, and where one can ask what became of them. */
@Service
class VoteDesk {

    private final Posts posts;
    private final Votes votes;
    private final SequencedQueue<Vote> queue;

    VoteDesk(Posts posts, Votes votes, SequencedQueue<Vote> queue) {
        this.posts = posts;
        this.votes = votes;
        this.queue = queue;
    }

    /**
     * The vote is accepted and can be asked for from the commit on, or neither.
     *
     * @return the id to ask by
     */
    @Transactional
    public UUID submit(String post, NewVote asked) {
        posts.keep(post);
        return queue.submit(new Vote(post, asked.user(), asked.choice()), post).id();
    }

    /**
     * The queue is asked first: what it says has ended was committed together with its outcome, which is kept for good while the
     * queue forgets after a day.
     */
    VoteStatus status(UUID submission) {
        Optional<SubmissionStatus> queued = queue.status(submission);
        if (queued.isPresent() && !queued.get().isEnded()) {
            return new VoteStatus.Waiting(queued.get().ahead());
        }
        if (queued.isPresent() && queued.get().state() == SubmissionState.SKIPPED) {
            return new VoteStatus.LeftOut();
        }
        return votes.outcome(submission).orElseThrow(() -> new UnknownException("vote"));
    }
}
