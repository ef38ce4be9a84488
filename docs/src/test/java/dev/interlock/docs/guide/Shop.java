package dev.interlock.docs.guide;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.OnUnavailable;
import dev.interlock.annotation.RetryOnConflict;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

@Service
class Shop {

    record Payment(String id, long orderId, long cents) {}

    record Receipt(long number) {}

    private final JdbcClient jdbc;

    Shop(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    // tag::idempotent[]
    @Transactional
    @Idempotent(name = "payment", key = "#payment.id")
    public Receipt pay(Payment payment) { // record and effect commit together; who repeats gets the same receipt
        return new Receipt(insert(payment));
    }
    // end::idempotent[]

    private long insert(Payment payment) {
        return jdbc.sql("INSERT INTO payment (order_id, cents) VALUES (?, ?) RETURNING number")
                .params(payment.orderId(), payment.cents())
                .query(Long.class)
                .single();
    }

    // tag::mutex[]
    @Transactional
    @DistributedMutex(name = "stock", key = "#itemId")
    public boolean reserve(long itemId) { // a holder that was paused past its lease is rolled back
        if (left(itemId) == 0) {
            return false;
        }
        take(itemId);
        return true;
    }
    // end::mutex[]

    private long left(long itemId) {
        return jdbc.sql("SELECT quantity FROM stock WHERE id = ?")
                .param(itemId)
                .query(Long.class)
                .single();
    }

    private void take(long itemId) {
        jdbc.sql("UPDATE stock SET quantity = quantity - 1 WHERE id = ?")
                .param(itemId)
                .update();
    }

    // tag::retry[]
    @Transactional(isolation = Isolation.SERIALIZABLE)
    @RetryOnConflict(maxRetries = 8, escalateAfter = 2, escalateName = "shift", escalateKey = "#shiftId")
    public boolean goOffCall(long shiftId, String doctor) { // repeated as a whole if another one committed first
        if (onCall(shiftId) < 2) {
            return false;
        }
        leave(shiftId, doctor);
        return true;
    }
    // end::retry[]

    private long onCall(long shiftId) {
        return jdbc.sql("SELECT count(*) FROM on_call WHERE shift_id = ?")
                .param(shiftId)
                .query(Long.class)
                .single();
    }

    private void leave(long shiftId, String doctor) {
        jdbc.sql("DELETE FROM on_call WHERE shift_id = ? AND doctor = ?")
                .params(shiftId, doctor)
                .update();
    }

    // tag::one-runner[]
    @AdvisoryLocked(name = "import", waitTime = "0s", onUnavailable = OnUnavailable.SKIP)
    public void importOrders() { // on one node at a time; the others go on
        runImport();
    }
    // end::one-runner[]

    private void runImport() {
        jdbc.sql("INSERT INTO import_run DEFAULT VALUES").update();
        jdbc.sql("SELECT pg_sleep(0.5)").query(String.class).single();
    }

    Receipt payUnguarded(Payment payment) {
        return new Receipt(insert(payment));
    }

    @Transactional
    boolean reserveUnguarded(long itemId) {
        if (left(itemId) == 0) {
            return false;
        }
        take(itemId);
        return true;
    }

    @Transactional
    boolean goOffCallUnguarded(long shiftId, String doctor) {
        if (onCall(shiftId) < 2) {
            return false;
        }
        leave(shiftId, doctor);
        return true;
    }

    void importUnguarded() {
        runImport();
    }
}
