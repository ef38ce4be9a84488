package dev.interlock.samples.racelab;

import java.net.URI;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.context.ConfigurableApplicationContext;

/** Gives test classes the open page: one for all of them, closed after the last test. */
final class OpenLab implements ParameterResolver {

    /** @param context of the whole sample, which serves the page on a free port */
    record Lab(ConfigurableApplicationContext context) implements AutoCloseable {

        URI address(String path) {
            return URI.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port") + path);
        }

        @Override
        public void close() {
            context.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == Lab.class;
    }

    @Override
    public Lab resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getRoot()
                .getStore(ExtensionContext.Namespace.GLOBAL)
                .computeIfAbsent(Lab.class, key -> new Lab(RaceLab.open(new Command.Page(0))), Lab.class);
    }
}
