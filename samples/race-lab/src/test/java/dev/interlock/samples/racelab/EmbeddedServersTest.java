package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

class EmbeddedServersTest {

    @Test
    void liveAsLongAsTheContext() throws IOException {
        int postgres;
        int redis;
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(RaceLab.class)
                .web(WebApplicationType.NONE)
                .run()) {
            postgres = context.getBean(PostgresProcess.class).server().port();
            redis = context.getBean(RedisProcess.class).server().port();
            connect(postgres);
            connect(redis);
        }

        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> connect(postgres));
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> connect(redis));
    }

    @Test
    void outliveTheRedisClient() {
        RedissonClient redisson;
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(RaceLab.class)
                .web(WebApplicationType.NONE)
                .run()) {
            redisson = context.getBean(RedissonClient.class);
            assertThat(redisson.getKeys().count()).isZero();
        }

        assertThat(redisson.isShutdown()).isTrue();
    }

    @Test
    void tellTheirVersions() throws Exception {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(RaceLab.class)
                .web(WebApplicationType.NONE)
                .run()) {
            assertThat(context.getBean(PostgresProcess.class).server().version())
                    .startsWith("18.");
            assertThat(context.getBean(RedisProcess.class).server().version()).matches("\\d+\\.\\d+\\.\\d+");
        }
    }

    @Test
    void postgresIsDurableAndListensOnLoopbackOnly() {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(RaceLab.class)
                .web(WebApplicationType.NONE)
                .run()) {
            JdbcClient jdbc = context.getBean(JdbcClient.class);

            assertThat(setting(jdbc, "fsync")).isEqualTo("on");
            assertThat(setting(jdbc, "synchronous_commit")).isEqualTo("on");
            assertThat(setting(jdbc, "listen_addresses")).isEqualTo("localhost");
        }
    }

    private static String setting(JdbcClient jdbc, String name) {
        return jdbc.sql("SELECT current_setting(?)")
                .param(name)
                .query(String.class)
                .single();
    }

    private static void connect(int port) throws IOException {
        new Socket(Server.HOST, port).close();
    }
}
