package dev.interlock.lock;

import dev.interlock.key.LockKey;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Takes a snapshot of a space. Nothing stands still meanwhile, so a lock that changes hands may show twice or not at all. */
final class LockInspection {

    private LockInspection() {}

    static LockReport of(LockSpace space) {
        long now = System.nanoTime();
        List<Hold> holds = space.holds().stream()
                .sorted(Comparator.comparingLong(hold -> hold.sinceNanos() - now))
                .toList();
        List<KeyGate.Turn> waiting = Stream.concat(space.asking().stream(), space.gate().waiting().stream())
                .sorted(Comparator.comparingLong(turn -> turn.sinceNanos() - now))
                .toList();
        Set<LockKey> known = new LinkedHashSet<>();
        holds.forEach(hold -> known.add(hold.target().key()));
        waiting.forEach(turn -> known.add(turn.key()));
        LockSightings seen = space.session().sightings(known);
        return new LockReport(
                space.session().name(),
                holds.stream().map(hold -> held(hold, now)).toList(),
                waiting.stream().map(turn -> waiting(turn, now)).toList(),
                seen.all(),
                seen.complete(),
                seen.error());
    }

    private static LockReport.Held held(Hold hold, long now) {
        return new LockReport.Held(
                hold.target().key().toString(),
                hold.terms().mode(),
                Duration.ofNanos(now - hold.sinceNanos()),
                hold.place(),
                hold.tokenIfDrawn(),
                hold.isLost());
    }

    private static LockReport.Waiting waiting(KeyGate.Turn turn, long now) {
        return new LockReport.Waiting(turn.key().toString(), turn.mode(), Duration.ofNanos(now - turn.sinceNanos()));
    }
}
