package dev.interlock.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between a client and Postgres and breaks the connection at the next COMMIT, before or after the server has carried
 * it out. The client must send its statements as text: {@code preferQueryMode=simple}.
 */
public final class CommitCutter implements AutoCloseable {

    /** What becomes of a COMMIT. */
    public enum Cut {
        NOT_ARRIVED,
        ARRIVED
    }

    private static final byte[] COMMIT = "COMMIT\0".getBytes(StandardCharsets.US_ASCII);

    private final int port;
    private final ServerSocket door;
    private final AtomicReference<Cut> next = new AtomicReference<>();
    private final AtomicInteger cuts = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** @param port of the server, on this machine */
    public CommitCutter(int port) throws IOException {
        this.port = port;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("commit-cutter", this::accept);
    }

    public int port() {
        return door.getLocalPort();
    }

    /** The next COMMIT of any connection is cut, and no other. */
    public void cut(Cut how) {
        next.set(how);
    }

    /** How many COMMITs were cut so far. */
    public int cuts() {
        return cuts.get();
    }

    @Override
    public void close() throws IOException {
        door.close();
        open.forEach(CommitCutter::close);
    }

    private void accept() {
        while (true) {
            try {
                Socket client = door.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                open.add(client);
                open.add(server);
                AtomicReference<Cut> answer = new AtomicReference<>();
                start("to-server", () -> pump(client, server, bytes -> passes(bytes, answer)));
                start("to-client", () -> pump(server, client, bytes -> answer.get() == null));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private boolean passes(byte[] bytes, AtomicReference<Cut> answer) {
        if (next.get() == null || !contains(bytes)) {
            return true;
        }
        Cut cut = next.getAndSet(null);
        cuts.incrementAndGet();
        answer.set(cut);
        return cut == Cut.ARRIVED;
    }

    private static boolean contains(byte[] bytes) {
        for (int i = 0; i + COMMIT.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + COMMIT.length, COMMIT, 0, COMMIT.length)) {
                return true;
            }
        }
        return false;
    }

    private interface Filter {
        boolean passes(byte[] bytes);
    }

    /** Until either side closes, or something does not pass. */
    private void pump(Socket from, Socket to, Filter filter) {
        byte[] buffer = new byte[8192];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (!filter.passes(Arrays.copyOf(buffer, length))) {
                    break;
                }
                out.write(buffer, 0, length);
                out.flush();
            }
        } catch (IOException broken) {
            // the other side hears of it below
        } finally {
            close(from);
            close(to);
            open.remove(from);
            open.remove(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
