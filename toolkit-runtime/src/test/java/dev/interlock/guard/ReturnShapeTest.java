package dev.interlock.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ReturnShapeTest {

    @SuppressWarnings("unused")
    interface Methods {
        void nothing();

        int primitive();

        List<String> list();

        Optional<String> optional();

        CompletionStage<String> stage();

        CompletableFuture<String> completable();

        Future<String> future();

        Flow.Publisher<String> flow();

        OwnFuture own();
    }

    static class OwnFuture extends CompletableFuture<String> {}

    @Test
    void tellsWhenTheWorkHasEnded() throws Exception {
        assertThat(of("nothing")).isEqualTo(ReturnShape.VALUE);
        assertThat(of("primitive")).isEqualTo(ReturnShape.VALUE);
        assertThat(of("list")).isEqualTo(ReturnShape.VALUE);
        assertThat(of("optional")).isEqualTo(ReturnShape.OPTIONAL);
        assertThat(of("stage")).isEqualTo(ReturnShape.STAGE);
        assertThat(of("completable")).isEqualTo(ReturnShape.STAGE);
        assertThat(of("future")).isEqualTo(ReturnShape.UNSUPPORTED);
        assertThat(of("flow")).isEqualTo(ReturnShape.UNSUPPORTED);
        assertThat(of("own")).isEqualTo(ReturnShape.UNSUPPORTED);
    }

    private static ReturnShape of(String name) throws NoSuchMethodException {
        return ReturnShape.of(Methods.class.getDeclaredMethod(name));
    }
}
