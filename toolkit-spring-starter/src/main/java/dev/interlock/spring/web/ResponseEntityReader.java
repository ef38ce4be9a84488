package dev.interlock.spring.web;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;

/** Reads responses whose body has one declared type. Headers are checked again: the text may be somebody else's. */
final class ResponseEntityReader extends ValueDeserializer<ResponseEntity<?>> {

    private static final TypeReference<Map<String, List<String>>> VALUES_BY_NAME = new TypeReference<>() {};

    private final JavaType bodyType;
    private final OutcomeHeaders allowed;
    private final @Nullable ValueDeserializer<Object> body;

    ResponseEntityReader(JavaType bodyType, OutcomeHeaders allowed) {
        this(bodyType, allowed, null);
    }

    private ResponseEntityReader(JavaType bodyType, OutcomeHeaders allowed, @Nullable ValueDeserializer<Object> body) {
        this.bodyType = bodyType;
        this.allowed = allowed;
        this.body = body;
    }

    @Override
    public ValueDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property) {
        return bodyType.hasRawClass(Void.class)
                ? this
                : new ResponseEntityReader(bodyType, allowed, context.findRootValueDeserializer(bodyType));
    }

    @Override
    public ResponseEntity<?> deserialize(JsonParser parser, DeserializationContext context) {
        if (!parser.isExpectedStartObjectToken()) {
            return context.reportInputMismatch(ResponseEntity.class, "a response is an object");
        }
        int status = 0;
        HttpHeaders headers = new HttpHeaders();
        Object value = null;
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            JsonToken token = parser.nextToken();
            switch (name) {
                case ResponseEntityModule.STATUS -> status = parser.getIntValue();
                case ResponseEntityModule.HEADERS -> headers = headers(context.readValue(parser, VALUES_BY_NAME));
                case ResponseEntityModule.BODY -> {
                    if (body == null) {
                        return context.reportInputMismatch(ResponseEntity.class, "the declared response has no body");
                    }
                    value = token == JsonToken.VALUE_NULL
                            ? body.getNullValue(context)
                            : body.deserialize(parser, context);
                }
                default -> {
                    return context.reportInputMismatch(ResponseEntity.class, "a response has no such property");
                }
            }
        }
        return new ResponseEntity<>(value, headers, HttpStatusCode.valueOf(status));
    }

    private HttpHeaders headers(Map<String, List<String>> stored) {
        HttpHeaders headers = new HttpHeaders();
        stored.forEach((name, values) -> {
            if (allowed.allows(name)) {
                headers.put(name, values);
            }
        });
        return headers;
    }
}
