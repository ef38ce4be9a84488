package dev.interlock.samples.invoicing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.weaving.Woven;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.ClassUtils;

/** That the classes are woven, each run of the tests in its own way. Also a net for objects that start-up never sees. */
class WeavingTest {

    private static final boolean LOAD_TIME = "load time".equals(System.getProperty("weaving"));

    @ParameterizedTest
    @ValueSource(classes = {Account.class, Billing.class})
    void guardedMethodsAreWoven(Class<?> type) {
        assertThat(type.getDeclaredMethods())
                .filteredOn(method -> method.isAnnotationPresent(Woven.class))
                .isNotEmpty()
                .hasSize(type == Billing.class ? 2 : 1);
    }

    @ParameterizedTest
    @ValueSource(classes = {Account.class, Billing.class})
    void compiledClassIsWovenOnlyAtCompileTime(Class<?> type) throws Exception {
        try (InputStream compiled = type.getResourceAsStream(ClassUtils.getClassFileName(type))) {
            String bytes = new String(compiled.readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(bytes.contains(Woven.class.getSimpleName())).isNotEqualTo(LOAD_TIME);
        }
    }

    @Test
    void agentIsThereOnlyAtLoadTime() {
        assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .anyMatch(argument -> argument.matches("-javaagent:.*aspectjweaver.*")))
                .isEqualTo(LOAD_TIME);
    }
}
