package dev.hotswap.handoff;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import dev.hotswap.control.ControlClient;
import dev.hotswap.control.ControlPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ControlPathOwner}.
 */
class ControlPathOwnerTests {

	private final ControlLinks links = new ControlLinks((event) -> {
	});

	private ControlPath path;

	private ControlPathOwner owner;

	@BeforeEach
	void claim(@TempDir Path folder) throws IOException {
		this.path = new ControlPath(folder.resolve("c/a.sock"));
		this.owner = new ControlPathOwner(this.path, this.links);
		this.owner.claim();
	}

	@AfterEach
	void close() {
		this.owner.close();
	}

	@Test
	void ownedPathIsLeftAlone() throws IOException {
		Object before = Files.getAttribute(this.path.socket(), "unix:ino");
		assertThat(this.owner.makeReachable()).isNull();
		assertThat(Files.getAttribute(this.path.socket(), "unix:ino")).isEqualTo(before);
	}

	@Test
	void deletedSocketIsBoundAgain() throws IOException {
		Files.delete(this.path.socket());
		assertThat(this.owner.makeReachable()).isNull();
		ControlClient.connect(this.path, Duration.ofSeconds(5), this.links).close();
	}

	@Test
	void deletedFolderIsMadeAgain() throws IOException {
		Files.delete(this.path.socket());
		Files.delete(this.path.lock());
		Files.delete(this.path.socket().getParent());
		assertThat(this.owner.makeReachable()).isNull();
		ControlClient.connect(this.path, Duration.ofSeconds(5), this.links).close();
	}

	@Test
	void pathOfAnotherProcessIsNotTaken() throws IOException {
		ControlPathOwner other = new ControlPathOwner(this.path, this.links);
		other.take();
		assertThat(this.owner.makeReachable()).contains("has lost its control socket");
		other.close();
	}

}
