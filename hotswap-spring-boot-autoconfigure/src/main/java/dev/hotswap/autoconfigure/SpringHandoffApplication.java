package dev.hotswap.autoconfigure;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import dev.hotswap.DrainParticipant;
import dev.hotswap.HandoffPrecheck;
import dev.hotswap.HandoffStageEvent;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
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

	/**
	 * Beans that are lazy stay so, but for listeners of a handoff.
	 */
	@Override
	public void rehearse() {
		if (areThere(HandoffPrecheck.class)) {
			prechecks().values()
				.stream()
				.filter(LocalPrecheck.class::isInstance)
				.map(LocalPrecheck.class::cast)
				.forEach(LocalPrecheck::refuse);
		}
		if (areThere(DrainParticipant.class)) {
			drainParticipants();
		}
		new HandoffEventMulticaster(this.context)
			.find(new HandoffStageEvent(this, "rehearsal", HandoffTrigger.SIGNAL, Stage.IDLE, Role.ACTIVE));
	}

	private boolean areThere(Class<?> type) {
		ConfigurableListableBeanFactory beans = this.context.getBeanFactory();
		return Arrays.stream(beans.getBeanNamesForType(type, true, false)).allMatch(beans::containsSingleton);
	}

	@Override
	public @Nullable String warmUp(List<RecordedRequest> recorded, Runnable rehearsal, Runnable progress) {
		ApplicationWarmUp warmUp = this.context.getBeanProvider(ApplicationWarmUp.class).getIfAvailable();
		return (warmUp != null) ? warmUp.run(recorded, rehearsal, progress) : null;
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
