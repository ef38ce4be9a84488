package dev.interlock.redisson;

import dev.interlock.lock.BackendHold;
import java.io.IOException;
import java.time.Duration;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** A process of its own that holds a lock and, when asked, says what it knows of its hold. */
final class PausedHolder {

    static final Duration LEASE = Duration.ofSeconds(2);

    private PausedHolder() {}

    /** @param arguments the address of Redis */
    public static void main(String[] arguments) throws InterruptedException, IOException {
        Config config = new Config();
        config.useSingleServer().setAddress(arguments[0]);
        RedissonClient client = Redisson.create(config);
        RedissonMutexes mutexes = new RedissonMutexes(client, null, RedissonMutexes.Settings.DEFAULT);
        BackendHold hold = Attempts.granted(mutexes, Attempts.newKey(), LEASE);
        System.out.println("held");
        // The question lies in the pipe when the process wakes.
        System.in.read();
        System.out.println(hold.known());
        System.exit(0);
    }
}
