package dev.interlock.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.idempotency.OutcomeCodec.Form;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;
import tools.jackson.databind.json.JsonMapper;

class FormsTest {

    private final OutcomeCodec codec = new JacksonCodec(new JsonMapper());
    private final Forms forms = new Forms();

    @Test
    void eachTypeHasOneForm() {
        Form form = forms.of(listOfStrings(), codec);
        assertThat(forms.of(listOfStrings(), codec)).isSameAs(form);
        assertThat(forms.of(List.class, codec)).isNotSameAs(form);
        assertThat(form.decode(form.encode(List.of("a", "b")))).isEqualTo(List.of("a", "b"));
    }

    /** A type of its own at each call, as code writes it in place. */
    private static Type listOfStrings() {
        return new ParameterizedTypeReference<List<String>>() {}.getType();
    }

    @Test
    void typesThatAreMadeAtRunTimeDoNotPileUp() {
        Set<Type> types = new HashSet<>();
        for (int keys = 0; keys < 40; keys++) {
            for (int values = 0; values < 40; values++) {
                types.add(ResolvableType.forClassWithGenerics(Map.class, nested(keys), nested(values))
                        .getType());
            }
        }
        types.forEach(type -> forms.of(type, codec));
        assertThat(types).hasSize(1_600);
        assertThat(forms.size()).isBetween(1L, 1_000L);
    }

    private static ResolvableType nested(int depth) {
        ResolvableType type = ResolvableType.forClass(String.class);
        for (int i = 0; i < depth; i++) {
            type = ResolvableType.forClassWithGenerics(Optional.class, type);
        }
        return type;
    }
}
