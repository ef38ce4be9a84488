package dev.interlock.redisson;

import static dev.interlock.redisson.Attempts.pause;
import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.testing.RedisServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A holder that was stopped past its lease knows of the loss before it does anything else. */
@Timeout(120)
class PausedProcessTest {

    @Test
    void aStoppedProcessFindsItsLossAtTheFirstQuestion() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            Process holder = start(server);
            try (BufferedReader says =
                    new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
                assertThat(says.lines().anyMatch("held"::equals)).isTrue();
                pause(PausedHolder.LEASE.multipliedBy(2));
                assertThat(server.keys("interlock:*")).hasSize(1);
                signal(holder, "STOP");
                pause(PausedHolder.LEASE.plus(Duration.ofSeconds(1)));
                assertThat(server.keys("interlock:*")).isEmpty();
                holder.getOutputStream().write('?');
                holder.getOutputStream().flush();
                signal(holder, "CONT");
                assertThat(says.lines().filter(line -> line.equals("HELD") || line.equals("LOST")))
                        .containsExactly("LOST");
            } finally {
                holder.destroyForcibly().waitFor();
            }
        }
    }

    private static Process start(RedisServer server) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PausedHolder.class.getName(),
                        server.address())
                .redirectErrorStream(true)
                .start();
    }

    private static void signal(Process process, String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
}
