package dev.interlock.docs.migration;

import com.baomidou.lock.executor.RedissonLockExecutor;
import com.baomidou.lock.spring.boot.autoconfigure.LockAutoConfiguration;
import javax.sql.DataSource;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import net.javacrumbs.shedlock.spring.annotation.EnableSchedulerLock;
import org.redisson.api.RedissonClient;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.integration.jdbc.lock.DefaultLockRepository;
import org.springframework.integration.jdbc.lock.JdbcLockRegistry;
import org.springframework.integration.jdbc.lock.LockRepository;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.retry.annotation.EnableRetry;

/** Interlock beside all that people come from. Schedules are not run: tests call the jobs. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableSchedulerLock(defaultLockAtMostFor = "10m")
@EnableRetry
@EnableResilientMethods
@Import(LockAutoConfiguration.class)
@ComponentScan(excludeFilters = @Filter(type = FilterType.REGEX, pattern = ".*Test.*"))
class MigrationApplication {

    @Bean
    LockProvider shedLock(DataSource dataSource, JdbcClient jdbc) {
        jdbc.sql("""
                CREATE TABLE shedlock (name VARCHAR(64) NOT NULL PRIMARY KEY, lock_until TIMESTAMP NOT NULL,
                    locked_at TIMESTAMP NOT NULL, locked_by VARCHAR(255) NOT NULL)
                """).update();
        return new JdbcTemplateLockProvider(dataSource);
    }

    @Bean
    RedissonLockExecutor lock4jExecutor(RedissonClient redisson) {
        return new RedissonLockExecutor(redisson);
    }

    @Bean
    DefaultLockRepository lockRepository(DataSource dataSource, JdbcClient jdbc) {
        jdbc.sql("""
                CREATE TABLE INT_LOCK (LOCK_KEY CHAR(36) NOT NULL, REGION VARCHAR(100) NOT NULL, CLIENT_ID CHAR(36),
                    CREATED_DATE TIMESTAMP NOT NULL, EXPIRED_AFTER TIMESTAMP NOT NULL,
                    constraint INT_LOCK_PK primary key (LOCK_KEY, REGION))
                """).update();
        return new DefaultLockRepository(dataSource);
    }

    @Bean
    JdbcLockRegistry lockRegistry(LockRepository repository) {
        return new JdbcLockRegistry(repository);
    }
}
