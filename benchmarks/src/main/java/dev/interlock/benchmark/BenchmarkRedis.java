package dev.interlock.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import redis.embedded.RedisServer;

/**
 * A Redis server for one run, on loopback and without persistence.
 *
 * <p>It stops when closed, and when the JVM ends without that.
 */
public final class BenchmarkRedis implements AutoCloseable {

    private static final String PID = "process_id:";

    private final RedisServer server;
    private final int port;
    private final long pid;

    private BenchmarkRedis(RedisServer server, int port, long pid) {
        this.server = server;
        this.port = port;
        this.pid = pid;
    }

    public static BenchmarkRedis start() {
        try {
            int port = freePort();
            RedisServer server = RedisServer.newRedisServer()
                    .port(port)
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .setting("appendonly no")
                    .build();
            server.start();
            return started(server, port);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static BenchmarkRedis started(RedisServer server, int port) throws IOException {
        try {
            return new BenchmarkRedis(server, port, askForPid(port));
        } catch (IOException failure) {
            server.stop();
            throw failure;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static long askForPid(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("INFO server\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader answer =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (String line = answer.readLine(); line != null; line = answer.readLine()) {
                if (line.startsWith(PID)) {
                    return Long.parseLong(line.substring(PID.length()));
                }
            }
        }
        throw new IOException("Redis did not tell its process id");
    }

    /** Address for Redisson. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public long pid() {
        return pid;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
