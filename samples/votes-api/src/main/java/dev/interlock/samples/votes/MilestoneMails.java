package dev.interlock.samples.votes;

import dev.interlock.queue.Job;
import dev.interlock.queue.JobHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Sends a mail, without a transaction or connection while the mail service takes its time, and then notes that it was sent in the
 * transaction that ends the job. If the answer is lost the mail is sent again, under the same key, by which the service knows it.
 */
@Component
class MilestoneMails implements JobHandler<MilestoneMail> {

    private static final Logger LOG = LoggerFactory.getLogger(MilestoneMails.class);

    private final Posts posts;
    private final OutsideServices outside;
    private final JdbcClient jdbc;

    MilestoneMails(Posts posts, OutsideServices outside, JdbcClient jdbc) {
        this.posts = posts;
        this.outside = outside;
        this.jdbc = jdbc;
    }

    @Override
    public void handle(MilestoneMail mail, Job job) {
        Post post = posts.find(mail.post());
        outside.send(post, "Your post has reached a score of " + mail.score(), job.id());
        job.complete(() -> jdbc.sql("INSERT INTO sent_mail (job, post, score) VALUES (?, ?, ?)")
                .params(job.id(), mail.post(), mail.score())
                .update());
        LOG.info("Mail {} about post {} was sent in attempt {}", job.id(), post.id(), job.attempt());
    }
}
