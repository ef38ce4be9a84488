package dev.interlock.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of SQL or Redis commands on a page, which a test compares with what is sent; see {@link Statements}.
 *
 * @param test path of the test from the root of the repository
 * @param name the name by which it asks for the block
 * @param language {@code sql} or {@code redis}
 * @param shown the text of the block
 */
record SentBlock(String test, String name, String language, String shown) {

    private static final Pattern BLOCK =
            Pattern.compile("(?ms)^<!-- sent: (\\S+)#(\\S+) -->\\n```(sql|redis)\\n(.*?)^```");
    private static final Pattern TEXT = Pattern.compile("'(?:[^']|'')*'");
    private static final int WIDTH = 110;

    static List<SentBlock> of(Page page) {
        return BLOCK.matcher(page.text()).results().map(SentBlock::of).toList();
    }

    /** The page with the text of the blocks of this name and language replaced. */
    static Page replaced(Page page, String name, String language, String text) {
        Matcher blocks = BLOCK.matcher(page.text());
        return new Page(page.file(), blocks.replaceAll(match -> {
            SentBlock block = of(match);
            boolean meant = block.name.equals(name) && block.language.equals(language);
            return Matcher.quoteReplacement(meant ? block.with(text) : match.group());
        }));
    }

    private static SentBlock of(MatchResult match) {
        return new SentBlock(match.group(1), match.group(2), match.group(3), match.group(4));
    }

    private String with(String text) {
        return "<!-- sent: " + test + "#" + name + " -->\n```" + language + "\n" + text + "\n```";
    }

    /** The text without comments, unnecessary space and the ends of statements, a line for each round trip or command. */
    List<String> lines() {
        return language.equals("sql") ? trips(shown) : commands();
    }

    private List<String> commands() {
        return shown.lines()
                .map(line -> line.replaceFirst("\\s+#.*", "").stripTrailing())
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    /** A round trip is a paragraph; {@code -- lock connection} tells that it goes over a connection of the toolkit's own. */
    static List<String> trips(String sql) {
        List<String> trips = new ArrayList<>();
        for (String paragraph : sql.strip().split("\\n\\s*\\n")) {
            String place = paragraph.startsWith(Statements.OWN) ? Statements.OWN + " " : "";
            String plain = normalised(paragraph.replaceAll("(?m)(^|\\s)-- .*$", ""));
            if (!plain.isEmpty()) {
                trips.add(place + plain);
            }
        }
        return trips;
    }

    static String normalised(String sql) {
        StringBuilder out = new StringBuilder();
        Matcher text = TEXT.matcher(sql);
        int from = 0;
        while (text.find()) {
            out.append(tight(sql.substring(from, text.start()))).append(text.group());
            from = text.end();
        }
        return out.append(tight(sql.substring(from))).toString().strip().replaceFirst(";$", "");
    }

    private static String tight(String sql) {
        return sql.replaceAll("\\s+", " ").replaceAll(" ?([(),;\\[\\]]) ?", "$1");
    }

    /** Broken at spaces, for a first copy on a page. */
    static String wrapped(String statement) {
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (String word : statement.replaceAll("\\s+", " ").strip().split(" ")) {
            if (column > 0 && column + word.length() > WIDTH) {
                out.append("\n    ");
                column = 4;
            } else if (column > 0) {
                out.append(' ');
            }
            out.append(word);
            column += word.length() + 1;
        }
        return out.toString();
    }
}
