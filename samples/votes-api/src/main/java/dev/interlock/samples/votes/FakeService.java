package dev.interlock.samples.votes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One other service. It remembers what it was asked: by idempotency key if the request has one, else by path. A request that
 * fails has had its effect nevertheless, which is the worst that can happen to whoever asks.
 */
class FakeService implements HttpHandler {

    /**
     * How it behaves.
     *
     * @param delay before each answer
     * @param failures how many of the requests for one thing it answers with 503, before those that succeed
     */
    record Behaviour(Duration delay, int failures) {

        static final Behaviour GOOD = new Behaviour(Duration.ofMillis(100), 0);
    }

    /** A behaviour, and whether it is over. */
    private record Mood(Behaviour behaviour, CountDownLatch over) {

        Mood(Behaviour behaviour) {
            this(behaviour, new CountDownLatch(1));
        }
    }

    private final String answer;
    private final Gauge gauge;
    private final Map<String, Integer> requests = new ConcurrentHashMap<>();
    private volatile Mood mood = new Mood(Behaviour.GOOD);

    /** @param gauge of this service and others that are counted with it */
    FakeService(String answer, Gauge gauge) {
        this.answer = answer;
        this.gauge = gauge;
    }

    /** From now on; what waits for an answer gets it at once. */
    synchronized void behave(Behaviour changed) {
        Mood before = mood;
        mood = new Mood(changed);
        before.over().countDown();
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        String thing = key == null ? exchange.getRequestURI().getPath() : key;
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            int number = requests.merge(thing, 1, Integer::sum);
            Mood now = mood;
            work(now);
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(number > now.behaviour().failures() ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** It has ended before the answer is sent, since whoever gets that may ask again at once. */
    private void work(Mood now) throws IOException {
        gauge.enter();
        try {
            now.over().await(now.behaviour().delay().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw new IOException("the service ends", end);
        } finally {
            gauge.leave();
        }
    }

    /** How often it was asked for the same thing. */
    int requests(String thing) {
        return requests.getOrDefault(thing, 0);
    }

    Gauge gauge() {
        return gauge;
    }
}
