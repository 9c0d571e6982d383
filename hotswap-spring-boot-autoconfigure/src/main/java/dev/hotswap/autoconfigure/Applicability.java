package dev.hotswap.autoconfigure;

import java.util.Optional;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Whether Hotswap applies to an application at all.
 */
final class Applicability {

	private static final String WEB_CONTEXT = "org.springframework.boot.web.server.context.WebServerApplicationContext";

	private static final String TOMCAT_FACTORY = "org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory";

	private static final String NETTY_FACTORY = "org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory";

	/** What Spring Boot's test support adds to every context that it starts. */
	private static final String TEST_PROPERTY = "org.springframework.boot.test.context.SpringBootTestContextBootstrapper";

	private Applicability() {
	}

	static boolean isLinux() {
		return "Linux".equals(System.getProperty("os.name"));
	}

	/**
	 * Say why Hotswap stays out of an application, if it does.
	 */
	static Optional<String> reasonAgainst(ConfigurableApplicationContext context, HotswapProperties properties) {
		ClassLoader classLoader = context.getClassLoader();
		String reason = null;
		if (!properties.isEnabled()) {
			reason = "hotswap.enabled is false";
		}
		else if (!isLinux()) {
			reason = "it needs Linux";
		}
		else if (context.getEnvironment().containsProperty(TEST_PROPERTY)) {
			reason = "this is a test";
		}
		else if (SpringProperties.getFlag(AbstractAotProcessor.AOT_PROCESSING)) {
			reason = "the application is being processed ahead of time";
		}
		else if (!isWebServerContext(context, classLoader)) {
			reason = "the application has no web server";
		}
		else if (!ClassUtils.isPresent(TOMCAT_FACTORY, classLoader)
				&& !ClassUtils.isPresent(NETTY_FACTORY, classLoader)) {
			reason = "it supports Tomcat and Reactor Netty, and the application runs another web server";
		}
		return Optional.ofNullable(reason);
	}

	/**
	 * Whether what runs is no application: a test of one, or its processing ahead of
	 * time.
	 */
	static boolean isTestOrBuild(Environment environment) {
		return environment.containsProperty(TEST_PROPERTY)
				|| SpringProperties.getFlag(AbstractAotProcessor.AOT_PROCESSING);
	}

	/**
	 * Whether what runs is no service either, but a training run for an archive of class
	 * data or an AOT cache: it ends before anything is started.
	 */
	static boolean isTrainingRun() {
		return DefaultLifecycleProcessor.ON_REFRESH_VALUE
			.equalsIgnoreCase(SpringProperties.getProperty(DefaultLifecycleProcessor.EXIT_PROPERTY_NAME));
	}

	private static boolean isWebServerContext(ConfigurableApplicationContext context, ClassLoader classLoader) {
		return ClassUtils.isPresent(WEB_CONTEXT, classLoader)
				&& ClassUtils.resolveClassName(WEB_CONTEXT, classLoader).isInstance(context);
	}

}
