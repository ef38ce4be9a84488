package dev.interlock.docs.classes;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** Stands for a mail service that knows repetitions by their key, and is down at times. */
@Component
class Mailer {

    private final Set<UUID> sent = ConcurrentHashMap.newKeySet();
    private volatile boolean down;

    void send(long orderId, UUID key) {
        if (down) {
            throw new IllegalStateException("The mail service is down");
        }
        sent.add(key);
    }

    void down(boolean now) {
        down = now;
    }

    boolean sent(UUID key) {
        return sent.contains(key);
    }
}
