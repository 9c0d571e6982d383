package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests for {@link GentleStart}, {@link IdlePolicy} and {@link ProcessorShare}, on the
 * process of the tests.
 */
@Timeout(60)
class GentleStartTests {

	private static final String USUAL = "0";

	private static final String IDLE = "5";

	private GentleStart start = GentleStart.none();

	@AfterEach
	void everyThreadHasTheUsualPolicyAgain() throws Exception {
		this.start.end();
		IdlePolicy.ofThisProcess().restore();
	}

	@Test
	void threadsAndProcessesHaveTheUsualPolicyAfterTheEndAndCompilersLater() throws Exception {
		lowerThisProcess();
		this.start = GentleStart.begin(IdlePolicy.ofThisProcess());
		await().untilAsserted(() -> assertThat(policies()).containsEntry("hotswap-gentle-", USUAL)
			.containsEntry("C1 CompilerThre", USUAL));
		assertThat(policies()).containsEntry("C2 CompilerThre", IDLE).containsEntry("Finalizer", IDLE);
		giveUsualPolicy("C2 CompilerThre");
		await().untilAsserted(() -> assertThat(policies()).containsEntry("C2 CompilerThre", IDLE));
		assertThat(GentleStart.hasBegun(ProcessId.current())).isTrue();
		try (ShellProcess child = new ShellProcess("echo; exec sleep 60")) {
			child.readLine();
			assertThat(policies(child.id().pid()).values()).containsOnly(IDLE);
			this.start.end();
			assertThat(policies(child.id().pid()).values()).containsOnly(USUAL);
			assertThat(policies()).containsEntry("C2 CompilerThre", IDLE);
			assertThat(policies()).allSatisfy(
					(thread, policy) -> assertThat(policy).isEqualTo(thread.matches("C[12] Comp.*") ? IDLE : USUAL));
			await().atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(policies().values()).containsOnly(USUAL));
		}
	}

	@Test
	void startThatNobodyLeavesAnyTimeForGoesOnAsUsual() throws Exception {
		AtomicBoolean end = new AtomicBoolean();
		Thread busy = new Thread(() -> {
			while (!end.get()) {
				Thread.onSpinWait();
			}
		});
		List<ShellProcess> others = new ArrayList<>();
		try {
			for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
				others.add(new ShellProcess("while :; do :; done"));
			}
			busy.start();
			lowerThisProcess();
			this.start = GentleStart.begin(IdlePolicy.ofThisProcess());
			await().atMost(Duration.ofSeconds(40))
				.untilAsserted(() -> assertThat(policies().values()).containsOnly(USUAL));
		}
		finally {
			end.set(true);
			for (ShellProcess other : others) {
				other.close();
			}
		}
	}

	@Test
	void endThatFailsIsAnErrorAndIsTriedAgain() throws Exception {
		RecordedCalls policy = new RecordedCalls(1, 1);
		this.start = GentleStart.begin(policy);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.start.end()).withMessage("left behind");
		await().untilAsserted(() -> assertThat(policy.calls()).hasSize(4));
		this.start.end();
		this.start.end();
		assertThat(policy.calls()).containsExactly("restoreCurrentThread", "restore", "restore", "restoreDescendants");
	}

	@Test
	void compilersAreRestoredInTheEnd() throws Exception {
		RecordedCalls policy = new RecordedCalls(2, 1);
		this.start = GentleStart.begin(policy);
		this.start.end();
		await().atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(policy.calls()).containsExactly("restoreCurrentThread", "restore",
					"restoreDescendants", "lowerCompilers", "restore", "restore"));
	}

	@Test
	void processThatNobodyHasLoweredIsLeftAlone() throws Exception {
		for (Map<String, String> environment : List.of(Map.<String, String>of(),
				Map.of(GentleStart.VARIABLE, "true"))) {
			this.start = GentleStart.begin(environment);
			this.start.end();
			assertThat(policies().values()).containsOnly(USUAL);
		}
	}

	@ParameterizedTest
	@CsvSource({ "0, 0, 1000, false", "249, 501, 1000, true", "250, 501, 1000, false", "249, 500, 1000, false",
			"1900, 9000, 1000, false", "0, 3000, 500, true" })
	void starvedIsWhoWantsToRunAndHardlyCan(long ran, long waited, long elapsed, boolean starved) {
		assertThat(ProcessorShare.isStarved(ran, waited, elapsed)).isEqualTo(starved);
	}

	private static void lowerThisProcess() throws Exception {
		assumeThatItIsPermitted();
		new ProcessBuilder("chrt", "-a", "-i", "-p", "0", Long.toString(ProcessHandle.current().pid())).start()
			.waitFor();
		assertThat(IdlePolicy.ofThisProcess().isIdle()).isTrue();
	}

	static void assumeThatItIsPermitted() {
		try {
			IdlePolicy.tryOut();
		}
		catch (IOException ex) {
			assumeTrue(false, ex.getMessage());
		}
	}

	private static void giveUsualPolicy(String name) throws Exception {
		try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
			for (Path thread : (Iterable<Path>) threads::iterator) {
				try {
					if (Files.readString(thread.resolve("comm")).trim().equals(name)) {
						new ProcessBuilder("chrt", "-o", "-p", "0", thread.getFileName().toString()).start().waitFor();
					}
				}
				catch (NoSuchFileException ex) {
					// The thread has ended
					continue;
				}
			}
		}
	}

	private static Map<String, String> policies() throws IOException {
		return policies(ProcessHandle.current().pid());
	}

	/** Threads of one name count as one, and any of them that is idle counts. */
	static Map<String, String> policies(long pid) throws IOException {
		Map<String, String> policies = new TreeMap<>();
		try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
			for (Path thread : (Iterable<Path>) threads::iterator) {
				try {
					String stat = Files.readString(thread.resolve("stat"));
					policies.merge(Files.readString(thread.resolve("comm")).trim(),
							stat.substring(stat.lastIndexOf(')') + 2).split(" ")[38],
							(one, other) -> one.equals(USUAL) ? other : one);
				}
				catch (IOException ex) {
					// The thread has ended
					continue;
				}
			}
		}
		return policies;
	}

	private static final class RecordedCalls implements SchedulingPolicy {

		private final List<String> calls = new CopyOnWriteArrayList<>();

		private final int firstFailure;

		private int failures;

		private int restores;

		/**
		 * Create calls of which some fail.
		 * @param firstFailure the first call of restore that fails, from 1
		 * @param failures how many of them do
		 */
		RecordedCalls(int firstFailure, int failures) {
			this.firstFailure = firstFailure;
			this.failures = failures;
		}

		/**
		 * What was called, but for what is done again and again.
		 */
		List<String> calls() {
			return this.calls.stream().filter((call) -> !call.equals("preferQuickCompiler")).toList();
		}

		@Override
		public boolean isIdle() {
			return true;
		}

		@Override
		public void restoreCurrentThread() {
			this.calls.add("restoreCurrentThread");
		}

		@Override
		public void preferQuickCompiler() {
			this.calls.add("preferQuickCompiler");
		}

		@Override
		public void restore() throws IOException {
			this.calls.add("restore");
			if (++this.restores >= this.firstFailure && this.failures-- > 0) {
				throw new IOException("left behind");
			}
		}

		@Override
		public void restoreDescendants() {
			this.calls.add("restoreDescendants");
		}

		@Override
		public void lowerCompilers() {
			this.calls.add("lowerCompilers");
		}

	}

}
