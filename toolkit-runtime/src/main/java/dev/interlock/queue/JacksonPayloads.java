package dev.interlock.queue;

import java.lang.reflect.Type;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/**
 * JSON by Jackson, with the modules and settings of the application's mapper, but for what makes types come from storage: default
 * typing is off, and class names in the text are refused.
 */
public final class JacksonPayloads implements PayloadCodec {

    private final JsonMapper mapper;

    /** @param application what the application's own JSON is written with */
    public JacksonPayloads(JsonMapper application) {
        this.mapper = application
                .<JsonMapper, JsonMapper.Builder>rebuild()
                .deactivateDefaultTyping()
                .polymorphicTypeValidator(
                        BasicPolymorphicTypeValidator.builder().build())
                .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .build();
    }

    @Override
    public Form form(Type type) {
        JavaType javaType = mapper.constructType(type);
        return new JsonForm(mapper.writerFor(javaType), mapper.readerFor(javaType));
    }

    private record JsonForm(ObjectWriter writer, ObjectReader reader) implements Form {

        @Override
        public String write(Object payload) {
            return writer.writeValueAsString(payload);
        }

        @Override
        public Object read(String text) {
            Object payload = reader.readValue(text);
            if (payload == null) {
                throw new IllegalArgumentException("the payload is null");
            }
            return payload;
        }
    }
}
