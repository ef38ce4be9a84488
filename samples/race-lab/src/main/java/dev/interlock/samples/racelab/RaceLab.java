package dev.interlock.samples.racelab;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collection;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Everyday races on a real Postgres, with and without the guard: a page by default, a table with {@code --report}. */
@SpringBootApplication(proxyBeanMethods = false)
public class RaceLab {

    static final int OK = 0;
    static final int EXPECTATION_FAILED = 1;
    static final int BAD_ARGUMENTS = 2;

    public static void main(String... args) {
        try {
            Command command = Command.parse(args);
            if (command instanceof Command.Report report) {
                System.exit(report(report, ReportFile.location(), System.out));
            } else if (command instanceof Command.Page page) {
                open(page);
            } else {
                System.out.println(Command.USAGE);
            }
        } catch (BadArgumentsException e) {
            System.err.println(e.getMessage());
            System.exit(BAD_ARGUMENTS);
        }
    }

    static ConfigurableApplicationContext open(Command.Page page) {
        ConfigurableApplicationContext context =
                new SpringApplicationBuilder(RaceLab.class).run("--server.port=" + page.port());
        System.out.printf(
                "Race Lab is open: http://localhost:%s%n",
                context.getEnvironment().getProperty("local.server.port"));
        return context;
    }

    static int report(Command.Report report, Path file, PrintStream out) {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(RaceLab.class)
                .web(WebApplicationType.NONE)
                .run()) {
            Scenes scenes = context.getBean(Scenes.class);
            Collection<Scene> chosen = report.scenes().isEmpty() ? scenes.all() : scenes.named(report.scenes());
            chosen.forEach(report.extent()::requireEnoughFor);
            return new Report(context.getBean(SceneRunner.class), new ReportFile(file), out)
                    .run(chosen, report.extent());
        }
    }
}
