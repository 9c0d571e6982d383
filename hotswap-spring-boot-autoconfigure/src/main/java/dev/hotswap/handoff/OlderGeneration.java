package dev.hotswap.handoff;

import java.time.Instant;

import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;
import org.jspecify.annotations.Nullable;

/**
 * What the active process knows of one older generation. Belongs to the state machine and
 * is touched by its thread only.
 */
final class OlderGeneration {

	private final Peer peer;

	private final String handoffId;

	private final int generation;

	private final @Nullable HandoffRecord story;

	private boolean released;

	private boolean told;

	private boolean linked = true;

	private boolean endedAtOnce;

	private boolean doomed;

	private long checkedAt;

	private HandoffStatus.Draining status;

	/**
	 * Know an older generation.
	 * @param peer who it is
	 * @param handoffId the handoff in which it was the predecessor
	 * @param generation its generation
	 * @param released whether it can resume no more
	 * @param story the story of that handoff so far, or {@code null} if another process
	 * tells it
	 */
	OlderGeneration(Peer peer, String handoffId, int generation, boolean released, @Nullable HandoffRecord story) {
		this.peer = peer;
		this.handoffId = handoffId;
		this.generation = generation;
		this.released = released;
		this.story = story;
		this.status = new HandoffStatus.Draining(handoffId, peer.process().pid(), generation, Role.DRAINING, null,
				null);
	}

	Peer peer() {
		return this.peer;
	}

	String handoffId() {
		return this.handoffId;
	}

	int generation() {
		return this.generation;
	}

	/**
	 * Whether it could take this process's place.
	 */
	boolean mayResume() {
		return !this.released;
	}

	void released() {
		this.released = true;
	}

	boolean isLinked() {
		return this.linked;
	}

	void linkEnded() {
		this.linked = false;
	}

	/**
	 * Whether it may have died, and nobody would hear of it.
	 */
	boolean isUnsure() {
		return !this.linked && !this.doomed;
	}

	void checkedAt(long now) {
		this.checkedAt = now;
	}

	long checkedAt() {
		return this.checkedAt;
	}

	void heard(Frame.Draining draining, Instant at) {
		this.status = new HandoffStatus.Draining(this.handoffId, this.peer.process().pid(), this.generation,
				draining.role(), draining.held(), at.plusMillis(draining.leftMillis()));
	}

	/** It has told how its drain ended, so nobody else needs to. */
	void storyTold() {
		this.told = true;
	}

	/**
	 * The story of a generation that died before it told it.
	 */
	@Nullable HandoffRecord untoldStory(String end) {
		return (this.story != null && !this.told) ? withMessage(this.story, end) : null;
	}

	private static HandoffRecord withMessage(HandoffRecord story, String message) {
		return new HandoffRecord(story.id(), story.trigger(), story.from(), story.to(), story.started(), story.result(),
				story.stage(), story.code(), message, story.exitStatus(), story.stageMillis(), story.connections());
	}

	/**
	 * Whether it is being killed, so that nothing it says counts any more.
	 */
	boolean isDoomed() {
		return this.doomed;
	}

	Action fence() {
		this.doomed = true;
		return new Action.FencePeer(this.peer.process(), false);
	}

	void survived() {
		this.doomed = false;
	}

	boolean isEndedAtOnce() {
		return this.endedAtOnce;
	}

	void endAtOnce() {
		this.endedAtOnce = true;
	}

	HandoffStatus.Draining status() {
		return this.status;
	}

	@Override
	public String toString() {
		return this.peer.process().pid() + (this.released ? "" : "!") + (this.linked ? "" : "?")
				+ (this.endedAtOnce ? "x" : "") + (this.doomed ? "#" : "");
	}

}
