package dev.hotswap.handoff;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import dev.hotswap.DrainParticipant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link DrainParticipants}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class DrainParticipantsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final Duration LONG = Duration.ofMinutes(10);

	private final Map<String, DrainParticipant> participants = new LinkedHashMap<>();

	private final List<String> calls = new CopyOnWriteArrayList<>();

	private final CountDownLatch never = new CountDownLatch(1);

	@Test
	void nobodyIsDoneAtOnce() {
		assertThat(start(LONG).isDone()).isTrue();
	}

	@Test
	void oneComesAfterTheOtherInOrder() {
		CountDownLatch first = new CountDownLatch(1);
		this.participants.put("first", new Participant("first", first));
		this.participants.put("second", new Participant("second", new CountDownLatch(0)));
		DrainParticipants drain = start(LONG);
		await().atMost(PATIENCE).until(() -> this.calls.contains("drain first"));
		assertThat(drain.isDone()).isFalse();
		assertThat(this.calls).doesNotContain("drain second");
		first.countDown();
		await().atMost(PATIENCE).until(drain::isDone);
		assertThat(this.calls).containsExactly("drain first", "drained first", "drain second", "drained second");
	}

	@Test
	void oneThatThrowsIsReportedByNameAndStopsNoOther(CapturedOutput output) {
		this.participants.put("broken", (deadline) -> {
			throw new IllegalStateException("no queue");
		});
		this.participants.put("second", new Participant("second", new CountDownLatch(0)));
		DrainParticipants drain = start(LONG);
		await().atMost(PATIENCE).until(drain::isDone);
		assertThat(this.calls).contains("drained second");
		assertThat(output).contains("'broken'").contains("no queue");
	}

	@Test
	void oneThatHangsIsCutShortAndStopsNoOther(CapturedOutput output) {
		this.participants.put("hanging", new Participant("hanging", this.never));
		this.participants.put("second", new Participant("second", new CountDownLatch(0)));
		DrainParticipants drain = start(Duration.ofMillis(200));
		await().atMost(PATIENCE).until(drain::isDone);
		assertThat(this.calls).contains("drained second", "interrupted hanging", "cutShort hanging")
			.doesNotContain("cutShort second");
		assertThat(output).contains("'hanging' did not finish");
	}

	@Test
	void oneThatHangsWhenCutShortIsLeftBehind(CapturedOutput output) {
		this.participants.put("hanging", new Participant("hanging", this.never) {
			@Override
			public void cutShort() throws Exception {
				DrainParticipantsTests.this.never.await();
			}
		});
		DrainParticipants drain = start(Duration.ofMillis(50));
		await().atMost(PATIENCE).until(drain::isDone);
		assertThat(output).contains("'hanging' has not returned from cutShort()");
	}

	@Test
	void deadlineThatIsBroughtForwardCutsShort() {
		this.participants.put("hanging", new Participant("hanging", this.never));
		this.participants.put("second", new Participant("second", this.never));
		DrainParticipants drain = start(LONG);
		await().atMost(PATIENCE).until(() -> this.calls.contains("drain hanging"));
		drain.hasten();
		await().atMost(PATIENCE).until(drain::isDone);
		assertThat(this.calls).contains("cutShort hanging").doesNotContain("drain second");
	}

	@Test
	void processThatServesAgainResumesWhoeverWasCalled() {
		this.participants.put("done", new Participant("done", new CountDownLatch(0)));
		this.participants.put("running", new Participant("running", this.never));
		this.participants.put("notCalled", new Participant("notCalled", this.never));
		DrainParticipants drain = start(LONG);
		await().atMost(PATIENCE).until(() -> this.calls.contains("drain running"));
		drain.resume();
		assertThat(drain.isDone()).isTrue();
		await().atMost(PATIENCE)
			.until(() -> this.calls.containsAll(List.of("resume done", "interrupted running", "resume running")));
		assertThat(this.calls).doesNotContain("drain notCalled", "resume notCalled", "cutShort running");
	}

	@Test
	void deadlineIsTold() {
		List<Instant> deadlines = new CopyOnWriteArrayList<>();
		Instant before = Instant.now();
		this.participants.put("first", deadlines::add);
		await().atMost(PATIENCE).until(start(LONG)::isDone);
		assertThat(deadlines).singleElement()
			.satisfies((deadline) -> assertThat(deadline).isBetween(before.plus(LONG), Instant.now().plus(LONG)));
	}

	private DrainParticipants start(Duration timeout) {
		DrainParticipants drain = new DrainParticipants(this.participants, Duration.ofMillis(100));
		drain.start(timeout);
		return drain;
	}

	private class Participant implements DrainParticipant {

		private final String name;

		private final CountDownLatch work;

		Participant(String name, CountDownLatch work) {
			this.name = name;
			this.work = work;
		}

		@Override
		public void drain(Instant deadline) throws Exception {
			DrainParticipantsTests.this.calls.add("drain " + this.name);
			try {
				this.work.await();
				DrainParticipantsTests.this.calls.add("drained " + this.name);
			}
			catch (InterruptedException ex) {
				DrainParticipantsTests.this.calls.add("interrupted " + this.name);
				throw ex;
			}
		}

		@Override
		public void cutShort() throws Exception {
			DrainParticipantsTests.this.calls.add("cutShort " + this.name);
		}

		@Override
		public void resume() throws Exception {
			DrainParticipantsTests.this.calls.add("resume " + this.name);
		}

	}

}
