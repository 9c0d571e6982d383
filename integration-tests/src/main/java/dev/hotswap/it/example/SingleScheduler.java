package dev.hotswap.it.example;

import java.time.Instant;
import java.util.concurrent.CountDownLatch;

import dev.hotswap.DrainParticipant;
import dev.hotswap.Handoff;
import dev.hotswap.HandoffRoleEvent;
import dev.hotswap.Role;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.stereotype.Component;

/**
 * Lets scheduled work run in one process at a time.
 */
@Component
class SingleScheduler implements DrainParticipant {

	private final ThreadPoolTaskScheduler scheduler;

	private final ObjectProvider<Handoff> handoff;

	SingleScheduler(ThreadPoolTaskScheduler scheduler, ObjectProvider<Handoff> handoff) {
		this.scheduler = scheduler;
		this.handoff = handoff;
	}

	/** The successor's turn has not come yet. */
	@EventListener(ContextRefreshedEvent.class)
	void waitForTurn() {
		this.handoff.ifAvailable((handoff) -> {
			if (handoff.status().role() == Role.SUCCEEDING) {
				this.scheduler.stop();
			}
		});
	}

	/** A successor's turn has come, or a predecessor's once more. */
	@EventListener
	void work(HandoffRoleEvent event) {
		if (event.getRole() == Role.ACTIVE) {
			this.scheduler.start();
		}
	}

	/**
	 * The predecessor starts no further run, and exits when those that run have ended.
	 */
	@Override
	public void drain(Instant deadline) throws InterruptedException {
		CountDownLatch idle = new CountDownLatch(1);
		this.scheduler.stop(idle::countDown);
		idle.await();
	}

}
