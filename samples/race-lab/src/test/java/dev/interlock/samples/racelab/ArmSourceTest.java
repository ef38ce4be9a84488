package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class ArmSourceTest {

    @Test
    void isTheNestedClassAsWritten() {
        assertThat(ArmSource.of(CreditBalanceScene.class, "Guarded")).isEqualTo("""
                        static class Guarded {

                            private final Body body;

                            Guarded(Body body) {
                                this.body = body;
                            }

                            @AdvisoryLocked(name = "credit-balance", key = "#accountId", waitTime = "30s")
                            @Transactional
                            public long addCredit(long accountId) {
                                return body.addCredit(accountId);
                            }
                        }""");
    }

    @Test
    void armsOfCodeShowIt() {
        assertThat(ArmSource.of(TaskScene.class, "Unguarded"))
                .contains("SELECT id FROM task")
                .doesNotContain("RowClaims");
        assertThat(ArmSource.of(TaskScene.class, "Guarded")).contains("body.complete(tasks.claim(limit))");
    }

    @Test
    void bodyIsShownIfTheSceneHasOne() {
        assertThat(ArmSource.body(CreditBalanceScene.class).orElseThrow())
                .startsWith("record Body(JdbcClient jdbc) {")
                .contains("UPDATE credit_account")
                .endsWith("\n}");
        assertThat(ArmSource.body(ImportScene.class).orElseThrow()).startsWith("static class Body {");
        assertThat(ArmSource.body(CartScene.class)).isEmpty();
    }

    @Test
    void armThatIsNotThereIsTold() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ArmSource.of(CreditBalanceScene.class, "Other"))
                .withMessageContaining("CreditBalanceScene has no line 'static class Other {'");
    }

    @Test
    void sourceThatIsNotThereIsTold() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ArmSource.of(FakeScene.class, "Guarded"))
                .withMessageContaining("There is no FakeScene.java");
    }
}
