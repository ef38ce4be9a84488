package dev.interlock.hibernate;

import dev.interlock.jdbc.PersistenceContexts;
import dev.interlock.key.CanonicalText;
import dev.interlock.key.InvalidKeyException;
import jakarta.persistence.EntityManagerFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.springframework.orm.jpa.EntityManagerFactoryInfo;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The sessions of Hibernate that take part in the active transaction: entities of a locked row are read anew, so that nobody goes
 * on with what they were before the lock, whoever loaded them.
 *
 * <p>Entities are found by the tables that they are mapped to, and by their identifier where that is the locked column; by any
 * other column all loaded entities of the table are read anew. What somebody has copied out of an entity before stays as it was.
 * Thread-safe; each call sees the sessions of its own thread.
 */
public final class HibernateContexts implements PersistenceContexts {

    private final Supplier<? extends Collection<EntityManagerFactory>> factories;

    /** @param factories as the transaction managers know them; asked at each call */
    public HibernateContexts(Supplier<? extends Collection<EntityManagerFactory>> factories) {
        this.factories = factories;
    }

    @Override
    public void flush(DataSource dataSource) {
        sessions(dataSource).forEach(SessionImplementor::flush);
    }

    @Override
    public void refresh(DataSource dataSource, String table, String column, Collection<?> keys) {
        List<SessionImplementor> sessions = sessions(dataSource);
        if (sessions.isEmpty()) {
            return;
        }
        Set<String> texts = keys.stream()
                .map(key -> CanonicalText.of(key, "The key of a row"))
                .collect(Collectors.toSet());
        for (SessionImplementor session : sessions) {
            for (Object known : List.copyOf(session.getStatistics().getEntityKeys())) {
                EntityKey key = (EntityKey) known;
                if (isMappedTo(key.getPersister(), table) && mayBe(key, column, texts)) {
                    session.refresh(session.getPersistenceContext().getEntity(key));
                }
            }
        }
    }

    private List<SessionImplementor> sessions(DataSource dataSource) {
        List<SessionImplementor> found = new ArrayList<>(1);
        for (EntityManagerFactory factory : factories.get()) {
            boolean elsewhere = factory instanceof EntityManagerFactoryInfo info
                    && info.getDataSource() != null
                    && info.getDataSource() != dataSource;
            if (!elsewhere
                    && TransactionSynchronizationManager.getResource(factory) instanceof EntityManagerHolder holder
                    && holder.getEntityManager().isJoinedToTransaction()
                    && holder.getEntityManager().unwrap(Object.class) instanceof SessionImplementor session) {
                found.add(session);
            }
        }
        return found;
    }

    private static boolean isMappedTo(EntityPersister entity, String table) {
        return Arrays.stream(entity.getQuerySpaces())
                .map(space -> plain(space.toString()))
                .anyMatch(space -> space.equals(table)
                        || unqualified(space).equals(unqualified(table))
                                && (space.indexOf('.') < 0 || table.indexOf('.') < 0));
    }

    private static String plain(String name) {
        return name.replace("\"", "").replace("`", "").toLowerCase(Locale.ROOT);
    }

    private static String unqualified(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** Whether the entity may be one of the rows; where the identifier does not tell, it may. */
    private static boolean mayBe(EntityKey key, String column, Set<String> texts) {
        List<String> columns = new ArrayList<>(1);
        key.getPersister()
                .getIdentifierMapping()
                .forEachSelectable((number, selectable) -> columns.add(plain(selectable.getSelectionExpression())));
        if (!columns.equals(List.of(column))) {
            return true;
        }
        try {
            return texts.contains(CanonicalText.of(key.getIdentifier(), "An identifier"));
        } catch (InvalidKeyException withoutText) {
            return true;
        }
    }
}
