package dev.interlock.idempotency;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.databind.module.SimpleModule;

/**
 * JSON by Jackson, with the modules and settings of the application's mapper.
 *
 * <p><b>Types never come from storage.</b> Default typing is off, and class names in the text of annotated hierarchies are
 * refused, so that a record somebody else wrote makes no instance of a type that the method does not declare. Hierarchies
 * with names of their own ({@code @JsonTypeInfo(use = NAME)}) work.
 */
public final class JacksonCodec implements OutcomeCodec {

    private final JsonMapper values;
    private final ObjectWriter canonical;

    /**
     * @param application what the application's own JSON is written with
     * @param more forms of types that only the application's framework knows
     */
    public JacksonCodec(JsonMapper application, JacksonModule... more) {
        this.values = closed(application).addModules(more).build();
        this.canonical = closed(application)
                .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .disable(SerializationFeature.INDENT_OUTPUT)
                .changeDefaultPropertyInclusion(
                        any -> JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
                .addModule(new SimpleModule("interlock-sets").addSerializer(Set.class, new SortedSets()))
                .build()
                .writerFor(Object[].class);
    }

    private static MapperBuilder<JsonMapper, JsonMapper.Builder> closed(JsonMapper application) {
        return application
                .<JsonMapper, JsonMapper.Builder>rebuild()
                .deactivateDefaultTyping()
                .polymorphicTypeValidator(
                        BasicPolymorphicTypeValidator.builder().build())
                .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .addMixIn(Throwable.class, Thrown.class);
    }

    @Override
    public Form form(Type declared) {
        JavaType type = values.constructType(declared);
        return new JsonForm(values.writerFor(type), values.readerFor(type));
    }

    @Override
    public Optional<String> problem(Type declared) {
        JavaType type = values.constructType(declared);
        if (type.isJavaLangObject()) {
            return Optional.of("says nothing of what it is; declare a type that tells");
        }
        if (type.isInterface() && !type.isContainerType() && !type.isReferenceType()) {
            return Optional.empty();
        }
        SerializationContext context = values._serializationContext();
        try {
            ValueSerializer<?> serializer = context.findTypedValueSerializer(type, true);
            return type.isConcrete() && context.isUnknownTypeSerializer(serializer)
                    ? Optional.of("has no properties that could be written as JSON")
                    : Optional.empty();
        } catch (RuntimeException notSerializable) {
            return Optional.of("cannot be written as JSON: " + firstLine(notSerializable));
        }
    }

    @Override
    public byte[] canonical(@Nullable Object[] arguments) {
        return canonical.writeValueAsBytes(arguments);
    }

    private static String firstLine(RuntimeException failure) {
        String message = String.valueOf(failure.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private record JsonForm(ObjectWriter writer, ObjectReader reader) implements Form {

        @Override
        public byte[] encode(@Nullable Object value) {
            return writer.writeValueAsBytes(value);
        }

        @Override
        public @Nullable Object decode(byte[] bytes) {
            return reader.readValue(bytes);
        }
    }

    /** Of an exception, what makes it this one: its own properties and its message. */
    @JsonIgnoreProperties({"stackTrace", "cause", "suppressed", "localizedMessage"})
    private interface Thrown {}

    /** Elements in the order of their JSON, since most sets have none of their own. */
    @SuppressWarnings("rawtypes")
    private static final class SortedSets extends ValueSerializer<Set> {

        @Override
        public void serialize(Set set, JsonGenerator generator, SerializationContext context) {
            String[] elements = new String[set.size()];
            int count = 0;
            for (Object element : set.toArray()) {
                elements[count++] = context.valueToTree(element).toString();
            }
            Arrays.sort(elements);
            generator.writeStartArray();
            for (String element : elements) {
                generator.writeRawValue(element);
            }
            generator.writeEndArray();
        }
    }
}
