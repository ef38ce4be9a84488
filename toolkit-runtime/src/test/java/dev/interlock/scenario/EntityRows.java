package dev.interlock.scenario;

import dev.interlock.annotation.RowLocked;
import jakarta.persistence.EntityManager;
import org.springframework.transaction.annotation.Transactional;

/** Changes entities in transactions that lock their rows by plain SQL. */
public class EntityRows {

    private final EntityManager entities;

    public EntityRows(EntityManager entities) {
        this.entities = entities;
    }

    /** Adds to the entity, which the caller may have loaded long before. */
    @RowLocked(table = "ledger", key = "#id", waitTime = "60s")
    @Transactional
    public void add(int id) {
        entities.find(LedgerEntry.class, id).add();
    }

    @RowLocked(table = "versioned_entry", column = "amount", key = "#amount")
    @Transactional
    public int versionOf(int amount, int id) {
        return entities.find(VersionedEntry.class, id).version();
    }
}
