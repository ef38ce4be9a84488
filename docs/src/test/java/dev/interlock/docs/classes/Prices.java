package dev.interlock.docs.classes;

import dev.interlock.jdbc.Versioned;
import dev.interlock.jdbc.VersionedResult;
import dev.interlock.jdbc.VersionedResult.Stale;
import dev.interlock.jdbc.VersionedResult.Updated;
import dev.interlock.jdbc.VersionedUpdate;
import javax.sql.DataSource;
import org.springframework.stereotype.Repository;

@Repository
class Prices {

    // tag::prices[]
    private final VersionedUpdate<Price> prices;

    Prices(DataSource dataSource) {
        this.prices = VersionedUpdate.of(dataSource, "price", Price.class)
                .key("sku")
                .columns("cents")
                .byRowVersion();
    }

    String set(Versioned<Price> read, long cents) {
        VersionedResult result = prices.row(read.row().sku())
                .read(read.version())
                .set("cents", cents)
                .update();
        if (result instanceof Updated updated) {
            return "now of version " + updated.version();
        }
        return result instanceof Stale stale ? "changed, now of version " + stale.current() : "gone";
    }
    // end::prices[]

    Versioned<Price> find(String sku) {
        return prices.findOrThrow(sku);
    }
}
