package dev.interlock.postgres;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The part of a transaction-mode pooler that matters to locks: each transaction of a client runs on whatever server
 * connection is idle, most recently used first. Speaks just enough of protocol 3.0 for trusted clients.
 */
final class TransactionPooler implements Closeable {

    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;

    private final InetAddress host;
    private final int port;
    private final ServerSocket listener;
    private final Deque<Server> idle = new ArrayDeque<>();
    private final List<Closeable> open = new CopyOnWriteArrayList<>();

    TransactionPooler(String jdbcUrl) throws IOException {
        URI target = URI.create(jdbcUrl.substring("jdbc:".length()));
        this.host = InetAddress.getByName(target.getHost());
        this.port = target.getPort();
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://localhost:" + listener.getLocalPort() + "/postgres?prepareThreshold=0");
        source.setUser("postgres");
        return source;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Closeable socket : open) {
            socket.close();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException closed) {
                // The connection ended, and with it this thread.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            open.add(client);
            start(() -> serve(client));
        }
    }

    private void serve(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        byte[] startup = startup(in, out);
        Server server = new Server(startup, out);
        release(server);
        server = null;
        while (true) {
            int type = in.read();
            if (type < 0 || type == 'X') {
                return;
            }
            byte[] body = in.readNBytes(in.readInt() - 4);
            if (server == null) {
                server = take(startup);
            }
            server.send(type, body);
            if ((type == 'Q' || type == 'S') && server.relayUntilReady(out) == 'I') {
                release(server);
                server = null;
            }
        }
    }

    private static byte[] startup(DataInputStream in, DataOutputStream out) throws IOException {
        while (true) {
            byte[] message = in.readNBytes(in.readInt() - 4);
            int code = ByteBuffer.wrap(message).getInt();
            if (code != SSL_REQUEST && code != GSS_REQUEST) {
                return message;
            }
            out.write('N');
            out.flush();
        }
    }

    private Server take(byte[] startup) throws IOException {
        synchronized (idle) {
            if (!idle.isEmpty()) {
                return idle.pop();
            }
        }
        return new Server(startup, new DataOutputStream(OutputStream.nullOutputStream()));
    }

    private void release(Server server) {
        synchronized (idle) {
            idle.push(server);
        }
    }

    private final class Server {

        private final DataInputStream in;
        private final DataOutputStream out;

        Server(byte[] startup, DataOutputStream greeting) throws IOException {
            Socket socket = new Socket(host, port);
            open.add(socket);
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(startup.length + 4);
            out.write(startup);
            out.flush();
            relayUntilReady(greeting);
        }

        void send(int type, byte[] body) throws IOException {
            out.write(type);
            out.writeInt(body.length + 4);
            out.write(body);
            out.flush();
        }

        int relayUntilReady(DataOutputStream client) throws IOException {
            while (true) {
                int type = in.readUnsignedByte();
                byte[] body = in.readNBytes(in.readInt() - 4);
                client.write(type);
                client.writeInt(body.length + 4);
                client.write(body);
                if (type == 'Z') {
                    client.flush();
                    return body[0];
                }
            }
        }
    }
}
