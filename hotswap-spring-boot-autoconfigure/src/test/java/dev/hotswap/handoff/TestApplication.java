package dev.hotswap.handoff;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.hotswap.DrainParticipant;
import dev.hotswap.HandoffPrecheck;
import dev.hotswap.web.RecordedRequest;

import org.springframework.context.ApplicationEvent;

/**
 * An application that is ready at once, and remembers what it is told.
 */
final class TestApplication implements HandoffApplication {

	private final Supplier<Map<String, HandoffPrecheck>> prechecks;

	final Map<String, DrainParticipant> participants = new ConcurrentHashMap<>();

	final List<ApplicationEvent> events = new CopyOnWriteArrayList<>();

	volatile Function<List<RecordedRequest>, String> warmUp = (recorded) -> null;

	volatile Supplier<String> readiness = () -> null;

	volatile Runnable rehearsal = () -> {
	};

	volatile boolean closed;

	TestApplication(Supplier<Map<String, HandoffPrecheck>> prechecks) {
		this.prechecks = prechecks;
	}

	@Override
	public Map<String, HandoffPrecheck> prechecks() {
		return this.prechecks.get();
	}

	@Override
	public Map<String, DrainParticipant> drainParticipants() {
		return Map.copyOf(this.participants);
	}

	@Override
	public void rehearse() {
		this.rehearsal.run();
	}

	@Override
	public String warmUp(List<RecordedRequest> recorded, Runnable rehearsal, Runnable progress) {
		return this.warmUp.apply(recorded);
	}

	@Override
	public String readinessProblem() {
		return this.readiness.get();
	}

	@Override
	public void publish(ApplicationEvent event) {
		this.events.add(event);
	}

	@Override
	public void close() {
		this.closed = true;
	}

}
