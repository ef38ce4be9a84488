package dev.interlock.idempotency;

import dev.interlock.guard.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One caller of a key at a time in this process asks the store; the others wait for what it finds.
 *
 * <p><b>Invariant.</b> A flight is in the map from its start to its landing, and whoever started it lands it, whatever
 * happens. A landing with an outcome serves everybody who waits; one without lets them try again, of whom one gets to start.
 * Nobody waits beyond its own deadline. Thread-safe.
 */
final class Flights {

    private final ConcurrentMap<Place, Flight> inTheAir = new ConcurrentHashMap<>();

    /** One caller's way to an outcome. */
    final class Flight {

        private final Place place;
        private final CompletableFuture<@Nullable Completed> landing = new CompletableFuture<>();

        private Flight(Place place) {
            this.place = place;
        }

        /** Ends the flight; only the first time counts. */
        void land(@Nullable Completed completed) {
            inTheAir.remove(place, this);
            landing.complete(completed);
        }

        /**
         * Waits for the landing.
         *
         * @return the outcome, or {@code null} if there was none
         * @throws TimeoutException if the deadline passed first
         */
        @Nullable
        Completed await(Deadline deadline) throws InterruptedException, TimeoutException {
            try {
                return landing.isDone()
                        ? landing.getNow(null)
                        : landing.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
            } catch (ExecutionException impossible) {
                throw new IllegalStateException("A flight never lands with a failure", impossible);
            }
        }
    }

    /** A start of one's own, or the flight of somebody else. */
    sealed interface Boarding {

        record Started(Flight flight) implements Boarding {}

        record Waiting(Flight flight) implements Boarding {}
    }

    Boarding board(Object store, RecordKey key) {
        Place place = new Place(store, key);
        Flight own = new Flight(place);
        Flight other = inTheAir.putIfAbsent(place, own);
        return other == null ? new Boarding.Started(own) : new Boarding.Waiting(other);
    }

    int count() {
        return inTheAir.size();
    }
}
