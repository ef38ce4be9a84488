package dev.interlock.scenario;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** The ledger's row as an entity. */
@Entity
@Table(name = "ledger")
class LedgerEntry {

    @Id
    private int id;

    private int amount;

    void add() {
        amount++;
    }
}
