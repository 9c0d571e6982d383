package dev.hotswap.autoconfigure;

import dev.hotswap.Handoff;
import dev.hotswap.HandoffRoleEvent;
import dev.hotswap.HandoffStageEvent;
import dev.hotswap.Stage;
import dev.hotswap.watch.ChangeWatch;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;

/**
 * Tells the watch how the process and its handoffs go.
 */
final class ChangeWatchEvents implements SmartApplicationListener {

	private final Handoff handoff;

	private final ChangeWatch watch;

	ChangeWatchEvents(Handoff handoff, ChangeWatch watch) {
		this.handoff = handoff;
		this.watch = watch;
	}

	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> type) {
		return HandoffRoleEvent.class.isAssignableFrom(type) || HandoffStageEvent.class.isAssignableFrom(type)
				|| ApplicationReadyEvent.class.isAssignableFrom(type);
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		if (event instanceof HandoffRoleEvent change) {
			this.watch.role(change.getRole());
		}
		else if (event instanceof ApplicationReadyEvent) {
			// One that succeeds nobody is told of no role
			this.watch.role(this.handoff.status().role());
		}
		else if (event instanceof HandoffStageEvent entered && entered.getStage() == Stage.IDLE) {
			this.watch.handoffOver();
		}
	}

}
