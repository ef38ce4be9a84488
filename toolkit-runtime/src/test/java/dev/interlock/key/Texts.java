package dev.interlock.key;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Random legal elements of keys, chosen to be easily confused with one another. */
final class Texts {

    private static final String[] PIECES = {
        "a",
        "b",
        "ab",
        "c",
        " ",
        ",",
        "'",
        "\"",
        "\\",
        "\t",
        "\n",
        "0",
        "00",
        "1",
        "\u0001",
        "\u0085",
        "é",
        "e\u0301",
        "ß",
        "ключ",
        "\u00a0",
        "\u2003",
        "\uffff",
        "😀",
        "𝒳",
        "interlock/v1",
        "{}",
        "NULL",
        "null",
        "#p0",
        "?",
        "�"
    };

    private Texts() {}

    static List<String> list(SplittableRandom random) {
        int size = random.nextInt(5);
        List<String> parts = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            parts.add(random(random));
        }
        return parts;
    }

    static String random(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        do {
            text.append(PIECES[random.nextInt(PIECES.length)]);
            if (random.nextInt(8) == 0) {
                text.appendCodePoint(codePoint(random));
            }
        } while (random.nextBoolean() || text.toString().isBlank());
        return text.toString();
    }

    private static int codePoint(SplittableRandom random) {
        int codePoint;
        do {
            codePoint = random.nextInt(1, Character.MAX_CODE_POINT + 1);
        } while (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE);
        return codePoint;
    }
}
