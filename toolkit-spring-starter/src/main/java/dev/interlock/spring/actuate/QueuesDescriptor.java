package dev.interlock.spring.actuate;

import dev.interlock.queue.QueueReport;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The queues of one database, counted when the endpoint was asked. Times are in milliseconds.
 *
 * @param nodes processes that work on queues of the database, of other services too
 * @param error why the database could not tell; {@code null} if it did
 */
public record QueuesDescriptor(
        List<WorkDescriptor> work,
        List<SequencedDescriptor> sequenced,
        List<NodeDescriptor> nodes,
        @Nullable String error) {

    static QueuesDescriptor of(QueueReport report) {
        return new QueuesDescriptor(
                report.work().stream().map(WorkDescriptor::of).toList(),
                report.sequenced().stream().map(SequencedDescriptor::of).toList(),
                report.nodes().stream().map(NodeDescriptor::of).toList(),
                null);
    }

    static QueuesDescriptor failed(@Nullable String error) {
        return new QueuesDescriptor(List.of(), List.of(), List.of(), error);
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }

    /**
     * How many jobs of a work queue are where.
     *
     * @param handled whether this process has a handler for it
     * @param ready to be claimed
     * @param later delayed, or waiting for their next attempt
     * @param parked put aside behind a running job of their key
     * @param dead dead letters
     * @param oldestReadyForMillis how long the one that is ready for the longest has been so
     */
    public record WorkDescriptor(
            String name,
            boolean handled,
            long ready,
            long later,
            long running,
            long parked,
            long dead,
            @Nullable Long oldestReadyForMillis) {

        static WorkDescriptor of(QueueReport.Work work) {
            return new WorkDescriptor(
                    work.name(),
                    work.handled(),
                    work.depth().ready(),
                    work.depth().later(),
                    work.depth().running(),
                    work.depth().parked(),
                    work.depth().dead(),
                    millis(work.oldest()));
        }
    }

    /**
     * How much of a sequenced queue is where.
     *
     * @param handled whether this process has a handler for it
     * @param waiting submissions that have not ended
     * @param keys how many keys have any of these
     * @param running how many keys a worker has
     * @param blocked how many keys stand still
     * @param dead dead letters
     * @param oldestWaitingForMillis the age of the oldest submission that is the next of its key
     */
    public record SequencedDescriptor(
            String name,
            boolean handled,
            long waiting,
            long keys,
            long running,
            long blocked,
            long dead,
            @Nullable Long oldestWaitingForMillis) {

        static SequencedDescriptor of(QueueReport.Sequenced sequenced) {
            return new SequencedDescriptor(
                    sequenced.name(),
                    sequenced.handled(),
                    sequenced.depth().waiting(),
                    sequenced.depth().keys(),
                    sequenced.depth().running(),
                    sequenced.depth().blocked(),
                    sequenced.depth().dead(),
                    millis(sequenced.oldest()));
        }
    }

    /**
     * A process at work.
     *
     * @param here whether it is this one
     * @param leaseForMillis for how much longer it keeps what it has claimed, if it is not heard of again
     */
    public record NodeDescriptor(UUID id, boolean here, long leaseForMillis) {

        static NodeDescriptor of(QueueReport.Node node) {
            return new NodeDescriptor(node.id(), node.here(), node.lease().toMillis());
        }
    }
}
