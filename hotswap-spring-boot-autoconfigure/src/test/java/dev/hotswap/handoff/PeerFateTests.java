package dev.hotswap.handoff;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import dev.hotswap.process.ProcessId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PeerFate}, with a process that has a child.
 */
@Timeout(60)
class PeerFateTests {

	private final List<Object> reported = new ArrayList<>();

	private final PeerFate fate = new PeerFate(this.reported::add, this.reported::add);

	private Process process;

	private ProcessId id;

	private ProcessId child;

	@BeforeEach
	void start() throws Exception {
		this.process = new ProcessBuilder("sh", "-c", "sleep 60 & echo $!; wait").start();
		this.id = ProcessId.find(this.process.pid()).orElseThrow();
		BufferedReader output = this.process.inputReader(StandardCharsets.UTF_8);
		this.child = ProcessId.find(Long.parseLong(output.readLine())).orElseThrow();
	}

	@AfterEach
	void end() throws Exception {
		this.process.destroyForcibly().waitFor();
		if (!this.child.isDead()) {
			ProcessHandle.of(this.child.pid()).ifPresent(ProcessHandle::destroyForcibly);
		}
	}

	@Test
	void successorIsKilledWithWhatItHasStarted() throws Exception {
		assertThat(this.fate.perform(new Action.FencePeer(this.id, true))).isTrue();
		assertThat(this.process.waitFor()).isEqualTo(128 + 9);
		assertThat(this.child.isDead()).isTrue();
		assertThat(this.reported).containsExactly(this.id, new Event.PeerChecked(this.id, true, true));
	}

	@Test
	void olderGenerationIsKilledAlone() throws Exception {
		assertThat(this.fate.perform(new Action.FencePeer(this.id, false))).isTrue();
		assertThat(this.process.waitFor()).isEqualTo(128 + 9);
		assertThat(this.child.isDead()).isFalse();
		assertThat(this.reported).containsExactly(this.id, new Event.PeerChecked(this.id, true, true));
	}

	@Test
	void livingProcessIsOnlyLookedAt() {
		assertThat(this.fate.perform(new Action.CheckPeer(this.id))).isTrue();
		assertThat(this.id.isDead()).isFalse();
		assertThat(this.reported).containsExactly(new Event.PeerChecked(this.id, false, false));
	}

}
