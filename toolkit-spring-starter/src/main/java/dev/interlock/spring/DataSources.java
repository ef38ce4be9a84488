package dev.interlock.spring;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The DataSource beans of the application, by the names that annotations and properties use. The primary one is looked for
 * until it is found, and remembered then, since every guard asks for it several times at start-up. Thread-safe.
 */
final class DataSources {

    /** A DataSource bean of this name gives the lock connections for the primary one. */
    static final String FOR_LOCKS = "interlockLockDataSource";

    private final ConfigurableListableBeanFactory beanFactory;
    private final ObjectProvider<DataSource> unique;
    private volatile @Nullable DataSource primary;

    /** @param unique gives the primary DataSource or the only one */
    DataSources(ConfigurableListableBeanFactory beanFactory, ObjectProvider<DataSource> unique) {
        this.beanFactory = beanFactory;
        this.unique = unique;
    }

    /** @param name bean name, or empty for the primary DataSource */
    Optional<DataSource> find(String name) {
        if (!name.isEmpty()) {
            return isDataSource(name) ? Optional.of(beanFactory.getBean(name, DataSource.class)) : Optional.empty();
        }
        DataSource known = primary;
        if (known == null) {
            known = findPrimary();
            primary = known;
        }
        return Optional.ofNullable(known);
    }

    private @Nullable DataSource findPrimary() {
        DataSource only = unique.getIfUnique();
        if (only != null) {
            return only;
        }
        List<String> names = names();
        return names.size() == 1 ? find(names.get(0)).orElse(null) : null;
    }

    Optional<DataSource> forLocks() {
        return find(FOR_LOCKS);
    }

    boolean isPrimary(DataSource dataSource) {
        return find("").filter(primary -> primary == dataSource).isPresent();
    }

    /** How messages name a DataSource. */
    String nameOf(DataSource dataSource) {
        return namesOf(dataSource).findFirst().orElse("?");
    }

    /** Whether a property name stands for a DataSource bean; upper case and punctuation are lost in environment variables. */
    boolean isNamed(String propertyName) {
        return names().stream().anyMatch(name -> plain(name).equals(plain(propertyName)));
    }

    boolean isNamed(String propertyName, DataSource dataSource) {
        return namesOf(dataSource).anyMatch(name -> plain(name).equals(plain(propertyName)));
    }

    /** What to do where locks found no DataSource, as a sentence without its full stop. */
    String remedy() {
        return remedy(", or set interlock.lock.backend=memory, which excludes nobody in other processes");
    }

    /** The same for what there is in a database alone. */
    String remedyWithoutMemory() {
        return remedy("");
    }

    private String remedy(String otherwise) {
        List<String> names = names();
        return switch (names.size()) {
            case 0 -> "Define a DataSource, for example by spring.datasource.url" + otherwise;
            case 1 -> "The only DataSource bean is '" + names.get(0) + "'";
            default ->
                "The DataSource beans are "
                        + names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "))
                        + ". Name one of them, or mark one @Primary";
        };
    }

    private List<String> names() {
        return Arrays.stream(beanFactory.getBeanNamesForType(DataSource.class))
                .filter(name -> !name.equals(FOR_LOCKS) && !ScopedProxyUtils.isScopedTarget(name))
                .sorted()
                .toList();
    }

    private Stream<String> namesOf(DataSource dataSource) {
        return names().stream()
                .filter(name -> find(name).filter(found -> found == dataSource).isPresent());
    }

    private boolean isDataSource(String name) {
        return beanFactory.containsBean(name) && beanFactory.isTypeMatch(name, DataSource.class);
    }

    private static String plain(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
    }
}
