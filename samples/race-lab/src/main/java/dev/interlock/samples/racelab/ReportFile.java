package dev.interlock.samples.racelab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The report as JSON. */
record ReportFile(Path path) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** The build folder that holds this class, whatever the working directory; else the one below the working directory. */
    static Path location() {
        try {
            URI classes = RaceLab.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            if (classes.getScheme().equals("file")) {
                Path folder = Path.of(classes).getParent();
                if (folder != null && folder.endsWith("target")) {
                    return folder.resolve("race-lab.json");
                }
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        return Path.of("target", "race-lab.json");
    }

    /** An aborted run must not leave the figures of a former one behind. */
    void delete() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot replace " + path, e);
        }
    }

    void write(List<ReportRow> rows) {
        try {
            Path folder = path.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Files.writeString(path, JSON.writeValueAsString(rows) + System.lineSeparator());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + path, e);
        }
    }
}
