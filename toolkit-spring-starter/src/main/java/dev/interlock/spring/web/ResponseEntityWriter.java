package dev.interlock.spring.web;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamSource;
import org.springframework.http.ResponseEntity;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.TypeSerializer;

/** Writes responses whose body has one declared type. */
final class ResponseEntityWriter extends ValueSerializer<ResponseEntity<?>> {

    private final JavaType bodyType;
    private final OutcomeHeaders headers;
    private final @Nullable ValueSerializer<Object> body;

    /** Of the declared type if that is the top of a hierarchy; then the value decides on the rest. */
    private final @Nullable TypeSerializer typeOfBody;

    ResponseEntityWriter(JavaType bodyType, OutcomeHeaders headers) {
        this(bodyType, headers, null, null);
    }

    private ResponseEntityWriter(
            JavaType bodyType,
            OutcomeHeaders headers,
            @Nullable ValueSerializer<Object> body,
            @Nullable TypeSerializer typeOfBody) {
        this.bodyType = bodyType;
        this.headers = headers;
        this.body = body;
        this.typeOfBody = typeOfBody;
    }

    @Override
    public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
        if (bodyType.hasRawClass(Void.class)) {
            return this;
        }
        if (bodyType.isJavaLangObject()) {
            return context.reportBadDefinition(
                    bodyType,
                    "its body says nothing of what it is; declare a type that tells, as ResponseEntity<Order>");
        }
        if (bodyType.isTypeOrSubTypeOf(InputStreamSource.class)) {
            return context.reportBadDefinition(bodyType, "its body is a stream; return a value");
        }
        ValueSerializer<Object> found = context.findTypedValueSerializer(bodyType, true);
        if (bodyType.isConcrete() && context.isUnknownTypeSerializer(found)) {
            return context.reportBadDefinition(bodyType, "its body has no properties that could be written");
        }
        return new ResponseEntityWriter(bodyType, headers, found, context.findTypeSerializer(bodyType));
    }

    @Override
    public void serialize(ResponseEntity<?> entity, JsonGenerator generator, SerializationContext context) {
        generator.writeStartObject();
        generator.writeNumberProperty(
                ResponseEntityModule.STATUS, entity.getStatusCode().value());
        generator.writeObjectPropertyStart(ResponseEntityModule.HEADERS);
        for (Map.Entry<String, List<String>> header :
                headers.of(entity.getHeaders()).headerSet()) {
            generator.writeArrayPropertyStart(header.getKey());
            header.getValue().forEach(generator::writeString);
            generator.writeEndArray();
        }
        generator.writeEndObject();
        Object value = entity.getBody();
        if (value != null) {
            if (body == null || !bodyType.getRawClass().isInstance(value)) {
                context.reportBadDefinition(bodyType, "the body is no value of the declared type");
                return;
            }
            generator.writeName(ResponseEntityModule.BODY);
            if (typeOfBody == null || bodyType.isContainerType()) {
                body.serialize(value, generator, context);
            } else {
                context.findRootValueSerializer(value.getClass())
                        .serializeWithType(value, generator, context, typeOfBody);
            }
        }
        generator.writeEndObject();
    }
}
