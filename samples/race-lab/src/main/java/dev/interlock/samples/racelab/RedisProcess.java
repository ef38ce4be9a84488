package dev.interlock.samples.racelab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.RedisServer;

/** A Redis of our own on a free port of the loopback interface; it keeps nothing on disk. */
final class RedisProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RedisProcess.class);
    private static final int ANSWER_MILLIS = 5_000;

    private final RedisServer redis;
    private final Server server;

    private RedisProcess(RedisServer redis, Server server) {
        this.redis = redis;
        this.server = server;
    }

    static RedisProcess start() throws IOException {
        int port = freePort();
        RedisServer redis = RedisServer.newRedisServer()
                .bind(Server.HOST)
                .port(port)
                .setting("save \"\"")
                .setting("appendonly no")
                .build();
        refuseWhileTheJvmEnds();
        redis.start();
        try {
            RedisProcess process = new RedisProcess(redis, new Server("Redis", version(port), port));
            LOG.info("{}", process.server);
            return process;
        } catch (IOException | RuntimeException e) {
            redis.stop();
            throw e;
        }
    }

    Server server() {
        return server;
    }

    /** As Redisson wants it. */
    String address() {
        return "redis://" + Server.HOST + ":" + server.port();
    }

    @Override
    public void close() throws IOException {
        redis.stop();
    }

    /** The library registers its hook after the process has begun; once the JVM ends that fails, and the process would stay behind. */
    private static void refuseWhileTheJvmEnds() {
        Thread probe = new Thread();
        Runtime.getRuntime().addShutdownHook(probe);
        Runtime.getRuntime().removeShutdownHook(probe);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Asked over a plain socket: one INFO is not worth a client library. */
    private static String version(int port) throws IOException {
        String label = "redis_version:";
        try (Socket socket = new Socket(Server.HOST, port);
                BufferedReader answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))) {
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write("INFO server\r\nQUIT\r\n".getBytes(US_ASCII));
            return answer.lines()
                    .filter(line -> line.startsWith(label))
                    .map(line -> line.substring(label.length()))
                    .findFirst()
                    .orElseThrow(() -> new IOException("Redis on port " + port + " does not tell its version"));
        }
    }
}
