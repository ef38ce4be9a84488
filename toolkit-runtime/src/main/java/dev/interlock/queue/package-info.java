/**
 * Background work in the application's own Postgres: jobs that are done once ({@link dev.interlock.queue.WorkQueue}) and
 * submissions that are dealt with in the order of their keys ({@link dev.interlock.queue.SequencedQueue}). Both are worked
 * by the same machinery: a {@link dev.interlock.queue.QueueNode} with a lease, one connection and one thread claims, a
 * {@link dev.interlock.queue.Line} for each queue runs what was claimed, a {@link dev.interlock.queue.Store} for each kind of
 * queue has the SQL.
 */
@NullMarked
package dev.interlock.queue;

import org.jspecify.annotations.NullMarked;
