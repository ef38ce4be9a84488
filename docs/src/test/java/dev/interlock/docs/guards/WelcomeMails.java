package dev.interlock.docs.guards;

import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.HeldRecords;
import dev.interlock.idempotency.IdempotencyContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Service;

@Service
class WelcomeMails {

    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final HeldRecords held;

    WelcomeMails(HeldRecords held) {
        this.held = held;
    }

    // tag::leased[]
    @Idempotent(
            name = "welcome-mail",
            key = "#userId",
            mode = IdempotencyMode.LEASED,
            onExpiredLease = OnExpiredLease.HOLD)
    public void send(long userId) {
        deliver(userId, IdempotencyContext.current().downstreamKey());
    }
    // end::leased[]

    @Idempotent(name = "news-mail", key = "#userId", mode = IdempotencyMode.LEASED)
    public void sendNews(long userId) {}

    // tag::resolve[]
    void resolve(HeldRecord record, boolean delivered) {
        if (delivered) {
            held.complete(record.id(), Duration.ofDays(1));
        } else {
            held.repeat(record.id()); // the next call runs
        }
    }
    // end::resolve[]

    private void deliver(long userId, String key) {
        sent.add(key);
        if (userId == 13) {
            throw new IllegalStateException("The mail server hung up");
        }
    }

    List<String> sent() {
        return sent;
    }
}
