package dev.interlock.samples.votes;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.stereotype.Component;

/**
 * Other services for trying things out, started and stopped with the application: each as slow and as faulty as one asks it to be. A
 * service deletes this class, with {@link FakeService} and {@link FakeController}.
 */
@Component
class FakeServices implements AutoCloseable {

    private static final int BACKLOG = 256;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(FakeServices::daemon);

    /** Cards ask three of them, which are counted together. */
    private final Gauge cards = new Gauge();

    private final Map<String, FakeService> services = Map.of(
            "author", new FakeService("{\"posts\": 7}", cards),
            "related", new FakeService("[\"second\"]", cards),
            "moderation", new FakeService("{\"risk\": 0.02}", cards),
            "mail", new FakeService("{}", new Gauge()));

    FakeServices() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.setExecutor(threads);
        services.forEach((name, service) -> server.createContext("/" + name, service));
        server.start();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "fake-service");
        thread.setDaemon(true);
        return thread;
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    FakeService service(String name) {
        FakeService service = services.get(name);
        if (service == null) {
            throw new UnknownException("service");
        }
        return service;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
