package dev.interlock.docs;

import dev.interlock.testing.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Redis is sent, told by {@code MONITOR}: each command in a line, and below a script, indented, the commands that it
 * runs. The text of a script is left out: {@code EVAL … 1 key argument}.
 */
final class RedisMonitor implements AutoCloseable {

    private static final Pattern LINE = Pattern.compile("\\+[0-9.]+ \\[\\d+ (\\S+)] (.*)");
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final int ANSWER_MILLIS = 10_000;

    private final RedisServer server;
    private final Socket socket;
    private final BufferedReader in;

    RedisMonitor(RedisServer server) {
        this.server = server;
        try {
            socket = new Socket(RedisServer.HOST, server.port());
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            in.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything up to now. */
    List<String> sent() {
        String end = UUID.randomUUID().toString();
        server.command("ECHO", end);
        List<String> commands = new ArrayList<>();
        try {
            for (String line = in.readLine(); line != null && !line.contains(end); line = in.readLine()) {
                commands.add(command(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return commands;
    }

    static String command(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new IllegalStateException("MONITOR said " + line);
        }
        List<String> words = new ArrayList<>(WORD.matcher(parts.group(2))
                .results()
                .map(match -> match.group(1))
                .toList());
        words.set(0, words.get(0).toUpperCase());
        if (words.get(0).startsWith("EVAL")) {
            words.set(1, "…");
        }
        return (parts.group(1).equals("lua") ? "  " : "") + String.join(" ", words);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
