package dev.hotswap.handoff;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import dev.hotswap.DrainParticipant;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The beans that take part in one drain: called one after the other, each on a thread of
 * its own, so that one that hangs is left behind. Thread-safe.
 */
final class DrainParticipants {

	private static final Duration LIMIT = Duration.ofSeconds(5);

	private static final Log logger = LogFactory.getLog(DrainParticipants.class);

	private final Map<String, DrainParticipant> participants;

	private final Duration limit;

	private final List<Call> begun = new ArrayList<>();

	private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

	private boolean started;

	private boolean over;

	DrainParticipants(Map<String, DrainParticipant> participants) {
		this(participants, LIMIT);
	}

	/**
	 * Create the participants of a drain.
	 * @param participants the beans by name, in their order
	 * @param limit what each may take when it is cut short, or resumes
	 */
	DrainParticipants(Map<String, DrainParticipant> participants, Duration limit) {
		this.participants = participants;
		this.limit = limit;
	}

	static DrainParticipants none() {
		return new DrainParticipants(Map.of());
	}

	/**
	 * Whether nobody has anything left to finish.
	 */
	boolean isDone() {
		return this.done.isDone();
	}

	/**
	 * Call the beans, unless that has begun already.
	 * @param timeout what they have
	 */
	synchronized void start(Duration timeout) {
		if (this.started) {
			return;
		}
		this.started = true;
		if (this.participants.isEmpty()) {
			this.done.complete(null);
			return;
		}
		thread("hotswap-participants", () -> drain(timeout)).start();
	}

	private void drain(Duration timeout) {
		long end = System.nanoTime() + timeout.toNanos();
		Instant deadline = Instant.now().plus(timeout);
		int left = this.participants.size();
		for (Map.Entry<String, DrainParticipant> participant : this.participants.entrySet()) {
			Call call = begin(participant.getKey(), participant.getValue(), deadline);
			if (call == null) {
				return;
			}
			call.isReturnedWithin(Duration.ofNanos(Math.max(0, end - System.nanoTime()) / left--));
		}
		for (Call call : calls()) {
			call.isReturnedWithin(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
		}
		cutShort();
	}

	private synchronized @Nullable Call begin(String name, DrainParticipant participant, Instant deadline) {
		if (this.over) {
			return null;
		}
		Call call = new Call(name, participant, "drain", () -> participant.drain(deadline));
		this.begun.add(call);
		return call;
	}

	private synchronized List<Call> calls() {
		return List.copyOf(this.begun);
	}

	private synchronized boolean end() {
		boolean first = !this.over;
		this.over = true;
		return first;
	}

	/**
	 * There is no more time. Does not wait.
	 */
	void hasten() {
		thread("hotswap-participants", this::cutShort).start();
	}

	private void cutShort() {
		if (!end()) {
			return;
		}
		List<Call> late = calls().stream().filter((call) -> !call.isReturned()).toList();
		for (Call call : late) {
			logger
				.warn("Drain participant '" + call.name + "' did not finish by the drain's deadline and is cut short");
			call.thread.interrupt();
		}
		call(late, "cutShort", (call) -> call.participant::cutShort);
		this.done.complete(null);
	}

	/**
	 * This process serves again: whoever was called goes back to work. Does not wait.
	 */
	void resume() {
		end();
		this.done.complete(null);
		thread("hotswap-participants", () -> {
			List<Call> begun = calls();
			begun.stream().filter((call) -> !call.isReturned()).forEach((call) -> call.thread.interrupt());
			call(begun, "resume", (call) -> call.participant::resume);
		}).start();
	}

	private void call(List<Call> calls, String what, Function<Call, Step> step) {
		for (Call call : calls) {
			Call next = new Call(call.name, call.participant, what, step.apply(call));
			if (!next.isReturnedWithin(this.limit)) {
				logger.warn("Drain participant '" + call.name + "' has not returned from " + what + "() within "
						+ this.limit.toMillis() + " ms");
				next.thread.interrupt();
			}
		}
	}

	private static Thread thread(String name, Runnable task) {
		Thread thread = new Thread(HandoffLogContext.carry(task), name);
		thread.setDaemon(true);
		return thread;
	}

	private interface Step {

		void run() throws Exception;

	}

	/**
	 * A call of a bean that may never return.
	 */
	private static final class Call {

		private final CompletableFuture<@Nullable Void> returned = new CompletableFuture<>();

		private final String name;

		private final DrainParticipant participant;

		private final Thread thread;

		Call(String name, DrainParticipant participant, String what, Step step) {
			this.name = name;
			this.participant = participant;
			this.thread = DrainParticipants.thread("hotswap-" + what + "-" + name, () -> run(what, step));
			this.thread.start();
		}

		private void run(String what, Step step) {
			try {
				step.run();
			}
			catch (InterruptedException ex) {
				logger.debug("Drain participant '" + this.name + "' was interrupted", ex);
			}
			catch (Throwable ex) {
				logger.warn("Drain participant '" + this.name + "' failed in " + what + "()", ex);
			}
			finally {
				this.returned.complete(null);
			}
		}

		boolean isReturned() {
			return this.returned.isDone();
		}

		boolean isReturnedWithin(Duration limit) {
			try {
				this.returned.get(limit.toNanos(), TimeUnit.NANOSECONDS);
				return true;
			}
			catch (ExecutionException | TimeoutException ex) {
				return false;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return false;
			}
		}

	}

}
