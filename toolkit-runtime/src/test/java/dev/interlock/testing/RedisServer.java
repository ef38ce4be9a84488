package dev.interlock.testing;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis of our own on a free port of the loopback interface, without persistence. It can be killed, restarted empty on
 * the same port, frozen and flushed; it ends with {@link #close()} and at the latest with the JVM, frozen or not.
 */
public final class RedisServer implements AutoCloseable {

    public static final String HOST = "127.0.0.1";

    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 10_000;
    private static final int BUS_OFFSET = 10_000;
    private static final int CONNECT_MILLIS = 2_000;
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final Set<RedisServer> RUNNING = ConcurrentHashMap.newKeySet();

    private final int port;
    private final Path directory;
    private final List<String> arguments;
    private volatile Process process;

    private RedisServer(int port, List<String> arguments) {
        this.port = port;
        this.directory = Executable.newDirectory();
        this.arguments = arguments;
    }

    /** @param settings as on the command line, {@code --maxmemory 10mb} as two strings */
    public static RedisServer start(String... settings) {
        int port = freePort();
        List<String> arguments = new ArrayList<>(
                List.of("--port", String.valueOf(port), "--bind", HOST, "--save", "", "--appendonly", "no"));
        arguments.addAll(List.of(settings));
        RedisServer server = new RedisServer(port, arguments);
        server.restart();
        return server;
    }

    /** A sentinel, which needs a file of settings that it may rewrite. */
    static RedisServer startSentinel(List<String> lines) {
        int port = freePort();
        RedisServer server = new RedisServer(port, List.of("--sentinel"));
        List<String> settings = new ArrayList<>(List.of("port " + port, "bind " + HOST));
        settings.addAll(lines);
        try {
            Files.write(server.directory.resolve("sentinel.conf"), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.restart();
        return server;
    }

    public int port() {
        return port;
    }

    /** As Redisson wants it. */
    public String address() {
        return "redis://" + HOST + ":" + port;
    }

    /** Starts it again, with no data, after {@link #kill()}. */
    public void restart() {
        List<String> command = new ArrayList<>(List.of(Executable.PATH.toString()));
        Path file = directory.resolve("sentinel.conf");
        if (Files.exists(file)) {
            command.add(file.toString());
        }
        command.addAll(arguments);
        Executable.stopAllWithTheJvm();
        RUNNING.add(this);
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("redis.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitAnswer();
    }

    /** {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops it in the midst of whatever it does; connections stay open and nothing is answered. */
    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    public void flush() {
        command("FLUSHALL");
    }

    public List<String> keys(String pattern) {
        return strings(command("KEYS", pattern));
    }

    /** Channels that somebody is subscribed to. */
    public List<String> channels(String pattern) {
        return strings(command("PUBSUB", "CHANNELS", pattern));
    }

    /** Sends one command over a connection of its own; a string, a number as {@code Long}, a list, or null. */
    public Object command(String... words) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(HOST, port), CONNECT_MILLIS);
            socket.setSoTimeout(CONNECT_MILLIS * 5);
            StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                int length = word.getBytes(StandardCharsets.UTF_8).length;
                request.append('$').append(length).append("\r\n").append(word).append("\r\n");
            }
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
            return reply(new BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
        RUNNING.remove(this);
        Executable.delete(directory);
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitAnswer() {
        long end = System.nanoTime() + START_NANOS;
        while (true) {
            try {
                command("PING");
                return;
            } catch (UncheckedIOException | IllegalStateException notYet) {
                if (System.nanoTime() - end > 0 || !process.isAlive()) {
                    throw new IllegalStateException("Redis on port " + port + " did not start: " + log(), notYet);
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private String log() {
        try {
            return Files.readString(directory.resolve("redis.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static Object reply(InputStream in) throws IOException {
        int kind = in.read();
        String line = line(in);
        switch (kind) {
            case '+':
                return line;
            case ':':
                return Long.valueOf(line);
            case '$':
                return bulk(in, Integer.parseInt(line));
            case '*':
                List<Object> elements = new ArrayList<>();
                for (int i = 0; i < Integer.parseInt(line); i++) {
                    elements.add(reply(in));
                }
                return elements;
            default:
                throw new IllegalStateException("Redis answered: " + line);
        }
    }

    private static String bulk(InputStream in, int length) throws IOException {
        if (length < 0) {
            return null;
        }
        String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        line(in);
        return text;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("Redis closed the connection");
            }
            line.append((char) octet);
        }
        return line.toString().strip();
    }

    private static List<String> strings(Object reply) {
        return ((List<?>) reply).stream().map(String.class::cast).sorted().toList();
    }

    /** Below the system's own range, with room for the bus port of a cluster node. */
    private static int freePort() {
        while (true) {
            int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
            if (isFree(port) && isFree(port + BUS_OFFSET)) {
                return port;
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(HOST))) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    /** The server's binary, unpacked once for each JVM. */
    private static final class Executable {

        private static final Path ROOT = root();
        static final Path PATH = unpack();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(Executable::stopAll, "redis-stop"));
        }

        private Executable() {}

        private static Path root() {
            try {
                return Files.createTempDirectory("interlock-redis-");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Path unpack() {
            try {
                File directory = Files.createDirectory(ROOT.resolve("bin")).toFile();
                return ExecutableProvider.newJarResourceProvider(directory)
                        .get()
                        .toPath();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static Path newDirectory() {
            try {
                return Files.createTempDirectory(ROOT, "data-");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Fails where the JVM ends already, so that no process is started that nobody would stop. */
        static void stopAllWithTheJvm() {
            Thread probe = new Thread();
            Runtime.getRuntime().addShutdownHook(probe);
            Runtime.getRuntime().removeShutdownHook(probe);
        }

        private static void stopAll() {
            RUNNING.forEach(server -> {
                Process process = server.process;
                if (process != null) {
                    process.destroyForcibly();
                }
            });
            delete(ROOT);
        }

        static void delete(Path directory) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            } catch (IOException leftToTheSystem) {
                // A temporary directory.
            }
        }
    }
}
