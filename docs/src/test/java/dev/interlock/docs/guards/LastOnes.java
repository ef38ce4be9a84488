package dev.interlock.docs.guards;

import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.annotation.RowLocked;
import dev.interlock.jdbc.Counters;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

@Service
class LastOnes {

    private final JdbcClient jdbc;
    private final Counters quantities;

    LastOnes(JdbcClient jdbc, DataSource dataSource) {
        this.jdbc = jdbc;
        this.quantities = Counters.of(dataSource, "stock").key("sku").value("quantity");
    }

    // tag::four-ways[]
    public boolean byOneStatement(String sku) {
        return jdbc.sql("UPDATE stock SET quantity = quantity - 1 WHERE sku = ? AND quantity > 0")
                        .param(sku)
                        .update()
                == 1;
    }

    public boolean byCounter(String sku) {
        return quantities.tryTake(sku, 1).isChanged();
    }

    @Transactional
    @RowLocked(table = "stock", column = "sku", key = "#sku")
    public boolean underRowLock(String sku) { // where code has to decide
        return take(sku);
    }

    @Transactional(isolation = Isolation.SERIALIZABLE)
    @RetryOnConflict(maxRetries = 20, timeout = "10s")
    public boolean withRetries(String sku) { // where no single row or thing stands for what is read
        return take(sku);
    }
    // end::four-ways[]

    @Transactional
    public boolean unguarded(String sku) {
        return take(sku);
    }

    private boolean take(String sku) {
        int quantity = jdbc.sql("SELECT quantity FROM stock WHERE sku = ?")
                .param(sku)
                .query(Integer.class)
                .single();
        if (quantity == 0) {
            return false;
        }
        jdbc.sql("UPDATE stock SET quantity = ? WHERE sku = ?")
                .params(quantity - 1, sku)
                .update();
        return true;
    }
}
