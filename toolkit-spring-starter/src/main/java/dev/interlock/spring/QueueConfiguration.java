package dev.interlock.spring;

import dev.interlock.key.KeyNamespace;
import dev.interlock.observation.Observations;
import dev.interlock.queue.PayloadCodec;
import dev.interlock.queue.QueueSettings;
import dev.interlock.queue.Queues;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.transaction.PlatformTransactionManager;

/** Queues of the primary DataSource, worked by the handlers among the beans for as long as the application runs. */
@Configuration(proxyBeanMethods = false)
class QueueConfiguration {

    static final String QUEUES = "interlockQueues";

    /** Lazy, since without queues it is no fault to have no primary DataSource, or one that is not Postgres. */
    @Bean(name = QUEUES, destroyMethod = "close")
    @Lazy
    @ConditionalOnMissingBean
    @ConditionalOnBean({DataSource.class, PlatformTransactionManager.class, PayloadCodec.class})
    Queues interlockQueues(
            ConfigurableListableBeanFactory beanFactory,
            DataSources dataSources,
            SchemaInitializer schema,
            ObjectProvider<PlatformTransactionManager> unique,
            KeyNamespace namespace,
            PayloadCodec codec,
            InterlockProperties properties,
            Observations observations) {
        PropertyRules.check(properties, dataSources);
        InterlockProperties.Queue queue = properties.queue();
        DataSource dataSource = QueueDatabase.choose(dataSources, schema);
        return new Queues(
                dataSource,
                QueueDatabase.manager(beanFactory, unique.getIfUnique(), dataSources, dataSource),
                namespace,
                codec,
                new QueueSettings(queue.lease(), queue.pollInterval(), queue.drainTimeout()),
                observations);
    }

    @Bean
    MadeQueues interlockMadeQueues(ConfigurableListableBeanFactory beanFactory) {
        return new MadeQueues(beanFactory);
    }

    @Bean
    QueueHandlers interlockQueueHandlers(ConfigurableListableBeanFactory beanFactory, MadeQueues queues) {
        return new QueueHandlers(beanFactory, queues);
    }

    @Bean(QueueLifecycle.BEAN_NAME)
    QueueLifecycle interlockQueueLifecycle(MadeQueues queues, InterlockProperties properties) {
        return new QueueLifecycle(queues, properties.queue().work());
    }
}
