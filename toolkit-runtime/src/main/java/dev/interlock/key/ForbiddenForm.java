package dev.interlock.key;

import java.util.Map;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.BooleanLiteral;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.Elvis;
import org.springframework.expression.spel.ast.FloatLiteral;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.InlineList;
import org.springframework.expression.spel.ast.InlineMap;
import org.springframework.expression.spel.ast.IntLiteral;
import org.springframework.expression.spel.ast.LongLiteral;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.NullLiteral;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.RealLiteral;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.StringLiteral;
import org.springframework.expression.spel.ast.Ternary;
import org.springframework.expression.spel.ast.TypeReference;

/** What users call the forms of SpEL that a key may not have; for messages only, the whitelist is in {@link KeyCompiler}. */
final class ForbiddenForm {

    private static final Map<Class<? extends SpelNode>, String> NAMES = Map.ofEntries(
            Map.entry(MethodReference.class, "a method call"),
            Map.entry(FunctionReference.class, "a function call"),
            Map.entry(TypeReference.class, "a type"),
            Map.entry(BeanReference.class, "a bean"),
            Map.entry(ConstructorReference.class, "a constructor"),
            Map.entry(Assign.class, "an assignment"),
            Map.entry(OpInc.class, "an assignment"),
            Map.entry(OpDec.class, "an assignment"),
            Map.entry(Indexer.class, "an index"),
            Map.entry(Ternary.class, "a condition"),
            Map.entry(Elvis.class, "a condition"),
            Map.entry(Selection.class, "a selection"),
            Map.entry(Projection.class, "a projection"),
            Map.entry(InlineList.class, "a list"),
            Map.entry(InlineMap.class, "a map"),
            Map.entry(StringLiteral.class, "a property of a literal"),
            Map.entry(IntLiteral.class, "a property of a literal"),
            Map.entry(LongLiteral.class, "a property of a literal"),
            Map.entry(NullLiteral.class, "the literal null"),
            Map.entry(BooleanLiteral.class, "a boolean literal"),
            Map.entry(RealLiteral.class, "a floating-point literal"),
            Map.entry(FloatLiteral.class, "a floating-point literal"));

    private ForbiddenForm() {}

    static String of(SpelNode node) {
        return NAMES.getOrDefault(node.getClass(), "an operator");
    }
}
