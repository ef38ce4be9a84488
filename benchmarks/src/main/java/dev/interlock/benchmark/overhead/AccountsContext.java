package dev.interlock.benchmark.overhead;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.Application;
import dev.interlock.benchmark.Application.Beans;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** Two applications around {@link Accounts}: one without the toolkit, one with it. The caller closes them. */
final class AccountsContext {

    private static final int POOL = 4;

    private AccountsContext() {}

    static AnnotationConfigApplicationContext byHand(String url, String statement) {
        return Application.byHand(url, POOL, accounts(statement));
    }

    static AnnotationConfigApplicationContext guarded(String url, String statement) {
        return Application.guarded(url, POOL, accounts(statement));
    }

    private static Beans accounts(String statement) {
        return context -> context.registerBean(
                Accounts.class,
                () -> new Accounts(new JdbcTemplate(context.getBean(HikariDataSource.class)), statement));
    }
}
