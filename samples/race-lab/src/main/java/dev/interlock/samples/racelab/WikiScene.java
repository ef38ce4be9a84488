package dev.interlock.samples.racelab;

import dev.interlock.jdbc.ExpectedVersion;
import dev.interlock.jdbc.VersionedResult;
import dev.interlock.jdbc.VersionedUpdate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * A page that several people have open: each saves what they have made of the page as it was when they opened it. Minutes may lie
 * between the two, so no transaction and no lock holds both; the version comes with the page and goes back with it.
 */
@Component
class WikiScene implements Scene {

    private static final int PAGES = 1_000;
    private static final int EDITORS_EACH = 4;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final AtomicLong lines = new AtomicLong();

    WikiScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Page(long id, String content, long version) {

        Page with(long line) {
            return new Page(id, content + line + " ", version);
        }
    }

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;

        Unguarded(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        /** Returns whether the page is saved. */
        @Transactional
        public boolean save(Page edited) {
            int saved = jdbc.sql("UPDATE wiki_page SET content = ?, version = version + 1 WHERE id = ?")
                    .params(edited.content(), edited.id())
                    .update();
            return saved == 1;
        }
    }

    @Component
    static class Guarded {

        private final VersionedUpdate<Page> pages;

        Guarded(DataSource dataSource) {
            this.pages = VersionedUpdate.of(dataSource, "wiki_page", Page.class).columns("content");
        }

        /** Returns whether the page is saved, or else has changed since it was opened. */
        @Transactional
        public boolean save(Page edited) {
            VersionedResult result = pages.row(edited.id())
                    .expected(ExpectedVersion.of(edited.version()))
                    .set("content", edited.content())
                    .update();
            return result instanceof VersionedResult.Updated;
        }
    }

    @Override
    public String name() {
        return "wiki-page";
    }

    @Override
    public String title() {
        return "A page that several people edit";
    }

    @Override
    public Theme theme() {
        return Theme.EDITS;
    }

    @Override
    public String problem() {
        return "Each saves the page as they have opened it and edited it, and what others have saved meanwhile is gone"
                + " without anybody being told.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS wiki_page (id bigint PRIMARY KEY, content text NOT NULL, version bigint)")
                .update();
        jdbc.sql("TRUNCATE wiki_page").update();
        jdbc.sql("INSERT INTO wiki_page SELECT id, '', 0 FROM generate_series(0, ?) id")
                .param(PAGES)
                .update();
    }

    @Override
    public Action unguarded() {
        return editor -> edit(editor / EDITORS_EACH, unguarded::save);
    }

    @Override
    public Action guarded() {
        return editor -> edit(editor / EDITORS_EACH, guarded::save);
    }

    /** Opens the page, writes a line and saves it. Returns the line, negative if the editor is told that it is not saved. */
    private long edit(long pageId, Predicate<Page> save) {
        Page opened = jdbc.sql("SELECT id, content, version FROM wiki_page WHERE id = ?")
                .param(pageId)
                .query(Page.class)
                .single();
        long line = lines.incrementAndGet();
        return save.test(opened.with(line)) ? line : -line;
    }

    @Override
    public List<Violation> violations(Answers answers) {
        List<Long> stored =
                jdbc.sql("SELECT content FROM wiki_page WHERE content <> ''").query(String.class).list().stream()
                        .flatMap(content -> Stream.of(content.split(" ")))
                        .map(Long::valueOf)
                        .toList();
        return compare(answers.promises(), stored);
    }

    /** Lines that nobody was told of are no violation: a call that failed may have saved one. */
    static List<Violation> compare(List<Long> told, List<Long> stored) {
        Set<Long> found = new HashSet<>(stored);
        long saved = told.stream().filter(line -> line > 0).count();
        long lost =
                told.stream().filter(line -> line > 0 && !found.contains(line)).count();
        long unknown = told.stream().filter(line -> found.contains(-line)).count();
        return Violation.among(
                new Violation(lost, lost + " of " + saved + " lines told as saved are lost"),
                new Violation(unknown, unknown + " lines are saved though their editors were told they are not"),
                new Violation(saved == 0 ? 1 : 0, "nobody could save anything"));
    }
}
