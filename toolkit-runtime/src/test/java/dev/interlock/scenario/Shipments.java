package dev.interlock.scenario;

import dev.interlock.annotation.OnRejected;
import dev.interlock.annotation.StateTransition;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Ships parcels and writes down that they were shipped. */
public class Shipments {

    /** Where a parcel is. */
    enum State {
        PACKED,
        SHIPPED,
        DELIVERED
    }

    /** What happens to it. */
    enum Event {
        SHIP,
        DELIVER,
        LOSE
    }

    private final JdbcClient jdbc;

    public Shipments(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Transactional
    public boolean shipUnguarded(long id) {
        String state = jdbc.sql("SELECT status FROM parcel WHERE id = ?")
                .param(id)
                .query(String.class)
                .single();
        if (!state.equals("PACKED")) {
            return false;
        }
        jdbc.sql("UPDATE parcel SET status = 'SHIPPED' WHERE id = ?").param(id).update();
        return shipped(id);
    }

    @StateTransition(machine = "parcels", key = "#id", event = "SHIP")
    @Transactional
    public boolean ship(long id) {
        return shipped(id);
    }

    @StateTransition(machine = "parcels", key = "#id", event = "SHIP", onRejected = OnRejected.SKIP)
    public @Nullable Boolean shipOrSkip(long id) {
        return shipped(id);
    }

    /** By Spring's rules its transaction would commit. */
    @StateTransition(machine = "parcels", key = "#id", event = "SHIP")
    @Transactional
    public void failWithCheckedException(long id) throws IOException {
        shipped(id);
        throw new IOException("no stamps");
    }

    /** By its own rules its transaction would commit. */
    @StateTransition(machine = "parcels", key = "#id", event = "SHIP")
    @Transactional(noRollbackFor = IllegalStateException.class)
    public void failByRule(long id) {
        shipped(id);
        throw new IllegalStateException("no stamps");
    }

    @StateTransition(machine = "parcels", key = "#id", event = "SHIP")
    public void failWithError(long id) {
        shipped(id);
        throw new AssertionError("no stamps");
    }

    private boolean shipped(long id) {
        jdbc.sql("INSERT INTO parcel_shipment (parcel) VALUES (?)").param(id).update();
        return true;
    }
}
