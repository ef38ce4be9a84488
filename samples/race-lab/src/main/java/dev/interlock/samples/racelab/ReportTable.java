package dev.interlock.samples.racelab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The rows as text, every column aligned to the right. */
final class ReportTable {

    private static final List<String> HEADER =
            List.of("scene", "unguarded violations", "guarded violations", "guarded ops/s", "p99 ms");

    private ReportTable() {}

    static String of(List<ReportRow> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEADER);
        rows.forEach(row -> lines.add(cells(row)));
        int[] widths = new int[HEADER.size()];
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        StringBuilder table = new StringBuilder();
        for (List<String> line : lines) {
            List<String> padded = new ArrayList<>();
            for (int column = 0; column < widths.length; column++) {
                padded.add(" ".repeat(widths[column] - line.get(column).length()) + line.get(column));
            }
            table.append(String.join(" | ", padded)).append(System.lineSeparator());
        }
        return table.toString();
    }

    private static List<String> cells(ReportRow row) {
        return List.of(
                row.scene(),
                Long.toString(row.unguardedViolations()),
                Long.toString(row.guardedViolations()),
                String.format(Locale.ROOT, "%.1f", row.guardedOpsPerSecond()),
                String.format(Locale.ROOT, "%.1f", row.p99Millis()));
    }
}
