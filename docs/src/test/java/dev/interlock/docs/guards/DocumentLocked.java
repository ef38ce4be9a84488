package dev.interlock.docs.guards;

import dev.interlock.annotation.AdvisoryLocked;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

// tag::composed[]
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@AdvisoryLocked(name = "document", waitTime = "0s")
@interface DocumentLocked {

    @AliasFor(annotation = AdvisoryLocked.class)
    String[] key() default {"#tenant", "#number"};
}
// end::composed[]
