package dev.interlock.benchmark;

import java.util.ArrayList;
import java.util.List;

/** Lines of text in columns: the first to the left, the others to the right. */
public final class Table {

    private static final String GAP = "   ";

    private final List<String[]> rows = new ArrayList<>();
    private final int[] widths;

    public Table(String... header) {
        widths = new int[header.length];
        row(header);
        rule();
    }

    public void row(String... cells) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells[i].length());
        }
        rows.add(cells);
    }

    /** A line across. */
    public void rule() {
        rows.add(new String[0]);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String[] cells : rows) {
            text.append((cells.length == 0 ? rule(widths) : line(cells)).stripTrailing())
                    .append(System.lineSeparator());
        }
        return text.toString();
    }

    private static String rule(int[] widths) {
        int total = -GAP.length();
        for (int width : widths) {
            total += width + GAP.length();
        }
        return "-".repeat(total);
    }

    private String line(String[] cells) {
        StringBuilder line = new StringBuilder(cells[0]).append(" ".repeat(widths[0] - cells[0].length()));
        for (int i = 1; i < cells.length; i++) {
            line.append(GAP).append(" ".repeat(widths[i] - cells[i].length())).append(cells[i]);
        }
        return line.toString();
    }
}
