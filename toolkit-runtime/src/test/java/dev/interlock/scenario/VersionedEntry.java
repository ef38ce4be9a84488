package dev.interlock.scenario;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;

/** An entity whose update JPA refuses if its version has changed. */
@Entity
@Table(name = "versioned_entry")
class VersionedEntry {

    @Id
    private int id;

    private int amount;

    @Version
    private int version;

    void add() {
        amount++;
    }

    int version() {
        return version;
    }

    /** As JSON shows it. */
    public int getVersion() {
        return version;
    }

    public void setVersion(int version) {
        this.version = version;
    }
}
