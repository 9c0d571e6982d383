package dev.hotswap.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.hotswap.DrainParticipant;
import dev.hotswap.HandoffPrecheck;
import dev.hotswap.actuate.Readiness;
import dev.hotswap.handoff.HandoffApplication;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;

/**
 * The application as a handoff sees it, by its root context.
 */
final class SpringHandoffApplication implements HandoffApplication {

	private final ConfigurableApplicationContext context;

	SpringHandoffApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	@Override
	public Map<String, HandoffPrecheck> prechecks() {
		return inOrder(HandoffPrecheck.class);
	}

	@Override
	public Map<String, DrainParticipant> drainParticipants() {
		return inOrder(DrainParticipant.class);
	}

	private <T> Map<String, T> inOrder(Class<T> type) {
		Map<String, T> ordered = new LinkedHashMap<>();
		this.context.getBeansOfType(type)
			.entrySet()
			.stream()
			.sorted(Map.Entry.comparingByValue(AnnotationAwareOrderComparator.INSTANCE))
			.forEach((bean) -> ordered.put(bean.getKey(), bean.getValue()));
		return ordered;
	}

	@Override
	public @Nullable String readinessProblem() {
		Readiness readiness = this.context.getBeanProvider(Readiness.class).getIfAvailable();
		return (readiness != null) ? readiness.problem() : null;
	}

	@Override
	public void publish(ApplicationEvent event) {
		if (this.context.isActive()) {
			new HandoffEventMulticaster(this.context).multicastEvent(event);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

}
