package dev.interlock.samples.votes;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What can be voted for. */
@Repository
class Posts {

    private final JdbcClient jdbc;

    Posts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Post find(String id) {
        return jdbc.sql("SELECT id, author, title FROM post WHERE id = ?")
                .param(id)
                .query(Post.class)
                .optional()
                .orElseThrow(() -> new UnknownException("post"));
    }

    /** Until the commit nobody can delete it. */
    void keep(String id) {
        jdbc.sql("SELECT id FROM post WHERE id = ? FOR KEY SHARE")
                .param(id)
                .query(String.class)
                .optional()
                .orElseThrow(() -> new UnknownException("post"));
    }
}
