package dev.interlock.samples.votes;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;

/** The service over real HTTP, on a real Postgres; one for all classes that have this. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "votes.milestone=20",
            "votes.card.call-timeout=3s",
            "votes.card.total-timeout=20s",
            "votes.card.limit=12"
        })
@interface ServiceTest {}
