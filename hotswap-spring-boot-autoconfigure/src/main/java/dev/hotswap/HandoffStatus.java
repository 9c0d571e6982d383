package dev.hotswap;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a process knows of itself and its handoffs, as the actuator endpoint shows it.
 * Immutable; what has changed since is not in it.
 *
 * @param role the process's role
 * @param generation 1 for a fresh start, the predecessor's plus 1 for a successor
 * @param pid the process id
 * @param application who may take over from whom
 * @param release the release that runs, or {@code null}
 * @param revision the revision of the configuration that runs, or {@code null} when there
 * are no configuration files outside of the jar
 * @param since when the process took on its role
 * @param listeners the listeners it holds
 * @param handoff the handoff that runs, or {@code null}
 * @param draining older generations that still drain or could resume, the newest first
 * @param history the last handoffs, the newest first
 * @since 0.1.0
 */
public record HandoffStatus(Role role, int generation, long pid, String application, @Nullable String release,
		@Nullable String revision, Instant since, List<Listener> listeners, @Nullable Running handoff,
		List<Draining> draining, List<HandoffRecord> history) {

	/**
	 * A bound listening socket.
	 *
	 * @param name the name, such as {@code server}
	 * @param address the numeric local address
	 * @param port the local port
	 * @param scheme {@code http} or {@code https}
	 */
	public record Listener(String name, String address, int port, String scheme) {

	}

	/**
	 * The handoff that runs.
	 *
	 * @param id its id
	 * @param stage the stage it is in
	 * @param stageStarted when that stage began
	 * @param successorPid the successor, or {@code null} before it is known
	 */
	public record Running(String id, Stage stage, Instant stageStarted, @Nullable Long successorPid) {

	}

	/**
	 * An older generation that still drains, or could resume.
	 *
	 * @param id the handoff in which it was the predecessor
	 * @param pid its process id
	 * @param generation its generation
	 * @param role {@link Role#DRAINING} or {@link Role#STANDBY}
	 * @param held what it still holds, or {@code null} while it has not told
	 * @param deadline when what it holds then is ended, or, in {@code STANDBY}, when it
	 * exits; {@code null} while it has not told
	 */
	public record Draining(String id, long pid, int generation, Role role, @Nullable Held held,
			@Nullable Instant deadline) {

	}

	/**
	 * Connections that a process holds.
	 *
	 * @param fresh without a request so far
	 * @param active in a request
	 * @param idle between requests
	 */
	public record Held(int fresh, int active, int idle) {

	}

}
