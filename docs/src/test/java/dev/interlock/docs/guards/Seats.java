package dev.interlock.docs.guards;

import dev.interlock.annotation.OnUnavailable;
import dev.interlock.annotation.RowLocked;
import dev.interlock.jdbc.LockedRows;
import dev.interlock.jdbc.RowLock;
import dev.interlock.jdbc.RowLocks;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class Seats {

    record Seat(long id, @Nullable String takenBy) {}

    private final JdbcClient jdbc;
    private final RowLocks<Seat> seats;

    Seats(JdbcClient jdbc, DataSource dataSource) {
        this.jdbc = jdbc;
        this.seats = RowLocks.of(dataSource, "seat", Seat.class);
    }

    // tag::one[]
    @Transactional
    @RowLocked(table = "seat", key = "#seatId")
    public boolean take(long seatId, String guest) {
        if (takenBy(seatId) != null) {
            return false;
        }
        set(seatId, guest);
        return true;
    }
    // end::one[]

    @Transactional
    public boolean takeUnguarded(long seatId, String guest) {
        if (takenBy(seatId) != null) {
            return false;
        }
        set(seatId, guest);
        return true;
    }

    // tag::several[]
    @Transactional
    @RowLocked(
            table = "seat",
            key = "#seatIds",
            waitTime = "500ms",
            onUnavailable = OnUnavailable.FALLBACK,
            fallback = "busy")
    public boolean takeAll(List<Long> seatIds, String guest) { // locked in the order of their ids, all or none
        seatIds.forEach(seatId -> set(seatId, guest));
        return true;
    }

    boolean busy(List<Long> seatIds, String guest) {
        return false;
    }
    // end::several[]

    // tag::code[]
    @Transactional
    public String takeInCode(long seatId, String guest) {
        RowLock<Seat> lock = seats.waitTime(Duration.ZERO).tryLock(seatId);
        if (lock instanceof RowLock.Locked<Seat> locked && locked.row().takenBy() == null) {
            set(seatId, guest);
            return "yours";
        }
        return lock instanceof RowLock.Busy<Seat> ? "somebody is choosing it" : "gone";
    }

    @Transactional
    public int takeFree(List<Long> seatIds, String guest) {
        LockedRows<Seat> free = seats.lockFree(seatIds); // SKIP LOCKED: those that nobody else has locked
        free.rows().forEach(seat -> set(seat.id(), guest));
        return free.rows().size();
    }
    // end::code[]

    private @Nullable String takenBy(long seatId) {
        return jdbc.sql("SELECT taken_by FROM seat WHERE id = ?")
                .param(seatId)
                .query((row, number) -> row.getString(1))
                .list()
                .get(0);
    }

    private void set(long seatId, String guest) {
        jdbc.sql("UPDATE seat SET taken_by = ? WHERE id = ?")
                .params(guest, seatId)
                .update();
    }
}
