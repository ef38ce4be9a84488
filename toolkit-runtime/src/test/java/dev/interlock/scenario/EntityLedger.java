package dev.interlock.scenario;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import jakarta.persistence.EntityManager;
import java.util.concurrent.locks.LockSupport;
import org.springframework.transaction.annotation.Transactional;

/** Changes the ledger's row as an entity, which is flushed at the commit. */
public class EntityLedger {

    private final EntityManager entities;

    public EntityLedger(EntityManager entities) {
        this.entities = entities;
    }

    @Transactional
    public void addUnguarded() {
        add();
    }

    @Transactional
    @AdvisoryLocked(name = "entity", waitTime = "60s")
    public void addInTransaction() {
        add();
    }

    @Transactional
    @AdvisoryLocked(name = "entity", scope = LockScope.SESSION, waitTime = "60s")
    public void addInSession(Runnable meanwhile) {
        add();
        meanwhile.run();
    }

    private void add() {
        LedgerEntry entry = entities.find(LedgerEntry.class, 1);
        LockSupport.parkNanos(300_000);
        entry.add();
    }
}
