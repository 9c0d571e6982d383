package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
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
		await().atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(policies(ProcessHandle.current().pid()).values()).containsOnly(USUAL));
	}

	@Test
	void threadsAndProcessesHaveTheIdlePolicyUntilTheEndAndCompilersLonger() throws Exception {
		assumeThatItIsPermitted();
		this.start = GentleStart.begin(Map.of(GentleStart.VARIABLE, "true"));
		awaitIdle();
		try (ShellProcess child = new ShellProcess("echo; exec sleep 60")) {
			child.readLine();
			assertThat(policies(child.id().pid()).values()).containsOnly(IDLE);
			this.start.end();
			assertThat(policies(child.id().pid()).values()).containsOnly(USUAL);
			Map<String, String> policies = policies(ProcessHandle.current().pid());
			assertThat(policies).containsEntry("hotswap-gentle-", USUAL).containsEntry("C2 CompilerThre", IDLE);
			policies.keySet().removeIf((name) -> name.matches("C[12] Compiler.*"));
			assertThat(policies.values()).containsOnly(USUAL);
		}
	}

	@Test
	void startThatNobodyLeavesAnyTimeForGoesOnAsUsual() throws Exception {
		assumeThatItIsPermitted();
		AtomicBoolean end = new AtomicBoolean();
		Thread busy = new Thread(() -> {
			while (!end.get()) {
				Thread.onSpinWait();
			}
		});
		RecordedCalls policy = new RecordedCalls(new IdlePolicy());
		List<ShellProcess> others = new ArrayList<>();
		try {
			for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
				others.add(new ShellProcess("while :; do :; done"));
			}
			this.start = GentleStart.begin(true, policy);
			busy.start();
			await().atMost(Duration.ofSeconds(40))
				.untilAsserted(() -> assertThat(policy.calls).containsExactly("lower", "restore", "restoreCompilers"));
			assertThat(policies(ProcessHandle.current().pid()).values()).containsOnly(USUAL);
		}
		finally {
			end.set(true);
			for (ShellProcess other : others) {
				other.close();
			}
		}
	}

	@Test
	void nothingIsRestoredWhereNothingCouldBeLowered() throws Exception {
		RecordedCalls policy = new RecordedCalls(null);
		policy.failures.put("lower", 1);
		this.start = GentleStart.begin(true, policy);
		this.start.end();
		assertThat(policy.calls).containsExactly("lower");
	}

	@Test
	void endThatFailsIsAnErrorAndMayBeTriedAgain() throws Exception {
		RecordedCalls policy = new RecordedCalls(null);
		policy.failures.put("restore", 1);
		this.start = GentleStart.begin(true, policy);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.start.end()).withMessage("restore failed");
		this.start.end();
		this.start.end();
		assertThat(policy.calls).containsExactly("lower", "restore", "restore");
	}

	@Test
	void processThatNobodyAsksKeepsItsPolicy() throws Exception {
		this.start = GentleStart.begin(Map.of());
		assertThat(policies(ProcessHandle.current().pid()).values()).containsOnly(USUAL);
		this.start.end();
	}

	@ParameterizedTest
	@CsvSource({ "0, 0, 1000, false", "249, 501, 1000, true", "250, 501, 1000, false", "249, 500, 1000, false",
			"1900, 9000, 1000, false", "0, 3000, 500, true" })
	void starvedIsWhoWantsToRunAndHardlyCan(long ran, long waited, long elapsed, boolean starved) {
		assertThat(ProcessorShare.isStarved(ran, waited, elapsed)).isEqualTo(starved);
	}

	private static void awaitIdle() {
		await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			Map<String, String> policies = policies(ProcessHandle.current().pid());
			assertThat(policies.remove("hotswap-gentle-")).isEqualTo(USUAL);
			assertThat(policies.values()).containsOnly(IDLE);
		});
	}

	private static void assumeThatItIsPermitted() {
		try {
			new IdlePolicy().tryOut();
		}
		catch (IOException ex) {
			assumeTrue(false, ex.getMessage());
		}
	}

	/** Threads of one name count as one, and any of them that is idle counts. */
	private static Map<String, String> policies(long pid) throws IOException {
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

		private final Map<String, Integer> failures = new HashMap<>();

		private final @Nullable SchedulingPolicy policy;

		RecordedCalls(@Nullable SchedulingPolicy policy) {
			this.policy = policy;
		}

		@Override
		public void lower() throws IOException {
			called("lower");
			if (this.policy != null) {
				this.policy.lower();
			}
		}

		@Override
		public void restore() throws IOException {
			called("restore");
			if (this.policy != null) {
				this.policy.restore();
			}
		}

		@Override
		public void restoreCompilers() throws IOException {
			if (this.policy != null) {
				this.policy.restoreCompilers();
			}
			called("restoreCompilers");
		}

		private void called(String name) throws IOException {
			this.calls.add(name);
			if (this.failures.merge(name, -1, Integer::sum) >= 0) {
				throw new IOException(name + " failed");
			}
		}

	}

}
