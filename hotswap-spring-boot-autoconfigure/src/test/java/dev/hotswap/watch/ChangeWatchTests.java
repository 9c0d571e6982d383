package dev.hotswap.watch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import dev.hotswap.FailureCode;
import dev.hotswap.Handoff;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffRefusedException;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.release.Releases;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ChangeWatch}, with a clock of the test's own.
 */
class ChangeWatchTests {

	private static final Duration QUIET_PERIOD = Duration.ofSeconds(2);

	private final TestClock clock = new TestClock();

	private final TestHandoff handoff = new TestHandoff();

	private final ConfigurationFiles files = new ConfigurationFiles();

	private final Releases releases = mock();

	@TempDir
	private Path folder;

	private Path file;

	private ChangeWatch watch;

	@BeforeEach
	void setUp() throws Exception {
		this.file = Files.writeString(this.folder.resolve("application.yml"), "a: 1");
		this.files.add(new ConfigurationFolder(this.folder, false, Set.of("application"), Set.of("yml")));
		given(this.releases.launchableAtStart()).willReturn("1");
		given(this.releases.launchable()).willReturn("1");
		this.watch = new ChangeWatch(this.handoff, this.files, this.releases, QUIET_PERIOD, this.clock.executor);
	}

	@AfterEach
	void close() {
		this.watch.close();
		this.clock.runAll();
	}

	@Test
	void nothingHappensWhileNothingChanges() {
		begin();
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isZero();
		assertThat(this.clock.isQuiet()).isTrue();
	}

	@Test
	void handoffIsAskedForOnceNothingHasChangedForTheQuietPeriod() throws Exception {
		begin();
		this.clock.pass(QUIET_PERIOD);
		edit("a: 2");
		this.clock.pass(QUIET_PERIOD.minusMillis(1));
		assertThat(this.handoff.asked).isZero();
		edit("a: 3");
		this.clock.pass(QUIET_PERIOD.minusMillis(1));
		assertThat(this.handoff.asked).isZero();
		this.clock.pass(Duration.ofMillis(1));
		assertThat(this.handoff.asked).isOne();
	}

	@Test
	void whatHasChangedBeforeThisProcessWasActiveIsNoticed() throws Exception {
		Files.writeString(this.file, "a: 2");
		begin();
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isOne();
	}

	@Test
	void onlyTheActiveProcessAsks() throws Exception {
		this.watch.role(Role.SUCCEEDING);
		Files.writeString(this.file, "a: 2");
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isZero();
		begin();
		this.watch.role(Role.DRAINING);
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isZero();
		assertThat(this.clock.isQuiet()).isTrue();
	}

	@Test
	void whatHasFailedIsNotTriedAgainUntilItChanges() throws Exception {
		Files.writeString(this.file, "a: broken");
		begin();
		this.clock.pass(QUIET_PERIOD);
		this.handoff.fail();
		this.watch.handoffOver();
		edit("a: broken");
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isOne();
		edit("a: 2");
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isEqualTo(2);
	}

	@Test
	void whatHasFailedIsTriedAgainAfterItWasTakenBack() throws Exception {
		Files.writeString(this.file, "a: broken");
		begin();
		this.clock.pass(QUIET_PERIOD);
		this.handoff.fail();
		this.watch.handoffOver();
		edit("a: 1");
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isOne();
		edit("a: broken");
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isEqualTo(2);
	}

	@Test
	void whatChangesDuringAHandoffIsTriedWhenThatHasFailed() throws Exception {
		Files.writeString(this.file, "a: broken");
		begin();
		this.clock.pass(QUIET_PERIOD);
		edit("a: 2");
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isOne();
		this.handoff.fail();
		this.watch.handoffOver();
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isEqualTo(2);
	}

	@Test
	void refusalIsAskedAgainAfterTheQuietPeriod() throws Exception {
		this.handoff.busy = true;
		Files.writeString(this.file, "a: 2");
		begin();
		this.clock.pass(QUIET_PERIOD);
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isZero();
		this.handoff.busy = false;
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isOne();
	}

	@Test
	void whatWasUndoneIsNotTriedAgainUntilItChanges() throws Exception {
		Files.writeString(this.file, "a: 2");
		begin();
		this.clock.pass(QUIET_PERIOD);
		this.watch.role(Role.DRAINING);
		this.watch.role(Role.STANDBY);
		begin();
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isOne();
		edit("a: 3");
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isEqualTo(2);
	}

	@Test
	void anotherProgramIsTried() {
		begin();
		given(this.releases.launchable()).willReturn("2");
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isOne();
	}

	@Test
	void programThatIsNotKnownOrHasProvenItselfIsNotTried() {
		given(this.releases.running()).willReturn("2");
		this.watch = new ChangeWatch(this.handoff, this.files, this.releases, QUIET_PERIOD, this.clock.executor);
		begin();
		for (String launchable : new String[] { null, "2" }) {
			given(this.releases.launchable()).willReturn(launchable);
			lookAgain();
			assertThat(this.handoff.asked).isZero();
		}
		given(this.releases.launchable()).willReturn("1");
		lookAgain();
		assertThat(this.handoff.asked).as("what was current before this one had proven itself").isOne();
	}

	@Test
	void handoffOfAnotherTriggerThatFailsSaysNothingOfTheChange() throws Exception {
		this.handoff.busy = true;
		Files.writeString(this.file, "a: 2");
		begin();
		this.clock.pass(QUIET_PERIOD);
		this.handoff.busy = false;
		this.handoff.fail();
		lookAgain();
		assertThat(this.handoff.asked).isOne();
	}

	@Test
	void linkThatLeadsNowhereIsAFileThatIsGone() throws Exception {
		Files.delete(this.file);
		Files.createSymbolicLink(this.file, this.file.getFileName());
		begin();
		this.clock.pass(QUIET_PERIOD);
		assertThat(this.handoff.asked).isOne();
	}

	private void lookAgain() {
		this.watch.handoffOver();
		this.clock.runAll();
		this.clock.pass(QUIET_PERIOD);
	}

	private void begin() {
		this.watch.role(Role.ACTIVE);
		this.clock.runAll();
	}

	/** The kernel tells of a rename once, some time. */
	private void edit(String content) throws Exception {
		Path next = Files.writeString(this.folder.resolve("next"), content);
		Files.move(next, this.file, StandardCopyOption.ATOMIC_MOVE);
		await().atMost(Duration.ofSeconds(20)).until(this.clock::isTold);
		this.clock.runAll();
	}

	/**
	 * Runs what is due when the test says so.
	 */
	private static final class TestClock {

		private final ScheduledExecutorService executor = mock();

		private final Queue<Runnable> tasks = new LinkedList<>();

		private final List<Timer> timers = new ArrayList<>();

		private Duration now = Duration.ZERO;

		private boolean told;

		TestClock() {
			willAnswer((call) -> {
				synchronized (this) {
					this.told |= Thread.currentThread().getName().equals("hotswap-watch-folders");
					this.tasks.add(call.getArgument(0));
				}
				return null;
			}).given(this.executor).execute(any());
			given(this.executor.schedule(any(Runnable.class), anyLong(), any())).willAnswer((call) -> {
				Timer timer = new Timer(this.now.plus(call.getArgument(1, Long.class),
						call.getArgument(2, TimeUnit.class).toChronoUnit()), call.getArgument(0));
				this.timers.add(timer);
				ScheduledFuture<?> future = mock();
				given(future.cancel(false)).willAnswer((cancel) -> this.timers.remove(timer));
				return future;
			});
		}

		synchronized boolean isTold() {
			return this.told;
		}

		boolean isQuiet() {
			return this.timers.isEmpty();
		}

		void runAll() {
			for (Runnable task = next(); task != null; task = next()) {
				task.run();
			}
		}

		private synchronized @Nullable Runnable next() {
			this.told = false;
			return this.tasks.poll();
		}

		void pass(Duration time) {
			runAll();
			this.now = this.now.plus(time);
			for (Timer timer : List.copyOf(this.timers)) {
				if (timer.at().compareTo(this.now) <= 0) {
					this.timers.remove(timer);
					timer.task().run();
				}
			}
			runAll();
		}

		private record Timer(Duration at, Runnable task) {

		}

	}

	/**
	 * Says what the test wants.
	 */
	private static final class TestHandoff implements Handoff {

		private final List<HandoffRecord> history = new ArrayList<>();

		private int asked;

		private boolean busy;

		private boolean running;

		void fail() {
			this.running = false;
			HandoffRecord.Party party = new HandoffRecord.Party(1, 1, null);
			this.history.add(0,
					new HandoffRecord("h" + this.asked, HandoffTrigger.WATCH, party, null, Instant.EPOCH,
							HandoffRecord.Result.FAILED, Stage.START, FailureCode.SUCCESSOR_EXITED, "broken", 1,
							Map.of(), null));
		}

		@Override
		public String start(HandoffTrigger trigger, @Nullable String release) {
			assertThat(trigger).isEqualTo(HandoffTrigger.WATCH);
			if (this.busy) {
				throw new HandoffRefusedException("One at a time.", "h0", Stage.START);
			}
			this.running = true;
			return "h" + ++this.asked;
		}

		@Override
		public boolean abort() {
			return false;
		}

		@Override
		public HandoffStatus status() {
			HandoffStatus.Running running = this.running
					? new HandoffStatus.Running("h" + this.asked, Stage.START, Instant.EPOCH, null) : null;
			return new HandoffStatus(Role.ACTIVE, 1, 1, "shop", null, null, Instant.EPOCH, List.of(), running,
					List.of(), List.copyOf(this.history));
		}

	}

}
