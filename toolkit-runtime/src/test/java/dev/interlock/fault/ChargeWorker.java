package dev.interlock.fault;

import dev.interlock.fault.Charges.Arm;
import dev.interlock.fault.Charges.Charged;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Makes a charge when told to, or many at once, and says what came of it. */
final class ChargeWorker {

    private static final int THREADS = 8;

    private final WorkerLink link;
    private final Charges charges;
    private final JdbcClient jdbc;
    private final Points points;
    private final String name;

    private ChargeWorker(WorkerLink link, WorkerContext context) {
        this.link = link;
        this.charges = context.bean(Charges.class);
        this.jdbc = context.jdbc();
        this.points = context.bean(Points.class);
        this.name = link.parameter("name");
    }

    public static void main(String[] arguments) {
        WorkerLink.run(arguments, link -> {
            try (WorkerContext context = WorkerContext.open(link)) {
                new ChargeWorker(link, context).run();
            }
        });
    }

    private void run() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService caller = Executors.newCachedThreadPool();
        link.on("CHARGE", text -> caller.execute(() -> charge(text.split(" "))));
        link.on("MANY", text -> caller.execute(() -> many(text.split(" "))));
        link.on("STOP", nothing -> end.countDown());
        link.listen();
        link.tell("READY", "");
        end.await();
        caller.shutdownNow();
    }

    private void charge(String[] armAndKey) {
        try {
            Charged charged = Arm.valueOf(armAndKey[0]).charge(charges, armAndKey[1], name);
            points.reach(CallPoint.ANSWERED);
            link.tell("ANSWER", charged);
        } catch (RuntimeException failure) {
            link.tell("FAILED", failure.getClass().getSimpleName());
        }
    }

    /** Each key so often, in an order of its own; what was answered goes into a table. */
    private void many(String[] text) {
        Arm arm = Arm.valueOf(text[0]);
        int keys = Integer.parseInt(text[1]);
        int calls = Integer.parseInt(text[2]);
        List<Callable<String[]>> all = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            String key = "key-" + i % keys;
            all.add(() -> new String[] {key, arm.charge(charges, key, name).toString()});
        }
        Collections.shuffle(all, new Random(name.hashCode()));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<String> answered = new ArrayList<>();
            List<String> answers = new ArrayList<>();
            for (Future<String[]> one : threads.invokeAll(all)) {
                answered.add(one.get()[0]);
                answers.add(one.get()[1]);
            }
            jdbc.sql("INSERT INTO fault_answers SELECT * FROM unnest(:keys, :answers)")
                    .param("keys", answered.toArray(String[]::new))
                    .param("answers", answers.toArray(String[]::new))
                    .update();
            link.tell("DONE", answers.size());
        } catch (Exception failure) {
            link.tell("FAILED", failure);
        } finally {
            threads.shutdownNow();
        }
    }
}
