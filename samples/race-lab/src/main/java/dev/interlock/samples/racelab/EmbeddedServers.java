package dev.interlock.samples.racelab;

import java.io.IOException;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The servers live as long as the context: whoever uses them is closed before them. */
@Configuration(proxyBeanMethods = false)
class EmbeddedServers {

    @Bean
    PostgresProcess postgres() {
        return PostgresProcess.start();
    }

    @Bean
    RedisProcess redis() throws IOException {
        return RedisProcess.start();
    }

    /** All that mutexes need; the toolkit finds it by its type. */
    @Bean(destroyMethod = "shutdown")
    RedissonClient redisson(RedisProcess redis) {
        Config config = new Config();
        config.useSingleServer().setAddress(redis.address());
        return Redisson.create(config);
    }

    /** Tells the pool and the toolkit's own lock connections alike where Postgres is. */
    @Bean
    JdbcConnectionDetails postgresLocation(PostgresProcess postgres) {
        return new JdbcConnectionDetails() {
            @Override
            public String getJdbcUrl() {
                return postgres.jdbcUrl();
            }

            @Override
            public String getUsername() {
                return PostgresProcess.USER;
            }

            @Override
            public String getPassword() {
                return "";
            }
        };
    }
}
