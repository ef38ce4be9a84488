package dev.interlock.fanout;

import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

/**
 * How many calls to one outside service may run at the same time in this process, whichever {@link FanOut} they are of.
 * One instance is shared by all who call the service, as a bean or a constant; instances of the same name have nothing in
 * common.
 *
 * <p>A call holds its permit from before it starts until it has really ended, even if nobody waits for it any more. Fan-outs
 * that find no permit wait in the order in which they came, one permit each time, so a large one does not starve small ones.
 * A call that runs within a limit must not fan out within the same limit again, since it might wait for itself; that is
 * refused. Two limits that are nested in both orders can wait for each other, until the total time is over.
 *
 * <p>Thread-safe.
 *
 * <p><b>Concurrency.</b> {@code inUse} and the queue change under the monitor; those whose turn has come are woken outside.
 * <b>Invariant.</b> {@code inUse} is the number of permits granted and not given back. While one is free, nobody waits.
 */
public final class FanOutLimit {

    private static final int MOST = 100_000;

    private final String name;
    private final int permits;
    private final Set<Ticket> waiting = new LinkedHashSet<>();
    private int inUse;

    private FanOutLimit(String name, int permits) {
        this.name = name;
        this.permits = permits;
    }

    /**
     * A new limit.
     *
     * @param name what it limits, for messages and meters; a constant of low cardinality
     * @param permits 1 to 100,000
     */
    public static FanOutLimit of(String name, int permits) {
        if (Objects.requireNonNull(name, "The name of a FanOutLimit must not be null")
                .isBlank()) {
            throw new IllegalArgumentException(
                    "The name of a FanOutLimit must not be blank; name the service that it limits");
        }
        if (permits < 1 || permits > MOST) {
            throw new IllegalArgumentException(
                    "FanOutLimit '" + name + "': permits must be 1 to " + MOST + ", not " + permits);
        }
        return new FanOutLimit(name, permits);
    }

    public String name() {
        return name;
    }

    /** How many calls may run at the same time. */
    public int permits() {
        return permits;
    }

    /** How many permits are taken now: by calls that run, also those given up but not ended, and by those about to start. */
    public synchronized int inUse() {
        return inUse;
    }

    /** How many fan-outs wait for a permit now. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /**
     * Asks for one permit, which is granted at once or when its turn has come.
     *
     * @param granted called once in the latter case, by whichever thread gives the permit back
     */
    synchronized Ticket ask(Runnable granted) {
        Ticket ticket = new Ticket(granted);
        if (inUse < permits) {
            inUse++;
            ticket.isGranted = true;
        } else {
            waiting.add(ticket);
        }
        return ticket;
    }

    /** Gives one permit back, to the fan-out that has waited longest if any does. */
    void giveBack() {
        Ticket next;
        synchronized (this) {
            if (waiting.isEmpty()) {
                inUse--;
                return;
            }
            next = waiting.iterator().next();
            waiting.remove(next);
            next.isGranted = true;
        }
        next.granted.run();
    }

    /** Takes back a question whose permit, granted meanwhile or not, no call has been started with. */
    void withdraw(Ticket ticket) {
        boolean granted;
        synchronized (this) {
            granted = !waiting.remove(ticket);
        }
        if (granted) {
            giveBack();
        }
    }

    @Override
    public String toString() {
        return "FanOutLimit '" + name + "' (" + inUse() + " of " + permits + " in use)";
    }

    /** One permit that a fan-out asked for. */
    static final class Ticket {

        private final Runnable granted;
        private volatile boolean isGranted;

        private Ticket(Runnable granted) {
            this.granted = granted;
        }

        boolean isGranted() {
            return isGranted;
        }
    }
}
