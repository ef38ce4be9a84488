package dev.interlock.key;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelCompilerMode;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.SpelParserConfiguration;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.IntLiteral;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.LongLiteral;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.StringLiteral;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * Compiles one part of a key: parses it as SpEL, admits the few forms a key may have, and checks names and types as far as
 * they are declared.
 *
 * <p>The syntax tree is matched against what is allowed, so that a form added to SpEL later is refused. The parsed
 * expression is then dropped; a part keeps a constant, an index, or an index and property names.
 */
final class KeyCompiler {

    private static final SpelExpressionParser PARSER =
            new SpelExpressionParser(new SpelParserConfiguration(SpelCompilerMode.OFF, null));

    private final Method method;
    private final Class<?> targetClass;
    private final KeyVariables variables;
    private final String expression;
    private final String where;
    private final Admitted admitted;
    private final Consumer<String> problems;

    /** What the value of a part may be. */
    enum Admitted {
        /** A single value with canonical text. */
        ONE,
        /** That, or a collection or array of such. */
        SEVERAL,
        /** Whatever the argument is. */
        ANYTHING
    }

    /** @param where names this part in messages at run time */
    KeyCompiler(
            Method method,
            Class<?> targetClass,
            KeyVariables variables,
            String expression,
            String where,
            Admitted admitted,
            Consumer<String> problems) {
        this.method = method;
        this.targetClass = targetClass;
        this.variables = variables;
        this.expression = expression;
        this.where = where;
        this.admitted = admitted;
        this.problems = problems;
    }

    /** The part, or null after telling the problem. */
    @Nullable
    KeyPart compile() {
        if (expression.isBlank()) {
            return refuse("is blank; write an expression such as #p0 or 'x', or leave the part out");
        }
        String start = expression.strip();
        if (start.startsWith("#{") || start.startsWith("${")) {
            return refuse("is a template; write the expression without " + start.charAt(0) + "{ }");
        }
        SpelNode root;
        try {
            root = PARSER.parseRaw(expression).getAST();
        } catch (ParseException e) {
            return refuse("is not valid SpEL (" + e.getSimpleMessage() + ")" + quoteHint());
        } catch (IllegalStateException | IllegalArgumentException e) {
            return refuse("is not valid SpEL (" + e.getMessage() + ")" + quoteHint());
        }
        if (root instanceof StringLiteral || root instanceof IntLiteral || root instanceof LongLiteral) {
            return constant((Literal) root);
        }
        if (root instanceof CompoundExpression && root.getChild(0) instanceof VariableReference variable) {
            return chain(variable, root);
        }
        if (root instanceof VariableReference variable) {
            return chain(variable, root);
        }
        SpelNode first = root instanceof CompoundExpression ? root.getChild(0) : root;
        if (first instanceof PropertyOrFieldReference word) {
            for (int i = 1; i < root.getChildCount(); i++) {
                if (!(root.getChild(i) instanceof PropertyOrFieldReference)) {
                    return notAllowed(root.getChild(i));
                }
            }
            return refuse("is a bare word; quote it: '" + start + "'"
                    + (variables.isName(word.getName()) ? ", or write #" + start + " for the parameter" : ""));
        }
        return notAllowed(first);
    }

    private @Nullable KeyPart constant(Literal literal) {
        String text = String.valueOf(literal.getLiteralValue().getValue());
        String fault = CanonicalText.fault(text);
        return fault == null ? new KeyPart.Constant(text) : refuse(fault);
    }

    private @Nullable KeyPart chain(VariableReference variable, SpelNode root) {
        List<String> properties = new ArrayList<>();
        for (int i = 1; i < root.getChildCount(); i++) {
            if (!(root.getChild(i) instanceof PropertyOrFieldReference property)) {
                return notAllowed(root.getChild(i));
            }
            if (property.isNullSafe()) {
                return refuse("uses null-safe navigation; write '.' for '?.', because a null part is an error");
            }
            properties.add(property.getName());
        }
        int index = variables.index(variable.toStringAST().substring(1), this::refuse);
        if (index == KeyVariables.UNKNOWN) {
            return null;
        }
        ResolvableType type = ResolvableType.forMethodParameter(method, index, targetClass);
        for (String property : properties) {
            ResolvableType next = DeclaredProperty.typeOf(type, property);
            if (next == null) {
                return refuse(
                        "reads property " + property + ", but " + type.toClass().getTypeName()
                                + " has no public getter, record component or public field of that name");
            }
            type = next;
        }
        Cardinality declared = Cardinality.of(type.toClass());
        String fault = admitted == Admitted.ANYTHING ? null : typeFault(type, declared);
        if (fault != null) {
            return refuse(fault);
        }
        Cardinality cardinality = admitted == Admitted.SEVERAL ? declared : Cardinality.ONE;
        return properties.isEmpty()
                ? new KeyPart.Argument(index, where, cardinality)
                : new KeyPart.Path(index, properties, where, cardinality);
    }

    private @Nullable String typeFault(ResolvableType type, Cardinality declared) {
        Class<?> last = type.toClass();
        if (declared != Cardinality.SEVERAL) {
            return CanonicalText.isPossible(last) ? null : "has " + CanonicalText.notPossible(last);
        }
        if (admitted == Admitted.ONE) {
            return CanonicalText.NOT_SINGLE;
        }
        Class<?> element = (last.isArray()
                        ? type.getComponentType()
                        : type.as(Iterable.class).getGeneric())
                .toClass();
        if (Cardinality.of(element) == Cardinality.SEVERAL) {
            return CanonicalText.NESTED;
        }
        return CanonicalText.isPossible(element) ? null : "has elements of " + CanonicalText.notPossible(element);
    }

    private @Nullable KeyPart notAllowed(SpelNode node) {
        return refuse("uses " + ForbiddenForm.of(node)
                + "; only #argument, #argument.property and literals such as 'x' or 42 are allowed" + quoteHint());
    }

    private String quoteHint() {
        boolean plainText = expression.chars().noneMatch(c -> c == '#' || c == '\'' || c == '"' || c == '(');
        return plainText ? "; if it is meant as text, quote it: '" + expression.strip() + "'" : "";
    }

    private @Nullable KeyPart refuse(String problem) {
        problems.accept("key \"" + expression + "\" " + problem);
        return null;
    }
}
