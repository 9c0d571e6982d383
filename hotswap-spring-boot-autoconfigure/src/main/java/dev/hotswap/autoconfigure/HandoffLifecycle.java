package dev.hotswap.autoconfigure;

import java.time.Duration;
import java.util.Set;

import dev.hotswap.handoff.HandoffEngine;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.Ordered;

/**
 * Tells the engine how the life of the application goes. Its context's closing is heard
 * before anybody else's listeners, while everything still works.
 */
final class HandoffLifecycle implements SmartApplicationListener {

	/**
	 * Not nothing: Boot's graceful shutdown of Reactor Netty waits for good when it is
	 * aborted before its thread has begun and that thread then ends at once
	 * ({@code GracefulShutdown.abort}, Spring Boot 4.1.1).
	 */
	private static final Duration GRACEFUL_SHUTDOWN = Duration.ofMillis(500);

	private static final Set<Class<? extends ApplicationEvent>> HEARD = Set.of(AvailabilityChangeEvent.class,
			ContextRefreshedEvent.class, ApplicationStartedEvent.class, WebServerInitializedEvent.class,
			ContextClosedEvent.class);

	private final HandoffEngine engine;

	private final ApplicationContext context;

	HandoffLifecycle(HandoffEngine engine, ApplicationContext context) {
		this.engine = engine;
		this.context = context;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	/** Others are many: each request of a servlet application is one. */
	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> type) {
		return HEARD.stream().anyMatch((heard) -> heard.isAssignableFrom(type));
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		if (event instanceof AvailabilityChangeEvent<?> change
				&& change.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
			this.engine.applicationReady();
		}
		else if (event instanceof ContextRefreshedEvent refreshed
				&& refreshed.getApplicationContext() == this.context) {
			this.engine.applicationRefreshed();
			this.engine.applicationProgressed();
		}
		else if (event instanceof ApplicationStartedEvent || event instanceof WebServerInitializedEvent) {
			this.engine.applicationProgressed();
		}
		else if (event instanceof ContextClosedEvent closed && closed.getApplicationContext() == this.context) {
			close();
		}
	}

	/**
	 * Here and not in a phase of the context's lifecycle: from this event on executors
	 * reject the work of asynchronous requests. When the time is used up, Boot's graceful
	 * shutdown does not wait for the same requests once more.
	 */
	private void close() {
		if (!this.engine.stop()) {
			this.context.getBeanProvider(DefaultLifecycleProcessor.class)
				.ifAvailable((processor) -> processor.setTimeoutForShutdownPhase(
						WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE, GRACEFUL_SHUTDOWN.toMillis()));
		}
	}

}
