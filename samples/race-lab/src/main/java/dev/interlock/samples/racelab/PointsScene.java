package dev.interlock.samples.racelab;

import dev.interlock.queue.QueueDepth;
import dev.interlock.queue.Queues;
import dev.interlock.queue.WorkQueue;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Points for orders, credited in the background: a table is the queue, and several workers take from it. */
@Component
class PointsScene implements Scene {

    /** More than the numbers of the orders of a round. */
    private static final int ROUND = 100_000;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final SharedNumbers orders = new SharedNumbers(1);
    private long before;

    PointsScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Order(long id) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long place(Order order) {
            jdbc.sql("INSERT INTO points_queue (id) VALUES (?)")
                    .param(order.id())
                    .update();
            return order.id();
        }

        /** Several workers call this until nothing is left. */
        @Transactional
        int work() {
            List<Order> oldest = jdbc.sql("SELECT id FROM points_queue ORDER BY id LIMIT 1")
                    .query(Order.class)
                    .list();
            for (Order order : oldest) {
                body.credit(order);
                jdbc.sql("DELETE FROM points_queue WHERE id = ?")
                        .param(order.id())
                        .update();
            }
            return oldest.size();
        }
    }

    @Component
    static class Guarded {

        private final WorkQueue<Order> points;

        Guarded(Queues queues, Body body) {
            this.points = queues.work("points", Order.class)
                    .handler((order, job) -> body.credit(order))
                    .create();
        }

        @Transactional
        public long place(Order order) {
            points.enqueue(order);
            return order.id();
        }

        boolean isWorkedOff() {
            QueueDepth depth = points.depth();
            return depth.ready() + depth.later() + depth.running() + depth.parked() == 0;
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        void credit(Order order) {
            jdbc.sql("INSERT INTO points (order_id) VALUES (?)")
                    .param(order.id())
                    .update();
        }
    }

    @Override
    public String name() {
        return "points-queue";
    }

    @Override
    public String title() {
        return "Points credited by workers";
    }

    @Override
    public Theme theme() {
        return Theme.QUEUES;
    }

    @Override
    public String problem() {
        return "Several workers read the same order before one of them has deleted it from the queue, and its points are"
                + " credited several times.";
    }

    /** Each round has orders of its own. */
    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS points_queue (id bigint PRIMARY KEY)")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS points (order_id bigint NOT NULL)").update();
        jdbc.sql("TRUNCATE points_queue, points").update();
        orders.forget();
        before += ROUND;
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.place(next(caller));
    }

    @Override
    public Action guarded() {
        return caller -> guarded.place(next(caller));
    }

    private Order next(int caller) {
        return new Order(before + orders.next(caller));
    }

    @Override
    public void settle() throws InterruptedException {
        Background.workOff(unguarded::work);
        Background.await(guarded::isWorkedOff);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        List<Long> credited = jdbc.sql("SELECT order_id FROM points WHERE order_id > ?")
                .param(before)
                .query(Long.class)
                .list();
        return compare(answers.promises(), credited);
    }

    /** Points for orders that nobody was told of are no violation: a call that failed may have placed one. */
    static List<Violation> compare(List<Long> placed, List<Long> credited) {
        long again = credited.size() - credited.stream().distinct().count();
        long missing =
                placed.stream().filter(order -> !credited.contains(order)).count();
        return Violation.among(
                new Violation(again, again + " times points credited again"),
                new Violation(missing, missing + " of " + placed.size() + " orders without points"));
    }
}
