package dev.interlock.samples.payments;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/** Merchants pay, the provider reports. Keys of merchants belong to them, since the toolkit asks Spring Security who calls. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests -> requests.requestMatchers("/payments/**")
                        .hasRole("MERCHANT")
                        .requestMatchers("/webhooks/**")
                        .hasRole("PROVIDER")
                        .requestMatchers("/error")
                        .permitAll()
                        .anyRequest()
                        .denyAll())
                .httpBasic(Customizer.withDefaults())
                .csrf(csrf -> csrf.disable())
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .build();
    }

    @Bean
    UserDetailsService users(Accounts accounts) {
        InMemoryUserDetailsManager users = new InMemoryUserDetailsManager();
        accounts.accounts()
                .forEach((name, account) -> users.createUser(User.withUsername(name)
                        .password("{noop}" + account.password())
                        .roles(account.role())
                        .build()));
        return users;
    }
}
