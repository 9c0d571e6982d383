package dev.hotswap.autoconfigure;

import java.util.List;
import java.util.Map;

import dev.hotswap.DrainParticipant;
import dev.hotswap.HandoffPrecheck;
import dev.hotswap.actuate.Readiness;
import dev.hotswap.handoff.HandoffApplication;
import dev.hotswap.precheck.LocalPrecheck;
import dev.hotswap.warmup.ApplicationWarmUp;
import dev.hotswap.web.RecordedRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ConfigurableApplicationContext;

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
		return OrderedBeans.of(this.context, HandoffPrecheck.class);
	}

	@Override
	public Map<String, DrainParticipant> drainParticipants() {
		return OrderedBeans.of(this.context, DrainParticipant.class);
	}

	/** Beans that are lazy stay so. */
	@Override
	public void rehearse() {
		ConfigurableListableBeanFactory beans = this.context.getBeanFactory();
		for (String name : beans.getBeanNamesForType(LocalPrecheck.class, false, false)) {
			if (beans.containsSingleton(name)) {
				beans.getBean(name, LocalPrecheck.class).refuse();
			}
		}
	}

	@Override
	public @Nullable String warmUp(List<RecordedRequest> recorded, Runnable progress) {
		ApplicationWarmUp warmUp = this.context.getBeanProvider(ApplicationWarmUp.class).getIfAvailable();
		return (warmUp != null) ? warmUp.run(recorded, progress) : null;
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
