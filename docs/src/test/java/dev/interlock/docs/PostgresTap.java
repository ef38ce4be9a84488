package dev.interlock.docs;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands between the connections of an example and Postgres, on the loopback interface, and tells what they send: each
 * round trip with its statements, as they are in the protocol, parameters as {@code $1}.
 *
 * <p><b>Concurrency.</b> Each connection has two threads, one for each direction. A round trip is told before the server has
 * it, so whoever has the answer finds it told.
 */
final class PostgresTap {

    private static final int VERSION_3 = 196_608;
    private static final int TLS = 80_877_103;
    private static final int GSS = 80_877_104;
    private static final int BUFFER = 16_384;
    private static final Pattern NAMED = Pattern.compile("SET application_name = '(.*)'");

    /** What one round trip carries. */
    record RoundTrip(String application, List<String> statements) {}

    /** Hears of each round trip, on the thread of its connection. */
    interface Listener {
        void sent(RoundTrip trip);
    }

    private final AtomicReference<Listener> listener = new AtomicReference<>(trip -> {});
    private final ServerSocket socket;
    private final int server;

    private PostgresTap(ServerSocket socket, int server) {
        this.socket = socket;
        this.server = server;
    }

    /** Listens until the JVM ends. */
    static PostgresTap of(int server) {
        try {
            PostgresTap tap = new PostgresTap(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), server);
            start("tap", tap::accept);
            return tap;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    void tell(Listener toTell) {
        listener.set(toTell);
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = socket.accept();
            Socket backend = new Socket(InetAddress.getLoopbackAddress(), server);
            client.setTcpNoDelay(true);
            backend.setTcpNoDelay(true);
            start("tap-in", () -> closing(client, backend, () -> new Frontend().read(client, backend)));
            start("tap-out", () -> closing(client, backend, () -> copy(client, backend)));
        }
    }

    private static void copy(Socket client, Socket backend) throws IOException {
        InputStream in = backend.getInputStream();
        OutputStream out = client.getOutputStream();
        byte[] buffer = new byte[BUFFER];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            out.write(buffer, 0, length);
        }
    }

    private static void closing(Socket client, Socket backend, Work work) throws IOException {
        try (client;
                backend) {
            work.run();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException ended) {
                        // So do connections end.
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    /** What one client says. */
    private final class Frontend {

        private final Map<String, String> prepared = new HashMap<>();
        private final Map<String, String> portals = new HashMap<>();
        private List<String> statements = new ArrayList<>();
        private String application = "";

        void read(Socket client, Socket backend) throws IOException {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(backend.getOutputStream());
            boolean started = false;
            while (true) {
                int kind = started ? in.readUnsignedByte() : -1;
                int length = in.readInt();
                byte[] body = in.readNBytes(length - Integer.BYTES);
                if (started) {
                    message(kind, ByteBuffer.wrap(body));
                } else {
                    started = start(ByteBuffer.wrap(body));
                }
                ByteBuffer whole = ByteBuffer.allocate(length + 1);
                if (kind >= 0) {
                    whole.put((byte) kind);
                }
                whole.putInt(length).put(body).flip();
                out.write(whole.array(), 0, whole.limit());
            }
        }

        /** Whether messages follow. */
        private boolean start(ByteBuffer body) {
            int code = body.getInt();
            if (code == VERSION_3) {
                for (String name = text(body); !name.isEmpty(); name = text(body)) {
                    String value = text(body);
                    if (name.equals("application_name")) {
                        application = value;
                    }
                }
            }
            return code != TLS && code != GSS;
        }

        private void message(int kind, ByteBuffer body) {
            switch (kind) {
                case 'P' -> prepared.put(text(body), text(body));
                case 'B' -> portals.put(text(body), prepared.getOrDefault(text(body), "?"));
                case 'E' -> execute(portals.getOrDefault(text(body), "?"));
                case 'Q' -> simple(text(body));
                case 'S' -> sent();
                default -> {}
            }
        }

        private void execute(String statement) {
            Matcher named = NAMED.matcher(statement);
            if (named.matches()) {
                application = named.group(1);
            }
            statements.add(statement);
        }

        /** The driver sends BEGIN ahead of the first statement and does not wait for its answer. */
        private void simple(String statement) {
            execute(statement);
            if (!statement.startsWith("BEGIN")) {
                sent();
            }
        }

        private void sent() {
            if (!statements.isEmpty()) {
                listener.get().sent(new RoundTrip(application, List.copyOf(statements)));
                statements = new ArrayList<>();
            }
        }

        private String text(ByteBuffer body) {
            int start = body.position();
            int end = start;
            while (body.get(end) != 0) {
                end++;
            }
            body.position(end + 1);
            return new String(body.array(), start, end - start, StandardCharsets.UTF_8);
        }
    }
}
