package dev.interlock.docs.guards;

import dev.interlock.annotation.Conflict;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.retry.RetryContext;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

@Service
class OnCall {

    private final JdbcClient jdbc;
    private final TransactionTemplate serializable;
    private final ConflictRetry retry;

    OnCall(JdbcClient jdbc, PlatformTransactionManager manager, ConflictRetry retry) {
        this.jdbc = jdbc;
        this.serializable = new TransactionTemplate(manager);
        this.serializable.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
        this.retry = retry;
    }

    // tag::retry[]
    @Transactional(isolation = Isolation.SERIALIZABLE)
    @RetryOnConflict(maxRetries = 5)
    public boolean goOff(long shiftId, long doctorId) { // one doctor has to stay
        if (onDuty(shiftId) < 2) {
            return false;
        }
        leave(shiftId, doctorId); // both may come here; the second COMMIT fails with 40001 and is tried again
        return true;
    }
    // end::retry[]

    @Transactional
    public boolean goOffUnguarded(long shiftId, long doctorId) {
        if (onDuty(shiftId) < 2) {
            return false;
        }
        leave(shiftId, doctorId);
        return true;
    }

    // tag::escalate[]
    @Transactional(isolation = Isolation.SERIALIZABLE)
    @RetryOnConflict(escalateAfter = 2, escalateName = "shift", escalateKey = "#shiftId", fallback = "stay")
    public boolean goOffFromABusyShift(long shiftId, long doctorId) {
        return goOffAs(shiftId, doctorId, RetryContext.current().attempt());
    }

    boolean stay(long shiftId, long doctorId, Exception conflict) {
        return false; // outside of lock and transaction, when the retries are used up
    }
    // end::escalate[]

    // tag::code[]
    boolean goOffInCode(long shiftId, long doctorId) {
        return retry.named("go-off")
                .on(Conflict.SERIALIZATION, Conflict.DEADLOCK)
                .timeout(Duration.ofSeconds(1))
                .call(() -> Boolean.TRUE.equals(serializable.execute(transaction -> off(shiftId, doctorId))));
    }
    // end::code[]

    // tag::unique[]
    @Transactional
    @RetryOnConflict(on = Conflict.UNIQUE, constraints = "on_call_pkey")
    public long addDoctor(long shiftId) { // the next number; two may read the same one
        long next = highest(shiftId) + 1;
        jdbc.sql("INSERT INTO on_call VALUES (?, ?, true)")
                .params(shiftId, next)
                .update();
        return next;
    }
    // end::unique[]

    private boolean goOffAs(long shiftId, long doctorId, int attempt) {
        if (attempt < 3) {
            jdbc.sql("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$").update();
        }
        return off(shiftId, doctorId);
    }

    private boolean off(long shiftId, long doctorId) {
        if (onDuty(shiftId) < 2) {
            return false;
        }
        leave(shiftId, doctorId);
        return true;
    }

    private long onDuty(long shiftId) {
        return jdbc.sql("SELECT count(*) FROM on_call WHERE shift_id = ? AND on_duty")
                .param(shiftId)
                .query(Long.class)
                .single();
    }

    private long highest(long shiftId) {
        return jdbc.sql("SELECT max(doctor_id) FROM on_call WHERE shift_id = ?")
                .param(shiftId)
                .query(Long.class)
                .single();
    }

    private void leave(long shiftId, long doctorId) {
        jdbc.sql("UPDATE on_call SET on_duty = false WHERE shift_id = ? AND doctor_id = ?")
                .params(shiftId, doctorId)
                .update();
    }
}
