package dev.interlock.docs.classes;

import dev.interlock.jdbc.FindOrCreate;
import dev.interlock.jdbc.FoundOrCreated;
import dev.interlock.jdbc.RowKey;
import javax.sql.DataSource;
import org.springframework.stereotype.Repository;

// tag::customers[]
@Repository
class Customers {

    private final FindOrCreate<Customer> customers;
    // end::customers[]
    private final FindOrCreate<Seat> seats;
    // tag::customers[]

    Customers(DataSource dataSource) {
        this.customers = FindOrCreate.of(dataSource, "customer", Customer.class)
                .uniqueBy("email")
                .columns("name");
        // end::customers[]
        // tag::partial[]
        this.seats = FindOrCreate.of(dataSource, "seat", Seat.class)
                .uniqueBy("show", "place")
                .where("cancelled_at IS NULL");
        // end::partial[]
        // tag::customers[]
    }

    FoundOrCreated<Customer> welcome(String email, String name) {
        return customers.row(email).set("name", name).findOrCreate();
    }
    // end::customers[]

    // tag::partial[]

    boolean take(long show, String place) {
        return seats.row(RowKey.of(show, place)).findOrCreate().isCreated();
    }
    // end::partial[]
    // tag::customers[]
}
// end::customers[]
