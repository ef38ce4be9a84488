package dev.interlock.lock;

import dev.interlock.lock.GateModelTest.Way;
import java.util.ArrayList;
import java.util.List;

/** What the gate promises, for one caller at a time: a line, and the callers at its head who have the turn. */
public class GateSpec {

    private final Caller[] callers = {new Caller(), new Caller(), new Caller()};
    private final List<Caller> inside = new ArrayList<>();
    private final List<Caller> line = new ArrayList<>();

    static String lock(int thread, int number) {
        return thread + "/" + number;
    }

    public String alone(int thread) {
        return step(thread, Way.ALONE);
    }

    public String taking(int thread) {
        return step(thread, Way.TAKING);
    }

    public String shared(int thread) {
        return step(thread, Way.SHARED);
    }

    private String step(int thread, Way way) {
        Caller caller = callers[thread - 1];
        if (!caller.present) {
            caller.present = true;
            caller.shared = way == Way.SHARED;
            caller.takes = way == Way.TAKING;
            line.add(caller);
            admit();
            return "joined";
        }
        if (!caller.knows) {
            return look(caller, thread);
        }
        return way == Way.TAKING && !caller.shared ? handOver(caller) : leave(caller);
    }

    private String look(Caller caller, int thread) {
        if (line.remove(caller)) {
            caller.present = false;
            admit();
            return "withdrawn";
        }
        caller.knows = true;
        if (caller.lock == null) {
            caller.lock = lock(thread, ++caller.locks);
            return "turn";
        }
        return "turn with lock " + caller.lock;
    }

    private String handOver(Caller caller) {
        if (line.isEmpty() || !line.get(0).takes) {
            return "nobody takes it";
        }
        Caller next = line.remove(0);
        next.lock = caller.lock;
        inside.remove(caller);
        inside.add(next);
        caller.done();
        return "handed over";
    }

    private String leave(Caller caller) {
        inside.remove(caller);
        caller.done();
        admit();
        return "left";
    }

    private void admit() {
        while (!line.isEmpty() && (inside.isEmpty() || line.get(0).shared && inside.get(0).shared)) {
            inside.add(line.remove(0));
        }
    }

    private static final class Caller {

        private boolean present;
        private boolean shared;
        private boolean takes;
        private boolean knows;
        private String lock;
        private int locks;

        private void done() {
            present = false;
            knows = false;
            lock = null;
        }
    }
}
