package dev.hotswap.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.hotswap.handoff.HandoffLogContext;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.util.StringUtils;

/**
 * Brings the events of a handoff to the application's listeners, one after the other in
 * their order, each on a thread of its own. One that throws or takes too long is reported
 * by its name; the context's own multicaster would leave out those after it, or wait for
 * good.
 */
final class HandoffEventMulticaster extends SimpleApplicationEventMulticaster {

	private static final Duration LIMIT = Duration.ofSeconds(10);

	private static final Log logger = LogFactory.getLog(HandoffEventMulticaster.class);

	private final Duration limit;

	HandoffEventMulticaster(ConfigurableApplicationContext context) {
		this(context, LIMIT);
	}

	/**
	 * Create a multicaster to the listeners that a context has now.
	 * @param limit how long to wait for each listener
	 */
	HandoffEventMulticaster(ConfigurableApplicationContext context, Duration limit) {
		super(context.getBeanFactory());
		this.limit = limit;
		if (context instanceof AbstractApplicationContext withListeners) {
			withListeners.getApplicationListeners().forEach(this::addApplicationListener);
		}
		for (String name : context.getBeanNamesForType(ApplicationListener.class, true, false)) {
			addApplicationListenerBean(name);
		}
	}

	@Override
	protected void invokeListener(ApplicationListener<?> listener, ApplicationEvent event) {
		CompletableFuture<@Nullable Void> heard = new CompletableFuture<>();
		Thread thread = new Thread(HandoffLogContext.carry(() -> {
			try {
				super.invokeListener(listener, event);
			}
			catch (Throwable ex) {
				logger.warn("The listener " + name(listener) + " failed on " + event.getClass().getSimpleName(), ex);
			}
			finally {
				heard.complete(null);
			}
		}), "hotswap-listener");
		thread.setDaemon(true);
		thread.start();
		try {
			heard.get(this.limit.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			logger.warn("The listener " + name(listener) + " still handles " + event.getClass().getSimpleName()
					+ " after " + this.limit.toMillis() + " ms; the others are told meanwhile");
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Find the listeners of an event, and tell them nothing.
	 */
	void find(ApplicationEvent event) {
		getApplicationListeners(event, ResolvableType.forInstance(event));
	}

	private static String name(ApplicationListener<?> listener) {
		String id = (listener instanceof SmartApplicationListener smart) ? smart.getListenerId() : "";
		return StringUtils.hasText(id) ? id : listener.getClass().getName();
	}

}
