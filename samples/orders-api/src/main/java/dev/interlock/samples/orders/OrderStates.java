package dev.interlock.samples.orders;

import dev.interlock.jdbc.StateMachine;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Which event leads where. Each transition is written to {@code order_event} by the statement that makes it, and moves the order's
 * version on, so that clients who have read the order learn that it is another one now.
 */
@Configuration(proxyBeanMethods = false)
class OrderStates {

    @Bean
    StateMachine<OrderState, OrderEvent> orderStateMachine(DataSource dataSource) {
        return StateMachine.of(dataSource, "orders", OrderState.class, OrderEvent.class)
                .edge(OrderState.NEW, OrderEvent.PAY, OrderState.PAID)
                .edge(OrderState.PAID, OrderEvent.SHIP, OrderState.SHIPPED)
                .edge(OrderState.NEW, OrderEvent.CANCEL, OrderState.CANCELLED)
                .edge(OrderState.PAID, OrderEvent.CANCEL, OrderState.CANCELLED)
                .version("version")
                .log("order_event", "order_id")
                .build();
    }
}
