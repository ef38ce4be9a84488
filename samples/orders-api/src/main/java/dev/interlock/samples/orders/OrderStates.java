package dev.interlock.samples.orders;

import dev.interlock.jdbc.StateMachine;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Which event leads where. Each transition is written to {@code order_event} by the statement that makes it. */
@Configuration(proxyBeanMethods = false)
class OrderStates {

    @Bean
    StateMachine<OrderState, OrderEvent> orderStateMachine(DataSource dataSource) {
        return StateMachine.of(dataSource, "orders", OrderState.class, OrderEvent.class)
                .edge(OrderState.NEW, OrderEvent.PAY, OrderState.PAID)
                .edge(OrderState.PAID, OrderEvent.SHIP, OrderState.SHIPPED)
                .edge(OrderState.NEW, OrderEvent.CANCEL, OrderState.CANCELLED)
                .edge(OrderState.PAID, OrderEvent.CANCEL, OrderState.CANCELLED)
                .log("order_event")
                .build();
    }
}
