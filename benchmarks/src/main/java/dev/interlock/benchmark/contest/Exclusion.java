package dev.interlock.benchmark.contest;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sees whether two holders of one key were ever inside at the same time: a lock that does not lock would win every
 * comparison.
 *
 * <p><b>Concurrency.</b> A word of memory for each key says that somebody is inside; it is exchanged atomically, between
 * processes too if they map the same file. Words lie a cache line apart.
 */
public final class Exclusion {

    private static final VarHandle WORD = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int LINE = 64;

    private final ByteBuffer words;
    private final LongAdder overlaps = new LongAdder();

    private Exclusion(ByteBuffer words) {
        this.words = words;
    }

    /** For threads of this JVM with the keys 0 to {@code keys - 1}. */
    public static Exclusion inMemory(int keys) {
        return new Exclusion(ByteBuffer.allocateDirect((keys + 1) * LINE).alignedSlice(LINE));
    }

    /** For all processes that name the same file, and the key 0. */
    public static Exclusion of(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Exclusion(channel.map(MapMode.READ_WRITE, 0, LINE));
        }
    }

    public void enter(long key) {
        if ((long) WORD.getAndSet(words, (int) key * LINE, 1L) != 0) {
            overlaps.increment();
        }
    }

    public void exit(long key) {
        WORD.setVolatile(words, (int) key * LINE, 0L);
    }

    /** How often somebody entered while another was inside. */
    public long overlaps() {
        return overlaps.sum();
    }
}
