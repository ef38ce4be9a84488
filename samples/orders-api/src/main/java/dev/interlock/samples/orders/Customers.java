package dev.interlock.samples.orders;

import dev.interlock.jdbc.Counters;
import dev.interlock.jdbc.FindOrCreate;
import javax.sql.DataSource;
import org.springframework.stereotype.Repository;

/** Who has ever ordered, and which of them came first. */
@Repository
class Customers {

    private static final String WELCOME = "welcome";
    private static final int REWARDS = 100;

    record Customer(String name) {}

    private final FindOrCreate<Customer> customers;
    private final Counters rewards;

    Customers(DataSource dataSource) {
        this.customers = FindOrCreate.of(dataSource, "customer", Customer.class).uniqueBy("name");
        this.rewards = Counters.of(dataSource, "reward").key("name").value("given");
    }

    /** @return whether the customer is new: true for one of all who order for the first time at once */
    boolean welcome(String name) {
        return customers.row(name).findOrCreate().isCreated();
    }

    /**
     * Takes one of the rewards for the first hundred customers, if one is left. Until the commit the other new customers wait for it,
     * so this comes last in the transaction.
     */
    boolean takeReward() {
        return rewards.tryAdd(WELCOME, 1, REWARDS).isChanged();
    }
}
