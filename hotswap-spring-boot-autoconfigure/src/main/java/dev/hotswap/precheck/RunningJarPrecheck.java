package dev.hotswap.precheck;

import dev.hotswap.HandoffPrecheck;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.release.Releases;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a handoff when the running jar has been overwritten in place: this process can
 * no longer be relied on to finish what it accepted. Before VERIFY, which looks again, it
 * also keeps the older generations able to resume.
 *
 * @since 0.1.0
 */
public final class RunningJarPrecheck implements HandoffPrecheck {

	private final Releases releases;

	/**
	 * Create a precheck.
	 * @param releases the releases of this process
	 */
	public RunningJarPrecheck(Releases releases) {
		this.releases = releases;
	}

	@Override
	public @Nullable String refuse() {
		return this.releases.runningJarProblem();
	}

	/** A takeover is the way out: nothing is launched from the running jar. */
	@Override
	public @Nullable String refuse(HandoffTrigger trigger) {
		return (trigger != HandoffTrigger.TAKEOVER) ? refuse() : null;
	}

}
