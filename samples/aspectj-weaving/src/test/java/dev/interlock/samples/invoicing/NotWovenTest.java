package dev.interlock.samples.invoicing;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.interlock.guard.InvalidGuardException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** Where nothing weaves, the service does not start, rather than run without its guards. */
class NotWovenTest {

    private static void start(String weaving) {
        new SpringApplicationBuilder(InvoicingApi.class)
                .run("--server.port=0", "--interlock.weaving=" + weaving)
                .close();
    }

    @Test
    void startUpNamesWhatIsNotWovenAndTheRemedies() {
        assertThatExceptionOfType(InvalidGuardException.class)
                .isThrownBy(() -> start("aspectj"))
                .withMessageContaining("Billing.invoice(String, YearMonth)")
                .withMessageContaining("Billing.nextNumber(int)")
                .withMessageContaining("guarded but not woven")
                .withMessageContaining("-javaagent:aspectjweaver.jar")
                .withMessageContaining("list toolkit-runtime as an aspect library");
    }

    @Test
    void proxiesCannotTakeTheirPlace() {
        assertThatExceptionOfType(InvalidGuardException.class)
                .isThrownBy(() -> start("proxy"))
                .withMessageContaining("Billing.invoice(String, YearMonth)")
                .withMessageContaining("guarded but private, which a proxy cannot intercept")
                .withMessageContaining("interlock.weaving=aspectj");
    }
}
