package dev.hotswap.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

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
		Map<String, HandoffPrecheck> ordered = new LinkedHashMap<>();
		this.context.getBeansOfType(HandoffPrecheck.class)
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
			this.context.publishEvent(event);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

}
