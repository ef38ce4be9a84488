package dev.interlock.key;

import java.lang.reflect.Method;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.DefaultParameterNameDiscoverer;

/** The variables a key may refer to: the parameters of the method, by name and as {@code #p0} or {@code #a0}. */
final class KeyVariables {

    static final int UNKNOWN = -1;

    private static final String NO_PARAMETERS = "the method has no parameters";

    private final int count;
    private final @Nullable String @Nullable [] names;

    KeyVariables(Method method) {
        this.count = method.getParameterCount();
        this.names = new DefaultParameterNameDiscoverer().getParameterNames(method);
    }

    boolean isName(String word) {
        return byName(word) != UNKNOWN;
    }

    /** The index of the parameter that the variable stands for, or {@link #UNKNOWN} after telling the problem. */
    int index(String variable, Consumer<String> problem) {
        if (variable.equals("root") || variable.equals("this")) {
            problem.accept("refers to #" + variable + ", which a key does not have; use " + available());
            return UNKNOWN;
        }
        int named = byName(variable);
        int position = position(variable);
        if (named == UNKNOWN && position == UNKNOWN) {
            String compile = names == null ? "compile with -parameters or use " : "use ";
            problem.accept("refers to unknown variable #" + variable + "; "
                    + (count == 0 ? NO_PARAMETERS : compile + available()));
            return UNKNOWN;
        }
        if (named == UNKNOWN && position >= count) {
            problem.accept("refers to parameter #" + variable + ", which does not exist; "
                    + (count == 0 ? NO_PARAMETERS : "use " + available()));
            return UNKNOWN;
        }
        if (named != UNKNOWN && position != UNKNOWN && named != position) {
            problem.accept("refers to #" + variable + ", the name of parameter " + named
                    + " and the position of parameter " + position + "; rename the parameter");
            return UNKNOWN;
        }
        return named != UNKNOWN ? named : position;
    }

    private String available() {
        if (count == 0) {
            return "a literal";
        }
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String name = names == null ? null : names[i];
            list.append(i == 0 ? "" : i == count - 1 ? " or " : ", ")
                    .append('#')
                    .append(name == null ? "p" + i : name);
        }
        return list.toString();
    }

    private int byName(String variable) {
        if (names != null) {
            for (int i = 0; i < names.length; i++) {
                if (variable.equals(names[i])) {
                    return i;
                }
            }
        }
        return UNKNOWN;
    }

    private static int position(String variable) {
        char first = variable.charAt(0);
        if (first != 'p' && first != 'a' || variable.length() < 2 || variable.length() > 6) {
            return UNKNOWN;
        }
        int position = 0;
        for (int i = 1; i < variable.length(); i++) {
            char digit = variable.charAt(i);
            if (digit < '0' || digit > '9' || digit == '0' && i == 1 && variable.length() > 2) {
                return UNKNOWN;
            }
            position = position * 10 + digit - '0';
        }
        return position;
    }
}
