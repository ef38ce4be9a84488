package dev.interlock.spring.web;

import dev.interlock.jdbc.Versioned;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpEntity;
import org.springframework.http.MediaType;
import org.springframework.http.converter.AbstractJacksonHttpMessageConverter;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JacksonSerializable;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsontype.TypeSerializer;

/**
 * Has Jackson write the rows of a {@code Versioned<List<Item>>} as items, which matters if {@code Item} is the top of a hierarchy:
 * Spring passes the declared type on for collections, and would pass on {@code Versioned} here.
 *
 * <p>Last in order, after the application's own advices have seen the rows themselves.
 */
@ControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
class DeclaredRowAdvice implements ResponseBodyAdvice<Object> {

    @Override
    public boolean supports(MethodParameter returnType, Class<? extends HttpMessageConverter<?>> converterType) {
        if (!AbstractJacksonHttpMessageConverter.class.isAssignableFrom(converterType)) {
            return false;
        }
        Class<?> row = row(returnType).toClass();
        return Collection.class.isAssignableFrom(row) || Map.class.isAssignableFrom(row) || row.isArray();
    }

    @Override
    public @Nullable Object beforeBodyWrite(
            @Nullable Object body,
            MethodParameter returnType,
            MediaType contentType,
            Class<? extends HttpMessageConverter<?>> converterType,
            ServerHttpRequest request,
            ServerHttpResponse response) {
        ResolvableType row = row(returnType);
        return body != null && row.toClass().isInstance(body) ? new Row(body, row.getType()) : body;
    }

    private static ResolvableType row(MethodParameter returnType) {
        ResolvableType declared = ResolvableType.forMethodParameter(returnType);
        ResolvableType entity = declared.as(HttpEntity.class);
        ResolvableType body = entity == ResolvableType.NONE ? declared : entity.getGeneric();
        return body.as(Versioned.class).getGeneric();
    }

    /** A value that knows what it was declared as. */
    private record Row(Object value, Type declared) implements JacksonSerializable {

        @Override
        public void serialize(JsonGenerator generator, SerializationContext context) {
            context.findTypedValueSerializer(context.constructType(declared), true)
                    .serialize(value, generator, context);
        }

        @Override
        public void serializeWithType(JsonGenerator generator, SerializationContext context, TypeSerializer ofThis) {
            serialize(generator, context);
        }
    }
}
