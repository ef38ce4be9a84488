package dev.interlock.fault;

import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.idempotency.IdempotencyContext;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Charges that must not be made twice, under both modes and under none. */
class Charges {

    /** What a charge returns. */
    record Charged(long number, String key, String by) {}

    /** How a charge is guarded. */
    enum Arm {
        TRANSACTIONAL {
            @Override
            Charged charge(Charges charges, String key, String worker) {
                return charges.transactional(key, worker);
            }
        },
        RETRY {
            @Override
            Charged charge(Charges charges, String key, String worker) {
                return charges.leasedAndRepeated(key, worker);
            }
        },
        HOLD {
            @Override
            Charged charge(Charges charges, String key, String worker) {
                return charges.leasedAndHeld(key, worker);
            }
        },
        UNGUARDED {
            @Override
            Charged charge(Charges charges, String key, String worker) {
                return charges.unguarded(key, worker);
            }
        };

        abstract Charged charge(Charges charges, String key, String worker);
    }

    private final JdbcClient jdbc;
    private final Points points;

    public Charges(DataSource dataSource, Points points) {
        this.jdbc = JdbcClient.create(dataSource);
        this.points = points;
    }

    static void createTable(JdbcClient jdbc) {
        jdbc.sql("CREATE TABLE IF NOT EXISTS fault_charges"
                        + " (number bigserial PRIMARY KEY, key text, worker text, downstream text)")
                .update();
        jdbc.sql("TRUNCATE fault_charges, interlock_idempotency").update();
    }

    @Transactional
    @Idempotent(name = "charge", key = "#key", fingerprint = "#key", waitTime = "30s")
    public Charged transactional(String key, String worker) {
        return charge(key, worker, IdempotencyContext.current().downstreamKey());
    }

    /** Without a transaction the row is there at once, as an effect in another system would be. */
    @Idempotent(
            name = "charge-repeated",
            key = "#key",
            fingerprint = "#key",
            mode = IdempotencyMode.LEASED,
            leaseTime = "1s",
            waitTime = "30s")
    public Charged leasedAndRepeated(String key, String worker) {
        return charge(key, worker, IdempotencyContext.current().downstreamKey());
    }

    @Idempotent(
            name = "charge-held",
            key = "#key",
            fingerprint = "#key",
            mode = IdempotencyMode.LEASED,
            onExpiredLease = OnExpiredLease.HOLD,
            leaseTime = "1s",
            waitTime = "30s")
    public Charged leasedAndHeld(String key, String worker) {
        return charge(key, worker, IdempotencyContext.current().downstreamKey());
    }

    @Transactional
    public Charged unguarded(String key, String worker) {
        return charge(key, worker, "");
    }

    private Charged charge(String key, String worker, String downstreamKey) {
        points.reach(CallPoint.CLAIMED);
        Long number = jdbc.sql("INSERT INTO fault_charges (key, worker, downstream) VALUES (?, ?, ?) RETURNING number")
                .params(key, worker, downstreamKey)
                .query(Long.class)
                .single();
        points.reach(CallPoint.EFFECT_WRITTEN);
        return new Charged(number, key, worker);
    }
}
