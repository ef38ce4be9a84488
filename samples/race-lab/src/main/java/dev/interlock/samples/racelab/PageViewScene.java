package dev.interlock.samples.racelab;

import dev.interlock.jdbc.Counters;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Views of pages that are new: the first view creates the counter, and there are several first ones. */
@Component
class PageViewScene implements Scene {

    private static final int VIEWERS_EACH = 8;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final SharedNumbers pages = new SharedNumbers(VIEWERS_EACH);

    PageViewScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;

        Unguarded(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public void view(long page) {
            int counted = jdbc.sql("UPDATE page_view SET views = views + 1 WHERE page = ?")
                    .param(page)
                    .update();
            if (counted == 0) {
                jdbc.sql("INSERT INTO page_view (page, views) VALUES (?, 1)")
                        .param(page)
                        .update();
            }
        }
    }

    @Component
    static class Guarded {

        private final Counters views;

        Guarded(DataSource dataSource) {
            this.views = Counters.of(dataSource, "page_view").key("page").value("views");
        }

        @Transactional
        public void view(long page) {
            views.add(page, 1);
        }
    }

    @Override
    public String name() {
        return "page-views";
    }

    @Override
    public String title() {
        return "Views of a new page";
    }

    @Override
    public Theme theme() {
        return Theme.SUMS;
    }

    @Override
    public String problem() {
        return "Several first views find no counter, all of them insert one, and those who come second end with an error and"
                + " are not counted.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS page_view (page bigint PRIMARY KEY, views bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE page_view").update();
        pages.forget();
    }

    @Override
    public Action unguarded() {
        return viewer -> {
            unguarded.view(pages.next(viewer));
            return 1;
        };
    }

    @Override
    public Action guarded() {
        return viewer -> {
            guarded.view(pages.next(viewer));
            return 1;
        };
    }

    @Override
    public List<Violation> violations(Answers answers) {
        long counted = jdbc.sql("SELECT COALESCE(SUM(views), 0) FROM page_view")
                .query(Long.class)
                .single();
        return compare(answers.promised(), counted, answers.failed());
    }

    /** Views counted beyond the promised are no violation if as many calls failed: those may have counted. */
    static List<Violation> compare(long promised, long counted, long failed) {
        long missing = Math.max(0, promised - counted);
        long again = Math.max(0, counted - promised - failed);
        return Violation.among(
                new Violation(missing, missing + " of " + promised + " views are not counted"),
                new Violation(again, again + " views counted again"),
                Violation.failed(failed));
    }
}
