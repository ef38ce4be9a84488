package dev.interlock.lock;

import dev.interlock.annotation.LockMode;
import dev.interlock.lock.BackendHold.State;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A lock as its backend granted it, on its way through the holders of this JVM.
 *
 * <p><b>Hand-off.</b> A lock passes from holder to holder a bounded number of times and for a bounded time; then it goes back
 * to the backend, so that other processes get their turn. Each holder has the next number of the grant's block as its
 * fencing token. A later grant's block begins above it, so tokens grow from holder to holder though only one in many is
 * drawn.
 *
 * <p><b>Concurrency.</b> The number of holders changes only between two holders, by the one who was admitted at the gate,
 * which published the grant to it.
 */
final class Grant {

    /** Shared by all grants, since few ever draw and each would carry a lock of its own. */
    private static final ReentrantLock[] DRAWING =
            Stream.generate(ReentrantLock::new).limit(64).toArray(ReentrantLock[]::new);

    private static final long LONGEST_NANOS = Duration.ofMillis(10).toNanos();

    private final LockRequest request;
    private final BackendHold backend;
    private final int mostHandOffs;
    private volatile @Nullable Hold holder;
    private volatile long firstToken;
    private int holders;
    private long firstHandOffNanos;

    Grant(LockRequest request, BackendHold backend, int mostHandOffs) {
        this.request = request;
        this.backend = backend;
        this.mostHandOffs = mostHandOffs;
        this.firstToken = backend.grantedToken().orElse(0);
        backend.onLoss(this::lost);
    }

    BackendHold backend() {
        return backend;
    }

    State known() {
        return backend.known();
    }

    /**
     * The holder from now on; told at once if the lock is lost by then.
     *
     * @return how many holders there were before
     */
    int heldBy(Hold next) {
        if (holders == 1) {
            firstHandOffNanos = System.nanoTime();
        }
        holder = next;
        return holders++;
    }

    /** The present holder is ready to be told of a loss. */
    void listen() {
        if (backend.known() == State.LOST) {
            lost();
        }
    }

    private void lost() {
        Hold current = holder;
        if (current != null) {
            current.lost();
        }
    }

    /** Whether the lock may pass to another holder of this JVM instead of going back. */
    boolean mayPassOn() {
        if (request.mode() != LockMode.EXCLUSIVE || holders > mostHandOffs || backend.known() == State.LOST) {
            return false;
        }
        return holders == 1 || System.nanoTime() - firstHandOffNanos < LONGEST_NANOS;
    }

    /** Whether it is what a caller with these terms would get from the backend for the same key. */
    boolean suits(LockTerms wanted) {
        return wanted.mode() == request.mode() && wanted.lease().equals(request.lease());
    }

    /** The token of the holder with this ordinal; empty if the lock was lost before it could be drawn, or nothing answers. */
    OptionalLong token(int ordinal) {
        OptionalLong known = tokenIfDrawn(ordinal);
        if (known.isPresent()) {
            return known;
        }
        ReentrantLock drawing = DRAWING[System.identityHashCode(this) % DRAWING.length];
        drawing.lock();
        try {
            if (firstToken == 0) {
                firstToken = backend.drawToken().orElse(0);
            }
            return tokenIfDrawn(ordinal);
        } finally {
            drawing.unlock();
        }
    }

    /** The token was drawn by the claim of its fence. To be called while nobody else can ask for one. */
    void drawn(int ordinal, long token) {
        firstToken = token - ordinal;
    }

    /** As {@link #token}, without drawing. */
    OptionalLong tokenIfDrawn(int ordinal) {
        long first = firstToken;
        return first == 0 ? OptionalLong.empty() : OptionalLong.of(first + ordinal);
    }
}
