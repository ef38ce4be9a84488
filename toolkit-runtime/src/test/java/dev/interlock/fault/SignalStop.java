package dev.interlock.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/**
 * A process stopped by {@code SIGSTOP} until this is closed.
 *
 * <p>A small shell sends both signals and waits for the end of its input in between. That input is a pipe of this JVM, so the
 * process goes on even if this JVM is killed meanwhile.
 */
final class SignalStop implements AutoCloseable {

    private static final String SCRIPT = "kill -STOP \"$1\" && echo stopped && read -r _; kill -CONT \"$1\"";

    private final Process shell;

    private SignalStop(Process shell) {
        this.shell = shell;
    }

    /** Stops the process; returns when the signal was sent. */
    static SignalStop of(long pid) {
        try {
            Process shell = new ProcessBuilder("sh", "-c", SCRIPT, "sh", Long.toString(pid))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (shell.getInputStream().read() < 0) {
                throw new IllegalStateException("Process " + pid + " could not be stopped; it may have ended");
            }
            return new SignalStop(shell);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Sets the process going; returns when the signal was sent. */
    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
        } catch (IOException alreadyGone) {
            shell.destroyForcibly();
        }
        shell.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
