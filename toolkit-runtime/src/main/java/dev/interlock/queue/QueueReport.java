package dev.interlock.queue;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How the queues of one database stand, counted for whoever looks.
 *
 * @param work those made here, in the order they were made
 * @param sequenced likewise
 * @param nodes the processes that work on queues of this database now, whatever their namespace; at most a hundred
 */
public record QueueReport(List<Work> work, List<Sequenced> sequenced, List<Node> nodes) {

    /**
     * A work queue.
     *
     * @param handled whether it has a handler here
     * @param oldest how long the job that is ready for the longest has been so; {@code null} if none is
     */
    public record Work(
            String name,
            boolean handled,
            QueueDepth depth,
            @Nullable Duration oldest) {}

    /**
     * A sequenced queue.
     *
     * @param handled whether it has a handler here
     * @param oldest how long ago the submission was made that is the oldest at the head of its key; {@code null} if none waits
     */
    public record Sequenced(
            String name,
            boolean handled,
            SequencedDepth depth,
            @Nullable Duration oldest) {}

    /**
     * A process at work.
     *
     * @param here whether it is this one
     * @param lease for how much longer it keeps what it has claimed, if it is not heard of again
     */
    public record Node(UUID id, boolean here, Duration lease) {}
}
