package dev.interlock.samples.votes;

import dev.interlock.annotation.Jitter;
import dev.interlock.fanout.FanOutLimit;
import dev.interlock.queue.Queues;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.WorkQueue;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is done after a request, or beside it. The handlers of the queues are found by their type of payload. */
@Configuration(proxyBeanMethods = false)
class BackgroundWork {

    /** A vote that fails is tried again while its post waits, and is left out only by somebody's decision. */
    @Bean
    SequencedQueue<Vote> voteQueue(Queues queues) {
        return queues.sequenced("votes", Vote.class).create();
    }

    @Bean
    WorkQueue<MilestoneMail> mailQueue(Queues queues) {
        return queues.work("mails", MilestoneMail.class)
                .outsideWork()
                .backoff(Duration.ofMillis(200), 2, Duration.ofMinutes(5), Jitter.EQUAL)
                .create();
    }

    /** All cards together ask other services no more often at the same time. */
    @Bean
    FanOutLimit cardLimit(VotesSettings settings) {
        return FanOutLimit.of("card", settings.card().limit());
    }
}
